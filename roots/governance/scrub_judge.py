"""Which of the scan's candidates are personal data, and where exactly? Windows go to recognisers; overlaps are settled.

Order among kinds: the one whose span says most wins (a link over the token in it, a key block over an address, an address
over its domain's digits); at equal rank the longer span, then the earlier.
"""
from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import regex  # type: ignore[import-untyped]

from roots.governance import recognisers_network as network
from roots.governance import scan
from roots.governance.personal_data import PersonalData
from roots.governance.recognisers import Recogniser, Span, Window
from roots.governance.recognisers_email import Email
from roots.governance.recognisers_id import NationalId
from roots.governance.recognisers_keys import Key
from roots.governance.recognisers_money import Card, Crypto, Iban
from roots.governance.recognisers_name import Name
from roots.governance.recognisers_phone import Phone
from roots.governance.recognisers_user import User
from roots.governance.scrub_replace import Replacer, fake_shape
from roots.governance.scrub_rules import BY_MODEL

_BEFORE, _AFTER = 160, 96  # bytes of context around a candidate
_RANK = ("url", "key", "email", "iban", "card", "crypto", "id", "ip", "mac", "phone", "user")
NUMERIC = scan.NUMBER | scan.TOKEN


class Found(NamedTuple):
    """A datum in a text: code points of that text, and what is to stand there."""

    kind: str
    start: int
    end: int
    replacement: str


def _bound(record: PersonalData) -> Iterable[tuple[int, Recogniser]]:
    """The recognisers of a kind with the anchors that they answer to."""
    match record.kind:
        case "email":
            email = Email(record)
            return [(scan.AT, email.signed), (scan.SPELLED, email.spelled)]
        case "phone":
            return [(scan.NUMBER, Phone(record))]
        case "ip":
            return [(scan.ADDRESS, network.Ip(record))]
        case "mac":
            return [(scan.ADDRESS | NUMERIC, network.Mac(record))]
        case "url":
            return [(scan.AT | scan.TOKEN, network.Url(record))]
        case "card":
            return [(scan.NUMBER, Card(record))]
        case "iban":
            return [(NUMERIC, Iban(record))]
        case "crypto":
            return [(scan.TOKEN, Crypto(record))]
        case "key":
            return [(scan.BEGIN | scan.TOKEN, Key(record))]
        case "id":
            return [(NUMERIC, NationalId(record))]
        case "user":
            return [(scan.AT | scan.HANDLE, User(record))]
    return [(NUMERIC, NationalId(record))] if record.shapes else []  # a kind that people added


class Judge:
    """Holds the recognisers of the rules' kinds, and applies them to columns of texts."""

    def __init__(self, kinds: Sequence[PersonalData], key: bytes | None, models: Mapping[str, str] | None = None) -> None:
        self.recognisers = [(anchors, record, recogniser) for record in kinds if record.replace != "keep"
                             for anchors, recogniser in _bound(record)]
        self._names = [Name(record, models) for record in kinds if models and record.kind in BY_MODEL and record.replace != "keep"]
        self._rank = {record.kind: _RANK.index(record.kind) if record.kind in _RANK else len(_RANK) for record in kinds}
        self._replacers = {record.kind: Replacer(record, key) for record in kinds}
        standing = [r"<[A-Z]+(?:_[A-Z]+)*>", *(fake_shape(record.fake) for record in kinds if record.replace == "fake")]
        self._standing = regex.compile("|".join(sorted(standing)))
        words = {record.kind: record for record in kinds}
        email = words.get("email")
        self._at = scan.packed(email.option("at") if email else ())
        self._dot = scan.packed(email.option("dot") if email else ())

    def found(self, texts: pa.LargeStringArray, wanted: pa.BooleanArray, languages: Sequence[str | None],
              programming: Sequence[bool]) -> dict[int, list[Found]]:
        """Row → data found in it, in order, without overlaps."""
        if not len(texts) or texts.buffers()[2] is None:
            return {}
        values = memoryview(texts.buffers()[2])
        offsets = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset:texts.offset + len(texts) + 1]
        rows = wanted.fill_null(False).to_numpy(zero_copy_only=False) & texts.is_valid().to_numpy(zero_copy_only=False)
        candidates = scan.scan(np.frombuffer(values, np.uint8), offsets, rows, self._at, self._dot)
        spans: dict[int, set[tuple[int, int, int, str]]] = {}
        for row, start, end, anchors in zip(*(column.tolist() for column in candidates), strict=True):
            window, left = _window(values, int(offsets[row]), int(offsets[row + 1]), start, end, languages[row], programming[row])
            for kind, a, b in self._judged(window, anchors):
                first, size = left + len(window.text[:a].encode()), len(window.text[a:b].encode())
                spans.setdefault(row, set()).add((self._rank[kind], -size, first, kind))
        for row in np.flatnonzero(rows).tolist() if self._names else ():
            whole = Window(text := texts[row].as_py(), 0, len(text), languages[row], programming[row])
            for kind, a, b in self._clear(whole, (span for names in self._names for span in names(whole))):
                first, size = int(offsets[row]) + len(text[:a].encode()), len(text[a:b].encode())
                spans.setdefault(row, set()).add((self._rank[kind], -size, first, kind))
        return {row: self._settled(values, int(offsets[row]), found) for row, found in spans.items()}

    def _judged(self, window: Window, anchors: int) -> Iterable[Span]:
        for answers, record, recogniser in self.recognisers:
            if not answers & anchors or ("programming" if window.programming else "natural") not in record.applies_to:
                continue
            if record.languages and window.language not in record.languages:
                continue
            yield from self._clear(window, recogniser(window))

    def _clear(self, window: Window, spans: Iterable[Span]) -> Iterable[Span]:
        """The spans that touch no replacement that stands in the text already."""
        standing = None
        for span in spans:
            if standing is None:
                standing = [match.span() for match in self._standing.finditer(window.text)]
            if not any(span.start < end and span.end > start for start, end in standing):
                yield span

    def _settled(self, values: memoryview, first: int, spans: set[tuple[int, int, int, str]]) -> list[Found]:
        """Spans without overlaps, from bytes to code points of the row's text."""
        chosen: list[tuple[int, int, str]] = []
        for _, negative, start, kind in sorted(spans):
            end = start - negative
            place = bisect(chosen, (start, end, kind))
            if (place == 0 or chosen[place - 1][1] <= start) and (place == len(chosen) or end <= chosen[place][0]):
                chosen.insert(place, (start, end, kind))
        found, place, position = [], first, 0
        for start, end, kind in chosen:
            position += len(str(values[place:start], "utf-8"))
            datum = str(values[start:end], "utf-8")
            found.append(Found(kind, position, position + len(datum), self._replacers[kind](datum)))
            place, position = end, position + len(datum)
        return found


def _window(values: memoryview, first: int, last: int, start: int, end: int, language: str | None,
            programming: bool) -> tuple[Window, int]:
    """The candidate at bytes [start, end) with its surroundings, and the byte at which the window begins."""
    left, right = max(first, start - _BEFORE), min(last, end + _AFTER)
    while left > first and values[left] & 0xC0 == 0x80:
        left -= 1
    while right < last and values[right] & 0xC0 == 0x80:
        right += 1
    before = str(values[left:start], "utf-8")
    core = str(values[start:end], "utf-8")
    text = before + core + str(values[end:right], "utf-8")
    return Window(text, len(before), len(before) + len(core), language, programming), left
