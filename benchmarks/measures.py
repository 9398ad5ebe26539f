"""How fast are measures and limits, beside datatrove's filters and beside the bare decoding of the same bytes?

    python -m benchmarks.measures [--data ../shared/data] [--peer PYTHON] [--every 100]

Text: every document of the sources of pipelines/open46.toml, as the reader gives it, in the 27 languages that datatrove has tokenisers
for. Figures are MB of UTF-8 per second of one core's time (process time, so that a busy machine does not count). Bare decode makes UTF-8
into code points and does nothing else. `--peer` is the interpreter of an environment with `datatrove[processing]`: Gopher repetition,
Gopher quality and FineWeb quality with datatrove's own tokenisers, in the same run, on every hundredth document of each language, for on
all of them it takes most of an hour.
"""
from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import measuring  # noqa: E402
from numba import njit  # noqa: E402

from benchmarks.job import ITS, given  # noqa: E402
from roots import document  # noqa: E402
from roots.filters.judge import Judge  # noqa: E402

ENOUGH = 50e6  # bytes
PEER = '''
import json, sys, time
from datatrove.data import Document
from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
from datatrove.utils.word_tokenizers import load_word_tokenizer
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
languages = sorted({row["language"] for row in rows})
chains = {}
for code in languages:
    try:
        load_word_tokenizer(code).word_tokenize("a b")
    except Exception as error:
        print("no tokeniser of", code, str(error)[:80], file=sys.stderr)
        continue
    chains[code] = [GopherRepetitionFilter(language=code), GopherQualityFilter(language=code), FineWebQualityFilter(language=code)]
rows = [row for row in rows if row["language"] in chains]
kept, size, begin = 0, 0, time.process_time()
for row in rows:
    size += len(row["text"].encode())
    doc = Document(text=row["text"], id="0")
    good = True
    for one in chains[row["language"]]:
        result = one.filter(doc)
        good &= result is True
    kept += good
print(json.dumps({"seconds": time.process_time() - begin, "bytes": size, "kept": kept, "documents": len(rows), "languages": len(chains)}))
'''


def corpus(data: Path) -> pa.RecordBatch:
    """Every document of the sources of open46, as the reader gives it, in the languages that datatrove has tokenisers for."""
    batches = [batch for batch in given(data)[2] if len(batch)]
    columns = [zip(batch.column("declared").to_pylist(), batch.column("text").to_pylist(), strict=True) for batch in batches]
    rows = sorted(((code, text) for column in columns for code, text in column if code in ITS and text), key=lambda row: row[0])
    rows *= max(1, math.ceil(ENOUGH / sum(len(text.encode()) for _, text in rows)))  # from its beginning again, until there is enough
    many = len(rows)
    return document.batch_of({"id": [f"{n:032x}" for n in range(many)], "text": pa.array([text for _, text in rows], pa.large_string()),
                              "language": [code for code, _ in rows], "source": ["s"] * many, "kind": ["natural"] * many})


@njit(cache=True)
def _decode(data, begin, end, chars):  # type: ignore[no-untyped-def]
    """UTF-8 to code points and nothing else: what nobody who looks at characters can do without."""
    n = 0
    i = begin
    while i < end:
        lead = np.uint32(data[i])
        size = 1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
        code = lead if size == 1 else lead & np.uint32(0x7F >> size)
        for k in range(1, size):
            code = (code << np.uint32(6)) | (np.uint32(data[i + k]) & np.uint32(0x3F))
        chars[n] = code
        n += 1
        i += size
    return n


@njit(cache=True)
def _decode_all(data, offsets, chars):  # type: ignore[no-untyped-def]
    total = 0
    for row in range(offsets.shape[0] - 1):
        total += _decode(data, offsets[row], offsets[row + 1], chars)
    return total


def rate(megabytes: float, work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return megabytes / (time.process_time() - begin)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--peer")
    parser.add_argument("--every", type=int, default=100, help="th document goes to the peer, which is slow")
    options = parser.parse_args()
    batch = corpus(options.data)
    text = batch.column("text")
    megabytes = text.buffers()[2].size / 1e6
    print(f"{megabytes:.1f} MB, {len(batch):,} documents, {len(set(batch.column('language').to_pylist()))} languages")

    offsets, data = np.frombuffer(text.buffers()[1], np.int64), np.frombuffer(text.buffers()[2], np.uint8)
    chars = np.empty(int(np.diff(offsets).max()), np.uint32)
    _decode_all(data, offsets[:3], chars)
    bare = rate(megabytes, lambda: _decode_all(data, offsets, chars))
    judge = Judge(measuring.rules())
    judge.judge(batch.slice(0, 300))
    measured = rate(megabytes, lambda: [judge.values(batch.slice(at, 1000)) for at in range(0, len(batch), 1000)])
    judged = rate(megabytes, lambda: [judge.judge(batch.slice(at, 1000)) for at in range(0, len(batch), 1000)])
    print(f"bare decode                     {bare:8.1f} MB per core-second")
    print(f"measures ({len(judge.measures)})                   {measured:8.1f}   1/{bare / measured:.0f} of bare decode")
    print(f"measures, limits and reasons    {judged:8.1f}   1/{bare / judged:.0f}")
    if options.peer:
        with tempfile.TemporaryDirectory() as folder:
            rows = Path(folder) / "rows.jsonl"
            rows.write_text("".join(json.dumps({"text": t, "language": ITS[c]}) + "\n" for t, c in zip(
                text.to_pylist()[::options.every], batch.column("language").to_pylist()[::options.every], strict=True)))
            said = subprocess.run([options.peer, "-c", PEER, str(rows)], capture_output=True, text=True, check=False)
        if said.returncode:
            print("the peer failed:", said.stderr.strip().splitlines()[-1])
            return
        peer = json.loads(said.stdout.splitlines()[-1])
        theirs = peer["bytes"] / 1e6 / peer["seconds"]
        print(f"datatrove, three filters        {theirs:8.3f}   ours is {judged / theirs:.0f} times as fast "
              f"({peer['bytes'] / 1e6:.1f} MB of {peer['languages']} languages whose tokenisers load)")


if __name__ == "__main__":
    main()
