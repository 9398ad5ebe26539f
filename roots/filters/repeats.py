"""What is said again? Counts of repeated characters, words, lines and paragraphs, found once and read by several measures.

One open-addressing table per worker counts 64-bit hashes; two different n-grams of a thousand-word document meet in one hash
about once in 10^13 documents. The formulas are named at the measures that read the numbers (measures_repetition.py).
"""
from __future__ import annotations

import numpy as np
from numba import njit

from roots.filters.places import (
    AGAIN,
    CHARACTER_CODE,
    CHARACTER_PAPER,
    DISTINCT,
    LINE_CHARACTERS_AGAIN,
    LINES_AGAIN,
    PARAGRAPH_CHARACTERS_AGAIN,
    PARAGRAPHS,
    PARAGRAPHS_AGAIN,
    TOP,
    WORDS_AGAIN,
)
from roots.filters.view import mix

_BASE = 0x9E3779B97F4A7C15
_WORD_BASE = 0xD1B54A32D192ED03
STRETCH = 100  # words


@njit(no_cpython_wrapper=True)
def room(keys, counts, items):  # type: ignore[no-untyped-def]
    """A cleared table for so many items: a power of two, at most half full; returns its mask."""
    size = 16
    while size < 2 * items:
        size *= 2
    keys[:size] = 0
    counts[:size] = 0
    return np.int64(size - 1)


@njit(inline="always")
def slot(keys, mask, key):  # type: ignore[no-untyped-def]
    """Where this key stands, or would stand."""
    place = np.int64(key >> np.uint64(20)) & mask
    while keys[place] != 0 and keys[place] != key:
        place = (place + 1) & mask
    return place


@njit(no_cpython_wrapper=True)
def characters_again(chars, n, size, keys, counts, histogram, found):  # type: ignore[no-untyped-def]
    """ROOTS' character repetition: the share of the ⌊√N⌋ most frequent of N distinct n-grams, in both readings."""
    total = n - size + 1
    found[CHARACTER_PAPER] = 0.0
    found[CHARACTER_CODE] = 0.0
    if total <= 0:
        return
    mask = room(keys, counts, total)
    power = np.uint64(1)
    for _ in range(size):
        power *= np.uint64(_BASE)
    rolling = np.uint64(0)
    distinct = 0
    most = 0
    histogram[0] = 0
    for i in range(n):
        rolling = rolling * np.uint64(_BASE) + np.uint64(chars[i]) + np.uint64(1)
        if i >= size:
            rolling -= power * (np.uint64(chars[i - size]) + np.uint64(1))
        if i < size - 1:
            continue
        key = mix(rolling) | np.uint64(1)
        place = slot(keys, mask, key)
        seen = counts[place]
        keys[place] = key
        counts[place] = seen + 1
        if seen + 1 > most:
            most = seen + 1
            histogram[most] = 0
        if seen == 0:
            distinct += 1
        else:
            histogram[seen] -= 1
        histogram[seen + 1] += 1
    root = np.int64(np.sqrt(np.float64(distinct)))
    again = distinct - np.int64(histogram[1])
    for reading in range(2):
        left = np.int64(root if reading == CHARACTER_PAPER else min(root, again))
        covered = np.int64(0)
        for count in range(most, 0, -1):
            here = min(left, np.int64(histogram[count]))
            covered += here * count
            left -= here
            if left == 0:
                break
        found[reading] = covered / total


@njit(inline="always")
def _ngram(hashes, i, size):  # type: ignore[no-untyped-def]
    rolling = np.uint64(0)
    for j in range(size):
        rolling = rolling * np.uint64(_WORD_BASE) + hashes[i + j]
    return mix(rolling) | np.uint64(1)


@njit(no_cpython_wrapper=True)
def words_again(hashes, count, size, keys, counts, found):  # type: ignore[no-untyped-def]
    """ROOTS' word repetition: Σ counts above one / Σ counts, over word n-grams."""
    total = count - size + 1
    found[WORDS_AGAIN] = 0.0
    if total <= 0:
        return
    mask = room(keys, counts, total)
    again = 0
    for i in range(total):
        key = _ngram(hashes, i, size)
        place = slot(keys, mask, key)
        keys[place] = key
        counts[place] += 1
        if counts[place] == 2:
            again += 2
        elif counts[place] > 2:
            again += 1
    found[WORDS_AGAIN] = again / total


