"""Do the compiled measures of source code equal plain Python, and see what a reader sees?"""
from __future__ import annotations

import base64
import math
import re
import statistics

import measuring
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measuring import kind, lines, measured

from roots.filters.characters import DIGIT, LETTER, MARK, SPACE


def literal(line: str) -> bool:
    names = digits = 0
    quote = ""
    for c in line:
        if quote:
            quote = "" if c == quote else quote
        elif c in "\"'":
            quote, digits = c, digits + 1
        elif kind(c) in (LETTER, MARK):
            names += 1
        elif kind(c) == DIGIT:
            digits += 1
    return digits > 0 and 4 * names <= digits


def base64_runs(text: str) -> list[int]:
    runs = re.findall(r"[A-Za-z0-9+/=\n]+", text)
    return [len(run) for run in runs if len(run.replace("\n", "")) >= 64 and 8 * sum(c in "+/=" for c in run) < len(run.replace("\n", ""))]


def oracle(text: str) -> dict[str, float]:
    size, rows = max(len(text), 1), lines(text)
    raw = text.split("\n")
    tokens = [len(token) for token in "".join(" " if kind(c) == SPACE else c for c in text).split(" ") if token]
    count = sum(kind(c) == LETTER for c in text), sum(kind(c) == DIGIT for c in text)
    number = len(raw) if raw[-1] else len(raw) - 1
    share = (lambda part: part / size) if text else (lambda part: math.nan)
    return {
        "longest_line": max(map(len, raw)),
        "raw_line_length": len(text) / number if number else 0.0,
        "alphanumeric_share": share(sum(count)),
        "alphabetic_share": share(count[0]),
        "non_word_share": share(len(text) - sum(count) - text.count("_")),
        "token_length_spread": statistics.pstdev(tokens) if tokens else math.nan,
        "space_share": share(sum(kind(c) == SPACE for c in text)),
        "literal_lines": sum(map(literal, rows)) / len(rows) if rows else math.nan,
    }


PARTS = ["int x = 1;", "\n", "  ", "'a\"", '"b"', "1, 2, 3", "[[0x1f]],", "return", "héllo_wörld", "\t", "€", "क"]
code = st.lists(st.sampled_from(PARTS), max_size=30)


@settings(max_examples=200, deadline=None)
@given(st.one_of(measuring.texts(), code.map("".join)))
def test_measures_equal_the_oracle(text: str) -> None:
    found = measured(text, "c")
    for name, value in oracle(text).items():
        assert found[name] == pytest.approx(value, rel=1e-5, abs=1e-3, nan_ok=True), (name, text)


@pytest.mark.parametrize(("language", "text", "comment"), [
    ("c", "int a; // bye\nint b; /* two\nlines */ int c;", "// bye" + "/* two\nlines */"),
    ("c", 'char *s = "// no"; char c = \'"\'; // yes', "// yes"),
    ("c", 'char *s = "a \\" // no"; // yes', "// yes"),
    ("python", '"""Doc."""\nx = "# no"  # yes\ny = \'it\'', '"""Doc."""' + "# yes"),
    ("python", "x = 'never closed\n# yes", "# yes"),
    ("lua", "-- one\nx = 1 --[[ two\nthree ]] y = 2", "-- one" + "--[[ two\nthree ]]"),
    ("php", "<?php # one\n// two\n$x = '/* no */';", "# one" + "// two"),
    ("ruby", "# one\nputs 'x # no'\n=begin\ntwo\n=end", "# one" + "=begin\ntwo\n=end"),
    ("javascript", "let x = `// no\n// no`; // yes", "// yes"),
    ("rust", "fn f<'a>(x: &'a str) {} // yes", "// yes"),
    ("go", "", ""),
])
def test_comments_are_what_the_language_calls_comments(language: str, text: str, comment: str) -> None:
    expected = len(comment) / len(text) if text else math.nan
    assert measured(text, language)["comment_share"] == pytest.approx(expected, nan_ok=True)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=200), max_size=4))
def test_base64_is_found_whole(parts: list[bytes]) -> None:
    text = " ; ".join(base64.b64encode(part).decode() for part in parts)
    found = measured(text, "c")
    runs = base64_runs(text)
    assert found["longest_blob"] == max(runs, default=0)
    assert found["blob_share"] == pytest.approx(sum(runs) / max(len(text), 1))


@pytest.mark.parametrize(("text", "share"), [
    ("0x12, 0xff, 0x00, 0x1a, 0x2b, 0x3c, 0x4d, 0x5e", 1.0),
    ("\\x12\\xff\\x00\\x1a\\x2b\\x3c\\x4d\\x5e", 1.0),
    ("\\u0041\\u0042\\u0043\\u0044\\u0045\\u0046\\u0047\\u0048", 1.0),
    ("0x12, 0xff, 0x00, 0x1a", 0.0),                            # four bytes are a colour, not a blob
    ("/" + "=" * 80 + "\n\n" + "-" * 80, 0.0),                      # rules between sections
    ("//" + "/usr/include/boost/fusion/include/vector" * 3, 0.0),    # and paths
    ("def add(a, b):\n    return a + b  # be fed a bad cafe\n", 0.0),
])
def test_hex_and_escapes(text: str, share: float) -> None:
    assert measured(text, "c")["blob_share"] == pytest.approx(share)


def test_generated_files_say_so_in_their_first_lines() -> None:
    assert measured("// DO NOT EDIT\nint x;", "c")["generated_marker"] == 1
    assert measured("// Code is auto-generated\nint x;", "c")["generated_marker"] == 1
    assert measured("int x;\n" * 20 + "// do not edit\n", "c")["generated_marker"] == 0


def test_prose_measures_are_not_taken_of_code_nor_the_other_way_round() -> None:
    assert math.isnan(measured("int x;", "c")["word_count"])
    assert math.isnan(measured("Hello world", "en")["longest_line"])
