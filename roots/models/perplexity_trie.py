"""How does a model become a file that KenLM maps? The binary trie that `build_binary trie` writes, without needing it.

Format: see `roots/filters/perplexity_kenlm.py`, which reads it back. Probabilities and backoffs are put into 2^bits bins of
equal numbers of n-grams each (Federico and Bertoldi 2006; `lm/quantize.cc`).
"""
from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

from roots.filters.perplexity_kenlm import MAGIC, QUANTISED, QUANTISER_VERSION, SANITY, NGrams, bits_for
from roots.models.perplexity_kneser_ney import UNKNOWN, Estimate

Array = np.ndarray[Any, Any]
MULTIPLIER = 0xC6A4A7935BD1E995
FULL = 0xFFFFFFFFFFFFFFFF
SEARCH_VERSION = 1


def word_hash(word: str) -> int:
    """KenLM's hash of a word: MurmurHash64A with seed 0 (Appleby 2008, `util/murmur_hash.cc`)."""
    data = word.encode()
    value = len(data) * MULTIPLIER & FULL
    whole = len(data) // 8 * 8
    for start in range(0, whole, 8):
        block = int.from_bytes(data[start:start + 8], "little") * MULTIPLIER & FULL
        block = (block ^ block >> 47) * MULTIPLIER & FULL
        value = (value ^ block) * MULTIPLIER & FULL
    if len(data) > whole:
        value = (value ^ int.from_bytes(data[whole:], "little")) * MULTIPLIER & FULL
    value = (value ^ value >> 47) * MULTIPLIER & FULL
    return value ^ value >> 47


def trie_of(model: Estimate) -> NGrams:
    """The model as a trie of reversed n-grams, words in the order of their hashes, <unk> first."""
    order = sorted((word for word in model.words if word != UNKNOWN), key=word_hash)
    words = [UNKNOWN, *order]
    ids = {word: id for id, word in enumerate(words)}
    renamed = np.array([ids[word] for word in model.words])
    starts = np.concatenate([[0], np.cumsum([len(level.word) for level in model.levels])])
    node = renamed  # of each n-gram of the level below, within its level
    word, first = [np.arange(len(words), dtype=np.int32)], []
    prob = [np.empty(len(words), np.float32)]
    backoff = [np.empty(len(words), np.float32)]
    prob[0][renamed], backoff[0][renamed] = model.levels[0].prob, model.levels[0].backoff
    initial = renamed  # the first word of each n-gram of the level below
    for n, level in enumerate(model.levels[1:], 1):
        own, parent = initial[level.context], node[level.suffix]
        sorted_rows = np.lexsort((own, parent))
        node = np.empty(len(sorted_rows), np.int64)
        node[sorted_rows] = np.arange(len(sorted_rows))
        word.append(own[sorted_rows].astype(np.int32))
        prob.append(level.prob[sorted_rows].astype(np.float32))
        backoff.append(level.backoff[sorted_rows].astype(np.float32))
        below = len(model.levels[n - 1].word)
        first.append(starts[n] + np.searchsorted(parent[sorted_rows], np.arange(below)))
        initial = own
    first.append(np.full(len(model.levels[-1].word) + 1, starts[-1]))
    return NGrams(words, tuple(int(start) for start in starts), *(np.concatenate(part) for part in (word, prob, backoff, first)))


