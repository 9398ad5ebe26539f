"""Does the gate fail closed? The whole matrix of sources × profiles, and every reason why not."""
from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path

import pytest
from governing import CALM, LANGUAGES, MINIATURE, TODAY, Governance, governance_of, languages_of
from hypothesis import given
from hypothesis import strategies as st

from roots.catalogue.facts import Access, Agreement, Custodian, Data, Evidence, PersonalDataStatement
from roots.catalogue.source import Approval, Source
from roots.errors import Problem
from roots.governance.gate import admit
from roots.governance.people import people_from
from roots.governance.profiles import profile_from
from roots.records import Table

SAMPLE = "redistribute-commercial"


@pytest.fixture(scope="module")
def small() -> Governance:
    return governance_of(MINIATURE, LANGUAGES)


@pytest.fixture(scope="module")
def whole(reference: Path) -> Governance:
    return governance_of(reference, languages_of(reference))


PROFILES = ("research", "training-only", "redistribute-noncommercial", "redistribute-commercial", "redistribute-developing-nations")
MATRIX = {  # source → the reason, for each of PROFILES ("" = admitted)
    "attribution": ("", "", "", "", ""),
    "sharealike": ("", "", "", "", ""),
    "noncommercial": ("", "licence.commercial", "", "licence.commercial", "licence.commercial"),
    "nolicence": ("licence.missing",) * 5,
    "ended": ("agreement.ended",) * 5,
    "noodl": ("licence.for_whom",) * 4 + ("",),
    "platform": ("", "") + ("access.rehost",) * 3,
    "child": ("", "parent.licence.commercial", "", "parent.licence.commercial", "parent.licence.commercial"),
}

@pytest.mark.parametrize("id", MATRIX)
def test_the_matrix_of_sources_and_profiles(small: Governance, id: str) -> None:
    found = tuple((small.codes(id, profile) or [""]) for profile in PROFILES)
    assert tuple(codes[0] for codes in found) == MATRIX[id]
    assert all(len(codes) == 1 for codes in found), "one fault, one reason"


def test_only_the_day_decides_about_an_agreement(small: Governance) -> None:
    for day, expected in [(date(2024, 12, 31), ["agreement.not_begun"]), (date(2025, 1, 1), []), (date(2025, 12, 31), []),
                          (date(2026, 1, 1), ["agreement.ended"])]:
        assert small.codes("ended", SAMPLE, day) == expected, day


def test_reasons_point_at_file_and_key(small: Governance) -> None:
    reason = small.verdict("child", SAMPLE).reasons[0]
    assert (reason.file, reason.key) == ("catalogue/sources/noncommercial.toml", "licence.concluded")
    assert reason.sentence.startswith("It derives from 'noncommercial': CC-BY-NC-4.0 does not permit commercial use")


def test_a_yes_says_what_is_due(small: Governance) -> None:
    verdict = small.verdict("sharealike", SAMPLE)
    assert verdict.allowed
    assert [reason.code for reason in verdict.reasons] == ["due.attribution", "due.share_alike"]


def edited(governance: Governance, id: str = "attribution", **changes: object) -> Governance:
    """The governance with one source changed, and signed again for what it is now."""
    source = dataclasses.replace(governance.sources[id], **changes)  # type: ignore[arg-type]
    return dataclasses.replace(governance, sources={**governance.sources, id: source})


