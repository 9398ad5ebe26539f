"""Two people, and no edit afterwards: does signing hold what it says?"""
from __future__ import annotations

import tomllib
from datetime import date

import pytest
from governing import CALM, source_of
from hypothesis import given
from hypothesis import strategies as st

from roots.catalogue import approval
from roots.catalogue.source import Source
from roots.errors import RootsError
from roots.governance.people import People, Person

PEOPLE = People({
    "ama": Person("ama", "Ama", ("submit", "review")),
    "birgit": Person("birgit", "Birgit", ("submit", "approve")),
    "chen": Person("chen", "Chen", ("approve",)),
})
TEXT = '# heading\nname = "Barua" # kept\ntype = "primary"\n\n[licence]   # odd   spacing\nconcluded = "CC0-1.0"\n'
DAY, LATER = date(2026, 1, 2), date(2026, 1, 5)


def read(text: str) -> Source:
    source = source_of(text)
    assert source is not None
    return source


def submitted(text: str = TEXT, by: str = "ama") -> str:
    return approval.submit(text, read(text), by, DAY, PEOPLE)


def approved(text: str = TEXT) -> str:
    text = submitted(text)
    return approval.approve(text, read(text), "birgit", LATER, PEOPLE)


def test_a_record_goes_from_draft_to_approved_and_nothing_else_is_touched() -> None:
    assert approval.state(read(TEXT)).name == "draft"
    assert approval.state(read(submitted())).name == "submitted"
    text = approved()
    assert approval.state(read(text)).name == "approved"
    assert text.startswith(TEXT)
    assert tomllib.loads(text)["approval"] == {"submitted_by": "ama", "submitted_on": DAY, "approved_by": "birgit", "on": LATER,
                                                "digest": read(TEXT).digest}


@pytest.mark.parametrize(("old", "new"), [("CC0-1.0", "MIT"), ('"Barua"', '"Barua "'), ("[licence]", "homepage = \"h\"\n[licence]")])
def test_any_edit_undoes_the_approval(old: str, new: str) -> None:
    changed = read(approved().replace(old, new, 1))
    assert approval.state(changed).name == "changed"


def test_comments_and_layout_are_no_edit() -> None:
    assert approval.state(read("# looked at again\n" + approved().replace("[licence]   #", "[licence]\n#", 1))).name == "approved"


def test_nobody_approves_what_they_submitted() -> None:
    text = submitted(by="birgit")
    with pytest.raises(RootsError, match="cannot approve it too"):
        approval.approve(text, read(text), "birgit", LATER, PEOPLE)


@pytest.mark.parametrize(("act", "by", "says"), [
    ("submit", "zeynep", "nobody has the id"), ("submit", "chen", "may not submit"), ("submit", "", "nobody has the id"),
    ("approve", "ama", "may not approve"), ("approve", "Birgit", "nobody has the id"),
])
def test_only_those_who_may_sign(act: str, by: str, says: str) -> None:
    text = submitted(by="birgit")
    with pytest.raises(RootsError, match=says):
        getattr(approval, act)(text, read(text), by, LATER, PEOPLE)


def test_drafts_and_edited_records_are_not_approved() -> None:
    with pytest.raises(RootsError, match="nobody has submitted"):
        approval.approve(TEXT, read(TEXT), "birgit", LATER, PEOPLE)
    edited = submitted().replace("CC0-1.0", "MIT")
    with pytest.raises(RootsError, match="edited after"):
        approval.approve(edited, read(edited), "birgit", LATER, PEOPLE)


def test_submitting_again_replaces_the_old_signature_where_it_stands() -> None:
    text = approved().replace("CC0-1.0", "MIT") + '\n# a note\n[[review]]\nsection = "licence"\nby = "ama"\non = 2026-01-01\ndigest = "x"\n'
    again = submitted(text)
    assert approval.state(read(again)).name == "submitted"
    assert again.count("[approval]") == 1 and "birgit" not in again
    before, after = text.split("[approval]"), again.split("[approval]")
    assert before[0] == after[0] and before[1].split("\n\n", 1)[1] == after[1].split("\n\n", 1)[1]


def test_a_file_that_changed_meanwhile_is_not_signed() -> None:
    with pytest.raises(RootsError, match="changed while"):
        approval.submit(TEXT.replace("CC0-1.0", "MIT"), read(TEXT), "ama", DAY, PEOPLE)


@pytest.mark.parametrize("text", [
    'approval = { submitted_by = "ama" }\nname = "a"\ntype = "primary"\n',
    'name = "a"\ntype = "primary"\n[approval]\nsubmitted_by = "x"\n\n# gap\ndigest = "y"\n',
    'name = "a"\ntype = "primary"\ndescription = """\n[approval]\n"""\n',
])
def test_an_approval_that_cannot_be_replaced_safely_is_left_alone(text: str) -> None:
    with pytest.raises(RootsError, match=r"cannot be replaced safely|is not TOML"):
        submitted(text)


@CALM
@given(st.text(alphabet="abé中 #[]=\"'\\\n", max_size=60))
def test_whatever_is_in_the_record_survives_signing(description: str) -> None:
    quoted = '"' + description.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    text = f'name = "a"\r\ntype = "primary"\r\ndescription = {quoted}'
    signed = approved(text)
    assert signed.startswith(text)
    assert read(signed).description == description and approval.state(read(signed)).name == "approved"
