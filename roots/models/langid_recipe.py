"""How is the language identifier made? `langid/recipe.toml`, as frozen values."""
from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("langid")


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
    letters_each: int
    whole: float
    short: float
    short_words: tuple[int, int]
    short_signs: tuple[int, int]
    joined: tuple[int, int]
    least: int
    least_signs: int
    bare: float


@dataclass(frozen=True)
class Recipe:
    """Everything that the training reads besides the text itself."""

    seed: int
    sources: tuple[Source, ...]
    trials: tuple[Source, ...]                 # never trained on
    folds: tuple[tuple[str, ...], ...]         # sources that are held out together
    leave_out: Mapping[str, str]               # label → why it is no class
    leave_out_of: Mapping[str, Mapping[str, str]]   # source → label → why
    merge: Mapping[str, str]                   # label → the class that it belongs to
    equal: Mapping[str, str]                   # classes that figures count as one
    sampling: Sampling
    plain: Mapping[str, str]                        # letter → what stands for it on a plain keyboard
    spelling: Mapping[str, tuple[float, Mapping[str, str]]]   # language → share of examples, letter → older letter
    fasttext: Mapping[str, int | float]


def _source(name: str, table: Mapping[str, Any]) -> Source:
    return Source(name, tuple(table["files"]), float(table.get("weight", 1.0)), str(table["licence"]))


def load_recipe(path: Path = FOLDER / "recipe.toml") -> Recipe:
    """The recipe in a file; the shipped model's by default."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    sampling: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table["sampling"].items()}
    return Recipe(
        int(table["seed"]),
        tuple(_source(name, row) for name, row in table["sources"].items()),
        tuple(_source(name, row) for name, row in table["trials"].items()),
        tuple(tuple(fold) for fold in table["rotation"]["folds"]),
        dict(table["leave_out"]), dict(table["leave_out_of"]), dict(table["merge"]), dict(table["equal"]), Sampling(**sampling),
        dict(table["plain"]),
        {code: (float(row["share"]), {key: value for key, value in row.items() if key != "share"})
         for code, row in table["spelling"].items()},
        dict(table["fasttext"]),
    )
