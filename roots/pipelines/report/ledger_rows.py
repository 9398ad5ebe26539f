"""What do the ledger's rows add up to? Questions to its Parquet files, asked with DuckDB; no text is read."""
from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from roots import batches, store
from roots.document import MEASURE
from roots.store import Place

Rows = list[dict[str, Any]]


class LedgerRows:
    """The rows of RUN/ledger. Answers are lists of plain records in a fixed order."""

    def __init__(self, run: Place) -> None:
        self.files = store.files(run / "ledger", "*.parquet")
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET threads = 2")
        if self.files:
            if isinstance(run, Path):  # DuckDB's own reader holds a few row groups, Arrow's reads dozens ahead
                plain = [re.sub(r"([*?[])", r"[\1]", str(file)) for file in self.files]
                self._connection.read_parquet(plain, union_by_name=True).create_view("ledger")
            else:
                self._connection.register("ledger", batches.rows(run / "ledger"))
            self.measures = [name.removeprefix(MEASURE) for name in self._columns() if name.startswith(MEASURE)]
        else:
            self.measures = []

    def __enter__(self) -> LedgerRows:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _columns(self) -> list[str]:
        return [row[0] for row in self._connection.execute("DESCRIBE ledger").fetchall()]

    def ask(self, question: str, **tables: pa.Table) -> Rows:
        """The rows that a question in SQL finds in `ledger` and in the tables given; none where the run has no ledger."""
        if not self.files:
            return []
        answer = self.do(question, **tables)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def do(self, statement: str, **tables: pa.Table) -> duckdb.DuckDBPyConnection:
        """A statement in SQL, carried out."""
        for name, table in tables.items():
            self._connection.register(name, table)
        return self._connection.execute(statement)

    def fates(self) -> Rows:
        """Documents and bytes by source, kind, language and reason ("kept" for what stayed)."""
        return self.ask("""
            SELECT source, kind, coalesce(language, 'und') AS language, coalesce(dropped, 'kept') AS reason,
                   count(*) AS documents, cast(coalesce(sum(bytes), 0) AS BIGINT) AS bytes
            FROM ledger GROUP BY ALL ORDER BY ALL""")

    def personal_data(self) -> Rows:
        """Replacements and documents by source, kind and language, among kept documents."""
        return self.ask("""
            SELECT source, edit.kind AS kind, coalesce(language, 'und') AS language,
                   count(*) AS replacements, count(DISTINCT id) AS documents
            FROM (SELECT source, id, language, unnest(edits) AS edit FROM ledger WHERE dropped IS NULL) WHERE edit.line IS NULL
            GROUP BY ALL ORDER BY ALL""")

    def cuts(self) -> Rows:
        """Pieces that were cut out, and documents that they were cut from, by kind and language, among kept documents."""
        return self.ask("""
            SELECT edit.kind AS kind, coalesce(language, 'und') AS language, count(*) AS cuts, count(DISTINCT id) AS documents
            FROM (SELECT id, language, unnest(edits) AS edit FROM ledger WHERE dropped IS NULL) WHERE edit.line IS NOT NULL
            GROUP BY ALL ORDER BY ALL""")

    def limits(self, limits: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Rows:
        """For each limit of each language: of how many documents it was measured, and how many lie outside.

        A document that several limits would drop counts for each of them, unlike in the reasons, where the first one stands.
        """
        columns = {name: f'"{MEASURE}{name}"' for name in self.measures} | ({"language_score": "language_score"} if self.files else {})
        asked = [measure for measure in sorted(columns) if any(measure in known for known in limits.values())]
        if not asked:
            return []
        codes = sorted(limits)
        bounds = {f"{measure}.{side}": pa.array([limits[code].get(measure, {}).get(side) for code in codes], pa.float32())
                  for measure in asked for side in ("at_least", "at_most")}
        counts = ", ".join(f"""
            count({column}) AS "{measure}", count(*) FILTER (WHERE {column} < "{measure}.at_least" OR {column} > "{measure}.at_most")
            AS "{measure}.outside" """ for measure in asked for column in [columns[measure]])
        rows = self.ask(f"SELECT language, {counts} FROM ledger JOIN bounds USING (language) GROUP BY ALL ORDER BY ALL",  # noqa: S608  ours
                        bounds=pa.table({"language": codes, **bounds}))
        return [{"measure": measure, "language": row["language"], "measured": row[measure], "outside": row[f"{measure}.outside"]}
                for measure in asked for row in rows if measure in limits[row["language"]] and row[measure]]
