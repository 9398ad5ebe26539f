"""What is a document in a file of text, HTML or source code? The file, a member of an archive, or a line or paragraph of it."""
from __future__ import annotations

import hashlib
from collections.abc import Iterator

from roots.pipelines.read import archives, lines
from roots.pipelines.read.html import decode, text_of
from roots.pipelines.read.jsonl import valid_utf8
from roots.pipelines.read.parts import EXCERPT, Fault, Input, Piece, Raw, ReadLimits, Rows, reject
from roots.pipelines.read.streams import chunks

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BINARY_SIGNS = 8_000  # bytes that are searched for a null byte, as git does


def cut(input: Input, limits: ReadLimits) -> Iterator[Piece]:
    """Pieces of whole documents, or of lines."""
    if input.format == "text" and input.text in ("line", "paragraph"):
        return lines.cut(input, limits) if input.text == "line" else _paragraphs(input, limits)
    if archives.kind(input):
        return archives.cut(input, limits)
    return whole(input, limits)


def whole(input: Input, limits: ReadLimits) -> Iterator[Piece]:
    """The file as one document; too large a file is measured and hashed, not held."""
    parts: list[bytes] = []
    length = 0
    digest = hashlib.sha256()
    fault = None
    try:
        for chunk in chunks(input, limits):
            length += len(chunk)
            digest.update(chunk)
            if length <= limits.record:
                parts.append(chunk)
            else:
                parts = parts[:1]
    except Fault as found:
        fault = found
    if length > limits.record and fault is None:
        fault = Fault("record.too_large", f"a file of {length:,} bytes, the limit is {limits.record:,}",
                      "split the file, or raise record_megabytes in the recipe")
    data = b"".join(parts)
    if fault:
        yield Piece(rejected=(reject(input, None, fault, data[:EXCERPT], bytes=length, sha256=digest.hexdigest()),))
    else:
        yield Piece([Raw(None, data)])


def _paragraphs(input: Input, limits: ReadLimits) -> Iterator[Piece]:
    """Paragraphs stand between empty lines; a paragraph's number is that of its first line.

    Line blocks end anywhere, so the open paragraph of one block is carried over to the next.
    """
    carried: list[bytes] = []
    first = held = 0

    def close(raws: list[Raw]) -> None:
        nonlocal carried, held
        if carried:
            raws.append(Raw(first, b"\n".join(carried)))
        carried, held = [], 0

    for piece in lines.cut(input, limits):
        raws: list[Raw] = []
        if isinstance(piece.content, lines.Lines):
            for number, line in enumerate(piece.content.data.removesuffix(b"\n").split(b"\n"), piece.content.first):
                if not line.strip() or held + len(line) > limits.record:
                    close(raws)
                if line.strip():
                    first = number if not carried else first
                    carried.append(line.removesuffix(b"\r"))
                    held += len(line)
        else:
            close(raws)
        yield Piece(raws, piece.rejected)
    raws = []
    close(raws)
    if raws:
        yield Piece(raws)


def parse(input: Input, content: lines.Lines | list[Raw], limits: ReadLimits) -> Rows:
    """The rows of a piece."""
    if isinstance(content, lines.Lines):
        content = [Raw(number, line.removesuffix(b"\r"))
                   for number, line in enumerate(content.data.removesuffix(b"\n").split(b"\n"), content.first) if line.strip()]
    rows = Rows(text=[], url=[])
    for raw in content:
        try:
            if input.format in ("html", "warc"):
                text = decode(raw) if raw.media == "text/plain" else text_of(decode(raw), limits)
            else:
                text = plain(raw, input)
        except Fault as fault:
            rows.rejected.append(reject(input, raw.record, fault, raw.data))
            continue
        rows.records.append(raw.record)
        rows.text.append(text)
        rows.url.append(raw.url or None)  # type: ignore[union-attr]
    return rows


def plain(raw: Raw, input: Input) -> str:
    """The characters of a text or source file: UTF-8, or UTF-16 where a byte order mark says so.

    Raises Fault (code.binary, utf8.invalid).
    """
    data = raw.data
    if data.startswith(_UTF16):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise Fault("utf8.invalid", "begins as UTF-16 but is not", "save the file as UTF-8") from None
    if b"\x00" in data[:_BINARY_SIGNS]:
        raise Fault("code.binary" if input.format == "code" else "format.wrong", "holds null bytes: it is no text",
                    "name text files only in data.files")
    if not valid_utf8(data):
        raise Fault("utf8.invalid", "is not UTF-8", "save the file as UTF-8")
    return data.decode("utf-8-sig")
