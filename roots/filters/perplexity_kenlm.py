"""What does a KenLM file hold? A trie of n-grams, read into flat arrays that a compiled kernel can walk.

Format: KenLM's binary format 5, model types "trie" and "trie with quantization" (Heafield 2011, "KenLM: Faster and Smaller
Language Model Queries"; `lm/binary_format.cc`, `lm/trie.cc`, `lm/quantize.cc` of its source). N-grams are stored from their
last word backwards: the node of w3 has the children w2 w3, and those the children w1 w2 w3.
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from roots.errors import RootsError

Array = np.ndarray[Any, Any]
MAGIC = b"mmap lm http://kheafield.com/code format version 5\n\0"
SANITY = 88       # bytes before the parameters: magic, padded to 8, and values that test byte order
PARAMETERS = 20   # order, probing multiplier, model type, has_vocabulary, search version
TRIE, QUANTISED = 2, 3
QUANTISER_VERSION = 2


@dataclass(frozen=True)
class NGrams:
    """Nodes of all orders one after the other: those of order k at `orders[k-1]:orders[k]`.

    Node i stands for an n-gram whose first word is `word[i]`; its children, sorted by word, are `first[i]:first[i+1]`.
    `prob` and `backoff` are log10, float32. Unigrams come first, so that their index is the id of their word.
    """

    words: list[str]
    orders: tuple[int, ...]
    word: Array
    prob: Array
    backoff: Array
    first: Array


def read(path: Path | str) -> NGrams:
    """The n-grams of a KenLM trie. Raises RootsError for any other file, saying which."""
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        raise RootsError(str(path), f"cannot be read: {error.strerror}", "train models with `roots models train perplexity`") from error
    counts, quantised, at = _header(data, str(path))
    try:
        return _nodes(data, counts, quantised, at)
    except (ValueError, IndexError) as error:
        raise RootsError(str(path), "is cut short or damaged", "train it again with `roots models train perplexity`") from error


def _header(data: Array, path: str) -> tuple[list[int], bool, int]:
    mend = "build it with KenLM's `build_binary -q 8 -b 8 trie`, or without -q and -b"
    if data[:len(MAGIC)].tobytes() != MAGIC:
        raise RootsError(path, "is no binary model of KenLM", mend)
    parameters = data[SANITY:SANITY + PARAMETERS]
    order, model, has_vocabulary = int(parameters[0]), int(parameters[8]), bool(parameters[12])
    if model not in (TRIE, QUANTISED) or not has_vocabulary:
        raise RootsError(path, "is a KenLM model of a type that the scorer does not read" if has_vocabulary else "holds no words", mend)
    counts = data[SANITY + PARAMETERS:SANITY + PARAMETERS + 8 * order].view(np.uint64)
    return [int(count) for count in counts], model == QUANTISED, _aligned(SANITY + PARAMETERS + 8 * order)


def _aligned(size: int) -> int:
    return -(-size // 8) * 8


def bits_for(largest: int) -> int:
    return max(int(largest).bit_length(), 0)


def _nodes(data: Array, counts: list[int], quantised: bool, at: int) -> NGrams:
    order, size = len(counts), counts[0]
    at += 8 + 8 * size  # the words' hashes, sorted: their order gives the ids, but the strings stand at the end as well
    tables: list[tuple[Array, Array]] = []
    prob_bits, backoff_bits = 31, 32
    if quantised:
        version, prob_bits, backoff_bits = (int(value) for value in data[at:at + 3])
        if version != QUANTISER_VERSION:
            raise ValueError("quantiser")
        at += 8
        for level in range(2, order + 1):
            prob = data[at:at + (4 << prob_bits)].view(np.float32)
            at += 4 << prob_bits
            width = 4 << backoff_bits if level < order else 0
            tables.append((prob, data[at:at + width].view(np.float32)))
            at += width
    unigrams = data[at:at + 16 * size].view(np.dtype([("prob", "<f4"), ("backoff", "<f4"), ("next", "<u8")]))
    at += 16 * (size + 2)
    word, prob_of, backoff_of = [np.arange(size, dtype=np.int32)], [unigrams["prob"]], [unigrams["backoff"]]
    first = [unigrams["next"].astype(np.int64) + size]
    starts = np.concatenate([[0], np.cumsum(counts)])
    word_bits = bits_for(size)
    for level in range(2, order + 1):
        count, last = counts[level - 1], level == order
        next_bits = 0 if last else bits_for(counts[level])
        total = word_bits + prob_bits + (0 if last else backoff_bits + next_bits)
        length = ((1 + count) * total + 7) // 8 + 8
        block = data[at:at + length]
        if len(block) < length:
            raise ValueError("length")
        at += length
        address = np.arange(count, dtype=np.int64) * total
        word.append(_bits(block, address, word_bits).astype(np.int32))
        address += word_bits
        backoff = np.zeros(count, np.float32)
        if quantised:
            if not last:
                backoff = tables[level - 2][1][_bits(block, address, backoff_bits)]
                address += backoff_bits
            prob = tables[level - 2][0][_bits(block, address, prob_bits)]
            address += prob_bits
        else:
            prob = (_bits(block, address, 31) | np.uint64(1 << 31)).astype(np.uint32).view(np.float32)
            address += 31
            if not last:
                backoff = _bits(block, address, 32).astype(np.uint32).view(np.float32)
                address += 32
        prob_of.append(prob)
        backoff_of.append(backoff)
        first.append(starts[-1] * np.ones(count, np.int64) if last else _bits(block, address, next_bits).astype(np.int64) + starts[level])
    strings = data[at:].tobytes().split(b"\0")[:size]
    if len(strings) < size:
        raise ValueError("words")
    return NGrams(
        [string.decode("utf-8", "replace") for string in strings],
        tuple(int(start) for start in starts),
        np.concatenate(word),
        np.concatenate(prob_of).astype(np.float32),
        np.concatenate(backoff_of).astype(np.float32),
        np.append(np.concatenate(first), starts[-1]),
    )


def _bits(block: Array, address: Array, width: int) -> Array:
    """Little-endian integers of `width` bits (at most 57) that start at the given bits."""
    windows = np.lib.stride_tricks.as_strided(block, (len(block) - 7, 8), (1, 1))
    values = windows[address >> 3].copy().view("<u8").ravel()
    found: Array = (values >> (address & 7).astype(np.uint64)) & np.uint64((1 << width) - 1)
    return found
