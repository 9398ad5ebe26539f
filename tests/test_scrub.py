"""Is personal data gone, everything else untouched, and the account of it true?"""
from __future__ import annotations

import pickle
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roots.document import batch_of
from roots.errors import Problem, RootsError
from roots.governance.personal_data import PersonalData, Shape, personal_data_from
from roots.governance.scrub import Edit, Scrubber, replaced
from roots.governance.scrub_judge import Found
from roots.governance.scrub_rules import ScrubRules
from roots.records import Table

ROOT = Path(__file__).resolve().parent.parent
KEY = bytes(range(16))


def records() -> tuple[PersonalData, ...]:
    problems: list[Problem] = []
    tables = [Table.parse(f"governance/personal_data/{file.name}", file.read_text("utf-8"), problems)
              for file in sorted((ROOT / "governance" / "personal_data").glob("*.toml"))]
    kinds = [personal_data_from(table) for table in tables if table]
    assert not problems
    return tuple(kind for kind in kinds if kind)


def with_rule(kind: str, replace: str, drop_above: int | None = None) -> tuple[PersonalData, ...]:
    """The reference records with another rule for one kind."""
    from dataclasses import replace as changed

    return tuple(changed(record, replace=replace, drop_above=drop_above) if record.kind == kind else record for record in records())


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return Scrubber(ScrubRules(records()))


