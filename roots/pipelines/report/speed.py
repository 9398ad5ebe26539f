"""How long did it take, and how much memory? RUN/timings.json by pass and stage; no other file of a run holds times."""
from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from roots.pipelines.summary import DROPPED, skew_of
from roots.recipe import STAGES
from roots.store import Place

MICRO = 1e-6
_PASSES = ("judge", "deduplicate", "repetitions", "finish", "write", "tokenizer", "tokens")
_STAGES = ("read", *STAGES, "sign", "write", "shards", "ledger", "tokenise")


def speed_of(run: Place) -> dict[str, Any]:
    """Workers, runner, input bytes; `passes` and `stages` with seconds, core-seconds, MB per core-second, peak memory (bytes)."""
    path = run / "timings.json"
    if not path.exists():
        return {"workers": 0, "runner": "", "input_bytes": 0, "passes": [], "stages": []}
    known = json.loads(path.read_bytes())
    passes, stages = [], []
    for title, costs in sorted(known["passes"].items(), key=_place(_PASSES)):
        whole = costs.get("", {})
        passes.append({"pass": title, "seconds": whole.get("seconds", 0.0), "cpu_seconds": whole.get("cpu_seconds", 0.0),
                       "peak_rss_bytes": max((cost.get("peak_rss_bytes", 0) for cost in costs.values()), default=0)})
        for stage, cost in sorted(costs.items(), key=_place(_STAGES)):
            if stage:
                cpu = cost.get("cpu_microseconds", 0) * MICRO
                megabytes = cost.get("bytes", 0) / 1e6
                stages.append({"pass": title, "stage": stage, "documents": cost.get("documents", 0), "bytes": cost.get("bytes", 0),
                               "cpu_seconds": cpu, "megabytes_per_core_second": megabytes / cpu if cpu and megabytes else None,
                               "peak_rss_bytes": cost.get("peak_rss_bytes", 0), "skew": skew_of(cost),
                               "dropped": {what.removeprefix(DROPPED): count for what, count in sorted(cost.items())
                                           if what.startswith(DROPPED)}})
    return {"workers": known["workers"], "runner": known["runner"], "input_bytes": known["input_bytes"], "passes": passes, "stages": stages}


def _place(order: tuple[str, ...]) -> Callable[[tuple[str, Any]], tuple[int, str]]:
    """Where it comes in the build; what is not known here comes last."""
    return lambda item: (order.index(item[0]) if item[0] in order else len(order), item[0])
