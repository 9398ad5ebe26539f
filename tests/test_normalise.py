"""Is every text written in one way, and nothing that carries meaning lost?"""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from roots import document
from roots.filters.normalise import needs_work, normal, normalise

# letters, marks and blanks that compose, reorder, vanish or must stay, beside any character at all
DELICATE = (
    "aeoẹọnKkşs \n\t\r\x00\x1f\x7f\x85\v\f\u0300\u0301\u0323\u0327\u0338\u00ad\ufeff\u2028\u2029\u200b\u200c\u200d\u200e\u00a0\u3000"
    "\u09c7\u09be\u0bc6\u0bbe\u0d46\u0d3e\u0c46\u0c56\u0928\u093c\u0627\u0653\u0654\u1100\u1161\u11a8가각\u212b\u2126\u0344\u0958\U0001d15e\U0002f800"
    "ప\u0c02\u0c66\u0c67క\u0ce6മ\u0d66"
)
texts = st.lists(st.one_of(st.sampled_from(DELICATE), st.characters(exclude_categories=["Cs"]))).map("".join)


def batch(values: list[str], kind: str = "natural", dropped: list[str | None] | None = None) -> pa.RecordBatch:
    return document.batch_of({"id": [str(i) for i in range(len(values))], "text": values, "kind": [kind] * len(values), "dropped": dropped})


@settings(max_examples=150, deadline=None)
@given(st.lists(texts, max_size=6), st.sampled_from(["natural", "programming"]))
@example(["È\u0323", "e\x00\u0301", "\u1100\x01\u1161", "a\u0301\u0323", "  ", "x\u00ad"], "natural")
def test_the_scan_agrees_with_the_plain_function(values: list[str], kind: str) -> None:
    out = normalise(batch(values, kind))
    wanted = [normal(value, kind == "natural") for value in values]
    assert out.column("text").to_pylist() == wanted
    assert out.column("dropped").to_pylist() == [None if value else "empty" for value in wanted]
    again = normalise(out)
    assert again.column("text").to_pylist() == wanted
    for value in wanted:
        assert unicodedata.is_normalized("NFC", value)
        assert not [c for c in value if unicodedata.category(c) == "Cc" and c not in "\n\t"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("line\r\nline\rline\u2028line\u2029line\x85end", "line\nline\nline\nline\nline\nend"),
        ("\ufeffBòsí lo wà níbẹ̀?", "Bòsí lo wà níbẹ̀?"),  # byte order mark
        ("e\u0323\u0301kọ́ wa", "ẹ\u0301kọ\u0301 wa"),  # Yoruba: composes, and keeps its tones
        ("क\u094d\u200dष और می\u200cخواهم", "क\u094d\u200dष और می\u200cخواهم"),  # joiners carry meaning
        ("ক\u09c7\u09be", "ক\u09cb"),  # Bengali two-part vowel
        ("Ber\u00adech\u00adnung", "Berechnung"),
        ("ప్రప\u0c66చ పద\u0c66", "ప్రప\u0c02చ పద\u0c02"),  # Telugu: a zero typed for the sign that looks like it
        ("\u0c67\u0c66 మ\u0c66\u0c66 \u0c66క ప\u0c02\u0c66", "\u0c67\u0c66 మ\u0c66\u0c66 \u0c66క ప\u0c02\u0c66"),  # numbers stay
        ("ಪ\u0ce6 മ\u0d66 ई\u0966", "ಪ\u0c82 മ\u0d02 ई\u0966"),  # Kannada and Malayalam too; in Hindi it abbreviates
        (" \u3000中文\u00a0\n", "中文"),
        ("bell\x07 and\x00 null", "bell and null"),
        ("two spaces  \nat a line's end", "two spaces  \nat a line's end"),
    ],
)
def test_what_changes_and_what_stays(before: str, after: str) -> None:
    assert normalise(batch([before])).column("text").to_pylist() == [after]


def test_source_files_keep_their_indentation_and_soft_hyphens() -> None:
    code = '\r\n\n    x = "co\u00adop"\r\n    y = 1  \n\n'
    assert normalise(batch([code], "programming")).column("text").to_pylist() == ['    x = "co\u00adop"\n    y = 1']


def test_dropped_rows_are_left_alone() -> None:
    out = normalise(batch(["a\r", "b\r", ""], dropped=["takedown.x", None, "takedown.x"]))
    assert out.column("text").to_pylist() == ["a\r", "b", ""]
    assert out.column("dropped").to_pylist() == ["takedown.x", None, "takedown.x"]


def test_slices_and_nulls() -> None:
    whole = batch(["sound", "a\r", "sound", "é", ""])
    for start in range(6):
        assert normalise(whole.slice(start)).column("text").to_pylist() == ["sound", "a", "sound", "é", ""][start:]
    nulls = pa.array([None, "a\x00"], pa.large_string())
    assert needs_work(nulls, pa.array([True, True])).to_pylist() == [False, True]


def test_texts_in_nfc_are_not_touched() -> None:
    sound = ["Ẹ kú àárọ̀, ẹ̀yin ará", "தமிழ் மொழி கொடு", "বাংলা ভাষা কোথায়"[:12], "Tiếng Việt đẹp", "한국어", "العربيّة", "𝔘𐌰😀"]
    array = pa.array(sound, pa.large_string())
    assert not pc.any(needs_work(array, pa.array([True] * len(sound)))).as_py()
