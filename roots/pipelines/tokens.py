"""Passes 5 and 6: which tokenizer, and which tokens? Trained on the finished shards, then packed shard by shard."""
from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import apache_beam as beam

from roots import store
from roots.pipelines.engine import Engine, costed, progress
from roots.pipelines.writing import Shard
from roots.recipe import Recipe
from roots.store import Place
from roots.tokenizer.recipe import TokenizerRecipe
from roots.tokenizer.tokens import tokenise
from roots.tokenizer.train import train

SPLITS = ("train", "valid")


@dataclass(frozen=True)
class Packing:
    """One document shard and the number of its token parts."""

    shard: str
    number: int


class Tokenising(beam.PTransform):
    """Packs each shard into its own token parts, one for each split."""

    def __init__(self, packings: Sequence[Packing], run: Place, recipe: Recipe) -> None:
        super().__init__("Tokenising")
        self.packings, self.run, self.recipe = list(packings), run, recipe

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection:
        return (
            pipeline
            | "Shards" >> beam.Create(self.packings, reshuffle=False)
            | "Share out" >> beam.Reshuffle()
            | "Tokenise" >> beam.ParDo(_Tokenise(self.run, self.recipe))
        )


class _Tokenise(beam.DoFn):
    def __init__(self, run: Place, recipe: Recipe) -> None:
        self.run, self.recipe = run, recipe

    def process(self, packing: Packing) -> Iterator[str]:
        parts = {split: part_of(self.run, split, packing.number) for split in SPLITS}
        writing = self.recipe.writing
        with costed("tokenise") as cost:
            counts = tokenise(self.run / packing.shard, self.run / "tokenizer" / "tokenizer.json", parts,
                              sequence_length=writing.sequence_length, valid=writing.validation_share, seed=self.recipe.seed)
            store.write(self.run / ".work" / "tokens" / f"{packing.number:05d}.json", json.dumps(counts, sort_keys=True).encode())
            languages = counts["languages"].values()
            cost.documents, cost.bytes = sum(one["documents"] for one in languages), sum(one["bytes"] for one in languages)
        yield packing.shard


def part_of(run: Place, split: str, number: int) -> Place:
    return run / "tokens" / split / f"part-{number:05d}.arrow"


def train_and_pack(run: Place, shards: Sequence[Shard], recipe: Recipe, tokenizer: TokenizerRecipe,
                   engine: Engine) -> tuple[dict[str, Any], dict[str, Any]]:
    """RUN/tokenizer/tokenizer.json and RUN/tokens; returns what the manifest says of each."""
    if recipe.vocabulary:
        tokenizer = replace(tokenizer, vocabulary=recipe.vocabulary)
    with engine.measured("tokenizer"), progress("tokenizer", lambda: f"{tokenizer.vocabulary} entries"):
        trained = train([run / shard.path for shard in shards], tokenizer, recipe.seed, run / "tokenizer" / "tokenizer.json",
                        held_out=recipe.writing.validation_share)
    packings = [Packing(shard.path, number) for number, shard in enumerate(shards)]
    engine.run("tokens", lambda pipeline: pipeline | Tokenising(packings, run, recipe), lambda: f"{len(shards)} shards",
               sum(shard.bytes for shard in shards))
    languages: dict[str, dict[str, int]] = {}
    splits: dict[str, dict[str, int]] = {split: {} for split in SPLITS}
    for packing in packings:
        counts = json.loads((run / ".work" / "tokens" / f"{packing.number:05d}.json").read_bytes())
        for language, figures in counts["languages"].items():
            _add(languages.setdefault(language, {}), figures)
        for split, figures in counts["splits"].items():
            _add(splits[split], figures)
    return trained, {"languages": languages, "splits": splits, "sequence_length": recipe.writing.sequence_length}


def _add(total: dict[str, int], figures: dict[str, Any]) -> None:
    for key, value in figures.items():
        if isinstance(value, (int, float)):
            total[key] = total.get(key, 0) + value  # type: ignore[assignment]
