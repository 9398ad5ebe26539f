"""Are the records of personal data read whole, and their faults named by line and key?"""
from __future__ import annotations

from pathlib import Path

import pytest

from roots.digest import value_digest
from roots.errors import Problem
from roots.governance.personal_data import PersonalData, of_language, personal_data_from
from roots.records import Table

PLAIN = 'name = "Badge"\nwhy = "It opens doors."\ntag = "<BADGE>"\nreplace = "tag"\n'


def read(text: str, file: str = "governance/personal_data/badge.toml") -> tuple[PersonalData | None, list[Problem]]:
    problems: list[Problem] = []
    table = Table.parse(file, text, problems)
    return (personal_data_from(table) if table else None), problems


def test_a_record_is_named_after_its_file() -> None:
    record, problems = read(PLAIN)
    assert not problems
    assert record == PersonalData(kind="badge", name="Badge", why="It opens doors.", tag="<BADGE>")


@pytest.mark.parametrize(("text", "line", "key"), [
    (PLAIN.replace("<BADGE>", "BADGE"), 3, "tag"),
    (PLAIN.replace('"tag"', '"hide"'), 4, "replace"),
    (PLAIN.replace('replace = "tag"', 'replace = "drop"'), 1, "drop_above"),
    (PLAIN.replace('replace = "tag"', 'replace = "fake"'), 1, "fake"),
    (PLAIN + 'fake = "x-{numbers:4}"\n', 5, "fake"),
    (PLAIN + 'fake = "x-{digits"\n', 5, "fake"),
    (PLAIN + 'replase = "tag"\n', 5, "replase"),
    (PLAIN + 'applies_to = ["speech"]\n', 5, "applies_to"),
    (PLAIN + '[[shape]]\nname = "a"\nregex = "(("\n', 7, "shape.0.regex"),
    (PLAIN + '[[look_alike]]\nname = "a"\nregex = "[0-9]+"\nexample = "none"\n', 8, "look_alike.0.example"),
    (PLAIN + '[words]\nen = "badge"\n', 6, "words.en"),
])
def test_a_fault_is_named_by_line_and_key(text: str, line: int, key: str) -> None:
    record, problems = read(text)
    assert record is None
    assert [(problem.line, problem.key) for problem in problems] == [(line, key)]
    assert problems[0].mend


def test_words_of_a_language_come_before_those_of_all() -> None:
    assert of_language({"sw": ("simu",), "any": ("tel", "simu")}, "sw") == ("simu", "tel")
    assert of_language({"sw": ("simu",), "any": ("tel",)}, None) == ("tel",)
    assert of_language({}, "sw") == ()


def test_the_reference_records_are_whole(reference: Path) -> None:
    files = sorted((reference / "governance" / "personal_data").glob("*.toml"))
    assert {"email", "phone", "ip", "key", "card", "iban"} <= {file.stem for file in files}
    tags = []
    for file in files:
        record, problems = read(file.read_text("utf-8"), f"governance/personal_data/{file.name}")
        assert record is not None, problems
        assert not problems
        assert value_digest(record)
        tags.append(record.tag)
    assert len(set(tags)) == len(tags)


def test_phone_numbers_have_regions_for_all_natural_languages(reference: Path) -> None:
    record, _ = read((reference / "governance/personal_data/phone.toml").read_text("utf-8"), "phone.toml")
    assert record is not None
    languages = {file.stem for file in (reference / "filters" / "languages").glob("*.toml")}
    assert languages <= {code for code, regions in record.regions if regions}
