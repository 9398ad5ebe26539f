"""Which raw files belong to a source? Those its record names, inside its own folder and nowhere else."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from roots import store
from roots.errors import RootsError
from roots.pipelines.read.parts import FORMATS, Input, Span
from roots.pipelines.read.spans import survey
from roots.store import Place

AT_ONCE = 8  # files that are looked at at a time


def inputs_of(source: str, data: Place, patterns: Sequence[str], format: str, *, text: str = "text", record_id: str = "",
              language: str = "", url: str = "", html: str = "", kind: str = "", known: Mapping[str, str] | None = None) -> list[Input]:
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
    found: set[str] = set()
    for pattern in patterns:
        if pattern.startswith(("/", "~")) or ".." in re.split(r"[/\\]", pattern) or re.match(r"^[A-Za-z]:", pattern):
            raise RootsError(where, f"{pattern!r} leads out of the source's folder", "name files inside it, relative to it")
        try:
            files = store.files(folder, pattern)
        except (ValueError, NotImplementedError, IndexError) as error:
            raise RootsError(where, f"{pattern!r} is no pattern: {error}", 'write a pattern such as "*.jsonl.zst" or "**/*.py"') from None
        for file in files:
            if isinstance(file, Path) and isinstance(folder, Path) and not file.resolve().is_relative_to(folder.resolve()):
                raise RootsError(where, f"{file.relative_to(folder)} is a link that leads out of {folder}", "put the file itself there")
        if not files:
            raise RootsError(where, f"no file matches {pattern!r} in {folder}", "mend the pattern, or put the files there")
        found |= {store.name_in(folder, file) for file in files}
    inputs = []
    names = sorted(found)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        surveyed = [pool.submit(_surveyed, folder / name, format, text) for name in names]
    for name, looked in zip(names, surveyed, strict=True):
        try:
            written, (digest, size, spans) = looked.result()
        except OSError as error:
            raise RootsError(f"{source} · {name}", f"cannot be read: {error.strerror or error}", "look at the file's permissions") from None
        expected = (known or {}).get(name, digest)
        if expected.lower() != digest:
            raise RootsError(f"{source} · {name}", f"its sha256 is {digest}, the source's record says {expected}",
                             "fetch the file again, or have the changed file approved with its new digest")
        inputs.append(Input(source, name, str(folder / name), digest, size, format,
                            text or "text", record_id, language, url, html, kind, spans, written=written))
    return inputs


def _surveyed(file: Place, format: str, text: str) -> tuple[int, tuple[str, int, tuple[Span, ...]]]:
    """When it was last changed, asked before it is read: a change while it is read is one after that."""
    return store.written(file), survey(file, format, text)
