"""Is what stands twice cut once, all of it, nothing else, and whatever the order?"""
from __future__ import annotations

import random
import re
from collections import Counter, defaultdict

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roots import document
from roots.digest import document_id
from roots.filters.normal_form import form_of, text_of
from roots.filters.passages import LINE, PARAGRAPH, PASSAGE, STAYS, PassageRules, Units, repeated, units_of
from roots.filters.passages_cut import REASON, cut_repeated

Row = tuple[str, str]  # source, text
SENTENCES = ["Ng'ombe watatu walivuka mto.", "Ẹ̀kọ́ ni ìmọ́lẹ̀ ayé!", "किताब मेज़ पर है।", "孩子们在屋里读书。", "هل ذهب الأولاد؟",
             "Les 3.5 kg sont là.", "a", "…", "«Bee!»", "no end", "Imiririmo yarakozwe."]
pieces = st.tuples(st.sampled_from(SENTENCES), st.sampled_from([" ", "\n", "\n\n", " \n"])).map("".join)
documents = st.lists(st.tuples(st.sampled_from("ab"), st.lists(pieces, max_size=9).map("".join)), max_size=7)


def batch_of(rows: list[Row], ids: list[str] | None = None) -> pa.RecordBatch:
    ids = ids or [document_id("x", str(number)) for number in range(len(rows))]
    return document.batch_of({"id": ids, "source": [source for source, _ in rows], "text": [text for _, text in rows],
                              "kind": ["natural"] * len(rows)})


def settled(rows: list[Row], rules: PassageRules, ids: list[str] | None = None) -> pa.RecordBatch:
    batch = batch_of(rows, ids)
    return cut_repeated(batch, repeated(units_of(batch, rules), rules), rules)


def texts(rows: list[Row], rules: PassageRules, **more: list[str]) -> list[str]:
    found: list[str] = settled(rows, rules, **more).column("text").to_pylist()
    return found


def sentences(text: str) -> list[str]:
    """By hand: behind ., !, ?, … and their like before white space, behind 。 anywhere, and at line feeds."""
    return [part.strip() for part in re.split(r"(?<=[.!।؟…])(?=\s)|(?<=[.!।؟…]»)(?=\s)|(?<=。)|\n", text) if part.strip()]


def windows(text: str, least: int) -> list[tuple[str, ...]]:
    parts = sentences(text)
    runs = [tuple(parts[first:last]) for last in range(1, len(parts) + 1) for first in range(last)]
    sizes = [[len(part.encode()) for part in run] for run in runs]
    return [run for run, size in zip(runs, sizes, strict=True) if sum(size) >= least and (sum(size[1:]) < least or sum(size[:-1]) < least)]


@given(documents)
def test_windows_are_those_that_one_would_find_by_hand(rows: list[Row]) -> None:
    batch = batch_of(rows)
    units = units_of(batch, PassageRules(passages="first", bytes=40))
    mine = [[] for _ in rows]
    for row, (start, end) in zip(units.rows.tolist(), units.spans.tolist(), strict=True):
        mine[row].append(tuple(sentences(rows[row][1].encode()[start:end].decode())))
    assert mine == [windows(text, 40) for _, text in rows]


@given(documents)
def test_the_same_unit_has_the_same_key_and_no_other(rows: list[Row]) -> None:
    batch = batch_of(rows)
    units = units_of(batch, PassageRules("first", "first", "first", across=True, shortest=1, bytes=30))

    def said(row: int, start: int, end: int, kind: int) -> object:
        text = rows[row][1].encode()[start:end].decode()
        return (kind, *sentences(text)) if kind == PASSAGE else (kind, text_of(form_of(text)))

    by_key, by_text = defaultdict(set), defaultdict(set)
    for key, row, span, kind in zip(units.keys.tolist(), units.rows.tolist(), units.spans.tolist(), units.kinds.tolist(), strict=True):
        what = said(row, *span, kind)
        by_key[tuple(key)].add(what)
        by_text[what].add(tuple(key))
    assert all(len(one) == 1 for one in by_key.values())
    assert all(len(one) == 1 for one in by_text.values())


@given(documents, st.sampled_from([20, 60]))
@settings(max_examples=150)
def test_every_repeated_passage_stands_once_and_whole(rows: list[Row], least: int) -> None:
    rules = PassageRules(passages="first", across=True, bytes=least)
    after = texts(rows, rules)
    before = [window for window, copies in Counter(window for _, text in rows for window in windows(text, least)).items() if copies > 1]

    def holds(text: str, window: tuple[str, ...]) -> bool:
        parts = tuple(sentences(text))
        return any(parts[i:i + len(window)] == window for i in range(len(parts)))

    assert all(any(holds(text, window) for text in after) for window in before)
    for (_, old), new in zip(rows, after, strict=True):  # sentences go whole, and what is left stands in its order
        left = iter(sentences(old))
        assert all(any(part == one for one in left) for part in sentences(new))


