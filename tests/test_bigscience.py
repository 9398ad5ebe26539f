"""Is every entry of a foreign catalogue read, and every value that was changed or doubted named?"""
from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from governing import Governance, governance_of, languages_of

from roots.catalogue.bigscience import import_entries
from roots.catalogue.bigscience_entry import vocabulary
from roots.catalogue.imports import Import, quoted
from roots.catalogue.source import Source, source_from
from roots.errors import Problem, RootsError
from roots.records import Table

ENTRY: dict[str, Any] = {  # invented, in the form of 2021
    "uid": "Gazeti_la_Kijiji", "type": "processed",
    "description": {"name": "Gazeti la Kijiji", "description": "A village newspaper.", "homepage": "https://gazeti.example"},
    "languages": {"language_names": ["Swahili", "isiZulu"], "language_comments": "coastal", "language_locations": ["Kenya"]},
    "custodian": {"name": "Gazeti", "in_catalogue": "", "type": "A nonprofit/NGO (other)", "location": "Kenya",
                  "contact_name": "Mtu Fulani", "contact_email": "mtu@gazeti.example", "contact_submitter": False, "additional": ""},
    "availability": {
        "procurement": {"for_download": "Yes - it has a direct download link or links", "download_url": "https://gazeti.example/all.zip",
                        "download_email": "pakua@gazeti.example"},
        "licensing": {"has_licenses": "Yes", "license_text": "", "license_properties": ["open license"],
                      "license_list": ["cc-by-4.0: Creative Commons Attribution 4.0 International"]},
        "pii": {"has_pii": "Yes", "generic_pii_likely": "very likely", "generic_pii_list": ["names"], "numeric_pii_likely": "none",
                "numeric_pii_list": [], "sensitive_pii_likely": "", "sensitive_pii_list": [], "no_pii_justification_class": "",
                "no_pii_justification_text": ""}},
    "processed_from_primary": {"from_primary": "Original data", "primary_availability": "", "primary_license": "", "primary_types": [],
                               "from_primary_entries": [], "validated": False},
    "media": {"category": ["text"], "text_format": [".TXT"], "instance_type": "article", "validated": False},
    "fname": "gazeti.json",
}
LICENSING, PII, PROCESSED = ("availability", "licensing"), ("availability", "pii"), ("processed_from_primary",)
CONTACTS = ("Mtu Fulani", "gazeti.example/all", "mtu@", "pakua@")


@pytest.fixture(scope="module")
def governance(reference: Path) -> Governance:
    return governance_of(reference, languages_of(reference))


@pytest.fixture(scope="module")
def languages(reference: Path) -> dict[str, str]:
    return dict(languages_of(reference))


def changed(*changes: tuple[tuple[str, ...], str, Any]) -> dict[str, Any]:
    entry = copy.deepcopy(ENTRY)
    for path, key, value in changes:
        part = entry
        for name in path:
            part = part[name]
        part[key] = value
    return entry


def imported(folder: Path, entries: list[Any], languages: dict[str, str], governance: Governance) -> Import:
    path = folder / "entries.jsonl"
    path.write_text("\n".join(entry if isinstance(entry, str) else json.dumps(entry) for entry in entries), encoding="utf-8")
    return import_entries(path, languages, governance.licences)


def record(text: str, id: str, languages: dict[str, str]) -> Source:
    problems: list[Problem] = []
    table = Table.parse(f"catalogue/sources/{id}.toml", text, problems)
    source = source_from(table, languages) if table else None
    assert source is not None and problems == [], problems
    return source


def test_a_sound_entry_becomes_a_draft(tmp_path: Path, languages: dict[str, str], governance: Governance) -> None:
    found = imported(tmp_path, [ENTRY], languages, governance)
    assert {note.kind for note in found.notes} == {"normalised"}
    source = record(found.drafts["gazeti_la_kijiji"], "gazeti_la_kijiji", languages)
    assert (source.type, source.languages) == ("processed", ("sw", "zu"))
    assert (source.custodian.type, source.custodian.country) == ("nonprofit", "KE")
    assert (source.licence.declared, source.licence.concluded, source.licence.unclear) == ("CC-BY-4.0", "", False)
    assert (source.personal_data.likely, source.personal_data.kinds) == ("yes", ("names",))
    assert "mtu@gazeti.example" in source.custodian.contact and "pakua@gazeti.example" in source.custodian.contact
    assert "coastal" in found.drafts["gazeti_la_kijiji"], "what has no key of ours is kept"


