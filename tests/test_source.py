"""What does a steward's record become, and what is said of a faulty one?"""
from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path

import pytest
from governing import CALM, source_of
from hypothesis import given
from hypothesis import strategies as st

from roots.catalogue.drafts import draft
from roots.catalogue.source import record_digest
from roots.errors import Problem, RootsError

WHOLE = """\
name = "Barua za kijiji"
type = "processed"
description = "Letters."
languages = ["swa", "yo", "c++"]
derived_from = ["parent"]

[custodian]
name = "Maktaba"
type = "library"
country = "TZ"
contact = "mtu@maktaba.example"

[licence]
declared = "CC BY 4.0"
concluded = "CC-BY-4.0"
evidence = "https://maktaba.example/leseni"

[access]
rehost = true
permission = "granted"
[access.agreement]
document = "Paper 1"
signed = 2025-01-02
ends = 2027-01-01
uses = ["train"]

[personal_data]
likely = "yes"
kinds = ["names"]

[data]
files = ["*.jsonl.zst"]
format = "jsonl"
text = "body.text"
record_id = "id"
sha256 = { "a.jsonl.zst" = "%s" }

[[review]]
section = "licence"
by = "ama"
on = 2026-01-02
digest = "x"
""" % ("0" * 64)


def only(text: str) -> Problem:
    """The one problem of a record."""
    problems: list[Problem] = []
    assert source_of(text, problems=problems) is None
    assert len(problems) == 1, problems
    return problems[0]


def test_a_whole_record_is_read_and_aliases_are_resolved() -> None:
    source = source_of(WHOLE)
    assert source is not None
    assert source.languages == ("sw", "yo", "cpp")
    assert source.derived_from == ("parent",)
    assert source.custodian.contact == "mtu@maktaba.example"
    assert source.access.agreement is not None and source.access.agreement.uses == ("train",)
    assert source.data.text == "body.text" and source.data.sha256 == {"a.jsonl.zst": "0" * 64}
    assert source.reviews[0].section == "licence"
    assert pickle.loads(pickle.dumps(source)) == source


@pytest.mark.parametrize(("change", "key", "says"), [
    (('"swa", ', '"zh", '), "languages", "'zh-Hans' or 'zh-Hant'"),
    (('"swa", ', '"pyton", '), "languages", "did you mean 'python'"),
    (('"swa", ', '"cmn", '), "languages", "'zh-Hans' or 'zh-Hant'"),
    (('"swa", ', '"SW", '), "languages", "did you mean 'sw'?"),
    (('"swa", ', '"chi", '), "languages", "the names of the files"),
    (('"swa", ', '"", '), "languages", "the names of the files"),
    (('"swa", ', '"sw", "swa", '), "languages", "remove one of them"),
    (('type = "processed"', 'type = "primry"'), "type", "did you mean 'primary'?"),
    (("description", "descripton"), "descripton", "did you mean 'description'?"),
    (('country = "TZ"', 'country = "Tanzania"'), "custodian.country", "two capital letters"),
    (("ends = 2027-01-01", "ends = 2024-01-01"), "access.agreement.ends", "correct one of the two dates"),
    (("ends = 2027-01-01", 'ends = "2027-01-01"'), "access.agreement.ends", "without quotation marks"),
    (('uses = ["train"]', 'uses = ["training"]'), "access.agreement.uses", "did you mean 'train'?"),
    (("rehost = true", 'rehost = "yes"'), "access.rehost", "true or false"),
    (("rehost = true", 'rehost = true\nuses = ["evaluate"]'), "access.why", "who limited the uses"),
    (('likely = "yes"\nkinds = ["names"]', 'likely = "no"'), "personal_data.why", "how can it be known"),
    (('likely = "yes"', 'likely = "no"\nwhy = "w"'), "personal_data.kinds", "remove the kinds"),
    (('format = "jsonl"', 'format = "json"'), "data.format", "did you mean 'jsonl'?"),
    (('text = "body.text"\n', ""), "data.text", "name the one field"),
    (('text = "body.text"', 'text = "a"\nhtml = "b"'), "data.text", "name the one field"),
    (('["*.jsonl.zst"]', '["../other/*.jsonl"]'), "data.files", "below DATA/<source id>/"),
    (('["*.jsonl.zst"]', '["/etc/passwd"]'), "data.files", "below DATA/<source id>/"),
    (("0" * 64, "0" * 63), "data.sha256", "64 hex digits"),
    (('["parent"]', '["one"]'), "derived_from", "made from"),
    (('section = "licence"', 'section = "licences"'), "review.0.section", "did you mean 'licence'?"),
    (("name = \"Barua za kijiji\"\n", ""), "name", "write name"),
])
def test_each_fault_is_named_by_key_with_a_mend(change: tuple[str, str], key: str, says: str) -> None:
    assert change[0] in WHOLE
    problem = only(WHOLE.replace(*change, 1))
    assert (problem.file, problem.key) == ("catalogue/sources/one.toml", key)
    assert says in problem.mend
    assert problem.line > 0


