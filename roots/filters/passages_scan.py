"""Where do lines, paragraphs, sentences and their windows begin and end, and what are their keys? See passages.py for the terms."""
from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from roots.filters.characters import CLOSES, SPACE, TERMINAL
from roots.filters.normal_form import write_form
from roots.filters.shingles import WORDS, Hashes, mix, read_form

Numbers = npt.NDArray[np.int64]
_WIDE = 0x3000                               # from here on a sentence end needs no white space behind it
_BY = np.uint64(0x9E3779B97F4A7C15)
_OTHER = np.uint64(0xD6E8FEB86659FD93)


@numba.njit(cache=True, nogil=True)
def _line(data: Any, start: int, end: int) -> tuple[int, bool]:
    """Where does the next line begin, and does this one say anything?"""
    visible = 0
    while start < end and data[start] != 10:
        visible += data[start] > 32
        start += 1
    return min(start + 1, end), visible > 0


@numba.njit(cache=True, nogil=True)
def blocks(data: Any, offsets: Any, skip: Any, salts: Any, table: Any, shortest: int, paragraphs: bool, keys: Hashes, rows: Numbers,
           spans: Any) -> int:
    """Writes the lines (or the paragraphs) of the texts to the last three (room: one for each line feed and row); returns how many."""
    entries, forms = table
    longest = 0
    for row in range(len(skip)):
        longest = max(longest, offsets[row + 1] - offsets[row])
    points = np.empty(2 * longest + 1, np.uint32)
    tokens = np.empty(2 * longest + 1, np.uint64)
    n = 0
    for row in range(len(skip)):
        if skip[row]:
            continue
        begin, end = offsets[row], offsets[row + 1]
        start = begin
        while start < end:
            stop, says = _line(data, start, end)
            while paragraphs and stop < end:
                following, next_says = _line(data, stop, end)
                if next_says and not says:
                    break  # a paragraph begins behind a blank line
                stop, says = following, next_says
            length = write_form(data, start, stop, entries, forms, points)
            if length >= shortest:
                _, high, low = read_form(points, length, WORDS, salts[row], tokens)
                keys[n, 0], keys[n, 1] = high, low
                rows[n] = row
                spans[n, 0], spans[n, 1] = start - begin, stop - begin
                n += 1
            start = stop
    return n


@numba.njit(cache=True, nogil=True)
def _sentences(data: Any, begin: int, end: int, classes: Any, flags: Any, starts: Any, ends: Any, hashes: Hashes) -> int:
    """Writes where sentences and lines begin, where their last visible character ends, and two hashes of their bytes; returns how many."""
    n = 0
    i = begin
    start = -1         # of the sentence at hand; -1 = none has begun
    last = begin       # behind its last visible character
    ended = False      # a sentence end stands behind, and nothing but closing marks since
    wide: Any = False  # … and is one that needs no white space
    while i <= end:
        point, size = np.uint32(10), 1
        if i < end:
            byte = np.uint32(data[i])
            if byte < 0x80:
                point = byte
            elif byte < 0xE0:
                point, size = (byte & 0x1F) << 6 | (data[i + 1] & 0x3F), 2
            elif byte < 0xF0:
                point, size = (byte & 0x0F) << 12 | np.uint32(data[i + 1] & 0x3F) << 6 | (data[i + 2] & 0x3F), 3
            else:
                point = (byte & 0x07) << 18 | np.uint32(data[i + 1] & 0x3F) << 12
                point |= np.uint32(data[i + 2] & 0x3F) << 6 | (data[i + 3] & 0x3F)
                size = 4
        space = classes[point] == SPACE
        closing = flags[point] & (TERMINAL | CLOSES) != 0
        if start >= 0 and (point == 10 or (ended and space) or (ended and not closing and wide)):
            one, other = _BY, _OTHER
            for k in range(start, last):
                one = (one ^ data[k]) * np.uint64(0x100000001B3)
                other = (other + data[k]) * _OTHER
                other ^= other >> np.uint64(29)
            starts[n], ends[n] = start, last
            hashes[n, 0], hashes[n, 1] = mix(one), mix(other)
            n += 1
            start = -1
            ended = False
        if not space:
            if start < 0:
                start = i
            last = i + size
            if flags[point] & TERMINAL:
                wide = point >= _WIDE
                ended = True
            elif not closing:
                ended = False
        i += size
    return n


@numba.njit(cache=True, nogil=True)
def _larger(column: Any, room: int) -> Any:
    more = np.empty((room, *column.shape[1:]), column.dtype)
    more[: len(column)] = column
    return more


@numba.njit(cache=True, nogil=True)
def windows(data: Any, offsets: Any, skip: Any, salts: Any, classes: Any, flags: Any, least: int) -> Any:
    """For each sentence the shortest runs of whole ones of at least so many bytes that begin and end with it: keys, rows, spans."""
    longest = 0
    for row in range(len(skip)):
        longest = max(longest, offsets[row + 1] - offsets[row])
    starts, ends = np.empty(longest + 1, np.int64), np.empty(longest + 1, np.int64)
    hashes = np.empty((longest + 1, 2), np.uint64)
    before = np.zeros((longest + 2, 2), np.uint64)
    powers = np.ones((longest + 2, 2), np.uint64)
    for k in range(1, len(powers)):
        powers[k, 0], powers[k, 1] = powers[k - 1, 0] * _BY, powers[k - 1, 1] * _OTHER
    room, n = 1024, 0
    keys, rows, spans = np.empty((room, 2), np.uint64), np.empty(room, np.int64), np.empty((room, 2), np.int32)
    for row in range(len(skip)):
        begin, end = offsets[row], offsets[row + 1]
        if skip[row] or end - begin < least:
            continue
        count = _sentences(data, begin, end, classes, flags, starts, ends, hashes)
        for k in range(count):
            before[k + 1, 0] = before[k, 0] * _BY + hashes[k, 0]
            before[k + 1, 1] = before[k, 1] * _OTHER + hashes[k, 1]
        size, first = 0, 0
        for last in range(count):
            size += ends[last] - starts[last]
            while size >= least:
                rest = size - (ends[first] - starts[first])
                # it is the shortest with its beginning when its last sentence is needed, the shortest with its end when its first is
                if size - (ends[last] - starts[last]) < least or rest < least:
                    if n == room:
                        room *= 2
                        keys, rows, spans = _larger(keys, room), _larger(rows, room), _larger(spans, room)
                    for lane in range(2):
                        keys[n, lane] = mix((before[last + 1, lane] - before[first, lane] * powers[last + 1 - first, lane]) ^ salts[row])
                    rows[n] = row
                    spans[n, 0] = starts[first] - begin
                    spans[n, 1] = (starts[last + 1] if last + 1 < count else end) - begin
                    n += 1
                if rest < least:
                    break
                size = rest
                first += 1
    return keys[:n], rows[:n], spans[:n]
