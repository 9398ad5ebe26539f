"""How fast, how small and how right is deduplication, beside datatrove, text-dedup and rensa?

    python benchmarks/deduplicate.py [--data DIR] [--megabytes 24] [--peers PEERS/bin/python] [--components 5 6 7] [--svg FILE]

Real documents from the shared data (or invented ones, where it is absent) with planted near copies, the same file for every tool; then
the planted pairs of tests/planted.py, whose true similarity is known; then components of 10^n invented documents. Figures are CPU
seconds of one process, so that a busy machine disturbs them little; compiled code is warm, as it is in every run but the first.
"""
from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "benchmarks")]

from deduplicate_curve import curve  # noqa: E402
from planted import Pair, Writer, pairs  # noqa: E402

from roots import document  # noqa: E402
from roots.filters.components import components, forest, merge  # noqa: E402
from roots.filters.duplicates import DedupRules  # noqa: E402
from roots.filters.minhash import chance_of_meeting  # noqa: E402
from roots.filters.signatures import SignatureRules, sign  # noqa: E402

SIGNATURES = SignatureRules(tokens={"zh-Hans": "characters", "zh-Hant": "characters", "zh": "characters", "ja": "characters"})
FOLDERS = ("softcatala_web", "pb_stories", "opensource_guides", "tico19", "asp_stories", "gasp_stories", "xquad", "kirundi_open",
           "flores_sib200")


def cpu() -> float:
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def texts(data: Path | None) -> Iterator[tuple[str, str]]:
    """Real texts with their language; invented ones when there are none."""
    if data is None or not data.is_dir():
        writers = [Writer(language, 1) for language in ("fr", "hi", "ar", "yo", "zh-Hans")]
        while True:
            for writer in writers:
                yield writer.text(writer.tokens(writer.rng.randint(20, 800))), writer.language
    import zstandard

    for folder in FOLDERS:
        for path in sorted((data / folder).glob("*.jsonl.zst")):
            for line in zstandard.open(path, "rt", encoding="utf-8"):
                row = json.loads(line)
                if isinstance(row.get("text"), str):
                    yield row["text"], row.get("lang", "und")