@njit(no_cpython_wrapper=True)
def top_ngram(hashes, start, end, count, size, keys, counts, first, found):  # type: ignore[no-untyped-def]
    """Characters covered by the most frequent word n-gram that stands more than once; of equals the first to stand."""
    found[TOP + size - 2] = 0.0
    total = count - size + 1
    if total <= 1:
        return
    mask = room(keys, counts, total)
    most = 1
    where = 0
    for i in range(total):
        key = _ngram(hashes, i, size)
        place = slot(keys, mask, key)
        if keys[place] == 0:
            keys[place] = key
            first[place] = i
        counts[place] += 1
        if counts[place] > most or (counts[place] == most and most > 1 and first[place] < where):
            most = counts[place]
            where = first[place]
    if most > 1:
        length = size - 1
        for j in range(where, where + size):
            length += end[j] - start[j]
        found[TOP + size - 2] = most * length


@njit(no_cpython_wrapper=True)
def ngrams_again(hashes, start, end, count, keys, counts, found):  # type: ignore[no-untyped-def]
    """Characters in word 5- to 10-grams that stood before; a repeated one is skipped whole, so that none counts twice."""
    for size in range(5, 11):
        found[AGAIN + size] = 0.0
    for size in range(5, 11):
        total = count - size + 1
        if total <= 1:
            return
        mask = room(keys, counts, total)
        again = 0
        i = 0
        while i < total:
            key = _ngram(hashes, i, size)
            place = slot(keys, mask, key)
            if keys[place] == 0:
                keys[place] = key
                i += 1
            else:
                for j in range(i, i + size):
                    again += end[j] - start[j]
                i += size
        found[AGAIN + size] = again
        if again == 0:  # no 5-gram stands twice, so no longer one does
            return


@njit(no_cpython_wrapper=True)
def lines_again(chars, start, end, paragraph, count, keys, counts, found):  # type: ignore[no-untyped-def]
    """Lines and paragraphs that stood before, letter for letter, and the characters in them."""
    for place in range(LINES_AGAIN, PARAGRAPH_CHARACTERS_AGAIN + 1):
        found[place] = 0.0
    if count == 0:
        return
    found[PARAGRAPHS] = paragraph[count - 1] + 1
    mask = room(keys, counts, 2 * count)
    whole = np.uint64(0)
    length = 0
    for i in range(count):
        hashed = np.uint64(7)
        for j in range(start[i], end[i]):
            hashed = (hashed ^ np.uint64(chars[j])) * np.uint64(0x100000001B3)
        key = mix(hashed) | np.uint64(1)
        place = slot(keys, mask, key)
        if keys[place] == 0:
            keys[place] = key
        else:
            found[LINES_AGAIN] += 1
            found[LINE_CHARACTERS_AGAIN] += end[i] - start[i]
        whole = whole * np.uint64(_BASE) + key
        length += end[i] - start[i] + 1
        if i + 1 == count or paragraph[i + 1] != paragraph[i]:
            key = mix(whole ^ np.uint64(_WORD_BASE)) | np.uint64(1)
            place = slot(keys, mask, key)
            if keys[place] == 0:
                keys[place] = key
            else:
                found[PARAGRAPHS_AGAIN] += 1
                found[PARAGRAPH_CHARACTERS_AGAIN] += length - 1
            whole = np.uint64(0)
            length = 0


@njit(no_cpython_wrapper=True)
def distinct_words(hashes, count, keys, counts, found):  # type: ignore[no-untyped-def]
    """The share of different words in a stretch of STRETCH, averaged over the whole stretches (over all words of a shorter text)."""
    total = 0.0
    stretches = 0
    begin = 0
    while begin < count and (begin == 0 or begin + STRETCH <= count):
        end = min(begin + STRETCH, count)
        mask = room(keys, counts, end - begin)
        distinct = 0
        for i in range(begin, end):
            key = hashes[i] | np.uint64(1)
            place = slot(keys, mask, key)
            if keys[place] == 0:
                keys[place] = key
                distinct += 1
        total += distinct / (end - begin)
        stretches += 1
        begin = end
    found[DISTINCT] = total / stretches if stretches else np.nan
