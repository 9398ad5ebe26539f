"""Which data about private people are scrubbed, from what text, and what stands in their place?

Records of `governance/personal_data/<kind>.toml`. The file's name is the kind's name, and the name of its edits.
"""
from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import regex  # type: ignore[import-untyped]

from roots.records import Table

REPLACE = ("tag", "fake", "drop", "keep")
APPLIES_TO = ("natural", "programming")
FAKE_FIELDS = ("letters", "digits", "hex")
FLAGS = regex.VERSION0 | regex.IGNORECASE  # of the shapes, here as in the recognisers
ANY = "any"  # the row of a table by language that holds for every language


@dataclass(frozen=True)
class Shape:
    """One way such a datum is written (or, among `look_alikes`, one thing that it is not)."""

    name: str
    regex: str                  # Unicode, on folded text: digits of all scripts and fullwidth forms read as ASCII
    needs_context: bool = False  # counts only near one of the kind's words
    entropy: float = 0.0         # bits a character that the group `secret` must hold at least
    check: str = ""              # a check of python-stdnum ("es.dni") or an entity of Presidio ("IN_PAN")
    languages: tuple[str, ...] = ()  # empty = all
    hints: tuple[str, ...] = ()      # small letters; the regex is tried only where one of them stands near; empty = everywhere
    example: str = ""


@dataclass(frozen=True)
class PersonalData:
    """One kind of personal data and what happens to it."""

    kind: str
    name: str
    why: str
    tag: str
    replace: str = "tag"                 # tag | fake | drop | keep
    fake: str = ""                       # template of a consistent fake: "{letters:8}@scrubbed.invalid"
    drop_above: int | None = None        # with replace = "drop": a document that holds more is dropped
    applies_to: tuple[str, ...] = APPLIES_TO
    languages: tuple[str, ...] = ()      # empty = every language
    entities: tuple[str, ...] = ()       # Presidio's names of what this kind holds
    shapes: tuple[Shape, ...] = ()
    look_alikes: tuple[Shape, ...] = ()
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()    # words that announce it, by language or "any"
    regions: tuple[tuple[str, tuple[str, ...]], ...] = ()  # ISO 3166 regions whose rules a language's text may follow
    options: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())  # word lists that this kind alone needs

    def option(self, name: str) -> tuple[str, ...]:
        return dict(self.options).get(name, ())


def personal_data_from(table: Table) -> PersonalData | None:
    """The record of one file; None when it has a problem, which the table then holds with line and key."""
    before = len(table.problems)
    kind = PurePosixPath(table.file.replace("\\", "/")).stem
    record = PersonalData(
        kind=kind,
        name=table.text("name", required=True),
        why=table.text("why", required=True),
        tag=table.text("tag", required=True),
        replace=table.choice("replace", REPLACE, required=True, default="tag"),
        fake=table.text("fake"),
        drop_above=table.whole("drop_above"),
        applies_to=table.texts("applies_to", among=APPLIES_TO) or APPLIES_TO,
        languages=table.texts("languages"),
        entities=table.texts("entities"),
        shapes=tuple(_shape(part) for part in table.tables("shape")),
        look_alikes=tuple(_shape(part) for part in table.tables("look_alike")),
        words=_by_language(table, "words"),
        regions=_by_language(table, "regions"),
        options=_by_language(table, "options"),
    )
    if record.tag and not regex.fullmatch(r"<[A-Z_]+>", record.tag):
        table.problem("tag", f"is {record.tag!r}", 'write capital letters between angle brackets: tag = "<EMAIL>"')
    if record.replace == "drop" and record.drop_above is None:
        table.problem("drop_above", "is missing", "write drop_above = 3: documents that hold more are dropped, 0 drops at the first")
    if record.replace == "fake" and not record.fake:
        table.problem("fake", "is missing", 'replace = "fake" needs a template: fake = "{letters:8}@scrubbed.invalid"')
    _check_fake(table, record.fake)
    table.done()
    return record if len(table.problems) == before else None


def _shape(table: Table) -> Shape:
    shape = Shape(
        name=table.text("name", required=True),
        regex=table.text("regex", required=True),
        needs_context=bool(table.flag("needs_context", default=False)),
        entropy=table.number("entropy", default=0.0) or 0.0,
        check=table.text("check"),
        languages=table.texts("languages"),
        hints=table.texts("hints"),
        example=table.text("example"),
    )
    try:
        pattern = regex.compile(shape.regex, FLAGS)
    except regex.error as error:
        table.problem("regex", f"is no regular expression: {error}", "test it on a line of text; write it between ''' and '''")
    else:
        if shape.example and not pattern.search(shape.example):
            table.problem("example", "is not found by the regex", "mend the example or the regex")
        elif shape.example and shape.hints and not any(hint in shape.example.lower() for hint in shape.hints):
            table.problem("hints", "stand nowhere in the example", "every text that the regex finds must hold one, in small letters")
    table.done()
    return shape


def _by_language(table: Table, key: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    part = table.table(key)
    rows = tuple((code, part.texts(code)) for code in sorted(part.data))
    part.done()
    return rows


def _check_fake(table: Table, template: str) -> None:
    try:
        names = [(name, width) for _, name, width, _ in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        table.problem("fake", f"is no template: {error}", 'write fake = "{letters:8}@scrubbed.invalid"')
        return
    for name, width in names:
        if name not in FAKE_FIELDS or not (width or "").isdigit():
            table.problem("fake", f"holds {{{name}:{width}}}", f"use {', '.join('{' + n + ':8}' for n in FAKE_FIELDS)}")


def of_language(rows: Mapping[str, tuple[str, ...]], language: str | None) -> tuple[str, ...]:
    """A language's own entries and those that hold everywhere; `zh-Hans` inherits nothing from `zh-Hant`."""
    own = rows.get(language, ()) if language else ()
    return (*own, *(entry for entry in rows.get(ANY, ()) if entry not in own))
