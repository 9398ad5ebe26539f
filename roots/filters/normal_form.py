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

from roots.filters.code_points import CODE_POINTS, singular

Points = npt.NDArray[np.uint32]

SPACE = 32
WORD, SYMBOL, WIDE = range(3)  # letters, marks, digits and underscores; other characters; letters without spaces between words
_LEFT_OUT, _SEPARATOR = 0, 1   # entries that are no code point
_POINT = np.uint32(0x1FFFFF)   # a marked code point: kind (2 bits), canonical combining class (8), code point (21)
_SEVERAL = np.uint32(1 << 31)  # an entry that is a place in `forms`


class Tables(NamedTuple):
    """What becomes of each of the 0x110000 code points."""

    entries: Points  # _LEFT_OUT, _SEPARATOR, a marked code point, or _SEVERAL and a place in `forms`
    forms: Points    # at a place: how many, then so many marked code points


def _kind(character: str, programming: bool) -> int | None:
    """WORD, SYMBOL or WIDE; None for what separates."""
    category = unicodedata.category(character)
    if category == "Lo":
        wide = unicodedata.east_asian_width(character) in "WF" and not unicodedata.name(character, "").startswith("HANGUL")
        return WIDE if wide else WORD
    if category[0] == "Z" or category == "Cc" or (not programming and (category[0] == "P" or category == "Sk")):
        return None
    return WORD if category[0] in "LMN" or category == "Pc" else SYMBOL


def _marked(character: str, programming: bool) -> int:
    kind = _kind(character, programming)
    return (SYMBOL if kind is None else kind) << 29 | unicodedata.combining(character) << 21 | ord(character)


def _entry(character: str, programming: bool, forms: list[int]) -> int:
    """What becomes of one character; several code points are added to `forms`."""
    if unicodedata.category(character) == "Cf":
        return _LEFT_OUT
    if _kind(character, programming) is None:
        return _SEPARATOR
    form = character if unicodedata.is_normalized("NFD", character) else unicodedata.normalize("NFD", character)
    if not programming and (folded := form.casefold()) != form:
        form = unicodedata.normalize("NFD", folded)
    if len(form) == 1:
        return _marked(form, programming)
    forms += [len(form), *(_marked(part, programming) for part in form)]
    return int(_SEVERAL) | len(forms) - len(form) - 1


@cache
def tables(programming: bool) -> Tables:
    """The tables for natural text or for programs, built once per process from Python's Unicode data (about 0.1 s)."""
    entries = np.arange(CODE_POINTS, dtype=np.uint32) | np.uint32(SYMBOL << 29)  # what is unassigned or private stays as it is
    forms = [0]
    points, unified = singular()
    entries[points] = [_entry(character, programming, forms) for character in map(chr, points.tolist())]
    entries[unified] = entries[unified[0]] & ~_POINT | unified
    return Tables(entries, np.array(forms, np.uint32))


@numba.njit(cache=True, nogil=True, inline="always")
def order_of(marked: Any) -> Any:
    """The canonical combining class of a marked code point."""
    return marked >> np.uint32(21) & np.uint32(0xFF)


@numba.njit(cache=True, nogil=True, inline="always")
def kind_of(marked: Any) -> Any:
    """WORD, SYMBOL or WIDE."""
    return marked >> np.uint32(29)


@numba.njit(cache=True, nogil=True)
def _put(out: Points, n: int, marked: Any) -> int:
    """Writes a code point; a mark at its canonical place among the marks before it."""
    place = n
    while order_of(marked) and place > 0 and order_of(out[place - 1]) > order_of(marked):
        out[place] = out[place - 1]
        place -= 1
    out[place] = marked
    return n + 1


@numba.njit(cache=True, nogil=True)
def write_form(data: npt.NDArray[np.uint8], start: int, end: int, entries: Any, forms: Any, out: Points) -> int:
    """Writes the normal form of the UTF-8 bytes [start, end) to `out`, which has room for two a byte and one more; returns its length.

    What is written are marked code points: the code point with its combining class and kind, which are functions of it.
    """
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
        entry = entries[point]
        if entry <= _SEPARATOR:
            gap |= entry == _SEPARATOR
            continue
        place = np.int64(0)
        marked = entry
        if entry & _SEVERAL:
            place = np.int64(entry ^ _SEVERAL)
            marked = forms[place + 1]
        if gap:
            if not wide and kind_of(marked) != WIDE:
                out[n] = SPACE
                n += 1
            gap = False
        if order_of(marked):
            n = _put(out, n, marked)
        else:
            wide = kind_of(marked) == WIDE
            out[n] = marked
            n += 1
        if place:
            for k in range(place + 2, place + 1 + np.int64(forms[place])):
                n = _put(out, n, forms[k])
    return n


def form_of(text: str, programming: bool = False) -> Points:
    """The normal form of one text, as marked code points."""
    data = np.frombuffer(text.encode(), np.uint8)
    out = np.empty(2 * len(data) + 1, np.uint32)
    return out[: write_form(data, 0, len(data), *tables(programming), out)]


def text_of(form: Points) -> str:
    """A normal form to read."""
    return "".join(map(chr, form & _POINT))
