"""Of documents scored 0.8, are 80 % right? Tables that turn the model's own certainty into that share, by length of text.

Isotonic regression (pool adjacent violators; Ayer et al. 1955, Zadrozny & Elkan 2002) on texts of sources that the model has
not seen; every language weighs the same. Floors come from the same texts: the score below which a language's name is not
worth having.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from roots.models.langid_score import Answer

BANDS = (30, 60, 120, 300, 1_000_000)   # letters up to which a table holds
_KNOTS = 21
_PRIOR = 4.0                            # texts' worth of belief in the raw score: sparse bands stay near it

Table = tuple[tuple[int, tuple[float, ...]], ...]


def isotonic(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The nearest non-decreasing sequence to `values`, by weighted squares."""
    level: list[float] = []
    mass: list[float] = []
    count: list[int] = []
    for value, weight in zip(values, weights, strict=True):
        level.append(float(value))
        mass.append(float(weight))
        count.append(1)
        while len(level) > 1 and level[-2] > level[-1]:
            total = mass[-2] + mass[-1]
            level[-2:] = [(level[-2] * mass[-2] + level[-1] * mass[-1]) / total]
            mass[-2:] = [total]
            count[-2:] = [count[-2] + count[-1]]
    return np.repeat(level, count)


def calibration(answers: Sequence[Answer], letters: Sequence[int], equal: Mapping[str, str]) -> Table:
    """For each band of lengths the share of right answers at raw scores 0, 0.05, … 1."""
    of_language = Counter(answer.truth for answer in answers)
    weight = np.array([1 / of_language[answer.truth] for answer in answers])
    score = np.array([answer.score for answer in answers])
    right = np.array([equal.get(a.truth, a.truth) == equal.get(a.guess, a.guess) for a in answers], float)
    row = np.searchsorted(np.array(BANDS), np.array(letters))
    knots = np.linspace(0, 1, _KNOTS)
    tables = []
    for band, upto in enumerate(BANDS):
        here = row == band
        at = np.clip(np.rint(score[here] * (_KNOTS - 1)).astype(int), 0, _KNOTS - 1)
        scale = here.sum() / max(weight[here].sum(), 1e-9)
        mass = np.bincount(at, weight[here] * scale, _KNOTS)
        good = np.bincount(at, weight[here] * scale * right[here], _KNOTS)
        values = isotonic(np.asarray((good + _PRIOR * knots) / (mass + _PRIOR), np.float64), np.asarray(mass + _PRIOR, np.float64))
        tables.append((upto, tuple(round(float(value), 4) for value in values)))
    return tuple(tables)


def floors(answers: Sequence[Answer], of: Collection[str], equal: Mapping[str, str],
           precision: float = 0.95, least: float = 0.3, most: float = 0.8) -> dict[str, tuple[float, float, float]]:
    """For each language the lowest score from which on `precision` of what bears its name is right: (floor, precision, share kept).

    Every true language weighs the same. Where no score up to `most` reaches the precision, `most` is the floor.
    """
    counts = Counter(answer.truth for answer in answers)
    out = {}
    for code in sorted(of):
        named = [(a.score, equal.get(a.truth, a.truth) == equal.get(code, code), 1 / counts[a.truth]) for a in answers if a.guess == code]
        own = [a for a in answers if a.truth == code]
        if not own or not named:
            continue
        for floor in np.arange(least, most + 0.001, 0.05):
            above = [(right, weight) for score, right, weight in named if score >= floor - 1e-9]
            mass = sum(weight for _, weight in above)
            reached = sum(weight for right, weight in above if right) / mass if mass else 1.0
            if reached >= precision:
                break
        kept = sum(1 for a in own if equal.get(a.guess, a.guess) == equal.get(code, code) and a.score >= floor - 1e-9) / len(own)
        out[code] = (round(float(floor), 2), round(reached, 4), round(kept, 4))
    return out
