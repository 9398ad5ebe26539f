"""What does the whole job cost beside datatrove's, and beside the bare native calls on the same bytes?

    python -m benchmarks.job [DATA] [--peer PYTHON] [--every 60]      DATA: one folder a source (default: ../shared/data)

Text: every document of the sources of open46 in the languages that are ours and that datatrove has a word tokenizer for; then each two of
a language that follow each other once more as one, so that there are 50 MB without a copy among them. Both sides read it as JSON lines.

Ours is the command itself, `roots build`, one worker: identify, judge (73 measures and limits), scrub (11 kinds), MinHash, shards, ledger,
tokens and report. What it does and datatrove's chain does not (identify, perplexity, spelling, nine more kinds, the comparison of
what MinHash proposes, ledger, report, digests) is not taken off. CPU seconds are those of the process and its children, without those in
which the tokenizer is learned; the start is what the same command takes for one document of each language. datatrove gets every 60th
document of each language, for on all of them it takes hours, and our tokenizer (job_peer.py); its start is what it takes to import its
modules and to load its word tokenizers, and the figure with the start counts that once for all the text, not for the 60th part. It runs
twice: with its own filters' drops, which leave little for its later steps, and with all documents going through all steps.

Bare is what nobody can do without: parsing by Arrow; the compiled kernels of identification, measures, perplexity, signatures and
candidates of personal data, called on whole columns; one writing by Arrow; and the tokens of the text that was kept, once by the library
(`encode_batch`), once by our own kernel, which is what a build uses. It holds no limits, no reasons, no judging of candidates, no
comparison of proposed duplicates, no ledger, no report, and no packing of tokens.
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
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

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
# and those for which it takes the word tokenizer of a related language, or one for any
BORROWED = {"ak": "aka_Latn", "as": "asm_Beng", "bm": "bam_Latn", "fon": "fon_Latn", "ki": "kik_Latn", "lg": "lug_Latn", "ln": "lin_Latn",
            "nso": "nso_Latn", "ny": "nya_Latn", "or": "ory_Orya", "rn": "run_Latn", "st": "sot_Latn", "tn": "tsn_Latn", "ts": "tso_Latn",
            "tum": "tum_Latn", "tw": "twi_Latn"}
THEIRS = ITS | BORROWED
STEPS = ("normalise", "takedowns", "identify", "judge", "scrub", "deduplicate", "sift")
SOURCE = "sample-stories"  # a record of the catalogue that declares all languages
LIBRARY, KERNEL = "tokenizers: encode_batch", "kernel: byte pairs"
Row = tuple[str, str]      # language in our codes, text


class Cost(NamedTuple):
    """CPU seconds of one build: all without learning a tokenizer, those without tokens either, and by pass."""

    all: float
    before_tokens: float
    passes: dict[str, float]


def given(data: Path) -> tuple[list[Input], Rules, list[pa.RecordBatch]]:
    """The raw files, the rules, and every document as it is read, its language as its source declares it."""
    return read_by(Workspace(ROOT), ROOT / "pipelines/open46.toml", data)


def read_by(workspace: Workspace, recipe_file: Path, data: Path) -> tuple[list[Input], Rules, list[pa.RecordBatch]]:
    from roots.pipelines.judging import declare
    recipe = workspace.recipe(recipe_file)
    verdicts = workspace.verdicts(recipe, date(2026, 11, 21))
    admitted = [source for source in recipe.sources if verdicts[source].allowed]
    inputs = inputs_for(workspace, admitted, data)
    rules = rules_of(workspace, recipe, admitted)
    blocks = (block.batch for input in inputs for block in read(input))
    return inputs, rules, [declare(batch, rules.judge.declared, rules.aliases) for batch in blocks if len(batch)]


def documents(batches: Iterable[pa.RecordBatch]) -> Iterator[Row]:
    """Those in a language that both know, by language; then each two that follow each other, as one."""
    by_language: dict[str, list[str]] = {}
    for batch in batches:
        for language, text in zip(batch.column("declared").to_pylist(), batch.column("text").to_pylist(), strict=True):
            if language in THEIRS and text.strip():
                by_language.setdefault(language, []).append(text)
    for language, texts in sorted(by_language.items()):
        yield from ((language, text) for text in texts)
        yield from ((language, f"{one}\n{other}") for one, other in list(pairwise(texts))[::2])


def written(rows: Sequence[Row], folder: Path, every: int = 1) -> Path:
    """One JSON Lines file a language, of every so-many-th of its documents."""
    folder.mkdir(parents=True)
    seen: dict[str, int] = {}
    files = {language: (folder / f"{THEIRS[language]}.jsonl").open("w", encoding="utf-8") for language in {row[0] for row in rows}}
    for number, (language, text) in enumerate(rows):
        if seen.setdefault(language, 0) % every == 0:
            files[language].write(json.dumps({"id": f"d{number}", "lang": language, "text": text}, ensure_ascii=False) + "\n")
        seen[language] += 1
    for file in files.values():
        file.close()
    return folder


def workspace_at(folder: Path) -> Path:
    """A workspace with a recipe `job`: the steps that datatrove's chain has, and a tokenizer."""
    for name in ("catalogue", "governance", "filters", "pipelines", "tokenizer"):
        shutil.copytree(ROOT / name, folder / name)
    stages = "".join(f'\n[[stage]]\ndo = "{step}"\n' for step in STEPS)
    (folder / "pipelines/job.toml").write_text(
        f'name = "The whole job"\npurpose = "Be measured beside a peer."\nseed = 46\nprofile = "redistribute-commercial"\n'
        f'sources = ["{SOURCE}"]\n{stages}\n[tokenizer]\ntrain = "bloom"\nvocabulary = 32768\n\n'
        '[write]\nshard_megabytes = 64\nsequence_length = 2048\nvalidation_share = 0.05\n', "utf-8")
    return folder


