"""Do the files agree with each other? Names in one record that no other record answers to, for `roots check`.

What is wrong inside one file is said when it is read. Here stands what only shows side by side. The gate refuses on its own
account: nothing depends on anybody having run the check.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from roots.catalogue.source import Source
from roots.errors import Problem
from roots.governance.expressions import Licences
from roots.governance.licences import ANYONE
from roots.governance.people import People
from roots.governance.profiles import Profile
from roots.governance.takedowns import Takedown
from roots.records import suggestion


def inconsistencies(sources: Mapping[str, Source], licences: Licences, profiles: Mapping[str, Profile], people: People,
                    takedowns: Iterable[Takedown], takedowns_file: str = "governance/takedowns.toml") -> Iterator[Problem]:
    """Every name that leads nowhere: parents, licences, people, sources of withdrawals, tiers of licensees."""
    for source in sources.values():
        yield from _parents(source, sources)
        yield from _licence(source, licences)
        yield from _people(source, people)
    tiers = {tier for licence in licences.records.values() for tier in licence.for_whom} | {ANYONE}
    for profile in profiles.values():
        if profile.licensee not in tiers:
            yield Problem(profile.file, 0, "licensee", f"{profile.licensee!r} is in no licence's for_whom",
                          suggestion(profile.licensee, tiers))
    for takedown in takedowns:
        key = f"takedown {takedown.id}"
        if takedown.source and takedown.source not in sources:
            yield Problem(takedowns_file, 0, key, f"names the source {takedown.source!r}, of which there is no record",
                          suggestion(takedown.source, sources))
        if not people.may(takedown.decided_by, "withdraw"):
            yield Problem(takedowns_file, 0, key, f"was decided by {takedown.decided_by!r}, who may not",
                          f'{people.file} says who may: may = ["withdraw"]')


def _parents(source: Source, sources: Mapping[str, Source]) -> Iterator[Problem]:
    line = source.lines.get("derived_from", 0)
    for parent in source.derived_from:
        if parent not in sources:
            yield Problem(source.file, line, "derived_from", f"names {parent!r}, of which there is no record", suggestion(parent, sources))
    seen: set[str] = set()
    waiting = list(source.derived_from)
    while waiting:
        id = waiting.pop()
        if id not in seen and id in sources:
            seen.add(id)
            waiting += sources[id].derived_from
    if source.id in seen:
        yield Problem(source.file, line, "derived_from", "leads back to this record",
                      "a text is older than what was made from it: cut the circle")


def _licence(source: Source, licences: Licences) -> Iterator[Problem]:
    said, line = source.licence.concluded, source.lines.get("licence.concluded", 0)
    if not said:
        return
    reading = licences.read(said)
    if reading.terms is None:
        candidates = licences.candidates(said)
        meant = f"did you mean {' or '.join(map(repr, candidates))}?" if candidates else ""
        yield Problem(source.file, line, "licence.concluded", reading.fault,
                      meant or "write ids of governance/licences, joined by AND or OR")
        return
    for id in licences.ids(said):
        if id not in licences.records:
            yield Problem(source.file, line, "licence.concluded", f"nobody has written down what {id} permits",
                          f"write governance/licences/{id}.toml")


def _people(source: Source, people: People) -> Iterator[Problem]:
    for key, person in (("submitted_by", source.approval.submitted_by), ("approved_by", source.approval.approved_by)):
        if person and not people.known(person):
            yield Problem(source.file, source.lines.get(f"approval.{key}", 0), f"approval.{key}", f"nobody has the id {person!r}",
                          suggestion(person, people.persons))
    for number, review in enumerate(source.reviews):
        if not people.may(review.by, "review"):
            yield Problem(source.file, 0, f"review.{number}.by", f"{review.by!r} may not review",
                          f'{people.file} says who may: may = ["review"]')
