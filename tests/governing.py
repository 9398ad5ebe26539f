"""What the tests of catalogue and governance share: records from texts, and the miniature workspace without its filters."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, settings

from roots.catalogue.source import Source, source_from
from roots.errors import Problem
from roots.governance.expressions import Licences, licences_of
from roots.governance.gate import admit
from roots.governance.licences import licence_from
from roots.governance.people import People, people_from
from roots.governance.profiles import Profile, profile_from
from roots.governance.takedowns import Takedown, takedowns_from
from roots.records import Table
from roots.verdict import Verdict

MINIATURE = Path(__file__).parent / "workspace"
CODES = ("ar", "eu", "en", "fr", "hi", "sw", "vi", "yo", "zh-Hans", "zh-Hant", "python", "cpp")
LANGUAGES: Mapping[str, str] = {**{code: code for code in CODES}, "swa": "sw",
                                "zhs": "zh-Hans", "cmn_Hans": "zh-Hans", "cmn_Hant": "zh-Hant",
                                "c++": "cpp"}
TODAY = date(2026, 6, 1)
CALM = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault


def source_of(text: str, id: str = "one", problems: list[Problem] | None = None) -> Source | None:
    """A record from its text; problems go to the list, or fail the test."""
    found: list[Problem] = []
    table = Table.parse(f"catalogue/sources/{id}.toml", text, found)
    source = source_from(table, LANGUAGES, id) if table else None
    if problems is None:
        assert found == []
    else:
        problems += found
    return source


@dataclass
class Governance:
    """The governance folder of a workspace, read as Workspace reads it, with the sources beside it."""

    licences: Licences
    profiles: Mapping[str, Profile]
    people: People
    takedowns: tuple[Takedown, ...]
    sources: dict[str, Source]

    def verdict(self, id: str, profile: str = "research", as_of: date = TODAY) -> Verdict:
        return admit(self.sources, self.licences, self.profiles[profile], self.people, as_of)[id]

    def codes(self, id: str, profile: str = "research", as_of: date = TODAY) -> list[str]:
        """The codes of the reasons why not; empty = admitted."""
        verdict = self.verdict(id, profile, as_of)
        return [] if verdict.allowed else [reason.code for reason in verdict.reasons]


def governance_of(folder: Path, languages: Mapping[str, str]) -> Governance:
    """Everything of a workspace's catalogue and governance; fails on the first problem."""
    problems: list[Problem] = []

    def table(path: Path) -> Table:
        found = Table.parse(path.relative_to(folder).as_posix(), path.read_bytes(), problems)
        assert found is not None, problems
        return found

    licences = [licence_from(table(path)) for path in sorted((folder / "governance/licences").glob("*.toml"))]
    profiles = {path.stem: profile_from(table(path)) for path in sorted((folder / "governance/profiles").glob("*.toml"))}
    sources = {path.stem: source_from(table(path), languages) for path in sorted((folder / "catalogue/sources").glob("*.toml"))}
    people = people_from(table(folder / "governance/people.toml"))
    takedowns = takedowns_from(table(folder / "governance/takedowns.toml"))
    assert problems == []
    return Governance(licences_of(one for one in licences if one), {id: one for id, one in profiles.items() if one}, people, takedowns,
                      {id: one for id, one in sources.items() if one})


def languages_of(folder: Path) -> Mapping[str, str]:
    """The codes of a workspace's filters, by the names of the files."""
    names = [path.stem for kind in ("languages", "code") for path in (folder / "filters" / kind).glob("*.toml")]
    return {name: name for name in names}
