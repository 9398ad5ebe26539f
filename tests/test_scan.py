"""Does the scan flag all that it must, in every script, and never cut a character?"""
from __future__ import annotations

import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roots.governance import scan

DIGITS = [chr(point) for point in range(0x20000) if unicodedata.category(chr(point)) == "Nd"]
ZEROS = [digit for digit in DIGITS if unicodedata.decimal(digit) == 0]
AT, DOT = scan.packed(["at", "arroba"]), scan.packed(["dot", "punto"])


def scanned(texts: list[str], wanted: list[bool] | None = None) -> list[tuple[int, int, str]]:
    """(row, anchors, candidate) of each candidate."""
    column = pa.array(texts, pa.large_string())
    values = np.frombuffer(column.buffers()[2], np.uint8)
    offsets = np.frombuffer(column.buffers()[1], np.int64)[: len(texts) + 1]
    found = scan.scan(values, offsets, np.array(wanted or [True] * len(texts)), AT, DOT)
    return [(row, anchors, values[start:end].tobytes().decode()) for row, start, end, anchors in zip(*map(list, found), strict=True)]


@pytest.mark.parametrize("zero", ZEROS, ids=lambda zero: unicodedata.name(zero).removesuffix(" ZERO"))
def test_a_run_of_digits_is_flagged_in_every_script(zero: str) -> None:
    run = "".join(chr(ord(zero) + n) for n in (9, 8, 7, 6, 5, 4, 3, 2))
    assert (0, scan.NUMBER, run) in scanned([f"ab {run} cd"])
    assert not scanned([f"ab {run[:5]} cd"])


@pytest.mark.parametrize(("text", "anchor", "core"), [
    ("write to me@example.org, please", scan.AT, "me@example.org"),
    ("写信给ｍｅ＠ｅｘａｍｐｌｅ．ｏｒｇ", scan.AT, "写信给ｍｅ＠ｅｘａｍｐｌｅ．ｏｒｇ"),
    ("почта: я@пример.рф;", scan.AT, "я@пример.рф"),
    ("jane (AT) example", scan.SPELLED, "(AT"),
    ("jane at example dot org", scan.SPELLED, "dot"),
    ("juana en ejemplo Punto org", scan.SPELLED, "Punto"),
    ("+44 (0)20 7946-0123.", scan.NUMBER, "44 (0)20 7946-0123"),
    ("02\u202f79\u00a046‑01\u201123", scan.NUMBER, "02\u202f79\u00a046‑01\u201123"),
    ("at 192.0.2.1,", scan.NUMBER | scan.ADDRESS, "192.0.2.1"),
    ("at 9.9.9.9,", scan.ADDRESS, "9.9.9.9"),
    ("at 2001:db8::1,", scan.ADDRESS, "2001:db8::1"),
    ("at aa:bb:cc:dd:ee:ff,", scan.ADDRESS, "aa:bb:cc:dd:ee:ff"),
    ("id ABCDE1234F.", scan.NUMBER, "ABCDE1234F"),
    ("5 x1y2abcdefghijklmnop", scan.TOKEN, "x1y2abcdefghijklmnop"),
    ("5 12a3bcdefghijklmnop", scan.TOKEN, "12a3bcdefghijklmnop"),
    ("AKIAQYLPMN5HHHFPZAM2", scan.TOKEN, "AKIAQYLPMN5HHHFPZAM2"),
    ("?token=a1b2c3d4&x", scan.TOKEN, "a1b2c3d4"),
    ('pw = "horse7Battery"', scan.TOKEN, "horse7Battery"),
    ("passwort 7TTjNv8OHn!", scan.TOKEN, "7TTjNv8OHn"),
    ("_a 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.", scan.TOKEN, "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"),
    ("@jane_doe", scan.HANDLE, "@jane_doe"),
    ("a\n-----BEGIN X-----\nab\n-----END X-----\nb", scan.BEGIN, "-----BEGIN X-----\nab\n-----END X-----"),
])
def test_an_anchor_is_flagged_with_what_belongs_to_it(text: str, anchor: int, core: str) -> None:
    assert (0, anchor, core) in scanned([text])


@pytest.mark.parametrize("text", [
    "From 1914-1918, on 2020-01-31 or 31/1/2020, 100 000 came to covid-19-vaccination-centre; see /wiki/2010-births-of-women",
    "Chapter 12 tells, at 10:30 and at 12:30:45, of 1,234 things; see 3.4 and 7.8.9 too.",
    "std::vector<int> face::to, a dotted line, (he) said -- and - so on",
    "نص عربي من ١٩٤٧ إلى ١٩٧١",
    "हिन्दी में १२ और १९४७",
    "没有任何号码的中文句子。",
    "",
])
def test_prose_is_left_alone(text: str) -> None:
    assert scanned([text]) == []


def test_unwanted_rows_are_not_read() -> None:
    assert {row for row, _, _ in scanned(["a@b.c", "a@b.c", "a@b.c"], [True, False, True])} == {0, 2}


def test_more_candidates_than_expected_make_room() -> None:
    assert len(scanned(["1234567," * 2000])) == 2000


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.sampled_from([*"ab @.:-([+0123456789AFx\n", *DIGITS[:400:7], *"é文＠\u00a0😀ন।"]), max_size=60),
                min_size=1, max_size=4))
def test_candidates_keep_to_their_row_and_cut_no_character(texts: list[str]) -> None:
    for row, anchors, core in scanned(texts):
        assert core in texts[row]
        assert anchors
        if anchors & (scan.AT | scan.HANDLE):
            assert any(sign in core for sign in "@＠﹫")
        if anchors == scan.NUMBER and not core.isascii():
            assert sum(unicodedata.category(letter) == "Nd" for letter in core) >= 6


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from([*"ab ,", *DIGITS[::31]]), max_size=80))
def test_every_run_of_six_digits_is_flagged(text: str) -> None:
    """The oracle: the gate must be a superset."""
    cores = [core for _, anchors, core in scanned([text]) if anchors & scan.NUMBER]
    run = ""
    for letter in text + ",":
        if unicodedata.category(letter) == "Nd":
            run += letter
        else:
            if len(run) >= 6:
                assert any(run in core for core in cores)
            run = ""
