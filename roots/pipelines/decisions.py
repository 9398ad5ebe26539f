"""Which document goes, and for the sake of which? One file, in ranges of rows; it is written and read a range at a time.

Each part of the work writes a draft of the same form; the drafts are put together range by range, so that no one ever holds all of them.
"""
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from roots import batches, document
from roots.store import Place, place

RANGE = 1 << 18  # global rows, whose decisions are one batch of the file
SCHEMA = pa.schema([
    ("document", pa.int64()),      # global row number
    ("kept", pa.int64()),          # global row number of the document that stays
    ("duplicate_of", pa.string()),  # its id
    ("how", pa.string()),          # exact | near | url
    ("similarity", pa.float32()),  # Jaccard of the shingles, or containment where that decided; 1 for exact copies
])


def ranges_of(rows: int) -> int:
    """How many ranges do so many rows have? One at least."""
    return max(1, -(-rows // RANGE))


def write_draft(to: Place, decided: pa.RecordBatch, ranges: int) -> None:
    """Decisions in any order, sorted and cut into ranges."""
    ordered = decided.sort_by("document")
    bounds = np.searchsorted(ordered.column("document").to_numpy(), np.arange(ranges + 1) * RANGE)
    batches.write(to, SCHEMA, (ordered.slice(first, last - first) for first, last in pairwise(bounds.tolist())))


def put_together(to: Place, drafts: Sequence[Place], ranges: int, summary: Mapping[str, Any]) -> None:
    """One file of all drafts, each range sorted; what the decisions came to stands in the schema's metadata."""
    schema = SCHEMA.with_metadata({"summary": json.dumps(summary, sort_keys=True)})

    def each() -> Iterator[pa.RecordBatch]:
        for number in range(ranges):
            parts = [batches.part(draft, number).cast(SCHEMA) for draft in drafts]
            yield batches.joined(pa.Table.from_batches(parts, SCHEMA).sort_by("document")).cast(schema)

    batches.write(to, schema, each())


def counts(to: str) -> dict[str, Any]:
    """What the decisions in a file came to: components, pairs compared, capped documents, removed by how, matrix source × source."""
    found: dict[str, Any] = json.loads(batches.schema(place(to)).metadata[b"summary"])
    return found


def decided(batch: pa.RecordBatch, file: str, offset: int) -> pa.RecordBatch:
    """The batch with the duplicates among its rows dropped; `offset` is the global number of its first row."""
    ranges = range(offset // RANGE, (offset + len(batch) - 1) // RANGE + 1) if len(batch) else ()
    here = batches.joined(pa.Table.from_batches([batches.part(place(file), number).cast(SCHEMA) for number in ranges], SCHEMA))
    rows = here.column("document").to_numpy()
    first, last = np.searchsorted(rows, [offset, offset + len(batch)])
    if first == last:
        return batch
    here = here.slice(first, last - first)
    of = np.full(len(batch), -1, np.int64)
    of[rows[first:last] - offset] = np.arange(last - first)
    index = pa.array(of, mask=of < 0)
    how = pc.take(pc.binary_join_element_wise("duplicate", here.column("how"), "."), index)
    batch = document.with_columns(batch, {name: pc.take(here.column(name), index) for name in ("duplicate_of", "similarity")})
    return document.drop(batch, pc.is_valid(index), how)
