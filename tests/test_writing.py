"""Does the plan place every kept row once, in order, in shards of the size that was asked for?"""
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from roots.pipelines.writing import plan_ledger, plan_shards

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
