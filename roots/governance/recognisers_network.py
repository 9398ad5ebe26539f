"""Is it the address of somebody's machine, or a link that lets one in? IP, hardware addresses, URLs with credentials.

Four numbers with dots are as often a version or a section as an address; `ip.toml` says which words and shapes tell.
"""
from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from roots.governance.personal_data import PersonalData
from roots.governance.recognisers import LETTER, MARGIN, Context, LookAlikes, Span, Window, compiled, hinted, presidio, presidio_spans

# A hyphen joins an address to a name, but not to what some languages write onto a word: "u-203.0.113.7" is Zulu.
_JOINT = rf"(?<!(?<!{LETTER}|[\p{{Nd}}_.-])\p{{Ll}}{{1,3}})-"
_RUNS_ON, _RUNS_IN = rf"{LETTER}|[\p{{Nd}}_]|\.[0-9]", rf"(?<={LETTER}|[\p{{Nd}}_.]|\p{{Nd}}:|{_JOINT})"
_PAIRS = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]){3}|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.")
_SMALL = r"\d{1,2}(?:\.\d{1,2}){3}(?!\d)"  # 2.6.14.2 is a version, unless a word says that it is an address


class Ip:
    """Public addresses; private, loopback and other ranges without an owner stay, by the kind's `keep` option."""

    def __init__(self, kind: PersonalData) -> None:
        self.kind = kind
        self._context = Context(kind)
        self._look_alikes = LookAlikes(kind.look_alikes)
        self._keep = tuple(ipaddress.ip_network(network) for network in kind.option("keep"))

    def __call__(self, window: Window) -> Iterable[Span]:
        for start, end in presidio_spans(presidio("IpRecognizer"), window):
            if end <= window.start or start >= window.end or not self._owned(window, start, end):
                continue
            yield Span(self.kind.kind, start, end)

    def _owned(self, window: Window, start: int, end: int) -> bool:
        text = window.bounded
        address = ipaddress.ip_interface(text[start:end]).ip
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if compiled(_RUNS_ON).match(text, end) or compiled(_RUNS_IN).match(text, start):
            return False
        if any(address.version == network.version and address in network for network in self._keep):
            return False
        announced = self._context.before(window, start)
        if address.version == 6:
            groups = [group for group in text[start:end].split("/")[0].split(":") if group]
            digits = any(character.isdigit() for group in groups for character in group)
            if not announced and (len(groups) < 3 or not digits or sum(map(len, groups)) < 6):
                return False
        elif not announced and compiled(_SMALL).match(text, start, end):
            return False
        return not self._look_alikes.cover(window, start, end)


class Mac:
    """Hardware addresses: Presidio's shapes, but for those that name nobody (broadcast, multicast, all equal)."""

    def __init__(self, kind: PersonalData) -> None:
        self.kind = kind
        self._look_alikes = LookAlikes(kind.look_alikes)

    def __call__(self, window: Window) -> Iterable[Span]:
        if not _PAIRS.search(window.bounded, max(0, window.start - MARGIN), window.end):
            return
        for start, end in presidio_spans(presidio("MacAddressRecognizer"), window):
            if start < window.end and end > window.start and not self._look_alikes.cover(window, start, end):
                yield Span(self.kind.kind, start, end)


class Url:
    """Links that carry a password or a token; the shapes are the record's."""

    def __init__(self, kind: PersonalData) -> None:
        self.kind = kind
        self._look_alikes = LookAlikes(kind.look_alikes)

    def __call__(self, window: Window) -> Iterable[Span]:
        for shape in self.kind.shapes:
            for match in compiled(shape.regex).finditer(window.text) if hinted(window, shape.hints) else ():
                if match.start() < window.end and match.end() > window.start and not self._look_alikes.cover(window, *match.span()):
                    yield Span(self.kind.kind, *match.span())
