"""What does the whole job cost beside datatrove's, and beside the bare native calls on the same bytes?

    python -m benchmarks.job [DATA] [--peer PYTHON] [--every 40]      DATA: one folder a source (default: ../shared/data)

Ours is the command itself, `roots build open46`, one worker, from the raw files to documents, ledger, tokens and report: all CPU seconds
of the process and its children, without those in which a tokenizer is learned. datatrove gets the documents that ours has read, every
40th of each language that it has a word tokenizer for, as JSONL, and our tokenizer (see job_peer.py). Figures are MB of text that came
in per CPU second.

Bare is what nobody can do without: unpacking and parsing the JSON by Arrow, fastText's own `predict`, the compiled kernels of measures,
perplexity, signatures and the scan for personal data called on whole columns, Arrow's writing, and `encode_batch` of the text kept.
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
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from roots.batches import each
from roots.pipelines.build import inputs_for
from roots.pipelines.read import Input, read
from roots.rules import Rules, rules_of
from roots.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
# how datatrove calls the languages that it has word tokenizers for
ITS = {"ar": "arb_Arab", "bn": "ben_Beng", "ca": "cat_Latn", "en": "eng_Latn", "es": "spa_Latn", "eu": "eus_Latn", "fr": "fra_Latn",
       "gu": "guj_Gujr", "hi": "hin_Deva", "id": "ind_Latn", "ig": "ibo_Latn", "kn": "kan_Knda", "ml": "mal_Mlym", "mr": "mar_Deva",
       "ne": "npi_Deva", "pa": "pan_Guru", "pt": "por_Latn", "rw": "kin_Latn", "sn": "sna_Latn", "sw": "swh_Latn", "ta": "tam_Taml",
       "te": "tel_Telu", "ur": "urd_Arab", "vi": "vie_Latn", "xh": "xho_Latn", "yo": "yor_Latn", "zu": "zul_Latn"}


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ours(data: Path, run: Path) -> tuple[float, dict[str, float]]:
    """CPU seconds of the whole command, and by pass."""
    before = children()
    subprocess.run([sys.executable, "-m", "roots", "build", "open46", "--data", str(data), "--to", str(run)], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)
    passes = json.loads((run / "timings.json").read_bytes())["passes"]
    return children() - before, {title: stages[""]["cpu_seconds"] for title, stages in passes.items()}


def given(data: Path) -> tuple[list[Input], Rules, list[pa.RecordBatch]]:
    """The raw files, the rules, and every document as it is read, its language as its source declares it."""
    workspace = Workspace(ROOT)
    recipe = workspace.recipe(ROOT / "pipelines/open46.toml")
    verdicts = workspace.verdicts(recipe, date(2026, 11, 21))
    admitted = [source for source in recipe.sources if verdicts[source].allowed]
    inputs = inputs_for(workspace, admitted, data)
    rules = rules_of(workspace, recipe, admitted)
    from roots.pipelines.judging import declare
    return inputs, rules, [declare(block.batch, rules.judge.declared, rules.aliases) for input in inputs for block in read(input)]


def peer(python: str, batches: list[pa.RecordBatch], every: int, folder: Path, tokenizer: Path) -> dict[str, Any]:
    (folder / "documents").mkdir()
    seen: dict[str, int] = {}
    for batch in batches:
        for id, text, language in zip(*(batch.column(name).to_pylist() for name in ("id", "text", "declared")), strict=True):
            its = ITS.get((language or "").split("-")[0])
            if its and text.strip():
                seen[its] = seen.get(its, 0) + 1
                if seen[its] % every == 1:
                    with (folder / "documents" / f"{its}.jsonl").open("a", encoding="utf-8") as lines:
                        lines.write(json.dumps({"id": id, "text": text}, ensure_ascii=False) + "\n")
    done = subprocess.run([python, "benchmarks/job_peer.py", str(folder / "documents"), str(folder / "peer"), str(tokenizer)], cwd=ROOT,
                          check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "", "RAYON_NUM_THREADS": "1"})
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def bare(inputs: list[Input], rules: Rules, batches: list[pa.RecordBatch], run: Path, folder: Path) -> dict[str, float]:
    """CPU seconds of each of the native calls."""
    import fasttext
    import pyarrow.json
    from tokenizers import Tokenizer

    from roots.filters.judge import PARTS, Judge
    from roots.filters.perplexity import PerplexityScorer
    from roots.filters.signatures import sign
    from roots.governance.scan import scan

    seconds: dict[str, float] = {}

    def measured(name: str, call: Callable[..., Any], *arguments: Any) -> None:
        before = time.process_time()
        call(*arguments)
        seconds[name] = seconds.get(name, 0.0) + time.process_time() - before

    def parse(file: str) -> None:
        with pa.CompressedInputStream(pa.OSFile(file), "zstd") as stream:
            pyarrow.json.read_json(stream, read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=64 << 20))

    for input in inputs:
        measured("Arrow: unpack and parse", parse, str(input.file))
    text = pa.concat_arrays([batch.column("text") for batch in batches])
    texts = [one[:1000].replace("\n", " ") for one in text.to_pylist()]
    model = fasttext.load_model(str(rules.identify.model))
    model.predict(texts[:10])
    for start in range(0, len(texts), 1000):
        measured("fastText: predict", model.predict, texts[start:start + 1000])
    judge = Judge(rules.judge)
    rows, unknown = judge.driver.rows, judge.driver.unknown
    prose = np.ones(PARTS, np.uint8)
    scorer = PerplexityScorer(rules.judge.perplexity) if rules.judge.perplexity else None
    none = np.zeros(0, np.uint64)
    for again in (False, True):  # everything once on little: compiled code and models are loaded
        for name in [name for name in seconds if name.startswith("kernel")]:
            del seconds[name]
        for batch in batches if again else batches[:3]:
            column, declared = batch.column("text"), batch.column("declared")
            numbers = np.array([rows.get(code, unknown) for code in declared.to_pylist()], np.int64)
            for start in range(0, len(batch), PARTS):
                part = column.slice(start, PARTS)
                measured("kernel: measures", judge.driver.measure, part, numbers[start:start + PARTS], prose[:len(part)])
            if scorer is not None:
                measured("kernel: perplexity", scorer.score, column, declared)
            measured("kernel: signatures", sign, batch, rules.signatures)
            values = np.frombuffer(column.buffers()[2], np.uint8)
            offsets = np.frombuffer(column.buffers()[1], np.int64)[column.offset:column.offset + len(column) + 1]
            measured("kernel: scan", scan, values, offsets, np.ones(len(column), np.bool_), none, none)

    def written() -> None:
        for number, batch in enumerate(batches):
            with pa.OSFile(str(folder / f"{number}.arrow"), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
                writer.write_batch(batch)
    for _ in ("judged", "finished", "documents"):
        measured("Arrow: write", written)
    tokenizer = Tokenizer.from_file(str(run / "tokenizer/tokenizer.json"))
    for shard in sorted(run.glob("documents/*/*.arrow")):
        for batch in each(shard):
            measured("tokenizers: encode_batch", tokenizer.encode_batch_fast, batch.column("text").to_pylist(), False)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--peer", default="")
    parser.add_argument("--every", type=int, default=40)
    asked = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = "1"
    pa.set_cpu_count(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        cpu, passes = ours(asked.data, folder / "run")
        inputs, rules, batches = given(asked.data)
        batches = [batch for batch in batches if len(batch)]
        megabytes = sum(pc.sum(pc.binary_length(batch.column("text"))).as_py() or 0 for batch in batches) / 1e6
        languages = len(set().union(*(set(batch.column("declared").to_pylist()) for batch in batches)))
        with_tokens = cpu - passes["tokenizer"]
        without = with_tokens - passes["tokens"]
        print(f"roots     {megabytes:.1f} MB in {languages} languages, {sum(map(len, batches))} documents: "
              f"{without:.1f} CPU s without tokens, {with_tokens:.1f} with; "
              f"{megabytes / without:.3f} and {megabytes / with_tokens:.3f} MB/CPU s", flush=True)
        print("          " + ", ".join(f"{title} {seconds:.1f}" for title, seconds in passes.items()), flush=True)
        seconds = bare(inputs, rules, batches, folder / "run", folder)
        encode = seconds["tokenizers: encode_batch"]
        total = sum(seconds.values())
        for name, spent in seconds.items():
            print(f"  bare    {name:<28}{spent:8.2f} s")
        print(f"bare      {total - encode:.1f} CPU s without tokens, {total:.1f} with: ours is {without / (total - encode):.2f} and "
              f"{with_tokens / total:.2f} times that", flush=True)
        if asked.peer:
            its = peer(asked.peer, batches, asked.every, folder, folder / "run/tokenizer/tokenizer.json")
            size = its["bytes"] / 1e6
            print(f"datatrove {size:.2f} MB in {len(its['languages'])} languages: {its['cpu']:.1f} CPU s without tokens, "
                  f"{its['cpu_with_tokens']:.1f} with; {size / its['cpu']:.3f} and {size / its['cpu_with_tokens']:.3f} MB/CPU s; "
                  f"by step {({name: round(spent, 1) for name, spent in its['stages'].items()})}; kept {its['kept_bytes'] / 1e6:.2f} MB")
            print(f"ratio     {megabytes / without / (size / its['cpu']):.1f} without tokens, "
                  f"{megabytes / with_tokens / (size / its['cpu_with_tokens']):.1f} with")


if __name__ == "__main__":
    main()
