"""Which lines does a language identifier learn from? Sentences, short cuts and joins, drawn evenly by language and source.

Text is read from folders of JSON Lines (`id`, `text`, `lang`, `type`), as the folder's own README describes them.
"""
from __future__ import annotations

import io
import json
import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import zstandard

from roots.errors import RootsError
from roots.filters.letters import folded

_ENDS = re.compile(r"(?<=[.!?।॥۔؟…])\s+|(?<=[。！？])|\n+")
_UNSPACED = frozenset({"zh-Hans", "zh-Hant", "yue", "wuu", "ja", "th", "lo", "km", "my", "bo", "dz", "shn", "mnw", "rki"})


@dataclass(frozen=True)
class Record:
    """One text of the data, with the language that its source gives it."""

    id: str
    source: str
    language: str
    type: str
    text: str


@dataclass(frozen=True)
class Source:
    """A folder of text that may train the model."""

    name: str
    files: tuple[str, ...]
    weight: float
    licence: str


@dataclass(frozen=True)
class Sampling:
    """How examples are drawn; recipe.toml says what each number means."""

    examples: int
    fewest: int
    whole: float
    short: float
    short_words: tuple[int, int]
    short_signs: tuple[int, int]
    joined: tuple[int, int]
    bare: float


def read(data: Path, source: str, files: Sequence[str]) -> Iterator[Record]:
    """The records of one folder, in file order.

    Raises RootsError where a file is missing.
    """
    for name in files:
        path = data / source / name
        if not path.is_file():
            raise RootsError(str(path), "is missing", "give the folder that holds the text folders as --data")
        with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as stream:
            for line in io.TextIOWrapper(stream, encoding="utf-8"):
                row = json.loads(line)
                yield Record(row["id"], source, row["lang"], row.get("type", "sentence"), unicodedata.normalize("NFC", row["text"]))


def sentences(text: str) -> list[str]:
    """The sentences of a text, roughly: it is cut at line ends and after the sentence marks of many scripts."""
    return [part.strip() for part in _ENDS.split(text) if part and part.strip()]


def bare(text: str) -> str:
    """The text without its combining accents: ẹ̀kọ́ → eko. For Latin letters only; elsewhere marks are vowels."""
    kept = (c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", "".join(kept))


def pools(data: Path, sources: Sequence[Source], leave_out: Mapping[str, str]) -> dict[str, dict[str, list[str]]]:
    """Folded sentences by language and source. Sentences of one record stay together and in order, so that joins are real text."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for source in sources:
        for record in read(data, source.name, source.files):
            if record.language not in leave_out:
                words = (folded(sentence) for sentence in sentences(record.text))
                found[record.language][source.name].extend(line for line in words if len(line) > 1)
    return {language: dict(by_source) for language, by_source in sorted(found.items())}


def _cut(line: str, unspaced: bool, sampling: Sampling, chance: random.Random) -> str:
    low, high = sampling.short_signs if unspaced else sampling.short_words
    parts: Sequence[str] = line if unspaced else line.split()
    size = chance.randint(low, high)
    start = chance.randrange(max(1, len(parts) - size + 1))
    return ("" if unspaced else " ").join(parts[start:start + size]).strip()


def draw(language: str, by_source: Mapping[str, Sequence[str]], weights: Mapping[str, float],
         sampling: Sampling, seed: int) -> list[str]:
    """The examples of one language; the same for the same seed, whatever other languages there are."""
    chance = random.Random(f"{seed}:{language}")  # noqa: S311  (sampling, not secrets)
    names = sorted(by_source)
    mass = [weights[name] * min(len(by_source[name]), 1000) ** 0.5 for name in names]
    left: dict[str, list[int]] = {name: [] for name in names}
    examples = []
    for _ in range(sampling.examples):
        name = chance.choices(names, mass)[0]
        lines = by_source[name]
        if not left[name]:
            left[name] = list(range(len(lines)))
            chance.shuffle(left[name])
        at = left[name].pop()
        kind = chance.random()
        line = lines[at]
        if kind < sampling.short:
            line = _cut(line, language in _UNSPACED, sampling, chance)
        elif kind >= sampling.short + sampling.whole:
            line = " ".join(lines[at:at + chance.randint(*sampling.joined)])
        if chance.random() < sampling.bare and line and line[0] < "\u0370":
            line = bare(line)
        if line:
            examples.append(line)
    return examples
