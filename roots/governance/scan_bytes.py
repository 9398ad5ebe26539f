"""What does a byte, or the character that begins at it, mean to the scan? Tables, and small tests for the kernel to inline."""
from __future__ import annotations

import string
import unicodedata
from functools import cache
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

NOTHING, COMMERCIAL_AT, DIGIT, HIGH, BRACKET, COLON, DASH, SPACE, UNDERSCORE = range(9)
_PLANES = 0x20000            # every decimal digit of Unicode lies below
AT_SIGN = 255               # in the table of code points
_BLOCK = 20_000              # bytes of a key block

Bytes = NDArray[np.uint8]


@cache
def code_points() -> Bytes:
    """1 to 10 for a decimal digit of any script, AT_SIGN for an @ in disguise."""
    table = np.zeros(_PLANES, np.uint8)
    for point in range(_PLANES):
        if unicodedata.category(chr(point)) == "Nd":
            table[point] = 1 + unicodedata.decimal(chr(point))
    for sign in "@＠﹫":
        table[ord(sign)] = AT_SIGN
    return table


@cache
def byte_classes() -> Bytes:
    table = np.zeros(256, np.uint8)
    table[ord("@")] = COMMERCIAL_AT
    table[ord("0"):ord("9") + 1] = DIGIT
    for mark in "([{":
        table[ord(mark)] = BRACKET
    table[ord(":")], table[ord("-")], table[ord(" ")], table[ord("_")] = COLON, DASH, SPACE, UNDERSCORE
    for point in np.flatnonzero(code_points()[128:]) + 128:
        table[chr(point).encode()[0]] = HIGH
    return table


@cache
def token_bytes() -> Bytes:
    table = np.zeros(256, np.uint8)
    for mark in f"{string.ascii_letters}{string.digits}_-+/":
        table[ord(mark)] = 1
    return table


@njit(cache=True, nogil=True, inline="always")
def width(data: Bytes, i: int) -> int:
    lead = data[i]
    return 1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4


@njit(cache=True, nogil=True, inline="always")
def class_at(data: Bytes, i: int, end: int, points: Bytes) -> Any:
    """What the table of code points says of the character at i."""
    lead = np.int64(data[i])
    if lead < 0x80:
        return np.int64(points[lead])
    if lead < 0xE0:
        return np.int64(points[((lead & 31) << 6) | (data[i + 1] & 63)]) if i + 1 < end else 0
    if lead < 0xF0:
        return np.int64(points[((lead & 15) << 12) | (np.int64(data[i + 1] & 63) << 6) | (data[i + 2] & 63)]) if i + 2 < end else 0
    if i + 3 >= end:
        return 0
    point = ((lead & 7) << 18) | (np.int64(data[i + 1] & 63) << 12) | (np.int64(data[i + 2] & 63) << 6) | (data[i + 3] & 63)
    return np.int64(points[point]) if point < len(points) else 0


@njit(cache=True, nogil=True)
def separator(data: Bytes, i: int, end: int) -> int:
    """How wide is the mark at i, if people write it between the digits of one number? 0 if they do not."""
    b = data[i]
    if b < 0x80:
        return 1 if b in (0x20, 0x28, 0x29, 0x2D, 0x2E, 0x2F) else 0        # space ( ) - . /
    if b == 0xC2 and i + 1 < end:
        return 2 if data[i + 1] in (0xA0, 0xAD) else 0                       # no-break space, soft hyphen
    if i + 2 < end:
        c, d = data[i + 1], data[i + 2]
        if b == 0xE2 and c == 0x80:
            return 3 if d <= 0x95 or d == 0xAF or 0xAA <= d <= 0xAE else 0  # spaces, joiners, direction marks, dashes
        if b == 0xE2 and ((c == 0x81 and 0xA6 <= d <= 0xA9) or (c == 0x88 and d == 0x92)):
            return 3                                                         # isolates, minus
        if b == 0xE3 and c == 0x80 and d == 0x80:
            return 3                                                         # ideographic space
        if b == 0xEF and c == 0xBC and (d in (0x88, 0x89) or 0x8D <= d <= 0x8F):
            return 3                                                         # fullwidth ( ) - . /
    return 0


@njit(cache=True, nogil=True, inline="always")
def is_hex(b: int) -> bool:
    return 0x30 <= b <= 0x39 or 0x41 <= b <= 0x46 or 0x61 <= b <= 0x66


