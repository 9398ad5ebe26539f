"""Do the spans of a file hold what the file holds: the same records, each once, under the same names?"""
from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roots.pipelines.read import Input, inputs_of, read, spans

TEXTS = ["Habari za asubuhi", "नमस्ते दुनिया", "你好，世界", "Ẹ kú àárọ̀ o", "", "שלום\u2028עולם", "x" * 300]


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spans of 128 bytes instead of megabytes."""
    monkeypatch.setattr(spans, "SPAN", 128)
    monkeypatch.setattr(spans, "CHUNK", 32)


def taken(folder: Path, format: str, name: str, **fields: str) -> Input:
    (found,) = inputs_of("src", folder, [name], format, **fields)
    return found


def documents(*inputs: Input) -> list[tuple[str, str, str]]:
    """(id, locator, text) of all documents, in the order of reading."""
    batches = [block.batch for input in inputs for block in read(input)]
    return [row for batch in batches for row in zip(*(batch.column(name).to_pylist() for name in ("id", "locator", "text")), strict=True)]


def rejected(*inputs: Input) -> list[tuple[str, str]]:
    return [(one.locator, one.reason) for input in inputs for block in read(input) for one in block.rejected]


def in_spans(input: Input) -> list[Input]:
    return [replace(input, span=span, spans=()) for span in input.spans]


@given(st.lists(st.tuples(st.sampled_from([*TEXTS, None]), st.sampled_from(["\n", "\r\n", "\n\n\n", "\n \n"])), min_size=1, max_size=40),
       st.booleans(), st.booleans())
def test_lines_read_in_spans_are_the_lines_of_the_file(
        tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str | None, str]], mark: bool, cut: bool) -> None:
    folder = tmp_path_factory.mktemp("lines")
    (folder / "src").mkdir()
    content = "".join((json.dumps({"text": text}, ensure_ascii=False) if text is not None else "{no") + end for text, end in lines)
    (folder / "src" / "a.jsonl").write_bytes((b"\xef\xbb\xbf" if mark else b"") + (content.rstrip("\n ") if cut else content).encode())
    whole = taken(folder, "jsonl", "a.jsonl")
    if whole.spans:
        assert [span.stop for span in whole.spans] == [*(span.start for span in whole.spans[1:]), whole.size]
        assert documents(*in_spans(whole)) == documents(whole)
        assert rejected(*in_spans(whole)) == rejected(whole)
    assert (len(whole.spans) > 1) == bool(whole.spans)


def test_a_large_file_of_lines_has_many_spans(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.txt").write_text("\n".join(TEXTS * 20), "utf-8")
    whole = taken(tmp_path, "text", "a.txt", text="line")
    assert len(whole.spans) > 20
    assert documents(*in_spans(whole)) == documents(whole)


@pytest.mark.parametrize("format", ["parquet", "arrow"])
def test_rows_read_in_spans_are_the_rows_of_the_file(tmp_path: Path, format: str) -> None:
    table = pa.table({"text": TEXTS * 9, "other": ["y" * 50] * 63})
    path = tmp_path / "src" / f"a.{format}"
    path.parent.mkdir()
    if format == "parquet":
        pq.write_table(table, path, row_group_size=4, compression="none")
    else:
        with pa.ipc.new_file(str(path), table.schema) as writer:
            writer.write_table(table, 4)
    whole = taken(tmp_path, format, path.name)
    assert len(whole.spans) > 5
    assert documents(*in_spans(whole)) == documents(whole)
    assert len(documents(whole)) == len(table)


def test_what_cannot_be_opened_in_the_middle_has_no_spans(tmp_path: Path) -> None:
    import gzip
    (tmp_path / "src").mkdir()
    plain = "\n".join(TEXTS * 20)
    for name, data in (("packed.txt", gzip.compress(plain.encode(), 0)), ("wide.txt", plain.encode("utf-16"))):
        (tmp_path / "src" / name).write_bytes(data)
        assert taken(tmp_path, "text", name, text="line").spans == ()
    (tmp_path / "src" / "plain.txt").write_text(plain, "utf-8")
    assert taken(tmp_path, "text", "plain.txt", text="paragraph").spans == ()
    (tmp_path / "src" / "bad.parquet").write_bytes(b"PAR1" + bytes(500) + b"PAR1")
    assert taken(tmp_path, "parquet", "bad.parquet").spans == (), "reading it says what is wrong with it"
