"""Which documents does a vocabulary learn from? So many of each language, chosen by hash, whatever the order of shards.

Shares follow the BLOOM tokenizer (BigScience 2022, arXiv 2211.05100 §3.2): a language with a share p of the bytes gets
p^alpha, normalised; what a small language cannot fill goes to the others.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from re import compile as pattern_of
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from roots.batches import each
from roots.digest import chance
from roots.document import NATURAL
from roots.store import Place

_LINE = pattern_of(r"[^\n]*\n+|[^\n]+")  # a line with all the line ends behind it
HELD = 2.0  # the rank of a document that is held out: beyond any chance
BATCH = 1 << 22  # bytes of text that are turned into Python strings at a time


@dataclass(frozen=True)
class Share:
    """What one language gives: `cutoff` is the greatest rank of a document taken."""

    documents: int
    bytes: int
    available: int
    cutoff: float


def quotas(available: Mapping[str, int], budget: int, alpha: float) -> dict[str, int]:
    """How many bytes of each language? Shares ∝ p^alpha of the budget, no language beyond what it has.

    Water-filling: a language that cannot fill its share gives all it has, and the rest is shared out again.
    """
    left = {language: size for language, size in sorted(available.items()) if size > 0}
    total = sum(left.values())
    if total <= budget:
        return dict(left)
    weights = {language: (size / total) ** alpha for language, size in left.items()}
    result: dict[str, int] = {}
    while left:
        scale = budget / sum(weights[language] for language in left)
        full = [language for language, size in left.items() if size <= weights[language] * scale]
        if not full:
            return result | {language: int(weights[language] * scale) for language in left}
        for language in full:
            budget -= left[language]
            result[language] = left.pop(language)
    return result


def choose(shards: Sequence[Place], budget: int, alpha: float, seed: int, held_out: float = 0.0) -> dict[str, Share]:
    """How much of each language, and up to which chance? Reads ids and lengths only; 16 bytes of memory a document.

    Documents that `tokens.tokenise` puts into the validation split (chance(seed, id) < held_out) are never taken.
    """
    chances: dict[str, list[np.ndarray[Any, Any]]] = {}
    sizes: dict[str, list[np.ndarray[Any, Any]]] = {}
    for batch in batches(shards, ("id", "language", "text")):
        length = pc.binary_length(batch.column("text")).to_numpy(zero_copy_only=False).astype(np.int64)
        value = np.array([_rank(seed, id, held_out) for id in batch.column("id").to_pylist()], np.float64)
        length[value >= HELD] = 0
        for language, rows in _by_language(batch):
            chances.setdefault(language, []).append(value[rows])
            sizes.setdefault(language, []).append(length[rows])
    joined = {language: (np.concatenate(chances[language]), np.concatenate(sizes[language])) for language in sorted(chances)}
    available = {language: int(size.sum()) for language, (_, size) in joined.items()}
    wanted = quotas(available, budget, alpha)
    return {language: _share(*joined[language], wanted.get(language, 0)) for language in joined}


def _rank(seed: int, id: str, held_out: float) -> float:
    """Another chance than the one that makes the split, or the sample would be the validation documents first of all."""
    return HELD if chance(seed, id) < held_out else chance(seed, f"vocabulary\x00{id}")


def _share(chances: np.ndarray[Any, Any], sizes: np.ndarray[Any, Any], quota: int) -> Share:
    order = np.argsort(chances, kind="stable")
    total = np.cumsum(sizes[order])
    available = int(total[-1])
    taken = int(np.searchsorted(total, min(quota, available), "left")) + 1 if quota else 0
    if not taken:
        return Share(0, 0, available, -1.0)
    return Share(taken, int(total[taken - 1]), available, float(chances[order[taken - 1]]))


def texts(shards: Sequence[Place], shares: Mapping[str, Share], seed: int, unique_lines: bool,
          held_out: float = 0.0) -> Iterator[list[str]]:
    """Yields the chosen documents' text, some megabytes at a time.

    With `unique_lines`, natural text comes line by line and each different line once: BigScience's earlier tokenizers
    learned whole addresses and menus as tokens. Code keeps its repetitions. Memory: some 100 bytes for each different line.
    """
    seen: set[bytes] = set()
    for batch in batches(shards, ("id", "kind", "language", "text")):
        ids, languages = batch.column("id").to_pylist(), batch.column("language").to_pylist()
        taken = np.array([_rank(seed, id, held_out) <= shares[language].cutoff for id, language in zip(ids, languages, strict=True)], bool)
        natural = pc.equal(batch.column("kind"), NATURAL).to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(taken)
        chosen = batch.column("text").take(pa.array(rows)).to_pylist()
        if not unique_lines:
            yield chosen
            continue
        fresh: list[str] = []
        for text, is_natural in zip(chosen, natural[rows], strict=True):
            if not is_natural:
                fresh.append(text)
                continue
            for line in _LINE.findall(text):
                key = blake2b(line.encode(), digest_size=8).digest()
                if key not in seen:
                    seen.add(key)
                    fresh.append(line)
        yield fresh


def batches(shards: Sequence[Place], columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The wanted columns of document shards (Arrow IPC streams), in slices of a few megabytes of text."""
    for shard in sorted(shards):
        for batch in each(shard):
            wanted = batch.select(list(columns))
            step = max(1, int(len(wanted) * BATCH / max(1, wanted.nbytes)))
            for start in range(0, len(wanted), step):
                yield wanted.slice(start, step)


def _by_language(batch: pa.RecordBatch) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    encoded = batch.column("language").dictionary_encode()
    indices = encoded.indices.to_numpy(zero_copy_only=False)
    for index, language in enumerate(encoded.dictionary.to_pylist()):
        yield language, np.flatnonzero(indices == index)
