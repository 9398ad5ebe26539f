"""How many tokens does a word cost in each language? Fertility, and what a tokenizer for that language alone would give.

Fertility is tokens / words, words being runs between white space (Rust et al. 2021, arXiv 2012.15613); Chinese is read
by tokens per character. BLOOM's team accepted a fertility at most 10 percentage points worse than a monolingual
tokenizer's (BigScience 2022, arXiv 2211.05100 §3.2).
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from roots.digest import chance
from roots.errors import RootsError
from roots.store import Place
from roots.tokenizer.encoder import encoder
from roots.tokenizer.recipe import TokenizerRecipe
from roots.tokenizer.sample import batches
from roots.tokenizer.tokens import count_text
from roots.tokenizer.train import load, train

COUNTS = ("documents", "bytes", "characters", "words", "tokens")


def evaluate(tokenizer: Place, shards: Sequence[Place], seed: int, held_out: float | None = None) -> dict[str, dict[str, int]]:
    """Documents, bytes, characters, words and tokens by language; with `held_out`, of the validation documents alone."""
    model = load(tokenizer)
    languages: dict[str, dict[str, int]] = {}
    for batch in batches(shards, ("id", "language", "text")):
        rows = batch
        if held_out is not None:
            rows = batch.filter([chance(seed, id) < held_out for id in batch.column("id").to_pylist()])
        count_text(rows, languages)
        for language, tokens in zip(rows.column("language").to_pylist(), encoder(model).encode(rows.column("text")), strict=True):
            languages[language]["tokens"] += len(tokens)
    return {language: languages[language] for language in sorted(languages)}


def added(counts: Iterable[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    """The sum of several tables by language, such as `tokens.tokenise` returns under "languages"."""
    total: dict[str, dict[str, int]] = {}
    for table in counts:
        for language, row in table.items():
            sums = total.setdefault(language, dict.fromkeys(COUNTS, 0))
            for name in COUNTS:
                sums[name] += row[name]
    return {language: total[language] for language in sorted(total)}


def fertility(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, float]]:
    """Tokens per word, per character and per byte, by language; 0 where there is no text."""
    return {
        language: {f"tokens_per_{unit}": row["tokens"] / max(1, row[f"{unit}s"]) for unit in ("word", "character", "byte")}
        for language, row in sorted(counts.items())
    }


def monolingual(shards: Sequence[Place], recipe: TokenizerRecipe, seed: int, held_out: float) -> dict[str, dict[str, int]]:
    """What would a tokenizer of each language's own make of its held-out documents? Counts as from `evaluate`.

    Each is trained on all of its language's other documents, by the same recipe and with as large a vocabulary as these
    can fill. `shards` lie in folders named by language, as a run writes them.
    """
    alone = replace(recipe, tags=(), spare=0)
    counts: dict[str, dict[str, int]] = {}
    with TemporaryDirectory() as folder:
        for language in sorted({shard.parent.name for shard in shards}):
            own = [shard for shard in shards if shard.parent.name == language]
            path = Path(folder, f"{language}.json")
            try:
                train(own, alone, seed, path, held_out)
            except RootsError:
                continue  # nothing but held-out documents
            counts |= evaluate(path, own, seed, held_out)
    return counts