def write_corpus(to: Path, data: Path | None, megabytes: float) -> float:
    """Documents up to so many megabytes, one in ten followed somewhere by a copy with 1 to 5 % of its words changed."""
    rng = random.Random(11)
    rows: list[tuple[str, str]] = []
    size = 0
    for text, language in texts(data):
        rows.append((text, language))
        words = text.split(" ")
        if rng.random() < 0.1 and len(words) > 20:
            for place in rng.sample(range(len(words)), max(1, len(words) * rng.randint(1, 5) // 100)):
                words[place] = rng.choice(words)
            rows.append((" ".join(words), language))
            size += len(text.encode())
        size += len(text.encode())
        if size > megabytes * 1e6:
            break
    rng.shuffle(rows)
    with to.open("w", encoding="utf-8") as out:
        for number, (text, language) in enumerate(rows):
            out.write(json.dumps({"id": f"{number:032x}", "text": text, "lang": language}, ensure_ascii=False) + "\n")
    return size / 1e6


def write_pairs(to: Path, planted: Iterable[Pair]) -> dict[tuple[str, str], float]:
    """Both texts of every pair as documents; returns the true similarity of each pair of ids (1 for equal token sequences)."""
    truth = {}
    with to.open("w", encoding="utf-8") as out:
        for number, pair in enumerate(planted):
            ids = (f"{2 * number:032x}", f"{2 * number + 1:032x}")
            truth[ids] = 1.0 if pair.tokens[0] == pair.tokens[1] else pair.jaccard
            for id, text in zip(ids, (pair.one, pair.other), strict=True):
                out.write(json.dumps({"id": id, "text": text, "lang": pair.language}, ensure_ascii=False) + "\n")
    return truth


def ours(documents: Path, folder: Path, rules: DedupRules) -> dict[str, Any]:
    """The whole of it: JSON Lines → blocks → signatures → the pass."""
    import apache_beam as beam
    import pyarrow.json
    from apache_beam.options.pipeline_options import PipelineOptions

    from roots import batches
    from roots.pipelines.deduplicate import deduplicate
    from roots.pipelines.judged import JudgedBlock, read_block

    folder.mkdir(parents=True)
    stages: dict[str, float] = defaultdict(float)
    begin, started = time.perf_counter(), cpu()
    sign(document.batch_of({"id": ["0"], "text": ["one"], "kind": ["programming"], "language": ["python"]}), rules.signatures)
    stages["start"] = cpu() - started  # tables of Unicode, compiled code read from disk
    blocks: list[JudgedBlock] = []
    ids: list[str] = []
    for number, piece in enumerate(pyarrow.json.open_json(documents, pyarrow.json.ReadOptions(block_size=4 << 20))):
        kinds = ["programming" if language == "python" else "natural" for language in piece.column("lang").to_pylist()]
        batch = document.batch_of({"id": piece.column("id"), "source": ["all"] * len(piece), "text": piece.column("text"),
                                   "language": piece.column("lang"), "kind": kinds})
        mark = cpu()
        signatures = sign(batch, rules.signatures)
        stages["signatures"] += cpu() - mark
        paths = (folder / f"{number}.arrow", folder / f"{number}.sig.arrow")
        batches.write(paths[0], batch.schema, [batch])
        batches.write(paths[1], signatures.schema, [signatures])
        blocks.append(JudgedBlock(str(paths[0]), str(paths[1]), len(batch), len(ids)))
        ids += batch.column("id").to_pylist()
    stages["reading"] = cpu() - started - stages["signatures"] - stages["start"]
    mark = cpu()
    to = str(folder / "decisions.arrow")
    summary = deduplicate(blocks, rules, to, lambda: beam.Pipeline(options=PipelineOptions(["--runner=FnApiRunner"])))
    stages["pass"] = cpu() - mark
    gone = set(read_block(to).column("document").to_pylist())
    return {"tool": "roots", "stages": dict(stages), "cpu": cpu() - started, "wall": time.perf_counter() - begin,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "summary": summary,
            "kept": [id for row, id in enumerate(ids) if row not in gone]}


def run_ours(documents: Path, folder: Path) -> dict[str, Any]:
    """In a process of its own, so that its peak memory is its own; twice, since the first compiles."""
    for number in range(2):
        done = subprocess.run([sys.executable, __file__, "--ours", str(documents), str(folder / f"roots{number}")],
                              stdout=subprocess.PIPE, check=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def run_peer(python: str, tool: str, documents: Path, folder: Path) -> dict[str, Any] | None:
    command = [python, str(ROOT / "benchmarks" / "deduplicate_peers.py"), tool, str(documents), str(folder / tool)]
    done = subprocess.run(command, capture_output=True, check=False, text=True, env={**os.environ, "PYTHONPATH": ""})
    if done.returncode:
        print(f"{tool}: failed\n{done.stderr[-1500:]}", file=sys.stderr)
        return None
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def all_tools(python: str | None, documents: Path, folder: Path) -> list[dict[str, Any]]:
    found = [run_ours(documents, folder)]
    for tool in ("datatrove", "text-dedup", "rensa") if python else ():
        if result := run_peer(str(python), tool, documents, folder):
            found.append(result)
    return found


def report_speed(results: list[dict[str, Any]], megabytes: float, documents: int) -> None:
    print(f"\n{documents} documents, {megabytes:.1f} MB")
    print(f"{'tool':<12}{'signatures MB/CPU-s':>21}{'all MB/CPU-s':>14}{'CPU s':>9}{'peak MB':>9}{'kept':>9}")
    for result in results:
        first = result["stages"].get("signatures")
        print(f"{result['tool']:<12}{f'{megabytes / first:.2f}' if first else '–':>21}{megabytes / result['cpu']:>14.2f}"
              f"{result['cpu']:>9.1f}{result['peak_mb']:>9.0f}{len(result['kept']):>9}   "
              + ", ".join(f"{name} {spent:.2f} s" for name, spent in result["stages"].items()))
    mine = results[0]
    for peer in results[1:]:
        line = f"roots beside {peer['tool']}: whole deduplication {peer['cpu'] / mine['cpu']:.1f} × as fast per core"
        if "signatures" in peer["stages"]:
            line += f", signatures {peer['stages']['signatures'] / mine['stages']['signatures']:.0f} ×"
        print(line)


def report_quality(results: list[dict[str, Any]], truth: dict[tuple[str, str], float], svg: Path | None) -> None:
    bins = [(0.0, 0.3), (0.3, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.75), (0.75, 0.8), (0.8, 0.9), (0.9, 1.0), (1.0, 1.01)]
    print(f"\n{len(truth)} planted pairs: share of which one is removed, by true Jaccard similarity (1 = the same words)")
    print(f"{'similarity':<14}{'pairs':>7}{'theory*':>9}" + "".join(f"{result['tool']:>12}" for result in results))
    kept = [set(result["kept"]) for result in results]
    points: dict[str, list[tuple[float, float, int]]] = {result["tool"]: [] for result in results}
    for low, high in bins:
        here = [ids for ids, value in truth.items() if low <= value < high]
        if not here:
            continue
        theory = np.mean([chance_of_meeting(truth[ids], SIGNATURES.bands, SIGNATURES.rows) for ids in here])
        shares = [np.mean([not (ids[0] in left and ids[1] in left) for ids in here]) for left in kept]
        for found, share in zip(points.values(), shares, strict=True):
            found.append((float(np.mean([truth[ids] for ids in here])), float(share), len(here)))
        print(f"{f'{low:.2f}–{min(high, 1):.2f}':<14}{len(here):>7}{theory:>9.3f}" + "".join(f"{share:>12.3f}" for share in shares))
    for result, left in zip(results, kept, strict=True):
        removed = [value for ids, value in truth.items() if not (ids[0] in left and ids[1] in left)]
        both = sum(len(set(ids) - left) == 2 for ids in truth)
        right, alike = sum(value >= 0.7 for value in removed), sum(value >= 0.7 for value in truth.values())
        print(f"{result['tool']:<12} precision {right / max(len(removed), 1):.4f}  recall {right / alike:.4f}  "
              f"pairs of which neither is left {both}")
    if svg:
        curve(svg, points, SIGNATURES.bands, SIGNATURES.rows, DedupRules().threshold)
    print("* the chance that a pair meets in a band, before it is verified against the threshold 0.7")


def report_components(powers: Iterable[int]) -> None:
    """Clusters of 1 to 50 documents, candidates in eight partitions: time and memory per duplicated document."""
    for power in powers:
        n = 10**power
        code = (f"import sys; sys.path[:0] = {sys.path[:3]!r}\nfrom deduplicate import one_size; one_size({n})")
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT / "benchmarks")


def one_size(n: int) -> None:
    rng = np.random.default_rng(5)
    merge([np.array([[2, 1]], np.int64)])
    rows = rng.permutation(n * 3)[:n].astype(np.int64)
    cluster = np.sort(rng.integers(0, n // 10, n))
    follows = cluster[1:] == cluster[:-1]
    edges = np.stack([rows[1:], rows[:-1]], 1)[follows]
    edges = np.concatenate([edges, edges[rng.integers(0, len(edges), len(edges))]])
    parts = np.array_split(edges[rng.permutation(len(edges))], 8)
    del rows, cluster, follows, edges
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    trees = merge([forest(part) for part in parts])
    count = sum(len(together) for together in components(trees))
    spent = time.process_time() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"10^{len(str(n)) - 1} documents: {count} components, {spent:.2f} s, "
          f"{spent / n * 1e6:.2f} µs and {max(grown, 0) * 1024 / n:.0f} B per document", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("ROOTS_DATA", ROOT.parent / "shared" / "data")))
    parser.add_argument("--megabytes", type=float, default=24)
    parser.add_argument("--peers", help="python of an environment with the peers; without it, ours alone")
    parser.add_argument("--components", type=int, nargs="*", default=[5, 6])
    parser.add_argument("--seeds", type=int, default=4, help="how many times each planted pair is drawn")
    parser.add_argument("--svg", type=Path, help="where to write the recall curve as a picture")
    parser.add_argument("--ours", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.ours:
        print(json.dumps(ours(*asked.ours, DedupRules(SIGNATURES))))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus, planted = folder / "corpus" / "documents.jsonl", folder / "pairs" / "documents.jsonl"
        for path in (corpus, planted):
            path.parent.mkdir()
        if asked.megabytes:
            megabytes = write_corpus(corpus, asked.data, asked.megabytes)
            report_speed(all_tools(asked.peers, corpus, folder / "speed"), megabytes, sum(1 for _ in corpus.open(encoding="utf-8")))
        truth = write_pairs(planted, (pair for seed in range(asked.seeds) for pair in pairs(seed)))
        report_quality(all_tools(asked.peers, planted, folder / "quality"), truth, asked.svg)
    report_components(asked.components)


if __name__ == "__main__":
    main()
