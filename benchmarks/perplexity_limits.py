"""Where should the limits of perplexity stand? On text that the models have not seen, by language.

    python benchmarks/perplexity_limits.py --data ../shared/data [--languages sw yo] [--write]

The shipped models learn from all clean text there is, so their scores of it are too good. Here each language's recipe is trained without
three documents of ten, and those, six lines or 120 words to a text, are scored: the limit is a tenth above what one text of a hundred
exceeds (of fewer than sixty texts: three), and at least halfway to the middle of shuffled texts, for text of kinds that we do not have
surprises a model more than text of kinds that we have. Beside it stands how many shuffled and badly scanned texts it drops.
`--write` puts the limits into filters/languages.
"""
from __future__ import annotations

import argparse
import json
import math
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from rubbish import scanned, shuffled

from roots.filters.perplexity import Model, model_of, perplexities
from roots.filters.view import spans_of
from roots.models.perplexity import train_one
from roots.models.perplexity_text import Line, lines, shipped_recipe
from roots.models.perplexity_trie import trie_of

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT, TAIL, MARGIN = 0.3, 0.01, 1.1
LINES, WORDS, ENOUGH, MOST, FEW = 6, 120, 25, 400, 60
DIRTY = {"opensource_guides"}  # raw Markdown: good for learning, no measure of clean prose
WHY = "A language model of this language is more surprised by shuffled words, bad scans and other languages than by prose new to it."


def texts(held: Sequence[Line]) -> list[str]:
    """Six lines, or 120 words, to a text; every second one on one line."""
    by_source: dict[str, list[str]] = defaultdict(list)
    for line in held:
        if line.source not in DIRTY:
            by_source[line.source].append(line.text)
    made = []
    for of in by_source.values():
        waiting: list[str] = []
        words = count = 0
        for text in of:
            waiting.append(text)
            words += len(spans_of(text))
            if len(waiting) == LINES or words >= WORDS:
                if words >= ENOUGH and count < MOST:
                    made.append((" " if len(made) % 2 else "\n").join(waiting))
                    count += 1
                waiting, words = [], 0
    return made


def scores(model: Model, made: Sequence[str]) -> np.ndarray:
    found = perplexities(model, pa.array(made, pa.large_string()), np.arange(len(made)))
    return found[~np.isnan(found)]


def write(code: str, limit: float, origin: str) -> None:
    path = ROOT / f"filters/languages/{code}.toml"
    text = re.sub(r"\n\[limits\.perplexity\]\n(?:[^\[\n].*\n)*", "", path.read_text(encoding="utf-8")).rstrip()
    path.write_text(f'{text}\n\n[limits.perplexity]\nat_most = {limit:g}\nwhy = "{WHY}"\nfrom = "{origin}"\n', encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--languages", nargs="*", default=[])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    report = json.loads((ROOT / "roots/models/perplexity/models.json").read_text())
    recipe = shipped_recipe()
    print(f"{'language':10}{'texts':>7}{'median':>8}{'99 %':>8}{'limit':>8}{'shuffled dropped':>18}{'scanned dropped':>17}")
    for code, own in lines(options.data, recipe, frozenset(options.languages or report)).items():
        reading = next(one for one in recipe.readings if one.end == report[code]["end"])
        model = model_of(trie_of(train_one([line for line in own if line.part >= LEFT_OUT], recipe, reading).estimate))
        made = texts([line for line in own if line.part < LEFT_OUT])
        chance = random.Random(f"perplexity {code}")
        clean = scores(model, made)
        shuffle, scan = (scores(model, [make(text, chance, ()) for text in made[:100]]) for make in (shuffled, scanned))
        beyond = max(1 if len(clean) >= FEW else 3, int(TAIL * len(clean)))  # of few texts the topmost ones prove nothing
        edge = float(np.sort(clean)[-1 - beyond])
        middle = math.sqrt(float(np.median(clean) * np.median(shuffle)))
        limit = float(math.ceil(max(edge * MARGIN, middle)))
        stands = "a tenth more" if edge * MARGIN >= middle else (
            f"the limit stands halfway (geometrically) to the median of shuffled texts, {np.median(shuffle):.3g}")
        origin = (f"{len(clean):,} clean texts that the model had not seen: median {np.median(clean):.3g}, {beyond} of them above "
                  f"{edge:.3g}; {stands}, see benchmarks/perplexity_limits.py")
        caught = [(values > limit).mean() for values in (shuffle, scan)]
        print(f"{code:10}{len(clean):7}{np.median(clean):8.1f}{edge:8.1f}{limit:8.0f}{caught[0]:18.2f}{caught[1]:17.2f}", flush=True)
        if options.write:
            write(code, limit, origin)


if __name__ == "__main__":
    main()
