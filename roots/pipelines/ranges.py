"""How is a long table in order of rows put together and read when nobody can hold all of it? In ranges of rows, each a batch of the file.

Each part of the work writes a draft of the same form; the drafts are put together range by range.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from roots import batches
from roots.store import Place

RANGE = 1 << 18  # global rows


def ranges_of(rows: int) -> int:
    """How many ranges do so many rows have? One at least."""
    return max(1, -(-rows // RANGE))


def write_draft(to: Place, some: pa.RecordBatch, ranges: int) -> None:
    """Lines in any order, sorted by their first column, which is a global row, and cut into ranges."""
    ordered = some.sort_by(some.schema.names[0])
    bounds = np.searchsorted(ordered.column(0).to_numpy(), np.arange(ranges + 1) * RANGE)
    batches.write(to, some.schema, (ordered.slice(first, last - first) for first, last in pairwise(bounds.tolist())))


def put_together(to: Place, drafts: Sequence[Place], ranges: int, schema: pa.Schema, by: Sequence[str]) -> None:
    """One file of all drafts, each range sorted by these columns."""
    plain, order = schema.remove_metadata(), [(name, "ascending") for name in by]

    def each() -> Iterator[pa.RecordBatch]:
        for number in range(ranges):
            parts = [batches.part(draft, number) for draft in drafts]
            yield batches.joined(pa.Table.from_batches(parts, plain).sort_by(order)).cast(schema)

    batches.write(to, schema, each())


def lines_of(file: Place, offset: int, rows: int) -> pa.RecordBatch:
    """The lines of the global rows [offset, offset + rows)."""
    parts = [batches.part(file, number) for number in range(offset // RANGE, -(-(offset + rows) // RANGE)) or range(1)]
    lines = batches.joined(pa.Table.from_batches(parts))
    first, last = np.searchsorted(lines.column(0).to_numpy(), [offset, offset + rows])
    return lines.slice(first, last - first)
