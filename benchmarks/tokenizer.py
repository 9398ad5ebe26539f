"""How fast is a vocabulary learned and a corpus packed? `python -m benchmarks.tokenizer [DATA]`.

DATA (default ../shared/data or $ROOTS_DATA) holds the sources that the language models' recipe names. Prints megabytes per
second of learning, of encoding alone (by Hugging Face tokenizers, encode_batch_fast, and by our kernel, whose ids must be the same) and of
packing, and fertility against a tokenizer for each language alone.
"""
from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import zstandard

from roots.digest import document_id
from roots.models.perplexity_text import shipped_recipe
from roots.records import Table
from roots.tokenizer.card import relative
from roots.tokenizer.encoder import encoder
from roots.tokenizer.evaluate import evaluate, fertility, monolingual
from roots.tokenizer.recipe import tokenizer_from
from roots.tokenizer.tokens import tokenise
from roots.tokenizer.train import load, train

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("ROOTS_DATA", ROOT.parent / "shared" / "data"))
SCHEMA = pa.schema([("id", pa.string()), ("kind", pa.string()), ("language", pa.string()), ("text", pa.large_string())])
HELD_OUT, SEED, LENGTH = 0.05, 7, 2048
ALLOWED = 0.10  # BLOOM's criterion


def shards(data: Path, languages: frozenset[str], to: Path) -> list[Path]:
    """Document shards with the columns that the tokenizer reads, one for each language."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for source in shipped_recipe().sources:
        name = source.partition("/")[0]
        for path in [data / source] if source != name else sorted((data / source).glob("*.jsonl.zst")):
            for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(path.open("rb")), "utf-8"):
                record = json.loads(line)
                if record.get("lang") in languages:
                    rows.setdefault(record["lang"], []).append((document_id(name, f"{record['lang']}/{record['id']}"), record["text"]))
    made = []
    for language, own in sorted(rows.items()):
        path = to / language / "part-00000.arrow"
        path.parent.mkdir(parents=True)
        with pa.ipc.new_stream(str(path), SCHEMA) as stream:
            for start in range(0, len(own), 500):
                ids, texts = zip(*own[start:start + 500], strict=True)
                kinds, names = pa.array(["natural"] * len(ids)), pa.array([language] * len(ids))
                columns = [pa.array(ids), kinds, names, pa.array(texts, pa.large_string())]
                stream.write_batch(pa.RecordBatch.from_arrays(columns, schema=SCHEMA))
        made.append(path)
    return made


def main(data: Path) -> None:
    if not data.is_dir():
        raise SystemExit(f"no real text at {data}: set ROOTS_DATA to the folder that holds it")
    languages = frozenset(path.stem for path in (ROOT / "filters" / "languages").glob("*.toml"))
    table = Table.parse("bloom.toml", (ROOT / "tokenizer" / "bloom.toml").read_bytes(), [])
    recipe = tokenizer_from(table) if table is not None else None
    if recipe is None:
        raise SystemExit("tokenizer/bloom.toml is no recipe")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = shards(data, languages, folder / "documents")
        start = time.perf_counter()
        training = train(found, recipe, SEED, folder / "tokenizer.json", HELD_OUT)
        seconds = time.perf_counter() - start
        size = sum(row["bytes"] for row in training["languages"].values()) / 1e6
        print(f"learning: {size:.1f} MB in {len(found)} languages, {training['vocabulary']:,} entries, {size / seconds:.2f} MB/s")
        largest = max(found, key=lambda path: path.stat().st_size)
        with pa.ipc.open_stream(str(largest)) as stream:
            column = stream.read_all().column("text").combine_chunks()
        texts = column.to_pylist()
        size = sum(len(text.encode()) for text in texts) / 1e6
        model = load(folder / "tokenizer.json")
        start, cpu = time.perf_counter(), time.process_time()
        theirs = model.encode_batch_fast(texts, add_special_tokens=False)
        bare, bare_cpu = time.perf_counter() - start, time.process_time() - cpu
        list(encoder(model).encode(column.slice(0, 1)))  # compiled
        cpu = time.process_time()
        mine = list(encoder(model).encode(column))
        own_cpu = time.process_time() - cpu
        if any(one.ids != other.tolist() for one, other in zip(theirs, mine, strict=True)):
            raise SystemExit("the kernel's tokens are not the library's")
        start, cpu = time.perf_counter(), time.process_time()
        to = {split: folder / f"{split}.arrow" for split in ("train", "valid")}
        tokenise(largest, folder / "tokenizer.json", to, sequence_length=LENGTH, valid=HELD_OUT, seed=SEED)
        packed, packed_cpu = time.perf_counter() - start, time.process_time() - cpu
        print(f"encoding alone: {size / bare:.2f} MB/s, {size / bare_cpu:.2f} MB per core-second by the library, {size / own_cpu:.2f} by the "
              f"kernel, {bare_cpu / own_cpu:.1f} times ({largest.parent.name}, {size:.1f} MB)")
        print(f"packing, loading and digests: {size / packed:.2f} MB/s, {size / packed_cpu:.2f} MB per core-second")
        rates = fertility(evaluate(folder / "tokenizer.json", found, SEED, HELD_OUT))
        own = fertility(monolingual(found, recipe, SEED, HELD_OUT))
        against = {language: relative(rates[language], own[language]) for language in rates if language in own}
        good = sum(value <= ALLOWED for value in against.values())
        print(f"at most {ALLOWED:.0%} above a tokenizer of its own: {good} of {len(against)}")
        for language, value in sorted(against.items(), key=lambda item: -item[1]):
            words = rates[language]["tokens_per_word"], own[language]["tokens_per_word"]
            print(f"  {language:8} {words[0]:6.2f} tokens per word, own {words[1]:6.2f}, {value:+.1%}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else DATA)
