"""Which lines, paragraphs and passages of the whole corpus stand in it more than once? Keys of units in, what is to be cut out.

blocks → (partition, packed units) → groups of one key → spans that go and spans that stay → one file sorted by place.
No text is shuffled: a unit is 41 bytes, whatever its length.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import apache_beam as beam
import numpy as np
import pyarrow as pa
from apache_beam.transforms.combiners import ToList

from roots import batches
from roots.filters.passages import PassageRules, Units, repeated, together, units_of
from roots.pipelines.decisions import decided
from roots.pipelines.judged import JudgedBlock
from roots.store import place

PARTITION = 32 << 20  # bytes of text whose units are grouped at a time: about as many of units
SCHEMA = pa.schema([("row", pa.int64()), ("start", pa.int32()), ("end", pa.int32()), ("kind", pa.int8())])  # see filters.passages
Packed = tuple[bytes, ...]
_TYPES = (np.uint64, np.uint64, np.int64, np.int32, np.int8)


def repetitions(blocks: Sequence[JudgedBlock], decisions: str, rules: PassageRules, to: str, pipeline: Callable[[], beam.Pipeline],
                partitions: int) -> None:
    """Writes what is cut from the documents that are still in when the duplicates are out, and what of it stays, by row and start.

    The file has the columns of SCHEMA; `row` is the global row number, `start` and `end` are bytes of its text. It depends on the documents
    and the rules alone.
    """
    with pipeline() as run:
        (
            run
            | "blocks" >> beam.Create(list(blocks), reshuffle=False)
            | "deal blocks" >> beam.Reshuffle()
            | "spread" >> beam.ParDo(_Spread(decisions, rules, partitions))
            | "gather" >> beam.GroupByKey()
            | "choose" >> beam.MapTuple(lambda _, packed: _found(packed, rules))
            | "together" >> ToList()
            | "write" >> beam.Map(lambda parts: _write(to, parts))
        )


class _Spread(beam.DoFn):
    def __init__(self, decisions: str, rules: PassageRules, partitions: int) -> None:
        self.decisions, self.rules, self.partitions = decisions, rules, partitions

    def process(self, block: JudgedBlock) -> Iterator[tuple[int, Packed]]:
        batch = batches.read(place(block.documents))
        units = units_of(decided(batch, self.decisions, block.offset) if self.decisions else batch, self.rules)
        where = (units.keys[:, 0] >> np.uint64(32)) * np.uint64(self.partitions) >> np.uint64(32)
        for partition in np.unique(where).tolist():
            chosen = units.take(where == partition)
            yield partition, tuple(column.tobytes() for column in chosen._replace(rows=chosen.rows + block.offset))


def _unpacked(packed: Packed) -> Units:
    keys, order, rows, spans, kinds = (np.frombuffer(column, type) for column, type in zip(packed, _TYPES, strict=True))
    return Units(keys.reshape(-1, 2), order, rows, spans.reshape(-1, 2), kinds)


def _found(packed: Iterable[Packed], rules: PassageRules) -> pa.RecordBatch:
    found = repeated(together([_unpacked(one) for one in packed]), rules)
    return pa.record_batch([found.rows, found.spans[:, 0].copy(), found.spans[:, 1].copy(), found.kinds], schema=SCHEMA)


def _write(to: str, parts: Sequence[pa.RecordBatch]) -> None:
    table = pa.Table.from_batches(parts, SCHEMA).sort_by([(name, "ascending") for name in SCHEMA.names])
    batches.write(place(to), SCHEMA, table.combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], SCHEMA)])
