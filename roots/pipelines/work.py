"""What is already done, and is it whole? Content-addressed files under RUN/.work, each with a receipt written last."""
from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from roots.digest import file_digest


def write_atomically(path: Path, content: bytes) -> None:
    """The file is there whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    os.replace(draft, path)


def write_batches(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], *, stream: bool = False) -> None:
    """Arrow IPC, uncompressed: a *file* between the passes, a *stream* where `datasets` shall map it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    opener = pa.ipc.new_stream if stream else pa.ipc.new_file
    with pa.OSFile(str(draft), "wb") as sink, opener(sink, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    os.replace(draft, path)


def read_batch(path: Path | str) -> pa.RecordBatch:
    """The one batch of a file between the passes, memory-mapped."""
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
        return reader.get_batch(0)


def batches_of(shard: Path) -> Iterator[pa.RecordBatch]:
    """The batches of a shard (Arrow IPC stream), memory-mapped."""
    with pa.memory_map(str(shard)) as source, pa.ipc.open_stream(source) as stream:
        yield from stream


@dataclass(frozen=True)
class Folder:
    """One pass's files: `<name>.<suffix>` and `<name>.json`, the receipt that proves them whole."""

    path: Path

    def file(self, name: str, suffix: str) -> Path:
        return self.path / f"{name}.{suffix}"

    def receive(self, name: str, facts: Mapping[str, Any], suffixes: Iterable[str]) -> None:
        """Writes the receipt: the facts, and the digests of the files."""
        files = {suffix: file_digest(self.file(name, suffix)) for suffix in suffixes}
        text = json.dumps({**facts, "name": name, "files": files}, ensure_ascii=False, sort_keys=True)
        write_atomically(self.file(name, "json"), text.encode())

    def receipt(self, name: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads(self.file(name, "json").read_bytes())
        except (OSError, ValueError):
            return None
        return found

    def whole(self, name: str) -> bool:
        """Is there a receipt, and do the files have the digests that it names?"""
        receipt = self.receipt(name)
        if receipt is None:
            return False
        try:
            return all(file_digest(self.file(name, suffix)) == digest for suffix, digest in receipt["files"].items())
        except OSError:
            return False

    def receipts(self) -> Iterator[dict[str, Any]]:
        """Every receipt, by name."""
        for path in sorted(self.path.glob("*.json")):
            if not path.name.startswith("."):
                yield json.loads(path.read_bytes())

    def count(self) -> int:
        """How many are done: cheap, for progress."""
        return sum(1 for entry in os.scandir(self.path) if entry.name.endswith(".json")) if self.path.is_dir() else 0
