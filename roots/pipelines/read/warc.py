"""Which pages lie in a WARC file? Its responses and resources that hold HTML or plain text, read by fastwarc.

A capture that holds no page (an image, an error) is a record of the books and rejected; what describes captures (warcinfo, request,
metadata, revisit) is none.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from roots.pipelines.read.parts import EXCERPT, Fault, Input, Piece, Raw, ReadLimits, Rejected, reject
from roots.pipelines.read.streams import CHUNK, Unpacked

_PAGES = ("text/html", "application/xhtml+xml", "text/plain")
_LIMIT = "raise record_megabytes in the recipe"
_AGAIN = "fetch the file again from its custodian"


def cut(input: Input, limits: ReadLimits) -> Iterator[Piece]:
    """Captures in the file's order; a record is the WARC record id, or its number where there is none."""
    captures = _captures(input, limits)
    held: list[Raw] = []
    rejected: list[Rejected] = []
    size = count = total = 0
    fault: Fault | None = None
    while True:
        try:
            capture = next(captures, None)
        except Fault as found:
            fault = found
            break
        if capture is None:
            break
        if isinstance(capture, Raw):
            held.append(capture)
            size += len(capture.data)
        else:
            rejected.append(capture)
        count += 1
        total += 1
        if size >= limits.block or count >= limits.block_records:
            yield Piece(held, tuple(rejected))
            held, rejected, size, count = [], [], 0, 0
    if fault:
        rejected.append(reject(input, "rest", Fault(fault.reason, f"{fault.detail}; after {total} captures", fault.mend)))
    if held or rejected:
        yield Piece(held, tuple(rejected))


def _captures(input: Input, limits: ReadLimits) -> Iterator[Raw | Rejected]:
    """Raises Fault (warc.corrupt and those of the stream) at the first byte that is no WARC record."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    source = Unpacked(input, limits)
    number = 0
    try:
        # HTTP is parsed apart: in the iterator one bad header would end the file
        for record in ArchiveIterator(source, record_types=WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion,
                                      parse_http=False):
            if record.headers.get("Content-Length") is None:
                raise Fault("warc.corrupt", "the last record's header is cut off", _AGAIN)
            capture = _capture(input, record, record.record_id or number, limits)
            number += 1
            yield capture
    except (OSError, ValueError, RuntimeError) as error:
        if not source.fault:
            raise Fault("warc.corrupt", f"is no WARC from here on ({str(error)[:200]})", _AGAIN) from None
    if source.fault:
        raise source.fault
    if not number and input.size and not Unpacked(input, limits).read(5).startswith(b"WARC/"):
        raise Fault("format.wrong", "is no WARC file", "name its format in data.format")


def _capture(input: Input, record: Any, name: str | int, limits: ReadLimits) -> Raw | Rejected:
    claimed = record.content_length  # never trusted with an allocation
    body, length, sha256 = _bounded(record.reader, limits.record)
    try:
        if length < claimed:
            raise Fault("warc.corrupt", f"the capture claims {claimed:,} bytes and has {length:,}", _AGAIN)
        if length > limits.record:
            raise Fault("record.too_large", f"a capture of {length:,} bytes, the limit is {limits.record:,}", _LIMIT)
        url = record.headers.get("WARC-Target-URI") or ""
        if record.is_http:
            return _page(body, name, url, limits)
        media = _media(record.headers.get("Content-Type"))
        return Raw(name, body, url, media=media)
    except Fault as fault:
        page = fault.reason not in ("warc.status", "warc.not_text")
        return reject(input, name, fault, body[:EXCERPT] if page else b"", bytes=length, sha256=sha256)


def _bounded(reader: Any, most: int) -> tuple[bytes, int, str]:
    """All bytes where they are at most `most`, else the beginning; their true number and sha256."""
    parts: list[bytes] = []
    length = 0
    digest = hashlib.sha256()
    while chunk := reader.read(CHUNK):
        length += len(chunk)
        digest.update(chunk)
        parts = [*parts, chunk] if length <= most else parts[:1]
    return b"".join(parts), length, digest.hexdigest()


def _page(body: bytes, name: str | int, url: str, limits: ReadLimits) -> Raw:
    """The page in an HTTP response, transfer and content encodings undone."""
    from fastwarc.warc import WarcRecord, WarcRecordType

    record = WarcRecord()
    record.init_headers(record_type=WarcRecordType.response)
    record.set_bytes_content(body)
    record.is_http = True
    try:
        record.parse_http(auto_decode="all")
        status, kind, charset = record.http_headers.status_code, record.http_content_type, record.http_charset
        if status != 200:
            raise Fault("warc.status", f"the server answered {status}", "nothing: there is no page here")
        media = _media(kind)
        page, length, _ = _bounded(record.reader, limits.record)
    except (OSError, ValueError, AttributeError) as error:
        raise Fault("warc.corrupt", f"the HTTP response cannot be read ({str(error)[:200]})", _AGAIN) from None
    if length > limits.record:
        raise Fault("record.too_large", f"a page that unpacks to {length:,} bytes, the limit is {limits.record:,}", _LIMIT)
    return Raw(name, page, url, charset or "", media)


def _media(header: str | None) -> str:
    media = (header or "").split(";")[0].strip().lower()
    if media not in _PAGES:
        raise Fault("warc.not_text", f"holds {media or 'an unnamed type'}", "nothing: there is no page here")
    return media