TELLING = [  # (kind, language, text, datum): invented; example domains, documentation ranges, reserved numbers
    ("email", "en", "Write to jane.doe+news@example.org. Thanks", "jane.doe+news@example.org"),
    ("email", "zh-Hans", "请联系wang.li@example.com谢谢", "wang.li@example.com"),
    ("email", "zh-Hant", "請寄到ｌｉ＠ｅｘａｍｐｌｅ．ｏｒｇ。", "ｌｉ＠ｅｘａｍｐｌｅ．ｏｒｇ"),
    ("email", "hi", "मेल: मीरा@उदाहरण.भारत पर", "मीरा@उदाहरण.भारत"),
    ("email", "es", "correo juana.perez (arroba) example (punto) es", "juana.perez (arroba) example (punto) es"),
    ("email", "en", "mail jane dot doe at example dot org now", "jane dot doe at example dot org"),
    ("phone", "hi", "फोन ९८७६५ ४३२१० पर", "९८७६५ ४३२१०"),
    ("phone", "ar", "اتصل على ٠١٠١٢٣٤٥٦٧٨ الآن", "٠١٠١٢٣٤٥٦٧٨"),
    ("phone", "zh-Hans", "张三13812345678在吗", "13812345678"),
    ("phone", "sw", "Piga simu +255 712 345 678 leo", "+255 712 345 678"),
    ("phone", "en", "the desk (202) 555-0143 is open", "(202) 555-0143"),
    ("ip", "en", "seen from 203.0.113.77 twice", "203.0.113.77"),
    ("ip", "en", "seen from 2001:db8::8a2e:370:7334 twice", "2001:db8::8a2e:370:7334"),
    ("card", "fr", "la carte 4111 1111 1111 1111 expire", "4111 1111 1111 1111"),
    ("card", "ar", "البطاقة ٤١١١ ١١١١ ١١١١ ١١١١ هنا", "٤١١١ ١١١١ ١١١١ ١١١١"),
    ("iban", "en", "pay GB82 WEST 1234 5698 7654 32 today", "GB82 WEST 1234 5698 7654 32"),
    ("key", "en", "use ghp_0123456789abcdefghijABCDEFGHIJ012345 here", "ghp_0123456789abcdefghijABCDEFGHIJ012345"),
    ("id", "es", "mi DNI 54362315K caducó", "54362315K"),
    ("mac", "en", "its 00:00:5e:00:53:af card", "00:00:5e:00:53:af"),
    ("user", "en", "thanks @jane_doe for this", "@jane_doe"),
    ("crypto", "en", "donate 1BoatSLRHtKNngkdXEeobR76b53LETtpyT now", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
    ("url", "en", "open https://maria:s3cret@example.org/inbox now", "https://maria:s3cret@example.org/inbox"),
]


@pytest.mark.parametrize(("kind", "language", "text", "datum"), TELLING, ids=[f"{kind}-{language}" for kind, language, _, _ in TELLING])
def test_a_datum_gives_way_to_its_tag(scrubber: Scrubber, kind: str, language: str, text: str, datum: str) -> None:
    tag = next(record.tag for record in records() if record.kind == kind)
    scrubbed, edits = scrubber.scrub_text(text, language)
    assert scrubbed == text.replace(datum, tag)
    assert edits == [Edit(kind, text.index(datum), text.index(datum) + len(tag), tag)]


PREFIXED = [  # (language, text before the number, number, text after it): prefixes written onto numbers, and ends of sentences behind them
    ("sn", "Fonai pa", "+263 77 123 4567", " kana kunyora"),
    ("sn", "Fonai pa", "0771234567", " mangwanani"),
    ("zu", "noma athumele umyalezo ku-", "+27 71 234 5678", ". Indodana yami ifunda"),
    ("zu", "Wabhala ku-", "071 234 5678", ". Indodana yami ifunda"),
    ("xh", "Ndifonele ku-", "082 123 4567", " namhlanje"),
    ("rw", "Ubutumwa kuri", "+250 788 123 456", ". Murakoze"),
    ("ny", "Tumizani pa", "0888 123 456", ", zikomo"),
    ("lg", "Wandiikire ku", "0772 123456", " enkya"),
    ("ts", "Rhumela eka", "+27 82 123 4567", " namuntlha"),
    ("ss", "Bhalela ku-", "+268 7612 3456", ". Ngiyabonga"),
    ("hi", "मीरा को", "+91 98765 43210", " पर"),
]


@pytest.mark.parametrize(("language", "before", "number", "after"), PREFIXED)
def test_a_prefix_stays_and_its_number_goes(scrubber: Scrubber, language: str, before: str, number: str, after: str) -> None:
    assert scrubber.scrub_text(before + number + after, language)[0] == f"{before}<PHONE>{after}"


CODES = [  # what only looks like a prefix and a number
    ("sn", "AB0771234567X yapera"), ("sn", "PA0771234567 yapera"), ("sn", "pa0771234567X yapera"), ("sn", "kupa0771234567 yapera"),
    ("sn", "pa77123456 yapera"), ("sn", "pa9971234567 yapera"), ("en", "pa0771234567 is out of stock"), ("xh", "ISBN-0821234567 ilapha"),
    ("zu", "v0821234567 ilungile"), ("zu", "u0821234567 ilungile"), ("zu", "x_ku-0821234567 ilungile"), ("zu", "bangu-120 000 000"),
    ("sn", "pa+999 77 123 4567 hapana"), ("rw", "kuri-2015-2019"),
]


@pytest.mark.parametrize(("language", "text"), CODES)
def test_a_code_is_no_prefix_with_a_number(scrubber: Scrubber, language: str, text: str) -> None:
    assert scrubber.scrub_text(text, language) == (text, [])


@pytest.mark.parametrize("text", ["pa0771234567 = 1", "ku-0821234567", "total = pa+263771234567", "ku-+27712345678"])
def test_source_code_writes_no_prefixes(scrubber: Scrubber, text: str) -> None:
    assert scrubber.scrub_text(text, "python", programming=True)[0] == text


@pytest.mark.parametrize("text", [
    "From 1914-1918 to 1939-1945, on 2020-01-31, 31.01.2020 and 3/6/2021 at 10:30:45.",
    "ISBN 978-3-16-148410-0, doi 10.1000/182.4567, version 10.0.19041.1, v1.2.3.4, section 12.3.4.5",
    "1,234,567 or 1 234 567 or 1.234.567 people; $ 1 234 567 890; 6-4, 3-6, 7-5; 48.8566, 2.3522",
    "<EMAIL> and <PHONE> stay, as do 192.168.0.1 and 127.0.0.1 and ff:ff:ff:ff:ff:ff",
    "meet me @ 5 pm at the point of no return, look at the dot on the map",
    "logo@2x.png, react@18.2.0, git@github.com:project/code",
])
@pytest.mark.parametrize("language", ["en", "hi", "sw", None])
def test_what_merely_looks_like_it_stays(scrubber: Scrubber, text: str, language: str | None) -> None:
    assert scrubber.scrub_text(text, language) == (text, [])


def test_code_keeps_its_numbers_and_loses_its_authors(scrubber: Scrubber) -> None:
    code = "# Author: Jane <jane@example.org>\n@property\nVERSION = '10.20.30.40'\nID = 5551234567\nx = 4111111111111111\n"
    assert scrubber.scrub_text(code, "python", programming=True)[0] == code.replace("jane@example.org", "<EMAIL>")


def batch(texts: list[str], languages: list[str] | None = None, dropped: list[str | None] | None = None) -> pa.RecordBatch:
    rows = len(texts)
    return batch_of({"id": [f"{n:032x}" for n in range(rows)], "text": texts, "kind": ["natural"] * rows,
                     "language": languages or ["en"] * rows, "dropped": dropped or [None] * rows})


def test_a_batch_keeps_its_rows_and_tells_its_edits(scrubber: Scrubber) -> None:
    given = batch(["plain", "à bientôt, a@example.org et b@example.org", "c@example.org", "+255 712 345 678"],
                  dropped=[None, None, "empty", None])
    result = scrubber.scrub(given)
    assert result.column("id").equals(given.column("id"))
    assert result.column("text").to_pylist() == ["plain", "à bientôt, <EMAIL> et <EMAIL>", "c@example.org", "<PHONE>"]
    edits = result.column("edits").to_pylist()
    assert [None if row is None else len(row) for row in edits] == [0, 2, None, 1]
    for text, row in zip(result.column("text").to_pylist(), edits, strict=True):
        for edit in row or []:
            assert text[edit["start"]:edit["end"]] == edit["replacement"]
    assert result.column("dropped").to_pylist() == [None, None, "empty", None]


def test_too_much_of_a_kind_drops_the_document_and_scrubs_it_too() -> None:
    result = Scrubber(ScrubRules(with_rule("card", "drop", 1))).scrub(
        batch(["4111 1111 1111 1111", "4111 1111 1111 1111 and 5555 5555 5555 4444"]))
    assert result.column("dropped").to_pylist() == [None, "personal_data.card"]
    assert result.column("text").to_pylist() == ["<CARD>", "<CARD> and <CARD>"]


def test_a_kind_that_is_kept_stays() -> None:
    assert Scrubber(ScrubRules(with_rule("email", "keep"))).scrub_text("a@example.org", "en")[1] == []


def test_a_kind_that_people_add_is_found_by_its_shapes() -> None:
    badge = PersonalData("badge", "Badge", "It opens doors.", "<BADGE>", shapes=(Shape("badge", r"\bBDG-\d{6}\b"),))
    assert Scrubber(ScrubRules((badge,))).scrub_text("my badge BDG-१२३४५६ is lost", "en")[0] == "my badge <BADGE> is lost"


def test_the_same_datum_gets_the_same_fake_and_another_key_another() -> None:
    text = "Jane@example.org, jane@example.org, joan@example.org"
    kinds = with_rule("email", "fake")
    scrubbed, edits = Scrubber(ScrubRules(kinds, KEY)).scrub_text(text, "en")
    first, second, third = scrubbed.split(", ")
    assert first == second != third
    assert first.endswith("@scrubbed.invalid")
    assert [edit.replacement for edit in edits] == [first, second, third]
    assert Scrubber(ScrubRules(kinds, KEY[::-1])).scrub_text(text, "en")[0] != scrubbed
    assert Scrubber(ScrubRules(kinds, KEY)).scrub_text(scrubbed, "en") == (scrubbed, [])
    assert Scrubber(ScrubRules(kinds)).scrub_text(text, "en")[0] == "<EMAIL>, <EMAIL>, <EMAIL>"


@pytest.mark.parametrize("kind", [record.kind for record in records() if record.fake])
def test_fakes_of_every_kind_are_left_by_a_second_scrub(kind: str) -> None:
    datum = next(datum for known, _, _, datum in TELLING if known == kind)
    scrubber = Scrubber(ScrubRules(with_rule(kind, "fake"), KEY))
    text = f"Tel. card ip server {datum}, and again {datum}"
    scrubbed, edits = scrubber.scrub_text(text, "es")
    assert datum not in scrubbed
    assert {edit.kind for edit in edits} == {kind}
    assert scrubber.scrub_text(scrubbed, "es") == (scrubbed, [])


def test_names_are_looked_for_only_where_a_model_is_given(tmp_path: Path) -> None:
    import spacy

    pipeline = spacy.blank("xx")
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Amina Otieno"}])
    pipeline.to_disk(tmp_path / "names")
    models = (("sw", str(tmp_path / "names")),)
    text = "Amina Otieno aliandika a@example.org"
    asked = Scrubber(ScrubRules(with_rule("name", "tag"), models=models))
    edits = [Edit("name", 0, 8, "<PERSON>"), Edit("email", 19, 26, "<EMAIL>")]
    assert asked.scrub_text(text, "sw") == ("<PERSON> aliandika <EMAIL>", edits)
    assert asked.scrub_text(text, "en")[0] == "Amina Otieno aliandika <EMAIL>"
    assert Scrubber(ScrubRules(records(), models=models)).scrub_text(text, "sw")[0] == "Amina Otieno aliandika <EMAIL>"
    with pytest.raises(RootsError, match="nowhere"):
        Scrubber(ScrubRules(with_rule("name", "tag"), models=(("sw", "nowhere"),))).scrub_text(text, "sw")


def test_a_short_key_is_refused_and_no_key_is_shown() -> None:
    with pytest.raises(RootsError, match="16 random bytes"):
        ScrubRules((), b"secret")
    assert "000102" not in repr(ScrubRules((), KEY))
    assert "\\x00" not in repr(ScrubRules((), KEY))


def test_rules_and_scrubbers_travel(scrubber: Scrubber) -> None:
    assert pickle.loads(pickle.dumps(scrubber)).scrub_text("a@example.org", "en")[0] == "<EMAIL>"


def test_edits_of_two_rounds_stand_in_the_last_text() -> None:
    later = [Found("y", 0, 1, "<YYY>"), Found("y", 9, 11, "<Y>"), Found("z", 3, 7, "!")]
    text, edits = replaced("a <X> bb cc", [Edit("x", 2, 5, "<X>")], later)
    assert text == "<YYY> <X> bb <Y>"
    assert edits == [Edit("y", 0, 5, "<YYY>"), Edit("x", 6, 9, "<X>"), Edit("y", 13, 16, "<Y>")]


PIECES = st.one_of(
    st.sampled_from([datum for _, _, _, datum in TELLING]),
    st.sampled_from([*"@. -+\nè文x1:", "<EMAIL>", "<PHONE>", "Tel. ", "card ", "1914-1918 ", "१२", "at", " dot "]),
    st.text(st.sampled_from("ab1 @.+-:é文७"), max_size=6),
)


@settings(max_examples=250, deadline=None)
@given(st.lists(PIECES, max_size=9).map("".join), st.sampled_from(["en", "hi", "zh-Hans", "sw", "xx"]), st.booleans())
def test_outside_the_edits_nothing_changes_and_twice_changes_nothing(text: str, language: str, programming: bool) -> None:
    scrubber = test_outside_the_edits_nothing_changes_and_twice_changes_nothing.scrubber  # type: ignore[attr-defined]
    scrubbed, edits = scrubber.scrub_text(text, language, programming=programming)
    place = position = 0
    for index, edit in enumerate(edits):
        assert scrubbed[edit.start:edit.end] == edit.replacement
        kept = scrubbed[place:edit.start]
        position = text.index(kept, position) + len(kept) if index else len(kept)
        assert index or text.startswith(kept)
        place = edit.end
    assert text.endswith(scrubbed[place:])
    assert scrubber.scrub_text(scrubbed, language, programming=programming) == (scrubbed, [])


test_outside_the_edits_nothing_changes_and_twice_changes_nothing.scrubber = Scrubber(ScrubRules(records()))  # type: ignore[attr-defined]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=5).map("".join), min_size=2, max_size=6), st.integers(1, 5))
def test_splitting_a_batch_changes_nothing(scrubber: Scrubber, texts: list[str], cut: int) -> None:
    whole = scrubber.scrub(batch(texts))
    cut = min(cut, len(texts) - 1)
    parts = [scrubber.scrub(whole_part) for whole_part in (batch(texts).slice(0, cut), batch(texts).slice(cut))]
    assert pa.Table.from_batches(parts).to_pylist() == pa.Table.from_batches([whole]).to_pylist()


def test_where_something_was_cut_stays_true_when_data_around_it_is_replaced() -> None:
    cuts = [Edit("repeated_line", 1, 1, "", 3), Edit("repeated_line", 4, 4, "", 5), Edit("repeated_line", 9, 9, "", 7)]
    text, edits = replaced("a b\nc ddd", cuts, [Found("x", 2, 5, "<XX>")])  # the datum runs over the place of the second cut
    assert text == "a <XX> ddd"
    assert edits == [Edit("repeated_line", 1, 1, "", 3), Edit("x", 2, 6, "<XX>"), Edit("repeated_line", 6, 6, "", 5),
                     Edit("repeated_line", 10, 10, "", 7)]


def test_a_batch_keeps_the_edits_of_earlier_stages(scrubber: Scrubber) -> None:
    cut = {"kind": "repeated_line", "start": 3, "end": 3, "replacement": "", "line": 2}
    batch = batch_of({"id": ["1", "2", "3"], "text": ["to me@example.com", "to me", "to me"], "kind": ["natural"] * 3,
                               "edits": [[cut], [cut], None]})
    after = scrubber.scrub(batch).column("edits").to_pylist()
    assert [[(edit["kind"], edit["start"], edit["line"]) for edit in row] for row in after] == [
        [("repeated_line", 3, 2), ("email", 3, None)], [("repeated_line", 3, 2)], []]


def test_a_web_token_goes_whole_however_long_it_is(scrubber: Scrubber) -> None:
    part = "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
    token = "eyJhbGciOiJSUzI1NiIsImtpZCI6I" + 3 * part + ".eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZ" + 5 * part + "." + 8 * part
    assert scrubber.scrub_text(f"so {token}. Next", "en")[0] == "so <KEY>. Next"
