"""Which characters can stand in the way of Normalization Form C? Tables for a scan, from Python's own Unicode data.

Unicode Standard Annex 15, section 9 (quick check), sharpened: a mark that may compose is harmless unless the starter before it is one
that it composes with, so that Yoruba, Tamil or Bengali texts in NFC are seen to be in NFC.
"""
from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from roots.filters.code_points import singular

FOREIGN, IN_PROSE, BLANK = 1, 2, 4
SOFT_HYPHEN = 0xAD
CIRCLES = (0x0C00, 0x0C80, 0x0D00)  # Telugu, Kannada, Malayalam: digit zero and anusvara are one shape; see normalise.py
ANUSVARA, ZERO = 0x02, 0x66         # places within each of these blocks
_BEYOND = 0x30000  # no code point from here on has a decomposition or a combining class
_HANGUL, _SYLLABLES, _TRAILERS = 0xAC00, 11_172, 28
_LEADERS, _VOWELS, _TAILS = range(0x1100, 0x1113), range(0x1161, 0x1176), range(0x11A8, 0x11C3)


@dataclass(frozen=True)
class Forms:
    """By code point below 0x30000, 0 = composes with nothing:

    `marks` FOREIGN (always mended), IN_PROSE (perhaps mended, in natural texts only), BLANK; `classes` canonical combining class;
    `trailing` that of the last part of the character's decomposition (È and then a dot below is Ẹ and then a grave); `firsts`,
    `seconds` numbers such that `composes[first, second]` says whether a starter and what follows become one character.
    """

    marks: npt.NDArray[np.uint8]
    classes: npt.NDArray[np.uint8]
    trailing: npt.NDArray[np.uint8]
    firsts: npt.NDArray[np.uint16]
    seconds: npt.NDArray[np.uint16]
    composes: npt.NDArray[np.bool_]


@cache
def forms() -> Forms:
    """The tables of the running Python's Unicode version; built once per process (0.05 s)."""
    marks = np.zeros(_BEYOND, np.uint8)
    classes = np.zeros(_BEYOND, np.uint8)
    trailing = np.zeros(_BEYOND, np.uint8)
    pairs: list[tuple[int, int]] = []
    points, _ = singular()
    for code in points[points < _BEYOND].tolist():
        character = chr(code)
        classes[code] = unicodedata.combining(character)
        trailing[code] = unicodedata.combining(unicodedata.normalize("NFD", character)[-1])
        if character.isspace():
            marks[code] |= BLANK
        parts = unicodedata.decomposition(character)
        if parts and not parts.startswith("<"):
            if unicodedata.normalize("NFC", character) != character:
                marks[code] |= FOREIGN
            elif " " in parts:
                starter, mark = parts.split()
                pairs.append((int(starter, 16), int(mark, 16)))
    for code in [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF]:
        if chr(code) not in "\n\t":
            marks[code] |= FOREIGN
    marks[[SOFT_HYPHEN, *(block + ZERO for block in CIRCLES)]] |= IN_PROSE
    firsts, seconds = np.zeros(_BEYOND, np.uint16), np.zeros(_BEYOND, np.uint16)
    for number, code in enumerate(sorted({first for first, _ in pairs}), 1):
        firsts[code] = number
    for number, code in enumerate(sorted({second for _, second in pairs}), 1):
        seconds[code] = number
    leader, open_syllable = int(firsts.max()) + 1, int(firsts.max()) + 2
    vowel, tail = int(seconds.max()) + 1, int(seconds.max()) + 2
    firsts[_LEADERS.start : _LEADERS.stop] = leader
    firsts[_HANGUL : _HANGUL + _SYLLABLES : _TRAILERS] = open_syllable
    seconds[_VOWELS.start : _VOWELS.stop] = vowel
    seconds[_TAILS.start : _TAILS.stop] = tail
    composes = np.zeros((open_syllable + 1, tail + 1), np.bool_)
    for one, other in pairs:
        composes[firsts[one], seconds[other]] = True
    composes[leader, vowel] = composes[open_syllable, tail] = True
    return Forms(marks, classes, trailing, firsts, seconds, composes)
