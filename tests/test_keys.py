"""Do keys meet, however they are cut into stretches and partitions?"""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roots import batches
from roots.filters.components import NONE, forest, merge, often, stars
from roots.filters.duplicates import DedupRules
from roots.filters.signatures import SignatureRules
from roots.pipelines import keys
from roots.pipelines.judged import JudgedBlock
from roots.pipelines.keys import Stretch, link, parted, partitions_for, scattered, stretches
from roots.store import place
from tests.test_deduplicate import SIGNATURES, blocks_of, corpus

KEYS = st.lists(st.one_of(st.integers(0, 2**64 - 1), st.sampled_from([0, 1, 2**32, 2**63, 2**64 - 1])), max_size=200)


def block(rows: int, offset: int) -> JudgedBlock:
    return JudgedBlock(f"{offset}.arrow", f"{offset}.sig.arrow", rows, offset)


@given(KEYS, st.integers(1, 70))
def test_keys_are_dealt_as_a_stable_sort_would(found: list[int], partitions: int) -> None:
    numbers, rows = np.array(found, np.uint64), np.arange(len(found))
    where = [(key >> 32) * partitions >> 32 for key in found]
    ordered, of, bounds = scattered(numbers, rows, partitions)
    expected = sorted(range(len(found)), key=lambda i: where[i])
    assert of.tolist() == expected and ordered.tolist() == [found[i] for i in expected]
    assert bounds.tolist() == [sum(one < partition for one in where) for partition in range(partitions + 1)]


@given(KEYS)
def test_no_key_that_has_an_equal_is_missed(found: list[int]) -> None:
    chosen = set(often(np.array(found, np.uint64)).tolist())
    assert {i for i, key in enumerate(found) if found.count(key) > 1} <= chosen


def test_few_of_the_keys_that_have_no_equal_are_looked_at() -> None:
    chance = np.random.default_rng(1).integers(0, 2**64, 50_000, np.uint64, endpoint=False)
    assert len(often(np.unique(chance))) < len(chance) / 7


def test_every_block_is_in_one_stretch_and_no_stretch_is_long(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(keys, "STRETCH", 100)
    now, before = [block(30, 30 * i) for i in range(10)], [block(7, 1000), block(500, 2000)]
    cut = stretches(now, before, tmp_path)
    assert [one for stretch in cut for one in stretch.blocks] == now + before
    assert [old for stretch in cut for old in stretch.earlier] == [False] * 10 + [True] * 2
    assert all(sum(one.rows for one in stretch.blocks[:-1]) < 100 for stretch in cut) and len({stretch.file for stretch in cut}) == len(cut)


@pytest.mark.parametrize("partitions", [1, 3, 50])
def test_parts_of_many_files_link_what_the_whole_links(partitions: int, tmp_path: Path) -> None:
    rules = DedupRules(SIGNATURES)
    blocks = blocks_of(corpus(7, 40), tmp_path / "w", 17)
    cut = [Stretch(str(tmp_path / f"{number}.arrow"), (one,), (False,)) for number, one in enumerate(blocks)]
    for stretch in cut:
        batches.write(place(stretch.file), keys.SCHEMA, parted(stretch, None, partitions, rules))
    found = merge([link([place(stretch.file) for stretch in cut], partition) for partition in range(partitions)])
    (every,) = parted(Stretch("", tuple(blocks), (False,) * len(blocks)), None, 1, rules)
    whole = forest(stars(np.asarray(every.column("key")), np.asarray(every.column("row"))))
    assert found.tolist() == whole.tolist() and len(whole) > 10


def test_a_partition_has_as_many_keys_however_many_documents_there_are() -> None:
    rules = DedupRules(SignatureRules())
    assert partitions_for(0, rules) == 1
    for documents in (10**5, 10**7, 10**9):
        assert documents * 33 / partitions_for(documents, rules) <= keys.PARTITION
    assert link([], 0).tolist() == NONE.tolist()
