"""What is already done, and is it whole? Content-addressed files under RUN/.work, each with a receipt written last."""
from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from roots import batches, store
from roots.store import Place

AT_ONCE = 32   # receipts asked of an object store at a time
PAUSE = 10.0   # seconds between two counts of what lies in an object store
_counted: dict[Place, tuple[float, int]] = {}


@dataclass(frozen=True)
class Folder:
    """One pass's files: `<name>.<suffix>` and `<name>.json`, the receipt that proves them whole."""

    path: Place

    def file(self, name: str, suffix: str) -> Place:
        return self.path / f"{name}.{suffix}"

    def keep(self, name: str, facts: Mapping[str, Any], contents: Mapping[str, pa.RecordBatch]) -> None:
        """Writes the files, one batch to each suffix, and then the receipt."""
        files = {}
        for suffix, batch in contents.items():
            content = batches.rendered(batch)
            store.write(self.file(name, suffix), content)
            files[suffix] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": content.size}
        self._receive(name, facts, files)

    def receive(self, name: str, facts: Mapping[str, Any], files: Mapping[str, Place]) -> None:
        """Writes the receipt of files that are there: the facts, and what proves the files whole."""
        self._receive(name, facts, {suffix: {"sha256": store.digest(file), "bytes": store.size(file)} for suffix, file in files.items()})

    def _receive(self, name: str, facts: Mapping[str, Any], files: Mapping[str, Any]) -> None:
        text = json.dumps({**facts, "name": name, "files": files}, ensure_ascii=False, sort_keys=True)
        store.write(self.file(name, "json"), text.encode())

    def receipt(self, name: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads(self.file(name, "json").read_bytes())
        except (OSError, ValueError):
            return None
        return found

    def whole(self, name: str, files: Mapping[str, Place] | None = None) -> bool:
        """Is there a receipt, and are the files what it says? `files`: those that lie elsewhere, as they were received."""
        receipt = self.receipt(name)
        if receipt is None:
            return False
        try:
            return all(_as_known((files or {}).get(suffix) or self.file(name, suffix), known) for suffix, known in receipt["files"].items())
        except OSError:
            return False

    def receipts(self) -> list[dict[str, Any]]:
        """Every receipt, by name."""
        with ThreadPoolExecutor(1 if isinstance(self.path, Path) else AT_ONCE) as pool:
            return [json.loads(content) for content in pool.map(lambda file: file.read_bytes(), self._receipts())]

    def count(self) -> int:
        """How many are done: cheap, for progress."""
        if isinstance(self.path, Path):
            return len(self._receipts())
        when, found = _counted.get(self.path, (-PAUSE, 0))
        if time.monotonic() - when > PAUSE:
            found = len(self._receipts())
            _counted[self.path] = (time.monotonic(), found)
        return found

    def _receipts(self) -> list[Place]:
        return [file for file in store.files(self.path, "*.json") if not file.name.startswith(".")]


def _as_known(file: Place, known: Mapping[str, Any]) -> bool:
    """Is it what the receipt says? On a disk by its digest, since a disk may lose what was written before a crash. An object store shows a
    file only when it is whole, so there its size is enough, and a resumed build need not fetch what it has done."""
    if isinstance(file, Path):
        return store.digest(file) == known["sha256"]
    return file.size() == known["bytes"]
