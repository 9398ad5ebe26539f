"""Are the tokens of our encoder those of the library's, whatever the text and the tokenizer's form?"""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from roots.tokenizer import byte_pairs
from roots.tokenizer import encoder as module
from roots.tokenizer.encoder import Encoder, by_library
from roots.tokenizer.train import load
from tests.conftest import ROOT
from tests.test_tokenizer import SENTENCES, learned

# what parts, what does not, what does so only in threes, tags and their beginnings, and what only looks like a token
PIECES = [*" \n\t.,_।۔…ab1é你𠀀<>", "\u0301", "\u00a0", "\u3000", "  ", "<EMAIL>", "<EMAI", "<<IP>", "</s>", "<reserved_7>", "aaaa",
          "-" * 50, *SENTENCES.values()]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, reference: Path) -> Tokenizer:
    rows = [f"{text} {number}" for number in range(30) for text in SENTENCES.values()]
    return load(learned(tmp_path_factory.mktemp("encoder"), reference, rows))


@pytest.fixture(scope="module")
def ours(model: Tokenizer) -> Encoder:
    made = Encoder(model)
    assert made.tables is not None
    return made


def same(ours: Encoder, model: Tokenizer, texts: list[str]) -> None:
    found = [ids.tolist() for ids in ours.encode(pa.array(texts, pa.large_string()))]
    assert found == [encoded.ids for encoded in model.encode_batch_fast(texts, add_special_tokens=False)]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=30).map("".join)), max_size=6))
@example(["", " ", "  a", "a ", " .", ". a", "<EMAIL> <EMAIL>", "a<IP>b", "\U0010ffff"])
def test_any_text_has_the_tokens_of_the_library(ours: Encoder, model: Tokenizer, texts: list[str]) -> None:
    same(ours, model, texts)


def test_every_character_parts_where_the_pattern_says(ours: Encoder, model: Tokenizer) -> None:
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    for lead in ("a", " ", "a "):
        same(ours, model, [lead + f"{lead}".join(every[start : start + 1024]) for start in range(0, len(every), 40 * 1024)])


def test_what_is_remembered_changes_no_token(model: Tokenizer) -> None:
    """More words than there is room to remember them, met again in another order."""
    words = [f"w{number * 7919 % 10**6:06d}" for number in range(2 << byte_pairs.BITS)]
    fresh = Encoder(model)
    for texts in ([" ".join(words)], [" ".join(words[::-1])]):
        same(fresh, model, texts)


def test_a_slice_of_a_column_is_encoded_as_it_stands(ours: Encoder, model: Tokenizer) -> None:
    column = pa.array([*SENTENCES.values(), "", "habari"], pa.large_string())
    for start in range(len(column)):
        found = [ids.tolist() for ids in ours.encode(column.slice(start, 3))]
        assert found == [model.encode(text, add_special_tokens=False).ids for text in column.slice(start, 3).to_pylist()]


def test_a_long_pretoken_and_its_neighbours(ours: Encoder, model: Tokenizer) -> None:
    for size in (byte_pairs.WORD, byte_pairs.LONGEST):
        for more in (-1, 0, 1):
            same(ours, model, ["habari ya", "ab, " + "x1y" * (size // 3 + 1) + "z" * more + " asubuhi", "na", "é" * (size // 2 + more)])


def test_large_batches_are_cut(ours: Encoder, model: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 64)
    same(ours, model, [*SENTENCES.values()] * 5 + ["x" * 200, "", "y"])


@pytest.mark.parametrize("change", [
    {"normalizer": {"type": "NFC"}},
    {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}},
    {"model": {"ignore_merges": True}}, {"added_tokens": {"lstrip": True}}, {"pattern": r" ?[^\s\p{P}]+"}, {"pattern": " ?[^a]+"},
])
def test_another_form_goes_to_the_library(model: Tokenizer, change: dict[str, Any]) -> None:
    plain = json.loads(model.to_str())
    for key, value in change.items():
        if key == "pattern":
            plain["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = value
        elif key == "added_tokens":
            plain[key][5] |= value
        elif key == "model":
            plain[key] |= value
        else:
            plain[key] = value
    other = Tokenizer.from_str(json.dumps(plain))
    made = Encoder(other)
    assert made.tables is None
    same(made, other, [*SENTENCES.values(), "a <EMAIL> e\u0301"])


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), max_size=6), longest=st.integers(1, 30),
       at_once=st.integers(1, 90))
def test_the_library_gets_a_long_text_in_parts_and_no_token_changes(model: Tokenizer, texts: list[str], longest: int, at_once: int) -> None:
    whole = [encoded.ids for encoded in model.encode_batch_fast(texts, add_special_tokens=False)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LONGEST", longest)
        patch.setattr(module, "AT_ONCE", at_once)
        assert [found.tolist() for found in by_library(model, texts)] == whole


def test_the_parts_of_a_long_text_are_about_as_long_as_they_may_be() -> None:
    parts = [part for part, _ in module._parts("habari ya asubuhi\n" * (module.LONGEST // 6))]
    assert len(parts) > 2 and max(map(len, parts)) <= module.LONGEST + 18


def test_the_embedded_sample(ours: Encoder, model: Tokenizer) -> None:
    texts = [path.read_bytes().decode("utf-8", "replace") for path in sorted((ROOT / "pipelines" / "sample").rglob("*")) if path.is_file()]
    assert len(texts) > 20
    same(ours, model, texts)
