"""May this source be used in this build? A no by default: whatever is unknown, unclear, ended or unsigned is refused.

Every check below asks one question and yields the reasons why not. A source is refused for its own reasons and for those
of everything that it derives from: restrictions flow down, permissions do not.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from roots.catalogue.facts import Access
from roots.catalogue.source import Source
from roots.governance.expressions import Licences
from roots.governance.people import People
from roots.governance.profiles import Profile
from roots.governance.terms import SPOKEN, duties, obstacles
from roots.verdict import Reason, Verdict


def admit(sources: Mapping[str, Source], licences: Licences, profile: Profile, people: People, as_of: date,
          wanted: Iterable[str] | None = None) -> Mapping[str, Verdict]:
    """Which of the wanted sources (all, when None) may be used for the profile on that day? One verdict for each, by id.

    `as_of` is the day on which agreements must be alive. A yes carries what is due (attribution, share-alike) as reasons
    whose code starts with "due.".
    """
    return {id: _verdict(id, sources, licences, profile, people, as_of)
            for id in sorted(set(sources if wanted is None else wanted))}


def _verdict(id: str, sources: Mapping[str, Source], licences: Licences, profile: Profile, people: People, as_of: date) -> Verdict:
    if id not in sources:
        return Verdict(False, (Reason("source.unknown", f"No record describes a source {id!r}.", f"catalogue/sources/{id}.toml", ""),))
    source = sources[id]
    reasons = [*_usable(source), *_reasons(source, licences, profile, people, as_of),
               *_inherited(source, sources, licences, profile, people, as_of)]
    if reasons:
        return Verdict(False, tuple(dict.fromkeys(reasons)))
    return Verdict(True, tuple(dict.fromkeys(duties(source, licences, profile))))


def _inherited(source: Source, sources: Mapping[str, Source], licences: Licences, profile: Profile, people: People,
               as_of: date) -> Iterator[Reason]:
    seen = {source.id}
    waiting: list[tuple[Source, str, tuple[str, ...]]] = [(source, parent, (source.id,)) for parent in reversed(source.derived_from)]
    while waiting:  # depth first, so that a way back into the path is a circle
        child, id, path = waiting.pop()
        if id in path:
            yield Reason("derived.cycle", f"{id!r} derives from itself by way of {child.id!r}.", child.file, "derived_from")
        if id in seen:
            continue
        seen.add(id)
        if id not in sources:
            yield Reason("derived.unknown", f"It derives from {id!r}, of which there is no record.", child.file, "derived_from")
            continue
        for reason in _reasons(sources[id], licences, profile, people, as_of):
            yield replace(reason, code=f"parent.{reason.code}", sentence=f"It derives from {id!r}: {reason.sentence}")
        waiting += [(sources[id], parent, (*path, id)) for parent in reversed(sources[id].derived_from)]


def _reasons(source: Source, licences: Licences, profile: Profile, people: People, as_of: date) -> Iterator[Reason]:
    """What holds of a source whether it is used itself or through what was made from it."""
    yield from _licence(source, licences, profile)
    yield from _access(source, profile, as_of)
    yield from _personal_data(source, profile)
    yield from _approval(source, people)


def _usable(source: Source) -> Iterator[Reason]:
    if source.type == "organisation":
        yield Reason("source.organisation", "It describes an organisation, which has no text of its own.", source.file, "type")
    if not source.custodian.name.strip():
        yield Reason("custodian.missing", "Nobody is named who keeps this text.", source.file, "custodian.name")
    if not source.languages:
        yield Reason("languages.missing", "No language is declared.", source.file, "languages")
    if not source.data.files or not source.data.format:
        yield Reason("data.missing", "No files are named.", source.file, "data.files")


def _licence(source: Source, licences: Licences, profile: Profile) -> Iterator[Reason]:
    said, file = source.licence, source.file
    if said.unclear:
        yield Reason("licence.unclear", "The record says that its licence is unclear.", file, "licence.unclear")
    if not said.concluded:
        yield Reason("licence.missing", "No licence was concluded for this source.", file, "licence.concluded")
        return
    reading = licences.read(said.concluded)
    if reading.terms is None:
        yield Reason("licence.unreadable", f"Its licence cannot be read: {reading.fault}.", file, "licence.concluded")
        return
    if not said.evidence.strip():
        yield Reason("licence.evidence", f"Nothing shows that it is under {reading.text}.", file, "licence.evidence")
    declared = licences.candidates(said.declared)
    if len(declared) == 1 and declared[0] != reading.text and not said.why.strip():
        yield Reason("licence.conflict", f"The custodian declares {declared[0]}; the record concludes {reading.text} and does not say why.",
                     file, "licence.why")
    yield from obstacles(reading.terms, source, licences, profile)


def _access(source: Source, profile: Profile, as_of: date) -> Iterator[Reason]:
    access, file = source.access, source.file
    if access.permission == "needed":
        yield Reason("access.permission_needed", "Its custodian must be asked, and has not answered yes.", file, "access.permission")
    if access.permission == "refused":
        yield Reason("access.permission_refused", "Its custodian was asked and said no.", file, "access.permission")
    if access.permission == "granted" and access.agreement is None:
        yield Reason("access.permission_unproven", "Permission is said to be granted, but no agreement shows it.", file, "access.agreement")
    if "redistribute" in profile.needs and access.rehost is not True:
        said = "forbid copies elsewhere" if access.rehost is False else "are not known to allow copies elsewhere"
        yield Reason("access.rehost", f"The terms of its custodian {said}, and {profile.name!r} hands the text on.", file, "access.rehost")
    if access.uses is not None and (missing := [need for need in profile.needs if need not in access.uses]):
        yield Reason("access.uses", f"It is registered for {_list(access.uses)} only; {profile.name!r} needs {_list(missing)}. "
                     f"{access.why}", file, "access.uses")
    yield from _agreement(access, file, profile, as_of)


def _agreement(access: Access, file: str, profile: Profile, as_of: date) -> Iterator[Reason]:
    agreement = access.agreement
    if agreement is None:
        return
    if agreement.signed is None or agreement.signed > as_of:
        yield Reason("agreement.not_begun", f"Its agreement is not signed before {as_of}.", file, "access.agreement.signed")
    if agreement.ends is not None and agreement.ends < as_of:
        yield Reason("agreement.ended", f"Its agreement ended on {agreement.ends}; this build is for {as_of}.", file,
                     "access.agreement.ends")
    if missing := [need for need in profile.needs if need not in agreement.uses]:
        yield Reason("agreement.uses", f"Its agreement is for {_list(agreement.uses)}; {profile.name!r} needs {_list(missing)}.",
                     file, "access.agreement.uses")


def _personal_data(source: Source, profile: Profile) -> Iterator[Reason]:
    likely = source.personal_data.likely
    if likely not in profile.personal_data:
        said = "Nobody has said whether private people are in it" if likely == "unclear" else f"Personal data in it: {likely}"
        yield Reason(f"personal_data.{'unclear' if likely == 'unclear' else 'likely'}",
                     f"{said}; {profile.name!r} accepts {_list(profile.personal_data)}.", source.file, "personal_data.likely")


def _approval(source: Source, people: People) -> Iterator[Reason]:
    approval, file = source.approval, source.file
    if not approval.submitted_by or not approval.approved_by:
        said = "Nobody has approved it." if approval.submitted_by else "It is a draft: nobody has submitted it."
        yield Reason("approval.missing", said, file, "approval.approved_by" if approval.submitted_by else "approval.submitted_by")
        return
    if not source.digest or approval.digest != source.digest:
        yield Reason("approval.changed", "It was edited after it was approved.", file, "approval.digest")
    if approval.submitted_by == approval.approved_by:
        yield Reason("approval.same_person", f"{approval.approved_by!r} submitted it and approved it too.", file, "approval.approved_by")
    for person, act, key in ((approval.submitted_by, "submit", "submitted_by"), (approval.approved_by, "approve", "approved_by")):
        if not people.may(person, act):
            known = "may not do so" if people.known(person) else f"is not in {people.file}"
            yield Reason("approval.person", f"{person!r} was to {act} it, but {known}.", file, f"approval.{key}")
    if approval.on is None:
        yield Reason("approval.undated", "Its approval has no day.", file, "approval.on")


def _list(words: Iterable[str]) -> str:
    *most, last = [SPOKEN.get(word, word) for word in words] or ["nothing"]
    return f"{', '.join(most)} and {last}" if most else last
