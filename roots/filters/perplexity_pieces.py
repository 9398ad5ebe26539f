"""Into which pieces is a text cut before a language model reads it? Frequent words stand for themselves, rare ones for an end.

A vocabulary holds three kinds of piece: words ("the"), ends of rare words ("pre~" or "~ing"), and "~" for all else. A word
that the vocabulary lacks is read as the longest of its ends that the vocabulary has. So a sentence is judged by how its
words follow each other, not by how rare they are: with whole words or byte pairs, a rare name costs more than a jumble does.
Benchmarks: `benchmarks/perplexity.py`.

What a word is: letters, marks and digits of any script; an apostrophe between letters; each Han character by itself. Every
other visible character is a piece of its own. Digits become 0, dashes -, quotation marks ", as CCNet does
(Wenzek et al. 2020, arXiv 1911.00359 §3.4, after ROOTS' formula); case and diacritics stay.
"""
from __future__ import annotations

import unicodedata
from collections.abc import Container
from functools import cache
from typing import Any

import numpy as np

from roots.filters.code_points import singular

SKIP, SPACE, BREAK, WORD, DIGIT, HAN, APOSTROPHE, MARK = range(8)  # classes of a character; MARK is any other visible one
REST = "~"
LONGEST_END = 3
PLANES = 0x40000  # code points classed one by one; those above (tags, private use) are skipped
_JOINERS = "\u200c\u200d"
_APOSTROPHES = "'\u2018\u2019\u02bc"
_HAN = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


@cache
def kind(character: str) -> int:
    """The class of one character."""
    if character in _APOSTROPHES:
        return APOSTROPHE
    if character in _JOINERS:
        return WORD
    if character in "\n\r\x0b\x0c\x85\u2028\u2029":
        return BREAK
    code = ord(character)
    if code >= _HAN[0][0] and any(first <= code <= last for first, last in _HAN):
        return HAN
    category = unicodedata.category(character)
    if category == "Nd":
        return DIGIT
    if category[0] in "LMN":
        return WORD
    if category[0] == "Z" or character == "\t":
        return SPACE
    return SKIP if category == "Cf" else MARK


@cache
def folded(character: str) -> str:
    """What a model reads in place of a character."""
    if character in _APOSTROPHES:
        return "'"
    category = unicodedata.category(character)
    return {"Nd": "0", "Pd": "-", "Pi": '"', "Pf": '"'}.get(category, character)


@cache
def character_tables() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Class (uint8) and folded code point (int32) of every code point below PLANES."""
    kinds, folds = np.full(PLANES, MARK, np.uint8), np.arange(PLANES, dtype=np.int32)  # MARK: what is unassigned or private
    points, _ = singular()
    for code in points[points < PLANES].tolist():
        character = chr(code)
        kinds[code] = kind(character)
        if kinds[code] not in (WORD, HAN):
            folds[code] = ord(folded(character))
    for first, last in _HAN:
        kinds[first:last + 1] = HAN
    return kinds, folds


def words(line: str) -> list[str]:
    """The words and marks of a line, folded, in their order. The compiled kernel does the same on Arrow's bytes."""
    found: list[str] = []
    word = ""
    for position, character in enumerate(line):
        if ord(character) >= PLANES:
            continue
        what = kind(character)
        following = line[position + 1:position + 2]
        if what in (WORD, DIGIT) or (what == APOSTROPHE and word and following and ord(following) < PLANES and kind(following) == WORD):
            word += folded(character) if what != WORD else character
        elif what != SKIP:
            if word:
                found.append(word)
                word = ""
            if what not in (SPACE, BREAK):
                found.append(character if what == HAN else folded(character))
    return [*found, word] if word else found


def ends(word: str) -> list[str]:
    """The pieces that may stand for a rare word, best first: longest first, the beginning before the ending."""
    lengths = range(min(LONGEST_END, len(word)), 0, -1)
    return [piece for length in lengths for piece in (word[:length] + REST, REST + word[-length:])] + [REST]


def piece(word: str, vocabulary: Container[str]) -> str:
    """The piece that a word is read as; "~" when the vocabulary knows none, whether it has "~" or not."""
    if word in vocabulary:
        return word
    return next((end for end in ends(word) if end in vocabulary), REST)


def pieces(line: str, vocabulary: Container[str]) -> list[str]:
    """The pieces of a line, in their order. A line without words has none, and is not scored."""
    return [piece(word, vocabulary) for word in words(line)]
