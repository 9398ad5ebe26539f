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
_SEEN = 4_000          # characters of a file that are read: its head has the imports
_SUFFIX, _SECOND = 4.0, 3.2   # log odds that a path adds for its first and its other languages
_SILENCE = 0.5         # log odds of "something else" where nothing speaks
_CLEAR = 2.5           # log odds from its own signs at which a file is taken at its suffix's word
_ENOUGH = 7            # finds beyond this many say nothing new

Odds = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ProgramSigns:
    """What programs.toml holds, ready for use."""

    codes: tuple[str, ...]
    suffixes: dict[str, tuple[str, ...]]
    signs: tuple[tuple[int, str, float, bool], ...]   # (place of the code, pattern, weight, is looked for in every file)


@cache
def program_signs() -> ProgramSigns:
    """The table of programs.toml."""
    table = tomllib.loads(Path(__file__).with_name("programs.toml").read_text(encoding="utf-8"))
    codes = tuple(sorted(table["signs"]))
    signs = tuple((codes.index(code), f"(?m){sign['find']}", float(sign["weight"]), bool(sign.get("anywhere")))
                  for code, found in table["signs"].items() for sign in found)
    return ProgramSigns(codes, {key: tuple(value) for key, value in table["suffixes"].items()}, signs)


def suffix_of(locator: str | None) -> str:
    """The suffix of the path in a locator (`archive#path` or `file#record`), without its dot; "" for none."""
    name = (locator or "").replace("#", "/").rstrip("/").rsplit("/", 1)[-1]
    suffix = name.rpartition(".")[2] if "." in name else ""
    known = program_signs().suffixes
    return suffix if suffix in known else suffix.lower()


def _evidence(heads: pa.Array, pattern: str, weight: float) -> Odds:
    finds = pc.count_substring_regex(heads, pattern).to_numpy(zero_copy_only=False)
    return np.asarray(weight * np.log2(1 + np.minimum(finds, _ENOUGH)), np.float32)


def _odds(heads: pa.Array, suggested: list[tuple[str, ...]]) -> Odds:
    """Log odds [files, codes] from the text alone: all signs, or only those that matter where a suffix's word is confirmed."""
    table = program_signs()
    odds = np.zeros((len(heads), len(table.codes)), np.float32)
    contrary = np.zeros((len(heads), len(table.codes)), np.bool_)
    first = np.array([table.codes.index(codes[0]) if len(codes) == 1 and codes[0] != OTHER else -1 for codes in suggested])
    for at, pattern, weight, anywhere in table.signs:
        here = np.flatnonzero(first == at) if not anywhere else np.arange(len(heads))
        if len(here):
            found = _evidence(heads.take(pa.array(here)), pattern, weight)
            odds[here, at] += found
            contrary[here, at] |= anywhere & (found > 0)
    own = np.where(first >= 0, odds[np.arange(len(heads)), first], 0)
    contrary[np.arange(len(heads)), first] = False
    unclear = np.flatnonzero((own < _CLEAR) | contrary.any(1))
    rest = heads.take(pa.array(unclear))
    odds[unclear] = 0
    for at, pattern, weight, _ in table.signs if len(unclear) else ():
        odds[unclear, at] += _evidence(rest, pattern, weight)
    return odds


def identify_programs(texts: pa.Array, locators: pa.Array, which: pa.BooleanArray) -> tuple[pa.StringArray, pa.FloatArray]:
    """Code and score of each row where `which` is true; null elsewhere."""
    table = program_signs()
    at = np.flatnonzero(which.to_numpy(zero_copy_only=False))
    here = pa.array(at, pa.int64())
    heads = pc.utf8_slice_codeunits(pc.fill_null(texts.take(here), ""), 0, _SEEN)
    suggested = [table.suffixes.get(suffix_of(locator), ()) for locator in locators.take(here).to_pylist()]
    odds = _odds(heads, suggested)
    for row, codes in enumerate(suggested):
        for place, code in enumerate(codes):
            odds[row, table.codes.index(code)] += _SECOND if place else _SUFFIX
    odds[:, table.codes.index(OTHER)] += _SILENCE
    best, score = _softmax(odds)
    codes_of = np.full(len(texts), -1)
    scores = np.zeros(len(texts), np.float32)
    codes_of[at], scores[at] = best, score
    missing = codes_of < 0
    return (pa.array(table.codes).take(pa.array(np.maximum(codes_of, 0), mask=missing)), pa.array(scores, pa.float32(), mask=missing))


def _softmax(odds: Odds) -> tuple[npt.NDArray[np.int64], Odds]:
    if not len(odds):
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    shifted = np.exp(odds - odds.max(1, keepdims=True))
    best = odds.argmax(1)
    return best, (shifted.max(1) / shifted.sum(1)).astype(np.float32)
