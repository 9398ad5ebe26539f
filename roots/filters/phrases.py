"""Which words stand in a list? Lists of words and short phrases as one flat table of 64-bit hashes that kernels can search.

An entry is cut into words exactly as text is, so "aujourd'hui", "का" and the two-syllable "không phải" all just work; a
phrase may hold up to six words. All lists of a language are one table, whose keys are the beginnings of their entries: most words begin
none, and cost one look. A word counts as found when an entry covers it, the longest entry first: for lists of single
words that is ROOTS' ratio; its "augmented" pairs for Vietnamese and Chinese are here entries of two words or two characters.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from roots.filters.places import BARE, BOILERPLATE, CLOSED, CLOSED_KINDS, FLAGGED, GENERATED, PLACEHOLDER
from roots.filters.view import hashes_of, mix

LONGEST_PHRASE = 6
LISTS = ("closed_class", "flagged", "placeholder", "boilerplate", "generated")
PLACES = CLOSED, FLAGGED, PLACEHOLDER, BOILERPLATE, GENERATED  # of what each list covers, in Doc.found
_BASE = 0xA24BAED4963EE407
_ROOMY = 4  # places of a table for one beginning, at least


@njit(inline="always")
def _grow(hashed, word):  # type: ignore[no-untyped-def]
    return hashed * np.uint64(_BASE) + word


@njit(inline="always")
def _key(hashed):  # type: ignore[no-untyped-def]
    return mix(hashed) | np.uint64(1)


@njit(inline="always")
def _beginning(keys, first, mask, hashed):  # type: ignore[no-untyped-def]
    """Where the table has these words; -1 where no entry begins so."""
    key = _key(hashed)
    place = np.int64(key >> np.uint64(20)) & mask
    while keys[first + place] != key:
        if keys[first + place] == 0:
            return np.int64(-1)
        place = (place + 1) & mask
    return first + place


@njit(no_cpython_wrapper=True)
def listed(hashes, words, tables, span, gap, seen, touched, following, found):  # type: ignore[no-untyped-def]
    """Counts the words that entries of each list cover; of the first list also different entries, and words in stretches without any.

    Stretches are of `gap` words or more. `seen` (all 0) has a place for each key, and so has `touched`; `following` one for each list.
    """
    keys, ends, goes = tables
    first, mask, has = span
    bare = kinds = last = 0
    following[:] = 0
    for i in range(words):
        begin = _beginning(keys, first, mask, hashes[i])
        if begin < 0:
            continue
        for which in range(len(PLACES)):
            bit = np.uint8(1 << which)
            if i < following[which] or not (ends[begin] | goes[begin]) & bit:
                continue
            best, where, at, size, hashed = 0, begin, begin, 1, hashes[i]
            while at >= 0:
                if ends[at] & bit:
                    best, where = size, at
                if not goes[at] & bit or i + size >= words:
                    break
                hashed = _grow(hashed, hashes[i + size])
                size += 1
                at = _beginning(keys, first, mask, hashed)
            if best == 0:
                continue
            found[PLACES[which]] += best
            following[which] = i + best
            if which == 0:
                if i - last >= gap:
                    bare += i - last
                last = i + best
                if seen[where] == 0:
                    seen[where] = 1
                    touched[kinds] = where
                    kinds += 1
    if words - last >= gap:
        bare += words - last
    for k in range(kinds):
        seen[touched[k]] = 0
    found[CLOSED_KINDS], found[BARE] = kinds, bare
    for which in range(len(PLACES)):
        if not has & (1 << which):
            found[PLACES[which]] = np.nan
    if not has & 1:
        found[CLOSED_KINDS] = found[BARE] = np.nan


class PhraseTables:
    """Lists of entries by language as tables, one language after the other.

    `tables` are keys, the lists in which the words are an entry, and those in which they only begin one (a bit each, in the order of
    LISTS); `spans` has of each language the first place, a mask, and which lists there are.
    """

    def __init__(self, languages: Sequence[Sequence[Iterable[str] | None]]) -> None:
        parts = [_table({})]
        self.spans = np.zeros((max(len(languages), 1), 3), np.int64)
        first = 0
        for number, lists in enumerate(languages):
            first += len(parts[-1][0])
            beginnings: dict[int, list[int]] = {}
            has = 0
            for which, entries in enumerate(lists):
                has |= bool(entries) << which
                for entry in sorted(set(entries or ())):
                    words = _keys_of(entry)
                    for size, key in enumerate(words if len(words) <= LONGEST_PHRASE else (), 1):
                        beginnings.setdefault(key, [0, 0])[size < len(words)] |= 1 << which
            parts.append(_table(beginnings))
            self.spans[number] = first, len(parts[-1][0]) - 1, has
        keys, ends, goes = zip(*parts, strict=True)
        self.tables = np.concatenate(keys), np.concatenate(ends), np.concatenate(goes)


def _keys_of(entry: str) -> list[int]:
    """The keys of the first word of an entry, of the first two, and so on: not compiled, or each process would begin with compiling."""
    hashed, keys = np.zeros(1, np.uint64), []
    for word in hashes_of(entry):
        hashed = _grow.py_func(hashed, word)
        keys.append(int(mix.py_func(hashed)[0]) | 1)
    return keys


def _table(beginnings: Mapping[int, Sequence[int]]) -> tuple[NDArray[np.uint64], NDArray[np.uint8], NDArray[np.uint8]]:
    """Keys, and what is known of each, in an open-addressed table; key 0 = free."""
    size = 16
    while size < _ROOMY * len(beginnings):
        size *= 2
    keys, ends, goes = np.zeros(size, np.uint64), np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    for key, (end, go) in beginnings.items():
        place = (key >> 20) & (size - 1)
        while keys[place]:
            place = (place + 1) & (size - 1)
        keys[place], ends[place], goes[place] = key, end, go
    return keys, ends, goes
