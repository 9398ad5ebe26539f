"""Which source files lie in a folder of real code, and what documents are they? For setting limits, and to look at what they drop."""
from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from roots import document
from roots.filters.languages import CodeLanguage

LARGEST = 4 << 20    # bytes of a file that is looked at
BATCH = 64


@dataclass(frozen=True)
class CodeFolder:
    """A folder of real code: what it is called, where it lies, and the names of folders in it that are left out."""

    name: str
    folder: Path
    without: tuple[str, ...] = ()


def suffixes_of(languages: Iterable[CodeLanguage]) -> dict[str, str]:
    """Suffix → the first language that claims it; .h is C's."""
    found: dict[str, str] = {}
    for one in sorted(languages, key=lambda one: (one.code != "c", one.code)):
        for suffix in one.extensions:
            found.setdefault(suffix, one.code)
    return found


def files(place: CodeFolder, suffixes: Mapping[str, str], each: int) -> Mapping[str, list[Path]]:
    """Language by suffix → at most `each` files, chosen by the digests of their paths; links and files over 4 MB are left out."""
    found: dict[str, list[Path]] = defaultdict(list)
    for folder, names, inside in os.walk(place.folder):
        names[:] = sorted(name for name in names if name not in place.without)
        for name in sorted(inside):
            path = Path(folder, name)
            language = suffixes.get(path.suffix.lower())
            if language and path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST:
                found[language].append(path)

    def chance(path: Path) -> bytes:
        return hashlib.sha256(path.relative_to(place.folder).as_posix().encode()).digest()

    return {language: sorted(sorted(paths, key=chance)[:each]) for language, paths in sorted(found.items())}


def batches(place: CodeFolder, paths: Sequence[Path]) -> Iterator[pa.RecordBatch]:
    """Documents as the reader of archives would make them: one file each, its path the locator."""
    for at in range(0, len(paths), BATCH):
        held = [(path.relative_to(place.folder).as_posix(), path.read_bytes().decode("utf-8", "replace"))
                for path in paths[at : at + BATCH]]
        yield document.batch_of({
            "id": [hashlib.sha256(f"{place.name}/{name}".encode()).hexdigest()[:32] for name, _ in held],
            "source": [place.name] * len(held), "kind": [document.PROGRAMMING] * len(held), "locator": [name for name, _ in held],
            "text": pa.array([text for _, text in held], pa.large_string()),
        })
