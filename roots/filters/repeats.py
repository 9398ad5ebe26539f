"""What is said again? Counts of repeated characters, words, lines and paragraphs, found once and read by several measures.

Everything is named by its first copy: `first[i]` is the place of the first item equal to item i. A string of two words is then a pair of
names, a string of three a pair of names of two, and so on, so that words alone are compared by hash (64 bits: two different ones of a
document of a thousand words meet about once in 10^13 documents), and a longer string is looked for only where the shorter ones within it
stand twice. The formulas are named at the measures that read the numbers (measures_repetition.py).
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

BASE = 0x9E3779B97F4A7C15
STRETCH = 100  # words
SHORT, LONG = 4, 10  # words of the longest most frequent string; of the longest repeated string
ROOMY = 4  # places of a table for one item, at least


@njit(inline="always")
def shift_of(table, items):  # type: ignore[no-untyped-def]
    """Clears a table for so many items; which bits of a product choose the place?"""
    bits = 4
    while (1 << bits) < ROOMY * items:
        bits += 1
    table[: 1 << bits] = -1
    return np.uint64(64 - bits)


@njit(inline="always")
def first_of(keys, i, table, shift):  # type: ignore[no-untyped-def]
    """The place of the first of the keys up to i that is equal to keys[i]; i itself where there was none, as is most likely."""
    key = keys[i]
    mask = (np.uint64(1) << (np.uint64(64) - shift)) - np.uint64(1)
    place = (key * np.uint64(BASE)) >> shift
    while True:
        other = np.int64(table[place])
        if other < 0:
            table[place] = i
            return i
        if keys[other] == key:
            return other
        place = (place + np.uint64(1)) & mask


@njit(no_cpython_wrapper=True)
def characters_again(chars, n, size, keys, table, times, at, found):  # type: ignore[no-untyped-def]
    """ROOTS' character repetition: the share of the ⌊√N⌋ most frequent of N distinct n-grams, in both readings."""
    total = n - size + 1
    if total <= 0:
        return
    power = np.uint64(1)
    for _ in range(size):
        power *= np.uint64(BASE)
    shift = shift_of(table, total)
    rolling = np.uint64(0)
    for i in range(size - 1):
        rolling = rolling * np.uint64(BASE) + np.uint64(chars[i]) + np.uint64(1)
    gone = np.uint64(0)
    again = 0  # different n-grams that stand more than once
    copies = 0
    for i in range(total):
        rolling = rolling * np.uint64(BASE) + (np.uint64(chars[i + size - 1]) + np.uint64(1) - power * gone)
        gone = np.uint64(chars[i]) + np.uint64(1)
        keys[i] = rolling
        first = first_of(keys, i, table, shift)
        if first == i:
            times[i] = 1
        else:
            copies += 1
            times[first] += 1
            if times[first] == 2:
                at[again] = first
                again += 1
    distinct = total - copies
    most = 1
    for k in range(again):
        most = max(most, times[at[k]])
    histogram = table  # no longer needed, and longer than any count
    histogram[: most + 1] = 0
    histogram[1] = distinct - again
    for k in range(again):
        histogram[times[at[k]]] += 1
    root = np.int64(np.sqrt(np.float64(distinct)))
    for reading in (CHARACTER_PAPER, CHARACTER_CODE):
        left = root
        if reading == CHARACTER_CODE and again < root:
            left = np.int64(again)
        covered = np.int64(0)
        for count in range(most, 0, -1):
            here = min(left, np.int64(histogram[count]))
            covered += here * count
            left -= here
            if left == 0:
                break
        found[reading] = covered / total


@njit(no_cpython_wrapper=True)
def words_again(hashes, start, end, count, strings, keys, table, times, at, name, found):  # type: ignore[no-untyped-def]
    """What is said again in words? Different words, ROOTS' word repetition in strings of `strings` words, and Gopher's two.

    `at` holds the places of the strings of `size` words that stand more than once, `name` at such a place that of the first copy.
    """
    found[DISTINCT] = np.nan
    many = count
    for size in range(1, max(LONG, strings) + 1):
        if size == 1:
            for i in range(count):
                at[i] = i
                keys[i] = hashes[i]
        else:
            many = _pairs(at, many, name, keys)
        many = _again(at, many, name, keys, table, times)
        if size == 1 and count:
            found[DISTINCT] = _distinct(at, many, name, times, count)
        if many == 0:
            return
        if size == strings:
            found[WORDS_AGAIN] = many / (count - size + 1)
        if 1 < size <= SHORT:
            found[TOP + size - 2] = _most_frequent(at, many, name, times, start, end, size)
        elif SHORT < size <= LONG:
            found[AGAIN + size] = _copies(at, many, name, times, start, end, size)


