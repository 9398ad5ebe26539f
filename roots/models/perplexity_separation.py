"""Does a model tell a sentence from the same words in no order? The area under the ROC curve of their perplexities."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from roots.digest import chance
from roots.filters.perplexity import Model, perplexities
from roots.filters.perplexity_pieces import HAN, kind
from roots.models.perplexity_text import Line

Array = np.ndarray[Any, Any]
SHORTEST = 6  # words that a line must have to be a sentence here: two words in another order are often as good


def auc(low: Array, high: Array) -> float:
    """How often is a value of `high` above one of `low`, ties counting half? 0.5 is chance, 1 tells them apart always."""
    values = np.concatenate([low, high])
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[len(low):].sum() - len(high) * (len(high) + 1) / 2) / (len(low) * len(high))) if len(low) and len(high) else 0.5


def shuffled(text: str, key: str) -> str:
    """The text with its words (between spaces) in another order, by hash of `key`; its characters where they are Han."""
    parts, glue = text.split(), " "
    if 2 * sum(kind(character) == HAN for character in text) > len(text):
        parts, glue = list("".join(parts)), ""
    order = sorted(range(len(parts)), key=lambda at: chance(0, f"{key} {at}"))
    return glue.join(parts[at] for at in order)


def sentences(lines: Sequence[Line]) -> list[Line]:
    """The lines that are long enough to have an order."""
    return [line for line in lines if len(line.words) >= SHORTEST]


def surprise(model: Model, texts: Sequence[str]) -> Array:
    """Perplexity of each text, as float64; those without a word are left out."""
    array = pa.array(texts, pa.large_string())
    found = perplexities(model, array, np.arange(len(array)))
    return found[~np.isnan(found)]


def separation(model: Model, lines: Sequence[Line]) -> tuple[float, Array, Array]:
    """AUC between the sentences among the lines and their shuffled selves, and both perplexities."""
    found = sentences(lines)
    straight = surprise(model, [line.text for line in found])
    jumbled = surprise(model, [shuffled(line.text, f"{line.document} {line.number}") for line in found])
    return auc(straight, jumbled), straight, jumbled
