"""Does a licence expression give what a build needs, and what does it ask in return?"""
from __future__ import annotations

from collections.abc import Iterator

from roots.catalogue.source import Source
from roots.governance.expressions import All, AnyOf, Licences, One, Terms
from roots.governance.licences import ANYONE, DUTIES, Licence
from roots.governance.profiles import Profile
from roots.verdict import Reason

KEY = "licence.concluded"
SPOKEN = {"train": "training", "redistribute": "redistribution", "derive": "redistribution of changed text", "commercial": "commercial use",
          "evaluate": "evaluation", "attribution": "attribution", "share_alike": "the same licence for what is derived"}


def obstacles(terms: Terms, source: Source, licences: Licences, profile: Profile) -> tuple[Reason, ...]:
    """Why the terms do not serve the profile; empty when they do. AND: all must serve; OR: one is enough."""
    if isinstance(terms, All):
        return tuple(reason for part in terms.parts for reason in obstacles(part, source, licences, profile))
    if isinstance(terms, AnyOf):
        choices = [obstacles(part, source, licences, profile) for part in terms.parts]
        return () if not all(choices) else tuple(reason for choice in choices for reason in choice)
    if terms.id not in licences.records:
        return (Reason("licence.unknown", f"Nobody has written down what {terms.id} permits (governance/licences/{terms.id}.toml).",
                       source.file, KEY),)
    return tuple(_one(licences.records[terms.id], source, profile))


def duties(source: Source, licences: Licences, profile: Profile) -> tuple[Reason, ...]:
    """What is due in return for an admitted source, as reasons with codes due.attribution, due.share_alike, due.notices, …"""
    reading = licences.read(source.licence.concluded)
    found: list[Reason] = []
    for id in _chosen(reading.terms, source, licences, profile):
        licence = licences.records[id]
        found += [Reason(f"due.{duty}", f"{id} asks for {SPOKEN[duty]}: {licence.why.get(duty, '')}", licence.file, duty)
                  for duty in DUTIES if licence.answer(duty) != "no"]
        asked = {condition: right for right, conditions in licence.conditions.items() if right in profile.needs for condition in conditions}
        found += [Reason(f"due.{condition}", f"{id} asks for {condition.replace('_', ' ')}: {licence.why.get(right, '')}",
                         licence.file, f"conditions.{right}") for condition, right in sorted(asked.items())]
    return tuple(found)


def _chosen(terms: Terms | None, source: Source, licences: Licences, profile: Profile) -> Iterator[str]:
    """The licences that are relied upon: of a choice, the first that serves."""
    if isinstance(terms, All):
        for part in terms.parts:
            yield from _chosen(part, source, licences, profile)
    elif isinstance(terms, AnyOf):
        for part in terms.parts:
            if not obstacles(part, source, licences, profile):
                yield from _chosen(part, source, licences, profile)
                return
    elif isinstance(terms, One) and terms.id in licences.records:
        yield terms.id


def _one(licence: Licence, source: Source, profile: Profile) -> Iterator[Reason]:
    if ANYONE not in licence.for_whom and profile.licensee not in licence.for_whom:
        yield Reason("licence.for_whom", f"{licence.id} is for {' and '.join(licence.for_whom)}, and the licensee of {profile.name!r} is "
                     f"{profile.licensee}.", source.file, KEY)
    for right in profile.needs:
        answer = licence.answer(right)
        if answer == "no":
            yield Reason(f"licence.{right}", f"{licence.id} does not permit {SPOKEN[right]}, which {profile.name!r} needs: "
                         f"{licence.why.get(right, '')}", source.file, KEY)
        for condition in licence.conditions.get(right, ()) if answer == "conditions" else ():
            if condition == "agreement":
                if not _agreed(source, right):
                    yield Reason("licence.agreement", f"{licence.id} permits {SPOKEN[right]} only by agreement, and none names it.",
                                 source.file, "access.agreement")
            elif condition not in profile.undertakes:
                yield Reason(f"licence.{condition}", f"{licence.id} permits {SPOKEN[right]} on a condition that {profile.name!r} does not "
                             f"undertake ({condition}): {licence.why.get(right, '')}", source.file, KEY)
    for duty in DUTIES:
        if licence.answer(duty) != "no" and duty not in profile.undertakes:
            yield Reason(f"licence.{duty}", f"{licence.id} asks for {SPOKEN[duty]}, which {profile.name!r} does not undertake: "
                         f"{licence.why.get(duty, '')}", source.file, KEY)


def _agreed(source: Source, right: str) -> bool:
    """Does an agreement name the right? That it is in force today is asked once, by the gate."""
    agreement = source.access.agreement
    return agreement is not None and source.access.permission == "granted" and right in agreement.uses