AGREEMENT = Agreement("Paper 1", "", date(2026, 1, 1), date(2027, 1, 1), ("train",))
CHANGES = [
    ({"licence": Evidence()}, "licence.missing"),
    ({"licence": Evidence("x", "CC-BY-4.0", "e", unclear=True)}, "licence.unclear"),
    ({"licence": Evidence("x", "CC BY 4.0", "e")}, "licence.unreadable"),
    ({"licence": Evidence("x", "CC0-1.0 AND", "e")}, "licence.unreadable"),
    ({"licence": Evidence("x", "LicenseRef-invented", "e")}, "licence.unreadable"),
    ({"licence": Evidence("x", "Sleepycat", "e")}, "licence.unknown"),
    ({"licence": Evidence("x", "CC0-1.0 AND Sleepycat", "e")}, "licence.unknown"),
    ({"licence": Evidence("x", "CC-BY-4.0", "")}, "licence.evidence"),
    ({"licence": Evidence("CC BY-NC 4.0", "CC-BY-4.0", "e")}, "licence.conflict"),
    ({"licence": Evidence("x", "LicenseRef-all-rights-reserved", "e")}, "licence.train"),
    ({"licence": Evidence("x", "LicenseRef-Kaitiakitanga-1.0", "e")}, "licence.agreement"),
    ({"licence": Evidence("x", "LicenseRef-agreement", "e")}, "licence.agreement"),
    ({"access": Access(permission="needed", rehost=True)}, "access.permission_needed"),
    ({"access": Access(permission="refused", rehost=True)}, "access.permission_refused"),
    ({"access": Access(permission="granted", rehost=True)}, "access.permission_unproven"),
    ({"access": Access(rehost=True, uses=("evaluate",), why="A benchmark.")}, "access.uses"),
    ({"access": Access(rehost=True, uses=(), why="Nothing yet.")}, "access.uses"),
    ({"access": Access(rehost=True, agreement=dataclasses.replace(AGREEMENT, uses=("evaluate",)))}, "agreement.uses"),
    ({"access": Access(rehost=True, agreement=dataclasses.replace(AGREEMENT, signed=None))}, "agreement.not_begun"),
    ({"personal_data": PersonalDataStatement("unclear")}, "personal_data.unclear"),
    ({"approval": Approval()}, "approval.missing"),
    ({"approval": Approval("ama")}, "approval.missing"),
    ({"approval": Approval("ama", TODAY, "birgit", None, "d"), "digest": "d"}, "approval.undated"),
    ({"digest": "another"}, "approval.changed"),
    ({"digest": ""}, "approval.changed"),
    ({"derived_from": ("nobody",)}, "derived.unknown"),
    ({"derived_from": ("nolicence",)}, "parent.licence.missing"),
    ({"derived_from": ("ended",)}, "parent.agreement.ended"),
    ({"type": "organisation"}, "source.organisation"),
    ({"custodian": Custodian()}, "custodian.missing"),
    ({"languages": ()}, "languages.missing"),
    ({"data": Data()}, "data.missing"),
    ({"data": Data(("*",), "")}, "data.missing"),
    ({"data": Data((), "jsonl")}, "data.missing"),
    ({"approval": Approval("", None, "birgit", TODAY, "d"), "digest": "d"}, "approval.missing"),
    ({"approval": Approval("ama", TODAY, "birgit", TODAY, ""), "digest": ""}, "approval.changed"),
    ({"licence": Evidence("x", "LicenseRef-agreement", "e"), "access": Access(agreement=AGREEMENT)}, "licence.agreement"),
]


@pytest.mark.parametrize(("change", "code"), CHANGES, ids=[f"{number}-{code}" for number, (_, code) in enumerate(CHANGES)])
def test_every_reason_why_not(small: Governance, change: dict[str, object], code: str) -> None:
    assert small.codes("attribution") == []
    assert edited(small, **change).codes("attribution") == [code]


@pytest.mark.parametrize("change", [
    {"licence": Evidence("CC BY-NC 4.0", "CC-BY-4.0", "e", why="They changed it in May.")},
    {"licence": Evidence("CC BY", "CC-BY-4.0", "e")},
    {"licence": Evidence("x", "LicenseRef-agreement", "e"), "access": Access(permission="granted", agreement=AGREEMENT)},
    {"access": Access(agreement=dataclasses.replace(AGREEMENT, ends=None))},
    {"access": Access(uses=("train", "evaluate"), why="w")},
    {"personal_data": PersonalDataStatement("author names only")},
    {"derived_from": ("sharealike", "noncommercial")},
])
def test_what_is_no_reason(small: Governance, change: dict[str, object]) -> None:
    assert edited(small, **change).codes("attribution") == []


def test_a_profile_may_accept_no_personal_data(small: Governance) -> None:
    strict = dataclasses.replace(small.profiles["research"], personal_data=("no",))
    governance = dataclasses.replace(small, profiles={**small.profiles, "research": strict})
    assert governance.codes("attribution") == ["personal_data.likely"]
    assert "Personal data in it: yes" in governance.verdict("attribution").reasons[0].sentence
    assert edited(governance, personal_data=PersonalDataStatement("unclear")).codes("attribution") == ["personal_data.unclear"]


