"""When are two texts the same text in another dress? When their normal forms are equal.

Natural text. Unicode's canonical caseless match (Unicode Standard 3.13, D145): NFD(fold(NFD(text))), in which
 * format characters (Cf: soft hyphen, byte order mark, zero-width joiners, bidirectional marks) are left out;
 * a run of white space, controls, punctuation of any script and modifier symbols (Z*, Cc, P*, Sk) becomes one space, none at the
   ends, and none beside a wide letter (East Asian Width W or F, but not Hangul): scripts written without spaces lose nothing by it,
   while "3.5" and "35" stay apart;
 * letters, marks, digits and the other symbols stay as they are: a Yoruba tone mark and a Devanagari vowel sign make words.
Programs. NFD, case kept; a run of white space becomes one space; everything else stays, punctuation among it.

The form is a sequence of code points. A text of which nothing stays has an empty form, and is like no other.
"""
from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.uint32]

SPACE = 32
LEFT_OUT, SEPARATOR, WORD, SYMBOL, WIDE = range(5)
_PLANES = ((0, 0x32400), (0xE0000, 0xE01F0))  # beyond these, code points are unassigned or private: they stay as they are


class Tables(NamedTuple):
    """What becomes of each code point: arrays over all 0x110000 of them."""

    kind: npt.NDArray[np.uint8]      # LEFT_OUT, SEPARATOR, WORD (letter, mark, digit, underscore), SYMBOL or WIDE
    order: npt.NDArray[np.uint8]     # canonical combining class
    becomes: npt.NDArray[np.int32]   # 0: itself; else place in `forms` of a count and so many code points
    forms: Points


def _kind(character: str, programming: bool) -> int:
    category = unicodedata.category(character)
    if category == "Cf":
        return LEFT_OUT
    if category[0] == "Z" or category == "Cc":
        return SEPARATOR
    if not programming and category in ("Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sk"):
        return SEPARATOR
    if category == "Lo" and unicodedata.east_asian_width(character) in "WF" and not unicodedata.name(character, "").startswith("HANGUL"):
        return WIDE
    return WORD if category[0] in "LMN" or category == "Pc" else SYMBOL


@cache
def tables(programming: bool) -> Tables:
    """The tables for natural text or for programs, built once per process from Python's Unicode data (about 0.3 s)."""
    kind = np.full(0x110000, SYMBOL, np.uint8)
    order = np.zeros(0x110000, np.uint8)
    becomes = np.zeros(0x110000, np.int32)
    forms = [0]
    for first, last in _PLANES:
        for point in range(first, last):
            character = chr(point)
            kind[point] = _kind(character, programming)
            order[point] = unicodedata.combining(character)
            if 0xD800 <= point < 0xE000:
                continue
            form = unicodedata.normalize("NFD", character)
            if not programming:
                form = unicodedata.normalize("NFD", form.casefold())
            if form != character:
                becomes[point] = len(forms)
                forms += [len(form), *map(ord, form)]
    return Tables(kind, order, becomes, np.array(forms, np.uint32))


@numba.njit(cache=True, nogil=True, inline="always")
def _put(out: Points, n: int, point: Any, order: npt.NDArray[np.uint8]) -> int:
    """Writes a code point at its canonical place among the marks before it."""
    place = n
    rank = order[point]
    if rank:
        while place > 0 and order[out[place - 1]] > rank:
            out[place] = out[place - 1]
            place -= 1
    out[place] = point
    return n + 1


@numba.njit(cache=True, nogil=True)
def write_form(data: npt.NDArray[np.uint8], start: int, end: int, kind: Any, order: Any, becomes: Any, forms: Any, out: Points) -> int:
    """Writes the normal form of the UTF-8 bytes [start, end) to `out`, which has room for two a byte and one more; returns its length."""
    n = 0
    i = start
    gap = False
    wide = True  # the text's start asks for no space
    while i < end:
        byte = np.uint32(data[i])
        if byte < 0x80:
            point = byte
            i += 1
        elif byte < 0xE0:
            point = (byte & 0x1F) << 6 | (data[i + 1] & 0x3F)
            i += 2
        elif byte < 0xF0:
            point = (byte & 0x0F) << 12 | np.uint32(data[i + 1] & 0x3F) << 6 | (data[i + 2] & 0x3F)
            i += 3
        else:
            point = (byte & 0x07) << 18 | np.uint32(data[i + 1] & 0x3F) << 12 | np.uint32(data[i + 2] & 0x3F) << 6 | (data[i + 3] & 0x3F)
            i += 4
        what = kind[point]
        if what == LEFT_OUT:
            continue
        if what == SEPARATOR:
            gap = True
            continue
        if gap:
            if not wide and what != WIDE:
                out[n] = SPACE
                n += 1
            gap = False
        if order[point] == 0:
            wide = what == WIDE
        place = becomes[point]
        if place == 0:
            n = _put(out, n, point, order)
        else:
            for k in range(place + 1, place + 1 + forms[place]):
                n = _put(out, n, forms[k], order)
    return n


def form_of(text: str, programming: bool = False) -> Points:
    """The normal form of one text, as code points."""
    data = np.frombuffer(text.encode(), np.uint8)
    out = np.empty(2 * len(data) + 1, np.uint32)
    return out[: write_form(data, 0, len(data), *tables(programming), out)]
