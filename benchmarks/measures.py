"""How fast are measures and limits, beside datatrove's filters and beside the bare decoding of the same bytes?

    python benchmarks/measures.py --data ../shared/data [--peer PYTHON] [--megabytes 50]

Text of many languages from the shared data, whole documents and joined sentences, until there are so many megabytes. Figures are MB of
UTF-8 per second of one core's time (process time, so that a busy machine does not count). `--peer` is the interpreter of an
environment with `datatrove[processing]`: Gopher repetition, Gopher quality and FineWeb quality with datatrove's own tokenisers, on
every fiftieth document of the same text, in the same run.
"""
from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import measuring  # noqa: E402
from numba import njit  # noqa: E402

from roots import document  # noqa: E402
from roots.filters.characters import characters  # noqa: E402
from roots.filters.clean import clean_sources_from, clean_texts  # noqa: E402
from roots.filters.judge import Judge  # noqa: E402
from roots.filters.places import TALLY  # noqa: E402
from roots.filters.view import decode  # noqa: E402
from roots.records import Table  # noqa: E402

EVERY = 50  # th document goes to the peer, which is slow
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
ISO = {"ar": "arb_Arab", "bn": "ben_Beng", "ca": "cat_Latn", "en": "eng_Latn", "es": "spa_Latn", "eu": "eus_Latn", "fr": "fra_Latn",
       "gu": "guj_Gujr", "hi": "hin_Deva", "id": "ind_Latn", "ig": "ibo_Latn", "kn": "kan_Knda", "ml": "mal_Mlym", "mr": "mar_Deva",
       "ne": "npi_Deva", "pa": "pan_Guru", "pt": "por_Latn", "rw": "kin_Latn", "sn": "sna_Latn", "sw": "swh_Latn", "ta": "tam_Taml",
       "te": "tel_Telu", "ur": "urd_Arab", "vi": "vie_Latn", "xh": "xho_Latn", "yo": "yor_Latn", "zu": "zul_Latn", "zh-Hans": "cmn_Hani"}


def corpus(data: Path, megabytes: float) -> pa.RecordBatch:
    """Documents of the 28 languages that datatrove has tokenisers for, language after language, repeated until there is enough."""
    table = Table.parse("filters/clean.toml", (ROOT / "filters/clean.toml").read_bytes(), [])
    assert table is not None
    texts = clean_texts(data, clean_sources_from(table), set(ISO))
    rows = [(code, text) for code, sources in texts.items() for of in sources.values() for text in of if len(text) > 300]
    size = sum(len(text.encode()) for _, text in rows)
    rows *= max(1, round(megabytes * 1e6 / size + 0.5))
    return document.batch_of({"id": [f"{n:032x}" for n in range(len(rows))], "text": [t for _, t in rows], "language": [c for c, _ in rows],
                              "source": ["s"] * len(rows), "kind": ["natural"] * len(rows)})


@njit(cache=True)
def _decode_all(data, offsets, classes_of, flags_of, chars, classes, flags, tally):  # type: ignore[no-untyped-def]
    total = 0
    for row in range(offsets.shape[0] - 1):
        total += decode(data, offsets[row], offsets[row + 1], classes_of, flags_of, chars, classes, flags, tally)
    return total


def rate(megabytes: float, work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return megabytes / (time.process_time() - begin)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--peer")
    parser.add_argument("--megabytes", type=float, default=50)
    options = parser.parse_args()
    batch = corpus(options.data, options.megabytes)
    text = batch.column("text")
    megabytes = text.buffers()[2].size / 1e6
    print(f"{megabytes:.1f} MB, {len(batch):,} documents, {len(set(batch.column('language').to_pylist()))} languages")

    tables = characters()
    offsets, data = np.frombuffer(text.buffers()[1], np.int64), np.frombuffer(text.buffers()[2], np.uint8)
    room = int(np.diff(offsets).max())
    scratch = np.empty(room, np.uint32), np.empty(room, np.uint8), np.empty(room, np.uint16), np.zeros(TALLY, np.int64)
    _decode_all(data, offsets[:3], tables.classes, tables.flags, *scratch)
    bare = rate(megabytes, lambda: _decode_all(data, offsets, tables.classes, tables.flags, *scratch))
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
            rows.write_text("".join(json.dumps({"text": t, "language": ISO[c]}) + "\n" for t, c in zip(
                text.to_pylist()[::EVERY], batch.column("language").to_pylist()[::EVERY], strict=True)))
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
