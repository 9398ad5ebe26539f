"""Pass 2: which documents are duplicates of which? Signatures in, decisions out; a text is read only to verify a candidate.

blocks → (partition, packed keys and rows) → buckets → star edges → one spanning forest → components → decisions → one sorted file.
What is shuffled is packed: one element holds all the keys of one block that fall into one partition.
"""
from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from apache_beam.transforms.combiners import ToList

from roots import batches, document
from roots.filters.components import Rows, components, forest, merge, stars
from roots.filters.duplicates import EXACT, NEAR, URL, DedupRules, decide
from roots.governance.takedowns import Takedowns, honour
from roots.pipelines.judged import Comparison, JudgedBlock, Shelf, bands_of, columns_of, read_block
from roots.store import place

PARTITIONS = 64
SCHEMA = pa.schema([
    ("document", pa.int64()),      # global row number
    ("kept", pa.int64()),          # global row number of the document that stays
    ("duplicate_of", pa.string()),  # its id
    ("how", pa.string()),          # exact | near | url
    ("similarity", pa.float32()),  # Jaccard of the shingles, or containment where that decided; 1 for exact copies
])
_WITH_SOURCES = pa.schema([*SCHEMA, ("source", pa.string()), ("kept_source", pa.string())])
Packed = tuple[bytes, bytes]


def deduplicate(blocks: Sequence[JudgedBlock], rules: DedupRules, to: str, pipeline: Callable[[], beam.Pipeline],
                against: Sequence[JudgedBlock] = (), withdrawn: Takedowns | None = None, partitions: int = PARTITIONS) -> dict[str, Any]:
    """Writes the decisions, sorted by `document`, as an Arrow IPC file with the columns of SCHEMA, and returns what they came to.

    `against` holds blocks of earlier runs: every document in them is kept, except what is `withdrawn`: nothing goes for its sake.
    Offsets number the rows of all blocks without overlap.
    The file depends on the documents and the rules alone: not on the order of blocks, their size, `partitions` or the workers.
    """
    _write(to, [])
    with pipeline() as run:
        trees = (
            run
            | "blocks" >> beam.Create([*((block, None) for block in blocks), *((block, withdrawn) for block in against)])
            | "deal blocks" >> beam.Reshuffle()
            | "spread" >> beam.FlatMap(lambda pair: spread(pair[0], pair[1], partitions, rules))
            | "gather" >> beam.GroupByKey()
            | "link" >> beam.MapTuple(lambda _, packed: link(packed))
            | "one forest" >> beam.CombineGlobally(Forest())
        )
        (
            trees
            | "components" >> beam.FlatMap(components)
            | "deal components" >> beam.Reshuffle()
            | "decide" >> beam.Map(Decide(blocks, against, rules))
            | "together" >> ToList()
            | "write" >> beam.Map(lambda parts: _write(to, parts))
        )
    return counts(to)


def spread(block: JudgedBlock, withdrawn: Takedowns | None, partitions: int, rules: DedupRules) -> Iterator[tuple[int, Packed]]:
    """Every key by which a document of the block might meet another, packed by partition: exact hash, bands, address."""
    signatures = read_block(block.signatures)
    there = np.asarray(signatures.column("exact_high").is_valid())
    if withdrawn:
        there = there & ~gone(block, withdrawn)
    signed = np.flatnonzero(there)
    keys = [np.asarray(signatures.column("exact_high").fill_null(0))[signed]]
    rows = [signed]
    bands, near = bands_of(signatures, rules.signatures.bands)
    near &= there
    keys.append(bands[near].reshape(-1))
    rows.append(np.repeat(np.flatnonzero(near), bands.shape[1]))
    if rules.by_url:
        sources = columns_of(block.documents, ["source"]).column("source")
        named = np.asarray(pc.is_in(sources, value_set=pa.array(rules.by_url, pa.string()))) & there & np.asarray(
            signatures.column("url_hash").is_valid())
        keys.append(np.asarray(signatures.column("url_hash").fill_null(0))[named])
        rows.append(np.flatnonzero(named))
    key, row = np.concatenate(keys), np.concatenate(rows).astype(np.int64) + block.offset
    where = (key >> np.uint64(32)) * np.uint64(partitions) >> np.uint64(32)
    order = np.argsort(where, kind="stable")
    bounds = np.searchsorted(where[order], np.arange(partitions + 1))
    for partition in range(partitions):
        chosen = order[bounds[partition]:bounds[partition + 1]]
        if len(chosen):
            yield partition, (key[chosen].tobytes(), row[chosen].tobytes())