@pytest.mark.parametrize(("approval", "code"), [
    (("birgit", "birgit"), "approval.same_person"), (("ama", "zeynep"), "approval.person"), (("zeynep", "birgit"), "approval.person"),
    (("birgit", "ama"), "approval.person"), (("chen", "birgit"), "approval.person"),
])
def test_two_known_people_who_may(small: Governance, approval: tuple[str, str], code: str) -> None:
    signed = dataclasses.replace(small.sources["attribution"].approval, submitted_by=approval[0], approved_by=approval[1])
    assert edited(small, approval=signed).codes("attribution") == [code]


def test_a_person_who_left_takes_the_signature_along(small: Governance) -> None:
    fewer = dataclasses.replace(small.people, persons={id: person for id, person in small.people.persons.items() if id != "birgit"})
    assert dataclasses.replace(small, people=fewer).codes("attribution") == ["approval.person"]


def test_an_agreement_opens_what_a_licence_leaves_to_it(small: Governance) -> None:
    granted = Access(rehost=True, permission="granted", agreement=dataclasses.replace(AGREEMENT, uses=("train", "redistribute", "derive")))
    opened = edited(small, licence=Evidence("x", "LicenseRef-Kaitiakitanga-1.0", "e"), access=granted)
    assert opened.codes("attribution", "redistribute-noncommercial") == []
    assert opened.codes("attribution", SAMPLE) == ["licence.agreement", "agreement.uses"]


@pytest.mark.parametrize(("expression", "profile", "codes"), [
    ("CC-BY-NC-4.0 OR MIT", SAMPLE, []),
    ("CC-BY-NC-4.0 AND MIT", SAMPLE, ["licence.commercial"]),
    ("CC-BY-NC-4.0 OR CC-BY-ND-4.0", SAMPLE, ["licence.commercial", "licence.derive"]),
    ("(CC-BY-NC-4.0 AND CC0-1.0) OR MIT", SAMPLE, []),
    ("(CC-BY-NC-4.0 OR CC0-1.0) AND CC-BY-ND-4.0", SAMPLE, ["licence.derive"]),
    ("CC-BY-ND-4.0", "research", []),
    ("GPL-3.0-only WITH Classpath-exception-2.0", SAMPLE, []),
    ("LicenseRef-NOODL-1.0 OR MIT", SAMPLE, []),
])
def test_and_or_with(small: Governance, expression: str, profile: str, codes: list[str]) -> None:
    assert edited(small, licence=Evidence("x", expression, "e")).codes("attribution", profile) == codes


def test_what_is_due_follows_the_licence_that_is_relied_upon(small: Governance) -> None:
    verdict = edited(small, licence=Evidence("x", "CC-BY-NC-4.0 OR MIT", "e")).verdict("attribution", SAMPLE)
    assert {reason.file for reason in verdict.reasons} == {"governance/licences/MIT.toml"}
    assert "due.notices" in [reason.code for reason in verdict.reasons]


@pytest.mark.parametrize(("expression", "profile", "due"), [
    ("CC0-1.0", SAMPLE, []),
    ("CC-BY-4.0", SAMPLE, ["due.attribution"]),
    ("MIT", "research", ["due.attribution"]),
    ("MIT", SAMPLE, ["due.attribution", "due.notices"]),
    ("CC0-1.0 AND CC-BY-SA-4.0", SAMPLE, ["due.attribution", "due.share_alike"]),
])
def test_what_is_due_and_nothing_more(small: Governance, expression: str, profile: str, due: list[str]) -> None:
    verdict = edited(small, licence=Evidence("x", expression, "e")).verdict("attribution", profile)
    assert verdict.allowed and [reason.code for reason in verdict.reasons] == due


@pytest.mark.parametrize(("change", "sentence"), [
    ({"access": Access(rehost=False)},
     "The terms of its custodian forbid copies elsewhere, and 'Redistribution for any purpose' hands the text on."),
    ({"access": Access()}, "The terms of its custodian are not known to allow copies elsewhere, and 'Redistribution for any"),
    ({"access": Access(True, uses=("train", "evaluate"), why="So they said.")},
     "It is registered for training and evaluation only; 'Redistribution for any purpose' needs redistribution, redistribution of "
     "changed text and commercial use. So they said."),
    ({"access": Access(True, uses=(), why="w")}, "It is registered for nothing only;"),
    ({"approval": Approval("ama", TODAY)}, "Nobody has approved it."),
    ({"approval": Approval()}, "It is a draft: nobody has submitted it."),
    ({"personal_data": PersonalDataStatement("unclear")}, "Nobody has said whether private people are in it;"),
])
def test_reasons_are_sentences(small: Governance, change: dict[str, object], sentence: str) -> None:
    assert edited(small, **change).verdict("attribution", SAMPLE).reasons[0].sentence.startswith(sentence)


