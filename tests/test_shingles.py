"""Are a text's shingles the sets that one would write down by hand?"""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roots.filters.normal_form import form_of
from roots.filters.shingles import CHARACTERS, TOKENS, WORDS, containment, jaccard, read_form, shingles_of

words = st.lists(st.sampled_from(["ile", "omi", "नदी", "पानी", "water", "ماء", "agua", "eau", "ur", "uisge"]), max_size=60)


def oracle(tokens: list[str], size: int = 5) -> set[tuple[str, ...]]:
    return {tuple(tokens[i:i + size]) for i in range(len(tokens) - size + 1)}


@settings(deadline=None)  # the first example compiles
@given(words, words)
def test_resemblance_is_that_of_the_written_out_sets(one: list[str], other: list[str]) -> None:
    a, b = oracle(one), oracle(other)
    ours, theirs = shingles_of(" ".join(one)), shingles_of("  ".join(other).upper())
    assert (len(ours), len(theirs)) == (len(a), len(b))
    assert jaccard(ours, theirs) == pytest.approx(len(a & b) / len(a | b) if a | b else 0)
    assert containment(ours, theirs) == pytest.approx(len(a & b) / len(a) if a else 0)


@settings(deadline=None)  # the first example compiles
@given(st.lists(st.sampled_from("今天去学校了吗我们"), max_size=40), st.lists(st.sampled_from("今天去学校了吗我们"), max_size=40))
def test_wide_letters_are_tokens_everywhere(one: list[str], other: list[str]) -> None:
    a, b = oracle(one), oracle(other)
    for how in (WORDS, CHARACTERS):
        assert jaccard(shingles_of("，".join(one), how=how), shingles_of("".join(other), how=how)) == pytest.approx(
            len(a & b) / len(a | b) if a | b else 0)


def test_characters_carry_their_marks() -> None:
    assert len(shingles_of("ábcdéf ghi", how=CHARACTERS)) == 5  # nine characters, whether á is one code point or two
    assert len(shingles_of("ga\u0301bcde\u0301f hi", how=CHARACTERS)) == 5


@pytest.mark.parametrize(("text", "count"), [("x=f(a_1,b)", 4), ("x = f ( a_1 , b )", 4), ("x_y", 0), ("a+b*c", 1)])
def test_programs_fall_into_names_and_signs(text: str, count: int) -> None:
    assert len(shingles_of(text, how=TOKENS)) == count


def test_renaming_changes_only_the_shingles_around_it() -> None:
    one = shingles_of("for (i = 0; i < n; i++) { total += price[i] * (1 + tax); }", how=TOKENS)
    other = shingles_of("for (i = 0; i < n; i++) { total += price[i] * (1 + vat); }", how=TOKENS)
    assert len(one) - 5 <= round(jaccard(one, other) * (len(one) + 5)) < len(one)


def exact(points: np.ndarray) -> tuple[int, int]:
    return read_form(points, len(points), WORDS, np.uint64(1), np.empty(len(points), np.uint64))[1:]


@settings(deadline=None)  # the first example compiles
@given(st.text(), st.text())
def test_exact_hash_is_the_form(one: str, other: str) -> None:
    a, b = form_of(one), form_of(other)
    assert (exact(a) == exact(b)) == np.array_equal(a, b)


def test_exact_hash_has_no_collision_among_short_forms() -> None:
    found = np.array([exact(np.array([i & 31, i >> 5 & 31, i >> 10 & 31, i >> 15], np.uint32)) for i in range(100_000)], np.uint64)
    assert all(len(np.unique(found[:, lane])) == len(found) for lane in (0, 1))
    assert len(np.unique(found[:, 0] >> np.uint64(32))) > len(found) - 20  # the upper half alone is spread, too: it chooses the partition
