"""How well do language models separate on text that they have not seen? By held-out documents, and by whole sources.

The shipped models learn from everything; what is measured is the same recipe, trained without what it is tested on.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from roots.digest import chance
from roots.filters.perplexity import model_of
from roots.models.perplexity import DEVELOPMENT, Older, train_one
from roots.models.perplexity_separation import auc, sentences, separation, surprise
from roots.models.perplexity_text import Line, Reading, Recipe, lines, shipped_recipe
from roots.models.perplexity_trie import trie_of

HELD = (DEVELOPMENT, 2 * DEVELOPMENT)  # documents that are left out; those below chose the reading, and only teach here
ENOUGH = 100   # sentences that a source must have to be left out as a whole
LEFT = 500     # lines that must be left to learn from then
OTHERS = 2     # sources, the largest ones, that are left out in turn
NOISE = 0.1    # share of letters that are replaced, as bad scans do


def evaluate(data: Path, report: Mapping[str, Mapping[str, Any]], languages: Mapping[str, Older], recipe: Recipe | None = None,
             progress: Callable[[str], None] = lambda message: None) -> dict[str, dict[str, Any]]:
    """Figures by language, from what `train` reported (it says which reading each language has); `languages` as for `train`.

    Each: {"documents": row, "sources": {source: row}}, a row being {"sentences", "auc" (against shuffled words), "noise" (AUC
    against letters replaced), "median", "shuffled" (median perplexities)}. "documents" is measured on the recipe's yardstick.
    """
    recipe = recipe or shipped_recipe()
    found = lines(data, recipe, frozenset(languages))
    result: dict[str, dict[str, Any]] = {}
    for language, own in found.items():
        reading = next(reading for reading in recipe.readings if reading.end == report[language]["end"])
        known = [line for line in own if not HELD[0] <= line.part < HELD[1]]
        tested = [line for line in own if HELD[0] <= line.part < HELD[1] and line.source == recipe.yardstick]
        whole: dict[str, dict[str, float]] = {}
        for source in _others(own, recipe):
            rest, out = ([line for line in own if (line.source == source) == left_out] for left_out in (False, True))
            if len(rest) >= LEFT and len(sentences(out)) >= ENOUGH:
                whole[source] = measured(rest, out, recipe, reading, languages[language])
        result[language] = {"documents": measured(known, tested, recipe, reading, languages[language]), "sources": whole}
        progress(f"{language}: AUC {result[language]['documents']['auc']:.3f}")
    return result


def _others(own: Sequence[Line], recipe: Recipe) -> list[str]:
    sizes = Counter(line.source for line in own if line.source != recipe.yardstick)
    return [source for source, _ in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:OTHERS]]


def measured(known: Sequence[Line], tested: Sequence[Line], recipe: Recipe, reading: Reading, older: Older = ()) -> dict[str, float]:
    """One row: trained on some lines, tested on others."""
    model = model_of(trie_of(train_one(known, recipe, reading, older).estimate))
    found, straight, jumbled = separation(model, tested)
    noisy = surprise(model, [noised(line.text, f"{line.document} {line.number}") for line in sentences(tested)])
    return {
        "sentences": len(straight), "auc": round(found, 4), "noise": round(auc(straight, noisy), 4),
        "median": round(float(np.median(straight)), 1), "shuffled": round(float(np.median(jumbled)), 1),
    }


def noised(text: str, key: str) -> str:
    """The text with a tenth of its letters replaced by other letters of it, by hash of `key`."""
    letters = [letter for letter in text if letter.isalpha()]
    if not letters:
        return text
    made = []
    for at, letter in enumerate(text):
        dice = chance(0, f"noise {key} {at}")
        made.append(letters[int(dice / NOISE * len(letters))] if letter.isalpha() and dice < NOISE else letter)
    return "".join(made)
