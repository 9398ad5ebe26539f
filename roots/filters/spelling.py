"""Could this be a word of the language? The strings of three letters that its words hold, learned from clean text and kept as a list.

A word stands between two edges, "_": "maji" holds _ma, maj, aji and ji_. Text that was badly scanned, wrongly decoded or typed by chance
holds many strings that no word of its language has, whatever the words are about; a name or a loan brings a few. Letters are lower-cased
letters and marks, digits all count as 0, and what else stands within a word (an apostrophe, a joiner of two words) is an edge. An
ideograph is a word by itself, and has no spelling; nor is a word in another script than the language's asked for, nor a long one with
digits in it: that is a key or an address, and what becomes of it is not decided by how it is spelled.

A list has a line for two letters and all those that may follow: "ma jkn" holds maj, mak and man. Linguists may correct it.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from roots.filters.characters import ALONE, DIGIT, FORMAT, LETTER, MARK, characters, script_number
from roots.filters.places import SPELLED, STRANGE
from roots.filters.view import mix, spans_of

EDGE = "_"
DIGITS = "0"
_EDGE, _ZERO, _NONE = ord(EDGE), ord(DIGITS), 0
LONG = 16  # characters; a longer word that holds a digit is no word
COMMON = 0.99  # of the running text that a list covers: the rarest strings, names and slips of the pen among them, are left out


@njit(inline="always")
def _key(a, b, c):  # type: ignore[no-untyped-def]
    return mix((a << np.uint64(42)) | (b << np.uint64(21)) | c)


@njit(inline="always")
def _known(prints, first, mask, key):  # type: ignore[no-untyped-def]
    """Does the table hold a key? Of a key it keeps 32 bits: another one has the same once in some 10^5 words."""
    place = np.int64(key) & mask
    fingerprint = np.uint32(key >> np.uint64(32)) | np.uint32(1)
    while prints[first + place] != 0:
        if prints[first + place] == fingerprint:
            return True
        place = (place + 1) & mask
    return False


@njit(inline="always")
def _is_key(classes, start, end):  # type: ignore[no-untyped-def]
    if end - start > LONG:
        for i in range(start, end):
            if classes[i] == DIGIT:
                return True
    return False


@njit(no_cpython_wrapper=True)
def spelled(chars, classes, flags, lower, scripts, own, start, end, words, prints, first, mask, found):  # type: ignore[no-untyped-def]
    """Counts the strings of three letters of all words, and those of them that the table lacks."""
    total = strange = 0
    for word in range(words):
        script = scripts[chars[start[word]]]
        if flags[start[word]] & ALONE or (script != 0 and not own[script]) or _is_key(classes, start[word], end[word]):
            continue
        a = np.uint64(_NONE)
        b = np.uint64(_EDGE)
        for i in range(start[word], end[word] + 1):
            c = np.uint64(_EDGE)
            if i < end[word]:
                kind = classes[i]
                if kind == FORMAT:
                    continue
                if kind in (LETTER, MARK):
                    c = np.uint64(lower[chars[i]])
                elif kind == DIGIT:
                    c = np.uint64(_ZERO)
            if b == _EDGE and c == _EDGE:
                continue
            if a != _NONE:
                total += 1
                strange += not _known(prints, first, mask, _key(a, b, c))
            a = b
            b = c
            if c == _EDGE:
                a = np.uint64(_NONE)
    found[SPELLED] = total
    found[STRANGE] = strange


class SpellingTables:
    """Lists of strings, one after the other: `prints`, and for each list its first place and mask; mask -1 = no list."""

    def __init__(self, lists: Sequence[Iterable[str] | None]) -> None:
        parts: list[NDArray[np.uint32]] = []
        self.spans = np.full((max(len(lists), 1), 2), -1, np.int64)
        first = 0
        for number, entries in enumerate(lists):
            strings = sorted(set(strings_of(entries))) if entries else []
            if not strings:
                continue
            letters = np.array([[ord(c) for c in string] for string in strings], np.uint64)
            made = _table(letters)
            parts.append(made)
            self.spans[number] = first, len(made) - 1
            first += len(made)
        self.prints = np.concatenate(parts) if parts else np.zeros(1, np.uint32)


@njit(cache=True)
def _table(letters):  # type: ignore[no-untyped-def]
    size = 16
    while size < 2 * len(letters):
        size *= 2
    prints = np.zeros(size, np.uint32)
    for n in range(len(letters)):
        key = _key(letters[n, 0], letters[n, 1], letters[n, 2])
        place = np.int64(key) & (size - 1)
        while prints[place] != 0:
            place = (place + 1) & (size - 1)
        prints[place] = np.uint32(key >> np.uint64(32)) | np.uint32(1)
    return prints


def strings_of(entries: Iterable[str]) -> Iterator[str]:
    """The strings of a list: "ma jkn" → maj, mak, man. What is no such line holds none."""
    for entry in entries:
        two, _, following = entry.partition(" ")
        if len(two) == 2:
            yield from (two + third for third in following.strip())


def entries_of(strings: Iterable[str]) -> list[str]:
    """The lines of a list, sorted: the inverse of `strings_of`."""
    following: dict[str, list[str]] = {}
    for string in sorted(set(strings)):
        following.setdefault(string[:2], []).append(string[2])
    return [f"{two} {''.join(thirds)}" for two, thirds in following.items()]


def strings_in(text: str, own: Collection[int]) -> Iterator[str]:
    """The strings of three letters of a text, as the compiled measure cuts them; `own` holds the numbers of the language's scripts."""
    tables = characters()
    for start, end in spans_of(text):
        first = ord(text[start])
        if tables.flags[first] & ALONE or (tables.scripts[first] != 0 and tables.scripts[first] not in own):
            continue
        if end - start > LONG and any(tables.classes[ord(character)] == DIGIT for character in text[start:end]):
            continue
        word = ""
        for character in text[start:end]:
            kind = tables.classes[ord(character)]
            if kind in (LETTER, MARK):
                word += chr(tables.lower[ord(character)])
            elif kind != FORMAT:
                word += DIGITS if kind == DIGIT else EDGE
        for part in filter(None, word.split(EDGE)):
            edged = f"{EDGE}{part}{EDGE}"
            yield from (edged[at : at + 3] for at in range(len(edged) - 2))


def spelling(texts: Iterable[str], letters: Iterable[str]) -> tuple[list[str], int]:
    """The strings that texts of a language hold, sorted, less the rarest; and how many strings the texts hold in all.

    `letters` are the first words of the Unicode names of its letters, as the language's file has them.
    """
    own = {script_number(name) for name in letters}
    counts = Counter(string for text in texts for string in strings_in(text, own))
    total = counts.total()
    often = Counter(counts.values())
    least, left_out = 1, 0
    while total and left_out + least * often[least] <= (1 - COMMON) * total:
        left_out += least * often[least]
        least += 1
    return sorted(string for string, count in counts.items() if count >= least), total
