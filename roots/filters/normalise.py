"""How is a text written, before anyone judges it? NFC, one kind of line end, no control characters, no blank edges.

Nothing that carries meaning goes: diacritics, ZWJ and ZWNJ (Indic, Arabic), zero width space (Khmer, Thai), bidirectional marks and white
space at the ends of lines stay. The soft hyphen goes from natural texts: it says where a line may be broken, not what is
written, and hides words from every list; source files keep it. In Telugu, Kannada and Malayalam the digit zero and the anusvara are the
same circle, and some keyboards and fonts let people type the one for the other (ప్రప౦చ for ప్రపంచ): a zero that stands behind a letter
or vowel sign of its script and before no digit becomes the sign that it is read as. A compiled scan finds the few texts that need any
of this.
"""
from __future__ import annotations

import re
import unicodedata
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from roots import document
from roots.filters.composition import ANUSVARA, BLANK, CIRCLES, FOREIGN, IN_PROSE, SOFT_HYPHEN, ZERO, Forms, forms

_BREAKS = [ord(character) for character in "\r\v\f\x85\u2028\u2029"]
_REMOVED = [*range(0x20), *range(0x7F, 0xA0), 0xFEFF]  # controls, byte order mark
_SOURCE: dict[int, str | None] = {**dict.fromkeys(_REMOVED), **dict.fromkeys(_BREAKS, "\n"), ord("\t"): "\t", ord("\n"): "\n"}
_NATURAL = {**_SOURCE, SOFT_HYPHEN: None}
_FIRST_LETTER, _LAST_LETTER, _NINE = 0x05, 0x63, 0x6F  # places within an Indic block: letters and vowel signs, then digits
_ZERO_FOR_SIGN = re.compile("|".join(
    f"(?<=[{chr(block + _FIRST_LETTER)}-{chr(block + _LAST_LETTER)}]){chr(block + ZERO)}(?![{chr(block + ZERO)}-{chr(block + _NINE)}0-9])"
    for block in CIRCLES))


def normalise(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with every kept text normalised; texts with nothing left are dropped as `empty`."""
    text = batch.column("text")
    natural = pc.not_equal(batch.column("kind"), document.PROGRAMMING)
    suspects = pc.and_(needs_work(text, natural), document.kept(batch))
    if pc.any(suspects).as_py():
        rows = np.flatnonzero(suspects.to_numpy(zero_copy_only=False))
        mended = [normal(value, kind) for value, kind in zip(text.take(rows).to_pylist(), natural.take(rows).to_pylist(), strict=True)]
        batch = document.with_columns(batch, {"text": pc.replace_with_mask(text, suspects, pa.array(mended, pa.large_string()))})
    empty = pc.equal(pc.binary_length(batch.column("text")), 0)
    return document.drop(batch, empty, "empty") if pc.any(empty).as_py() else batch


def normal(text: str, natural: bool = True) -> str:
    """One text normalised. A source file keeps the indentation of its first line."""
    text = text.replace("\r\n", "\n").translate(_NATURAL if natural else _SOURCE)
    text = unicodedata.normalize("NFC", text)
    if natural:
        return _ZERO_FOR_SIGN.sub(lambda found: chr(ord(found[0]) - ZERO + ANUSVARA), text).strip()
    body = text.lstrip()
    return text[text.rfind("\n", 0, len(text) - len(body)) + 1 :].rstrip()


def needs_work(text: pa.LargeStringArray, natural: pa.BooleanArray) -> pa.BooleanArray:
    """Which texts might change? Never false for one that would; null texts are false."""
    _, offsets, data = text.buffers()
    starts = np.frombuffer(offsets, np.int64)[text.offset : text.offset + len(text) + 1]
    flags = _scan(np.frombuffer(data or b"", np.uint8), starts, natural.to_numpy(zero_copy_only=False), *_tables(forms()))
    return pc.and_(pa.array(flags), pc.is_valid(text))


def _tables(table: Forms) -> tuple[npt.NDArray[Any], ...]:
    return table.marks, table.classes, table.trailing, table.firsts, table.seconds, table.composes


@njit(cache=True, nogil=True)
def _scan(data, starts, natural, marks, classes, trailing, firsts, seconds, composes):  # type: ignore[no-untyped-def]
    """Does a character not belong, an edge not stand, or a pair of characters compose? One pass over the UTF-8 bytes."""
    flags = np.zeros(len(starts) - 1, np.bool_)
    for row in range(len(starts) - 1):
        at, end = starts[row], starts[row + 1]
        starter = 0      # what the last starter composes with, see Forms.firsts
        before = 0       # combining class of what stands before
        edge = True      # nothing but blanks so far
        blank = False    # the last character was blank
        while at < end:
            code = np.uint32(data[at])
            if code < 0x80:
                at += 1
            elif code < 0xE0:
                code = (code & 0x1F) << 6 | np.uint32(data[at + 1] & 0x3F)
                at += 2
            elif code < 0xF0:
                code = (code & 0x0F) << 12 | np.uint32(data[at + 1] & 0x3F) << 6 | np.uint32(data[at + 2] & 0x3F)
                at += 3
            else:
                code = (code & 0x07) << 18 | np.uint32(data[at + 1] & 0x3F) << 12
                code |= np.uint32(data[at + 2] & 0x3F) << 6 | np.uint32(data[at + 3] & 0x3F)
                at += 4
                if code >= len(marks):
                    starter, before, edge, blank = 0, 0, False, False
                    continue
            mark = marks[code]
            if mark & FOREIGN or (mark & IN_PROSE and natural[row]):
                flags[row] = True
                break
            blank = mark & BLANK != 0
            if edge and blank:
                flags[row] = True
                break
            edge = False
            if code < 0x80:
                starter, before = firsts[code], 0
                continue
            rank = classes[code]
            if (rank and before > rank) or (seconds[code] and composes[starter, seconds[code]]):
                flags[row] = True
                break
            before = trailing[code]
            if rank == 0:
                starter = firsts[code]
        if blank:
            flags[row] = True
    return flags
