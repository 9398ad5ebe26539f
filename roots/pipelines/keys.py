"""Which documents have a key in common? The keys of a stretch of blocks are written to one file, partition by partition, and whoever
links a partition reads that part of every file.

A runner would have to hold, or to send about, some 500 bytes a document; so it hands on nothing but names and numbers, and memory is
that of one stretch or of one partition, however many documents there are. Files, not a shuffle: all runners do the same, in the same bytes.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from roots import batches, document
from roots.filters.components import NONE, Rows, forest, merge, stars
from roots.filters.duplicates import DedupRules
from roots.governance.takedowns import Takedowns, honour
from roots.pipelines.judged import JudgedBlock, bands_of, columns_of, read_block
from roots.store import Place, place

STRETCH = 1 << 16    # documents whose keys go into one file: about 35 MB of them, and as much again three times while they are sorted
PARTITION = 1 << 21  # keys that are linked at a time: 32 MB of them
SCHEMA = pa.schema([("key", pa.uint64()), ("row", pa.int64())])  # one batch for each partition; rows are global
FOREST = pa.schema([("row", pa.int64()), ("root", pa.int64())])  # see components.forest


@dataclass(frozen=True)
class Stretch:
    """Blocks that share a file of keys; `earlier` says which of them belong to an earlier run."""

    file: str
    blocks: tuple[JudgedBlock, ...]
    earlier: tuple[bool, ...]


def stretches(blocks: Sequence[JudgedBlock], against: Sequence[JudgedBlock], folder: Place) -> list[Stretch]:
    """All blocks, one after the other, in stretches of about STRETCH documents."""
    every = [*((block, False) for block in blocks), *((block, True) for block in against)]
    before = list(accumulate((block.rows for block, _ in every), initial=0))
    found = []
    for number, (_, together) in enumerate(groupby(zip(every, before, strict=False), lambda pair: pair[1] // STRETCH)):
        pairs = [pair for pair, _ in together]
        file = folder / f"{number:06d}.arrow"
        found.append(Stretch(str(file), tuple(block for block, _ in pairs), tuple(old for _, old in pairs)))
    return found


def partitions_for(documents: int, rules: DedupRules) -> int:
    """How many partitions are there, so that each has about PARTITION keys?"""
    return 1 + documents * (rules.signatures.bands + 1) // PARTITION


def parted(stretch: Stretch, withdrawn: Takedowns | None, partitions: int, rules: DedupRules) -> Iterator[pa.RecordBatch]:
    """The keys of a stretch, partition by partition. What of an earlier run is `withdrawn` has none."""
    pairs = [_keys(block, withdrawn if old else None, rules) for block, old in zip(stretch.blocks, stretch.earlier, strict=True)]
    keys, rows = (np.concatenate(columns) for columns in zip(*pairs, strict=True))
    keys, rows, bounds = scattered(keys, rows, partitions)
    for first, last in pairwise(bounds.tolist()):
        yield pa.record_batch([keys[first:last], rows[first:last]], schema=SCHEMA)


@numba.njit(cache=True, nogil=True)
def scattered(keys: Any, rows: Any, partitions: int) -> Any:
    """Keys and rows in order of the partition, which a key's upper half names, and where each of these begins; `partitions` + 1 places."""
    bounds = np.zeros(partitions + 1, np.int64)
    for key in keys:
        bounds[((key >> np.uint64(32)) * np.uint64(partitions) >> np.uint64(32)) + np.uint64(1)] += 1
    bounds = np.cumsum(bounds)
    following = bounds.copy()
    ordered, of = np.empty_like(keys), np.empty_like(rows)
    for i in range(len(keys)):
        partition = (keys[i] >> np.uint64(32)) * np.uint64(partitions) >> np.uint64(32)
        ordered[following[partition]], of[following[partition]] = keys[i], rows[i]
        following[partition] += 1
    return ordered, of, bounds


def _keys(block: JudgedBlock, withdrawn: Takedowns | None, rules: DedupRules) -> tuple[npt.NDArray[np.uint64], Rows]:
    """Every key by which a document of the block might meet another, and its global row: exact hash, bands, address."""
    signatures = read_block(block.signatures)
    there = np.asarray(signatures.column("exact_high").is_valid())
    if withdrawn:
        there = there & ~_gone(block, withdrawn)
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
    return np.concatenate(keys), np.concatenate(rows).astype(np.int64) + block.offset


def _gone(block: JudgedBlock, withdrawn: Takedowns) -> npt.NDArray[np.bool_]:
    """Which documents of a block are withdrawn?"""
    known = columns_of(block.documents, ["id", "source", "url"])
    documents = document.batch_of({**{name: known.column(name) for name in known.schema.names}, "text": pa.nulls(len(known))})
    return np.asarray(honour(documents, withdrawn).column("dropped").is_valid())


def link(files: Sequence[Place], partition: int) -> Rows:
    """The spanning forest of one partition's buckets."""
    parts = [batches.part(file, partition) for file in files]
    if not parts:
        return NONE
    keys, rows = (np.concatenate([np.asarray(part.column(name)) for part in parts]) for name in SCHEMA.names)
    return forest(stars(keys, rows))


def write_forest(to: Place, trees: Rows) -> str:
    """Keeps the forest of a partition in a file: the forests of all partitions name a duplicate as often as it has keys."""
    batches.write(to, FOREST, [pa.record_batch([np.ascontiguousarray(column) for column in trees.T], schema=FOREST)])
    return str(to)


def one_forest(files: Sequence[str]) -> Rows:
    """One spanning forest of those in the files, whatever their order; memory follows the duplicated documents alone."""
    together, names = NONE, sorted(files)
    for start in range(0, len(names), 8):
        read = (batches.read(place(name)) for name in names[start:start + 8])
        together = merge([together, *(np.stack([np.asarray(column) for column in one.columns], 1) for one in read)])
    return together
