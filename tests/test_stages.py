"""What if one document makes a stage fail?"""
from __future__ import annotations

import pyarrow as pa
import pytest

from roots import document
from roots.errors import RootsError
from roots.pipelines.stages import isolating


def batch(texts: list[str]) -> pa.RecordBatch:
    return document.batch_of({"id": [f"{row:032x}" for row in range(len(texts))], "text": texts})


def explosive(batch: pa.RecordBatch) -> pa.RecordBatch:
    if "ضار" in batch.column("text").to_pylist():
        raise ValueError("a library fell over a text that nobody should see")
    return document.with_columns(batch, {"m.seen": pa.array([1.0] * len(batch), pa.float32())})


def test_only_the_poison_is_dropped_and_its_text_is_not_told() -> None:
    texts = ["moja", "mbili", "ضار", "nne", "tano"]
    failures: list[dict[str, str]] = []
    result = isolating("judge", explosive, batch(texts), failures)
    assert result.column("text").to_pylist() == texts
    assert result.column("dropped").to_pylist() == [None, None, "failed.judge", None, None]
    assert result.column("m.seen").to_pylist() == [1.0, 1.0, None, 1.0, 1.0]
    assert failures == [{"stage": "judge", "id": f"{2:032x}", "error": "ValueError"}]


def test_an_error_that_people_must_mend_stops_the_build() -> None:
    def unmended(batch: pa.RecordBatch) -> pa.RecordBatch:
        raise RootsError("roots/models/langid", "is missing", "train it")
    with pytest.raises(RootsError):
        isolating("identify", unmended, batch(["a", "b"]), [])
