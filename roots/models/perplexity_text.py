"""Which text teaches a language model? Lines of the sources that its recipe names, by language, in one order."""
from __future__ import annotations

import io
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from roots.digest import chance, document_id
from roots.errors import RootsError
from roots.filters.perplexity_pieces import LONGEST_END, words
from roots.records import Table

RECORDS = ".jsonl.zst"


BEGINNING, ENDING = "beginning", "ending"


@dataclass(frozen=True)
class Reading:
    """Which words are pieces, and which end of the others is."""

    end: str
    words: int
    seen: int
    longest: int
    end_seen: int


@dataclass(frozen=True)
class Recipe:
    """How models are made; see the comments in `roots/models/perplexity/recipe.toml`."""

    seed: int
    order: int
    alone: int
    classes: int
    rounds: int
    joined: float
    bits: int
    sources: tuple[str, ...]
    yardstick: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, order=True)
class Line:
    """One line of one document, and whose it is. `part`, in [0, 1), is the same for all lines of a document."""

    source: str
    document: str
    number: int
    part: float
    text: str

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words and marks of the line; kept, since training reads it several times."""
        return tuple(words(self.text))


def recipe_from(table: Table) -> Recipe | None:
    """The recipe in a file, or None with the problems noted in the table."""
    before = len(table.problems)
    readings = tuple(_reading(row) for row in table.tables("reading", required=True))
    whole = {key: table.whole(key, required=True) or 0 for key in ("seed", "order", "alone", "classes", "rounds", "bits")}
    share = table.number("joined", default=0.0) or 0.0
    recipe = Recipe(joined=share, sources=table.texts("sources", required=True), readings=readings,
                    yardstick=table.text("yardstick", required=True), **whole)
    table.done()
    return recipe if len(table.problems) == before else None


def _reading(table: Table) -> Reading:
    end = table.choice("end", (BEGINNING, ENDING), required=True)
    reading = Reading(end, **{key: table.whole(key, required=True) or 0 for key in ("words", "seen", "longest", "end_seen")})
    if not 1 <= reading.longest <= LONGEST_END:
        table.problem("longest", f"is {reading.longest}", f"write 1 to {LONGEST_END}: the scorer looks no further")
    table.done()
    return reading


def shipped_recipe() -> Recipe:
    """The recipe of the shipped models."""
    path = Path(__file__).parent / "perplexity" / "recipe.toml"
    table = Table.parse(str(path), path.read_bytes(), [])
    recipe = recipe_from(table) if table is not None else None
    if recipe is None:
        raise RootsError(str(path), "is no recipe", "restore the file as it was shipped")
    return recipe


def lines(data: Path, recipe: Recipe, languages: frozenset[str]) -> dict[str, list[Line]]:
    """The lines of each language, in the order of source, document and line; NFC, blank ones left out.

    `data` holds a folder for each source, with `*.jsonl.zst` files of objects {id, text, lang}. Raises RootsError when a
    source is missing or cannot be read.
    """
    found: dict[str, list[Line]] = {}
    for source in recipe.sources:
        for record in _records(data, source):
            if record.get("lang") in languages:
                name = source.partition("/")[0]
                document = document_id(name, f"{record['lang']}/{record['id']}")
                part = chance(recipe.seed, document)
                for number, text in enumerate(unicodedata.normalize("NFC", record["text"]).split("\n")):
                    if text.strip():
                        found.setdefault(record["lang"], []).append(Line(name, document, number, part, text))
    return {language: sorted(found[language]) for language in sorted(found)}


def licence(data: Path, source: str) -> str:
    """Under which licences are its records? As each of them says, or else as the source's SOURCE.json does."""
    stated = Counter(record.get("license") for record in _records(data, source))
    if None not in stated:
        return ", ".join(f"{name} ({count:,} records)" for name, count in sorted(stated.items()))
    path = data / source.partition("/")[0] / "SOURCE.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))["license"]
    except (OSError, ValueError, KeyError) as error:
        raise RootsError(str(path), f"does not say under which licence the source is: {error}", "write {\"license\": \"…\"}") from error
    return said if isinstance(said, str) else "; ".join(f"{part}: {name}" for part, name in sorted(said.items()))


def _records(data: Path, source: str) -> Iterator[dict[str, Any]]:
    import zstandard

    place = data / source
    files = [place] if place.name.endswith(RECORDS) else sorted(place.glob("*" + RECORDS))
    if not files or not all(file.is_file() for file in files):
        raise RootsError(str(place), f"has no *{RECORDS}", "give the folder of sources with --data, or take the source out of recipe.toml")
    for file in files:
        try:
            with open(file, "rb") as stream:
                for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(stream), "utf-8"):
                    yield json.loads(line)
        except (zstandard.ZstdError, ValueError) as error:
            raise RootsError(str(file), f"cannot be read: {error}", "fetch the file again") from error
