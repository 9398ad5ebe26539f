"""Pass 4: which row goes where? The driver counts, workers copy ranges; the bytes of shards and ledger follow from the plan."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from roots import batches, document, ledger, store
from roots.filters.signatures import SignatureRules
from roots.ledger import Ledger
from roots.pipelines.earlier import signatures_of, signed
from roots.pipelines.engine import costed
from roots.pipelines.finishing import POSITION, SHARD
from roots.store import Place, place

BATCH_BYTES = 2 << 20     # of text in one record batch of a shard
LEDGER_ROWS = 200_000     # rows of one ledger part, about


@dataclass(frozen=True)
class Unit:
    """A run of kept rows of one language in one finished block."""

    block: int      # index in the build's order of blocks
    start: int
    count: int
    bytes: int


@dataclass(frozen=True)
class Shard:
    """One file of documents: which units, in order."""

    path: str       # relative to RUN
    language: str
    units: tuple[Unit, ...]

    @property
    def rows(self) -> int:
        return sum(unit.count for unit in self.units)

    @property
    def bytes(self) -> int:
        return sum(unit.bytes for unit in self.units)


@dataclass(frozen=True)
class LedgerPart:
    """One Parquet file of ledger rows, and where the kept rows of its blocks went."""

    path: str
    blocks: tuple[int, ...]
    # of each block: (first position, shard, row in the shard of that first position), sorted by position
    places: dict[int, tuple[tuple[int, str, int], ...]] = field(hash=False)


def plan_shards(units: Sequence[Sequence[tuple[str, int, int, int]]], shard_bytes: int) -> list[Shard]:
    """Shards by language, each closed when it has reached its size; `units` by block, in the build's order."""
    by_language: dict[str, list[Unit]] = {}
    for block, runs in enumerate(units):
        for language, start, count, size in runs:
            by_language.setdefault(language, []).append(Unit(block, start, count, size))
    shards: list[Shard] = []
    for language in sorted(by_language):
        waiting: list[Unit] = []
        number = size = 0
        for unit in by_language[language]:
            waiting.append(unit)
            size += unit.bytes
            if size >= shard_bytes:
                shards.append(Shard(f"documents/{language}/part-{number:05d}.arrow", language, tuple(waiting)))
                waiting, number, size = [], number + 1, 0
        if waiting:
            shards.append(Shard(f"documents/{language}/part-{number:05d}.arrow", language, tuple(waiting)))
    return shards


def plan_ledger(rows: Sequence[int], shards: Sequence[Shard]) -> list[LedgerPart]:
    """Consecutive blocks to a part; `rows` by block."""
    places: dict[int, list[tuple[int, str, int]]] = {}
    for shard in shards:
        row = 0
        for unit in shard.units:
            places.setdefault(unit.block, []).append((unit.start, shard.path, row))
            row += unit.count
    parts: list[LedgerPart] = []
    waiting: list[int] = []
    size = 0
    for block, count in enumerate(rows):
        waiting.append(block)
        size += count
        if size >= LEDGER_ROWS or block == len(rows) - 1:
            where = {one: tuple(sorted(places.get(one, ()))) for one in waiting}
            parts.append(LedgerPart(f"ledger/part-{len(parts):05d}.parquet", tuple(waiting), where))
            waiting, size = [], 0
    return parts


class Writing(beam.PTransform):
    """Copies the planned ranges into shards and ledger parts under RUN."""

    def __init__(self, shards: Sequence[Shard], parts: Sequence[LedgerPart], blocks: Sequence[str], run: Place,
                 rules: SignatureRules) -> None:
        super().__init__("Writing")
        self.shards, self.parts, self.blocks, self.run, self.rules = list(shards), list(parts), list(blocks), run, rules

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection:
        jobs: list[Any] = [*self.shards, *self.parts]
        return (
            pipeline
            | "Jobs" >> beam.Create(jobs, reshuffle=False)
            | "Share out" >> beam.Reshuffle()
            | "Copy" >> beam.ParDo(_Copy(self.blocks, self.run, self.rules))
        )


