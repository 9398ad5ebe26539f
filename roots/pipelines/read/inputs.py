"""Which raw files belong to a source? Those its record names, inside its own folder and nowhere else."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from roots.digest import file_digest
from roots.errors import RootsError
from roots.pipelines.read.parts import FORMATS, Input


def inputs_of(source: str, data: Path, patterns: Sequence[str], format: str, *, text: str = "text", record_id: str = "", language: str = "",
              url: str = "", html: str = "", kind: str = "", known: Mapping[str, str] | None = None) -> list[Input]:
    """The raw files of one source under `data`/`source`, sorted by path, each with its sha256 and size.

    `known` holds sha256 digests by path, for files whose digest the record gives. Raises RootsError for a pattern that
    leads outside or finds nothing, a link that leads outside, an unknown format, a file that is not the one recorded.
    """
    where = f"catalogue/sources/{source}.toml · data.files"
    if format not in FORMATS:
        raise RootsError(f"catalogue/sources/{source}.toml · data.format", f"is {format!r}", f"choose one of {', '.join(FORMATS)}")
    folder = data / source
    if not folder.is_dir():
        raise RootsError(where, f"there is no folder {folder}",
                         f"put the source's files there, or name the folder above it with --data (now {data})")
    home = folder.resolve()
    found: dict[str, Path] = {}
    for pattern in patterns:
        if pattern.startswith(("/", "~")) or ".." in re.split(r"[/\\]", pattern) or re.match(r"^[A-Za-z]:", pattern):
            raise RootsError(where, f"{pattern!r} leads out of the source's folder", "name files inside it, relative to it")
        hits = 0
        try:
            paths = sorted(folder.glob(pattern))
        except (ValueError, NotImplementedError, IndexError) as error:
            raise RootsError(where, f"{pattern!r} is no pattern: {error}", 'write a pattern such as "*.jsonl.zst" or "**/*.py"') from None
        for path in paths:
            if not path.resolve().is_relative_to(home):
                raise RootsError(where, f"{path.relative_to(folder)} is a link that leads out of {folder}", "put the file itself there")
            if path.is_file():
                found[path.relative_to(folder).as_posix()] = path
                hits += 1
        if not hits:
            raise RootsError(where, f"no file matches {pattern!r} in {folder}", "mend the pattern, or put the files there")
    inputs = []
    for name, path in sorted(found.items()):
        try:
            digest = file_digest(path)
        except OSError as error:
            raise RootsError(f"{source} · {name}", f"cannot be read: {error.strerror or error}", "look at the file's permissions") from None
        expected = (known or {}).get(name, digest)
        if expected.lower() != digest:
            raise RootsError(f"{source} · {name}", f"its sha256 is {digest}, the source's record says {expected}",
                             "fetch the file again, or have the changed file approved with its new digest")
        inputs.append(Input(source, name, str(path), digest, path.stat().st_size, format,
                            text or "text", record_id, language, url, html, kind))
    return inputs
