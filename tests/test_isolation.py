"""Does a build live through documents that crash a library or never come back from it?"""
from __future__ import annotations

import os
import signal
from pathlib import Path

import pyarrow as pa
import pytest

from roots import document
from roots.errors import RootsError
from roots.pipelines import child
from roots.pipelines.child import Child, Died
from roots.pipelines.isolation import Guarded, Patience
from tests.deadly import at_last, never, poisoned, tells, waits


def guarded(where: str) -> Guarded:
    stages = Guarded(("normalise", "identify", "judge"), None, Patience(0.5, 0.0))  # type: ignore[arg-type]
    stages.child = Child(poisoned, stages.stages, where)
    return stages


def batch(texts: list[str]) -> pa.RecordBatch:
    return document.batch_of({"id": [f"{row:032x}" for row in range(len(texts))], "text": texts})


@pytest.mark.parametrize(("where", "deadly"), [("normalise", {0: "انهيار"}), ("judge", {7: "mlipuko", 69: "कभी-नहीं"})])
def test_deadly_documents_are_found_and_dropped_with_their_stage(where: str, deadly: dict[int, str]) -> None:
    texts = [deadly.get(row, f"hati {row}") for row in range(70)]
    stages = guarded(where)
    done = stages(batch(texts))
    stages.child.close()
    assert done.batch.column("id").to_pylist() == batch(texts).column("id").to_pylist()
    assert done.batch.column("text").to_pylist() == texts
    assert {row: reason for row, reason in enumerate(done.batch.column("dropped").to_pylist()) if reason} == dict.fromkeys(
        deadly, f"failed.{where}")
    assert done.batch.column("m.judge").null_count == len(deadly)
    assert done.batch.column("m.normalise").null_count == (len(deadly) if where == "normalise" else 0)
    ends = {"mlipuko": "SIGABRT", "انهيار": "SIGSEGV", "कभी-नहीं": "out of time"}
    assert done.failures == [{"stage": where, "id": f"{row:032x}", "error": ends[text]} for row, text in deadly.items()]


def test_a_child_that_somebody_else_killed_costs_no_document() -> None:
    stages = guarded("nowhere")
    once = stages(batch(["a", "b"]))
    assert stages.child._process is not None
    os.kill(stages.child._process.pid, signal.SIGKILL)
    again = stages(batch(["a", "b"]))
    stages.child.close()
    assert again.batch.equals(once.batch)
    assert again.failures == []


def test_a_child_answers_raises_and_is_started_again() -> None:
    one = Child(tells, 1, 2)
    before = Child.spent
    assert one(3, 10) == [1, 2, 3]
    with pytest.raises(RootsError, match="negative"):
        one(-1, 10)
    one.close()
    assert one(4, 10) == [1, 2, 4]
    assert Child.spent > before
    child.close_all()
    assert one._process is None


def test_a_child_that_does_not_come_up_stops_the_build() -> None:
    with pytest.raises(RootsError, match="exit 3"):
        Child(never)(1, 10)


def test_a_child_that_is_killed_while_it_starts_is_started_again(tmp_path: Path) -> None:
    one = Child(at_last, str(tmp_path / "begun"))
    assert one(1, 10) == [1]
    one.close()


def test_who_computes_nothing_waits_not_for_ever() -> None:
    with pytest.raises(Died, match="out of time"):
        Child(waits)(60, 0.05)


def test_a_slice_travels_without_its_parent() -> None:
    large = batch(["x" * 1000] * 1000)
    assert len(child._packed(large.slice(3, 2))[1][0]) < 20_000
    assert child._unpacked(*child._packed(large.slice(3, 2))[1]).equals(large.slice(3, 2))
