"""How is a small language model made that knows a sentence from a jumble? Pieces, their classes, and n-grams of classes.

1. Frequent words are pieces; of rare ones an end is (`roots/filters/perplexity_pieces.py`): the beginning or the ending,
   whichever tells held-out lines from their shuffled selves better in this language.
2. Pieces that stand in the same places share a class (`perplexity_classes.py`), named by its members, "maji|mto".
3. An n-gram model of classes (`perplexity_kneser_ney.py`) is written as a KenLM file (`perplexity_trie.py`).
"""
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from roots.digest import chance, file_digest, value_digest
from roots.errors import RootsError
from roots.filters.languages import respelt
from roots.filters.perplexity import SHARED, SUFFIX, model_of
from roots.filters.perplexity_pieces import REST, piece
from roots.models.perplexity_classes import exchange
from roots.models.perplexity_kneser_ney import Estimate, estimate
from roots.models.perplexity_separation import separation
from roots.models.perplexity_text import BEGINNING, Line, Reading, Recipe, lines, shipped_recipe
from roots.models.perplexity_trie import trie_of, write_trie

REPORT = "models.json"
Older = Sequence[tuple[str, str]]  # see Language.older
DEVELOPMENT = 0.2  # share of documents on which the better end is found


@dataclass(frozen=True)
class Trained:
    """A language's model, the end of rare words that it reads, and how much it has seen."""

    estimate: Estimate
    end: str
    lines: int
    pieces: int


def train(data: Path, to: Path, languages: Mapping[str, Older], recipe: Recipe | None = None,
          progress: Callable[[str], None] = lambda message: None) -> dict[str, dict[str, Any]]:
    """Writes `<language>.klm` into `to` for each language, and what it reports into `models.json`.

    `languages` are codes, each with the letters that an older orthography of it wrote otherwise (Language.older).
    The same data and recipe give the same bytes. Returns by language: sources with bytes, lines, pieces, classes, n-grams,
    the end that was chosen, bytes and sha256 of the file. Raises RootsError when a source or a language is missing.
    """
    recipe = recipe or shipped_recipe()
    found = lines(data, recipe, frozenset(languages))
    missing = sorted(set(languages) - set(found))
    if missing:
        raise RootsError(str(data), f"holds no text in {', '.join(missing)}", "add a source to recipe.toml, or train other languages")
    to.mkdir(parents=True, exist_ok=True)
    report: dict[str, dict[str, Any]] = {}
    for language, own in found.items():
        trained = train_one(own, recipe, older=languages[language])
        path = to / (language + SUFFIX)
        write_trie(trie_of(trained.estimate), path, recipe.bits, recipe.bits)
        sizes: Counter[str] = Counter()
        for line in own:
            sizes[line.source] += len(line.text.encode())
        report[language] = {
            "sources": dict(sorted(sizes.items())), "lines": trained.lines, "pieces": trained.pieces, "end": trained.end,
            "classes": len(trained.estimate.words), "ngrams": [len(level.word) for level in trained.estimate.levels],
            "bytes": path.stat().st_size, "sha256": file_digest(path), "recipe": value_digest(recipe),
        }
        (to / REPORT).write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        progress(f"{language}: {trained.lines:,} lines, {report[language]['bytes']:,} bytes")
    return report


def train_one(own: Sequence[Line], recipe: Recipe, reading: Reading | None = None, older: Older = ()) -> Trained:
    """A model from the lines of one language, in the reading that serves it better when none is given.

    With `older` letters each line teaches a second time, as that orthography wrote it.
    """
    reading = reading or better_reading(own, recipe)
    cut = joined([*own, *(replace(line, text=respelt(line.text, older)) for line in own if older)], recipe)
    vocabulary = chosen(cut, reading)
    sequences = [_once([piece(word, vocabulary) for word in line]) for line in cut]
    names = class_names(sequences, recipe)
    model = estimate([[names[found] for found in line] for line in sequences], recipe.order)
    return Trained(model, reading.end, len(own), sum(map(len, sequences)))


def better_reading(own: Sequence[Line], recipe: Recipe) -> Reading:
    """Which end of rare words tells lines from their shuffled selves better, on documents left out?"""
    known = [line for line in own if line.part >= DEVELOPMENT]
    left_out = [line for line in own if line.part < DEVELOPMENT]
    return max(recipe.readings, key=lambda reading: separation(model_of(trie_of(train_one(known, recipe, reading).estimate)), left_out)[0])


def joined(own: Sequence[Line], recipe: Recipe) -> list[list[str]]:
    """Lines as words; by chance a line goes on where the one before ended, so that a full stop need not end a line."""
    cut: list[list[str]] = []
    for line in own:
        if cut and chance(recipe.seed, f"{line.document} {line.number}") < recipe.joined:
            cut[-1] += line.words
        elif line.words:
            cut.append(list(line.words))
    return cut


def chosen(cut: Sequence[Sequence[str]], reading: Reading) -> frozenset[str]:
    """The pieces: the commonest words, and ends of all others that were seen often enough."""
    counts = Counter(word for line in cut for word in line)
    common = sorted(counts, key=lambda word: (-counts[word], word))[:reading.words]
    known = {word for word in common if counts[word] >= reading.seen}
    ends: Counter[str] = Counter()
    for word, count in counts.items():
        if word not in known and len(word) > 1:
            for size in range(1, min(reading.longest, len(word)) + 1):
                ends[word[:size] + REST if reading.end == BEGINNING else REST + word[-size:]] += count
    return frozenset(known | {found for found, count in ends.items() if count >= reading.end_seen})


def _once(line: list[str]) -> list[str]:
    """The line with one "~" for each run of them: unknown words may occur, but that one follows another is never learned.

    Otherwise a text of nothing but unknown words would be the likeliest of all.
    """
    return [found for at, found in enumerate(line) if found != REST or at == 0 or line[at - 1] != REST]


def class_names(sequences: Sequence[Sequence[str]], recipe: Recipe) -> dict[str, str]:
    """The class of each piece, named by its members. Marks, "~" and the commonest pieces are classes of their own."""
    counts = Counter(found for line in sequences for found in line)
    known = sorted(counts, key=lambda found: (-counts[found], found))
    ids = {found: id for id, found in enumerate(known, 1)}  # 0 is the end of a line
    marks = [len(found) == 1 and not found.isalnum() for found in known]
    alone = np.array([True] + [at < recipe.alone or found == REST or marks[at] for at, found in enumerate(known)])
    fixed = int(alone.sum())
    start = np.empty(len(alone), np.int64)
    start[alone] = np.arange(fixed)
    start[~alone] = fixed + np.arange(len(alone) - fixed) % recipe.classes
    sequence = np.array([0] + [id for line in sequences for id in (*(ids[found] for found in line), 0)], np.int64)
    classes = exchange(sequence, start, ~alone, fixed, fixed + recipe.classes, recipe.rounds)
    members: dict[int, list[str]] = {}
    for found in known:
        members.setdefault(int(classes[ids[found]]), []).append(found)
    return {found: SHARED.join(group) for group in members.values() for found in group}