def gone(block: JudgedBlock, withdrawn: Takedowns) -> npt.NDArray[np.bool_]:
    """Which documents of a block are withdrawn?"""
    known = columns_of(block.documents, ["id", "source", "url"])
    documents = document.batch_of({**{name: known.column(name) for name in known.schema.names}, "text": pa.nulls(len(known))})
    return np.asarray(honour(documents, withdrawn).column("dropped").is_valid())


def link(packed: Iterable[Packed]) -> Rows:
    """The spanning forest of one partition's buckets."""
    pieces = list(packed)
    keys = np.concatenate([np.frombuffer(key, np.uint64) for key, _ in pieces])
    rows = np.concatenate([np.frombuffer(row, np.int64) for _, row in pieces])
    return forest(stars(keys, rows))


class Forest(beam.CombineFn):
    """One spanning forest of all: accumulators are forests, so memory follows the duplicated documents alone."""

    def create_accumulator(self) -> list[Rows]:
        return []

    def add_input(self, accumulator: list[Rows], trees: Rows) -> list[Rows]:
        return [*accumulator, trees] if len(accumulator) < 8 else [merge([*accumulator, trees])]

    def merge_accumulators(self, accumulators: Iterable[list[Rows]]) -> list[Rows]:
        return [merge([trees for accumulator in accumulators for trees in accumulator])]

    def extract_output(self, accumulator: list[Rows]) -> Rows:
        return merge(accumulator)


class Decide:
    """A function from components to decisions that opens the blocks where it runs."""

    def __init__(self, blocks: Sequence[JudgedBlock], against: Sequence[JudgedBlock], rules: DedupRules) -> None:
        self.blocks, self.against, self.rules = tuple(blocks), tuple(against), rules
        self._shelf: Shelf | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_shelf": None}

    def __call__(self, together: list[Rows]) -> tuple[pa.RecordBatch, int, int, int]:
        """The decisions (SCHEMA and the two sources); how many components, pairs compared, documents whose candidates were cut."""
        shelf = self._shelf = self._shelf or Shelf(self.blocks, self.rules.signatures.bands, self.against)
        every, texts = shelf.read(np.concatenate(together))
        found: dict[str, list[Any]] = {name: [] for name in _WITH_SOURCES.names}
        compared = capped = start = 0
        for rows in together:
            members, comparison = every.part(start, start + len(rows)), Comparison(texts[start:start + len(rows)], self.rules.signatures)
            start += len(rows)
            made = decide(members, self.rules, comparison.shingles, comparison.same)
            compared, capped = compared + made.compared, capped + made.capped
            for one in made.removed:
                values = (int(rows[one.member]), int(rows[one.kept]), members.ids[one.kept], one.how, one.similarity,
                          members.sources[one.member], members.sources[one.kept])
                for name, value in zip(found, values, strict=True):
                    found[name].append(value)
        return pa.record_batch(list(found.values()), schema=_WITH_SOURCES), len(together), compared, capped


def _write(to: str, parts: Sequence[tuple[pa.RecordBatch, int, int, int]]) -> None:
    """The decisions of all components in one sorted file; what they came to stands in the schema's metadata."""
    table = pa.Table.from_batches([batch for batch, *_ in parts], _WITH_SOURCES).sort_by("document")
    matrix = table.group_by(["source", "kept_source", "how"]).aggregate([([], "count_all")]).to_pylist()
    summary = {
        "components": sum(part[1] for part in parts), "compared": sum(part[2] for part in parts), "capped": sum(part[3] for part in parts),
        "removed": {how: count for how in (EXACT, NEAR, URL) if (count := pc.sum(pc.equal(table["how"], how)).as_py())},
        "matrix": sorted(({"source": row["source"], "kept": row["kept_source"], "how": row["how"], "documents": row["count_all"]}
                          for row in matrix), key=lambda row: (row["source"], row["kept"], row["how"])),
    }
    schema = SCHEMA.with_metadata({"summary": json.dumps(summary, sort_keys=True)})
    (batch,) = table.select(SCHEMA.names).combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], SCHEMA)]
    batches.write(place(to), schema, [batch.cast(schema)])


def counts(to: str) -> dict[str, Any]:
    """What the decisions in a file came to: components, pairs compared, capped documents, removed by how, matrix source × source."""
    found: dict[str, Any] = json.loads(batches.read_all(place(to)).schema.metadata[b"summary"])
    return found


__all__ = ["SCHEMA", "counts", "deduplicate"]
