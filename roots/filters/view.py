"""How does a compiled measure see a document? As arrays over Arrow's own bytes: code points, classes, words, lines.

No Python string is made. Words follow UAX 29 in what matters here: marks, joiners (ZWJ, ZWNJ) and connectors belong to the
word; an apostrophe, a middle dot, a full stop or "!" between two letters does too (n'abantu, col·lecció, n!xau), as do "." and
"," between two digits; an ideograph or a kana is a word by itself. Nothing is removed: a tone mark is part of its word.
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from roots.filters.characters import (
    ALONE,
    BROKEN,
    DIGIT,
    FORMAT,
    JOINS,
    JOINS_DIGITS,
    LETTER,
    MARK,
    SIGN,
    SPACE,
    UPPER,
    WITHIN,
    characters,
)
from roots.filters.places import CAPITALS, DIGITS, LETTERS, LINE_FEEDS, OF_A_SCRIPT, OWN_SCRIPT, SIGNS, TALLY, UPPER_CASE

LINE_FEED = 10
LONGEST = 1 << 22  # characters of one document that are looked at: bounds the memory of a worker


class Doc(NamedTuple):
    """What a measure may read. Spans are [start, end) in code points; hashes are 64-bit."""

    chars: NDArray[np.uint32]
    classes: NDArray[np.uint8]       # characters.SPACE, LETTER, …
    flags: NDArray[np.uint16]        # characters.UPPER | TERMINAL | …
    signs: NDArray[np.int32]         # where characters stand that are neither letter, mark nor space (all of characters.SIGN)
    tally: NDArray[np.int64]         # how many characters of each class, then of places.UPPER_CASE, …
    word_start: NDArray[np.int32]
    word_end: NDArray[np.int32]
    word_hash: NDArray[np.uint64]    # of the lower-cased word
    line_start: NDArray[np.int32]    # lines without the space around them; blank lines left out
    line_end: NDArray[np.int32]
    line_counts: NDArray[np.int32]   # lines × (LETTERS, DIGITS, CAPITALS of places.py)
    found: NDArray[np.float64]       # what repeats.py, phrases.py and code_scan.py found, by places.py


@njit(inline="always")
def mix(value: np.uint64) -> np.uint64:
    """Are two hashes that differ little far apart? splitmix64's finaliser."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@njit(no_cpython_wrapper=True)
def decode(data, begin, end, classes_of, flags_of, chars, classes, flags, signs, feeds, tally):  # type: ignore[no-untyped-def]
    """UTF-8 bytes [begin, end) → code points, classes, flags, places of the signs, and their tally; returns the number of characters.

    `feeds` gets of every line feed, and of the end, its place and the letters, digits and capitals up to it.
    """
    n = 0
    i = begin
    limit = chars.shape[0]
    letters = marks = digits = capitals = sign = feed = 0
    while i < end and n < limit:
        b = np.uint32(data[i])
        if b < 0x80:
            c = b
            i += 1
        elif b < 0xE0:
            c = ((b & np.uint32(0x1F)) << np.uint32(6)) | (np.uint32(data[i + 1]) & np.uint32(0x3F))
            i += 2
        elif b < 0xF0:
            c = (((b & np.uint32(0x0F)) << np.uint32(12)) | ((np.uint32(data[i + 1]) & np.uint32(0x3F)) << np.uint32(6))
                 | (np.uint32(data[i + 2]) & np.uint32(0x3F)))
            i += 3
        else:
            c = (((b & np.uint32(0x07)) << np.uint32(18)) | ((np.uint32(data[i + 1]) & np.uint32(0x3F)) << np.uint32(12))
                 | ((np.uint32(data[i + 2]) & np.uint32(0x3F)) << np.uint32(6)) | (np.uint32(data[i + 3]) & np.uint32(0x3F)))
            i += 4
        kind = classes_of[c]
        flag = flags_of[c]
        chars[n] = c
        classes[n] = kind
        flags[n] = flag
        signs[sign] = n
        sign += (flag & SIGN) != 0
        letters += kind == LETTER
        marks += kind == MARK
        digits += kind == DIGIT
        capitals += (flag & UPPER) != 0
        if c == LINE_FEED:
            feeds[feed, 0], feeds[feed, 1 + LETTERS], feeds[feed, 1 + DIGITS], feeds[feed, 1 + CAPITALS] = n, letters, digits, capitals
            feed += 1
        n += 1
    feeds[feed, 0], feeds[feed, 1 + LETTERS], feeds[feed, 1 + DIGITS], feeds[feed, 1 + CAPITALS] = n, letters, digits, capitals
    tally[:] = 0
    for i in signs[:sign]:
        tally[classes[i]] += 1
    tally[LETTER], tally[MARK], tally[DIGIT], tally[SPACE] = letters, marks, digits, 0
    tally[SPACE] = n - tally[:BROKEN + 1].sum()
    tally[UPPER_CASE], tally[LINE_FEEDS], tally[SIGNS] = capitals, feed, sign
    return n