def test_no_contact_is_in_a_report(tmp_path: Path, languages: dict[str, str], governance: Governance) -> None:
    odd = changed((("custodian",), "type", "ask mtu@gazeti.example"), (("media",), "text_format", ["mail pakua@gazeti.example"]))
    found = imported(tmp_path, [ENTRY, odd | {"uid": "two"}], languages, governance)
    report = "\n".join(found.lines()) + json.dumps(found.as_json())
    assert "two" in report and not any(contact in report for contact in CONTACTS)


FRENCH = "Vous pouvez l’utiliser pour la recherche. No copy, no redistribution, no adaptation."
DOUBTS = [
    ([(LICENSING, "license_properties", ["open license", "non-commercial use"])], "conflict", "ticked together with 'non-commercial use'"),
    ([(LICENSING, "license_properties", ["open license", "research use"])], "conflict", "ticked together with 'research use'"),
    ([(LICENSING, "license_list", ["cc-by-nc-4.0: x"])], "conflict", "of CC-BY-NC-4.0 commercial = 'no'"),
    ([(LICENSING, "license_list", ["cc-by-nd-4.0: x"])], "conflict", "of CC-BY-ND-4.0 derive = 'no'"),
    ([(LICENSING, "license_properties", ["public domain"])], "conflict", "of CC-BY-4.0 attribution = 'yes'"),
    ([(LICENSING, "license_properties", ["multiple licenses"])], "conflict", "'multiple licenses' is ticked, and one is named"),
    ([(LICENSING, "license_list", [])], "missing", "a licence is claimed but not named"),
    ([(LICENSING, "license_list", ["other: Other license"])], "missing", "a licence is claimed but not named"),
    ([(LICENSING, "license_list", []), (LICENSING, "license_text", "Two\nlines")], "missing", "only its text or address is given"),
    ([(LICENSING, "license_list", ["sleepycat-x: y"])], "unknown", "'sleepycat-x' is no licence that we know"),
    ([(LICENSING, "has_licenses", "Unclear")], "missing", "says 'Unclear'"),
    ([(LICENSING, "has_licenses", "No")], "conflict", "although no licence is claimed"),
    ([(LICENSING, "license_properties", ["research use"]), (LICENSING, "license_text", FRENCH)], "conflict",
     "'do not distribute' is not ticked"),
    ([(LICENSING, "license_text", "Contenu sous licence CC BY-SA 4.0.")], "conflict", "speaks of 'CC BY-SA 4.0', the list of CC-BY-4.0"),
    ([(LICENSING, "license_text", "Todos los derechos reservados")], "conflict", "'copyright - all rights reserved' is not ticked"),
    ([(PROCESSED, "primary_license", "No - the license of the source material actually prohibits re-use in this manner")], "conflict",
     "forbids this"),
    ([(PROCESSED, "from_primary", "Taken from primary source")], "missing", "its primary source is not named"),
    ([(PROCESSED, "from_primary_entries", ["nobody"])], "unknown", "'nobody' is no entry of this file"),
    ([(PII, "has_pii", "No")], "conflict", "says No, and names names"),
    ([(PII, "has_pii", "Perhaps")], "unknown", "'Perhaps' is none of the form's choices"),
    ([(PII, "generic_pii_list", [])], "missing", "says Yes and names no kind"),
    ([(("languages",), "language_names", ["Chinese"])], "conflict", "'Chinese' does not say which of zh-Hans and zh-Hant"),
    ([(("languages",), "language_names", ["Indic"])], "unknown", "'Indic' is a group"),
    ([(("languages",), "language_names", [])], "missing", "names no language of ours"),
    ([(("languages",), "language_names", ["Klingon"])], "unknown", "'Klingon' is none of our languages"),
    ([(("custodian",), "type", "")], "missing", "is empty"),
    ([(("custodian",), "location", "Atlantis")], "unknown", "'Atlantis' is none"),
    ([(("media",), "text_format", [".PDF"])], "unknown", "'.PDF' has no reader here"),
    ([((), "type", "tertiary")], "unknown", "'tertiary' is none"),
]


@pytest.mark.parametrize(("changes", "kind", "says"), DOUBTS, ids=[says for _, _, says in DOUBTS])
def test_every_doubt_is_noted_and_never_admitted(tmp_path: Path, languages: dict[str, str], governance: Governance,
                                                 changes: list[tuple[tuple[str, ...], str, Any]], kind: str, says: str) -> None:
    found = imported(tmp_path, [changed(*changes)], languages, governance)
    noted = [note for note in found.notes if note.kind == kind and says in note.what]
    assert len(noted) == 1 and noted[0].mend, found.notes
    (id, text), = found.drafts.items()
    source = record(text, id, languages)
    if noted[0].field.startswith("availability.licensing") or "primary_license" in noted[0].field:
        assert source.licence.unclear


