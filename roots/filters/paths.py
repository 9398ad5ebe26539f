"""What does a file's place say of it? Others' code, tests, settings, generated, minified and lock files, by patterns of paths.

The path is that of the record's url where the source gives one, else its locator: the name of the file, or of the member of an archive.
Patterns are data: filters/code_paths.toml.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from roots.records import Table

KINDS = ("vendored_path", "generated_path", "minified_path", "lock_path", "test_path", "config_path")  # measures of these names


@dataclass(frozen=True)
class PathSigns:
    """Patterns by which files of one kind are known."""

    measure: str
    patterns: tuple[str, ...]


def path_signs_from(table: Table) -> tuple[PathSigns, ...]:
    """The tables of filters/code_paths.toml; problems are noted on the table."""
    signs = []
    for kind in KINDS:
        one = table.table(kind, required=True)
        patterns = one.texts("patterns", required=True)
        for pattern in patterns:
            try:
                pc.match_substring_regex(pa.array([""]), pattern)
                re.compile(pattern)
            except (pa.ArrowInvalid, re.error):
                one.problem("patterns", f"holds {pattern!r}, which is no regular expression", "see the README of filters")
        one.done()
        signs.append(PathSigns(kind, patterns))
    table.done()
    return tuple(signs)


def paths_of(locators: Sequence[str | None], urls: Sequence[str | None]) -> pa.StringArray:
    """The path of each record in lower case, "/" before it and "/" between its parts."""
    return pa.array([_path(url or locator or "") for locator, url in zip(locators, urls, strict=True)], pa.string())


def _path(place: str) -> str:
    place = re.sub(r"^[a-z][a-z0-9+.-]*://[^/]*", "", place, flags=re.I).replace("\\", "/").replace("#", "/")
    return "/" + place.lower().lstrip("/")


def path_measures(paths: pa.StringArray, signs: Sequence[PathSigns]) -> NDArray[np.float32]:
    """Rows × signs: 1 where the path is of that kind, else 0. Patterns run in RE2 over the whole column."""
    found = np.zeros((len(paths), len(signs)), np.float32)
    for column, one in enumerate(signs):
        found[:, column] = np.asarray(pc.match_substring_regex(paths, "|".join(f"(?:{pattern})" for pattern in one.patterns)))
    return found
