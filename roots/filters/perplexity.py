"""How surprised is a language model by a document? Perplexity by ROOTS' formula, scored over Arrow's own bytes.

perplexity = 10^(−Σ log10 p / Σ (pieces + 1)), both sums over the lines of the document, one added for the end of each
(ROOTS: BigScience 2023, arXiv 2303.03915, appendix B; `filtering.py` of bigscience-workshop/data-preparation). Low is
fluent; what a number means differs by language, so limits are set per language. Unlike ROOTS', a line that ends in a word or a comma
goes on in the next, unless a blank one stands between: stories are often wrapped in the middle of sentences, and taken line by line
they looked like shuffled words (Zulu's 2 % tail of word order went from -.31 to .07, that of shuffled text stayed).

word order = (Σ log10 p − Σ log10 p₁) / Σ (pieces + 1), p₁ being the same model's probability of a piece without its neighbours: what the
neighbours tell. Above 0 words stand as the language puts them, below they stand as chance does; rare words make no difference, and so
limits are nearly the same in every language.

Pieces: `perplexity_pieces.py`; models:
`roots/models/perplexity/`, one file `<language>.klm` each, in KenLM's own format.
"""
from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from roots.filters import perplexity_ccnet
from roots.filters.perplexity_kenlm import NGrams, read
from roots.filters.perplexity_kernel import UNKNOWN, children_of, reach_of, score, table_of
from roots.filters.perplexity_pieces import REST, character_tables

Array = np.ndarray[Any, Any]
SUFFIX = ".klm"
SHARED = "|"       # between the words that share a piece
LONGEST = 1 << 14  # bytes of a document that are read: enough to judge it by, and a bound on its cost


@dataclass(frozen=True)
class Model:
    """An n-gram model with what finds its pieces; see `perplexity_kernel.score`."""

    ngrams: NGrams
    children: tuple[Array, Array]
    table: tuple[Array, Array]
    reach: tuple[int, int]
    marks: tuple[int, int, int]


def pieces_of(words: list[str]) -> dict[str, int]:
    """Which id has each piece? A word of the model may stand for several, as "maji|mto": they are one class to it."""
    return {piece: id for id, word in enumerate(words) for piece in (word.split(SHARED) if len(word) > 1 else [word])}


def model_of(ngrams: NGrams) -> Model:
    """A model that can score, from its n-grams."""
    ids = pieces_of(ngrams.words)
    known = {piece: id for piece, id in ids.items() if piece not in ("<unk>", "<s>", "</s>")}
    children = children_of(ngrams.word, ngrams.first[: ngrams.orders[-2] + 1], len(ngrams.words))  # those of the longest n-grams are none
    return Model(ngrams, children, table_of(known), reach_of(known), (ids.get(REST, UNKNOWN), ids["<s>"], ids["</s>"]))


@lru_cache(maxsize=64)
def _loaded(path: str, written: int) -> Model:
    return model_of(read(path))


def load(path: str) -> Model:
    """The model in a file, loaded once per process and version of the file. Raises RootsError when it is none."""
    return _loaded(path, os.stat(path).st_mtime_ns if os.path.exists(path) else 0)


def perplexities(model: Model, text: pa.LargeStringArray, rows: Array, longest: int = LONGEST) -> Array:
    """Perplexity of the texts in the given rows (float64); NaN where a text has no word."""
    return surprise(model, text, rows, longest)[0]


def surprise(model: Model, text: pa.LargeStringArray, rows: Array, longest: int = LONGEST) -> tuple[Array, Array]:
    """Perplexity and word order of the texts in the given rows (float64); NaN where a text has no word."""
    _, offsets, data = text.buffers()
    sums = np.zeros((len(rows), 3))
    if len(rows) and data is not None:
        places = np.frombuffer(offsets, np.int64)[text.offset:text.offset + len(text) + 1]
        ngrams = model.ngrams
        score(np.frombuffer(data, np.uint8), places, rows, longest, character_tables(), model.table, model.reach, model.marks,
              (ngrams.word, ngrams.prob, ngrams.backoff, ngrams.first, *model.children), len(ngrams.orders) - 1, sums)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.power(10.0, -sums[:, 0] / sums[:, 1]), (sums[:, 0] - sums[:, 2]) / sums[:, 1]


class PerplexityScorer:
    """Scores documents by the models in a folder; a language without a model there is not scored.

    Where the folder holds models of CCNet's kind (`perplexity_ccnet.py`), those are used.
    Picklable: it holds paths, and workers load what they meet.
    """

    def __init__(self, folder: Path | str, longest: int = LONGEST) -> None:
        self.folder, self.longest = str(folder), longest
        self.others = perplexity_ccnet.languages_in(Path(folder))  # whose models are of CCNet's kind
        self.languages: frozenset[str] = frozenset(path.stem for path in Path(folder).glob(f"*{SUFFIX}")) | self.others

    def score(self, text: pa.LargeStringArray, language: pa.StringArray, wanted: Array | None = None) -> pa.FloatArray:
        """Perplexity of each text as float32; null where there is no model for its language, no word in it, or it is not wanted.

        `wanted` is a mask of booleans, all rows when None. Only the first `longest` bytes of a text are read, cut at a character.
        """
        found = self.measure(text, language, wanted)[0]
        return pa.array(found, pa.float32(), mask=np.isnan(found))

    def measure(self, text: pa.LargeStringArray, language: pa.StringArray, wanted: Array | None = None) -> tuple[Array, Array]:
        """Perplexity and word order of each text (float32), NaN where `score` has null."""
        found = np.full((2, len(text)), np.nan, np.float32)
        encoded = language.dictionary_encode()
        indices = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        asked = np.ones(len(text), bool) if wanted is None else np.asarray(wanted, bool)
        if text.null_count:
            asked = asked & text.is_valid().to_numpy(zero_copy_only=False)
        for index, name in enumerate(encoded.dictionary.to_pylist()):
            if name in self.languages:
                rows = np.flatnonzero((indices == index) & asked)
                if name in self.others:
                    found[:, rows] = perplexity_ccnet.surprise(self.folder, name, text, rows, self.longest)
                    continue
                found[:, rows] = surprise(load(str(Path(self.folder, name + SUFFIX))), text, rows, self.longest)
        return found[0], found[1]
