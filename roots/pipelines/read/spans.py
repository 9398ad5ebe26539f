"""Where can a file be opened in the middle? A large file is one job for each of its spans, and no job reads what stands before its own.

Spans follow from the file alone, never from the number of workers: lines by bytes, Parquet by row groups, Arrow by batches. What cannot be
opened in the middle (packed streams, archives, WARC, paragraphs) has none; there several jobs read the whole and understand a share.
"""
from __future__ import annotations

import hashlib

import pyarrow as pa
import pyarrow.parquet as pq

from roots import store
from roots.pipelines.read.parts import Span
from roots.pipelines.read.streams import packing
from roots.store import Place

SPAN = 16 << 20   # bytes: some seconds of work
CHUNK = 1 << 20   # divides SPAN
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def survey(file: Place, format: str, text: str) -> tuple[str, int, tuple[Span, ...]]:
    """The file's sha256, its size in bytes, and its spans in order; none when it is to be read as a whole. The one full reading before a
    build. `text` is the data.text of the source's record.

    Raises what `store.reading` raises.
    """
    total, size, newlines = hashlib.sha256(), 0, 0
    by_line = format == "jsonl" or (format == "text" and text == "line")
    begins: list[tuple[int, int]] = [(0, 0)]  # (byte, number of the line) of each span
    due = SPAN
    with store.reading(file) as stream:
        while chunk := stream.read(CHUNK):
            total.update(chunk)
            if not size and (packing(chunk[:8]) or chunk.startswith(_UTF16)):
                by_line = False
            if by_line:
                if size >= due and (end := chunk.find(b"\n") + 1):
                    begins.append((size + end, newlines + 1))
                    due = size // SPAN * SPAN + SPAN
                newlines += chunk.count(b"\n")
            size += len(chunk)
    spans: tuple[Span, ...] = ()
    if by_line:
        ends = [byte for byte, _ in begins[1:]] + [size]
        spans = tuple(Span(number, byte, end, line) for number, ((byte, line), end) in enumerate(zip(begins, ends, strict=True))
                      if byte < end)
    elif size > SPAN and format in ("parquet", "arrow"):
        try:
            spans = _row_groups(file) if format == "parquet" else _batches(file, size)
        except (pa.ArrowException, OSError, ValueError, KeyError, IndexError, OverflowError, NotImplementedError, TypeError, MemoryError):
            spans = ()  # reading it will say what is wrong
    return total.hexdigest(), size, spans if len(spans) > 1 else ()


def _row_groups(file: Place) -> tuple[Span, ...]:
    with store.reading(file) as stream:
        about = pq.ParquetFile(stream).metadata
        groups = [about.row_group(number) for number in range(about.num_row_groups)]
        sizes = [sum(group.column(number).total_compressed_size for number in range(group.num_columns)) for group in groups]
        return _together(sizes, [group.num_rows for group in groups])


def _batches(file: Place, size: int) -> tuple[Span, ...]:
    with store.reading(file) as stream, pa.ipc.open_file(stream) as reader:
        count = reader.num_record_batches
        return _together([size // max(count, 1)] * count, [reader.get_batch(number).num_rows for number in range(count)])


def _together(sizes: list[int], rows: list[int]) -> tuple[Span, ...]:
    """Consecutive parts, as many to a span as fill it."""
    spans: list[Span] = []
    start = held = first = passed = 0
    for number, (bytes, count) in enumerate(zip(sizes, rows, strict=True)):
        held += bytes
        passed += count
        if held >= SPAN or number == len(sizes) - 1:
            spans.append(Span(len(spans), start, number + 1, first))
            start, held, first = number + 1, 0, passed
    return tuple(spans)
