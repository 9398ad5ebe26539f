"""What does a whole build cost, by stage, with one worker and with two?

    python -m benchmarks.build [DATA]      DATA: one folder a source (default: ../shared/data, else the embedded sample)

Each build is a process of its own; seconds and bytes come from RUN/timings.json, which every build writes.
"""
from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def build(recipe: str, data: Path, workers: int, run: Path) -> tuple[float, dict[str, Any], dict[str, Any]]:
    """Wall-clock seconds of the command, its timings, its manifest."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "roots", "build", recipe, "--data", str(data), "--to", str(run), "--workers", str(workers)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    return seconds, json.loads((run / "timings.json").read_bytes()), json.loads((run / "manifest.json").read_bytes())


def rows(timings: dict[str, Any]) -> list[tuple[str, float, float, float]]:
    """(stage, megabytes of text, CPU seconds, peak memory in MB) of each stage that measured itself."""
    found = []
    for title, stages in timings["passes"].items():
        for stage, cost in stages.items():
            name = f"{title} · {stage}" if stage else title
            cpu = cost.get("cpu_microseconds", 0) / 1e6 or cost.get("cpu_seconds", 0.0)
            found.append((name, cost.get("bytes", 0) / 1e6, cpu, cost.get("peak_rss_bytes", 0) / 1e6))
    return found


def main() -> None:
    real = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data"
    recipe, data = ("open46", real) if real.is_dir() else ("sample", ROOT / "pipelines" / "sample")
    totals, results = {}, []
    with tempfile.TemporaryDirectory() as folder:
        build("sample", ROOT / "pipelines" / "sample", 1, Path(folder) / "warm")  # compiled code is cached on disk from here on
        for workers in (1, 2):
            seconds, timings, record = build(recipe, data, workers, Path(folder) / str(workers))
            totals[workers] = seconds
            results.append(record["results"])
            print(f"\n{recipe}, {workers} worker{'s' if workers > 1 else ''}: {seconds:.1f} s")
            print(f"  {'stage':<24}{'MB':>8}{'CPU s':>9}{'MB/CPU-s':>10}{'peak MB':>9}")
            for name, megabytes, cpu, memory in rows(timings):
                rate = f"{megabytes / cpu:10.1f}" if megabytes and cpu else " " * 10
                print(f"  {name:<24}{megabytes:8.1f}{cpu:9.2f}{rate}{memory:9.0f}")
    print(f"\n2 workers against 1: {totals[1] / totals[2]:.2f} times as fast; results {'equal' if results[0] == results[1] else 'DIFFER'}")


if __name__ == "__main__":
    main()
