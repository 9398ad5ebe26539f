"""Could this be a word of the language? The strings of three letters that its words hold, learned from clean text and kept as a list.

A word stands between two edges, "_": "maji" holds _ma, maj, aji and ji_. Text that was badly scanned, wrongly decoded or typed by chance
holds many strings that no word of its language has, whatever the words are about; a name or a loan brings a few. Letters are lower-cased
letters and marks, digits all count as 0, and what else stands within a word (an apostrophe, a joiner of two words) is an edge. An
ideograph is a word by itself, and has no spelling; nor is a word in another script than the language's asked for, nor a long one with
digits in it, nor one with a slash beside it: that is a key or an address, and what becomes of it is not decided by how it is spelled.

A list has a line for two letters and all those that may follow: "ma jkn" holds maj, mak and man. Linguists may correct it.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from roots.filters.characters import ALONE, DIGIT, FORMAT, LETTER, MARK, characters, script_number
from roots.filters.languages import respelt
from roots.filters.places import SPELLED, STRANGE
from roots.filters.view import spans_of

EDGE = "_"
DIGITS = "0"
_CLASSES = 8
_EDGE, _STRANGER, _SKIPPED = 0, 1, 0xFFFF  # numbers of letters; see SpellingTables
SLASH = ord("/")
LONG = 16  # characters; a longer word that holds a digit is no word
COMMON = 0.99  # of the running text that a list covers: the rarest strings, names and slips of the pen among them, are left out


@njit(inline="always")
def _is_key(chars, classes, start, end):  # type: ignore[no-untyped-def]
    if (start > 0 and chars[start - 1] == SLASH) or (end < len(chars) and chars[end] == SLASH):
        return True
    if end - start > LONG:
        for i in range(start, end):
            if classes[i] == DIGIT:
                return True
    return False


@njit(no_cpython_wrapper=True)
def spelled(chars, classes, flags, scripts, own, start, end, words, tables, span, found):  # type: ignore[no-untyped-def]
    """Counts the strings of three letters of all words, and those of them that the list lacks. `span` is a row of SpellingTables.spans."""
    first, last, first_row, first_bit, many, wide = span
    letters, rows, bits = tables[0][first:last], tables[1][first_row:], tables[2][first_bit:]
    beyond = len(letters) - _CLASSES
    size, width = np.uint64(many), np.uint64(wide)
    total = 0
    strange = np.int64(0)
    for word in range(words):
        script = scripts[chars[start[word]]]
        if flags[start[word]] & ALONE or (script != 0 and not own[script]) or _is_key(chars, classes, start[word], end[word]):
            continue
        two = b = np.uint64(_EDGE)
        for i in range(start[word], end[word] + 1):
            c = np.uint64(_EDGE)
            if i < end[word]:
                c = np.uint64(letters[_CLASSES + chars[i]] if chars[i] < beyond else letters[classes[i]])
                if c == _SKIPPED:
                    continue
            missing = ~bits[np.uint64(rows[two]) * width + (c >> np.uint64(6))] >> (c & np.uint64(63))
            strange += np.int64(missing & np.uint64(1))
            total += b != _EDGE
            two = b * size + c
            b = c
    found[SPELLED] = total
    found[STRANGE] = strange


class SpellingTables:
    """Lists of strings as tables, one list after the other; `spans` says where each begins, -1 = no list.

    Letters are numbered: 0 an edge, 1 a letter that no string holds, and so on. `letters` has the number by code point, in [first, last),
    after eight that hold by class for code points beyond; `rows` by two numbers (a × size + b) the row of bits that has one for every
    letter that may follow. Behind an edge nothing is asked, as if all might follow.
    A span is (first, last, first of rows, first of bits, size, numbers of 64 bits to a row).
    """

    def __init__(self, lists: Sequence[Iterable[str] | None]) -> None:
        self.spans = np.full((max(len(lists), 1), 6), -1, np.int64)
        tables = [(np.zeros(0, np.uint16), np.zeros(1, np.uint16), np.zeros(1, np.uint64))]
        first = np.zeros(3, np.int64)
        for number, entries in enumerate(lists):
            strings = _code_points(entries or ())
            known = np.unique(strings[strings != ord(EDGE)])
            if not len(known):
                continue
            first += [len(one) for one in tables[-1]]
            numbers = np.where(strings == ord(EDGE), _EDGE, np.searchsorted(known, strings) + _STRANGER + 1)
            size, wide = len(known) + _STRANGER + 1, (len(known) + _STRANGER >> 6) + 1
            tables.append((_letters(known), *_rows(numbers, size, wide)))
            self.spans[number] = first[0], first[0] + len(tables[-1][0]), first[1], first[2], size, wide
        self.tables = tuple(np.concatenate(parts) for parts in zip(*tables, strict=True))


def _code_points(entries: Iterable[str]) -> NDArray[np.uint32]:
    """The strings of a list of entries, by column: 3 × strings."""
    cut = [(two, following.strip()) for two, _, following in (entry.partition(" ") for entry in entries) if len(two) == 2]
    columns = ["".join(two[place] * len(following) for two, following in cut) for place in range(2)]
    columns.append("".join(following for _, following in cut))
    return np.stack([np.frombuffer(column.encode("utf-32-le"), np.uint32) for column in columns])


@cache
def _capitals() -> NDArray[np.int64]:
    """The code points that have another lower case."""
    lower = characters().lower
    return np.flatnonzero(lower != np.arange(len(lower)))


def _letters(known: NDArray[np.uint32]) -> NDArray[np.uint16]:
    """The number of each class, and of each code point as far as any is known: that of its lower case, of DIGITS for a digit."""
    tables, capitals = characters(), _capitals()
    last = int(max(known.max(), capitals[np.isin(tables.lower[capitals], known)].max(initial=0))) + 1
    kinds, lower = tables.classes[:last], tables.lower[:last]
    place = np.minimum(np.searchsorted(known, lower), len(known) - 1)
    by_letter = np.where(known[place] == lower, place + _STRANGER + 1, _STRANGER)
    digit = np.flatnonzero(known == ord(DIGITS)) + _STRANGER + 1
    by_class = np.full(_CLASSES, _EDGE)
    by_class[[LETTER, MARK, DIGIT, FORMAT]] = _STRANGER, _STRANGER, digit[0] if len(digit) else _STRANGER, _SKIPPED
    return np.concatenate([by_class, np.where(np.isin(kinds, (LETTER, MARK)), by_letter, by_class[kinds])]).astype(np.uint16)


def _rows(numbers: NDArray[np.int64], size: int, wide: int) -> tuple[NDArray[np.uint16], NDArray[np.uint64]]:
    """Which row of bits belongs to two letters, and the rows: one of none, one of all, then one for two letters that any may follow."""
    a, b, c = numbers[:, numbers[1] != _EDGE]
    pairs, which = np.unique(a * size + b, return_inverse=True)
    rows = np.zeros((size, size), np.uint16)
    rows.flat[pairs] = np.arange(2, len(pairs) + 2)
    rows[:, _EDGE] = 1
    bits = np.zeros((len(pairs) + 2, wide), np.uint64)
    bits[1] = ~np.uint64(0)
    np.bitwise_or.at(bits, (which + 2, c >> 6), np.uint64(1) << (c & 63).astype(np.uint64))
    return rows.ravel(), bits.ravel()


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
        if chr(SLASH) in (text[start - 1 : start], text[end : end + 1]):
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


def spelling(texts: Iterable[str], letters: Iterable[str], older: Iterable[tuple[str, str]] = ()) -> tuple[list[str], int]:
    """The strings that texts of a language hold, sorted, less the rarest; and how many strings the texts hold in all.

    `letters` are the first words of the Unicode names of its letters, `older` its letters that an older orthography wrote otherwise, as the
    language's file has them: where there are any, each text teaches a second time, as that orthography wrote it.
    """
    own = {script_number(name) for name in letters}
    older = tuple(older)
    ways = (way for text in texts for way in ((text, respelt(text, older)) if older else (text,)))
    counts = Counter(string for text in ways for string in strings_in(text, own))
    total = counts.total()
    often = Counter(counts.values())
    least, left_out = 1, 0
    while total and left_out + least * often[least] <= (1 - COMMON) * total:
        left_out += least * often[least]
        least += 1
    return sorted(string for string, count in counts.items() if count >= least), total
