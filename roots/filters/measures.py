"""What can be measured of a document? The registry: a measure is a small function of `Doc`, compiled with all others by the driver.

A measure is written in the part of Python that numba compiles, reads `doc` and returns a number; NaN means that it does not
apply. Its docstring's first line asks the question in plain words, and cites where the formula is from. This module and the
families import no numba, so that people's files can be checked against the names without it.

What is cheap: `doc.tally` and `doc.line_counts`, counted while the text is decoded; a walk over words, lines or `doc.signs`, of which
there are few. A walk over all characters costs as much as a tenth of all measures together: look for another way first.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, TypeVar

from roots.document import NATURAL, PROGRAMMING

BOTH = (NATURAL, PROGRAMMING)
PROSE = (NATURAL,)
CODE = (PROGRAMMING,)
FEW_WORDS = 50  # what is counted by the word in a shorter text is counted against so many: a share of six words is no share
Function = TypeVar("Function", bound=Callable[[Any], Any])


@dataclass(frozen=True)
class Measure:
    """One measure: `name` is its column (m.<name>) and the stem of its reasons (<name>.low, <name>.high)."""

    name: str
    unit: str
    question: str
    kinds: tuple[str, ...]
    function: Callable[[Any], Any] | None  # None: another part fills it (a model's score)


_REGISTRY: dict[str, Measure] = {}


def measure(name: str, *, unit: str, of: tuple[str, ...] = PROSE) -> Callable[[Function], Function]:
    """Registers a function of `Doc` as a measure of natural text, source code or both."""

    def register(function: Function) -> Function:
        add(Measure(name, unit, (function.__doc__ or "").strip().splitlines()[0], of, function))
        return function

    return register


def add(one: Measure) -> None:
    """Registers a measure; ValueError when the name is taken."""
    if one.name in _REGISTRY:
        raise ValueError(f"two measures are called {one.name}")
    _REGISTRY[one.name] = one


# A document's score of its language is a column of its own; perplexity is a model's (perplexity.py); what a path says is told by patterns
# (paths.py), and the share of errors by tree-sitter's parsers (syntax.py), last because it is dear.
add(Measure("word_order", "decimal digits per piece of a word",
            "How much likelier are its words where they stand than anywhere? By a language model, of 25 words or more.", PROSE, None))
add(Measure("perplexity", "per piece of a word", "How surprised is a language model of this language? Of 25 words or more.", PROSE, None))
add(Measure("vendored_path", "1 or 0", "Does its path say that it is other people's code, carried along?", CODE, None))
add(Measure("generated_path", "1 or 0", "Does its path say that a program wrote it?", CODE, None))
add(Measure("minified_path", "1 or 0", "Does its path say that it was made small for machines?", CODE, None))
add(Measure("lock_path", "1 or 0", "Does its path say that it lists the exact versions of dependencies?", CODE, None))
add(Measure("test_path", "1 or 0", "Does its path say that it is a test, or what a test reads?", CODE, None))
add(Measure("config_path", "1 or 0", "Does its path say that it holds the settings of a tool?", CODE, None))
add(Measure("parse_errors", "share of bytes", "How much of it does the language's grammar not understand?", CODE, None))


@lru_cache(maxsize=1)
def registry() -> Mapping[str, Measure]:
    """Every measure by name, in the order in which limits are tried: families in the order below, as they stand in their files."""
    for family in ("words", "characters", "repetition", "lines", "code"):
        import_module(f"roots.filters.measures_{family}")
    last = [name for name in _REGISTRY if _REGISTRY[name].function is None]
    return {**{name: one for name, one in _REGISTRY.items() if name not in last}, **{name: _REGISTRY[name] for name in last}}


def names(kind: str | None = None) -> tuple[str, ...]:
    """The names in order; of one kind of document where one is given."""
    return tuple(name for name, one in registry().items() if kind is None or kind in one.kinds)
