"""Is every file that a source names read to its end, in whatever packing, and nothing outside its folder?"""

from __future__ import annotations

from pathlib import Path

import pytest
import zstandard

from roots.errors import RootsError
from roots.pipelines.read import Input, inputs_of, read
from tests.reading import PACK, blocks, column, given_file, jsonl, reasons, texts


def test_a_line_without_end_is_measured_not_held(tmp_path: Path) -> None:
    import hashlib

    long = b'{"text": "' + b"x" * 5_000_000 + b'"}'
    found = blocks(given_file(tmp_path, "a.jsonl", b'{"text": "a"}\n' + long + b'\n{"text": "b"}\n'), record=1 << 20)
    assert texts(found) == ["a", "b"] and column(found, "locator") == ["a.jsonl#0", "a.jsonl#2"]
    (rejected,) = [r for block in found for r in block.rejected]
    assert (rejected.reason, rejected.bytes, rejected.locator) == ("record.too_large", len(long), "a.jsonl#1")
    assert rejected.sha256 == hashlib.sha256(long).hexdigest() and len(rejected.excerpt) <= 2000


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".xz"])
def test_what_was_read_before_a_stream_broke_stays(tmp_path: Path, suffix: str) -> None:
    import random

    chance = random.Random(1)
    records = [{"text": f"{chance.getrandbits(2000):x}"} for _ in range(2000)]
    packed = PACK[suffix](jsonl(*records))
    found = blocks(given_file(tmp_path, "cut.jsonl" + suffix, packed[: len(packed) // 2]))
    kept = texts(found)
    assert 100 < len(kept) < 1500 and kept == [record["text"] for record in records][: len(kept)]
    assert list(reasons(found).values()) == ["compression.corrupt"]
    twice = blocks(given_file(tmp_path, "twice.jsonl" + suffix, packed + packed))  # packed files may be joined
    assert len(texts(twice)) == 4000 and not reasons(twice)
    assert reasons(blocks(given_file(tmp_path, "plain.jsonl" + suffix, b'{"text": "a"}\n'))) == {f"plain.jsonl{suffix}#0": "format.wrong"}
    nested = given_file(tmp_path, "nested.jsonl" + suffix, PACK[suffix](PACK[suffix](b'{"text": "a"}\n')))
    assert set(reasons(blocks(nested)).values()) == {"format.wrong"}


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".xz"])
def test_a_small_broken_stream_gives_what_it_holds(tmp_path: Path, suffix: str) -> None:
    """Two packed stretches, the second one cut short: all of the first stays."""
    records = [{"text": f"sentensi ya {n}"} for n in range(50)]
    packed = PACK[suffix](jsonl(*records))
    found = blocks(given_file(tmp_path, "a.jsonl" + suffix, packed + packed[: len(packed) // 3]))
    assert texts(found)[:50] == [record["text"] for record in records] and "compression.corrupt" in reasons(found).values()


def test_a_bomb_is_put_out(tmp_path: Path) -> None:
    bomb = zstandard.ZstdCompressor().compress(b"\n" * 20_000_000)
    found = blocks(given_file(tmp_path, "bomb.jsonl.zst", bomb), ratio_from=1 << 20)
    assert list(reasons(found).values()) == ["archive.too_large"]


def test_a_file_without_records_is_said_to_be_empty(tmp_path: Path) -> None:
    for format in ("jsonl", "warc"):
        (found,) = blocks(given_file(tmp_path, "empty", b"", format), 3)
        assert reasons([found]) == {"empty": "file.empty"} and found.read == 1
    for format in ("parquet", "arrow"):
        assert list(reasons(blocks(given_file(tmp_path, "empty", b"", format))).values()) == ["format.wrong"]
    for format in ("text", "html", "code"):  # the file is the record: normalising drops it as empty
        (found,) = blocks(given_file(tmp_path, "empty", b"", format), 3)
        assert texts([found]) == [""] and found.read == 1


def test_missing_files_and_patterns_that_lead_outside(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "b.jsonl").write_bytes(jsonl({"text": "b"}))
    (tmp_path / "src" / "a.jsonl").write_bytes(jsonl({"text": "a"}))
    (tmp_path / "secret").write_text("x")
    found = inputs_of("src", tmp_path, ["*.jsonl", "a*"], "jsonl")
    assert [input.path for input in found] == ["a.jsonl", "b.jsonl"] and found[0].size == len(jsonl({"text": "a"}))
    for patterns in (["../secret"], ["/etc/passwd"], ["*.parquet"], ["a/../../secret"]):
        with pytest.raises(RootsError, match=r"data\.files"):
            inputs_of("src", tmp_path, patterns, "jsonl")
    (tmp_path / "src" / "link.jsonl").symlink_to(tmp_path / "secret")
    with pytest.raises(RootsError, match="leads out"):
        inputs_of("src", tmp_path, ["*.jsonl"], "jsonl")
    with pytest.raises(RootsError, match="no folder"):
        inputs_of("other", tmp_path, ["*"], "jsonl")
    with pytest.raises(RootsError, match="sha256"):
        inputs_of("src", tmp_path, ["a.jsonl"], "jsonl", known={"a.jsonl": "0" * 64})
    with pytest.raises(RootsError, match="cannot be opened"):
        list(read(Input("src", "gone.jsonl", str(tmp_path / "gone.jsonl"), "", 0, "jsonl")))