@njit(no_cpython_wrapper=True)
def _pairs(at, many, name, keys):  # type: ignore[no-untyped-def]
    """Keys of the strings that are one word longer: where a repeated one is followed by a repeated one. Returns how many."""
    longer = 0
    for k in range(many - 1):
        i = at[k]
        if at[k + 1] == i + 1:
            keys[longer] = (np.uint64(name[i]) << np.uint64(32)) | np.uint64(name[i + 1])
            at[longer] = i
            longer += 1
    return longer


@njit(no_cpython_wrapper=True)
def _again(at, many, name, keys, table, times):  # type: ignore[no-untyped-def]
    """Keeps of the places those whose key stands more than once, named by the first of them; `times` says there how often. How many?

    As `first_of`, but without a branch on whether a key is new: of words, one in two is, and no processor can foresee which.
    """
    shift = shift_of(table, many)
    mask = (np.uint64(1) << (np.uint64(64) - shift)) - np.uint64(1)
    for k in range(many):
        i = at[k]
        place = (keys[k] * np.uint64(BASE)) >> shift
        while (table[place] >= 0) & (keys[max(table[place], 0)] != keys[k]):
            place = (place + np.uint64(1)) & mask
        table[place] = k if table[place] < 0 else table[place]
        first = at[table[place]]
        name[i] = first
        times[i] = 0
        times[first] += 1
    again = 0
    for k in range(many):
        i = at[k]
        at[again] = i
        again += times[name[i]] > 1
    return again


@njit(no_cpython_wrapper=True)
def _distinct(at, many, name, last, count):  # type: ignore[no-untyped-def]
    """The share of different words in a stretch of STRETCH, averaged over the whole stretches (over all words of a shorter text)."""
    whole = count - count % STRETCH if count >= STRETCH else count
    copies = 0
    for k in range(many):
        i = at[k]
        if i >= whole:
            break
        if name[i] != i:
            copies += last[name[i]] >= i - i % STRETCH
        last[name[i]] = i
    return (whole - copies) / whole


@njit(no_cpython_wrapper=True)
def _most_frequent(at, many, name, times, start, end, size):  # type: ignore[no-untyped-def]
    """Characters covered by the most frequent string, of equals by the first to stand."""
    where = at[0]
    for k in range(many):
        i = at[k]
        if name[i] == i and times[i] > times[where]:
            where = i
    length = size - 1
    for j in range(where, where + size):
        length += end[j] - start[j]
    return times[where] * length


@njit(no_cpython_wrapper=True)
def _copies(at, many, name, seen, start, end, size):  # type: ignore[no-untyped-def]
    """Characters in strings that stood before; a repeated one is skipped whole, so that none counts twice."""
    for k in range(many):
        seen[name[at[k]]] = 0
    copies = 0
    following = 0
    for k in range(many):
        i = at[k]
        if i < following:
            continue
        if seen[name[i]] == 0:
            seen[name[i]] = 1
        else:
            for j in range(i, i + size):
                copies += end[j] - start[j]
            following = i + size
    return copies


@njit(no_cpython_wrapper=True)
def lines_again(chars, start, end, paragraph, count, keys, table, times, at, name, found):  # type: ignore[no-untyped-def]
    """Lines and paragraphs that stood before, letter for letter, and the characters in them.

    Only lines that are as long as another, and begin, end and middle like it, are compared as a whole.
    """
    if count == 0:
        return
    found[PARAGRAPHS] = paragraph[count - 1] + 1
    for i in range(count):
        a, b = start[i], end[i]
        at[i] = i
        keys[i] = (((np.uint64(b - a) << np.uint64(21) | np.uint64(chars[a])) * np.uint64(BASE) + np.uint64(chars[b - 1]))
                   * np.uint64(BASE) + np.uint64(chars[(a + b) >> 1]))
    alike = _again(at, count, name, keys, table, times)
    for k in range(alike):
        hashed = np.uint64(7)
        for j in range(start[at[k]], end[at[k]]):
            hashed = (hashed ^ np.uint64(chars[j])) * np.uint64(0x100000001B3)
        keys[k] = hashed
    for i in range(count):
        name[i] = i
    again = _again(at, alike, name, keys, table, times)
    for k in range(again):
        i = at[k]
        if name[i] != i:
            found[LINES_AGAIN] += 1
            found[LINE_CHARACTERS_AGAIN] += end[i] - start[i]
    if again == 0:  # and so no paragraph does
        return
    shift = shift_of(table, paragraph[count - 1] + 1)
    whole = np.uint64(0)
    length = 0
    for i in range(count):
        whole = whole * np.uint64(BASE) + np.uint64(name[i]) + np.uint64(1)
        length += end[i] - start[i] + 1
        if i + 1 == count or paragraph[i + 1] != paragraph[i]:
            keys[paragraph[i]] = whole
            if first_of(keys, np.int64(paragraph[i]), table, shift) != paragraph[i]:
                found[PARAGRAPHS_AGAIN] += 1
                found[PARAGRAPH_CHARACTERS_AGAIN] += length - 1
            whole = np.uint64(0)
            length = 0
