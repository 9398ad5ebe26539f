"""What does a steward say of one origin of text? A `Source`, from `catalogue/sources/<id>.toml` (DESIGN §7).

The parser complains of what is wrong (a misspelt key, a language that nobody knows, a date in quotation marks). What is
merely absent, such as a licence, makes a draft and no problem: the gate refuses it by name (roots/governance/gate.py).
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from roots.catalogue import facts
from roots.catalogue.facts import Access, Custodian, Data, Evidence, PersonalDataStatement
from roots.digest import value_digest
from roots.records import Table, suggestion

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
TYPES = ("primary", "processed", "organisation")
SECTIONS = ("custodian", "licence", "access", "personal_data", "data")  # what a reviewer signs one by one
LONG_ENOUGH = 5                                                         # letters of a word that can be misspelt
SIGNATURES = ("review", "approval")                                     # what stands outside the digest


@dataclass(frozen=True)
class Review:
    """Somebody has looked at one section; `digest` says at which state of it."""

    section: str
    by: str
    on: date | None
    digest: str
    note: str = ""


@dataclass(frozen=True)
class Approval:
    """Who brought the record in, who agreed, when, and to exactly which content."""

    submitted_by: str = ""
    submitted_on: date | None = None
    approved_by: str = ""
    on: date | None = None
    digest: str = ""


@dataclass(frozen=True)
class Source:
    """One origin of text, as a steward records it.

    `digest` covers the id and everything that the file says except [[review]] and [approval]; comments, order of keys
    and spacing do not count. `sections` holds the digest of each table that can be reviewed alone, `lines` where some keys stand.
    """

    id: str
    file: str
    name: str
    type: str
    description: str = ""
    homepage: str = ""
    languages: tuple[str, ...] = ()
    derived_from: tuple[str, ...] = ()
    custodian: Custodian = field(default_factory=Custodian)
    licence: Evidence = field(default_factory=Evidence)
    access: Access = field(default_factory=Access)
    personal_data: PersonalDataStatement = field(default_factory=PersonalDataStatement)
    data: Data = field(default_factory=Data)
    reviews: tuple[Review, ...] = ()
    approval: Approval = field(default_factory=Approval)
    digest: str = ""
    sections: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)


def record_digest(source: Source) -> str:
    """What an approval signs: sha256 (hex) of the id and the parsed content without [[review]] and [approval]."""
    return source.digest


def content_digest(id: str, content: Mapping[str, Any]) -> str:
    """The digest of a record's parsed TOML, signatures left out."""
    return value_digest({"id": id, "record": {key: value for key, value in content.items() if key not in SIGNATURES}})


def source_from(table: Table, languages: Mapping[str, str], id: str = "") -> Source | None:
    """The record of a file, or None with its problems noted in the table.

    `languages` maps every known code and alias, natural and programming, to its code. The id is the file's name without
    `.toml`, unless it is given. A language whose script is not said, such as "zh", is refused with the codes to choose from.
    """
    before = len(table.problems)
    id = id or table.file.rsplit("/", 1)[-1].removesuffix(".toml")
    if not ID.fullmatch(id):
        table.problem("", f"the file's name makes the id {id!r}", "name it with a-z, 0-9, - and _ only, at most 80 characters")
    parents = table.texts("derived_from")
    if id in parents:
        table.problem("derived_from", "names the record itself", "name the sources that this one was made from")
    table.mapping("imported")  # what an import brought along and no key of ours holds
    source = Source(
        id=id,
        file=table.file,
        name=table.text("name", required=True),
        type=table.choice("type", TYPES, required=True),
        description=table.text("description"),
        homepage=table.text("homepage"),
        languages=_languages(table, languages),
        derived_from=parents,
        custodian=facts.custodian_from(table.table("custodian")),
        licence=facts.evidence_from(table.table("licence")),
        access=facts.access_from(table.table("access")),
        personal_data=facts.personal_data_from(table.table("personal_data")),
        data=facts.data_from(table.table("data")),
        reviews=tuple(_review(entry) for entry in table.tables("review")),
        approval=_approval(table.table("approval")),
        digest=content_digest(id, table.data),
        sections={key: value_digest(table.data[key]) for key in SECTIONS if key in table.data},
        lines=_lines(table),
    )
    table.done()
    return source if len(table.problems) == before else None


def _lines(table: Table) -> Mapping[str, int]:
    """Where the keys stand that speak of other files."""
    found = {"derived_from": table.line("derived_from")}
    for name, keys in (("licence", ("concluded",)), ("approval", ("submitted_by", "approved_by"))):
        inner = table.table(name)
        found.update({f"{name}.{key}": inner.line(key) for key in keys})
    return found


def _languages(table: Table, languages: Mapping[str, str]) -> tuple[str, ...]:
    found: list[str] = []
    for code in table.texts("languages"):
        scripts = sorted({known for alias, known in languages.items() if code and alias.startswith((f"{code}-", f"{code}_"))})
        if code in languages:
            if languages[code] in found:
                table.problem("languages", f"{code!r} stands for {languages[code]!r}, which is already there", "remove one of them")
            found.append(languages[code])
        elif len(scripts) > 1:
            table.problem("languages", f"{code!r} does not say which script", "write " + " or ".join(map(repr, scripts)))
        else:
            table.problem("languages", f"{code!r} is no language of filters/languages or filters/code", _meant(code, languages))
    return tuple(found)


def _meant(code: str, languages: Mapping[str, str]) -> str:
    """Did you mean …? Short codes lie too near each other to guess: "chi" is not Hindi."""
    same = sorted({known for alias, known in languages.items() if alias.casefold() == code.casefold()})
    if same:
        return f"did you mean {' or '.join(map(repr, same))}?"
    if len(code) < LONG_ENOUGH:
        return "codes are the names of the files in those two folders"
    return suggestion(code, languages.keys())


def _review(table: Table) -> Review:
    review = Review(
        section=table.choice("section", SECTIONS, required=True),
        by=table.text("by", required=True),
        on=table.day("on", required=True),
        digest=table.text("digest", required=True),
        note=table.text("note"),
    )
    table.done()
    return review


def _approval(table: Table) -> Approval:
    approval = Approval(
        submitted_by=table.text("submitted_by"),
        submitted_on=table.day("submitted_on"),
        approved_by=table.text("approved_by"),
        on=table.day("on"),
        digest=table.text("digest"),
    )
    table.done()
    return approval
