"""Is every name that leads nowhere found, with file and line?"""
from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest
from governing import LANGUAGES, MINIATURE, Governance, governance_of, languages_of, source_of

from roots.catalogue.source import Review, Source
from roots.governance.consistency import inconsistencies
from roots.governance.takedowns import Takedown

TEXT = ('name = "a"\ntype = "primary"\nderived_from = ["{parent}"]\n'
        '[licence]\nconcluded = "{licence}"\n[approval]\nsubmitted_by = "{person}"\n')


@pytest.fixture(scope="module")
def small() -> Governance:
    return governance_of(MINIATURE, LANGUAGES)


def found(governance: Governance) -> list[tuple[str, int, str, str]]:
    return [(problem.file.split("/")[-1], problem.line, problem.key, problem.mend) for problem in inconsistencies(
        governance.sources, governance.licences, governance.profiles, governance.people, governance.takedowns)]


def with_one(governance: Governance, parent: str = "attribution", licence: str = "MIT", person: str = "ama") -> Governance:
    source = source_of(TEXT.format(parent=parent, licence=licence, person=person))
    assert isinstance(source, Source)
    return dataclasses.replace(governance, sources={**governance.sources, "one": source})


def test_the_miniature_and_the_reference_agree_with_themselves(small: Governance, reference: Path) -> None:
    assert found(small) == []
    assert found(with_one(small)) == []
    assert found(governance_of(reference, languages_of(reference))) == []


@pytest.mark.parametrize(("change", "expected"), [
    ({"parent": "atribution"}, [("one.toml", 3, "derived_from", "did you mean 'attribution'?")]),
    ({"licence": "CC BY 4.0"}, [("one.toml", 5, "licence.concluded", "did you mean 'CC-BY-4.0'?")]),
    ({"licence": "CC0-1.0 AND"}, [("one.toml", 5, "licence.concluded", "write ids of governance/licences, joined by AND or OR")]),
    ({"licence": "Sleepycat"}, [("one.toml", 5, "licence.concluded", "write governance/licences/Sleepycat.toml")]),
    ({"person": "birgitt"}, [("one.toml", 7, "approval.submitted_by", "did you mean 'birgit'?")]),
])
def test_names_that_lead_nowhere(small: Governance, change: dict[str, str], expected: list[tuple[str, int, str, str]]) -> None:
    assert found(with_one(small, **change)) == expected


def test_circles_reviews_withdrawals_and_tiers(small: Governance) -> None:
    sources = dict(small.sources)
    sources["attribution"] = dataclasses.replace(sources["attribution"], derived_from=("sharealike",),
                                                 reviews=tuple(Review("licence", by, date(2026, 1, 1), "x") for by in ("chen", "ama")))
    sources["sharealike"] = dataclasses.replace(sources["sharealike"], derived_from=("attribution",))
    profiles = {**small.profiles, "research": dataclasses.replace(small.profiles["research"], licensee="developing-nations")}
    takedowns = (Takedown("a", None, "r", "ama", source="attributions"), Takedown("b", None, "r", "birgit", document="0" * 32))
    changed = dataclasses.replace(small, sources=sources, profiles=profiles, takedowns=takedowns)
    assert [(file, key) for file, _, key, _ in found(changed)] == [
        ("attribution.toml", "derived_from"), ("attribution.toml", "review.0.by"), ("sharealike.toml", "derived_from"),
        ("research.toml", "licensee"), ("takedowns.toml", "takedown a"), ("takedowns.toml", "takedown a")]
