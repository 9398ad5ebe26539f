"""Where does a pipeline run, how far has it come, and what did it cost?"""
from __future__ import annotations

import logging
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import apache_beam as beam
from apache_beam.metrics import MetricsFilter
from apache_beam.options.pipeline_options import PipelineOptions

NAMESPACE = "roots"


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


@dataclass
class Engine:
    """A runner and its workers. `costs` gathers, by pass and stage, what Beam's metrics say."""

    runner: str = "direct"
    workers: int = 1
    options: tuple[str, ...] = ()  # further Beam options, as on a command line
    costs: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)

    def pipeline_options(self) -> PipelineOptions:
        flags = ["--runner=FnApiRunner", *self.options]  # by name: "DirectRunner" would first look for a Go binary on the network
        if self.workers > 1:
            flags += [f"--direct_num_workers={self.workers}", "--direct_running_mode=multi_processing"]
        return PipelineOptions(flags)

    def pipeline(self) -> beam.Pipeline:
        return beam.Pipeline(options=self.pipeline_options())

    def run(self, title: str, build: Callable[[beam.Pipeline], Any], done: Callable[[], str]) -> None:
        """Builds and runs one pipeline with progress; its metrics are added to `costs[title]`."""
        logging.getLogger("apache_beam").setLevel(logging.ERROR)
        logging.getLogger("root").setLevel(logging.ERROR)
        with self.measured(title), progress(title, done):
            pipeline = self.pipeline()
            build(pipeline)
            result = pipeline.run()
            result.wait_until_finish()
        self._gather(title, result)

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
            stage, _, what = counter.key.metric.name.rpartition(".")
            entry = stages.setdefault(stage, {})
            entry[what] = entry.get(what, 0) + (counter.committed or counter.attempted or 0)
        for distribution in found["distributions"]:
            stage, _, what = distribution.key.metric.name.rpartition(".")
            entry = stages.setdefault(stage, {})
            value = distribution.committed or distribution.attempted
            entry[what] = max(entry.get(what, 0), value.max if value else 0)


def _cpu_seconds() -> float:
    mine, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


def peak_rss() -> int:
    """The most memory that this process ever held, in bytes."""
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale


def count_cost(stage: str, *, wall: float, cpu: float, documents: int, bytes: int) -> None:
    """Called by a worker: what one batch cost in one stage (seconds; bytes of text)."""
    counts: Mapping[str, int] = {"microseconds": int(wall * 1e6), "cpu_microseconds": int(cpu * 1e6),
                                 "documents": documents, "bytes": bytes, "batches": 1}
    for name, value in counts.items():
        beam.metrics.Metrics.counter(NAMESPACE, f"{stage}.{name}").inc(value)
    beam.metrics.Metrics.distribution(NAMESPACE, f"{stage}.peak_rss_bytes").update(peak_rss())
