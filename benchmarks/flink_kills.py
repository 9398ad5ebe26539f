"""Task managers and worker pools of a real Flink cluster are killed while it builds: are the results those of an undisturbed build?

    python -m benchmarks.flink_kills [KILLS]      KILLS: how many in all (default 10)

Victims and moments come from a seed. What is killed is started again, as a cluster's supervisor would; Flink restarts the pass. A build
that gives up all the same is resumed. Builds of the sample follow each other until all kills are spent, and each must end in the same
digests. Exits with 1 when one does not.
"""
from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from deploy.flink.cluster import Cluster  # noqa: E402

COMMAND = [sys.executable, "-m", "roots", "build", "sample", "--data", "pipelines/sample"]
PAUSE = (5.0, 40.0)  # seconds between two kills


def results(run: Path) -> dict[str, str]:
    """The digests that must be equal."""
    found: dict[str, str] = json.loads((run / "manifest.json").read_bytes())["results"]
    return found


def disturbed(run: Path, cluster: Cluster, chance: random.Random, kills: int) -> tuple[Counter[str], int]:
    """One build on the cluster, to its end, under at most `kills` kills; who was killed how often, and how often it was resumed."""
    done: Counter[str] = Counter()
    resumed = -1
    code = 1
    while code:
        resumed += 1
        more = ["--resume"] if run.exists() else []
        with subprocess.Popen([*COMMAND, "--to", str(run), *cluster.flags(), *more], cwd=ROOT, stderr=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL) as build:
            while build.poll() is None and done.total() < kills:
                try:
                    build.wait(chance.uniform(*PAUSE))
                except subprocess.TimeoutExpired:
                    victim = chance.choice([name for name in sorted(cluster.running()) if name.startswith(("taskmanager", "pool"))])
                    cluster.kill(victim)
                    if victim == "pool":
                        cluster.start_pool()
                    else:
                        cluster.start_manager(int(victim[-1]))
                    done[victim] += 1
            code = build.wait()
        if resumed > kills:
            raise SystemExit(f"{run} cannot be built any more")
    return done, resumed


def main() -> int:
    """The command line."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    chance = random.Random(46)
    cluster = Cluster(ROOT / ".flink")
    found = cluster.running()
    cluster.up()
    total: Counter[str] = Counter()
    same = True
    try:
        with tempfile.TemporaryDirectory() as folder:
            calm = Path(folder) / "calm"
            subprocess.run([*COMMAND, "--to", str(calm)], cwd=ROOT, check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            number = 0
            while total.total() < kills:
                number += 1
                started = time.monotonic()
                run = Path(folder) / f"{number}"
                done, resumed = disturbed(run, cluster, chance, kills - total.total())
                total += done
                equal = results(run) == results(calm)
                left = [path.name for path in run.iterdir() if path.name.startswith(".") or "UNFINISHED" in path.name]
                same = same and equal and not left
                print(f"build {number}: {dict(done)} killed, resumed {resumed} times, {time.monotonic() - started:.0f} s, "
                      f"{'the same bytes' if equal else 'OTHER BYTES'}, left over: {left or 'nothing'}", flush=True)
    finally:
        if not found:
            cluster.down()
    print(f"{total.total()} kills in {number} builds: {dict(total)}; {'all equal' if same else 'NOT EQUAL'}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
