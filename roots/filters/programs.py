"""Which programming language is it? What the path suggests, weighed against what the text shows.

A suffix alone is a poor witness: `.h` is C or C++, `.ts` TypeScript or a translation in XML, `.inc` anything. So each
language has signs, patterns with weights in `programs.toml`; finds are added up as log odds (naive Bayes with weights set by
hand), the path adds its own, and the softmax of the sums is the score. Patterns run in RE2 over the whole column.
"""
from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

OTHER = "other-code"
_SEEN = 6_000          # characters of a file that are read: its head has the imports
_SUFFIX, _SECOND = 4.0, 3.2   # log odds that a path adds for its first and its other languages
_ENOUGH = 7            # finds beyond this many say nothing new


@dataclass(frozen=True)
class ProgramSigns:
    """What programs.toml holds, ready for use."""

    codes: tuple[str, ...]
    suffixes: dict[str, tuple[str, ...]]
    signs: tuple[tuple[str, str, float], ...]   # (code, pattern, weight)


@cache
def program_signs() -> ProgramSigns:
    """The table of programs.toml."""
    table = tomllib.loads(Path(__file__).with_name("programs.toml").read_text(encoding="utf-8"))
    signs = tuple((code, f"(?m){sign['find']}", float(sign["weight"])) for code, found in table["signs"].items() for sign in found)
    return ProgramSigns(tuple(sorted(table["signs"])), {key: tuple(value) for key, value in table["suffixes"].items()}, signs)


def suffix_of(locator: str | None) -> str:
    """The suffix of the path in a locator (`archive#path` or `file#record`), without its dot; "" for none."""
    name = (locator or "").replace("#", "/").rstrip("/").rsplit("/", 1)[-1]
    suffix = name.rpartition(".")[2] if "." in name else ""
    known = program_signs().suffixes
    return suffix if suffix in known else suffix.lower()


def identify_programs(texts: pa.Array, locators: pa.Array, which: pa.BooleanArray) -> tuple[pa.StringArray, pa.FloatArray]:
    """Code and score of each row where `which` is true; null elsewhere."""
    table = program_signs()
    at = np.flatnonzero(which.to_numpy(zero_copy_only=False))
    here = pa.array(at, pa.int64())
    heads = pc.utf8_slice_codeunits(pc.fill_null(texts.take(here), ""), 0, _SEEN)
    odds = np.zeros((len(at), len(table.codes)), np.float32)
    for code, pattern, weight in table.signs:
        finds = pc.count_substring_regex(heads, pattern).to_numpy(zero_copy_only=False)
        odds[:, table.codes.index(code)] += weight * np.log2(1 + np.minimum(finds, _ENOUGH))
    for row, locator in enumerate(locators.take(here).to_pylist()):
        for place, code in enumerate(table.suffixes.get(suffix_of(locator), ())):
            odds[row, table.codes.index(code)] += _SECOND if place else _SUFFIX
    odds[:, table.codes.index(OTHER)] += 0.5     # where nothing speaks, it is something else
    best, score = _softmax(odds)
    codes = np.full(len(texts), -1)
    scores = np.zeros(len(texts), np.float32)
    codes[at], scores[at] = best, score
    missing = codes < 0
    return (pa.array(table.codes).take(pa.array(np.maximum(codes, 0), mask=missing)), pa.array(scores, pa.float32(), mask=missing))


def _softmax(odds: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    if not len(odds):
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    shifted = np.exp(odds - odds.max(1, keepdims=True))
    best = odds.argmax(1)
    return best, (shifted.max(1) / shifted.sum(1)).astype(np.float32)