def test_ids_stay_distinct_and_parents_follow(tmp_path: Path, languages: dict[str, str], governance: Governance) -> None:
    child = changed((PROCESSED, "from_primary_entries", ["Báo cũ"])) | {"uid": "child"}
    entries = [*({**ENTRY, "uid": uid} for uid in ("Báo cũ", "bao_cu", "تاریخ")), child]
    found = imported(tmp_path, entries, languages, governance)
    assert list(found.drafts) == ["bao_cu", "bao_cu_2", "entry", "child"]
    assert record(found.drafts["child"], "child", languages).derived_from == ("bao_cu",)


def test_bad_lines_are_counted_and_the_others_read(tmp_path: Path, languages: dict[str, str], governance: Governance) -> None:
    found = imported(tmp_path, [ENTRY, "{broken", "[]", '{"uid": 3}', ENTRY, "", {"uid": "bare", "type": "primary"}], languages, governance)
    assert list(found.drafts) == ["gazeti_la_kijiji", "bare"] and found.unreadable == 3
    assert [note.entry for note in found.notes[:3]] == ["line 2", "line 4", "line 5"]
    assert "stands twice" in found.notes[2].what


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b'{"a": 1}'])
def test_a_file_that_is_no_catalogue(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(RootsError):
        import_entries(path, {})
    with pytest.raises(RootsError, match="cannot be read"):
        import_entries(tmp_path / "absent.jsonl", {})


def test_a_list_is_read_like_lines(tmp_path: Path, languages: dict[str, str], governance: Governance) -> None:
    one = imported(tmp_path, [ENTRY], languages, governance)
    (tmp_path / "list.json").write_text(json.dumps([ENTRY], indent=1), encoding="utf-8")
    assert import_entries(tmp_path / "list.json", languages, governance.licences) == one


def test_every_word_of_ours_in_the_vocabulary_exists(languages: dict[str, str]) -> None:
    words = vocabulary()
    assert {code for codes in words["languages"].values() for code in codes} == set(languages.values())
    re.compile(words["mentions"]["licence"])


def test_quotations_are_short_and_hold_no_address() -> None:
    assert quoted("write to\nmtu@gazeti.example now") == "'write to … now'"
    assert len(quoted("neno " * 99)) == 82


def test_the_real_catalogue_is_read_whole(data_dir: Path, languages: dict[str, str], governance: Governance) -> None:
    path = data_dir / "catalogue_bigscience" / "entries.jsonl"
    found = import_entries(path, languages, governance.licences)
    entries = {entry["uid"]: entry for entry in map(json.loads, path.read_text("utf-8").splitlines())}
    assert len(found.drafts) == 94 and found.unreadable == 0
    assert found.types == {"primary": 50, "processed": 27, "organisation": 17}
    drafts = [record(text, id, languages) for id, text in found.drafts.items()]
    assert all(not draft.licence.concluded for draft in drafts)

    def entries_noted(kind: str, says: str) -> set[str]:
        return {note.entry for note in found.notes if note.kind == kind and says in note.what}

    licensing = {uid: entry["availability"]["licensing"] for uid, entry in entries.items() if "availability" in entry}
    together = {uid for uid, said in licensing.items() if "open license" in said["license_properties"]
                and {"non-commercial use", "research use", "copyright - all rights reserved"} & set(said["license_properties"])}
    assert entries_noted("conflict", "'open license' is ticked together") == together and len(together) == 3
    unnamed = {uid for uid, said in licensing.items() if said["has_licenses"] == "Yes" and not said["license_text"].strip()
               and all(name.startswith(("other:", "unknown:")) for name in said["license_list"])}
    assert entries_noted("missing", "a licence is claimed but not named") == unnamed and len(unnamed) == 6
    assert entries_noted("conflict", "the list of CC-BY-NC-4.0") == {"wikihow_vietnamese_human_instructions"}
    assert "el_tiempo_colombia" in entries_noted("conflict", "'do not distribute' is not ticked")
    named = {name for entry in entries.values() for name in entry["languages"]["language_names"]}
    assert {note.what.split("'")[1] for note in found.notes if note.field.startswith("languages.") and note.what.startswith("'")} == named
