"""Where does one line of a stream end, and where one block of lines? Found without understanding a single line."""
from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from roots.pipelines.read.parts import EXCERPT, Fault, Input, Piece, ReadLimits, reject
from roots.pipelines.read.streams import chunks

_NEWLINE = 10
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Lines:
    """Whole lines, each with its line end (the file's last may lack it); `first` is the number of the first one."""

    first: int
    data: bytes


def cut(input: Input, limits: ReadLimits) -> Iterator[Piece]:
    """Blocks of lines. A block closes at the first line end at or beyond `limits.block` bytes or with the last of
    `limits.block_records` lines that are not empty.

    A line longer than `limits.record` is a piece of its own, rejected, and never held in memory; so is the broken rest
    of a stream.
    """
    number = input.span.first if input.span else 0  # of the line that is open
    first = number              # number of the block's first line
    whole: list[bytes] = []     # closed lines of the block
    held = 0                    # their bytes
    counted = 0                 # those that are not empty
    part: list[bytes] = []      # the open line
    length = 0                  # its bytes
    hashing = None              # set while a line too long passes by
    fault: Fault | None = None

    def flush() -> Iterator[Piece]:
        nonlocal whole, held, counted, first
        if whole:
            yield Piece(Lines(first, b"".join(whole)))
        whole, held, counted, first = [], 0, 0, number

    def overlong(sha256: str) -> Piece:
        problem = Fault("record.too_large", f"a line of {length:,} bytes, the limit is {limits.record:,}",
                        "split the record, or raise record_megabytes in the recipe")
        return Piece(rejected=(reject(input, number, problem, b"".join(part), bytes=length, sha256=sha256),))

    stream = chunks(input, limits)
    if not input.span or not input.span.start:
        stream = _without_mark(stream)
    while True:
        try:
            chunk = next(stream, b"")
        except Fault as found:
            fault = found
            break
        if not chunk:
            break
        ends = np.flatnonzero(np.frombuffer(chunk, np.uint8) == _NEWLINE) + 1
        start = index = 0
        if hashing is not None or (length and length + (int(ends[0]) - 1 if len(ends) else len(chunk)) > limits.record):
            stop = int(ends[0]) if len(ends) else len(chunk)
            if hashing is None:
                yield from flush()
                hashing = hashlib.sha256(b"".join(part))
                part = [b"".join(part)[:EXCERPT]]
            line = chunk[:stop]
            body = line[:-1] if len(ends) else line
            hashing.update(body)
            length += len(body)
            if not len(ends):
                continue
            yield overlong(hashing.hexdigest())
            number += 1
            first, hashing, part, length = number, None, [], 0
            start, index = stop, 1
        upto = np.cumsum(np.diff(ends, prepend=-length) > 1)  # lines that are not empty, up to each line end
        while index < len(ends):
            before = int(upto[index - 1]) if index else 0
            by_count = int(np.searchsorted(upto, before + limits.block_records - counted))
            by_bytes = index + int(np.searchsorted(ends[index:], start + limits.block - held - length))
            last = min(by_count, by_bytes, len(ends) - 1)
            stop = int(ends[last])
            whole += [*part, chunk[start:stop]]
            held += length + stop - start
            counted += int(upto[last]) - before
            number += last - index + 1
            part, length, start, index = [], 0, stop, last + 1
            if held >= limits.block or counted >= limits.block_records:
                yield from flush()
        if start < len(chunk):
            part.append(chunk[start:])
            length += len(chunk) - start
    if hashing is not None and fault is None:
        yield overlong(hashing.hexdigest())
        return
    if fault is None:
        whole += part
        yield from flush()
        return
    yield from flush()
    lost = Fault(fault.reason, f"{fault.detail}; from line {number} on nothing can be read", fault.mend)
    yield Piece(rejected=(reject(input, number, lost, b"".join(part), bytes=length, sha256=hashing.hexdigest() if hashing else None),))


def _without_mark(stream: Iterator[bytes]) -> Iterator[bytes]:
    """The stream without a byte order mark; UTF-16 and UTF-32 are named as such."""
    head = b""
    while len(head) < len(_BOM):
        try:
            chunk = next(stream, b"")
        except Fault:
            if head:
                yield head
            raise
        if not chunk:
            break
        head += chunk
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Fault("format.wrong", "is UTF-16 or UTF-32", "save the file as UTF-8")
    head = head.removeprefix(_BOM)
    if head:
        yield head
    yield from stream
