"""What is a document? One row of an Arrow schema; this module alone spells its columns."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

NATURAL, PROGRAMMING = "natural", "programming"

EDIT = pa.struct([
    ("kind", pa.string()),         # "email", …
    ("start", pa.int32()),         # code points, in the text as it is stored
    ("end", pa.int32()),
    ("replacement", pa.string()),  # what stands there now, never what stood there before; empty = something was cut out here
    ("line", pa.int32()),          # of a cut: its first line in the text as the stage saw it, from 1; null = personal data was replaced
])

SHARE = pa.struct([
    ("language", pa.string()),     # a code; "und" = of no writing system that the identifier knows
    ("share", pa.float32()),       # of the bytes that the identifier read
])

COLUMNS: Mapping[str, pa.DataType] = {
    "id": pa.string(),              # 32 hex digits, see digest.document_id
    "source": pa.string(),          # id of a catalogue record
    "snapshot": pa.string(),        # sha256 of the raw file, hex
    "locator": pa.string(),         # file#record
    "url": pa.string(),             # where the source says that it was found; null = not said
    "kind": pa.string(),            # natural | programming
    "declared": pa.string(),        # the language that the source declares for this record; null = not said
    "language": pa.string(),        # the language identified; null = not identified yet
    "language_score": pa.float32(),
    "languages": pa.list_(SHARE),   # all that were found in a natural text, by falling share, those of 5 % and more; null = not identified
    "text": pa.large_string(),
    "duplicate_of": pa.string(),    # id of the kept document
    "similarity": pa.float32(),     # measured against the kept document
    "edits": pa.list_(EDIT),
    "dropped": pa.string(),         # reason; null = kept
}
MEASURE = "m."  # prefix of the measures' columns: float32, null = not measured


def schema(measures: Sequence[str] = ()) -> pa.Schema:
    """The columns of a batch in flight; measures in sorted order."""
    return pa.schema(
        [pa.field(name, type) for name, type in COLUMNS.items()]
        + [pa.field(MEASURE + name, pa.float32()) for name in sorted(measures)]
    )


def measures_in(names: Iterable[str]) -> list[str]:
    """The measures among the names of columns, without their prefix, sorted, each once."""
    return sorted({name.removeprefix(MEASURE) for name in names if name.startswith(MEASURE)})


def batch_of(columns: Mapping[str, Any], measures: Sequence[str] = ()) -> pa.RecordBatch:
    """A batch from the columns that are known; the others are null. Needs `id` and `text` at least.

    Raises KeyError for a column that no document has.
    """
    wanted = schema(measures)
    unknown = set(columns) - set(wanted.names)
    if unknown:
        raise KeyError(f"a document has no column {sorted(unknown)}")
    rows = len(columns["text"])
    arrays = []
    for field in wanted:
        value = columns.get(field.name)
        if value is None:
            value = pa.nulls(rows, field.type)
        elif not isinstance(value, (pa.Array, pa.ChunkedArray)):
            value = pa.array(value, field.type)
        elif value.type != field.type:
            value = value.cast(field.type)
        if isinstance(value, pa.ChunkedArray):
            value = value.combine_chunks()
        arrays.append(value)
    return pa.RecordBatch.from_arrays(arrays, schema=wanted)


def with_columns(batch: pa.RecordBatch, columns: Mapping[str, pa.Array]) -> pa.RecordBatch:
    """The batch with some columns replaced, and new `m.*` columns added at their sorted place."""
    known = {name: batch.column(name) for name in batch.schema.names}
    return batch_of({**known, **columns}, measures_in([*known, *columns]))


def kept(batch: pa.RecordBatch) -> pa.BooleanArray:
    """Which rows are still in: law 3, a dropped row is not judged again."""
    return pc.is_null(batch.column("dropped"))


def drop(batch: pa.RecordBatch, which: pa.BooleanArray, reason: str | pa.StringArray) -> pa.RecordBatch:
    """The batch with `dropped` set where `which` is true and no reason stands yet (null in `which` = false)."""
    already = batch.column("dropped")
    fresh = pc.and_(pc.fill_null(which, False), pc.is_null(already))
    value = pa.array([reason] * len(batch), pa.string()) if isinstance(reason, str) else reason
    return with_columns(batch, {"dropped": pc.if_else(fresh, value, already)})
