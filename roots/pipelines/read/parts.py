"""What does reading take and give? One raw file in; blocks of documents out, and what could not be read beside them."""
from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from roots import document
from roots.digest import document_ids

FORMATS = ("jsonl", "parquet", "arrow", "text", "html", "warc", "code")
EXCERPT = 2_000  # bytes of a rejected record that people are shown


@dataclass(frozen=True)
class Span:
    """A stretch of a file that can be read without what stands before it: from `start` to before `stop`, which are bytes of lines, row
    groups of Parquet, or batches of Arrow. `first` is the number of its first record in the file."""

    number: int
    start: int
    stop: int
    first: int


@dataclass(frozen=True)
class Input:
    """One raw file of one admitted source, or one span of it; field names are those of the source's record, "" = none."""

    source: str
    path: str      # relative to the source's data folder, as in the locator
    file: str      # where it lies
    snapshot: str  # sha256 of the raw file, hex
    size: int      # bytes
    format: str    # one of FORMATS
    text: str = "text"    # for format text: what a document is, "file" (default), "paragraph" or "line"
    record_id: str = ""
    language: str = ""
    url: str = ""
    html: str = ""
    kind: str = ""        # natural | programming; "" = programming for format code, else natural
    spans: tuple[Span, ...] = ()  # where it can be cut; () = it is read as a whole
    span: Span | None = None      # the one to read; None = all
    written: int = 0              # when the file was last changed as its sha256 was taken, in ns since 1970; 0 = its store does not say

    @property
    def documents_are(self) -> str:
        return self.kind or (document.PROGRAMMING if self.format == "code" else document.NATURAL)

    def locator(self, record: str | int | None) -> str:
        """file#record; the file alone where it is the document. A `#` in the file's name is written %23."""
        return self.locators([record])[0]

    def locators(self, records: Sequence[str | int | None]) -> list[str]:
        """The locators of many records."""
        file = self.path.replace("#", "%23")
        return [file if record is None else f"{file}#{record}" for record in records]


@dataclass(frozen=True)
class ReadLimits:
    """How much may one file ask of the machine? All sizes in bytes."""

    record: int = 32 << 20        # a larger record is rejected, with its true size and digest
    block: int = 2 << 20          # a block closes at the first record that ends at or beyond this
    block_records: int = 4096     # … or with this many records
    ratio: int = 250              # a file that unpacks to more than this many times its size is a bomb,
    ratio_from: int = 256 << 20   # but only from this many unpacked bytes on
    total: int = 1 << 42          # no file unpacks to more
    depth: int = 1_000            # levels of HTML elements inside each other


@dataclass(frozen=True)
class Rejected:
    """One record that never became a document: where, why, how to mend it, and enough to recognise it."""

    source: str
    locator: str
    reason: str   # "json.invalid", …
    detail: str
    mend: str
    bytes: int    # size of the record where it is known, else of what was seen of it
    sha256: str   # of those bytes; "" = they were not looked at
    excerpt: str  # the beginning, undecodable bytes replaced; not yet scrubbed of personal data


@dataclass(frozen=True)
class Block:
    """Documents of one stretch of one file. `read` = rows of `batch` + `rejected`: the books of every block balance."""

    number: int
    batch: pa.RecordBatch
    rejected: tuple[Rejected, ...]
    read: int
    last: bool


class Fault(Exception):
    """What is wrong with a record, or with the rest of a file."""

    def __init__(self, reason: str, detail: str, mend: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail, self.mend = reason, detail, mend


@dataclass(frozen=True)
class Raw:
    """A record's bytes and its name in the file: a line number, a member's path, a WARC record id."""

    record: str | int | None
    data: bytes
    url: str = ""
    charset: str = ""
    media: str = ""    # "text/plain": needs no extraction


@dataclass(frozen=True)
class Piece:
    """What is cut from a file without being understood: the raw material of one block."""

    content: object = None
    rejected: tuple[Rejected, ...] = ()


@dataclass
class Rows:
    """Columns of the records understood so far, row-aligned."""

    records: list[str | int | None] = field(default_factory=list)
    text: list[str] | pa.Array = field(default_factory=list)
    ids: Sequence[str | None] | None = None
    declared: Sequence[str | None] | pa.Array | None = None
    url: Sequence[str | None] | pa.Array | None = None
    rejected: list[Rejected] = field(default_factory=list)


def reject(input: Input, record: str | int | None, fault: Fault, data: bytes = b"", *,
           bytes: int | None = None, sha256: str | None = None) -> Rejected:
    """The entry of one record in `rejected/`; size and digest are those of `data` unless they are given."""
    return Rejected(
        input.source, input.locator(record), fault.reason, fault.detail, fault.mend,
        len(data) if bytes is None else bytes,
        sha256 if sha256 is not None else hashlib.sha256(data).hexdigest() if data else "",
        data[:EXCERPT].decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}"),
    )


def _distinct(ids: Sequence[str | None], locators: Sequence[str]) -> Sequence[str]:
    """The ids where there are any that no one had before, else the locators."""
    seen: set[str] = set()
    found = []
    for own, locator in zip(ids, locators, strict=True):
        name = own if own and own not in seen else locator
        seen.add(name)
        found.append(name)
    return found


def assemble(input: Input, rows: Rows) -> pa.RecordBatch:
    """A batch of documents. An id comes from the source's record id, or from the locator where there is none.

    A record id that occurred in the same block before yields to the locator as well: ids must not collide, and blocks
    depend on the file alone.
    """
    count = len(rows.records)
    locators = input.locators(rows.records)
    ids = document_ids(input.source, _distinct(rows.ids, locators) if rows.ids is not None else locators)
    text = rows.text if isinstance(rows.text, pa.Array) else pa.array(rows.text, pa.large_string())
    return document.batch_of({
        "id": ids,
        "source": pa.array([input.source] * count, pa.string()),
        "snapshot": pa.array([input.snapshot] * count, pa.string()),
        "locator": locators,
        "url": rows.url,
        "kind": pa.array([input.documents_are] * count, pa.string()),
        "declared": rows.declared,
        "text": text,
    })
