"""Does every line of JSON become a document or a rejection, whatever its size and whoever reads it?"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roots.digest import document_id
from tests.reading import PACK, WORDS, blocks, column, given_file, jsonl, reasons, texts


@pytest.mark.parametrize("suffix", PACK)
def test_json_lines_plain_and_packed(tmp_path: Path, suffix: str) -> None:
    data = jsonl(
        *({"id": f"r{i}", "text": word, "lang": "sw", "url": f"https://example.org/{i}", "more": [i]} for i, word in enumerate(WORDS))
    )
    input = given_file(tmp_path, "a.jsonl" + suffix, PACK[suffix](data), record_id="id", language="lang", url="url")
    found = blocks(input)
    assert texts(found) == WORDS
    assert column(found, "id") == [document_id("src", f"r{i}") for i in range(len(WORDS))]
    assert column(found, "locator") == [f"a.jsonl{suffix}#{i}" for i in range(len(WORDS))]
    assert column(found, "declared") == ["sw"] * len(WORDS)
    assert column(found, "url")[2] == "https://example.org/2"
    assert set(column(found, "kind")) == {"natural"} and set(column(found, "snapshot")) == {input.snapshot}


def test_only_the_faulty_records_of_a_block_are_rejected(tmp_path: Path) -> None:
    lines = [
        b'{"text": "sound"}',
        b'{"text": "cut',
        b'{"text": "\xff\xfe"}',
        b'{"txt": "none"}',
        b'{"text": null}',
        b'{"text": 7}',
        b"[1]",
        b"",
        b"  ",
        b'{"text": "\\ud83d\\ude00 \\ud800"}',
        b'{"text": "two"}{"text": "three"}',
        b"[" * 100_000,
        b'{"text": "last"}',
    ]
    found = blocks(given_file(tmp_path, "a.jsonl", b"\n".join(lines)))
    assert texts(found) == ["sound", "😀 \ufffd", "last"]
    assert column(found, "locator") == ["a.jsonl#0", "a.jsonl#9", "a.jsonl#12"]
    assert reasons(found) == {
        "a.jsonl#1": "json.invalid",
        "a.jsonl#2": "utf8.invalid",
        "a.jsonl#3": "field.missing",
        "a.jsonl#4": "field.missing",
        "a.jsonl#5": "field.not_text",
        "a.jsonl#6": "json.invalid",
        "a.jsonl#10": "json.invalid",
        "a.jsonl#11": "json.invalid",
    }
    assert found[0].rejected[1].excerpt == '{"text": "\ufffd\ufffd"}'


values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers(), max_size=2))


@settings(max_examples=80, deadline=None)
@given(
    records=st.lists(st.dictionaries(st.sampled_from(["text", "id", "lang", "x"]), values, max_size=4), min_size=1, max_size=12),
    size=st.integers(1, 200),
)
def test_at_once_and_line_by_line_agree(tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]], size: int) -> None:
    """A block is read at once or line by line; a broken line at the end forces the second way for all of them."""
    folder = tmp_path_factory.mktemp("agree")
    data = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    fields = {"record_id": "id", "language": "lang"}
    quick = blocks(given_file(folder, "a.jsonl", data, **fields), block=size)
    slow = blocks(given_file(folder, "a.jsonl", data + b"{\n", **fields), block=1 << 20)
    for name in ("text", "locator", "declared"):
        assert column(quick, name) == column(slow, name)
    assert reasons(slow) == {**reasons(quick), f"a.jsonl#{len(records)}": "json.invalid"}
    assert len(column(quick, "text")) + len(reasons(quick)) == len(records)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.binary(max_size=300).map(lambda b: b.replace(b"\n", b"")), max_size=60),
    st.integers(20, 400),
    st.integers(1, 9),
    st.integers(1, 4),
)
def test_slices_share_a_file_whatever_their_number(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], size: int, count: int, of: int
) -> None:
    lines = [b"first", *lines]  # no byte order mark
    input = given_file(tmp_path_factory.mktemp("slices"), "a.jsonl.gz", gzip.compress(b"\n".join(lines)))
    limits = {"block": size, "block_records": count, "record": 150}
    one, many = blocks(input, **limits), blocks(input, of, **limits)
    assert [(b.number, b.batch, b.rejected) for b in one] == [(b.number, b.batch, b.rejected) for b in many]
    assert sum(block.read for block in one) == sum(1 for line in lines if line.strip())
    assert sum(why == "record.too_large" for why in reasons(one).values()) == sum(len(line) > 150 for line in lines)


def test_empty_lines_are_no_records_and_fill_no_blocks(tmp_path: Path) -> None:
    data = b"\n\n" + b'{"text": "a"}\n' + b"\n" * 5000 + b'{"text": "b"}\r\n\r\n{"text": "c"}'
    found = blocks(given_file(tmp_path, "a.jsonl", data), block_records=2)
    assert texts(found) == ["a", "b", "c"] and column(found, "locator") == ["a.jsonl#2", "a.jsonl#5003", "a.jsonl#5005"]
    assert len(found) == 2 and [block.read for block in found] == [2, 1]


def test_a_record_id_is_a_string_and_never_meets_itself_in_a_block(tmp_path: Path) -> None:
    found = blocks(given_file(tmp_path, "a.jsonl", jsonl(*({"id": i, "text": "t"} for i in (7, 8, 7))), record_id="id"))
    assert column(found, "id") == [document_id("src", "7"), document_id("src", "8"), document_id("src", "a.jsonl#2")]
    deep = blocks(
        given_file(tmp_path, "b.jsonl", jsonl({"meta": {"id": "x", "l": "zu"}, "text": "t"}), record_id="meta.id", language="meta.l")
    )
    assert column(deep, "id") == [document_id("src", "x")] and column(deep, "declared") == ["zu"]
