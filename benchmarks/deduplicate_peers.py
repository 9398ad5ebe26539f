"""What do other tools make of the same documents? Runs one of them in an environment of its own, and prints a line of JSON.

    PEERS/bin/python benchmarks/deduplicate_peers.py datatrove|text-dedup|rensa DOCUMENTS.jsonl FOLDER

`PEERS` is any virtual environment with `datatrove[processing]`, `spacy`, `text-dedup` and `rensa`; one process, one core each.
"""
from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

stages: dict[str, float] = {}


def cpu() -> float:
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


@contextmanager
def stage(name: str) -> Iterator[None]:
    start = cpu()
    yield
    stages[name] = cpu() - start


def datatrove(documents: Path, folder: Path) -> set[str]:
    """FineWeb's four stages with their defaults: 5 words, 14 buckets of 8."""
    from datatrove.executor.local import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    config = MinhashConfig()
    place = {name: str(folder / name) for name in ("signatures", "buckets", "ids", "kept", "logs")}
    reader = JsonlReader(str(documents.parent), glob_pattern=documents.name)
    steps = {
        "signatures": ([reader, MinhashDedupSignature(output_folder=place["signatures"], config=config)], 1),
        "buckets": ([MinhashDedupBuckets(input_folder=place["signatures"], output_folder=place["buckets"], config=config)], 14),
        "cluster": ([MinhashDedupCluster(input_folder=place["buckets"], output_folder=place["ids"], config=config)], 1),
        "filter": ([reader, MinhashDedupFilter(input_folder=place["ids"]), JsonlWriter(place["kept"], compression=None)], 1),
    }
    for name, (pipeline, tasks) in steps.items():
        with stage(name):
            LocalPipelineExecutor(pipeline=pipeline, tasks=tasks, workers=1, logging_dir=f"{place['logs']}/{name}").run()
    return {json.loads(line)["id"] for path in Path(place["kept"]).glob("*.jsonl") for line in path.open(encoding="utf-8")}


def text_dedup(documents: Path, folder: Path) -> set[str]:
    """Its own command with 5 words, xxh3 and datatrove's 14 bands of 8."""
    from datasets import load_from_disk
    from text_dedup.minhash import main

    with stage("all"):
        main(["--path", "json", "--data_files", str(documents), "--split", "train", "--column", "text", "--output", str(folder / "kept"),
              "--cache_dir", str(folder / "cache"), "--ngram", "5", "--min_length", "5", "--num_perm", "112", "--b", "14", "--r", "8",
              "--hash_func", "xxh3", "--num_proc", "1", "--batch_size", "10000"], standalone_mode=False)
    return set(load_from_disk(str(folder / "kept"))["id"])


def rensa(documents: Path, folder: Path) -> set[str]:
    """Its matrix of signatures and its deduplicator, over 5-word shingles made in Python as its documentation makes them."""
    import rensa as library

    kept = set()
    with stage("all"):
        known = library.RMinHashDeduplicator(threshold=0.7, num_perm=112, use_lsh=True, num_bands=14, seed=42)
        with documents.open(encoding="utf-8") as lines:
            for line in lines:
                document = json.loads(line)
                words = document["text"].lower().split()
                signature = library.RMinHash(num_perm=112, seed=42)
                signature.update([" ".join(words[i:i + 5]) for i in range(max(1, len(words) - 4))])
                if known.add(document["id"], signature):
                    kept.add(document["id"])
    return kept


TOOLS: dict[str, Callable[[Path, Path], set[str]]] = {"datatrove": datatrove, "text-dedup": text_dedup, "rensa": rensa}

if __name__ == "__main__":
    tool, documents, folder = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["HF_HUB_OFFLINE"] = "1"
    begin, started = time.perf_counter(), cpu()
    survivors = TOOLS[tool](documents, folder)
    print(json.dumps({"tool": tool, "stages": stages, "cpu": cpu() - started, "wall": time.perf_counter() - begin,
                      "peak_mb": max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024,
                      "kept": sorted(survivors)}))
