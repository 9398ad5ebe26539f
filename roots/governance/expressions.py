"""What does "cc by 4.0 AND odc-by" permit? Licence expressions over our own register, and the dirty names of licences.

SPDX expressions (SPDX 3.0.1, annex B) are parsed by license-expression; symbols are those of its index together with the
licences of governance/licences, so that LicenseRef-NOODL-1.0 is as good as MIT.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from roots.governance.licences import RIGHTS, Licence

_SPACES = re.compile(r"[\s_\-–—/(),:;\"'™®]+")
_SCHEME = re.compile(r"^\s*(?:[a-z]+://)?(?:www\.)?", re.IGNORECASE)


@dataclass(frozen=True)
class All:
    """AND: every part must permit."""

    parts: tuple[Terms, ...]


@dataclass(frozen=True)
class AnyOf:
    """OR: the licensee chooses one part."""

    parts: tuple[Terms, ...]


@dataclass(frozen=True)
class One:
    """A single licence by its id; an exception (WITH) only ever adds permissions, so that it is named and not counted."""

    id: str
    exception: str = ""


Terms = All | AnyOf | One


@dataclass(frozen=True)
class Reading:
    """What a licence expression was read as: normalised text and terms, or the fault in a sentence."""

    text: str = ""
    terms: Terms | None = None
    fault: str = ""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Licences:
    """Every licence of governance/licences, by id. Plain data: it can be pickled and digested."""

    records: Mapping[str, Licence] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        return {"records": self.records}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    @cached_property
    def _engine(self) -> Any:
        from license_expression import LicenseSymbol, Licensing, get_license_index

        symbols, taken = [], {id.lower() for id in self.records}
        for entry in get_license_index():
            key, others = entry.get("spdx_license_key"), entry.get("other_spdx_license_keys") or []
            if key and not entry.get("is_deprecated") and key.lower() not in taken:
                aliases = tuple(other for other in others if other.lower() not in taken)
                symbols.append(LicenseSymbol(key, aliases=aliases, is_exception=bool(entry.get("is_exception"))))
                taken.update(other.lower() for other in (key, *aliases))
            elif key and key.lower() in taken and key in self.records:
                aliases = tuple(other for other in others if other.lower() not in taken)
                symbols.append(LicenseSymbol(key, aliases=aliases))
                taken.update(other.lower() for other in aliases)
        known = {symbol.key for symbol in symbols}
        symbols += [LicenseSymbol(id) for id in sorted(self.records) if id not in known]
        return Licensing(symbols)

    def read(self, expression: str) -> Reading:
        """The expression's terms, or why it cannot be read. Never raises: people write these."""
        if not expression.strip():
            return Reading(fault="no licence is named")
        try:
            parsed = self._engine.parse(expression, validate=False, strict=True)
            unknown = tuple(sorted(str(key) for key in self._engine.unknown_license_keys(parsed)))
            if unknown:
                return Reading(fault=f"no licence is called {', '.join(unknown)}", unknown=unknown)
            return Reading(str(parsed), _terms(parsed))
        except Exception as error:
            said = str(error) if type(error).__module__.startswith(("license_expression", "boolean")) else ""
            return Reading(fault=f"{expression!r} is no licence expression{': ' + said if said else ''}")

    def ids(self, expression: str) -> tuple[str, ...]:
        """The licence ids that an expression names, sorted; none when it cannot be read."""
        found: set[str] = set()
        waiting = [self.read(expression).terms]
        while waiting:
            terms = waiting.pop()
            if isinstance(terms, One):
                found.add(terms.id)
            elif terms is not None:
                waiting.extend(terms.parts)
        return tuple(sorted(found))

    def answer(self, id: str, question: str) -> str:
        """A licence's answer to one of RIGHTS or DUTIES; "" when nobody has recorded the licence."""
        return self.records[id].answer(question) if id in self.records else ""

    def openness(self, expression: str) -> int:
        """How freely may it be used? 0 (nothing known) to 10, for choosing among copies of one text, never for admission."""
        marks = {"yes": 2, "conditions": 1, "no": 0, "": 0}
        return min((sum(marks[self.answer(id, right)] for right in RIGHTS)
                    + sum(self.answer(id, duty) == "no" for duty in ("attribution", "share_alike"))
                    for id in self.ids(expression)), default=0)

    @cached_property
    def _spelled(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, set[str]] = {}
        for licence in self.records.values():
            for spelling in (licence.id, licence.name, licence.huggingface, *licence.spellings):
                if fold(spelling):
                    found.setdefault(fold(spelling), set()).add(licence.id)
        return {spelling: tuple(sorted(ids)) for spelling, ids in found.items()}

    @cached_property
    def _addresses(self) -> Sequence[tuple[str, str]]:
        pairs = {(address(url), licence.id) for licence in self.records.values() for url in (licence.url, *licence.urls) if address(url)}
        return sorted(pairs, key=lambda pair: (-len(pair[0]), pair))

    def candidates(self, spelling: str) -> tuple[str, ...]:
        """Which licences may these words or this address mean? One: probably that; several or none: a person must say.

        A candidate is a proposal to a steward and never a conclusion: the gate reads `licence.concluded` alone.
        """
        wanted = address(spelling)
        hits = [(url, id) for url, id in self._addresses if wanted == url or wanted.startswith((url + "/", url + "#", url + "?"))]
        if hits:
            return tuple(sorted({id for url, id in hits if len(url) == len(hits[0][0])}))
        if spelled := self._spelled.get(fold(spelling)):
            return spelled
        reading = self.read(spelling)
        return (reading.text,) if reading.terms is not None else ()


def fold(spelling: str) -> str:
    """Case, marks, spacing and punctuation do not tell one licence from another."""
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", spelling) if not unicodedata.combining(mark))
    words = _SPACES.sub(" ", plain.casefold()).strip(" .©").removeprefix("the ").split()
    return " ".join(words[:-1] if len(words) > 1 and words[-1] in ("licence", "license") else words)


def address(url: str) -> str:
    """An address without scheme, www and closing slash, in lower case; "" when it is none."""
    found = _SCHEME.sub("", url).strip().rstrip("/").lower()
    host = found.split("/")[0]
    return found if ("/" in found or "://" in url) and not any(letter.isspace() for letter in found) and "." in host else ""


def licences_of(records: Iterable[Licence]) -> Licences:
    """The register of these licences."""
    return Licences({licence.id: licence for licence in sorted(records, key=lambda licence: licence.id)})


def _terms(parsed: Any) -> Terms:
    kind = type(parsed).__name__
    if kind in ("AND", "OR"):
        parts = tuple(_terms(part) for part in parsed.args)
        return All(parts) if kind == "AND" else AnyOf(parts)
    if hasattr(parsed, "license_symbol"):
        return One(parsed.license_symbol.key, parsed.exception_symbol.key)
    return One(parsed.key)
