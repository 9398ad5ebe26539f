"""Is exactly that gone which was to go, and does every edit say rightly where it was?"""
from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roots import document
from roots.filters.cut import cut

LETTERS = "aé\u0301ṣ̣कि中文👩\u200d\U0001F467\n\n b"
texts = st.text(st.sampled_from(LETTERS), max_size=40)
Edit = dict[str, object]


@st.composite
def plans(draw: st.DrawFn) -> list[tuple[str | None, list[tuple[int, int]]]]:
    """Texts, some absent, with spans in code points: in order, apart or adjacent."""
    rows = []
    for text in draw(st.lists(st.one_of(st.none(), texts), min_size=1, max_size=6)):
        borders = sorted(draw(st.lists(st.integers(0, len(text or "")), max_size=8)))
        rows.append((text, [(a, b) for a, b in pairwise(borders) if a < b and draw(st.booleans())]))
    return rows


def spans_of(plan: list[tuple[str | None, list[tuple[int, int]]]]) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    rows, starts, ends, kinds = [], [], [], []
    for row, (text, spans) in enumerate(plan):
        for a, b in spans:
            rows.append(row)
            starts.append(len(text[:a].encode()))
            ends.append(len(text[:b].encode()))
            kinds.append(f"kind{len(rows) % 3}")
    return np.array(rows, np.int32), np.array(starts, np.int64), np.array(ends, np.int64), kinds


def batch_of(texts: list[str | None], edits: list[list[Edit] | None] | None = None) -> pa.RecordBatch:
    """A slice, so that offsets do not begin at 0."""
    texts, edits = ["before é", *texts], [None, *(edits or [None] * len(texts))]
    return document.batch_of({"id": [str(row) for row in range(len(texts))], "text": texts, "edits": edits})[1:]


def oracle(text: str, spans: list[tuple[int, int]], kinds: list[str]) -> tuple[str, list[Edit]]:
    left, edits, at = "", [], 0
    for (a, b), kind in zip(spans, kinds, strict=True):
        left += text[at:a]
        at = b
        first = next((i for i in range(a, b) if text[i] != "\n"), a)
        edits.append({"kind": kind, "start": len(left), "end": len(left), "replacement": "", "line": text[:first].count("\n") + 1})
    return left + text[at:], edits


@given(plans())
def test_what_is_left_and_what_is_told_is_what_one_would_do_by_hand(plan: list[tuple[str | None, list[tuple[int, int]]]]) -> None:
    rows, starts, ends, kinds = spans_of(plan)
    after = cut(batch_of([text for text, _ in plan]), rows, starts, ends, pa.array(kinds, pa.string()).dictionary_encode())
    after.validate(full=True)
    for row, (text, spans) in enumerate(plan):
        mine = [kind for kind, of in zip(kinds, rows, strict=True) if of == row]
        left, edits = oracle(text, spans, mine) if spans else (text, None)
        assert after.column("text")[row].as_py() == left
        assert after.column("edits")[row].as_py() == edits


@given(plans(), st.data())
def test_cutting_in_two_goes_is_cutting_at_once(plan: list[tuple[str | None, list[tuple[int, int]]]], data: st.DataObject) -> None:
    """All but the lines, which are those of the text that each stage saw."""
    rows, starts, ends, kinds = spans_of(plan)
    batch = batch_of([text for text, _ in plan])
    first = np.array([data.draw(st.booleans()) for _ in rows], bool)
    gone = [int((ends - starts)[first & (rows == row) & (ends <= start)].sum()) for row, start in zip(rows, starts, strict=True)]
    names = np.array(kinds, object)
    one = cut(batch, rows[first], starts[first], ends[first], list(names[first]))
    two = cut(one, rows[~first], (starts - gone)[~first], (ends - gone)[~first], list(names[~first]))
    whole = cut(batch, rows, starts, ends, kinds)
    assert two.column("text").equals(whole.column("text"))
    for ours, theirs in zip(two.column("edits").to_pylist(), whole.column("edits").to_pylist(), strict=True):
        places = [sorted((edit["kind"], edit["start"], edit["end"]) for edit in edits or ()) for edits in (ours, theirs)]
        assert places[0] == places[1]


def test_replacements_move_with_their_text_and_go_with_it() -> None:
    text = "один\n<EMAIL> два\nтри <IP>\n"
    edits = [{"kind": "email", "start": 5, "end": 12, "replacement": "<EMAIL>", "line": None},
             {"kind": "network", "start": 21, "end": 25, "replacement": "<IP>", "line": None}]
    batch = batch_of([text], [edits])
    line = len("один\n".encode())
    first = cut(batch, np.array([0]), np.array([0]), np.array([line]), ["repeated_line"])
    assert first.column("edits")[0].as_py() == [
        {"kind": "repeated_line", "start": 0, "end": 0, "replacement": "", "line": 1},
        {**edits[0], "start": 0, "end": 7}, {**edits[1], "start": 16, "end": 20}]
    second = cut(batch, np.array([0]), np.array([line]), np.array([line + len("<EMAIL> два\n".encode())]), ["repeated_line"])
    kept = second.column("edits")[0].as_py()
    assert [(edit["kind"], edit["start"], edit["end"], edit["replacement"], edit["line"]) for edit in kept] == [
        ("email", 5, 5, "", None), ("repeated_line", 5, 5, "", 2), ("network", 9, 13, "<IP>", None)]
    with pytest.raises(ValueError, match="half"):
        cut(batch, np.array([0]), np.array([0]), np.array([line + 3]), ["x"])


@pytest.mark.parametrize(("rows", "starts", "ends"), [
    ([0], [1], [2]), ([0], [0], [1]), ([0], [3], [3]), ([0], [0], [99]), ([0, 0], [0, 0], [3, 4]), ([1, 0], [0, 0], [1, 3]),
    ([2], [0], [1]),
])
def test_spans_that_are_none_are_refused(rows: list[int], starts: list[int], ends: list[int]) -> None:
    with pytest.raises(ValueError, match="span"):
        cut(batch_of(["中 b", "x"]), np.array(rows), np.array(starts), np.array(ends), ["x"] * len(rows))


def test_nothing_to_cut_changes_nothing() -> None:
    batch = batch_of(["a", None])
    assert cut(batch, np.array([], np.int32), np.array([], np.int64), np.array([], np.int64), []) is batch