class _Copy(beam.DoFn):
    def __init__(self, blocks: Sequence[str], run: Place, rules: SignatureRules) -> None:
        self.blocks, self.run, self.rules = list(blocks), run, rules

    def process(self, job: Shard | LedgerPart) -> Iterator[str]:
        if isinstance(job, Shard):
            with costed("shards") as cost:
                cost.documents, cost.bytes = job.rows, write_shard(job, self.blocks, self.run, self.rules)
        else:
            with costed("ledger") as cost:
                cost.documents = write_ledger(job, self.blocks, self.run)
        yield job.path


def write_shard(shard: Shard, blocks: Sequence[str], run: Place, rules: SignatureRules) -> int:
    """One shard as an Arrow IPC stream, uncompressed, in batches of about BATCH_BYTES of text, and its documents' signatures row by row
    in a file of their own; returns bytes of text."""
    total = 0
    signatures: list[pa.RecordBatch] = []

    def put(rows: pa.RecordBatch) -> pa.RecordBatch:
        signatures.append(signed(rows, rules))
        return rows

    def joined() -> Iterator[pa.RecordBatch]:
        nonlocal total
        waiting: list[pa.RecordBatch] = []
        size = 0
        for unit in shard.units:
            rows = batches.read(place(f"{blocks[unit.block]}.kept.arrow")).slice(unit.start, unit.count)
            waiting.append(rows)
            size += unit.bytes
            total += unit.bytes
            if size >= BATCH_BYTES:
                yield put(_joined(waiting))
                waiting, size = [], 0
        if waiting:
            yield put(_joined(waiting))

    batches.write(run / shard.path, SHARD, joined(), stream=True)
    batches.write(run / signatures_of(shard.path), signatures[0].schema, [_joined(signatures)])
    return total


def _joined(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """One batch of its own buffers: the same bytes whatever slices it came from."""
    return pa.Table.from_batches(batches).combine_chunks().take(
        pa.array(np.arange(sum(len(batch) for batch in batches)))).combine_chunks().to_batches()[0]


def write_ledger(part: LedgerPart, blocks: Sequence[str], run: Place) -> int:
    """One ledger part as Parquet, rows in the order in which they were read; returns the number of rows."""
    tables = []
    for block in part.blocks:
        rows = batches.read(place(f"{blocks[block]}.rows.arrow"))
        places = part.places[block]
        position = rows.column(POSITION)
        at, kept = np.asarray(position.fill_null(0)), np.asarray(position.is_valid())
        of = np.searchsorted([start for start, _, _ in places], at, "right") - 1
        base = np.array([row - start for start, _, row in places] or [0])
        shards = pa.array([path for _, path, _ in places], pa.string()).take(pa.array(of, mask=~kept))
        schema = ledger.schema(document.measures_in(rows.schema.names))
        known = {name: rows.column(name) for name in rows.schema.names if name != POSITION}
        known |= {"shard": shards, "row": pa.array(at + base[of], pa.int64(), mask=~kept)}
        tables.append(pa.table([known[name] for name in schema.names], schema=schema))
    table = pa.concat_tables(tables, promote_options="default")  # a block whose every document failed has no measures
    table = table.select(ledger.schema(document.measures_in(table.schema.names)).names)
    with store.writing(run / part.path) as sink:
        pq.write_table(table, sink, compression="zstd", row_group_size=64 * 1024)
    return len(table)


def count(run: Place, parts: Sequence[LedgerPart]) -> Ledger:
    """The counts of every ledger part, read back from the files that were written."""
    total = Ledger()
    for part in parts:
        total += Ledger.of(counted(run / part.path))
    return total


def counted(part: Place) -> pa.Table:
    """What the counts are made of, from one ledger part."""
    with store.reading(part) as source:
        return pq.read_table(source, columns=["source", "language", "dropped", "bytes"])