@njit(no_cpython_wrapper=True)
def words_of(chars, classes, flags, n, lower, start, end, hashes):  # type: ignore[no-untyped-def]
    """Spans and hashes of the words of n characters; returns how many."""
    count = 0
    i = 0
    while i < n:
        kind = classes[i]
        if kind not in (LETTER, MARK, DIGIT):
            i += 1
            continue
        begin = i
        hashed = np.uint64(0xCBF29CE484222325)
        alone = flags[i] & ALONE
        while True:
            hashed = (hashed ^ np.uint64(lower[chars[i]])) * np.uint64(0x100000001B3)
            i += 1
            if i >= n:
                break
            flag = flags[i]
            if flag & WITHIN and not alone:
                continue
            if alone:
                if not flag & WITHIN or classes[i] == LETTER or classes[i] == DIGIT:
                    break
            elif not flag & (JOINS | JOINS_DIGITS) or not _joins(classes, flags, i, n, begin):
                break
        start[count] = begin
        end[count] = i
        hashes[count] = mix(hashed)
        count += 1
    return count


@njit(no_cpython_wrapper=True)
def _joins(classes, flags, i, n, begin):  # type: ignore[no-untyped-def]
    """Does the apostrophe, dot or comma at i stand between two letters or two digits of one word?"""
    if i + 1 >= n:
        return False
    before = i - 1
    while before > begin and (classes[before] == MARK or classes[before] == FORMAT):
        before -= 1
    letters = classes[before] == LETTER and classes[i + 1] == LETTER and not flags[i + 1] & ALONE
    digits = classes[before] == DIGIT and classes[i + 1] == DIGIT
    return (flags[i] & JOINS and letters) or (flags[i] & JOINS_DIGITS and digits)


@njit(no_cpython_wrapper=True)
def scripts_of(chars, classes, start, end, count, scripts, own, tally):  # type: ignore[no-untyped-def]
    """Tallies the words whose first letter belongs to a script, and those of them that are in one of the language's own."""
    for i in range(count):
        for j in range(start[i], end[i]):
            if classes[j] == LETTER:
                script = scripts[chars[j]]
                if script != 0:
                    tally[OF_A_SCRIPT] += 1
                    tally[OWN_SCRIPT] += own[script]
                break


@njit(no_cpython_wrapper=True)
def lines_of(classes, feeds, many, start, end, paragraph, counts):  # type: ignore[no-untyped-def]
    """Spans of the lines that are not blank, the paragraph each stands in and what it counts; returns how many lines."""
    count = 0
    number = 0
    blank = False
    for line in range(many + 1):
        a = feeds[line - 1, 0] + 1 if line else 0
        b = feeds[line, 0]
        while a < b and classes[a] == SPACE:
            a += 1
        while b > a and classes[b - 1] == SPACE:
            b -= 1
        if b <= a:
            blank = True
            continue
        if blank and count > 0:
            number += 1
        blank = False
        start[count] = a
        end[count] = b
        paragraph[count] = number
        for which in range(3):
            counts[count, which] = feeds[line, 1 + which] - (feeds[line - 1, 1 + which] if line else 0)
        count += 1
    return count


@njit(cache=True)
def _spans(data, classes_of, flags_of, lower):  # type: ignore[no-untyped-def]
    size = max(data.shape[0], 1)
    chars, classes, flags = np.empty(size, np.uint32), np.empty(size, np.uint8), np.empty(size, np.uint16)
    signs, feeds = np.empty(size + 1, np.int32), np.empty((size + 1, 4), np.int32)
    start, end, hashes = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.uint64)
    n = decode(data, 0, data.shape[0], classes_of, flags_of, chars, classes, flags, signs, feeds, np.zeros(TALLY, np.int64))
    count = words_of(chars, classes, flags, n, lower, start, end, hashes)
    return start[:count], end[:count], hashes[:count]


def spans_of(text: str) -> list[tuple[int, int]]:
    """[start, end) in code points of the words of one text: the same words that the measures see, for what is not in a hurry."""
    start, end, _ = _words(text)
    return list(zip(start.tolist(), end.tolist(), strict=True))


def hashes_of(text: str) -> NDArray[np.uint64]:
    """The hashes of the words of one text, in their order."""
    return _words(text)[2]


def _words(text: str) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint64]]:
    tables = characters()
    data = np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
    found: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint64]] = _spans(data, tables.classes, tables.flags, tables.lower)
    return found
