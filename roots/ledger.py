"""Where did every document go? Counts by source × language × stage × reason, and the books that must balance."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from roots import document
from roots.errors import RootsError

KEPT = "kept"
READ = "read"
Key = tuple[str, str, str]  # source, language, reason ("kept" for what stayed)


def schema(measures: Iterable[str]) -> pa.Schema:
    """One row for every document read, without its text."""
    named = dict(document.COLUMNS)
    names = ["id", "source", "locator", "url", "kind", "declared", "language", "language_score",
             "languages", "dropped", "duplicate_of", "similarity", "edits"]
    return pa.schema(
        [pa.field(name, named[name]) for name in names]
        + [pa.field("bytes", pa.int64()),  # of the text, UTF-8
           pa.field("shard", pa.string()), pa.field("row", pa.int64())]  # null = not in a shard
        + [pa.field(document.MEASURE + name, pa.float32()) for name in sorted(measures)]
    )


@dataclass
class Ledger:
    """Documents and bytes by source, language and reason; addition joins the ledgers of parts."""

    documents: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    bytes: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    read: dict[str, int] = field(default_factory=lambda: defaultdict(int))      # records by source, as the reader counted them
    rejected: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))  # (source, reason): never became a document

    @classmethod
    def of(cls, rows: pa.Table) -> Ledger:
        """Counts the rows of a ledger part."""
        ledger = cls()
        keyed = pa.table({
            "source": rows["source"],
            "language": pc.fill_null(rows["language"], "und"),
            "reason": pc.fill_null(rows["dropped"], KEPT),
            "bytes": rows["bytes"],
        })
        grouped = keyed.group_by(["source", "language", "reason"]).aggregate([("bytes", "sum"), ("bytes", "count")])
        for row in grouped.to_pylist():
            key = (row["source"], row["language"], row["reason"])
            ledger.documents[key] += row["bytes_count"]
            ledger.bytes[key] += row["bytes_sum"]
        return ledger

    def __iadd__(self, other: Ledger) -> Ledger:
        for mine, theirs in ((self.documents, other.documents), (self.bytes, other.bytes),
                             (self.read, other.read), (self.rejected, other.rejected)):
            for key, value in theirs.items():
                mine[key] += value  # type: ignore[index]
        return self

    def balance(self) -> None:
        """Law 6: for every source, read = kept + Σ dropped by reason + Σ rejected by reason.

        Raises RootsError naming the first source whose books do not balance.
        """
        accounted: dict[str, int] = defaultdict(int)
        for (source, _, _), count in self.documents.items():
            accounted[source] += count
        for (source, _), count in self.rejected.items():
            accounted[source] += count
        for source in sorted(set(accounted) | set(self.read)):
            if accounted[source] != self.read[source]:
                raise RootsError(f"ledger · {source}",
                                 f"{self.read[source]} records were read, {accounted[source]} are accounted for",
                                 "this is a fault of roots, not of the source: keep the run folder and report it")

    def as_json(self) -> dict[str, object]:
        return {
            "read": dict(sorted(self.read.items())),
            "rejected": [{"source": s, "reason": r, "records": n} for (s, r), n in sorted(self.rejected.items())],
            "documents": [{"source": key[0], "language": key[1], "reason": key[2], "documents": count, "bytes": self.bytes[key]}
                          for key, count in sorted(self.documents.items())],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Ledger:
        ledger = cls()
        ledger.read.update(data["read"])  # type: ignore[call-overload]
        for row in data["rejected"]:  # type: ignore[attr-defined]
            ledger.rejected[row["source"], row["reason"]] += row["records"]
        for row in data["documents"]:  # type: ignore[attr-defined]
            key = (row["source"], row["language"], row["reason"])
            ledger.documents[key] += row["documents"]
            ledger.bytes[key] += row["bytes"]
        return ledger
