"""Which small words hold a language together? Closed-class words found by how often and how evenly they stand, in any language.

A word of the closed class (of, and, না, ni) stands often, and in every kind of text alike; a word of the topic stands often in few.
So texts are cut into passages of equal length, words are ranked by frequency, and a word is taken when passages share it evenly:
Gries' deviation of proportions (2008), normalised, below a bound. Contamination: a word is left out when another language uses it
far more often than this one, for then it is quoted here (English "the" in Swahili).
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

PASSAGE = 100           # words of a passage
COVER = 0.55            # of all running words that a list may cover at most
LONGEST_LIST = 150
EVEN = 0.75             # deviation of proportions, 0 = perfectly even, 1 = all in one passage
RARE = 0.001            # of running words: rarer ones are not small words
FOREIGN = 8.0           # times as frequent elsewhere: quoted, not ours
MANY = 30               # passages, for a source to have a say in evenness
ENOUGH = 20_000         # running words, for lists that one can trust


@dataclass(frozen=True)
class Found:
    """A list, and what one must know to believe it."""

    words: tuple[str, ...]         # most frequent first
    running_words: int
    covered: float                 # of the running words
    foreign: tuple[str, ...]       # left out as quoted from other languages
    sources: tuple[str, ...]


def words_of(texts: Sequence[str]) -> Iterator[list[str]]:
    """The words of each text as the measures see them, lower-cased; only those that hold a letter, and no digit."""
    from roots.filters.view import spans_of

    for text in texts:
        yield [word for start, end in spans_of(text) if (word := text[start:end].lower()).replace("'", "").replace("’", "").isprintable()
               and any(c.isalpha() for c in word) and not any(c.isnumeric() and not c.isalpha() for c in word)]


def passages(words: Iterable[list[str]], length: int = PASSAGE) -> list[Counter[str]]:
    """Running words cut into passages of equal length, across documents; the last, shorter one is left out."""
    made: list[Counter[str]] = []
    waiting: list[str] = []
    for document in words:
        waiting += document
        while len(waiting) >= length:
            made.append(Counter(waiting[:length]))
            del waiting[:length]
    return made


def deviation(per_passage: np.ndarray) -> float:
    """Gries' deviation of proportions of one word over passages of equal length, normalised by its largest value."""
    total = per_passage.sum()
    parts = len(per_passage)
    if total == 0 or parts < 2:
        return 1.0
    return float(np.abs(per_passage / total - 1 / parts).sum() / 2 / (1 - 1 / parts))


def closed_class(texts: Mapping[str, Sequence[str]], elsewhere: Mapping[str, Mapping[str, float]] | None = None,
                 pairs: bool = False) -> Found:
    """The closed-class words of one language from its texts by source; `elsewhere`: language → word → share of running words.

    `pairs` looks at pairs of neighbours too (ideographs, syllables). Every source counts alike in the evenness, however large.
    """
    per_source = {source: passages(with_pairs(words_of(of)), 2 * PASSAGE) if pairs else passages(words_of(of))
                  for source, of in texts.items()}
    longest = max(map(len, per_source.values()), default=0)
    per_source = {source: made for source, made in per_source.items() if len(made) >= min(MANY, longest)}
    frequency: Counter[str] = Counter()
    for made in per_source.values():
        for passage in made:
            frequency.update(passage)
    running = sum(count for word, count in frequency.items() if " " not in word)
    chosen: list[str] = []
    foreign: list[str] = []
    covered = 0
    for word, count in sorted(frequency.items(), key=lambda item: (-item[1], item[0])):
        share = count / max(running, 1)
        if share < RARE or len(chosen) >= LONGEST_LIST or covered >= COVER * running:
            break
        spread = [deviation(np.array([passage[word] for passage in made], float)) for made in per_source.values()]
        evenness = float(np.median(spread))
        # A word that stands once in every second passage is as even as chance allows: hold it against chance, not against 0.
        by_chance = _by_chance(share)
        if evenness > max(EVEN, by_chance + (1 - by_chance) * 0.35):
            continue
        if elsewhere and max((of.get(word, 0.0) for of in elsewhere.values()), default=0.0) > FOREIGN * share:
            foreign.append(word)
            continue
        chosen.append(word)
        covered += count
    return Found(tuple(chosen), running, covered / max(running, 1), tuple(foreign), tuple(sorted(per_source)))


def _by_chance(share: float) -> float:
    """The deviation that a word strewn by chance has on average: half of E|X − λ| / λ, X Poisson with λ = share × passage."""
    rate = share * PASSAGE
    whole = int(np.floor(rate))
    log = -rate + (whole + 1) * np.log(rate) - sum(np.log(k) for k in range(1, whole + 1))
    return float(min(np.exp(log) / rate, 1.0))


def with_pairs(documents: Iterable[list[str]]) -> Iterator[list[str]]:
    """Words and, after each, the pair that it makes with the next: "不 / 不 是 / 是 …"."""
    for words in documents:
        yield [entry for at, word in enumerate(words) for entry in ([word, f"{word} {words[at + 1]}"] if at + 1 < len(words) else [word])]


def frequencies(texts: Iterable[str]) -> Mapping[str, float]:
    """Each word's share of the running words: what `elsewhere` of another language asks for."""
    counts: Counter[str] = Counter()
    for words in words_of(list(texts)):
        counts.update(words)
    total = max(counts.total(), 1)
    return {word: count / total for word, count in counts.items()}
