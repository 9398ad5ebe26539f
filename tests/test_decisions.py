"""Are decisions read as they were made, however they are drafted and cut into ranges?"""
from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest

from roots import batches, document
from roots.pipelines import ranges
from roots.pipelines.decisions import SCHEMA, counts, decided
from roots.pipelines.ranges import put_together, ranges_of, write_draft

ROWS = 95


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, dict[int, int]]:
    """A file of decisions over ROWS rows in ranges of ten, from three drafts in no order; and what they are, document → kept."""
    monkeypatch.setattr(ranges, "RANGE", 10)
    rng = random.Random(4)
    gone = {row: rng.randrange(ROWS) for row in rng.sample(range(30, ROWS), 40)}
    order = rng.sample(sorted(gone), len(gone))
    drafts = []
    for number in range(3):
        some = order[number::3]
        rows = [{"document": row, "kept": gone[row], "duplicate_of": f"id{gone[row]}", "how": "near", "similarity": 0.5 + row / 1000}
                for row in some]
        drafts.append(tmp_path / f"{number}.arrow")
        write_draft(drafts[-1], pa.RecordBatch.from_pylist(rows, SCHEMA), ranges_of(ROWS))
    put_together(tmp_path / "d.arrow", drafts, ranges_of(ROWS), SCHEMA.with_metadata({"summary": '{"compared": 7}'}), ["document"])
    return tmp_path / "d.arrow", gone


def test_drafts_become_one_sorted_file(made: tuple[Path, dict[int, int]]) -> None:
    file, gone = made
    table = batches.read_all(file)
    assert [row.as_py() for row in table["document"]] == sorted(gone)
    assert [row.as_py() for row in table["kept"]] == [gone[row] for row in sorted(gone)]
    assert counts(str(file)) == {"compared": 7}


@pytest.mark.parametrize("size", [1, 7, 10, 40, ROWS])
def test_each_block_finds_its_own_decisions(size: int, made: tuple[Path, dict[int, int]]) -> None:
    file, gone = made
    for offset in range(0, ROWS, size):
        rows = range(offset, min(offset + size, ROWS))
        batch = document.batch_of({"id": [str(row) for row in rows], "text": ["x"] * len(rows)})
        found = decided(batch, str(file), offset).to_pylist()
        for row, one in zip(rows, found, strict=True):
            assert one["dropped"] == ("duplicate.near" if row in gone else None)
            assert one["duplicate_of"] == (f"id{gone[row]}" if row in gone else None)
            assert one["similarity"] == (pytest.approx(0.5 + row / 1000) if row in gone else None)


def test_nothing_decided_drops_nothing(tmp_path: Path) -> None:
    put_together(tmp_path / "d.arrow", [], ranges_of(0), SCHEMA, ["document"])
    batch = document.batch_of({"id": ["a"], "text": ["x"]})
    assert decided(batch, str(tmp_path / "d.arrow"), 0).equals(batch)
    for offset in (0, 1, ranges.RANGE):  # a block may be empty, and stand behind the last row
        assert decided(batch.slice(0, 0), str(tmp_path / "d.arrow"), offset).equals(batch.slice(0, 0))
