"""How do the tests of readers give a file to read, and look at what comes out?"""

from __future__ import annotations

import gzip
import json
import lzma
from pathlib import Path

import zstandard

from roots.digest import file_digest
from roots.pipelines.read import Block, Input, ReadLimits, read

WORDS = ["Habari za asubuhi", "नमस्ते दुनिया", "你好，世界", "Ẹ kú àárọ̀", "שלום", "مرحبا", "a\u2028b", '𝔘 \\ "quoted"']
PACK = {"": lambda data: data, ".gz": gzip.compress, ".xz": lzma.compress, ".zst": zstandard.ZstdCompressor().compress}


def given_file(folder: Path, name: str, data: bytes, format: str = "jsonl", **fields: str) -> Input:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return Input("src", name, str(path), file_digest(path), len(data), format, **fields)


def jsonl(*records: object) -> bytes:
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)


def blocks(input: Input, of: int = 1, **limits: int) -> list[Block]:
    """All blocks, read by `of` slices; what must hold of any file is checked here."""
    found = sorted((block for k in range(of) for block in read(input, k, of, limits=ReadLimits(**limits))), key=lambda block: block.number)
    assert [block.number for block in found] == list(range(len(found)))
    assert [block.last for block in found] == [False] * (len(found) - 1) + [True]
    for block in found:
        block.batch.validate(full=True)
        assert block.read == len(block.batch) + len(block.rejected)
        assert len(set(block.batch.column("id").to_pylist())) == len(block.batch)
    return found


def texts(found: list[Block]) -> list[str]:
    return [text for block in found for text in block.batch.column("text").to_pylist()]


def column(found: list[Block], name: str) -> list[object]:
    return [value for block in found for value in block.batch.column(name).to_pylist()]


def reasons(found: list[Block]) -> dict[str, str]:
    return {rejected.locator: rejected.reason for block in found for rejected in block.rejected}
