"""Is the first limit that a value breaks found, in tables as one by one?"""
from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from roots.filters.limits import Limit, LimitTable, reasons, sentence

NAMES = ("word_count", "letter_share", "own_script")
numbers = st.one_of(st.none(), st.floats(-10, 10, width=32))


def limit(name: str, low: float | None, high: float | None) -> Limit:
    return Limit(name, low, high, "long enough to say something", "measured", "", "filters/languages/sw.toml", 12)


@given(st.lists(st.lists(st.tuples(numbers, numbers), min_size=3, max_size=3), min_size=1, max_size=4), st.data())
def test_the_table_finds_what_single_limits_find(bounds: list[list[tuple[float | None, float | None]]], data: st.DataObject) -> None:
    of_languages = [[limit(name, low, high) for name, (low, high) in zip(NAMES, row, strict=True)] for row in bounds]
    value = st.one_of(st.floats(-10, 10, width=32), st.just(math.nan))
    values = data.draw(st.lists(st.lists(value, min_size=3, max_size=3), min_size=1, max_size=5))
    language = data.draw(st.lists(st.integers(0, len(bounds)), min_size=len(values), max_size=len(values)))
    found = LimitTable.of(of_languages, NAMES).first_broken(np.array(values, np.float32), np.array(language))
    for row, number, spoken in zip(values, found, language, strict=True):
        limits = of_languages[spoken] if spoken < len(of_languages) else []
        expected = next((reason for one, v in zip(limits, row, strict=False) if (reason := one.broken_by(v))), None)
        assert (None if number < 0 else reasons(NAMES)[number]) == expected


def test_ends_are_included() -> None:
    one = limit("letter_share", 0.6, 0.9)
    assert one.broken_by(float(np.float32(0.6))) is None and one.broken_by(0.9) is None
    assert one.broken_by(0.59) == "letter_share.low" and one.broken_by(0.91) == "letter_share.high"
    assert one.broken_by(None) is None and one.broken_by(math.nan) is None


def test_a_broken_limit_is_told_in_a_sentence() -> None:
    said = sentence(limit("word_count", 3, None), 2, "words")
    assert said == "word_count is 2 words, and may be at least 3 (filters/languages/sw.toml:12: long enough to say something)"