def ours(place: Path, data: Path, run: Path) -> Cost:
    """One build as a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "roots", "build", "job", "--workspace", str(place), "--data", str(data),
                                "--to", str(run), "--as-of", "2026-11-21"], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"the build ended with status {os.waitstatus_to_exitcode(status)}")
    timings = json.loads((run / "timings.json").read_bytes())["passes"]
    passes = {title: stages[""]["cpu_seconds"] for title, stages in timings.items()}
    passes |= {f"{title} · {stage}": cost["cpu_microseconds"] / 1e6 for title, stages in timings.items()
               for stage, cost in stages.items() if stage and "cpu_microseconds" in cost}
    total = used.ru_utime + used.ru_stime - passes["tokenizer"]
    return Cost(total, total - passes["tokens"], passes)


def peer(python: str, documents: Path, folder: Path, tokenizer: Path, how: str) -> dict[str, Any]:
    done = subprocess.run([python, "benchmarks/job_peer.py", str(documents), str(folder / how), str(tokenizer), how], cwd=ROOT,
                          check=False, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "", "RAYON_NUM_THREADS": "1"})
    if done.returncode:
        sys.exit(f"the peer failed: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def bare(inputs: Sequence[Input], rules: Rules, batches: Sequence[pa.RecordBatch], run: Path, folder: Path) -> dict[str, float]:
    """CPU seconds of each of the native calls; everything has run once before it is measured."""
    import pyarrow.json

    from roots.filters.identify import Identifier
    from roots.filters.judge import ENOUGH_WORDS, PARTS, Judge
    from roots.filters.perplexity import PerplexityScorer
    from roots.filters.signatures import sign
    from roots.governance.scan import scan
    from roots.tokenizer.encoder import encoder
    from roots.tokenizer.train import load

    seconds: dict[str, float] = {}

    def measured(name: str, call: Callable[..., Any], *arguments: Any) -> Any:
        before = time.process_time()
        answer = call(*arguments)
        seconds[name] = seconds.get(name, 0.0) + time.process_time() - before
        return answer

    def parse(file: str) -> None:
        pyarrow.json.read_json(file, read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=64 << 20))

    def write(number: int, batch: pa.RecordBatch) -> None:
        with pa.OSFile(str(folder / f"{number}.arrow"), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
            writer.write_batch(batch)

    judge, identifier = Judge(rules.judge), Identifier(rules.identify)
    scorer = PerplexityScorer(rules.judge.perplexity or "")
    rows, unknown, words = judge.driver.rows, judge.driver.unknown, judge.measures.index("word_count")
    prose, none = np.ones(PARTS, np.uint8), np.zeros(0, np.uint64)
    for number, batch in [(0, batches[0]), *enumerate(batches)]:
        if number == 0:
            seconds.clear()
        column, declared = batch.column("text"), batch.column("declared")
        measured("kernel: identify", identifier.read, column)
        numbers = np.array([rows.get(code, unknown) for code in declared.to_pylist()], np.int64)
        enough = np.concatenate([
            measured("kernel: measures", judge.driver.measure, column.slice(start, PARTS), numbers[start:start + PARTS],
                     prose[:len(column) - start])[:, words] >= ENOUGH_WORDS
            for start in range(0, len(batch), PARTS)])
        measured("kernel: perplexity", scorer.measure, column, declared, enough)
        measured("kernel: signatures", sign, batch, rules.signatures)
        values = np.frombuffer(column.buffers()[2], np.uint8)
        offsets = np.frombuffer(column.buffers()[1], np.int64)[column.offset:column.offset + len(column) + 1]
        measured("kernel: scan", scan, values, offsets, np.ones(len(column), np.bool_), none, none)
        measured("Arrow: write", write, number, batch)
    for input in inputs:
        measured("Arrow: parse", parse, str(input.file))
    shards = sorted(run.glob("documents/*/*.arrow"))
    tokenizer = load(run / "tokenizer/tokenizer.json")
    kernel = encoder(tokenizer)
    for number, shard in [(0, shards[0]), *enumerate(shards, 1)]:
        for batch in each(shard):
            measured(LIBRARY, tokenizer.encode_batch_fast, batch.column("text").to_pylist(), False)
            measured(KERNEL, lambda texts: list(kernel.encode(texts)), batch.column("text"))
        if number == 0:
            del seconds[LIBRARY], seconds[KERNEL]
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--peer", default="", help="the interpreter of an environment with datatrove[processing] and tokenizers")
    parser.add_argument("--every", type=int, default=60, help="th document of each language goes to the peer")
    asked = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = "1"
    pa.set_cpu_count(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        rows = list(documents(given(asked.data)[2]))
        megabytes = sum(len(text.encode()) for _, text in rows) / 1e6
        written(rows, folder / "whole" / SOURCE)
        written(rows, folder / "few" / SOURCE, every=1 << 40)
        written(rows, folder / "some", asked.every)
        place = workspace_at(folder / "workspace")
        ours(place, folder / "few", folder / "warm")  # compiled code is cached on disk from here on
        start = ours(place, folder / "few", folder / "start")
        whole = ours(place, folder / "whole", folder / "run")
        kept = sum(one["bytes"] for one in json.loads((folder / "run/manifest.json").read_bytes())["shards"]) / 1e6
        print(f"{megabytes:.1f} MB of text in {len({row[0] for row in rows})} languages, {len(rows):,} documents")
        print(f"roots       {whole.before_tokens:.1f} CPU s without tokens, {whole.all:.1f} with, of which to start "
              f"{start.before_tokens:.1f} and {start.all:.1f}; kept {kept:.1f} MB", flush=True)
        print("            " + ", ".join(f"{name} {spent:.2f}" for name, spent in whole.passes.items()), flush=True)
        inputs, rules, batches = read_by(Workspace(place), place / "pipelines/job.toml", folder / "whole")
        seconds = bare(inputs, rules, batches, folder / "run", folder)
        library, kernel = seconds[LIBRARY], seconds[KERNEL]
        total = sum(seconds.values()) - library - kernel
        print("bare        " + ", ".join(f"{name} {spent:.2f}" for name, spent in seconds.items()))
        for name, mine, theirs in (("without tokens", whole.before_tokens, total), ("with, kernel", whole.all, total + kernel),
                                   ("with, library", whole.all, total + library)):
            started = start.before_tokens if name == "without tokens" else start.all
            print(f"  {name:<15} ours {mine:.1f} = {mine / theirs:.2f} times the bare {theirs:.1f}; "
                  f"less the start {mine - started:.1f} = {(mine - started) / theirs:.2f} times", flush=True)
        for how in ("own", "all") if asked.peer else ():
            its = peer(asked.peer, folder / "some", folder, folder / "run/tokenizer/tokenizer.json", how)
            size = its["bytes"] / 1e6
            print(f"datatrove   {'what its filters drop goes no further' if how == 'own' else 'all documents go through all steps'}; "
                  f"{size:.2f} MB in {len(its['languages'])} languages: {its['cpu']:.1f} CPU s without tokens, "
                  f"{its['cpu_with_tokens']:.1f} with, beside {its['start']:.1f} to start; kept {its['kept_bytes'] / 1e6:.2f} MB; "
                  f"by step {({name: round(spent, 1) for name, spent in its['stages'].items()})}")
            for name, mine, began, theirs in (("without tokens", whole.before_tokens, start.before_tokens, its["cpu"]),
                                              ("with", whole.all, start.all, its["cpu_with_tokens"])):
                scaled = theirs * megabytes / size
                print(f"  {name:<15} {megabytes / mine:.2f} MB/CPU s beside {megabytes / (scaled + its['start']):.3f} with both starts: "
                      f"{(scaled + its['start']) / mine:.1f} times; without {megabytes / (mine - began):.2f} beside {size / theirs:.3f}: "
                      f"{scaled / (mine - began):.1f} times", flush=True)


if __name__ == "__main__":
    main()
