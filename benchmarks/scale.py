"""What does a document cost when there are more and more of them, and how much memory does a build take?

    python -m benchmarks.scale [--sizes 10000,100000,1000000] [--workers 1] [--figure docs/scale.svg]

Synthetic documents of some twenty words each, drawn by a seeded generator from the words of the embedded sample in eight languages; a
tenth of them are copies of earlier ones. Each size is one `roots build` in a process of its own: read to written shards, ledger and
report, without a tokenizer (its cost a token is in tokenizer.py). Prints CPU microseconds a document by pass, the most memory of any
process, and the straight line through the passes' times: seconds at the start, microseconds a document after that.
"""
from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import zstandard

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "fr", "id", "sw", "yo", "hi", "vi", "ar")
PER_FILE = 50_000
WORDS = (15, 24)  # of a document, at least and at most
COPIES = 0.1


def vocabulary() -> dict[str, list[str]]:
    """The words of the sample's stories, by language, in order of appearance, each as often as it appears."""
    raw = zstandard.ZstdDecompressor().stream_reader((ROOT / "pipelines/sample/sample-stories/stories.jsonl.zst").read_bytes()).read()
    found: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for line in raw.decode().splitlines():
        row = json.loads(line)
        if row["lang"] in found:
            found[row["lang"]] += row["text"].split()
    return {language: words for language, words in found.items() if words}


def documents(count: int, seed: int = 46) -> Iterator[str]:
    """JSON Lines, without end of line."""
    chance = np.random.default_rng(seed)
    words = {language: np.array(known, object) for language, known in vocabulary().items()}
    names = sorted(words)
    earlier: list[tuple[str, str]] = []
    for number in range(count):
        if earlier and chance.random() < COPIES:
            language, text = earlier[int(chance.integers(len(earlier)))]
        else:
            language = names[int(chance.integers(len(names)))]
            text = " ".join(words[language][chance.integers(0, len(words[language]), int(chance.integers(*WORDS)))])
            if len(earlier) < 10_000:
                earlier.append((language, text))
        yield json.dumps({"id": f"d{number}", "lang": language, "text": text}, ensure_ascii=False)


def corpus(folder: Path, count: int) -> int:
    """DATA/sample-stories/part-NNNNN.jsonl with so many documents; returns their bytes."""
    to = folder / "sample-stories"
    to.mkdir(parents=True)
    size = 0
    lines = documents(count)
    for number in range(-(-count // PER_FILE)):
        block = "\n".join(line for line, _ in zip(lines, range(min(PER_FILE, count - number * PER_FILE)), strict=False)) + "\n"
        (to / f"part-{number:05d}.jsonl").write_text(block, "utf-8")
        size += len(block.encode())
    return size


def workspace(folder: Path) -> Path:
    for name in ("catalogue", "governance", "filters", "pipelines", "tokenizer"):
        shutil.copytree(ROOT / name, folder / name)
    text = (ROOT / "pipelines/sample.toml").read_text("utf-8")
    head, rest = text[:text.index("sources = [")], text[text.index("]", text.index("sources = [")) + 1:]
    rest = rest[:rest.index("[tokenizer]")] + rest[rest.index("[write]"):]
    (folder / "pipelines/scale.toml").write_text(f'{head}sources = ["sample-stories"]{rest}', "utf-8")
    return folder


def build(place: Path, data: Path, run: Path, workers: int) -> dict[str, Any]:
    """What RUN/timings.json says, with wall-clock and CPU seconds and the peak memory of the whole command."""
    begun = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "roots", "build", "scale", "--workspace", str(place), "--data", str(data),
                                "--to", str(run), "--workers", str(workers), "--as-of", "2026-11-21"], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)  # of the build and of every process that it started and waited for
    if status:
        sys.exit(f"the build ended with status {os.waitstatus_to_exitcode(status)}")
    timings: dict[str, Any] = json.loads((run / "timings.json").read_bytes())
    return timings | {"seconds": time.monotonic() - begun, "cpu_seconds": used.ru_utime + used.ru_stime,
                      "peak_rss_bytes": used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)}


