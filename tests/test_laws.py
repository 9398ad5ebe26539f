"""Do all stages obey the laws of DESIGN §4? Each law once, over every stage, with texts in many scripts."""
from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roots import document
from roots.digest import document_id
from roots.pipelines.finishing import sift
from roots.pipelines.stages import function_of
from roots.recipe import ALONE
from roots.rules import Rules, rules_of
from roots.workspace import Workspace

Stages = dict[str, Callable[[pa.RecordBatch], pa.RecordBatch]]
TEXT_CHANGING = ("normalise", "lines", "scrub")
PIECES = [
    "Ng'ombe watatu walivuka mto asubuhi na mapema, kisha wakalala chini ya mti mkubwa. ", "Ẹ̀kọ́ ni ìmọ́lẹ̀ ayé; ọmọdé ń kọ́ ìwé. ",
    "हिन्दी की किताब मेज़ पर है और बच्चे बाहर खेल रहे हैं। ", "বাংলা ভাষায় লেখা একটি ছোট গল্প। ", "今天下雨了，孩子们在屋里读书。",
    "今天下雨了，孩子們在屋裡讀書。", "ذهب الأولاد إلى السوق في الصباح الباكر. ", "Nǐ wá xɔ nú ɖé ɔ, é nyɔ́ tawun. ",
    "e\u0301 cafe\u0301 ", "me@example.org ", "١٩٨.٥١.١٠٠.٧ 198.51.100.7 ", "\u200d\u200c", "\x00\x07", "\r\n", "\u2028", "👩‍👩‍👧 ",
    "def f(x):\n    return x\n", "<EMAIL>", "....", "\u0301", "ﷺ", "n!", "A" * 40, " ", "\n\n",
]
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=30)), max_size=14).map("".join)
tables = st.lists(st.tuples(texts, st.sampled_from([document.NATURAL, document.PROGRAMMING]), st.booleans()), min_size=1, max_size=10)
laws = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def rules(reference: Path) -> Rules:
    workspace = Workspace(reference)
    recipe = workspace.recipe(reference / "pipelines" / "sample.toml")
    return rules_of(workspace, recipe, ["sample-stories", "sample-code"])


@pytest.fixture(scope="module")
def stages(rules: Rules) -> Stages:
    return {stage: function_of(stage, rules) for stage in ALONE}


def batch_of(rows: list[tuple[str, str, bool]]) -> pa.RecordBatch:
    sources = ["sample-code" if kind == document.PROGRAMMING else "sample-stories" for _, kind, _ in rows]
    return document.batch_of({
        "id": [document_id(source, str(number)) for number, source in enumerate(sources)],
        "source": sources,
        "locator": [f"f.py#{number}" for number in range(len(rows))],
        "kind": [kind for _, kind, _ in rows],
        "text": [text.encode("utf-8", "ignore").decode() for text, _, _ in rows],
        "dropped": ["duplicate.exact" if dropped else None for _, _, dropped in rows],
    })


def up_to(stages: Stages, stage: str, batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch as it arrives at a stage."""
    for before in ALONE[: ALONE.index(stage)]:
        batch = stages[before](batch)
    return batch


@pytest.mark.parametrize("stage", ALONE)
@laws
@given(rows=tables)
def test_laws_1_2_and_3(stage: str, rows: list[tuple[str, str, bool]], stages: Stages) -> None:
    before = up_to(stages, stage, batch_of(rows))
    after = stages[stage](before)
    for column in ("id", "source", "locator", "kind"):
        assert after.column(column).equals(before.column(column)), "law 1: same rows, same order, same ids"
    if stage not in TEXT_CHANGING:
        assert after.column("text").equals(before.column("text")), "law 2: only normalising and scrubbing change text"
    for first, then, text, still in zip(*(batch.column(name).to_pylist() for name in ("dropped", "text") for batch in (before, after)),
                                        strict=True):
        if first is not None:
            assert then == first, "law 3: the first reason stands"
            assert stage == "normalise" or still == text, "law 3: a dropped row is left alone"


@pytest.mark.parametrize("stage", ALONE)
@laws
@given(rows=tables, cut=st.integers(0, 10))
def test_law_4_splitting_and_joining_change_nothing(stage: str, rows: list[tuple[str, str, bool]], cut: int, stages: Stages) -> None:
    before = up_to(stages, stage, batch_of(rows))
    whole = stages[stage](before)
    parts = [stages[stage](part) for part in (before[:cut], before[cut:]) if len(part)]
    joined = pa.Table.from_batches(parts)
    assert joined.equals(pa.Table.from_batches([whole]))


@pytest.mark.parametrize("stage", ALONE)
@laws
@given(rows=tables)
def test_law_5_the_same_batch_gives_the_same_answer(stage: str, rows: list[tuple[str, str, bool]],
                                                    stages: Stages) -> None:
    before = up_to(stages, stage, batch_of(rows))
    assert stages[stage](before).equals(stages[stage](before))


@laws
@given(rows=tables)
def test_law_7_offsets_index_the_stored_text_and_cut_no_character(rows: list[tuple[str, str, bool]],
                                                                  stages: Stages) -> None:
    batch = batch_of(rows)
    for stage in ALONE:
        batch = stages[stage](batch)
    for text, edits in zip(batch.column("text").to_pylist(), batch.column("edits").to_pylist(), strict=True):
        last = 0
        for edit in edits or ():
            assert text[edit["start"] : edit["end"]] == edit["replacement"]
            assert last <= edit["start"]
            last = edit["end"]
            assert edit["end"] == len(text) or not unicodedata.combining(text[edit["end"]])


@laws
@given(rows=tables)
def test_law_6_sifting_loses_nothing(rows: list[tuple[str, str, bool]], stages: Stages) -> None:
    batch = batch_of(rows)
    for stage in ALONE:
        batch = stages[stage](batch)
    batch = document.drop(batch, batch.column("language").is_null(), "language.other")
    kept, ledger = sift(batch, {"sample-stories": "CC0-1.0"})
    assert ledger.column("id").equals(batch.column("id"))
    positions = ledger.column("position").to_pylist()
    assert len(kept) + sum(reason is not None for reason in ledger.column("dropped").to_pylist()) == len(batch)
    for row, position in enumerate(positions):
        if position is not None:
            assert kept.column("id")[position] == batch.column("id")[row]
    languages = kept.column("language").to_pylist()
    assert languages == sorted(languages)