@njit(cache=True, nogil=True)
def hexes(data: Bytes, i: int, end: int) -> bool:
    while i < end and is_hex(data[i]):
        i += 1
    return bool(i == end)


@njit(cache=True, nogil=True)
def six_pairs(data: Bytes, i: int) -> bool:
    """Do six pairs of hex digits with dashes between them begin at i?"""
    for j in range(5):
        if data[i + 3 * j + 2] != 0x2D or not hexes(data, i + 3 * j, i + 3 * j + 2):
            return False
    return bool(hexes(data, i + 15, i + 17))


@njit(cache=True, nogil=True, inline="always")
def wordish(b: int) -> bool:
    return 0x30 <= b <= 0x39 or 0x41 <= b <= 0x5A or 0x61 <= b <= 0x7A or b == 0x5F


@njit(cache=True, nogil=True)
def word(data: Bytes, i: int, end: int) -> tuple[Any, int]:
    """The ASCII word at i as a number, lower-cased, and its end; 0 when it is longer than 8 letters."""
    value = np.uint64(0)
    start = i
    while i < end and (0x41 <= data[i] <= 0x5A or 0x61 <= data[i] <= 0x7A):
        if i - start >= 8:
            return 0, i
        value |= np.uint64(data[i] | 32) << np.uint64(8 * (i - start))
        i += 1
    return value, i


@njit(cache=True, nogil=True)
def among(value: int, words: NDArray[np.uint64]) -> bool:
    for word in words:  # noqa: SIM110 - numba compiles loops, not generators
        if word == value:
            return True
    return False


@njit(cache=True, nogil=True, inline="always")
def address_edge(b: int) -> bool:
    """Does no e-mail address run across this byte?"""
    return b <= 0x20 or b in (0x22, 0x28, 0x29, 0x2C, 0x3A, 0x3B, 0x3C, 0x3E, 0x5B, 0x5C, 0x5D, 0x60, 0x7B, 0x7C, 0x7D)


@njit(cache=True, nogil=True, inline="always")
def mark(b: int) -> bool:
    """Is it one of the signs that people put into passwords?"""
    return b in (0x21, 0x23, 0x24, 0x25, 0x26, 0x2A, 0x40, 0x5E, 0x7E)   # ! # $ % & * @ ^ ~


@njit(cache=True, nogil=True)
def quoted(data: Bytes, i: int, first: int, end: int) -> tuple[int, int]:
    """The text without spaces around i between two quotation marks of one kind; (i, i) when there is none within 64 bytes."""
    left, right = i, i
    while left > first and i - left < 64 and data[left - 1] > 0x20 and data[left - 1] not in (0x22, 0x27):
        left -= 1
    while right < end and right - i < 64 and data[right] > 0x20 and data[right] not in (0x22, 0x27):
        right += 1
    if left > first and right < end and data[left - 1] in (0x22, 0x27) and data[right] == data[left - 1]:
        return left, right
    return i, i


@njit(cache=True, nogil=True)
def starts_with(data: Bytes, i: int, end: int, a: int, b: int, c: int) -> bool:
    return i + 8 <= end and data[i] == 45 and data[i + 1] == 45 and data[i + 2] == 45 and data[i + 3] == 45 \
        and data[i + 4] == 45 and data[i + 5] == a and data[i + 6] == b and data[i + 7] == c


@njit(cache=True, nogil=True)
def block_end(data: Bytes, i: int, end: int) -> int:
    """Where does the key block that begins at i end? Behind its END line, or where base64 stops."""
    limit = min(end, i + _BLOCK)
    for j in range(i + 8, limit - 8):
        if starts_with(data, j, end, 69, 78, 68):
            j += 8
            while j < limit and data[j] != 45 and data[j] != 10:
                j += 1
            while j < limit and data[j] == 45:
                j += 1
            return j
    j = i + 8
    while j < limit and (0x20 <= data[j] < 0x7F or data[j] in (0x0A, 0x0D)):
        j += 1
    return j


@njit(cache=True, nogil=True)
def letters_end(data: Bytes, i: int, end: int) -> int:
    """One past the ASCII letters from i on."""
    while i < end and 0x61 <= (data[i] | 0x20) <= 0x7A:
        i += 1
    return i