def fitted(sizes: Sequence[int], seconds: Sequence[float]) -> tuple[float, float]:
    """Seconds at the start, and a document: the line through the smallest and the largest size."""
    if len(sizes) < 2:
        return 0.0, seconds[0] / sizes[0]
    slope = (seconds[-1] - seconds[0]) / (sizes[-1] - sizes[0])
    return seconds[0] - slope * sizes[0], slope


def figure(sizes: Sequence[int], cost: Sequence[float], memory: Sequence[float]) -> str:
    """Both curves over the number of documents, as SVG; axes are logarithmic to the right and begin at nought upwards."""
    left, right, low, high = 70, 610, 260, 30
    span = max(np.log10(sizes[-1] / sizes[0]), 1)
    across = [left + (right - left) * float(np.log10(size / sizes[0]) / span) for size in sizes]
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 310" font-family="sans-serif" font-size="12">',
             '<title>CPU time a document, and peak memory, by number of documents</title><rect width="680" height="310" fill="white"/>',
             f'<path d="M{left} {high}V{low}H{right}V{high}" fill="none" stroke="#888"/>']
    for values, colour, name, anchor, place in ((cost, "#b04020", "CPU µs a document", "start", left),
                                                (memory, "#2060a0", "peak MB of a process", "end", right)):
        top = max(values) * 1.15
        points = [(x, low - (low - high) * value / top) for x, value in zip(across, values, strict=True)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/><text x="{x:.1f}" y="{y - 8:.1f}" fill="{colour}" '
                  f'text-anchor="middle">{value:,.0f}</text>' for (x, y), value in zip(points, values, strict=True)]
        parts.append(f'<text x="{place}" y="{high - 12}" fill="{colour}" text-anchor="{anchor}">{name}</text>')
    parts += [f'<text x="{x:.1f}" y="{low + 18}" text-anchor="middle">{size:,}</text>' for x, size in zip(across, sizes, strict=True)]
    parts.append(f'<text x="{(left + right) / 2}" y="{low + 38}" text-anchor="middle">documents of about 130 bytes</text></svg>')
    return "\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--figure", type=Path, default=None)
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as temporary:
        folder = Path(temporary)
        place = workspace(folder / "workspace")
        for size in [1_000, *sizes]:  # the first one warms up
            bytes = corpus(folder / "data", size)
            one = build(place, folder / "data", folder / "run", asked.workers) | {"bytes": bytes}
            documents = json.loads((folder / "run/manifest.json").read_bytes())["ledger"]["documents"]
            kept = sum(row["documents"] for row in documents if row["reason"] == "kept")
            work = sum(file.stat().st_size for file in (folder / "run").rglob("*") if file.is_file())
            if size in sizes:
                found.append(one)
                passes = ", ".join(f"{title} {1e6 * stages['']['cpu_seconds'] / size:.0f}" for title, stages in one["passes"].items())
                print(f"{size:>10,} documents, {bytes / 1e6:8.1f} MB, {kept / size:4.0%} kept: {one['seconds']:8.1f} s, "
                      f"{1e6 * one['cpu_seconds'] / size:6.0f} CPU µs a document ({passes}), "
                      f"peak {one['peak_rss_bytes'] / 1e6:.0f} MB, run folder {work / size:.0f} bytes a document", flush=True)
                if asked.figure:
                    costs = [1e6 * one["cpu_seconds"] / of for one, of in zip(found, sizes, strict=False)]
                    asked.figure.write_text(figure(sizes[:len(found)], costs, [one["peak_rss_bytes"] / 1e6 for one in found]), "utf-8")
            shutil.rmtree(folder / "data")
            shutil.rmtree(folder / "run")
    for title in found[0]["passes"]:
        start, slope = fitted(sizes, [one["passes"][title][""]["cpu_seconds"] for one in found])
        print(f"  {title:<12} {start:6.1f} s + {1e6 * slope:7.1f} µs a document")
    start, slope = fitted(sizes, [one["cpu_seconds"] for one in found])
    print(f"  {'whole build':<12} {start:6.1f} s + {1e6 * slope:7.1f} µs a document")


if __name__ == "__main__":
    main()
