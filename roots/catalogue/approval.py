"""How does a draft become a source that a build may use? One person submits, another approves, and any edit undoes it.

The functions here edit the text of a record: they write its [approval] table and leave every other byte alone. Days are
arguments, never a clock's.
"""
from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from roots.catalogue.source import Source, content_digest
from roots.errors import RootsError

_HEADER = re.compile(r"[ \t]*\[[ \t]*approval[ \t]*\][ \t]*(#.*)?")
_KEY = re.compile(r"[ \t]*[A-Za-z_]+[ \t]*=")


class People(Protocol):
    """Who is known, and what may they do?"""

    def may(self, person: str, act: str) -> bool: ...
    def known(self, person: str) -> bool: ...


@dataclass(frozen=True)
class State:
    """Where a record stands, as a word and a sentence."""

    name: str  # draft | submitted | approved | changed
    sentence: str


def state(source: Source) -> State:
    """Draft, submitted, approved, or changed since somebody signed it."""
    approval = source.approval
    if not approval.submitted_by:
        return State("draft", "Nobody has submitted it.")
    if approval.digest != source.digest:
        return State("changed", "It was edited after it was signed: it must be submitted and approved again.")
    if not approval.approved_by:
        return State("submitted", f"{approval.submitted_by} submitted it; somebody else must approve it.")
    return State("approved", f"{approval.submitted_by} submitted it, {approval.approved_by} approved it on {approval.on}.")


def submit(text: str, source: Source, by: str, on: date, people: People) -> str:
    """The record's text with [approval] saying who submits it; an earlier approval is gone.

    Raises RootsError when nobody of that id is known, or when the person may not submit.
    """
    _must(people, by, "submit", source)
    return _with_approval(text, source, {"submitted_by": by, "submitted_on": on, "digest": source.digest})


def approve(text: str, source: Source, by: str, on: date, people: People) -> str:
    """The record's text with [approval] saying who approves it.

    Raises RootsError when it was not submitted, was edited since, or when the same person submitted it.
    """
    _must(people, by, "approve", source)
    signed, now = source.approval, state(source).name
    if now == "draft":
        raise RootsError(source.file, "nobody has submitted it", f"first: roots source submit {source.id} --by PERSON")
    if now == "changed":
        raise RootsError(source.file, "it was edited after it was submitted",
                         f"submit it again: roots source submit {source.id} --by PERSON")
    if signed.submitted_by == by:
        raise RootsError(source.file, f"{by!r} submitted it and cannot approve it too", "ask another person of governance/people.toml")
    values: dict[str, Any] = {"submitted_by": signed.submitted_by}
    if signed.submitted_on:
        values["submitted_on"] = signed.submitted_on
    return _with_approval(text, source, {**values, "approved_by": by, "on": on, "digest": source.digest})


def _must(people: People, person: str, act: str, source: Source) -> None:
    if not people.known(person):
        raise RootsError(source.file, f"nobody has the id {person!r}", "add the person to governance/people.toml, or correct the id")
    if not people.may(person, act):
        raise RootsError(source.file, f"{person!r} may not {act} sources", f'governance/people.toml says who may: may = ["{act}"]')


def _with_approval(text: str, source: Source, values: Mapping[str, Any]) -> str:
    before = _parsed(text, source)
    if content_digest(source.id, before) != source.digest:
        raise RootsError(source.file, "the file changed while it was being signed", "look at it again, then repeat the command")
    width = max(map(len, values))
    lines = [f"{key:<{width}} = {value if isinstance(value, date) else _quoted(value)}" for key, value in values.items()]
    table = "\n".join(["[approval]", *lines, ""])
    edited = _replaced(text, table)
    after = _parsed(edited, source)
    if {**before, "approval": None} != {**after, "approval": None} or after.get("approval") != dict(values):
        raise RootsError(source.file, "the [approval] table stands where it cannot be replaced safely",
                         "move it to the end of the file and write it as [approval], one key a line")
    return edited


def _replaced(text: str, table: str) -> str:
    """The text with its [approval] table replaced where it stands, or added at the end."""
    lines = text.splitlines(keepends=True)
    for start, line in enumerate(lines):
        if _HEADER.fullmatch(line.rstrip("\r\n")):
            end = start + 1
            while end < len(lines) and _KEY.match(lines[end]):
                end += 1
            return "".join([*lines[:start], table, *lines[end:]])
    return text + ("" if text.endswith("\n") or not text else "\n") + "\n" + table


def _parsed(text: str, source: Source) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RootsError(source.file, f"is not TOML: {error}", "`roots check` names the line") from None


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
