"""How fast do raw files become documents? MB of text per core-second, by format, beside plain Python and the libraries' own readers.

    python benchmarks/read.py [--megabytes 40]

Documents of about 2 kB in eight scripts; each figure is the best of three runs of one process, in CPU seconds.
"""
from __future__ import annotations

import argparse
import gzip
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet as pq
import zstandard

from roots.digest import document_id, file_digest
from roots.filters.normalise import normal, normalise
from roots.pipelines.read import Input, read

WORDS = ("habari za asubuhi rafiki yangu", "नमस्ते दुनिया कैसे हैं आप", "你好世界今天天气很好", "ẹ kú àárọ̀ ẹ̀yin ará", "مرحبا بالعالم كيف حالك",
         "the quick brown fox jumps", "தமிழ் மொழி மிகவும் இனிமை", "chào buổi sáng các bạn")


def best(work: Callable[[], object], times: int = 3) -> float:
    """CPU seconds of the quickest of a few runs."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=40)
    megabytes = parser.parse_args().megabytes
    texts: list[str] = []
    size = 0
    while size < megabytes * 1_000_000:
        text = " ".join(WORDS[(len(texts) + step // 9) % 8 if step % 9 == 0 else len(texts) % 8] for step in range(40)) + f" {len(texts)}"
        texts.append(text)
        size += len(text.encode())
    records = [{"id": f"doc-{number}", "text": text, "lang": "sw", "meta": {"n": number}} for number, text in enumerate(texts)]
    lines = b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)
    print(f"{len(texts):,} documents, {size / 1e6:.0f} MB of text")
    with tempfile.TemporaryDirectory() as folder:
        def file(name: str, format: str, data: bytes, **fields: str) -> Input:
            path = Path(folder) / name
            path.write_bytes(data)
            return Input("bench", name, str(path), file_digest(path), len(data), format, **fields)

        def rate(name: str, work: Callable[[], object]) -> float:
            seconds = best(work)
            print(f"  {name:<44} {size / 1e6 / seconds:8.0f} MB per core-second")
            return seconds

        fields = {"record_id": "id", "language": "lang"}
        plain = file("a.jsonl", "jsonl", lines, **fields)
        table = pa.Table.from_pylist([{key: record[key] for key in ("id", "text", "lang")} for record in records])
        pq.write_table(table, os.path.join(folder, "a.parquet"), compression="zstd")
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=4096)
        ours = rate("jsonl", lambda: list(read(plain)))
        inputs = {
            "jsonl.zst": file("a.jsonl.zst", "jsonl", zstandard.ZstdCompressor().compress(lines), **fields),
            "jsonl.gz": file("a.jsonl.gz", "jsonl", gzip.compress(lines, 6), **fields),
            "jsonl, one faulty line in every block": file("b.jsonl", "jsonl", faulty(lines), **fields),
            "parquet": file("b.parquet", "parquet", (Path(folder) / "a.parquet").read_bytes(), **fields),
            "arrow": file("a.arrow", "arrow", sink.getvalue().to_pybytes(), **fields),
            "text, a document a line": file("a.txt", "text", "\n".join(texts).encode(), text="line"),
        }
        for name, input in inputs.items():
            rate(name, lambda input=input: list(read(input)))  # type: ignore[misc]
        rate("jsonl, slice 0 of 8 (cuts all, parses an eighth)", lambda: list(read(plain, 0, 8)))
        python = rate("peer: json.loads, ids, Arrow columns", lambda: in_python(lines))
        native = rate("peer: pyarrow.json alone, one thread", lambda: pyarrow.json.read_json(
            pa.BufferReader(lines), read_options=pyarrow.json.ReadOptions(use_threads=False)))
        print(f"  jsonl: {python / ours:.1f} × plain Python; {ours / native:.2f} × the cost of the bare native call")
        batches = [block.batch for block in read(plain)]
        normalise(batches[0])
        scan = rate("normalise", lambda: [normalise(batch) for batch in batches])
        per_text = rate("peer: the same, text by text in Python", lambda: [normal(text) for text in texts])
        print(f"  normalise: {per_text / scan:.1f} × plain Python")


def in_python(lines: bytes) -> pa.Table:
    """What the reader does, in plain Python: parse, name each document, lay the columns out in Arrow."""
    records = [json.loads(line) for line in lines.split(b"\n") if line]
    return pa.table({"id": [document_id("bench", record["id"]) for record in records], "declared": [record["lang"] for record in records],
                     "locator": [f"a.jsonl#{number}" for number in range(len(records))],
                     "text": pa.array([record["text"] for record in records], pa.large_string())})


def faulty(lines: bytes) -> bytes:
    """Every thousandth line loses its last brace."""
    return b"\n".join(line[:-1] if number % 1000 == 999 else line for number, line in enumerate(lines.split(b"\n")))


if __name__ == "__main__":
    main()
