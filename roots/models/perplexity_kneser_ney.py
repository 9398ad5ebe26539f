"""How likely is a piece after others? Interpolated modified Kneser-Ney estimates, in numpy.

Chen and Goodman 1998 (TR-10-98, §3.2 and equation 26), as KenLM's lmplz computes it (Heafield et al. 2013, "Scalable Modified
Kneser-Ney Language Model Estimation"): unigrams are interpolated with the uniform distribution, which is also what <unk>
gets; <s> is never predicted; discounts that the counts cannot give fall back to 0.5, 1, 1.5. Nothing is pruned.
`tests/test_kneser_ney.py` compares the perplexities with lmplz's.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
UNKNOWN, BEGIN, END = "<unk>", "<s>", "</s>"
FALLBACK = (0.5, 1.0, 1.5)
NEVER = -99.0  # backoff and probability of what cannot be, as ARPA files write it


@dataclass(frozen=True)
class Level:
    """The n-grams of one order, sorted by their context and then by their last word."""

    context: Array  # index of the first n-1 words among the n-grams of the order below
    suffix: Array   # index of the last n-1 words there
    word: Array     # id of the last word
    prob: Array     # log10
    backoff: Array  # log10; 0 where nothing follows


@dataclass(frozen=True)
class Estimate:
    """A back-off model: words by id (<unk>, <s>, </s> first), then levels from unigrams up."""

    words: list[str]
    levels: list[Level]

    def grams(self, order: int) -> Array:
        """The word ids of all n-grams of an order (rows × order), first word first."""
        level = self.levels[order - 1]
        if order == 1:
            return level.word[:, None]
        return np.column_stack([self.grams(order - 1)[level.context], level.word])


def estimate(lines: Iterable[Sequence[str]], order: int) -> Estimate:
    """A model of `order` (2 or more) from lines of pieces. The same for any order of the lines."""
    lines = [line for line in lines if line]
    words = [UNKNOWN, BEGIN, END, *sorted({piece for line in lines for piece in line} - {UNKNOWN, BEGIN, END})]
    ids = {word: id for id, word in enumerate(words)}
    tokens = np.array([id for line in lines for id in (1, *(ids[piece] for piece in line), 2)], np.int64)
    place = np.concatenate([np.arange(len(line) + 2) for line in lines]) if lines else np.zeros(0, np.int64)
    return _estimated(words, _counted(tokens, place, len(words), order))


def _counted(tokens: Array, place: Array, size: int, order: int) -> list[tuple[Array, Array, Array, Array, Array]]:
    """Per order: contexts, suffixes, last words, counts, and whether an n-gram begins with <s>."""
    unigrams = np.arange(size)
    counts = np.bincount(tokens, minlength=size)
    levels = [(np.zeros(size, np.int64), np.zeros(size, np.int64), unigrams, counts, unigrams == 1)]
    index = tokens  # of the n-gram that ends at each position
    for n in range(2, order + 1):
        ends = np.flatnonzero(place >= n - 1)
        grams = index[ends - 1] * size + tokens[ends]
        key, at, inverse, count = np.unique(grams, return_index=True, return_inverse=True, return_counts=True)
        levels.append((key // size, index[ends][at], key % size, count, place[ends][at] == n - 1))
        index = np.zeros_like(index)
        index[ends] = inverse
    return levels


def _discounts(counts: Array) -> tuple[float, float, float]:
    n = [float(np.count_nonzero(counts == k)) for k in range(5)]
    if not all(n[1:4]):
        return FALLBACK
    y = np.float32(n[1]) / np.float32(n[1] + 2 * n[2])
    found = [np.float32(k) - np.float32(k + 1) * y * np.float32(n[k + 1]) / np.float32(n[k]) for k in (1, 2, 3)]
    if any(value < 0 or value > k for k, value in enumerate(found, 1)):
        return FALLBACK
    return float(found[0]), float(found[1]), float(found[2])


def _estimated(words: list[str], counted: list[tuple[Array, Array, Array, Array, Array]]) -> Estimate:
    adjusted: list[Array] = []
    for n, (_, _, _, counts, begins) in enumerate(counted):
        if n + 1 == len(counted):
            adjusted.append(counts)
            continue
        left = np.bincount(counted[n + 1][1], minlength=len(counts))  # in how many ways is it preceded?
        adjusted.append(np.where(begins, counts, left))
    adjusted[0] = np.where(np.arange(len(words)) == 1, 0, adjusted[0])
    lower: Array = np.full(1, 1 / (len(words) - 1))  # uniform over all words but <s>
    levels: list[Level] = []
    for n, (context, suffix, word, _, _) in enumerate(counted):
        found = adjusted[n]
        discount = np.array([0.0, *_discounts(found)])[np.minimum(found, 3)]
        groups = len(levels[-1].word) if levels else 1
        total = np.bincount(context, found, groups)
        held = np.bincount(context, discount, groups)
        with np.errstate(divide="ignore", invalid="ignore"):
            gamma = np.where(total > 0, held / total, 1.0)
        prob = np.where(found > 0, (found - discount) / np.maximum(total[context], 1), 0.0) + gamma[context] * lower[suffix]
        if levels:
            followed = np.bincount(context, minlength=groups) > 0
            levels[-1].backoff[followed] = np.log10(gamma[followed])
        logarithm = np.log10(prob)
        if n == 0:
            logarithm[1] = 0.0
        levels.append(Level(context, suffix, word, logarithm, np.zeros(len(word))))
        lower = prob
    return Estimate(words, levels)


def write_arpa(model: Estimate, path: Path) -> None:
    """Writes the model as an ARPA file, which KenLM, SRILM and others read."""
    with open(path, "w", encoding="utf-8") as out:
        out.write("\\data\\\n" + "".join(f"ngram {n}={len(level.word)}\n" for n, level in enumerate(model.levels, 1)) + "\n")
        for n, level in enumerate(model.levels, 1):
            out.write(f"\\{n}-grams:\n")
            rows = zip(level.prob.tolist(), model.grams(n).tolist(), level.backoff.tolist(), strict=True)
            last = n == len(model.levels)
            for prob, ids, backoff in rows:
                text = " ".join(model.words[id] for id in ids)
                out.write(f"{prob:.9g}\t{text}\n" if last else f"{prob:.9g}\t{text}\t{backoff:.9g}\n")
            out.write("\n")
        out.write("\\end\\\n")
