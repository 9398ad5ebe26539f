"""Do Beam's runners yield the same bytes, how long do they take, and how much memory does one worker hold?

    python -m benchmarks.runners [RECIPE [DATA]] [--runners direct-1,direct-2,…] [--keep FOLDER]

RECIPE: sample (the default) or open46 with its DATA. Each build is a process of its own. The runners:
  direct-1, direct-2   what `roots build --workers N` uses: Beam's FnApiRunner, in this process, or with a process for each worker
  threads-2            the same runner with two threads in one process
  portable-2           Beam's portable job service in the driver and its worker pool with two processes
  prism-2              Beam's Prism with a worker pool; the program's path in $PRISM
                       (go install github.com/apache/beam/sdks/v2/go/cmd/prism@v2.77.0)
  flink-2              a Flink cluster of this machine, started for it on ports of its own (Java and Maven needed)
CPU seconds are those of the driver, the workers and the pool (a Flink cluster's own are not counted): they hold on a busy machine too,
seconds do not. Memory is the largest that any worker process held (Beam's metrics). Exits with 1 when results differ.
"""
from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RUNNERS = ("direct-1", "direct-2", "threads-2", "portable-2", "prism-2", "flink-2")
POOL = 50900  # the port of the worker pool that portable-2 and prism-2 share
APART = 300  # added to every port of the Flink cluster: one that runs already is left alone


def opener(runner: str) -> Callable[[int], Any]:
    """How that runner makes an empty pipeline for a number of workers."""
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.runners.portability.fn_api_runner import FnApiRunner
    from apache_beam.runners.portability.portable_runner import PortableRunner
    from apache_beam.runners.portability.prism_runner import PrismRunner

    from roots.pipelines.engine import local_pipeline
    from roots.pipelines.flink import Flink
    external = ["--environment_type=EXTERNAL", f"--environment_config=localhost:{POOL}", f"--job_server_timeout={10**6}"]
    if runner.startswith("direct"):
        return local_pipeline
    if runner == "threads-2":
        return lambda workers: beam.Pipeline(FnApiRunner(), options=PipelineOptions(
            [f"--direct_num_workers={workers}", "--direct_running_mode=multi_threading"]))
    if runner == "portable-2":
        return lambda workers: beam.Pipeline(PortableRunner(), options=PipelineOptions(
            ["--job_endpoint=embed", f"--direct_num_workers={workers}", *external]))
    if runner == "prism-2":
        return lambda workers: beam.Pipeline(PrismRunner(), options=PipelineOptions(
            [f"--prism_location={os.environ['PRISM']}", *external]))
    cluster = flink_cluster()
    return Flink(cluster.master, cluster.job_server, f"pool={cluster.pool}").pipeline


def flink_cluster() -> Any:
    """What flink-2 builds on: jars from the checkout's .flink, all else in a folder beside it."""
    sys.path.insert(0, str(ROOT))
    from deploy.flink.cluster import Cluster
    Cluster(ROOT / ".flink").fetch()
    own = ROOT / ".flink" / "benchmark"
    own.mkdir(parents=True, exist_ok=True)
    if not (own / "lib").exists():
        (own / "lib").symlink_to(ROOT / ".flink" / "lib")
    return Cluster(own, offset=APART)


def build(runner: str, recipe: str, data: Path, run: Path) -> None:
    """Builds in this process."""
    from roots.pipelines.build import build as build_run
    from roots.pipelines.engine import Engine
    from roots.pipelines.passes import Order
    from roots.workspace import Workspace
    workspace = Workspace.find(ROOT)
    engine = Engine(runner, int(runner[-1]), opener(runner))
    build_run(Order(workspace, workspace.recipe(ROOT / "pipelines" / f"{recipe}.toml"), data, run, date.today()), engine)


@contextmanager
def pool() -> Iterator[None]:
    """Beam's worker pool, with our worker program."""
    worker = Path(sys.executable).with_name("roots-worker")
    process = subprocess.Popen([sys.executable, "-m", "apache_beam.runners.worker.worker_pool_main", f"--service_port={POOL}",
                                f"--container_executable={worker}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def flink() -> Iterator[None]:
    """The cluster, while it is needed."""
    cluster = flink_cluster()
    cluster.up()
    try:
        yield
    finally:
        cluster.down()


def cpu_seconds() -> float:
    """Of all children that have ended and been waited for, and theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def unavailable(runner: str) -> str:
    """Why this runner cannot be measured here; empty when it can."""
    if runner == "prism-2" and not Path(os.environ.get("PRISM", "")).is_file():
        return "$PRISM does not name the program"
    if runner == "flink-2":
        sys.path.insert(0, str(ROOT))
        from deploy.flink.cluster import available
        return available()
    return ""


def measure(runner: str, recipe: str, data: Path, run: Path) -> tuple[float, dict[str, Any], dict[str, Any]]:
    """Wall-clock seconds, timings.json, results by kind."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "benchmarks.runners", recipe, str(data), "--one", runner, "--keep", str(run)],
                   cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    return seconds, json.loads((run / "timings.json").read_bytes()), json.loads((run / "manifest.json").read_bytes())["results"]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("recipe", nargs="?", default="sample")
    parser.add_argument("data", nargs="?", type=Path, default=ROOT / "pipelines" / "sample")
    parser.add_argument("--runners", default=",".join(RUNNERS))
    parser.add_argument("--keep", type=Path, default=None)
    parser.add_argument("--one", default="")
    given = parser.parse_args()
    if given.one:
        build(given.one, given.recipe, given.data, given.keep)
        return 0
    results = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        print(f"{given.recipe}\n  {'runner':<12}{'seconds':>9}{'CPU s':>8}{'MB a worker':>13}   seconds by pass")
        for runner in given.runners.split(","):
            why = unavailable(runner)
            if why:
                print(f"  {runner:<12} left out: {why}")
                continue
            around = flink if runner.startswith("flink") else pool
            before = cpu_seconds()
            with around():
                seconds, timings, found = measure(runner, given.recipe, given.data, folder / runner)
            passes = timings["passes"]
            memory = max(cost.get("peak_rss_bytes", 0) for stages in passes.values() for stage, cost in stages.items() if stage)
            print(f"  {runner:<12}{seconds:9.1f}{cpu_seconds() - before:8.1f}{memory / 1e6:13.0f}   "
                  + ", ".join(f"{title} {stages['']['seconds']:.1f}" for title, stages in passes.items()), flush=True)
            results.append(found)
    same = all(found == results[0] for found in results)
    print("\n".join(f"  {kind:<12}{digest[:16]}" for kind, digest in results[0].items()))
    print(f"results of {len(results)} builds: {'equal' if same else 'DIFFER'}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
