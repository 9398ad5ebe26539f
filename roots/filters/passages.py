"""Which lines, paragraphs and long passages stand in a corpus more than once, and which of their copies go?

A *line* and a *paragraph* (lines without a blank one between them) are the same as another when their normal forms are (normal_form.py).
A *passage* is a run of whole lines or sentences, of together so many bytes, that stands elsewhere byte for byte, white space between
them apart. For every sentence the shortest such runs that begin and that end with it are hashed; a longer repeated passage is the union of
these windows, so that nothing of it is missed, and a cut never falls inside a sentence. Sentences end as Unicode's names of characters
say (FULL STOP, DANDA, … before white space; those of wide scripts anywhere).

Of a repeated unit either the first copy stays or none. The first is the one in the source whose licence and trust come first in the
recipe's order, then of the smallest document id, then the first in the document: no order of input, no partition and no worker comes
into it. No part of a first copy is ever cut, so that every repeated passage still stands in the corpus, once and whole.
"""
from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from roots import document
from roots.filters.characters import CLOSES, SPACE, TERMINAL, characters
from roots.filters.components import often
from roots.filters.normal_form import tables, write_form
from roots.filters.shingles import WORDS, Hashes, mix, read_form
from roots.filters.signatures import buffers
from roots.recipe_duplicates import FIRST, Repetitions

Numbers = npt.NDArray[np.int64]
STAYS, LINE, PARAGRAPH, PASSAGE = range(4)   # a first copy, and what is cut
_WIDE = 0x3000                               # from here on a sentence end needs no white space behind it
_BY = np.uint64(0x9E3779B97F4A7C15)
_OTHER = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True)
class PassageRules(Repetitions):
    """What the recipe says of repetitions, and which source's copy comes first."""

    rank: Mapping[str, int] = field(default_factory=dict)  # source → place in the order of licence and trust; without one: last

    def keeps(self, kind: int) -> str:
        return ("", self.lines, self.paragraphs, self.passages)[kind]


class Units(NamedTuple):
    """Lines, paragraphs and windows, one to a row of each array; `spans` are (start, end) in bytes of the text."""

    keys: Hashes      # (n, 2): 128 bits of what it says, of its kind and, unless across, of its source
    order: Hashes     # (n,): the smaller, the more worth keeping is the document
    rows: Numbers     # (n,)
    spans: npt.NDArray[np.int32]  # (n, 2)
    kinds: npt.NDArray[np.int8]   # (n,)

    def take(self, which: Any) -> Units:
        return Units(*(column[which] for column in self))


@numba.njit(cache=True, nogil=True)
def _line(data: Any, start: int, end: int) -> tuple[int, bool]:
    """Where does the next line begin, and does this one say anything?"""
    visible = 0
    while start < end and data[start] != 10:
        visible += data[start] > 32
        start += 1
    return min(start + 1, end), visible > 0


@numba.njit(cache=True, nogil=True)
def _blocks(data: Any, offsets: Any, skip: Any, salts: Any, table: Any, shortest: int, paragraphs: bool, keys: Hashes, rows: Numbers,
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
def _windows(data: Any, offsets: Any, skip: Any, salts: Any, classes: Any, flags: Any, least: int) -> Any:
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


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def units_of(batch: pa.RecordBatch, rules: PassageRules) -> Units:
    """Every unit of the natural texts of a batch that are still in; rows are those of the batch."""
    data, offsets = buffers(batch.column("text"))
    skip = ~np.asarray(document.kept(batch)) | np.asarray(batch.column("text").is_null()) | np.asarray(
        pc.fill_null(pc.equal(batch.column("kind"), document.PROGRAMMING), False))
    sources = batch.column("source").dictionary_encode()
    names = sources.dictionary.to_pylist()
    of = np.asarray(sources.indices.fill_null(0), np.int64)
    scopes = np.array([0 if rules.across else _number(name) for name in names] or [0], np.uint64)[of]
    last = len(rules.rank)
    ranks = np.array([min(rules.rank.get(name, last), 0xFFFF) for name in names] or [0], np.uint64)[of]
    ids = np.array([int(id[:12], 16) for id in batch.column("id").to_pylist()], np.uint64)  # 48 bits
    order = ranks << np.uint64(48) | ids
    found: list[Units] = []
    table = tuple(tables(False))
    for kind in (LINE, PARAGRAPH):
        if rules.keeps(kind):
            room = int((data[offsets[0]:offsets[-1]] == 10).sum()) + len(batch)
            keys, rows, spans = np.empty((room, 2), np.uint64), np.empty(room, np.int64), np.empty((room, 2), np.int32)
            n = _blocks(data, offsets, skip, scopes ^ np.uint64(kind), table, max(rules.shortest, 1), kind == PARAGRAPH, keys, rows, spans)
            found.append(Units(keys[:n], order[rows[:n]], rows[:n], spans[:n], np.full(n, kind, np.int8)))
    if rules.keeps(PASSAGE):
        known = characters()
        keys, rows, spans = _windows(data, offsets, skip, scopes ^ np.uint64(PASSAGE), known.classes, known.flags, max(rules.bytes, 1))
        found.append(Units(keys, order[rows], rows, spans, np.full(len(rows), PASSAGE, np.int8)))
    return together(found)


def together(parts: Sequence[Units]) -> Units:
    """All units of the parts."""
    none = Units(np.empty((0, 2), np.uint64), np.empty(0, np.uint64), np.empty(0, np.int64), np.empty((0, 2), np.int32),
                 np.empty(0, np.int8))
    return Units(*(np.concatenate(columns) for columns in zip(none, *parts, strict=True)))


def repeated(units: Units, rules: PassageRules) -> Units:
    """Of the units that are repeated, those that are cut, and the first copies that are not (kind STAYS); by row and start.

    All units that share a key must be among those given; which others are does not matter.
    """
    units = units.take(often(units.keys[:, 0]))
    by = np.lexsort((units.spans[:, 0], units.rows, units.order, units.keys[:, 1], units.keys[:, 0]))
    units = units.take(by)
    if not len(by):
        return units
    new = np.r_[True, (units.keys[1:] != units.keys[:-1]).any(1)]
    group = np.cumsum(new) - 1
    other = np.r_[True, (units.rows[1:] != units.rows[:-1])] | new
    documents = np.bincount(group, other)[group]
    copies = np.bincount(group)[group]
    wanted = np.where(units.kinds == PASSAGE, copies > 1, documents >= max(rules.documents, 2))
    stays = np.isin(units.kinds, [kind for kind in (LINE, PARAGRAPH, PASSAGE) if rules.keeps(kind) == FIRST])
    kinds = np.where(new & stays, STAYS, units.kinds).astype(np.int8)
    found = Units(units.keys, units.order, units.rows, units.spans, kinds).take(wanted)
    return found.take(np.lexsort((found.kinds, found.spans[:, 0], found.rows)))
