"""Is a document that holds a test item found, in whatever dress, and one that only sounds like it left alone?"""
from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import Writer

from roots import document
from roots.filters.decontaminate import DecontaminationRules, Decontaminator, Passage, passages

LANGUAGES = ("fr", "hi", "ar", "yo", "zh-Hans")
WRITERS = {language: Writer(language, 9) for language in LANGUAGES}


def batch(texts: list[str], **more: object) -> pa.RecordBatch:
    return document.batch_of({"id": [f"{i:032x}" for i in range(len(texts))], "text": texts, "kind": ["natural"] * len(texts), **more})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", [8, 12, 13, 40])
def test_a_test_item_inside_a_document_is_found(language: str, words: int) -> None:
    writer = WRITERS[language]
    item, around = writer.tokens(words), writer.tokens(200)
    finder = Decontaminator(DecontaminationRules((Passage("quiz", "7", writer.text(item)),)))
    inside = unicodedata.normalize("NFD", writer.text(around[:100] + item + around[100:]).upper())
    (found,) = finder.find(batch([writer.text(around), inside]))
    assert (found.row, found.passage.item, found.share) == (1, "7", 1.0)


def test_part_of_an_item_counts_by_its_share() -> None:
    writer = WRITERS["fr"]
    item = writer.tokens(52)  # forty n-grams of thirteen words
    rules = DecontaminationRules((Passage("quiz", "1", writer.text(item)),))
    most, least = writer.text(item[:32] + writer.tokens(60)), writer.text(item[:31] + writer.tokens(60))
    (found,) = Decontaminator(rules).find(batch([least, most]))
    assert (found.row, found.share) == (1, 0.5)


def test_the_passage_held_most_is_the_evidence() -> None:
    writer = WRITERS["yo"]
    one, other = writer.tokens(40), writer.tokens(20)
    rules = DecontaminationRules((Passage("a", "1", writer.text(one)), Passage("b", "2", writer.text(other))))
    text = writer.text(one[:30] + other)
    marked = Decontaminator(rules).decontaminate(batch([text, "nothing of it", text], dropped=pa.array([None, None, "empty"])))
    assert marked.column("dropped").to_pylist() == ["benchmark.b", None, "empty"]
    assert marked.column("duplicate_of").to_pylist() == ["b/2", None, None]
    assert marked.column("similarity").to_pylist() == [1.0, None, None]


def test_short_passages_and_phrases_of_many_items_are_not_looked_for() -> None:
    writer = WRITERS["fr"]
    phrase = writer.tokens(20)
    many = [Passage("quiz", str(i), writer.text(phrase)) for i in range(11)]
    finder = Decontaminator(DecontaminationRules((*many, Passage("quiz", "short", "only seven words stand in this one"))))
    assert finder.find(batch([writer.text(phrase), "only seven words stand in this one"])) == []
    assert finder.too_short == 12
    assert len(Decontaminator(DecontaminationRules(tuple(many[:10]))).find(batch([writer.text(phrase)]))) == 1
    assert Decontaminator(DecontaminationRules()).find(batch(["anything"])) == []


words = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=30)


@settings(deadline=None)
@given(st.lists(words, min_size=1, max_size=4), st.lists(words, min_size=1, max_size=4))
def test_shares_are_those_of_the_written_out_n_grams(items: list[list[str]], texts: list[list[str]]) -> None:
    searched = tuple(Passage("q", str(i), " ".join(item)) for i, item in enumerate(items))
    rules = DecontaminationRules(searched, size=5, shortest=3, share=0.01)
    expected = {}
    for row, text in enumerate(texts):
        for place, item in enumerate(items):
            size = min(5, len(item))
            if size >= 3:
                a, b = ({tuple(tokens[i:i + size]) for i in range(len(tokens) - size + 1)} for tokens in (item, text))
                if a & b:
                    expected[row] = max(expected.get(row, (0.0, 0)), (len(a & b) / len(a), -place))
    found = Decontaminator(rules).find(batch([" ".join(text) for text in texts]))
    assert {one.row: (one.share, -int(one.passage.item)) for one in found} == expected


def test_items_are_read_from_json_lines() -> None:
    lines = [json.dumps({"id": "x/1", "premise": "p", "choices": ["one", "two"], "label": 0}), json.dumps({"premise": "q"})]
    assert list(passages("x", lines, ("premise", "choices"))) == [
        Passage("x", "x/1", "p"), Passage("x", "x/1", "one"), Passage("x", "x/1", "two"), Passage("x", "1", "q")]


def test_every_real_question_is_found_and_no_real_story_is_taken_for_one(data_dir: Path) -> None:
    def read(path: str) -> list[str]:
        return zstandard.open(data_dir / path, "rt", encoding="utf-8").read().removesuffix("\n").split("\n")

    known = tuple(passages("gsm8k", read("benchmarks/gsm8k_test.jsonl.zst"), ("question",))) + tuple(
        passages("mgsm", read("benchmarks/mgsm.jsonl.zst"), ("question",)))
    finder = Decontaminator(DecontaminationRules(known))
    stories = [json.loads(line)["text"] for line in read("pb_stories/data.jsonl.zst")[:300]]
    hidden = [f"{story[:500]}\n{passage.text}\n{story[500:1000]}" for story, passage in zip(stories, known[::5], strict=False)]
    assert finder.find(batch(stories)) == []
    assert len(finder.find(batch(hidden))) == len(hidden) > 200
