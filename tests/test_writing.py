"""Does the plan place every kept row once, in order, in shards of the size that was asked for?"""
from __future__ import annotations

import resource
from pathlib import Path

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from roots import batches
from roots.filters.signatures import SignatureRules
from roots.pipelines.finishing import SHARD
from roots.pipelines.writing import BATCH_BYTES, Shard, Unit, plan_ledger, plan_shards, write_shard

runs = st.lists(st.lists(st.tuples(st.sampled_from(["sw", "yo", "zh-Hant"]), st.integers(1, 9), st.integers(1, 900)), max_size=3,
                         unique_by=lambda run: run[0]), max_size=12)


def units_of(blocks: list[list[tuple[str, int, int]]]) -> list[list[tuple[str, int, int, int]]]:
    found = []
    for block in blocks:
        start, units = 0, []
        for language, count, size in sorted(block):
            units.append((language, start, count, size))
            start += count
        found.append(units)
    return found


@given(runs, st.integers(1, 2000))
def test_every_row_stands_in_one_shard_of_its_language(blocks: list[list[tuple[str, int, int]]], size: int) -> None:
    units = units_of(blocks)
    shards = plan_shards(units, size)
    placed = [(unit.block, row, shard.language) for shard in shards for unit in shard.units
              for row in range(unit.start, unit.start + unit.count)]
    expected = [(block, row, language) for block, runs in enumerate(units) for language, start, count, _ in runs
                for row in range(start, start + count)]
    assert sorted(placed) == sorted(expected)
    assert len({shard.path for shard in shards}) == len(shards)


@given(runs, st.integers(1, 2000))
def test_a_shard_is_closed_by_the_unit_that_fills_it(blocks: list[list[tuple[str, int, int]]], size: int) -> None:
    for shard in plan_shards(units_of(blocks), size):
        assert sum(unit.bytes for unit in shard.units[:-1]) < size


@given(runs, st.integers(1, 2000))
def test_the_ledger_knows_where_each_unit_begins(blocks: list[list[tuple[str, int, int]]], size: int) -> None:
    units = units_of(blocks)
    shards = plan_shards(units, size)
    parts = plan_ledger([sum(count for _, _, count, _ in runs) for runs in units], shards)
    assert [block for part in parts for block in part.blocks] == list(range(len(units)))
    row_of = {}
    for shard in shards:
        row = 0
        for unit in shard.units:
            row_of[unit.block, unit.start] = (shard.path, row)
            row += unit.count
    assert {(block, start): (path, row) for part in parts for block, places in part.places.items() for start, path, row in places} == row_of


def test_shards_keep_their_size_when_one_language_is_two_fifths_and_one_document_is_fifty_megabytes() -> None:
    block, wanted, huge = 2 << 20, 256 << 20, 50 << 20
    blocks = []
    for number in range(4000):  # 8 GB: of ten blocks four are English, the others of 45 languages
        language = "en" if number % 10 < 4 else f"l{number % 45:02d}"
        blocks.append([(language, 0, 100, block)])
    blocks[1234] = [(blocks[1234][0][0], 0, 1, huge)]
    shards = plan_shards(blocks, wanted)
    english = [shard for shard in shards if shard.language == "en"]
    assert len(english) == 13 and sum(shard.bytes for shard in english) > 0.39 * sum(shard.bytes for shard in shards)
    last = {shard.language: shard for shard in shards}
    full = [shard.bytes for shard in shards if shard is not last[shard.language]]
    assert min(full) >= wanted and max(full) < wanted + huge
    assert sorted(full)[-2] < wanted + block, "only the shard that the large document closes is larger than by a block"


def test_a_document_larger_than_a_shard_is_written_in_bounded_memory(tmp_path: Path) -> None:
    size = 50 << 20
    for name, text in (("small", "Habari. " * 1000), ("huge", "x" * size)):
        row = {field.name: [None] for field in SHARD} | {"id": ["0" * 32], "text": [text], "kind": ["natural"], "language": ["sw"]}
        rows = pa.RecordBatch.from_pydict(row, schema=SHARD)
        batches.write(tmp_path / f"{name}.kept.arrow", SHARD, [rows])
    units = (Unit(0, 0, 1, 8000), Unit(1, 0, 1, size), Unit(0, 0, 1, 8000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    shard = Shard("documents/sw/part-00000.arrow", "sw", units)
    assert write_shard(shard, [str(tmp_path / "small"), str(tmp_path / "huge")], tmp_path, SignatureRules()) == size + 16_000
    found = list(batches.each(tmp_path / shard.path))
    assert [len(batch) for batch in found] == [2, 1] and found[0].nbytes > BATCH_BYTES
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < 12 * size, f"{grown >> 20} MB for a document of {size >> 20}"
