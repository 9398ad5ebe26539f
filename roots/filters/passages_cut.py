"""How does a text look when what it repeats is taken out? The cuts, less the first copies, tidied at their edges."""
from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from roots import document
from roots.filters.cut import cut
from roots.filters.passages import STAYS, PassageRules, Units
from roots.filters.signatures import buffers
from roots.recipe_duplicates import NONE

KINDS = ("", "repeated_line", "repeated_paragraph", "repeated_passage")  # of edits, by the kinds of units
REASON = "repeated"  # of a document of which nothing is left


@numba.njit(cache=True, nogil=True)
def _paint(data: Any, offsets: Any, rows: Any, spans: Any, kinds: Any, lasting: Any, out_rows: Any, out_starts: Any, out_ends: Any,
           out_kinds: Any) -> int:
    """What goes, as spans that do not overlap: the cuts, less the first copies, and the cuts of kinds of which no copy stays."""
    n = 0
    first = 0
    while first < len(rows):
        last = first
        row = rows[first]
        while last < len(rows) and rows[last] == row:
            last += 1
        begin = offsets[row]
        size = offsets[row + 1] - begin
        paint = np.zeros(size + 1, np.uint8)
        for round in range(3):
            for k in range(first, last):
                kind = kinds[k]
                if round == 1 and kind == STAYS:
                    paint[spans[k, 0]:spans[k, 1]] = 0
                elif kind != STAYS and ((round == 0 and lasting[kind]) or (round == 2 and not lasting[kind])):
                    for i in range(spans[k, 0], spans[k, 1]):
                        paint[i] = max(paint[i], kind)
        floor = 0
        i = 0
        while i < size:
            if paint[i] == 0:
                i += 1
                continue
            start, kind = i, paint[i]
            while i < size and paint[i] == kind:
                i += 1
            end = i
            if end == size:  # nothing follows: the gap before it goes too
                while start > floor and data[begin + start - 1] <= 32:
                    start -= 1
            elif start > 0 and data[begin + start - 1] != 10:  # within a line: its end stays
                gap = end
                while gap > start and data[begin + gap - 1] <= 32:
                    gap -= 1
                feed = gap
                while feed < end and data[begin + feed] != 10:
                    feed += 1
                if feed < end:
                    end = feed
                    while start > floor and (data[begin + start - 1] == 32 or data[begin + start - 1] == 9):
                        start -= 1
            if end > start:
                out_rows[n], out_starts[n], out_ends[n], out_kinds[n] = row, start, end, kind
                n += 1
                floor = end
        first = last
    return n


def cut_repeated(batch: pa.RecordBatch, found: Units, rules: PassageRules) -> pa.RecordBatch:
    """The batch without what `repeated` found in its rows, told as edits; a row of which nothing visible is left is dropped.

    `found.rows` are rows of the batch, ascending.
    """
    if not len(found.rows):
        return batch
    data, offsets = buffers(batch.column("text"))
    lasting = np.array([rules.keeps(kind) != NONE for kind in range(len(KINDS))])
    room = 2 * len(found.rows) + 1
    rows, starts, ends, kinds = (np.empty(room, np.int64) for _ in range(4))
    n = _paint(data, offsets, found.rows, found.spans, found.kinds, lasting, rows, starts, ends, kinds)
    told = pa.DictionaryArray.from_arrays(pa.array(kinds[:n], pa.int8()), pa.array(KINDS))
    after = cut(batch, rows[:n], starts[:n], ends[:n], told)
    touched = np.zeros(len(batch), bool)
    touched[rows[:n]] = True
    blank = pc.invert(pc.match_substring_regex(after.column("text"), r"[^\s\p{Z}\p{C}]"))
    return document.drop(after, pc.and_(pa.array(touched), pc.fill_null(blank, False)), REASON)
