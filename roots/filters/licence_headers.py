"""Does a source file say that it stands under another licence than its source does?

A GPL header inside an MIT source is a refusal, not a shrug. Only what forbids is looked for: a file that names a laxer licence than
its source breaks nothing. What counts as a header is data: filters/licence_headers.toml.
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from roots.records import Table

HEAD = 8_000  # characters of a file that are looked at: licence headers stand first
_SPDX = r"SPDX-License-Identifier:[ \t]*(?P<tag>[A-Za-z0-9.+()\-]+(?:[ \t]+(?:AND|OR|WITH)[ \t]+[A-Za-z0-9.+()\-]+)*)"
_FAMILY = re.compile(r"^(AGPL|LGPL|GPL|SSPL|BUSL|CC-BY-NC|CC-BY-ND|Proprietary)\b")


@dataclass(frozen=True)
class LicenceHeader:
    """A sentence by which a header is known, and the licence, or family of licences, that it names."""

    id: str
    phrase: str


def licence_headers_from(table: Table) -> tuple[LicenceHeader, ...]:
    """The headers of filters/licence_headers.toml, the longest sentence first."""
    headers = []
    for one in table.tables("header", required=True):
        headers.append(LicenceHeader(one.text("id", required=True), one.text("phrase", required=True)))
        one.done()
    table.done()
    return tuple(sorted(headers, key=lambda header: (-len(header.phrase), header.phrase)))


def _families(expression: str) -> list[frozenset[str]]:
    """Alternatives of an SPDX expression, each the set of restrictive families that it brings along."""
    return [
        frozenset(match[1] for part in re.split(r"\s+(?:AND|WITH)\s+", choice) if (match := _FAMILY.match(part.strip(" ()"))))
        for choice in re.split(r"\s+OR\s+", expression)
    ]


def _allowed(allowed: Sequence[str]) -> frozenset[str]:
    families = frozenset(family for identifier in allowed for choice in _families(identifier) for family in choice)
    return families | {"LGPL"} if families & {"GPL", "AGPL"} else families  # the LGPL lets its files be taken under the GPL


def conflicts(text: pa.LargeStringArray, sources: Sequence[str], licences: Mapping[str, Sequence[str]],
              headers: Sequence[LicenceHeader]) -> list[str | None]:
    """For each file the licence that its header names and its source's concluded licence does not hold; None = no conflict.

    A source that `licences` does not know is not looked at. A choice ("MIT OR GPL-2.0-only") conflicts only when every choice does.
    """
    head = pc.utf8_slice_codeunits(text, 0, HEAD)
    tags = pc.struct_field(pc.extract_regex(head, _SPDX), "tag").to_pylist()
    plain = pc.replace_substring_regex(pc.utf8_lower(head), r"[\s/*#;\-]+", " ")
    found: list[str | None] = [None] * len(text)
    for header in reversed(headers):
        for row, hit in enumerate(pc.match_substring(plain, " ".join(header.phrase.lower().split())).to_pylist()):
            if hit:
                found[row] = header.id
    conflicting: list[str | None] = []
    for row, source in enumerate(sources):
        named = tags[row] or found[row]
        if not named or source not in licences:
            conflicting.append(None)
            continue
        permitted = _allowed(licences[source])
        choices = _families(named)
        conflicting.append(None if any(choice <= permitted for choice in choices) else min(sorted(set().union(*choices) - permitted)))
    return conflicting
