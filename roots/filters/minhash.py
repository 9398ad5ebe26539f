"""Which texts may resemble each other? Those whose MinHash signatures agree in a whole band.

A signature is, for each of many permutations of the 32-bit numbers, the smallest image of a text's shingles; two texts agree in one
with the probability of their Jaccard similarity (Broder 1997). The permutations are h ↦ a·h + b mod 2³² with odd a over
MurmurHash3's finaliser, the scheme "affine32" of datasketch 2, which is the oracle of the tests. Bands of r values each are hashed
together: two texts of similarity s meet in at least one of b bands with probability 1 − (1 − sʳ)ᵇ.
"""
from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from roots.filters.shingles import Hashes, mix

Signature = npt.NDArray[np.uint32]


@lru_cache(maxsize=64)
def bands_for(threshold: float, permutations: int, misses: float = 0.9) -> tuple[int, int]:
    """Bands and rows for a threshold: datasketch's optimiser, which weighs missed pairs by `misses` and needless candidates by 1 - misses.

    Candidates are verified afterwards, so that a needless one costs time and a missed one a duplicate.
    """
    from datasketch import MinHashLSH

    chosen = MinHashLSH(threshold=threshold, num_perm=permutations, weights=(round(1 - misses, 9), misses))
    return int(chosen.b), int(chosen.r)


def chance_of_meeting(similarity: float, bands: int, rows: int) -> float:
    """With what probability do two texts of this Jaccard similarity become candidates?"""
    return 1.0 - (1.0 - similarity**rows) ** bands


@cache
def permutations(seed: int, count: int) -> tuple[Signature, Signature]:
    """The multipliers (odd) and addends of `count` permutations: splitmix64 (Steele et al. 2014) from the seed."""
    places = np.arange(1, 2 * count + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        state = np.uint64(seed % 2**64) + places * np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state ^= state >> np.uint64(31)
    values = (state >> np.uint64(32)).astype(np.uint32)
    return values[:count] | np.uint32(1), values[count:].copy()


@numba.njit(cache=True, nogil=True, inline="always")
def _mix32(shingle: Any) -> Any:
    """MurmurHash3's 32-bit finaliser of the lower half of a shingle."""
    value = np.uint32(shingle)
    value = np.uint32(value ^ (value >> np.uint32(16)))
    value = np.uint32(value * np.uint32(0x85EBCA6B))
    value = np.uint32(value ^ (value >> np.uint32(13)))
    value = np.uint32(value * np.uint32(0xC2B2AE35))
    return np.uint32(value ^ (value >> np.uint32(16)))


@numba.njit(cache=True, nogil=True)
def write_signature(shingles: Hashes, n: int, multipliers: Signature, addends: Signature, out: Signature) -> None:
    """Writes the smallest image of the first n shingles (their lower 32 bits) under each permutation to `out`.

    Four shingles at a time, so that a permutation is loaded once for four: the inner loop becomes vector instructions.
    """
    out[:] = 0xFFFFFFFF
    for i in range(0, n, 4):
        one = _mix32(shingles[i])
        two = _mix32(shingles[min(i + 1, n - 1)])
        three = _mix32(shingles[min(i + 2, n - 1)])
        four = _mix32(shingles[min(i + 3, n - 1)])
        for k in range(len(out)):
            by, plus = multipliers[k], addends[k]
            first = min(np.uint32(by * one + plus), np.uint32(by * two + plus))
            second = min(np.uint32(by * three + plus), np.uint32(by * four + plus))
            out[k] = min(out[k], first, second)


@numba.njit(cache=True, nogil=True)
def write_bands(signature: Signature, rows: int, out: Hashes) -> None:
    """Writes one 64-bit key for each band of `rows` values; the band's number is part of the key."""
    for band in range(len(out)):
        state = mix(np.uint64(band + 1) * np.uint64(0x9E3779B97F4A7C15))
        for k in range(band * rows, (band + 1) * rows):
            state = mix(state ^ np.uint64(signature[k]))
        out[band] = state