def test_a_passage_inside_other_text_goes_from_the_later_document() -> None:
    passage = "Ẹ̀kọ́ ni ìmọ́lẹ̀ ayé; ọmọdé ń kọ́ ìwé. किताब मेज़ पर है। 孩子们在屋里读书。"
    rows = [("a", f"Kwanza. {passage} Mwisho wa kwanza."), ("a", f"Tofauti kabisa. {passage}\nPili."), ("b", f"Tatu. {passage} Nne.")]
    ids = ["0" * 31 + "1", "0" * 31 + "2", "0" * 31 + "0"]
    ids = [id[::-1] for id in ids]
    within = PassageRules(passages="first", bytes=100)
    assert texts(rows, within, ids=ids) == [rows[0][1], "Tofauti kabisa.\nPili.", rows[2][1]]
    across = PassageRules(passages="first", bytes=100, across=True)
    assert texts(rows, across, ids=ids) == ["Kwanza. Mwisho wa kwanza.", "Tofauti kabisa.\nPili.", rows[2][1]]  # the smallest id
    ranked = PassageRules(passages="first", bytes=100, across=True, rank={"a": 0, "b": 1})
    assert texts(rows, ranked, ids=ids) == [rows[0][1], "Tofauti kabisa.\nPili.", "Tatu. Nne."]  # the source that comes first
    edits = settled(rows, ranked, ids).column("edits").to_pylist()
    assert edits[0] is None
    assert edits[1] == [{"kind": "repeated_passage", "start": 15, "end": 15, "replacement": "", "line": 1}]


def test_lines_and_paragraphs_of_a_source_in_any_dress() -> None:
    menu = "Nyumbani | Habari | Michezo na burudani"
    rows = [("a", f"{menu}\nMoja.\n\nHaki zote zimehifadhiwa, 2026."), ("a", "Mbili.\n\nHAKI zote\nzimehifadhiwa; 2026\n\n"),
            ("a", f"{menu.upper()}\nTatu, kwa muda mrefu sana."), ("b", f"{menu}\nNne.")]
    lines = PassageRules(lines="first")
    assert texts(rows, lines) == [rows[0][1], rows[1][1], "Tatu, kwa muda mrefu sana.", rows[3][1]]
    assert texts(rows, PassageRules(lines="none", across=True))[3] == "Nne."
    assert texts(rows, PassageRules(lines="none"))[0] == "Moja.\n\nHaki zote zimehifadhiwa, 2026."
    assert texts(rows, PassageRules(lines="first", documents=3)) == [text for _, text in rows]
    assert texts(rows, PassageRules(paragraphs="none"))[:2] == [f"{menu}\nMoja.", "Mbili."]
    assert texts(rows, PassageRules(lines="first", shortest=50)) == [text for _, text in rows]


def test_a_refrain_is_no_boilerplate_and_programs_are_left_alone() -> None:
    refrain = "Na sisi tutaimba wimbo wetu tena\n"
    assert texts([("a", refrain * 3)], PassageRules(lines="first")) == [refrain * 3]
    batch = document.with_columns(batch_of([("a", refrain), ("a", refrain)]), {"kind": pa.array(["programming"] * 2)})
    assert not len(units_of(batch, PassageRules("first", "first", "first", bytes=5)).rows)


def test_a_passage_said_over_and_over_stays_once() -> None:
    (text,) = texts([("a", "Moja mbili tatu nne. " * 20)], PassageRules(passages="first", bytes=60))
    assert text == "Moja mbili tatu nne. Moja mbili tatu nne. Moja mbili tatu nne."


def test_a_document_of_which_nothing_is_left_goes() -> None:
    after = settled([("a", "Moja mbili tatu nne tano."), ("a", "moja  mbili tatu nne tano!\n")], PassageRules(lines="first"))
    assert after.column("dropped").to_pylist() in ([None, REASON], [REASON, None])
    assert sorted(after.column("text").to_pylist())[0] == ""


def test_a_dropped_document_is_nobodys_first_copy() -> None:
    line = "Mstari mmoja mrefu wa kutosha."
    batch = document.drop(batch_of([("a", line), ("a", line)]), pa.array([True, False]), "empty")
    assert set(units_of(batch, PassageRules(lines="first")).rows.tolist()) == {1}


@given(documents, st.randoms(), st.integers(1, 5))
def test_neither_order_nor_partition_comes_into_it(rows: list[Row], rng: random.Random, partitions: int) -> None:
    rules = PassageRules("first", "none", "first", across=True, shortest=5, bytes=30)
    expected = dict(zip((document_id("x", str(number)) for number in range(len(rows))), texts(rows, rules), strict=True))
    order = list(range(len(rows)))
    rng.shuffle(order)
    ids = [document_id("x", str(number)) for number in order]
    batch = batch_of([rows[number] for number in order], ids)
    units = units_of(batch, rules)
    where = (units.keys[:, 0] % np.uint64(partitions)).astype(int)
    parts = [repeated(units.take(where == partition), rules) for partition in range(partitions)]
    joined = Units(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    joined = joined.take(np.lexsort((joined.kinds, joined.spans[:, 0], joined.rows)))
    assert dict(zip(ids, cut_repeated(batch, joined, rules).column("text").to_pylist(), strict=True)) == expected


@pytest.mark.parametrize("kind", [LINE, PARAGRAPH])
def test_first_copies_are_named_where_they_stay(kind: int) -> None:
    rules = PassageRules("first" if kind == LINE else "", "first" if kind == PARAGRAPH else "")
    batch = batch_of([("a", "Mstari mmoja mrefu wa kutosha.")] * 3)
    assert sorted(repeated(units_of(batch, rules), rules).kinds.tolist()) == [STAYS, kind, kind]
