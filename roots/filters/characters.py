"""What kind of character is this? Tables over all code points, built once per process from Python's own Unicode data.

Classes follow the general category; scripts are read off the first word of a letter's Unicode name ("DEVANAGARI LETTER A"),
which is why `filters/languages/*.toml` name them so; sentence ends are read off the names too (FULL STOP, DANDA, …), so that
every script has its own. Nothing here needs numba: measures and the plain-Python oracles of the tests share these tables.
"""
from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roots.filters.code_points import CODE_POINTS, singular

SPACE, LETTER, MARK, DIGIT, PUNCTUATION, SYMBOL, FORMAT, BROKEN = range(8)
UPPER, TERMINAL, ALONE, JOINS, JOINS_DIGITS, CLOSES, BULLET, CONNECTS, MISREAD, MISREAD_SIGN, WITHIN, SIGN = (1 << bit for bit in range(12))
_CLASS = {"L": LETTER, "M": MARK, "N": DIGIT, "P": PUNCTUATION, "S": SYMBOL, "Z": SPACE}
_ENDS = ("FULL STOP", "QUESTION MARK", "EXCLAMATION MARK", "DANDA", "ELLIPSIS", "TIBETAN MARK SHAD", "KHMER SIGN KHAN")
# UAX 29: MidLetter and MidNumLet, less the colon, which ends a word in every language here; and "!", a click in Khoisan words.
_MID_LETTER = "'\u2018\u2019\u00b7\u0387\u055f\u05f4\u2027\u2024\ufe52\uff07\uff0e.!"
_MID_NUMBER = "'.,;\u2019\u066b\u066c\u060c\u060d"
_FIRST_WORDS_OF_NO_SCRIPT = frozenset({
    "COMBINING", "MODIFIER", "FEMININE", "MASCULINE", "MATHEMATICAL", "SUPERSCRIPT", "SUBSCRIPT", "VARIATION", "MICRO", "OHM",
})


# What the bytes 80 to BF become when UTF-8 is read as Latin-1 or as Windows-1252 (a byte without a meaning there becomes U+FFFD);
# and those of them that hardly ever stand after a letter in real text.
_MISREAD = {*map(chr, range(0x80, 0xC0)), *bytes(range(0x80, 0xC0)).decode("cp1252", "replace")}
_MISREAD_SIGNS = _MISREAD - set("\u2018\u2019\u201a\u201c\u201d\u201e\u2013\u2014\u2026\u2022\u2039\u203a\xa0\xaa\xab\xad\xb2\xb3\xb5\xb7"
                                "\xb9\xba\xbb")


class Characters(NamedTuple):
    """Arrays of length 0x110000, indexed by code point."""

    classes: NDArray[np.uint8]
    flags: NDArray[np.uint16]
    scripts: NDArray[np.uint16]  # 0 = common to many scripts
    lower: NDArray[np.uint32]    # simple lower case; itself where there is none


def _class_of(character: str) -> int:
    if character in "\t\n\v\f\r\x85":
        return SPACE
    category = unicodedata.category(character)
    if category == "Cf":
        return FORMAT
    return BROKEN if character == "\ufffd" else _CLASS.get(category[0], BROKEN)


def _flags_of(character: str, name: str) -> int:
    category = unicodedata.category(character)
    flags = 0
    if category in ("Lu", "Lt"):
        flags |= UPPER
    if category[0] == "P" and any(end in name for end in _ENDS) and "INVERTED" not in name:
        flags |= TERMINAL
    if name.startswith(("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC ITERATION", "BOPOMOFO")):
        flags |= ALONE
    if character in _MID_LETTER:
        flags |= JOINS
    if character in _MID_NUMBER:
        flags |= JOINS_DIGITS
    if category in ("Pe", "Pf") or character in "\"'\u201d\u2019\u00bb":
        flags |= CLOSES
    if "BULLET" in name or character in "-*\u2013\u25a0\u25cf\u25cb\u25aa\u2714\u27a4":
        flags |= BULLET
    if category == "Pc":
        flags |= CONNECTS
    if character in _MISREAD:
        flags |= MISREAD | (MISREAD_SIGN if character in _MISREAD_SIGNS else 0)
    return flags


@lru_cache(maxsize=1)
def _tables() -> tuple[Characters, dict[str, int]]:
    classes = np.full(CODE_POINTS, BROKEN, np.uint8)
    flags = np.zeros(CODE_POINTS, np.uint16)
    scripts = np.zeros(CODE_POINTS, np.uint16)
    lower = np.arange(CODE_POINTS, dtype=np.uint32)
    names: dict[str, int] = {}
    points, unified = singular()
    for point in points.tolist():
        character = chr(point)
        kind = _class_of(character)
        classes[point] = kind
        if kind == BROKEN and character not in _MISREAD:
            continue
        name = unicodedata.name(character, "")
        if found := _flags_of(character, name):
            flags[point] = found
        if kind in (LETTER, MARK):
            first = name.removeprefix("FULLWIDTH ").removeprefix("HALFWIDTH ").split(" ", 1)[0].split("-")[0]
            if first and first not in _FIRST_WORDS_OF_NO_SCRIPT:
                scripts[point] = names.setdefault(first, len(names) + 1)
            if len(small := character.lower()) == 1:
                lower[point] = ord(small)
    classes[unified], flags[unified], scripts[unified] = classes[unified[0]], flags[unified[0]], scripts[unified[0]]
    # WITHIN: goes on with the word before it. SIGN: what measures of signs look at, all but letters, marks and spaces.
    counted = np.isin(classes, (LETTER, DIGIT)) & (flags & ALONE == 0)
    flags[counted | np.isin(classes, (MARK, FORMAT)) | (flags & CONNECTS != 0)] |= WITHIN
    flags[~np.isin(classes, (LETTER, MARK, SPACE)) | (flags & MISREAD != 0)] |= SIGN
    for table in (classes, flags, scripts, lower):
        table.flags.writeable = False
    return Characters(classes, flags, scripts, lower), names


def characters() -> Characters:
    """The tables."""
    return _tables()[0]


def script_number(name: str) -> int:
    """The number of the script whose letters' Unicode names begin with this word ("DEVANAGARI"); 0 when no letter's does."""
    return _tables()[1].get(name, 0)


def script_names() -> frozenset[str]:
    """Every first word of a letter's name, for "did you mean"."""
    return frozenset(_tables()[1])
