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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import zstandard

from roots.errors import RootsError
from roots.filters.letters import folded
from roots.models.langid_recipe import Recipe, Sampling, Source

_ENDS = re.compile(r"(?<=[.!?।॥۔؟…])\s+|(?<=[。！？])|\n+")
UNSPACED = frozenset({"zh-Hans", "zh-Hant", "yue", "wuu", "ja", "th", "lo", "km", "my", "bo", "dz", "shn", "mnw", "rki"})
_MARKUP = re.compile(r"<[^<>\n]{1,400}>|\]\([^)\n]*\)|\{[{%][^\n]*?[%}]\}|`[^`\n]*`")   # HTML, Markdown's links and code, Liquid
_FULL_WEIGHT = 1000   # sentences from which on a source weighs no more

Pools = Mapping[str, Mapping[str, Sequence[str]]]   # language → source → folded sentences


@dataclass(frozen=True)
class Record:
    """One text of the data, with the language that its source gives it."""

    id: str
    source: str
    language: str
    type: str
    text: str


def read(data: Path, sources: Iterable[Source]) -> Iterator[Record]:
    """The records of some folders, in file order; texts in NFC, as the pipeline's own stage before this one leaves them.

    A benchmark's row has a `question` where others have `text`; a row with a `format` is raw Markdown, and loses its markup.
    Raises RootsError where a file is missing.
    """
    for source in sources:
        for name in source.files:
            path = data / source.name / name
            if not path.is_file():
                raise RootsError(str(path), "is missing", "give the folder that holds the text folders as --data")
            with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as stream:
                for line in io.TextIOWrapper(stream, encoding="utf-8"):
                    row = json.loads(line)
                    text = unicodedata.normalize("NFC", row.get("text") or row["question"])
                    text = _MARKUP.sub(" ", text) if "format" in row else text
                    yield Record(row["id"], source.name, row["lang"], row.get("type", "sentence"), text)


def sentences(text: str) -> list[str]:
    """The sentences of a text, roughly: it is cut at line ends and after the sentence marks of many scripts."""
    return [part.strip() for part in _ENDS.split(text) if part and part.strip()]


def cleaned(data: Path, sources: Iterable[Source], recipe: Recipe) -> Iterator[Record]:
    """The records whose label is a class, less what is no evidence for it.

    A sentence that stands under two languages of one source (an English paragraph that nobody translated, a name) tells neither.
    """
    for source in sources:
        gone = frozenset(recipe.leave_out) | frozenset(recipe.leave_out_of.get(source.name, ()))
        records = [record for record in read(data, [source]) if record.language not in gone]
        under: dict[str, str | None] = {}
        for record in records:
            language = recipe.equal.get(record.language, recipe.merge.get(record.language, record.language))
            for sentence in sentences(record.text):
                under[sentence] = language if under.setdefault(sentence, language) == language else None
        for record in records:
            parts = sentences(record.text)
            own = [sentence for sentence in parts if under[sentence]]
            if own:
                yield record if len(own) == len(parts) else replace(record, text="\n".join(own))


def bare(text: str, plain: Mapping[str, str]) -> str:
    """The text as on a plain keyboard: ẹ̀kọ́ → eko, ɔ → o. For Latin letters only; elsewhere marks are vowels."""
    kept = (c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", "".join(kept)).translate({ord(letter): other for letter, other in plain.items()})


def pools(data: Path, recipe: Recipe) -> Pools:
    """Folded sentences by language and source. Sentences of one record stay together and in order, so that joins are real text."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for record in cleaned(data, recipe.sources, recipe):
        words = (folded(sentence) for sentence in sentences(record.text))
        language = recipe.merge.get(record.language, record.language)
        found[language][record.source].extend(line for line in words if len(line) > 1)
    return {language: dict(by_source) for language, by_source in sorted(found.items())}


def without(found: Pools, held_out: Iterable[str], fewest: int) -> Pools:
    """The pools less some sources, and less the languages that then have fewer than `fewest` letters."""
    gone = frozenset(held_out)
    rest = {language: {source: lines for source, lines in by_source.items() if source not in gone and lines}
            for language, by_source in found.items()}
    return {language: by_source for language, by_source in rest.items() if letters_of(by_source) >= fewest}


def letters_of(by_source: Mapping[str, Sequence[str]]) -> int:
    """How much text there is of a language, in letters and spaces."""
    return sum(len(line) for lines in by_source.values() for line in lines)


def _cut(line: str, unspaced: bool, sampling: Sampling, chance: random.Random) -> str:
    parts = line.split()
    signs = unspaced and len(parts) < len(line) // 4     # letters run on: cut between any two; ideographs are words already
    size = chance.randint(*(sampling.short_signs if unspaced else sampling.short_words))
    whole: Sequence[str] = line if signs else parts
    start = chance.randrange(max(1, len(whole) - size + 1))
    return ("" if signs else " ").join(whole[start:start + size]).strip()


def draw(language: str, by_source: Mapping[str, Sequence[str]], recipe: Recipe) -> list[str]:
    """The examples of one language; the same for the same seed, whatever other languages there are."""
    sampling, chance = recipe.sampling, random.Random(f"{recipe.seed}:{language}")
    weights = {source.name: source.weight for source in recipe.sources}
    share, older = recipe.spelling.get(language, (0.0, {}))
    respelt, unspaced = {ord(letter): other for letter, other in older.items()}, language in UNSPACED
    names = sorted(by_source)
    mass = [weights[name] * min(len(by_source[name]), _FULL_WEIGHT) ** 0.5 for name in names]
    left: dict[str, list[int]] = {name: [] for name in names}
    examples = []
    for _ in range(min(sampling.examples, letters_of(by_source) // sampling.letters_each)):
        name = chance.choices(names, mass)[0]
        lines = by_source[name]
        if not left[name]:
            left[name] = list(range(len(lines)))
            chance.shuffle(left[name])
        at = left[name].pop()
        kind, line = chance.random(), lines[at]
        if kind < sampling.short:
            line = _cut(line, unspaced, sampling, chance)
        elif kind >= sampling.short + sampling.whole:
            line = " ".join(lines[at:at + chance.randint(*sampling.joined)])
        if chance.random() < share:
            line = line.translate(respelt)
        if chance.random() < sampling.bare and line and line[0] < "\u0370":
            line = bare(line, recipe.plain)
        if len(line) >= (sampling.least_signs if unspaced else sampling.least):
            examples.append(line)
    return examples
