"""Who may sign? The people of governance/people.toml, by id and by what they may do."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from roots.records import Table

ACTS = ("submit", "review", "approve", "withdraw")


@dataclass(frozen=True)
class Person:
    """Somebody who signs records; `id` is what stands in the records."""

    id: str
    name: str
    acts: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class People:
    """Everybody who may sign, by id."""

    persons: Mapping[str, Person] = field(default_factory=dict)
    file: str = "governance/people.toml"

    def known(self, person: str) -> bool:
        return person in self.persons

    def may(self, person: str, act: str) -> bool:
        """Is the person known, and does people.toml let them do this?"""
        return person in self.persons and act in self.persons[person].acts


def people_from(table: Table) -> People:
    """The people of a file of [[person]] tables: id, name, may = ["submit", …], note. Problems go to the table."""
    persons: dict[str, Person] = {}
    for entry in table.tables("person"):
        person = Person(
            id=entry.text("id", required=True),
            name=entry.text("name", required=True),
            acts=entry.texts("may", required=True, among=ACTS),
            note=entry.text("note"),
        )
        entry.done()
        if person.id in persons:
            entry.problem("id", f"{person.id!r} stands twice", "one id, one person: rename one of them")
        elif person.id:
            persons[person.id] = person
    table.done()
    return People(persons, table.file)