def write_trie(ngrams: NGrams, path: Path, prob_bits: int = 8, backoff_bits: int = 8) -> None:
    """Writes a quantised trie, KenLM's model type 3."""
    starts, counts = ngrams.orders, np.diff(ngrams.orders)
    order, size = len(counts), int(counts[0])
    parts = [_header([int(count) for count in counts]), struct.pack("<Q", size - 1)]
    parts.append(np.array([word_hash(word) for word in ngrams.words[1:]], np.uint64).tobytes() + bytes(8))
    tables, blocks = [struct.pack("<BBB5x", QUANTISER_VERSION, prob_bits, backoff_bits)], []
    for level in range(1, order):
        low, high = starts[level], starts[level + 1]
        prob = ngrams.prob[low:high]
        bins = _bins(prob, 1 << prob_bits)
        tables.append(bins.tobytes())
        fields = [(ngrams.word[low:high], bits_for(size))]
        if level < order - 1:
            backoff = ngrams.backoff[low:high]
            scale = np.concatenate([np.array([-0.0, 0.0], np.float32), _bins(backoff[backoff != 0], (1 << backoff_bits) - 2)])
            tables.append(scale.tobytes())
            coded = np.where(backoff == 0, 1, 2 + _nearest(scale[2:], backoff))
            fields.append((coded, backoff_bits))
        fields.append((_nearest(bins, prob), prob_bits))
        if level < order - 1:
            fields.append((ngrams.first[low:high] - starts[level + 1], bits_for(int(counts[level + 1]))))
        final = int(counts[level + 1]) if level < order - 1 else 0
        blocks.append(_packed(fields, final))
    unigrams = np.zeros(size + 2, np.dtype([("prob", "<f4"), ("backoff", "<f4"), ("next", "<u8")]))
    unigrams["prob"][:size], unigrams["backoff"][:size] = ngrams.prob[:size], ngrams.backoff[:size]
    unigrams["next"][:size + 1] = ngrams.first[:size + 1] - size
    unigrams["next"][size] = counts[1]
    strings = b"".join(word.encode() + b"\0" for word in ngrams.words)
    path.write_bytes(b"".join([*parts, *tables, unigrams.tobytes(), *blocks, strings]))


def _header(counts: list[int]) -> bytes:
    sanity = MAGIC.ljust(SANITY - 32, b"\0") + struct.pack("<fffIIIQ", 0.0, 1.0, -0.5, 1, 0xFFFFFFFF, 0, 1)
    parameters = struct.pack("<B3xfIB3xI", len(counts), 1.5, QUANTISED, 1, SEARCH_VERSION)
    header = sanity + parameters + struct.pack(f"<{len(counts)}Q", *counts)
    return header.ljust(-(-len(header) // 8) * 8, b"\0")


def _bins(values: Array, count: int) -> Array:
    """Centres of bins that hold equal numbers of the sorted values; an empty bin repeats the one before."""
    ordered = np.sort(values.astype(np.float32))
    bounds = len(ordered) * np.arange(count + 1) // count
    sums = np.concatenate([[0.0], np.cumsum(ordered, dtype=np.float64)])
    sizes = np.diff(bounds)
    with np.errstate(divide="ignore", invalid="ignore"):
        centres = np.where(sizes > 0, (sums[bounds[1:]] - sums[bounds[:-1]]) / sizes, -np.inf).astype(np.float32)
    return np.maximum.accumulate(centres) if count else centres


def _nearest(bins: Array, values: Array) -> Array:
    above = np.clip(np.searchsorted(bins, values), 0, len(bins) - 1)
    below = np.maximum(above - 1, 0)
    with np.errstate(invalid="ignore"):
        return np.where(values - bins[below] < bins[above] - values, below, above)


def _packed(fields: list[tuple[Array, int]], final: int) -> bytes:
    """Records of bit fields one after the other, the first in the lowest bits; then one that holds `final` in its last field."""
    total = sum(width for _, width in fields)
    count = len(fields[0][0])
    rows = np.zeros((count + 1, total), np.uint8)
    at = 0
    for values, width in fields:
        shifts = np.arange(width)
        rows[:count, at:at + width] = (values.astype(np.int64)[:, None] >> shifts) & 1
        at += width
    last = fields[-1][1]
    rows[count, total - last:] = final >> np.arange(last) & 1
    packed = np.packbits(rows.ravel(), bitorder="little").tobytes()
    return packed.ljust(((1 + count) * total + 7) // 8, b"\0") + bytes(8)
