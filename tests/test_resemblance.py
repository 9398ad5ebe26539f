"""Are planted duplicates found, in every script, length and dress, as often as theory says, and nothing else?"""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from planted import Pair, pairs

from roots import document
from roots.filters.minhash import chance_of_meeting
from roots.filters.resemblance import document_form, document_shingles
from roots.filters.shingles import jaccard
from roots.filters.signatures import SignatureRules, sign

RULES = SignatureRules(tokens={"zh-Hans": "characters"})
THRESHOLD = 0.7


def utf8(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)


class Found:
    """What signatures and verification say of each pair."""

    def __init__(self, planted: list[Pair]) -> None:
        self.pairs = planted
        texts = [text for pair in planted for text in (pair.one, pair.other)]
        twice = [pair for pair in planted for _ in range(2)]
        signed = sign(document.batch_of({"id": [str(i) for i in range(len(texts))], "text": texts, "kind": [pair.kind for pair in twice],
                                         "language": [pair.language for pair in twice]}), RULES)
        bits = list(zip(signed.column("exact_high").to_pylist(), signed.column("exact_low").to_pylist(), strict=True))
        bands = signed.column("bands").to_pylist()
        self.exact = [one == other for one, other in zip(bits[::2], bits[1::2], strict=True)]
        self.comparable = [one is not None and other is not None for one, other in zip(bands[::2], bands[1::2], strict=True)]
        self.met = [able and any(a == b for a, b in zip(one, other, strict=True))
                    for able, one, other in zip(self.comparable, bands[::2], bands[1::2], strict=True)]
        self.likeness = [jaccard(*(document_shingles(utf8(text), pair.kind, pair.language, RULES) for text in (pair.one, pair.other)))
                         for pair in planted]

    def duplicates(self) -> Iterator[tuple[Pair, bool, bool]]:
        """Each pair, whether it is a duplicate, and whether it was found to be one."""
        for pair, exact, met, likeness in zip(self.pairs, self.exact, self.met, self.likeness, strict=True):
            true = pair.tokens[0] == pair.tokens[1] or pair.jaccard >= THRESHOLD
            yield pair, true, exact or (met and likeness >= THRESHOLD)


@pytest.fixture(scope="module")
def found() -> Found:
    return Found([pair for seed in range(3) for pair in pairs(seed, lengths=(5, 12, 30, 80, 200, 500) if seed else (1500, 5000))])


def test_similarity_is_that_of_the_tokens(found: Found) -> None:
    assert found.likeness == pytest.approx([pair.jaccard for pair in found.pairs], abs=1e-9)


def test_copies_of_any_length_in_any_dress_are_exact_and_no_others(found: Found) -> None:
    assert found.exact == [pair.tokens[0] == pair.tokens[1] for pair in found.pairs]
    assert sum(found.exact) > 150


def test_nothing_but_duplicates_is_found_and_most_of_them_are(found: Found) -> None:
    counted = [(true, got) for _, true, got in found.duplicates()]
    both = sum(true and got for true, got in counted)
    assert both / sum(got for _, got in counted) >= 0.99
    assert both / sum(true for true, _ in counted) >= 0.97


def test_pairs_meet_as_often_as_theory_says(found: Found) -> None:
    for low, high in ((0.0, 0.35), (0.35, 0.65), (0.65, 0.8), (0.8, 1.0)):
        here = [(met, chance_of_meeting(pair.jaccard, RULES.bands, RULES.rows))
                for pair, met, able in zip(found.pairs, found.met, found.comparable, strict=True) if able and low <= pair.jaccard < high]
        seen, expected = np.mean([met for met, _ in here]), np.mean([chance for _, chance in here])
        assert seen == pytest.approx(expected, abs=4 * (expected * (1 - expected) / len(here)) ** 0.5 + 0.02)


def test_short_texts_that_differ_never_meet(found: Found) -> None:
    short = [(pair, met, exact) for pair, met, exact in zip(found.pairs, found.met, found.exact, strict=True)
             if len(pair.tokens[0]) < 10 and len(pair.tokens[1]) < 10]
    assert len(short) > 50
    assert all(not met and exact == (pair.tokens[0] == pair.tokens[1]) for pair, met, exact in short)


def test_texts_without_words_are_compared_as_they_are() -> None:
    assert not np.array_equal(document_form(utf8("!!!"), "natural", "sw", RULES), document_form(utf8("???"), "natural", "sw", RULES))
    assert document_form(utf8("…"), "natural", "sw", RULES).tolist() == list("…".encode())
