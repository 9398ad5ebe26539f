"""How often is it right, for which languages, and does it know when it is not? Figures from a table of answers.

Every language weighs the same, however many texts it has: precision, recall and F1 are those of a corpus with equal parts.
"""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Band = tuple[float, float, float, float]


@dataclass(frozen=True)
class Answer:
    """What was asked, what was answered, and how sure the model was."""

    truth: str
    guess: str
    score: float


@dataclass(frozen=True)
class Figures:
    """Precision, recall and F1 of one language, with the number of texts and its commonest wrong answers."""

    texts: int
    precision: float
    recall: float
    f1: float
    taken_for: tuple[tuple[str, float], ...]     # answers given to its texts, share of them
    mistaken: tuple[tuple[str, float], ...]      # languages whose texts were called by its name, share of theirs


def _one(code: str, equal: Mapping[str, str]) -> str:
    return equal.get(code, code)


def confusion(answers: Iterable[Answer], equal: Mapping[str, str]) -> dict[str, Counter[str]]:
    """Answers by true language; `equal` folds codes that count as one."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for answer in answers:
        found[_one(answer.truth, equal)][_one(answer.guess, equal)] += 1
    return dict(found)


def figures(answers: Sequence[Answer], of: Collection[str], equal: Mapping[str, str]) -> dict[str, Figures]:
    """The figures of each language of `of` that has texts."""
    table = {truth: {guess: n / sum(row.values()) for guess, n in row.items()} for truth, row in confusion(answers, equal).items()}
    counts = {truth: sum(row.values()) for truth, row in confusion(answers, equal).items()}
    out = {}
    for code in sorted({_one(code, equal) for code in of} & set(table)):
        right = table[code].get(code, 0.0)
        claimed = {truth: row[code] for truth, row in table.items() if code in row}
        precision = right / sum(claimed.values()) if claimed else 0.0
        f1 = 2 * precision * right / (precision + right) if right else 0.0
        wrong = sorted(((guess, share) for guess, share in table[code].items() if guess != code), key=lambda item: (-item[1], item[0]))
        false = sorted(((truth, share) for truth, share in claimed.items() if truth != code), key=lambda item: (-item[1], item[0]))
        out[code] = Figures(counts[code], precision, right, f1, tuple(wrong[:3]), tuple(false[:3]))
    return out


def macro_f1(found: Mapping[str, Figures]) -> float:
    return float(np.mean([row.f1 for row in found.values()])) if found else 0.0


def false_positives(answers: Iterable[Answer], of: Collection[str], least: float = 0.0) -> tuple[float, list[tuple[str, str, float]]]:
    """How much of other languages' text is taken for one of `of`, every other language weighing the same; and the worst pairs."""
    sure = (answer if answer.score >= least else Answer(answer.truth, "und", answer.score) for answer in answers)
    table = {truth: row for truth, row in confusion(sure, {}).items() if truth not in of}
    shares = {truth: sum(n for guess, n in row.items() if guess in of) / sum(row.values()) for truth, row in table.items()}
    pairs = [(truth, guess, n / sum(row.values())) for truth, row in table.items() for guess, n in row.items() if guess in of]
    return (float(np.mean(list(shares.values()))) if shares else 0.0), sorted(pairs, key=lambda pair: (-pair[2], pair))


def reliability(answers: Sequence[Answer], equal: Mapping[str, str], bins: int = 10) -> tuple[float, list[Band]]:
    """Expected calibration error, and for each band of scores: from, mean score, share right, share of texts.

    Languages weigh the same.
    """
    if not answers:
        return 0.0, []
    counts = Counter(answer.truth for answer in answers)
    weight = np.array([1 / counts[answer.truth] for answer in answers])
    weight /= weight.sum()
    score = np.array([answer.score for answer in answers])
    right = np.array([_one(answer.truth, equal) == _one(answer.guess, equal) for answer in answers], float)
    band = np.minimum((score * bins).astype(int), bins - 1)
    rows, error = [], 0.0
    for at in range(bins):
        here = band == at
        mass = float(weight[here].sum())
        if mass:
            mean, share = float((weight * score)[here].sum() / mass), float((weight * right)[here].sum() / mass)
            rows.append((at / bins, mean, share, mass))
            error += mass * abs(mean - share)
    return error, rows
