"""Where could personal data stand? A compiled pass over a batch's bytes that finds candidates by cheap anchors.

The scan never decides; it must miss nothing that a recogniser could accept, and flag little else. Anchors: `@` in its
guises; digit runs of every script, with what people put between digits; dots or colons between hex digits; long tokens
and short capital-and-digit ones; `(at)` and ` dot `; `-----BEGIN`. UTF-8 is read as bytes; only leads that can begin a
digit or an `@` are decoded. Offsets are byte offsets into the values buffer, at character boundaries.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from roots.governance.scan_bytes import (
    AT_SIGN,
    BRACKET,
    COLON,
    COMMERCIAL_AT,
    DIGIT,
    HIGH,
    NOTHING,
    SPACE,
    UNDERSCORE,
    Bytes,
    address_edge,
    among,
    block_end,
    byte_classes,
    class_at,
    code_points,
    hexes,
    is_hex,
    letters_end,
    mark,
    quoted,
    separator,
    six_pairs,
    starts_with,
    token_bytes,
    width,
    word,
    wordish,
)

AT, SPELLED, NUMBER, ADDRESS, TOKEN, BEGIN, HANDLE = 1, 2, 4, 8, 16, 32, 64

_LOCAL = 160                 # bytes that an address may reach to each side of its @
_LONG_TOKEN, _VALUE, _SHORT_TOKEN, _TURNS, _LETTERS = 16, 12, 8, 3, 30
_FEWEST_DIGITS = 6


class Candidates(NamedTuple):
    """Parallel arrays: row of the batch, first and last+1 byte in the values buffer, and anchors (one bit each)."""

    rows: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    anchors: NDArray[np.int64]


def packed(words: Iterable[str]) -> NDArray[np.uint64]:
    """ASCII words of at most 8 letters as little-endian numbers, for the kernel to compare in one step."""
    short = sorted({word.lower().encode() for word in words if word.isascii() and 1 <= len(word) <= 8})
    return np.array([int.from_bytes(word, "little") for word in short], np.uint64)


def scan(values: Bytes, offsets: NDArray[np.int64], wanted: NDArray[np.bool_],
         at_words: NDArray[np.uint64], dot_words: NDArray[np.uint64]) -> Candidates:
    """The candidates of a column of texts, in order of row and place.

    values: bytes of the Arrow values buffer; offsets: rows + 1 byte offsets; wanted: which rows to read.
    """
    room = max(1024, int(offsets[-1] - offsets[0]) // 32) if len(offsets) else 1024
    while True:
        out = np.empty((4, room), np.int64)
        found = _scan(values, offsets, wanted, byte_classes(), code_points(), token_bytes(), at_words, dot_words, out)
        if found <= room:
            return Candidates(*(column[:found] for column in out))
        room = int(found)


@njit(cache=True, nogil=True)
def _emit(out: Any, found: int, row: int, start: int, end: int, anchor: int) -> int:
    if found < out.shape[1]:
        out[0, found], out[1, found], out[2, found], out[3, found] = row, start, end, anchor
    return found + 1


@njit(cache=True, nogil=True)
def _scan(data: Bytes, offsets: NDArray[np.int64], wanted: NDArray[np.bool_], classes: Bytes, points: Bytes, tokens: Bytes,
          at_words: NDArray[np.uint64], dot_words: NDArray[np.uint64], out: NDArray[np.int64]) -> int:
    found = 0
    for row in range(len(wanted)):
        if not wanted[row]:
            continue
        first, end = offsets[row], offsets[row + 1]
        i = first
        token_end = address_end = number_end = at_end = first
        while i < end:
            b = data[i]
            kind = classes[b]
            if kind == NOTHING:
                i += 1
                continue
            if kind == SPACE:
                i += 1
                if i < end and data[i] >= 0x41:
                    value, j = word(data, i, end)
                    if value != 0 and j < end and data[j] == 0x20 and among(value, dot_words):
                        found = _emit(out, found, row, i, j, SPELLED)
                    i = j
                continue
            if kind == HIGH:
                what = class_at(data, i, end, points)
                if what == 0:
                    i += width(data, i)
                    continue
                kind = COMMERCIAL_AT if what == AT_SIGN else DIGIT
            if kind == COMMERCIAL_AT:
                left, right = i, i
                while left > first and i - left < _LOCAL and not address_edge(data[left - 1]):
                    left -= 1
                while right < end and right - i < _LOCAL and not address_edge(data[right]):
                    right += 1
                while left > first and data[left] & 0xC0 == 0x80:
                    left -= 1
                while right < end and data[right] & 0xC0 == 0x80:
                    right += 1
                if i >= at_end:
                    more = left < i
                    for j in range(i + 1, right):
                        more = more or data[j] == 0x40
                    found = _emit(out, found, row, left, right, (AT if more else 0) | (HANDLE if left == i else 0))
                    at_end = right
                i += width(data, i)
                continue
            if kind == DIGIT:
                if i >= token_end and b < 0x80:
                    found, token_end = _token(data, i, max(first, token_end), end, tokens, out, found, row)
                if i >= number_end:
                    found, number_end = _number(data, i, end, points, out, found, row)
                i += width(data, i)
                continue
            if kind == COLON:
                if i >= address_end:
                    found, address_end = _colons(data, i, first, end, out, found, row)
                i += 1
                continue
            if kind == BRACKET:
                j = i + 1
                while j < end and data[j] == 0x20:
                    j += 1
                value, j = word(data, j, end)
                if value != 0 and (among(value, at_words) or among(value, dot_words)):
                    found = _emit(out, found, row, i, j, SPELLED)
                i += 1
                continue
            if kind == UNDERSCORE:
                j = letters_end(data, i + 1, end)
                if j - i > _LETTERS and i >= token_end:  # hf_… may hold no digit at all
                    left = i
                    while left > max(first, token_end) and tokens[data[left - 1]]:
                        left -= 1
                    found = _emit(out, found, row, left, j, TOKEN)
                    token_end = j
                i += 1
                continue
            if starts_with(data, i, end, 66, 69, 71):
                j = block_end(data, i, end)
                found = _emit(out, found, row, i, j, BEGIN)
                i = j
                continue
            if i - 2 >= address_end and i + 15 <= end and is_hex(data[i - 1]) and six_pairs(data, i - 2):
                found = _emit(out, found, row, i - 2, i + 15, TOKEN)
                address_end = i + 15
            i += 1
    return found


@njit(cache=True, nogil=True)
def _token(data: Bytes, i: int, first: int, end: int, tokens: Bytes, out: Any, found: int, row: int) -> tuple[int, int]:
    """Emits the token around the digit at i if it looks drawn by lot, is a value, or is short in capitals and digits.

    Turns: how often a letter and a digit, or a capital and a small letter, stand side by side; words turn seldom, keys often.
    """
    left = i
    while left > first and tokens[data[left - 1]]:
        left -= 1
    digits = capitals = small = dashes = turns = before = 0
    right = left
    while right < end and tokens[data[right]]:
        b = data[right]
        now = 1 if 0x30 <= b <= 0x39 else 2 if 0x41 <= b <= 0x5A else 3 if 0x61 <= b <= 0x7A else 0
        digits += now == 1
        capitals += now == 2
        small += now == 3
        dashes += b == 0x2D
        turns += now != before and now * before > 0 and not (before == 2 and now == 3)
        before = now
        right += 1
    if right + 1 < end and data[right] == 0x2E and right - left > 8 \
            and data[left] == 0x65 and data[left + 1] == 0x79 and data[left + 2] == 0x4A:
        while right < end and (tokens[data[right]] or (data[right] == 0x2E and right + 1 < end and tokens[data[right + 1]])):
            right += 1  # eyJ….eyJ….…: the parts of a JSON web token are one
        return _emit(out, found, row, left, right, TOKEN), right
    length = right - left
    lead = data[left - 1] if left > first else 0
    value = (lead == 0x3D and length >= _SHORT_TOKEN) or (turns >= 2 and (
        (lead == 0x3A and length >= _SHORT_TOKEN) or (lead in (0x22, 0x27) and length >= _VALUE)))
    lot = (length >= _LONG_TOKEN and small == 0 and dashes == 0) or (length >= _SHORT_TOKEN and turns >= _TURNS)
    if capitals + small > 0 and (lot or value or (length == 17 and dashes == 5)):
        return _emit(out, found, row, left, right, TOKEN), right
    if length == 4 and right + 10 <= end and data[right] == 0x2E and data[right + 5] == 0x2E \
            and hexes(data, left, left + 4) and hexes(data, left + 5, left + 9) and hexes(data, left + 10, left + 14):
        return _emit(out, found, row, left, left + 14, TOKEN), left + 14
    if length >= _SHORT_TOKEN and digits >= 4 and capitals > 0 and small == 0:
        return _emit(out, found, row, left, right, NUMBER), right
    if (right < end and mark(data[right])) or mark(lead):
        start, stop = quoted(data, i, first, end)
        if stop - start >= _SHORT_TOKEN:
            return _emit(out, found, row, start, stop, TOKEN), stop
    return found, right


@njit(cache=True, nogil=True)
def _number(data: Bytes, i: int, end: int, points: Bytes, out: Any, found: int, row: int) -> tuple[int, int]:
    """Emits the run of digits and separators at i if it holds enough digits, or dots as an IPv4 address does.

    What can be nothing but a date, two years or a count in thousands is not emitted. Form: the lengths of the groups of digits, one to
    four bits, so that 2021-03-12 has 0x422.
    """
    start, last = i, i
    digits = gap = dots = spaces = ahead = years = form = value = 0
    while i < end:
        digit = class_at(data, i, end, points)
        if 0 < digit <= 10:
            dots += gap == 1 and last < i and (data[last] == 0x2E or data[last] == 0xEF)
            if gap > 0 or digits == 0:
                years += (form & 15) == 4 and 1000 <= value < 2100
                form, value = (form << 4) & 0xFFFFFF, 0
            form += (form & 15) < 15
            value = (value * 10 + digit - 1) % 100_000
            digits += 1
            spaces += ahead
            gap = ahead = 0
            i += width(data, i)
            last = i
        else:
            wide = separator(data, i, end)
            if wide == 0 or gap >= 3:
                break
            ahead += data[i] == 0x20 or data[i] == 0xC2 or data[i] == 0xE3
            gap += 1
            i += wide
    years += (form & 15) == 4 and 1000 <= value < 2100
    if dots < 3 and (form == 0x33 or (form == 0x44 and years == 2 and spaces == 0)):
        return found, last
    if dots < 3 and spaces == 0 and years == 1 and form in (0x224, 0x114, 0x124, 0x214, 0x422, 0x411, 0x412, 0x421):
        return found, last
    anchor = (NUMBER if digits >= _FEWEST_DIGITS else 0) | (ADDRESS if dots >= 3 else 0)
    if anchor:
        return _emit(out, found, row, start, last, anchor), last
    return found, last


@njit(cache=True, nogil=True)
def _colons(data: Bytes, i: int, first: int, end: int, out: Any, found: int, row: int) -> tuple[int, int]:
    """Emits the hex digits and colons around i if they could be an IPv6 or a hardware address."""
    left, right = i, i
    while left > first and i - left < 40 and (is_hex(data[left - 1]) or data[left - 1] == 0x3A):
        left -= 1
    colons = double = digits = 0
    right = left
    while right < end and right - left < 60 and (is_hex(data[right]) or data[right] == 0x3A or data[right] == 0x2E):
        if data[right] == 0x3A:
            colons += 1
            double += right + 1 < end and data[right + 1] == 0x3A
        elif data[right] != 0x2E:
            digits += 1
        right += 1
    clear = (left == first or not wordish(data[left - 1])) and (right == end or not wordish(data[right]))
    if clear and digits > 0 and colons >= 2 and (double > 0 or colons >= 5):
        return _emit(out, found, row, left, right, ADDRESS), right
    return found, right
