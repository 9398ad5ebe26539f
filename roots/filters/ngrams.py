"""What do the letters of a window say about its language? fastText's arithmetic over the words that `letters` wrote.

Same n-grams, same hash (FNV-1a over signed bytes), same mean of rows, same softmax as `fasttext` itself (Joulin et al. 2017,
arXiv:1607.01759); a test holds the two beside each other. Three things differ on purpose: no Python string is made and the GIL
is free; only words in the window's main writing system are read; and only labels that are written in it can be the answer.
"""
from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from roots.filters.letters import CLOSE, Bytes, decode
from roots.filters.scripts import LIMIT, SIMPLIFIED, TRADITIONAL

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int16]


def narrowed(rows: Floats) -> tuple[Rows, Floats]:
    """The rows as 16-bit integers with a scale each: half the memory to fetch, which is what a look-up costs; exact to 1 in 65,000."""
    scales = np.abs(rows).max(1) / np.float32(np.iinfo(np.int16).max)
    scales[scales == 0] = 1
    return np.rint(rows / scales[:, None]).astype(np.int16), scales.astype(np.float32)


@njit(cache=True, nogil=True)
def _buckets_of(word: Bytes, start: int, stop: int, buckets: int, shortest: int, longest: int,
                out: npt.NDArray[np.uint32], found: int) -> int:
    """Writes the buckets of the n-grams of `<word>` at [start, stop) to out from `found` on; returns the next place."""
    many = np.uint32(buckets)
    for i in range(start, stop):
        if word[i] & 0xC0 == 0x80:
            continue
        hash_, j, n = np.uint32(2166136261), i, 1
        while j < stop and n <= longest:
            while True:
                byte = np.uint32(word[j])
                if byte >= 128:
                    byte |= np.uint32(0xFFFFFF00)
                hash_ = np.uint32(np.uint32(hash_ ^ byte) * np.uint32(16777619))
                j += 1
                if j >= stop or word[j] & 0xC0 != 0x80:
                    break
            if n >= shortest and not (n == 1 and (i == start or j == stop)):
                out[found] = hash_ % many
                found += 1
            n += 1
    return found


@njit(cache=True, nogil=True, fastmath=True)
def _sum_into(buckets: npt.NDArray[np.uint32], found: int, rows: Rows, scales: Floats, total: Floats) -> None:
    """Adds up the rows of the buckets. By itself, and over views of rows, so that LLVM adds in vectors and fetches ahead."""
    for at in range(found):
        row, scale = rows[buckets[at]], scales[buckets[at]]
        for d in range(row.shape[0]):
            total[d] += scale * np.float32(row[d])


@njit(cache=True, nogil=True)
def script_of_word(word: Bytes, start: int, stop: int, script: npt.NDArray[np.uint8]) -> int:
    """The writing system of the first letter of the word at start (its `<`)."""
    code, _ = decode(word, start + 1, stop)
    return int(script[code]) if code < LIMIT else 0


@njit(cache=True, nogil=True)
def traditional_share(words: Bytes, n: int, variant: npt.NDArray[np.uint8]) -> float:
    """Of the ideographs that only one of the two Chinese writings has, how many are traditional? Half where there are none."""
    simplified, traditional, i = 0, 0, 0
    while i < n:
        code, width = decode(words, i, n)
        i += width
        if code < LIMIT:
            simplified += variant[code] == SIMPLIFIED
            traditional += variant[code] == TRADITIONAL
    return (traditional + 0.05) / (simplified + traditional + 0.1)


@njit(cache=True, nogil=True, fastmath=True)
def logits_into(words: Bytes, n: int, main: int, script: npt.NDArray[np.uint8], rows: Rows, scales: Floats, output: Floats,
                shortest: int, longest: int, out: Floats) -> int:
    """Writes one logit per label for the words of the writing system `main`; returns the number of n-grams read."""
    total = np.zeros(rows.shape[1], np.float32)
    buckets = np.empty(n * (longest - shortest + 1), np.uint32)
    found, start = 0, 0
    while start < n:
        stop = start + 1
        while words[stop - 1] != CLOSE:
            stop += 1
        of = script_of_word(words, start, stop, script)
        if of in (main, 0):
            found = _buckets_of(words, start, stop, rows.shape[0], shortest, longest, buckets, found)
        start = stop
    _sum_into(buckets, found, rows, scales, total)
    for label in range(output.shape[0]):
        value, row = np.float32(0), output[label]
        for d in range(row.shape[0]):
            value += row[d] * total[d]
        out[label] = value / max(found, 1)
    return found