def test_an_undertaking_that_a_profile_does_not_give(small: Governance) -> None:
    shy = dataclasses.replace(small.profiles[SAMPLE], undertakes=("attribution",))
    governance = dataclasses.replace(small, profiles={**small.profiles, SAMPLE: shy})
    assert governance.codes("attribution", SAMPLE) == []
    assert governance.codes("sharealike", SAMPLE) == ["licence.share_alike"]
    notices = edited(governance, licence=Evidence("x", "MIT", "e"))
    assert notices.codes("attribution", SAMPLE) == ["licence.notices", "licence.notices"]


def test_restrictions_flow_down_a_chain_and_stop_when_an_edge_is_cut(small: Governance) -> None:
    first, second, third = (dataclasses.replace(small.sources["child"], id=id, derived_from=parents)
                            for id, parents in [("first", ("noncommercial",)), ("second", ("first",)), ("third", ("second",))])
    chained = dataclasses.replace(small, sources={**small.sources, "first": first, "second": second, "third": third})
    assert chained.codes("third", SAMPLE) == ["parent.licence.commercial"]
    cut = dataclasses.replace(chained, sources={**chained.sources, "first": dataclasses.replace(first, derived_from=())})
    assert cut.codes("third", SAMPLE) == []


def test_circles_are_refused_and_end(small: Governance) -> None:
    sources = {**small.sources,
               "a": dataclasses.replace(small.sources["attribution"], id="a", derived_from=("b",)),
               "b": dataclasses.replace(small.sources["attribution"], id="b", derived_from=("a",)),
               "c": dataclasses.replace(small.sources["attribution"], id="c", derived_from=("a",))}
    circled = dataclasses.replace(small, sources=sources)
    assert circled.codes("a") == ["derived.cycle"] == circled.codes("b")
    assert circled.codes("c") == ["derived.cycle"], "what derives from a circle has no known origin either"


def test_a_source_of_which_nobody_knows_is_refused(small: Governance) -> None:
    verdicts = admit(small.sources, small.licences, small.profiles["research"], small.people, TODAY, ["attribution", "nobody"])
    assert list(verdicts) == ["attribution", "nobody"]
    assert verdicts["attribution"].allowed and [reason.code for reason in verdicts["nobody"].reasons] == ["source.unknown"]


@CALM
@given(st.builds(Source, id=st.just("x"), file=st.just("f"), name=st.just("x"), type=st.sampled_from(["primary", "processed"]),
                 languages=st.sampled_from([(), ("sw",)]), derived_from=st.sampled_from([(), ("x",), ("attribution",)]),
                 licence=st.builds(Evidence, concluded=st.one_of(st.text(max_size=20), st.sampled_from(["CC0-1.0", "MIT OR ISC"])),
                                   evidence=st.just("e")),
                 access=st.builds(Access, rehost=st.sampled_from([True, False, None])),
                 personal_data=st.just(PersonalDataStatement("yes")), custodian=st.just(Custodian("c")),
                 data=st.just(Data(("*",), "text")), digest=st.just("d"),
                 approval=st.builds(Approval, submitted_by=st.sampled_from(["", "ama", "birgit"]),
                                    approved_by=st.sampled_from(["", "ama", "birgit"]), on=st.just(TODAY),
                                    digest=st.sampled_from(["d", "e"]))))
def test_nothing_passes_but_by_all_the_rules(source: Source) -> None:
    """An oracle of one line: in a redistributing profile a source passes only with every one of these."""
    governance = governance_once()
    sources = {**governance.sources, "x": source}
    verdict = admit(sources, governance.licences, governance.profiles[SAMPLE], governance.people, TODAY, ["x"])["x"]
    signed = (source.approval.submitted_by, source.approval.approved_by) == ("ama", "birgit") and source.approval.digest == "d"
    known = source.licence.concluded in ("CC0-1.0", "MIT OR ISC")
    may = signed and known and source.access.rehost is True and bool(source.languages) and "x" not in source.derived_from
    assert verdict.allowed <= may
    if source.licence.concluded == "CC0-1.0":
        assert verdict.allowed == may


