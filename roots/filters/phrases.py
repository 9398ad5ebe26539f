"""Which words stand in a list? Lists of words and short phrases as one flat table of 64-bit hashes that kernels can search.

An entry is cut into words exactly as text is, so "aujourd'hui", "का" and the two-syllable "không phải" all just work; a
phrase may hold up to six words. A word counts as found when an entry covers it, the longest entry first: for lists of single
words that is ROOTS' ratio; its "augmented" pairs for Vietnamese and Chinese are here entries of two words or two characters.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from roots.filters.view import hashes_of, mix

LONGEST_PHRASE = 6
LISTS = ("closed_class", "flagged", "placeholder", "boilerplate", "generated")
_BASE = 0xA24BAED4963EE407


@njit(inline="always")
def _grow(hashed: np.uint64, word: np.uint64) -> np.uint64:
    return hashed * np.uint64(_BASE) + word


@njit(no_cpython_wrapper=True)
def covered(hashes, begin, end, keys, first, mask, longest, gap, seen):  # type: ignore[no-untyped-def]
    """(words of [begin, end) that entries cover, different entries found, words in stretches of `gap` or more that none covers).

    `seen` is scratch of mask + 1 places.
    """
    words = 0
    kinds = 0
    bare = 0
    last = begin
    seen[: mask + 1] = 0
    i = begin
    while i < end:
        reach = min(longest, end - i)
        best = 0
        hashed = np.uint64(0)
        where = np.int64(0)
        for size in range(1, reach + 1):
            hashed = _grow(hashed, hashes[i + size - 1])
            key = mix(hashed) | np.uint64(1)
            place = np.int64(key >> np.uint64(20)) & mask
            while keys[first + place] != 0 and keys[first + place] != key:
                place = (place + 1) & mask
            if keys[first + place] == key:
                best = size
                where = place
        if best:
            if i - last >= gap:
                bare += i - last
            last = i + best
            words += best
            if seen[where] == 0:
                seen[where] = 1
                kinds += 1
            i += best
        else:
            i += 1
    if end - last >= gap:
        bare += end - last
    return words, kinds, bare


def _key(hashes: NDArray[np.uint64]) -> int:
    """The key of an entry, as `covered` computes it: not compiled, or each process would begin with seconds of compiling."""
    hashed = np.zeros(1, np.uint64)
    for word in hashes:
        hashed = _grow.py_func(hashed, word)
    return int(mix.py_func(hashed)[0]) | 1


class PhraseTables:
    """Lists of entries, one after the other: `keys`, and per list (first place, mask, words of the longest entry); mask -1 = no list."""

    def __init__(self, lists: Sequence[Iterable[str] | None]) -> None:
        parts: list[NDArray[np.uint64]] = []
        self.spans = np.full((max(len(lists), 1), 3), -1, np.int64)
        first = 0
        for number, entries in enumerate(lists):
            if not entries:
                continue
            found: dict[int, int] = {}
            for entry in sorted(set(entries)):
                hashes = hashes_of(entry)
                if 0 < len(hashes) <= LONGEST_PHRASE:
                    found[_key(hashes)] = len(hashes)
            size = 16
            while size < 2 * len(found):
                size *= 2
            keys = np.zeros(size, np.uint64)
            for value in found:
                place = (value >> 20) & (size - 1)
                while keys[place]:
                    place = (place + 1) & (size - 1)
                keys[place] = value
            parts.append(keys)
            self.spans[number] = first, size - 1, max(found.values(), default=0)
            first += size
        self.keys = np.concatenate(parts) if parts else np.zeros(1, np.uint64)
        self.widest = int(self.spans[:, 1].max()) + 1
