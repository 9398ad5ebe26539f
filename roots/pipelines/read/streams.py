"""How are the bytes of a plain, gzip, zstd or xz file read in constant memory, and what ends such a stream?

The first bytes decide, not the name: a `.gz` that is plain text is a mistake worth naming, and a plain name over packed
bytes is read all the same. Everything before a fault is handed out before the fault is raised.
"""
from __future__ import annotations

import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

import pyarrow as pa

from roots import store
from roots.errors import RootsError
from roots.pipelines.read.parts import Fault, Input, ReadLimits, Span

CHUNK = 1 << 16
SUFFIXES = {".gz": "gzip", ".zst": "zstd", ".xz": "xz"}
_MAGIC = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd", "xz": b"\xfd7zXZ\x00"}
_LZMA_MEMORY = 256 << 20  # bytes: what `xz -9` asks for is 65 MB
_AGAIN = "fetch the file again from its custodian, or pack it again"


def packing(head: bytes) -> str:
    """gzip, zstd, xz, or "" for bytes that are not packed."""
    if len(head) >= 4 and head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F:  # a skippable zstd frame
        return "zstd"
    return next((name for name, magic in _MAGIC.items() if head.startswith(magic)), "")


def open_raw(input: Input) -> IO[bytes]:
    """The file's bytes as they lie there.

    Raises RootsError when there is no such file or it may not be read.
    """
    try:
        return store.reading(store.place(input.file))
    except OSError as error:
        raise RootsError(f"{input.source} · {input.path}", f"cannot be opened: {error.strerror or error}",
                         "the file was there when the build began: put it back, or start the build anew") from None


def chunks(input: Input, limits: ReadLimits) -> Iterator[bytes]:
    """The unpacked bytes, at most `CHUNK` at a time; those of the span, where one is to be read.

    Raises Fault (compression.corrupt, format.wrong, archive.too_large) after the last good byte.
    """
    size = max(1, min(CHUNK, limits.record))
    with open_raw(input) as file:
        if input.span:
            yield from _stretch(file, size, input.span)
            return
        head = file.read(8)
        file.seek(0)
        packed = packing(head)
        named = next((name for suffix, name in SUFFIXES.items() if input.path.lower().endswith(suffix)), "")
        if named and head and packed != named:
            raise Fault("format.wrong", f"is named as {named} but holds {packed or 'no such stream'}",
                        "name the file for what it is, or pack it")
        unpack: Callable[[IO[bytes], int], Iterator[bytes]] = {"gzip": _gzip, "xz": _xz, "zstd": _zstd}.get(packed, _plain)
        total, first = 0, True
        for chunk in unpack(file, size):
            if first and packed and packing(chunk):
                raise Fault("format.wrong", f"is packed twice ({packed} over {packing(chunk)})", "pack the file once")
            first = False
            total += len(chunk)
            if packed and (total > limits.total or (total > limits.ratio_from and total > limits.ratio * max(file.tell(), 1))):
                raise Fault("archive.too_large", f"unpacks to more than {limits.ratio} times its size",
                            "unpack it by hand and look at what it holds")
            yield chunk


def _stretch(file: IO[bytes], size: int, span: Span) -> Iterator[bytes]:
    file.seek(span.start)
    left = span.stop - span.start
    while left and (chunk := file.read(min(size, left))):
        left -= len(chunk)
        yield chunk


def _plain(file: IO[bytes], size: int) -> Iterator[bytes]:
    while chunk := file.read(size):
        yield chunk


def _gzip(file: IO[bytes], size: int) -> Iterator[bytes]:
    yield from _members(file, size, lambda: zlib.decompressobj(31), b"\x00")


def _xz(file: IO[bytes], size: int) -> Iterator[bytes]:
    yield from _members(file, size, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LZMA_MEMORY), b"\x00")


def _members(file: IO[bytes], size: int, engine_of: Callable[[], Any], padding: bytes) -> Iterator[bytes]:
    """The members of a stream one after the other; bytes of padding between and behind them are passed over."""
    engine, begun, more = engine_of(), False, False  # more: the last call filled its measure, there may be output left
    pending = b""
    while True:
        if not pending and not more:
            pending = file.read(CHUNK)
            if not pending:
                break
        if not begun:
            pending = pending.lstrip(padding)
            if not pending:
                continue
            begun = True
        try:
            chunk = engine.decompress(pending, size)
        except (zlib.error, lzma.LZMAError) as error:
            raise Fault("compression.corrupt", f"the packed stream is damaged ({error})", _AGAIN) from None
        pending = getattr(engine, "unconsumed_tail", b"")
        more = len(chunk) == size
        if chunk:
            yield chunk
        if engine.eof:
            pending, more = engine.unused_data, False
            engine, begun = engine_of(), False
    if begun:
        raise Fault("compression.corrupt", "the packed stream ends too early", _AGAIN)


def _zstd(file: IO[bytes], size: int) -> Iterator[bytes]:
    """By Arrow: python-zstandard does not say that a frame was cut off. Arrow says so, but keeps what it had begun to hand
    out; a second reading, byte by byte where the first one failed, gets that too."""
    done = 0
    stream = pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")
    try:
        while chunk := stream.read(size):
            done += len(chunk)
            yield chunk
        return
    except (OSError, pa.ArrowException) as error:
        early = "Truncated" in str(error)
        what = "the packed stream ends too early" if early else f"the packed stream is damaged ({error})"
    file.seek(0)
    again = pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")  # the first one stays: with it the file would be closed
    rest = bytearray()
    try:
        while done:
            done -= len(again.read(min(size, done)))
        while byte := again.read(1):
            rest += byte
    except (OSError, pa.ArrowException):
        pass
    if rest:
        yield bytes(rest)
    raise Fault("compression.corrupt", what, _AGAIN)


class Unpacked(io.RawIOBase):
    """The same bytes as a file object that reads forward only, for libraries that want one. A Fault ends the stream and is kept: not every
    library lets a foreign exception pass."""

    def __init__(self, input: Input, limits: ReadLimits) -> None:
        self._chunks = chunks(input, limits)
        self._rest = memoryview(b"")
        self._position = 0
        self.fault: Fault | None = None

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def read(self, size: int = -1) -> bytes:
        parts: list[memoryview] = []
        wanted = size if size is not None and size >= 0 else 1 << 62
        while wanted and (self._rest or self._refill()):
            parts.append(self._rest[:wanted])
            self._rest = self._rest[wanted:]
            wanted -= len(parts[-1])
        data = b"".join(parts)
        self._position += len(data)
        return data

    def _refill(self) -> bool:
        try:
            self._rest = memoryview(next(self._chunks, b"")) if self.fault is None else memoryview(b"")
        except Fault as fault:
            self.fault = fault
        return bool(self._rest)
