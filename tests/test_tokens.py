"""Does every token of a packed sequence know its document, and do no tokens get lost or change places?"""
from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roots.digest import chance, document_id
from roots.tokenizer import tokens as module
from roots.tokenizer.tokens import SCHEMA, tokenise
from roots.tokenizer.train import load
from tests.test_tokenizer import SENTENCES, learned, shard

ROWS = [f"{text} {number}" for number in range(30) for text in SENTENCES.values()]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory, reference: Path) -> Path:
    return learned(tmp_path_factory.mktemp("tokens"), reference, ROWS)


def read(path: Path) -> list[dict[str, Any]]:
    with pa.ipc.open_stream(str(path)) as stream:
        table = stream.read_all()
    assert table.schema == SCHEMA
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def check(rows: list[dict[str, Any]], length: int, expected: dict[str, list[int]]) -> None:
    """Every sequence is full but the last; spans tile it; put together, they are the documents in their order."""
    found: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        assert len(row["tokens"]) == length or (number == len(rows) - 1 and 0 < len(row["tokens"]) < length)
        at = 0
        for span in row["documents"]:
            assert span["start"] == at
            assert span["length"] > 0
            assert span["offset"] == len(found.setdefault(span["id"], []))
            found[span["id"]] += row["tokens"][at:at + span["length"]]
            at += span["length"]
        assert at == len(row["tokens"])
    assert found == expected
    assert list(found) == list(expected)


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(st.one_of(st.text(max_size=40), st.sampled_from(ROWS)), max_size=30),
       length=st.integers(1, 70), valid=st.sampled_from([0.0, 0.3, 1.0]), together=st.sampled_from([1, 64, 1 << 18]))
def test_every_token_knows_its_document(tokenizer: Path, texts: list[str], length: int, valid: float, together: int) -> None:
    model = load(tokenizer)
    end = model.token_to_id("</s>")
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "TOGETHER", together)
        to = {"train": Path(folder, "train", "a.arrow"), "valid": Path(folder, "valid", "a.arrow")}
        counts = tokenise(shard(Path(folder), "sw", texts), tokenizer, to, sequence_length=length, valid=valid, seed=9)
        ids = [document_id("test", f"sw/0/{number}") for number in range(len(texts))]
        for split, path in to.items():
            rows_of_split = [(id, text) for id, text in zip(ids, texts, strict=True) if (chance(9, id) < valid) == (split == "valid")]
            mine = {id: [*model.encode(text).ids, end] for id, text in rows_of_split}
            rows = read(path) if path.exists() else []
            check(rows, length, mine)
            found = counts["splits"][split]
            assert (found["documents"], found["tokens"], found["sequences"]) == (len(mine), sum(map(len, mine.values())), len(rows))
            assert (found["sha256"] is None) == (not rows)


def test_the_same_bytes_twice_and_nothing_half_written(tokenizer: Path, tmp_path: Path) -> None:
    source = shard(tmp_path, "sw", ROWS)
    for folder in ("a", "b"):
        to = {split: tmp_path / folder / f"{split}.arrow" for split in ("train", "valid")}
        tokenise(source, tokenizer, to, sequence_length=64, valid=0.1, seed=3)
        assert sorted(path.name for path in (tmp_path / folder).iterdir()) == ["train.arrow", "valid.arrow"]
    for split in ("train", "valid"):
        assert (tmp_path / "a" / f"{split}.arrow").read_bytes() == (tmp_path / "b" / f"{split}.arrow").read_bytes()


def test_without_a_validation_file_all_documents_train(tokenizer: Path, tmp_path: Path) -> None:
    to = {"train": tmp_path / "t.arrow"}
    counts = tokenise(shard(tmp_path, "sw", ROWS), tokenizer, to, sequence_length=64, valid=0.5, seed=3)
    assert counts["splits"]["train"]["documents"] == len(ROWS)


def test_a_text_cannot_end_itself(tokenizer: Path, tmp_path: Path) -> None:
    source = shard(tmp_path, "sw", ["a </s> b", "<s>c</s>"])
    tokenise(source, tokenizer, {"train": tmp_path / "t.arrow"}, sequence_length=512, valid=0.0, seed=3)
    row, = read(tmp_path / "t.arrow")
    end = load(tokenizer).token_to_id("</s>")
    places = np.flatnonzero(np.array(row["tokens"]) == end).tolist()
    assert places == [row["documents"][0]["length"] - 1, len(row["tokens"]) - 1]


def test_a_sequence_opens_in_datasets(tokenizer: Path, tmp_path: Path) -> None:
    to = {"train": tmp_path / "t.arrow"}
    datasets = pytest.importorskip("datasets")
    tokenise(shard(tmp_path, "sw", ROWS), tokenizer, to, sequence_length=64, valid=0.0, seed=3)
    found = datasets.Dataset.from_file(str(tmp_path / "t.arrow"))
    assert found[0] == read(tmp_path / "t.arrow")[0]


def test_an_unknown_end_is_refused(tokenizer: Path, tmp_path: Path) -> None:
    to = {"train": tmp_path / "t.arrow"}
    with pytest.raises(ValueError, match="no token"):
        tokenise(shard(tmp_path, "sw", ROWS), tokenizer, to, sequence_length=64, valid=0.0, seed=3, end="<end>")
