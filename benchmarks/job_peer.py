"""What does datatrove make of the same job? Runs in an environment of its own, on one core, and prints a line of JSON.

    PEER/bin/python benchmarks/job_peer.py DOCUMENTS FOLDER TOKENIZER.json [all]

`PEER` is any virtual environment with `datatrove[processing]` and `tokenizers`. DOCUMENTS is a folder with one JSONL file (id, text) for
each language, named <language as datatrove calls it>.jsonl. The chain is FineWeb's with datatrove's defaults: Gopher repetition, Gopher
quality and FineWeb quality with the language's own word tokenizer; MinHash in its four steps; e-mail and IP addresses masked; then tokens.
With `all`, what the filters drop goes through the later steps all the same: made for web pages in English, they leave next to nothing of
stories and sentences in other languages, and the later steps would have nothing to do.
"""
from __future__ import annotations

import json
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path


def cpu() -> float:
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def main(documents: Path, folder: Path, tokenizer: str, all_go_on: bool) -> dict[str, object]:
    from datatrove.executor.local import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
    from datatrove.pipeline.formatters import PIIFormatter
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.tokens import DocumentTokenizer
    from datatrove.pipeline.writers import JsonlWriter
    from datatrove.utils.word_tokenizers import load_word_tokenizer
    from loguru import logger

    logger.remove()
    place = {name: str(folder / name) for name in ("good", "signatures", "buckets", "ids", "kept", "tokens")}
    languages, size = [], 0
    for path in sorted(documents.glob("*.jsonl")):
        with suppress(Exception):  # it has no tokenizer for this language here
            load_word_tokenizer(path.stem).word_tokenize("a b")  # what it loads is not counted, as compiled code is not for us
            languages.append(path.stem)
            size += sum(len(json.loads(line)["text"].encode()) for line in path.open(encoding="utf-8"))
    begun, stages = cpu(), {}  # what was imported and loaded until here is the start

    def run(name: str, pipeline: list[object], tasks: int = 1) -> None:
        before = cpu()
        LocalPipelineExecutor(pipeline=pipeline, tasks=tasks, workers=1, logging_dir=str(folder / "logs" / name)).run()
        kind = name.split("-", maxsplit=1)[0]
        stages[kind] = stages.get(kind, 0.0) + cpu() - before

    for language in languages:
        run(f"filter-{language}", [
            JsonlReader(str(documents), glob_pattern=f"{language}.jsonl"), GopherRepetitionFilter(language=language),
            GopherQualityFilter(language=language), FineWebQualityFilter(language=language),
            JsonlWriter(place["good"], output_filename=f"{language}.jsonl", compression=None)])
    config, reader = MinhashConfig(), JsonlReader(str(documents) if all_go_on else place["good"])
    run("minhash-signatures", [reader, MinhashDedupSignature(output_folder=place["signatures"], config=config)])
    run("minhash-buckets", [MinhashDedupBuckets(input_folder=place["signatures"], output_folder=place["buckets"], config=config)],
        config.num_buckets)
    run("minhash-cluster", [MinhashDedupCluster(input_folder=place["buckets"], output_folder=place["ids"], config=config)])
    run("scrub", [reader, MinhashDedupFilter(input_folder=place["ids"]), PIIFormatter(), JsonlWriter(place["kept"], compression=None)])
    whole = cpu() - begun
    run("tokens", [JsonlReader(place["kept"]), DocumentTokenizer(place["tokens"], tokenizer, eos_token=None, shuffle_documents=False)])
    with_tokens = cpu() - begun
    kept = [json.loads(line)["text"] for path in Path(place["kept"]).glob("*.jsonl") for line in path.open(encoding="utf-8")]
    return {"languages": languages, "bytes": size, "start": begun, "cpu": whole, "cpu_with_tokens": with_tokens, "stages": stages,
            "kept": len(kept), "kept_bytes": sum(len(text.encode()) for text in kept)}


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    print(json.dumps(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3], "all" in sys.argv[4:])))