_ONCE: list[Governance] = []


def governance_once() -> Governance:
    if not _ONCE:
        _ONCE.append(governance_of(MINIATURE, LANGUAGES))
    return _ONCE[0]


def test_the_sample_refuses_exactly_three(whole: Governance) -> None:
    refused = {id: [(reason.code, reason.file, reason.key) for reason in whole.verdict(id, SAMPLE, date(2026, 11, 21)).reasons]
               for id in whole.sources if id.startswith("sample-") and not whole.verdict(id, SAMPLE, date(2026, 11, 21)).allowed}
    assert refused == {
        "sample-ended": [("agreement.ended", "catalogue/sources/sample-ended.toml", "access.agreement.ends")],
        "sample-nolicence": [("licence.missing", "catalogue/sources/sample-nolicence.toml", "licence.concluded")],
        "sample-noncommercial": [("licence.commercial", "catalogue/sources/sample-noncommercial.toml", "licence.concluded")],
    }


def test_real_sources_are_admitted_but_for_the_one_that_is_for_evaluation(whole: Governance) -> None:
    real = [id for id in whole.sources if not id.startswith("sample-")]
    assert len(real) == 17
    refused = {id: codes for id in real if (codes := whole.codes(id, SAMPLE, date(2026, 11, 21)))}
    assert refused == {"afrisenti_tweets": ["access.uses"]}


def test_real_sources_declare_what_is_really_there(whole: Governance, data_dir: Path) -> None:
    import json
    languages: set[str] = set()
    for id, source in whole.sources.items():
        if id.startswith("sample-"):
            continue
        described = json.loads((data_dir / id / "SOURCE.json").read_text("utf-8"))
        assert set(source.languages) == set(described.get("langs_roots46") or ["en"]), id
        assert all((data_dir / id / file).is_file() for file in source.data.files), id
        languages.update(source.languages if id != "afrisenti_tweets" else ())
    assert len(languages) == 46


@pytest.mark.parametrize(("text", "key"), [
    ('[[person]]\nid = "a"\nname = "A"\nmay = ["submits"]\n', "person.0.may"),
    ('[[person]]\nid = "a"\nname = "A"\nmay = []\n[[person]]\nid = "a"\nname = "B"\nmay = []\n', "person.1.id"),
    ('[[persons]]\nid = "a"\n', "persons"),
])
def test_faulty_people_are_named(text: str, key: str) -> None:
    problems: list[Problem] = []
    table = Table.parse("governance/people.toml", text, problems)
    assert table is not None
    people_from(table)
    assert [problem.key for problem in problems] == [key]


@pytest.mark.parametrize(("old", "new", "key"), [
    ('"train"', '"trainn"', "needs"), ('["train"]', "[]", "needs"), ('"yes"', '"unclear"', "personal_data"),
    ('"attribution"', '"agreement"', "undertakes"),
])
def test_faulty_profiles_are_named(old: str, new: str, key: str) -> None:
    text = 'name = "X"\ndescription = "d"\nneeds = ["train"]\nundertakes = ["attribution"]\npersonal_data = ["yes"]\n'
    problems: list[Problem] = []
    good = Table.parse("governance/profiles/x.toml", text, problems)
    assert good is not None and profile_from(good) is not None
    table = Table.parse("governance/profiles/x.toml", text.replace(old, new), problems)
    assert table is not None and profile_from(table) is None
    assert [problem.key for problem in problems] == [key]


def test_every_code_of_the_gate_is_explained(reference: Path) -> None:
    page = (reference / "governance" / "README.md").read_text("utf-8")
    table = page.split("## The gate")[1].split("## People")[0]
    explained = set()
    for line in table.splitlines():
        prefix = ""
        for code in re.findall(r"`([a-z_.…]+)`", line):
            prefix = code.split(".")[0] if code[0] != "." else prefix
            explained.add(prefix + code if code[0] == "." else code)
    written = {code for name in ("gate", "terms") for code in re.findall(
        r'Reason\("([a-z_.]+)"', (reference / "roots" / "governance" / f"{name}.py").read_text("utf-8"))}
    assert written - explained == set() and len(written) > 20
