"""Where does a pipeline run, how far has it come, and what did it cost?"""
from __future__ import annotations

import logging
import os
import re
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam.metrics import MetricsFilter
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.transforms.environments import SubprocessSDKEnvironment

from roots.errors import RootsError
from roots.pipelines import child
from roots.pipelines.cost import Cost, measuring, peak_rss
from roots.pipelines.summary import lines_of_pass

NAMESPACE = "roots"
# A further worker process costs some seconds to start. This much of a pass's work (bytes; documents for deduplicate) keeps one busy
# for longer than that; with less, fewer are started.
GRAIN = {"judge": 4 << 20, "deduplicate": 2_000_000, "repetitions": 64 << 20, "finish": 256 << 20, "write": 1 << 30, "tokens": 16 << 20}
_TOLD = re.compile(r"RootsError: (.+?)\n  what: (.+?)\n  mend: (.+?)(?: \[while running|\n|$)")


def _say(line: str, *, final: bool) -> None:
    """A line that rewrites itself on a terminal, plain lines elsewhere."""
    if sys.stderr.isatty():
        print(f"\r\x1b[2K{line}", end="\n" if final else "", file=sys.stderr, flush=True)
    elif final:
        print(line, file=sys.stderr, flush=True)


@contextmanager
def progress(title: str, done: Callable[[], str]) -> Iterator[None]:
    """Shows how far a piece of work has come, twice a second on a terminal and every 30 s elsewhere."""
    stopped = threading.Event()
    started = time.monotonic()
    pause = 0.5 if sys.stderr.isatty() else 30.0

    def watch() -> None:
        while not stopped.wait(pause):
            _say(f"  {title:<14} {done()} · {time.monotonic() - started:.0f} s", final=not sys.stderr.isatty())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
        _say(f"  {title:<14} {done()} · {time.monotonic() - started:.1f} s", final=True)


class _Options(PipelineOptions):
    """Beam asks hundreds of times for a view of its options, and would parse all flags anew for each: half a second of a build."""

    def view_as(self, cls: type[PipelineOptions]) -> Any:
        views = vars(self).setdefault("_views", {})
        if cls not in views:
            views[cls] = super().view_as(cls)
        return views[cls]


def local_pipeline(workers: int) -> beam.Pipeline:
    """A pipeline on Beam's local runner: in this process for one worker, in processes of their own for more.

    The runner is made here and not named, because Beam's "DirectRunner" would first look for a Go binary on the network.
    Why this one of Beam's local runners: docs/runners.md.
    """
    options = _Options([f"--direct_num_workers={workers}"])
    if workers == 1:
        return beam.Pipeline(FnApiRunner(), options=options)
    from roots.pipelines import lost  # noqa: F401  a worker that dies fails the pass
    command = f"{sys.executable} -m roots.pipelines.worker"
    return beam.Pipeline(FnApiRunner(SubprocessSDKEnvironment.from_command_string(command)), options=options)


