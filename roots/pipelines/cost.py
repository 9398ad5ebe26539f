"""What does a piece of work cost? Time on the clock and on the core, documents, bytes, memory, and what was dropped meanwhile."""
from __future__ import annotations

import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from roots.pipelines.child import Child


@dataclass
class Cost:
    """One batch in one stage: `wall` and `cpu` in seconds, `bytes` of text, documents dropped by reason, memory of the process in bytes."""

    stage: str
    documents: int = 0
    bytes: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    peak_rss: int = 0
    dropped: Counter[str] = field(default_factory=Counter)


@contextmanager
def measuring(stage: str, batch: pa.RecordBatch | None = None) -> Iterator[Cost]:
    """Measures what is done inside. What it is done on is taken from `batch`, or said to the Cost that this yields."""
    cost = Cost(stage) if batch is None else Cost(stage, len(batch), text_bytes(batch))
    wall, cpu = time.perf_counter(), time.process_time() + Child.spent
    yield cost
    cost.wall, cost.cpu = time.perf_counter() - wall, time.process_time() + Child.spent - cpu
    cost.peak_rss = peak_rss()


def dropped_between(before: pa.RecordBatch, after: pa.RecordBatch) -> Counter[str]:
    """How many documents did a stage drop, by reason?"""
    fresh = after.column("dropped").filter(pc.and_(pc.is_null(before.column("dropped")), pc.is_valid(after.column("dropped"))))
    return Counter({row["values"]: row["counts"] for row in pc.value_counts(fresh).to_pylist()})


def text_bytes(batch: pa.RecordBatch) -> int:
    """UTF-8 bytes of the texts of a batch."""
    return int(pc.sum(pc.binary_length(batch.column("text"))).as_py() or 0)


def peak_rss() -> int:
    """The most memory that this process ever held, in bytes."""
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
