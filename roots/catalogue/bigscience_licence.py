"""Does an entry of BigScience's catalogue believe its own licence? Boxes, list and text are held against each other."""
from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from roots.catalogue.imports import quoted

if TYPE_CHECKING:
    from roots.catalogue.bigscience_entry import Entry

LONGEST = 2000  # characters of a text that are kept in the record
_PLACE = "availability.licensing"


def licence_of(entry: Entry, words: Mapping[str, Any]) -> dict[str, Any]:
    """The [licence] table of a draft: declared, evidence, unclear; concluded stays empty, that is for a person to say."""
    part = entry.part("availability", "licensing")
    has, text = entry.text(part, "has_licenses"), entry.text(part, "license_text")
    boxes, listed = entry.texts(part, "license_properties"), entry.texts(part, "license_list")
    before = len(entry.notes)
    declared, ids = _declared(entry, words, listed, text)
    _claims(entry, words, has, listed, text, ids)
    _boxes(entry, words, boxes, ids)
    _text(entry, words, boxes, ids, text)
    reuse = entry.text(entry.part("processed_from_primary"), "primary_license")
    if reuse == words["names"]["forbids_reuse"]:
        entry.note("conflict", "processed_from_primary.primary_license", "the licence of its source forbids this re-use",
                   "ask the source's custodian")
    if reuse == words["names"]["unclear_reuse"]:
        entry.note("missing", "processed_from_primary.primary_license", "nobody knows whether its source may be re-used", "find out")
    doubted = any(note.kind in ("conflict", "missing", "unknown") for note in entry.notes[before:])
    if boxes:
        entry.left["license_properties"] = boxes
    if listed:
        entry.left["license_list"] = listed
    found: dict[str, Any] = {"declared": declared or ", ".join(boxes), "concluded": "", "evidence": text[:LONGEST]}
    if len(text) > LONGEST:
        found["evidence"] += f" … (cut: {len(text)} characters in the entry)"
    if text:
        found["evidence_sha256"] = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return {**found, "unclear": doubted or has != words["names"]["yes"] or not ids}


def _declared(entry: Entry, words: Mapping[str, Any], listed: list[str], text: str) -> tuple[str, tuple[str, ...]]:
    """The licences of the list (or of a text that is but an address or a name), as an expression where each is recognised."""
    found: list[str] = []
    named = [item for item in listed if item.split(":")[0] not in words["names"]["nothing"]]
    for item in named or ([text] if text and "\n" not in text else []):
        short, long = (part.strip() for part in (item.partition(":")[::2] if item in named else (item, item)))
        candidates = entry.licences.candidates(short) or entry.licences.candidates(long)
        if len(candidates) == 1:
            if candidates[0] != item:
                entry.note("normalised", f"{_PLACE}.license_list" if item in named else f"{_PLACE}.license_text",
                           f"{quoted(short)} → {candidates[0]!r}")
            found += [id for id in candidates if id not in found]
        elif item in named:
            mend = f"one of {', '.join(candidates)}?" if candidates else "write governance/licences/<id>.toml for it"
            entry.note("unknown", f"{_PLACE}.license_list", f"{quoted(short)} is no licence that we know", mend)
    return (" AND ".join(found) if found else "; ".join(named)), tuple(id for expression in found for id in entry.licences.ids(expression))


def _claims(entry: Entry, words: Mapping[str, Any], has: str, listed: list[str], text: str, ids: tuple[str, ...]) -> None:
    named = [item for item in listed if item.split(":")[0] not in words["names"]["nothing"]]
    if has == words["names"]["yes"] and not named and not text:
        entry.note("missing", f"{_PLACE}.license_list", "a licence is claimed but not named", "ask the custodian which one")
    elif has == words["names"]["yes"] and not named and not ids:
        entry.note("missing", f"{_PLACE}.license_list", "a licence is claimed and only its text or address is given",
                   "read it and conclude")
    elif has != words["names"]["yes"]:
        entry.note("missing", f"{_PLACE}.has_licenses", f"says {has or 'nothing'!r}", "no licence, no use: ask the custodian")
        if named:
            entry.note("conflict", f"{_PLACE}.license_list", f"names {', '.join(named)} although no licence is claimed",
                       "ask the custodian")


def _boxes(entry: Entry, words: Mapping[str, Any], boxes: list[str], ids: tuple[str, ...]) -> None:
    field = f"{_PLACE}.license_properties"
    for pair in words["apart"]:
        clash = [box for box in pair["from"] if box in boxes]
        if pair["property"] in boxes and clash:
            entry.note("conflict", field, f"{pair['property']!r} is ticked together with {' and '.join(map(repr, clash))}",
                       "find out which is true: the stricter one counts until then")
    for rule in words["against"]:
        clash = [id for id in ids if entry.licences.answer(id, rule["question"]) == rule["answer"]]
        if rule["property"] in boxes and clash:
            entry.note("conflict", field, f"{rule['property']!r} is ticked, but of {' and '.join(clash)} "
                       f"{rule['question']} = {rule['answer']!r} is recorded", "believe the licence's text, not the box")
    if "multiple licenses" in boxes and len(ids) < 2:
        entry.note("conflict", field, f"'multiple licenses' is ticked, and {'one is' if ids else 'none is'} named", "name them all")


def _text(entry: Entry, words: Mapping[str, Any], boxes: list[str], ids: tuple[str, ...], text: str) -> None:
    field, plain = f"{_PLACE}.license_text", " ".join(text.casefold().split())
    for rule in words["forbids"]:
        said = next((phrase for phrase in rule["phrases"] if phrase in plain), "")
        if said and rule["property"] not in boxes:
            entry.note("conflict", field, f"the text says {said!r}, but {rule['property']!r} is not ticked",
                       "read the text: it counts, not the box")
    spoken = {" ".join(match[0].casefold().replace("-", " ").split()): match[0]
              for match in re.finditer(words["mentions"]["licence"], text)}
    for mention in sorted(spoken.values()):
        candidates = {id for candidate in entry.licences.candidates(mention) for id in entry.licences.ids(candidate)}
        if candidates and ids and not candidates & set(ids):
            entry.note("conflict", field, f"the text speaks of {mention!r}, the list of {' and '.join(ids)}", "read the text and conclude")
