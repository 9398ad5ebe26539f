"""How do a language's documents lie about each limit? Histograms, and the documents nearest to it, from a sample of the ledger's rows.

A sample is chosen by ids, which are digests: the same in every build, and no more than `EACH` documents of a language, so that time and
memory do not grow with the corpus.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from roots.document import MEASURE, NATURAL, PROGRAMMING
from roots.pipelines.report.ledger_rows import LedgerRows, Rows

EACH = 10_000     # documents of a language that are looked at
NEAREST = 10      # documents on each side of a limit
BINS = 40
VALUES = 1 << 21  # numbers that are looked at in one question: DuckDB takes milliseconds for each question
REACH = 3         # a limit farther from the bulk of the documents than so many times its width is told, not drawn
Limits = Mapping[str, Mapping[str, Mapping[str, Any]]]  # language → measure → limit, as in the manifest
SCORE = "language_score"


class Sample:
    """The documents of our languages that are looked at: those in `ids` where it is given, and of these at most `EACH` of a language."""

    def __init__(self, ledger: LedgerRows, limits: Limits, ids: pa.Array | None = None) -> None:
        self.ledger, self.limits, self.size = ledger, limits, 0
        if not ledger.files:
            return
        # "lua" is a programming language, and ISO 639's code of Luba-Lulua
        ours = pa.table({"language": list(limits), "kind": [NATURAL if SCORE in limits[code] else PROGRAMMING for code in limits]},
                        pa.schema([("language", pa.string()), ("kind", pa.string())]))
        among = "" if ids is None else "SEMI JOIN ids USING (id)"
        given = {"ours": ours} if ids is None else {"ours": ours, "ids": pa.table({"id": ids})}
        counts = ledger.ask(f"SELECT language, kind, count(*) AS n FROM ledger {among} JOIN ours USING (language, kind) "  # noqa: S608  ours
                            "GROUP BY ALL ORDER BY ALL", **given)
        chosen = pa.table({"language": [row["language"] for row in counts], "kind": [row["kind"] for row in counts],
                           "below": [below(EACH / row["n"]) for row in counts]},
                          pa.schema([("language", pa.string()), ("kind", pa.string()), ("below", pa.string())]))
        self.size = sum(min(row["n"], EACH) for row in counts)
        columns = ", ".join(f'"{MEASURE}{name}" AS "{name}"' for name in ledger.measures)
        ledger.do(f"""
            CREATE OR REPLACE TEMP TABLE sampled AS SELECT id, source, language, dropped, {SCORE}{', ' if columns else ''}{columns}
            FROM ledger {among} JOIN chosen USING (language, kind) WHERE id < below""", **given, chosen=chosen)  # noqa: S608  names are ours

    def _values(self) -> Iterator[tuple[Sequence[str], str]]:
        """Some of the measures that a language limits, and, for SQL, their values one below the other; then others, until it is all."""
        limited = {measure for of in self.limits.values() for measure in of}
        names = sorted(limited & {*self.ledger.measures, SCORE}) if self.ledger.files else []
        together = max(1, VALUES // max(self.size, 1))
        for some in (names[start:start + together] for start in range(0, len(names), together)):
            columns = ", ".join(f'"{name}"' for name in some)
            yield some, f"""(UNPIVOT (SELECT id, source, language, dropped, {columns} FROM sampled)
                             ON {columns} INTO NAME measure VALUE value)"""  # noqa: S608  names are ours

    def nearest(self) -> Rows:
        """The documents nearest to each limit: kept ones within it, and beyond it ones that it or another limit dropped.

        Rows: measure, language, side, beyond, id, source, value, dropped; nearest first, of equals the lower id.
        """
        found: Rows = []
        for measures, values in self._values():
            asked = _table([{"measure": measure, "language": language, "side": side, "bound": limit[side]}
                            for language, of in self.limits.items() for measure, limit in of.items() if measure in measures
                            for side in ("at_least", "at_most") if limit.get(side) is not None], side=pa.string(), bound=pa.float32())
            found += self.ledger.ask(f"""
                SELECT measure, language, side, beyond, id, source, value, dropped FROM (
                    SELECT *, row_number() OVER (PARTITION BY measure, language, side, beyond ORDER BY abs(value - bound), id) AS place
                    FROM (SELECT *, CASE side WHEN 'at_least' THEN value < bound ELSE value > bound END AS beyond
                          FROM {values} JOIN asked USING (measure, language))
                    WHERE CASE WHEN beyond THEN regexp_matches(dropped, '\\.(low|high)$') ELSE dropped IS NULL END)
                WHERE place <= {NEAREST} ORDER BY measure, language, side, beyond, place""", asked=asked)  # noqa: S608  names are ours
        return found

    def histograms(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """(language, measure) → low and high end of the picture, documents, quartiles, and `BINS` counts within and beyond the limit."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for _, values in self._values():
            ends = []
            for row in self.ledger.ask(f"""
                    SELECT measure, language, count(*) AS documents, quantile_cont(value::DOUBLE, [0.005, 0.25, 0.5, 0.75, 0.995]) AS q
                    FROM {values} GROUP BY ALL ORDER BY ALL"""):  # noqa: S608  names are ours
                limit = self.limits[row["language"]].get(row["measure"])
                if limit:
                    low, high = ends_of(row["q"][0], row["q"][4], [limit[side] for side in ("at_least", "at_most")
                                                                   if limit.get(side) is not None])
                    ends.append({"measure": row["measure"], "language": row["language"], "low": low, "high": high,
                                 "at_least": limit.get("at_least"), "at_most": limit.get("at_most")})
                    found[row["language"], row["measure"]] = {
                        "low": low, "high": high, "documents": row["documents"], "quartiles": row["q"][1:4],
                        "within": [0] * BINS, "beyond": [0] * BINS}
            asked = _table(ends, low=pa.float64(), high=pa.float64(), at_least=pa.float32(), at_most=pa.float32())
            for row in self.ledger.ask(f"""
                    SELECT measure, language, least(greatest(floor((value - low) / (high - low) * {BINS})::INTEGER, 0), {BINS - 1}) AS bin,
                           coalesce(value < at_least, false) OR coalesce(value > at_most, false) AS beyond, count(*) AS documents
                    FROM {values} JOIN asked USING (measure, language) GROUP BY ALL ORDER BY ALL""", asked=asked):  # noqa: S608  ours
                found[row["language"], row["measure"]]["beyond" if row["beyond"] else "within"][row["bin"]] += row["documents"]
        return found


def _table(rows: Sequence[Mapping[str, Any]], **columns: pa.DataType) -> pa.Table:
    return pa.Table.from_pylist(rows, pa.schema({"measure": pa.string(), "language": pa.string(), **columns}))


def below(share: float) -> str:
    """The hexadecimal digits that about this share of all ids stand below; "g" for all of them."""
    return "g" if share >= 1 else f"{int(share * 16**8):08x}"


def ends_of(low: float, high: float, bounds: Sequence[float]) -> tuple[float, float]:
    """From where to where a picture goes: the bulk of the documents, the limits that are not too far away, and a little room."""
    reach = REACH * (high - low) or max(bounds, default=0.0, key=abs)
    for bound in bounds:
        if low - abs(reach) <= bound <= high + abs(reach):
            low, high = min(low, bound), max(high, bound)
    room = 0.04 * (high - low) or 0.5
    return (max(low - room, 0.0) if low >= 0 else low - room), high + room
