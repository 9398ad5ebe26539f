"""What is too little and what is too much? Limits as people wrote them, and what they say of a table of measures."""
from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from roots.records import Table, suggestion

LOW, HIGH = "low", "high"


@dataclass(frozen=True)
class Limit:
    """The range in which one measure of one language may lie, ends included, and why."""

    measure: str
    at_least: float | None
    at_most: float | None
    why: str
    origin: str   # "from" in the file: the data and the rule that gave the number
    agreed: str   # who of the language's speakers agreed, and when; empty = nobody yet
    file: str
    line: int

    def broken_by(self, value: float | None) -> str | None:
        """The reason ("word_count.low") that this value gives, or None; what was not measured breaks nothing."""
        if value is None or math.isnan(value):
            return None
        if self.at_least is not None and np.float32(value) < np.float32(self.at_least):
            return f"{self.measure}.{LOW}"
        if self.at_most is not None and np.float32(value) > np.float32(self.at_most):
            return f"{self.measure}.{HIGH}"
        return None


def bounds(at_least: float | None, at_most: float | None) -> str:
    """A range as people read it: "≥ 0.5 ≤ 0.9"."""
    return " ".join(f"{sign} {value:g}" for sign, value in (("≥", at_least), ("≤", at_most)) if value is not None)


def limits_from(table: Table, measures: Sequence[str]) -> tuple[Limit, ...]:
    """The limits of `[limits.<measure>]` tables, in the order of the measures; problems are noted on the table."""
    holder = table.table("limits")
    limits = {}
    for measure in holder.data:
        one = holder.table(measure)
        if measure not in measures:
            holder.problem(measure, "is not a measure", suggestion(measure, measures))
            continue
        limit = Limit(
            measure, one.number("at_least"), one.number("at_most"), one.text("why", required=True), one.text("from", required=True),
            one.text("agreed"), one.file, one.line(),
        )
        one.done()
        if limit.at_least is None and limit.at_most is None:
            one.problem("", "sets no limit", "write at_least = or at_most =, or remove the table")
        elif limit.at_least is not None and limit.at_most is not None and limit.at_least > limit.at_most:
            one.problem("at_least", "is above at_most", "no text could pass")
        limits[measure] = limit
    holder.done()
    return tuple(limits[name] for name in measures if name in limits)


@dataclass(frozen=True)
class LimitTable:
    """Limits as two tables, languages × measures; ±infinity where there is none."""

    low: NDArray[np.float32]
    high: NDArray[np.float32]

    @classmethod
    def of(cls, limits: Iterable[Sequence[Limit]], measures: Sequence[str]) -> LimitTable:
        rows = list(limits)
        low = np.full((len(rows) + 1, len(measures)), -np.inf, np.float32)
        high = np.full((len(rows) + 1, len(measures)), np.inf, np.float32)
        place = {name: number for number, name in enumerate(measures)}
        for row, of_language in enumerate(rows):
            for limit in of_language:
                if limit.at_least is not None:
                    low[row, place[limit.measure]] = limit.at_least
                if limit.at_most is not None:
                    high[row, place[limit.measure]] = limit.at_most
        return cls(low, high)

    def first_broken(self, values: NDArray[np.float32], language: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each row of values: 2 × measure (too low) or 2 × measure + 1 (too high) of the first limit broken, or -1.

        `language` holds the row of the tables that each row of values belongs to; the last row of the tables (-1) has no limit.
        NaN, what was not measured, breaks nothing.
        """
        if values.shape[1] == 0 or values.shape[0] == 0:
            return np.full(values.shape[0], -1, np.int64)
        below = values < self.low[language]
        above = values > self.high[language]
        broken = below | above
        first = broken.argmax(axis=1)
        rows = np.arange(len(values))
        return np.where(broken[rows, first], 2 * first + ~below[rows, first], -1).astype(np.int64)


def reasons(measures: Sequence[str]) -> tuple[str, ...]:
    """The reasons that `first_broken` numbers."""
    return tuple(f"{name}.{side}" for name in measures for side in (LOW, HIGH))


def sentence(limit: Limit, value: float, unit: str = "") -> str:
    """One broken limit in words: the value, the limit, where it is written and why."""
    low = limit.broken_by(value) == f"{limit.measure}.{LOW}"
    bound = limit.at_least if low else limit.at_most
    side = "at least" if low else "at most"
    return (f"{limit.measure} is {value:.4g}{' ' + unit if unit else ''}, and may be {side} {bound:g} "
            f"({limit.file}:{limit.line}: {limit.why})")


def by_measure(limits: Iterable[Limit]) -> Mapping[str, Limit]:
    """Limits by the name of their measure."""
    return {limit.measure: limit for limit in limits}
