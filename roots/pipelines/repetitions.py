"""Which lines, paragraphs and passages of the whole corpus stand in it more than once? Keys of units in, what is to be cut out.

blocks → files of units, by partition → groups of one key → spans that go and spans that stay → drafts → one file sorted by place.
No text is shuffled, and no unit: they meet in files, as the keys of pass 2 do.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import apache_beam as beam
import numpy as np
import pyarrow as pa
from apache_beam.transforms.combiners import ToList

from roots import batches, store
from roots.filters.passages import PassageRules, Units, repeated, together, units_of
from roots.pipelines.decisions import decided
from roots.pipelines.judged import JudgedBlock
from roots.pipelines.keys import scattered
from roots.pipelines.meeting import Partitions
from roots.pipelines.ranges import lines_of, put_together, ranges_of, write_draft
from roots.store import Place, place

PARTITION = 32 << 20  # bytes of text whose units are grouped at a time: about as many of units
STRETCH = 16          # blocks, of 2 MB of text each, whose units go into one file
SCHEMA = pa.schema([("row", pa.int64()), ("start", pa.int32()), ("end", pa.int32()), ("kind", pa.int8())])  # see filters.passages
UNITS = pa.schema([("high", pa.uint64()), ("low", pa.uint64()), ("order", pa.uint64()), *SCHEMA])


def repetitions(blocks: Sequence[JudgedBlock], decisions: str, rules: PassageRules, to: str, pipeline: Callable[[], beam.Pipeline],
                partitions: int) -> None:
    """Writes what is cut from the documents that are still in when the duplicates are out, and what of it stays, by row and start.

    The file has the columns of SCHEMA; `row` is the global row number, `start` and `end` are bytes of its text. It depends on the documents
    and the rules alone.
    """
    work = place(f"{to}.parts")
    cut = [_Stretch(str(work / "units" / f"{start // STRETCH:06d}.arrow"), tuple(blocks[start:start + STRETCH]))
           for start in range(0, len(blocks), STRETCH)]
    ranges = ranges_of(max((block.offset + block.rows for block in blocks), default=0))
    choose = _Choose(tuple(stretch.file for stretch in cut), rules, work / "drafts", ranges)
    with pipeline() as run:
        (
            run
            | Partitions(cut, lambda stretch: _spread(stretch, decisions, rules, partitions), partitions)
            | "choose" >> beam.Map(choose)
            | "together" >> ToList()
            | "write" >> beam.Map(lambda drafts: put_together(place(to), [place(draft) for draft in drafts], ranges, SCHEMA, SCHEMA.names))
        )
    store.remove(work)


@dataclass(frozen=True)
class _Stretch:
    file: str
    blocks: tuple[JudgedBlock, ...]


def _spread(stretch: _Stretch, decisions: str, rules: PassageRules, partitions: int) -> str:
    units = together([_units(block, decisions, rules) for block in stretch.blocks])
    _, order, bounds = scattered(np.ascontiguousarray(units.keys[:, 0]), np.arange(len(units.rows)), partitions)
    parts = (units.take(order[first:last]) for first, last in pairwise(bounds.tolist()))
    batches.write(place(stretch.file), UNITS, (_batch_of(part) for part in parts))
    return stretch.file


def _units(block: JudgedBlock, decisions: str, rules: PassageRules) -> Units:
    """The units of a block, with global rows."""
    batch = batches.read(place(block.documents))
    units = units_of(decided(batch, decisions, block.offset) if decisions else batch, rules)
    return units._replace(rows=units.rows + block.offset)


def _batch_of(units: Units) -> pa.RecordBatch:
    columns = [units.keys[:, 0], units.keys[:, 1], units.order, units.rows, units.spans[:, 0], units.spans[:, 1], units.kinds]
    return pa.record_batch([pa.array(np.ascontiguousarray(column)) for column in columns], schema=UNITS)


def _units_of(batch: pa.RecordBatch) -> Units:
    high, low, order, rows, start, end, kinds = (np.asarray(column) for column in batch.columns)
    return Units(np.stack([high, low], 1), order, rows, np.stack([start, end], 1), kinds)


@dataclass(frozen=True)
class _Choose:
    """What is cut of one partition's units, and what of it stays: a function from its number to a draft."""

    files: tuple[str, ...]
    rules: PassageRules
    drafts: Place
    ranges: int

    def __call__(self, partition: int) -> str:
        found = repeated(together([_units_of(batches.part(place(file), partition)) for file in self.files]), self.rules)
        to = self.drafts / f"{partition:06d}.arrow"
        write_draft(to, _batch_of(found).select(SCHEMA.names), self.ranges)
        return str(to)


def units_in(file: str, offset: int, rows: int) -> Units:
    """What was found in the rows [offset, offset + rows), numbered from 0."""
    here = lines_of(place(file), offset, rows)
    row, start, end, kind = (np.asarray(column) for column in here.columns)
    none = np.zeros((len(here), 2), np.uint64)
    return Units(none, none[:, 0], row - offset, np.stack([start, end], 1), kind)
