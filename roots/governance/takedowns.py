"""Was this text withdrawn? Requests from governance/takedowns.toml, honoured before anything else looks at the text."""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from roots import document
from roots.digest import document_id
from roots.records import Table

WAYS = ("source", "document", "url", "url_prefix")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_DOCUMENT = re.compile(r"[0-9a-f]{32}")
_BOUNDARY = re.compile(r"[/?#=&]")
_PARTS = r"^(?i:https?://)?(?i:www\.)?(?P<host>[^/?#]*)(?P<rest>(?s:.*))$"  # RE2


@dataclass(frozen=True)
class Takedown:
    """Somebody asked for removal and somebody decided: by `source` alone, `source` and its own `record` id, `document` id,
    `url`, or `url_prefix`. The text itself is never quoted here."""

    id: str
    asked_on: date | None
    reason: str
    decided_by: str
    decided_on: date | None = None
    source: str = ""
    record: str = ""
    document: str = ""
    url: str = ""
    url_prefix: str = ""

    @property
    def dropped(self) -> str:
        """The reason in the `dropped` column."""
        return f"takedown.{self.id}"


@dataclass(frozen=True)
class Takedowns:
    """What a worker needs to honour requests: ids, sources, addresses → entry id. Plain data, picklable, digestible."""

    documents: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)


def takedowns_from(table: Table) -> tuple[Takedown, ...]:
    """The entries of governance/takedowns.toml, [[takedown]] each. Problems go to the table; faulty entries are left out."""
    found: dict[str, Takedown] = {}
    for entry in table.tables("takedown"):
        before = len(table.problems)
        takedown = Takedown(
            id=entry.text("id", required=True),
            asked_on=entry.day("asked_on", required=True),
            reason=entry.text("reason", required=True),
            decided_by=entry.text("decided_by", required=True),
            decided_on=entry.day("decided_on"),
            **{key: entry.text(key) for key in (*WAYS, "record")},
        )
        entry.done()
        ways = [way for way in WAYS if getattr(takedown, way)]
        if takedown.id and not _ID.fullmatch(takedown.id):
            entry.problem("id", f"is {takedown.id!r}", "write at most 40 of a-z, 0-9 and -")
        if takedown.id in found:
            entry.problem("id", f"{takedown.id!r} stands twice", "give every request its own id")
        if len(ways) != 1:
            entry.problem("source", "says no way to find the text" if not ways else f"is found in {len(ways)} ways: {', '.join(ways)}",
                          "write one of: source (with or without record), document, url, url_prefix")
        if takedown.record and not takedown.source:
            entry.problem("record", "stands without its source", 'add source = "…"')
        if takedown.document and not _DOCUMENT.fullmatch(takedown.document):
            entry.problem("document", f"is {takedown.document!r}", "write the 32 hex digits that `roots explain` shows")
        if takedown.url_prefix and not canonical(takedown.url_prefix).split("/")[0]:
            entry.problem("url_prefix", "would match every address", "name a host at least")
        if len(table.problems) == before:
            found[takedown.id] = takedown
    table.done()
    return tuple(found[id] for id in sorted(found))


def rules(entries: tuple[Takedown, ...]) -> Takedowns:
    """The entries as look-up tables; where two name the same thing, the entry whose id sorts first is the reason."""
    documents: dict[str, str] = {}
    sources: dict[str, str] = {}
    urls: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        if entry.document or entry.record:
            documents.setdefault(entry.document or document_id(entry.source, entry.record), entry.dropped)
        elif entry.source:
            sources.setdefault(entry.source, entry.dropped)
        elif entry.url:
            urls.setdefault(canonical(entry.url), entry.dropped)
        else:
            prefixes.setdefault(canonical(entry.url_prefix), entry.dropped)
    return Takedowns(documents, sources, urls, prefixes)


def honour(batch: pa.RecordBatch, takedowns: Takedowns) -> pa.RecordBatch:
    """The batch with `dropped` = takedown.<entry id> on every withdrawn row that is still in.

    The narrowest request is the reason: document, address, longest prefix, source. Addresses are compared without scheme
    and `www.`, hosts without case; a prefix ends at one of / ? # = &, so that example.org never takes example.org.uk. The cost
    is that of a few look-ups for each row, whatever the number of requests.
    """
    found = [takedowns.documents.get(id) for id in batch.column("id").to_pylist()] if takedowns.documents else [None] * len(batch)
    if takedowns.urls or takedowns.prefixes:
        hosts = {_BOUNDARY.split(address, maxsplit=1)[0] for table in (takedowns.urls, takedowns.prefixes) for address in table}
        addresses = _canonical(batch.column("url")).to_pylist()
        found = [reason or (_by_address(address, takedowns) if address and _BOUNDARY.split(address, maxsplit=1)[0] in hosts else None)
                 for reason, address in zip(found, addresses, strict=True)]
    if takedowns.sources:
        found = [reason or takedowns.sources.get(source)
                 for reason, source in zip(found, batch.column("source").to_pylist(), strict=True)]
    if not any(found):
        return batch
    reasons = pa.array(found, pa.string())
    return document.drop(batch, pc.is_valid(reasons), reasons)


def _by_address(address: str, takedowns: Takedowns) -> str | None:
    reason = takedowns.urls.get(address)
    if reason is None and takedowns.prefixes:
        ends = [len(address), *(end for match in _BOUNDARY.finditer(address) for end in (match.start(), match.end()))]
        beginnings = (address[:end] for end in sorted(ends, reverse=True))
        reason = next((takedowns.prefixes[beginning] for beginning in beginnings if beginning in takedowns.prefixes), None)
    return reason


def canonical(url: str) -> str:
    """An address without scheme and `www.`, its host in lower case."""
    return str(_canonical(pa.array([url]))[0].as_py() or "")


def _canonical(urls: pa.Array) -> pa.Array:
    parts = pc.extract_regex(urls.cast(pa.string()), _PARTS)
    return pc.binary_join_element_wise(pc.utf8_lower(pc.struct_field(parts, "host")), pc.struct_field(parts, "rest"), "")