@dataclass
class Engine:
    """A runner and its workers: as many cores as they are, the build uses. `costs` gathers, by pass and stage, what Beam's metrics say.

    `pipeline` makes the runner's empty pipeline for a number of workers.
    """

    runner: str = "direct"
    workers: int = 1
    pipeline: Callable[[int], beam.Pipeline] = local_pipeline
    costs: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        use_threads(self.workers)

    def workers_for(self, title: str, work: int) -> int:
        """How many processes are worth starting for this pass? Results do not depend on it."""
        return max(1, min(self.workers, -(-work // GRAIN[title])))

    def run(self, title: str, build: Callable[[beam.Pipeline], Any], done: Callable[[], str], work: int) -> None:
        """Builds and runs one pipeline with progress; its metrics are added to `costs[title]`. `work`: see GRAIN.

        Raises RootsError when it fails: a worker's own where there is one.
        """
        with self.piece(title, done):
            pipeline = self.pipeline(self.workers_for(title, work))
            build(pipeline)
            try:
                result = pipeline.run()
                result.wait_until_finish()
            finally:
                child.close_all()
        self._gather(title, result)
        for line in lines_of_pass(self.costs[title]):
            _say(line, final=True)

    @contextmanager
    def piece(self, title: str, done: Callable[[], str]) -> Iterator[None]:
        """A piece of work: measured, with progress, and if it fails, with a RootsError."""
        with self.measured(title), progress(title, done), failing_clearly(title):
            yield

    @contextmanager
    def measured(self, title: str) -> Iterator[None]:
        """Adds wall-clock and CPU seconds (this process and its children) of a piece of work to `costs[title][""]`."""
        wall, cpu = time.perf_counter(), _cpu_seconds()
        yield
        total = self.costs.setdefault(title, {}).setdefault("", {})
        for key, value in (("seconds", time.perf_counter() - wall), ("cpu_seconds", _cpu_seconds() - cpu)):
            total[key] = total.get(key, 0.0) + value
        total["peak_rss_bytes"] = max(total.get("peak_rss_bytes", 0.0), peak_rss())

    def _gather(self, title: str, result: Any) -> None:
        found = result.metrics().query(MetricsFilter().with_namespace(NAMESPACE))
        stages = self.costs.setdefault(title, {})
        for counter in found["counters"]:
            stage, _, what = counter.key.metric.name.partition(".")
            entry = stages.setdefault(stage, {})
            entry[what] = entry.get(what, 0) + (counter.committed or counter.attempted or 0)
        for distribution in found["distributions"]:
            stage, _, what = distribution.key.metric.name.partition(".")
            entry = stages.setdefault(stage, {})
            value = distribution.committed or distribution.attempted
            entry[what] = max(entry.get(what, 0), value.max if value else 0)


@contextmanager
def failing_clearly(title: str) -> Iterator[None]:
    """Turns whatever a runner raises into a RootsError; the traceback goes to the log, not to the user."""
    try:
        yield
    except RootsError:
        raise
    except Exception as error:
        told = _TOLD.search(str(error))  # Beam hands on a worker's error as text
        if told:
            raise RootsError(*(part.strip() for part in told.groups())) from None
        logging.getLogger(NAMESPACE).error("pass %s failed", title, exc_info=True)
        last = str(error).strip().splitlines()[-1] if str(error).strip() else ""
        raise RootsError(f"pass {title}", f"a worker failed: {type(error).__name__}: {last[:200]}",
                         "free disk or memory if that was it, then go on with --resume; ROOTS_LOG=FILE keeps the whole story") from None


def use_threads(count: int) -> None:
    """How many threads may Arrow, and the tokenizer's library before its first use, take in this process?"""
    os.environ.setdefault("RAYON_NUM_THREADS", str(count))
    pa.set_cpu_count(count)


def _cpu_seconds() -> float:
    mine, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


@contextmanager
def costed(stage: str, batch: pa.RecordBatch | None = None) -> Iterator[Cost]:
    """Measures in a worker what one batch costs in one stage (see measuring), and tells Beam."""
    with measuring(stage, batch) as cost:
        yield cost
    tell(cost)


def tell(cost: Cost) -> None:
    """Adds a cost to Beam's metrics, where `Engine` finds it."""
    counts = {"microseconds": int(cost.wall * 1e6), "cpu_microseconds": int(cost.cpu * 1e6),
              "documents": cost.documents, "bytes": cost.bytes, "batches": 1,
              **{f"dropped.{reason}": number for reason, number in cost.dropped.items()}}
    for name, value in counts.items():
        beam.metrics.Metrics.counter(NAMESPACE, f"{cost.stage}.{name}").inc(value)
    for name, value in (("peak_rss_bytes", cost.peak_rss), ("slowest_microseconds", int(cost.wall * 1e6))):
        beam.metrics.Metrics.distribution(NAMESPACE, f"{cost.stage}.{name}").update(value)
