"""Passes 5 and 6: which tokenizer, and which tokens? Trained on the finished shards, then packed shard by shard."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import apache_beam as beam

from roots import store
from roots.pipelines.engine import Engine, costed
from roots.pipelines.work import Folder
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

    def __init__(self, packings: Sequence[Packing], run: Place, recipe: Recipe, work: Folder) -> None:
        super().__init__("Tokenising")
        self.packings, self.run, self.recipe, self.work = list(packings), run, recipe, work

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection:
        return (
            pipeline
            | "Shards" >> beam.Create(self.packings, reshuffle=False)
            | "Share out" >> beam.Reshuffle()
            | "Tokenise" >> beam.ParDo(_Tokenise(self.run, self.recipe, self.work))
        )


class _Tokenise(beam.DoFn):
    def __init__(self, run: Place, recipe: Recipe, work: Folder) -> None:
        self.run, self.recipe, self.work = run, recipe, work

    def process(self, packing: Packing) -> Iterator[str]:
        name = f"{packing.number:05d}"
        parts = {split: part_of(self.run, split, packing.number) for split in SPLITS}
        if self.work.whole(name, parts):
            return
        writing = self.recipe.writing
        with costed("tokenise") as cost:
            counts = tokenise(self.run / packing.shard, self.run / "tokenizer" / "tokenizer.json", parts,
                              sequence_length=writing.sequence_length, valid=writing.validation_share, seed=self.recipe.seed)
            self.work.receive(name, counts, {split: part for split, part in parts.items() if counts["splits"][split]["sequences"]})
            languages = counts["languages"].values()
            cost.documents, cost.bytes = sum(one["documents"] for one in languages), sum(one["bytes"] for one in languages)
        yield packing.shard


def part_of(run: Place, split: str, number: int) -> Place:
    return run / "tokens" / split / f"part-{number:05d}.arrow"


def train_and_pack(run: Place, shards: Sequence[Shard], recipe: Recipe, tokenizer: TokenizerRecipe,
                   engine: Engine, work: Folder) -> tuple[dict[str, Any], dict[str, Any]]:
    """RUN/tokenizer/tokenizer.json and RUN/tokens; returns what the manifest says of each.

    `work` is named by the shards and both recipes: what it proves whole is not done again.
    """
    learned = {"learned": run / "tokenizer" / "tokenizer.json"}
    if not work.whole("tokenizer", learned):
        clear(run)
        work.receive("tokenizer", {"trained": _train(run, shards, recipe, tokenizer, engine)}, learned)
    packings = [Packing(shard.path, number) for number, shard in enumerate(shards)]
    engine.run("tokens", lambda pipeline: pipeline | Tokenising(packings, run, recipe, work), lambda: f"{len(shards)} shards",
               sum(shard.bytes for shard in shards))
    languages: dict[str, dict[str, int]] = {}
    splits: dict[str, dict[str, int]] = {split: {} for split in SPLITS}
    for packing in packings:
        counts = work.receipt(f"{packing.number:05d}") or {}
        for language, figures in counts["languages"].items():
            _add(languages.setdefault(language, {}), figures)
        for split, figures in counts["splits"].items():
            _add(splits[split], figures)
    trained = (work.receipt("tokenizer") or {})["trained"]
    return trained, {"languages": languages, "splits": splits, "sequence_length": recipe.writing.sequence_length}


def _train(run: Place, shards: Sequence[Shard], recipe: Recipe, tokenizer: TokenizerRecipe, engine: Engine) -> dict[str, Any]:
    if recipe.vocabulary:
        tokenizer = replace(tokenizer, vocabulary=recipe.vocabulary)
    with engine.piece("tokenizer", lambda: f"{tokenizer.vocabulary} entries"):
        return train([run / shard.path for shard in shards], tokenizer, recipe.seed, run / "tokenizer" / "tokenizer.json",
                     held_out=recipe.writing.validation_share)


def clear(run: Place) -> None:
    """Removes tokenizer and tokens of an earlier attempt."""
    for name in ("tokenizer", "tokens"):
        store.remove(run / name)


def _add(total: dict[str, int], figures: dict[str, Any]) -> None:
    for key, value in figures.items():
        if isinstance(value, (int, float)):
            total[key] = total.get(key, 0) + value  # type: ignore[assignment]
