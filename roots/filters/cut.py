"""How are pieces taken out of texts, and what is told of it? Spans of bytes go; an edit of nothing says where, and in which line.

Texts stay in Arrow's buffers: one compiled pass copies what is left of a batch and counts code points and lines on its way.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from roots.document import COLUMNS, EDIT, with_columns
from roots.filters.signatures import buffers

Numbers = npt.NDArray[np.int64]
_LINE_FEED = 10
_ROW = 32  # bits to the right of a row's number in a key: a text has fewer code points than that


def cut(batch: pa.RecordBatch, rows: npt.NDArray[np.signedinteger[Any]], starts: Numbers, ends: Numbers,
        kinds: pa.Array | Sequence[str]) -> pa.RecordBatch:
    """The batch without the bytes [start, end) of the texts of these rows, each told as an edit of its kind.

    `rows`, `starts` and `ends` (int64) have the shape (n,), `kinds` n strings (a list, or an Arrow array, dictionary-encoded or not).
    Rows ascend; starts and ends are bytes of UTF-8 from the text's beginning, ascend within a row, do not overlap and divide no character.
    An edit stands where the text was cut (start = end, code points of the text as it is then); its `line` is the number, from 1, of the
    first line that lost something other than its line feed, in the text as it came. Edits that were there move with their text; one
    that is cut out whole stays as an edit of nothing.

    Raises ValueError for spans that are not such, and for one that would leave half of an earlier replacement.
    """
    if not len(rows):
        return batch
    data, offsets = buffers(batch.column("text"))
    of: Numbers = np.asarray(rows, np.int64)
    _check(data, offsets, of, starts, ends)
    out = np.empty(int(offsets[-1] - offsets[0] - (ends - starts).sum()), np.uint8)
    places = np.zeros(len(batch) + 1, np.int64)
    told = np.empty((3, len(rows)), np.int64)
    _copy(data, offsets, of, starts, ends, out, places, told)
    text = pa.Array.from_buffers(pa.large_string(), len(batch), [_validity(batch.column("text")), pa.py_buffer(places), pa.py_buffer(out)])
    return with_columns(batch, {"text": text, "edits": _edits(batch.column("edits"), of, told, kinds)})


def _check(data: npt.NDArray[np.uint8], offsets: Numbers, rows: Numbers, starts: Numbers, ends: Numbers) -> None:
    if rows[0] < 0 or rows[-1] >= len(offsets) - 1:
        raise ValueError("a span lies in no row of the batch")
    same = rows[1:] == rows[:-1]
    if (rows[1:] < rows[:-1]).any() or (starts < 0).any() or (starts >= ends).any() or (starts[1:] < ends[:-1])[same].any():
        raise ValueError("spans must be in order, hold something and not overlap")
    begin, end = offsets[rows], offsets[rows + 1]
    if (begin + ends > end).any():
        raise ValueError("a span reaches beyond its text")
    borders, last = np.r_[begin + starts, begin + ends], np.r_[end, end]
    inside = borders[borders < last]
    if (data[inside] & 0xC0 == 0x80).any():
        raise ValueError("a span divides a character")


@numba.njit(cache=True, nogil=True)
def _copy(data: Any, offsets: Any, rows: Any, starts: Any, ends: Any, out: Any, places: Any, told: Any) -> None:
    """Writes what is left to `out`, its offsets to `places`, and of each span its code point, code points and first line to `told`."""
    n = 0
    span = 0
    for row in range(len(offsets) - 1):
        begin, end = offsets[row], offsets[row + 1]
        at = begin
        point, line = 0, 1
        while span < len(rows) and rows[span] == row:
            first, last = begin + starts[span], begin + ends[span]
            for i in range(at, first):
                out[n] = data[i]
                n += 1
                point += data[i] & 0xC0 != 0x80
                line += data[i] == _LINE_FEED
            told[0, span], told[1, span], told[2, span] = point, 0, 0
            for i in range(first, last):
                if told[2, span] == 0 and data[i] != _LINE_FEED:
                    told[2, span] = line
                told[1, span] += data[i] & 0xC0 != 0x80
                line += data[i] == _LINE_FEED
            if told[2, span] == 0:  # line feeds alone
                told[2, span] = line - (last - first)
            at = last
            span += 1
        out[n : n + end - at] = data[at:end]
        n += end - at
        places[row + 1] = n


def _validity(column: pa.Array) -> pa.Buffer | None:
    return pc.is_valid(column).buffers()[1] if column.null_count else None


def _edits(edits: pa.ListArray, rows: Numbers, told: Numbers, kinds: pa.Array | Sequence[str]) -> pa.ListArray:
    """The edits of the batch with those of the spans among them, in order of place."""
    kinds = (kinds if isinstance(kinds, (pa.Array, pa.ChunkedArray)) else pa.array(kinds, pa.string())).cast(pa.string())
    points, lines = pa.array(told[0], pa.int32()), pa.array(told[2], pa.int32())
    fresh = pa.StructArray.from_arrays([kinds, points, points, pa.array([""] * len(rows), pa.string()), lines], fields=list(EDIT))
    flat = edits.flatten()
    parents = np.asarray(pc.list_parent_indices(edits), np.int64)
    every = pa.concat_arrays([_moved(flat, parents, rows, told), fresh])
    parent = np.r_[parents, rows]
    order = np.lexsort((np.arange(len(parent)), np.asarray(pc.struct_field(every, [2])), np.asarray(pc.struct_field(every, [1])), parent))
    lengths = np.bincount(parent, minlength=len(edits))
    offsets = pa.array(np.r_[0, np.cumsum(lengths)], pa.int32())
    none = np.asarray(edits.is_null()) & (lengths == 0)
    return pa.ListArray.from_arrays(offsets, every.take(pa.array(order)), type=COLUMNS["edits"], mask=pa.array(none))


def _moved(flat: pa.StructArray, parents: Numbers, rows: Numbers, told: Numbers) -> pa.StructArray:
    """Earlier edits at the places to which their text has moved."""
    if not len(flat):
        return flat
    kind, start, end, replacement, line = flat.flatten()
    before = np.r_[0, np.cumsum(told[1])]
    first = np.searchsorted(rows, np.arange(rows[-1] + 2))  # of each row's spans
    came = told[0] + before[:-1] - before[first[rows]]      # where a span began, in code points of the text as it came
    keys = (rows << _ROW) | came

    def moved(places: Numbers) -> Numbers:
        of = np.searchsorted(keys, (parents << _ROW) | places)  # spans that begin before the place, up to its row
        own = first[np.minimum(parents, rows[-1] + 1)]
        gone = before[of] - before[own]
        last = np.maximum(of - 1, 0)
        over = np.maximum(np.where(of > own, came[last] + told[1][last] - places, 0), 0)
        now: Numbers = places - gone + over
        return now

    was = np.asarray(start, np.int64), np.asarray(end, np.int64)
    now = moved(was[0]), moved(was[1])
    size = now[1] - now[0]
    if ((size != was[1] - was[0]) & (size != 0)).any():
        raise ValueError("a span leaves half of an earlier replacement")
    emptied = pa.array((size == 0) & (was[1] > was[0]))
    return pa.StructArray.from_arrays(
        [kind, pa.array(now[0], pa.int32()), pa.array(now[1], pa.int32()), pc.if_else(emptied, "", replacement), line], fields=list(EDIT))