def test_fields_of_records_mean_nothing_in_plain_files() -> None:
    problems: list[Problem] = []
    source_of('name = "a"\ntype = "primary"\n[data]\nfiles = ["*.txt"]\nformat = "text"\ntext = "body"\nlanguage = "lang"\n',
              problems=problems)
    assert [problem.key for problem in problems] == ["data.text", "data.language"]


def test_several_faults_are_all_reported() -> None:
    problems: list[Problem] = []
    source_of(WHOLE.replace("description", "descripton").replace('"TZ"', '"tz"').replace("yo", "xx"), problems=problems)
    assert {problem.key for problem in problems} == {"descripton", "custodian.country", "languages"}


@pytest.mark.parametrize("id", ["Upper", "a b", "../x", "", "ä", "x" * 81, "-x"])
def test_an_id_is_a_plain_file_name(id: str) -> None:
    problems: list[Problem] = []
    assert source_of(WHOLE, id=id or "ü", problems=problems) is None
    assert "name it with a-z" in problems[0].mend
    with pytest.raises(RootsError):
        draft(id)


def test_what_is_absent_makes_a_draft_and_no_problem() -> None:
    source = source_of(draft("my-letters"), "my-letters")
    assert source is not None
    assert source.personal_data.likely == "unclear" and source.licence.concluded == "" and source.access.rehost is None


def test_the_digest_ignores_layout_and_signatures_and_sees_every_value() -> None:
    source = source_of(WHOLE)
    assert source is not None
    same = source_of("# a comment\n" + WHOLE.replace('type = "processed"\n', "").replace("name =", 'type = "processed"\nname   =', 1)
                     + '\n[approval]\nsubmitted_by = "ama"\ndigest = "abc"\n')
    assert same is not None and record_digest(same) == record_digest(source)
    other = source_of(WHOLE, "two")
    assert other is not None and record_digest(other) != record_digest(source), "a record copied under another id is another record"
    for old, new in [("2027-01-01", "2027-01-02"), ("Letters.", "Letters"), ("rehost = true", "rehost = false"), ('"yo", ', "")]:
        changed = source_of(WHOLE.replace(old, new, 1))
        assert changed is not None and record_digest(changed) != record_digest(source), new


def test_a_review_signs_its_section_alone() -> None:
    source, changed = source_of(WHOLE), source_of(WHOLE.replace("rehost = true", "rehost = false"))
    assert source and changed
    assert source.sections["licence"] == changed.sections["licence"]
    assert source.sections["access"] != changed.sections["access"]


def test_records_are_frozen() -> None:
    source = source_of(WHOLE)
    assert source is not None
    with pytest.raises(dataclasses.FrozenInstanceError):
        source.digest = ""  # type: ignore[misc]


@CALM
@given(st.text(max_size=300))
def test_no_text_makes_the_parser_raise(text: str) -> None:
    problems: list[Problem] = []
    source_of(text, problems=problems)
    assert problems  # no text made by chance is a record


def test_the_example_for_stewards_is_a_record(reference: Path) -> None:
    page = (reference / "catalogue" / "README.md").read_text("utf-8")
    example = page.split("```toml\n")[1].split("```")[0].replace('"…"', f'"{"0" * 64}"')
    source = source_of(example, "kisa-letters")
    assert source is not None and source.access.agreement is not None and source.data.record_id == "number"
