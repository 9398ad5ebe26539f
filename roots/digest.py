"""What names a thing by its content? Digests that never depend on a clock, an order or a machine."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

SHORT = 16  # hex digits: enough to name a part within a run


def file_digest(path: Path | str) -> str:
    """sha256 of a file's bytes, in hex."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(item) for item in value), key=repr)
    if isinstance(value, (list, tuple)):
        return [item if isinstance(item, str) else _plain(item) for item in value]
    return value.hex() if isinstance(value, bytes) else str(value)


def value_digest(value: Any) -> str:
    """sha256 of a value (dataclasses, dicts, lists, scalars) in sorted, compact JSON."""
    text = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def document_id(source: str, record: str) -> str:
    """The 128-bit id of a document as 32 hex digits: BLAKE2b of source id and the source's own record id (or locator).

    Stable across builds, so that a takedown keeps working.
    """
    return document_ids(source, [record])[0]


def document_ids(source: str, records: Iterable[str]) -> list[str]:
    """The ids of many documents of one source."""
    begun = hashlib.blake2b(f"{source}\x00".encode("utf-8", "surrogatepass"), digest_size=16)
    found = []
    for record in records:
        one = begun.copy()
        one.update(record.encode("utf-8", "surrogatepass"))
        found.append(one.hexdigest())
    return found


def folder_digest(folder: Path, patterns: Iterable[str] = ("**/*",)) -> str:
    """sha256 over the sorted relative paths and contents of the files of a folder."""
    files = sorted({path for pattern in patterns for path in folder.glob(pattern) if path.is_file()})
    total = hashlib.sha256()
    for path in files:
        if "__pycache__" not in path.parts:
            total.update(f"{path.relative_to(folder).as_posix()}\x00{file_digest(path)}\n".encode())
    return total.hexdigest()


def chance(seed: int, id: str) -> float:
    """A number in [0, 1) that depends on the seed and the document alone (law 5)."""
    value = hashlib.blake2b(f"{seed}\x00{id}".encode(), digest_size=8).digest()
    return int.from_bytes(value, "big") / 2**64
