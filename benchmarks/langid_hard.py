"""What does the identifier make of hard text: two languages in one document, other alphabets in Latin letters, languages beside ours?

    python -m benchmarks.langid_hard --data DIR [--also DIR/udhr ...]

--also names folders with text that no model was trained on (whole documents among it, for the mixed ones). Latin transliteration is
made by rule with `unidecode` and `indic-transliteration`, where they are installed; it is nothing that people type, but near it.
"""
from __future__ import annotations

import argparse
import importlib
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa

from roots.filters.identify import Identifier, default_rules
from roots.models.langid import answers_of, ours, tried
from roots.models.langid_recipe import Recipe, Source, load_recipe
from roots.models.langid_score import Answer
from roots.models.langid_trials import DOCUMENT, SENTENCE, SHORT, Trial
from roots.workspace import Workspace

SIZES, SHARES, PAIRS = (1_500, 3_000, 8_000), (0.3, 0.5, 0.7), 120
INDIC = {"hi": "devanagari", "mr": "devanagari", "ne": "devanagari", "bn": "bengali", "as": "bengali", "gu": "gujarati", "pa": "gurmukhi",
         "or": "oriya", "ta": "tamil", "te": "telugu", "kn": "kannada", "ml": "malayalam"}
OTHERS = ("ur", "ar", "zh-Hans", "am", "fa", "ru", "th")


def mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values) or [0.0]))


def mixed(identifier: Identifier, documents: Mapping[str, str], equal: Mapping[str, str], seed: int) -> None:
    """How far are the shares from the truth, in documents of two languages, one behind the other?"""
    chance = random.Random(seed)
    pairs = [pair for pair in combinations(sorted(documents), 2) if equal.get(pair[0], pair[0]) != equal.get(pair[1], pair[1])]
    print("\n| bytes | documents | mean error of a share | 90 of 100 within | both languages listed |\n|---|---|---|---|---|")
    for size in SIZES:
        texts, truths = [], []
        for one, other in chance.sample(pairs, min(PAIRS, len(pairs))):
            share = chance.choice(SHARES)
            first, second = (documents[code].encode()[:int(size * part)].decode("utf-8", "ignore")
                             for code, part in ((one, share), (other, 1 - share)))
            whole = len(first.encode()) + len(second.encode())
            texts.append(first + "\n" + second)
            truths.append({equal.get(one, one): len(first.encode()) / whole, equal.get(other, other): len(second.encode()) / whole})
        errors, both = [], []
        for found, truth in zip(identifier.shares(pa.array(texts, pa.large_string())).to_pylist(), truths, strict=True):
            shares: dict[str, float] = defaultdict(float)
            for part in found:
                shares[equal.get(part["language"], part["language"])] += part["share"]
            errors.append(max(abs(shares[code] - share) for code, share in truth.items()))
            both.append(set(truth) <= set(shares))
        print(f"| {size} | {len(texts)} | {mean(errors):.3f} | {np.quantile(errors, 0.9):.3f} | {100 * mean(both):.1f} % |", flush=True)


def alone(identifier: Identifier, documents: Sequence[Trial]) -> None:
    """How many documents of one language are said to hold two?"""
    found = identifier.shares(pa.array([trial.text for trial in documents], pa.large_string())).to_pylist()
    print(f"\ndocuments of one language: {len(documents)}; listed with more than one: {sum(len(shares) > 1 for shares in found)}")


def schemes() -> dict[str, Callable[[str, str], str | None]]:
    """Ways to write other alphabets in Latin letters, as far as their packages are here."""
    found: dict[str, Callable[[str, str], str | None]] = {}
    try:
        plain = importlib.import_module("unidecode").unidecode
        found["unidecode"] = lambda text, language: plain(text)
    except ImportError:
        print("unidecode is not here: its row is left out")
    try:
        indic = importlib.import_module("indic_transliteration.sanscript").transliterate
        for name, scheme in (("ISO 15919", "iso"), ("ITRANS", "optitrans")):
            found[name] = lambda text, language, to=scheme: indic(text, INDIC[language], to) if language in INDIC else None  # type: ignore[misc]
    except ImportError:
        print("indic-transliteration is not here: its rows are left out")
    return found


def transliterated(identifier: Identifier, asked: Sequence[Trial], floors: Mapping[str, float]) -> None:
    """How often does text in another alphabet's Latin letters bear the name of one of the 46?"""
    print("\n| Latin letters by | length | texts | taken for one of the 46 | score ≥ 0.5 | score ≥ 0.8 | above the floor |")
    print("|---|---|---|---|---|---|---|")
    for name, write in schemes().items():
        for length in (SENTENCE, SHORT):
            made = [Trial("Latn", t.language, length, text) for t in asked if t.length == length and (text := write(t.text, t.language))]
            answers = answers_of(identifier, made)
            taken = [answer for answer in answers if answer.guess in ours()]
            counts = [len(taken), *(sum(a.score >= least for a in taken) for least in (0.5, 0.8)),
                      sum(a.score >= floors[a.guess] for a in taken)]
            row = " | ".join(f"{100 * count / max(len(made), 1):.1f} %" for count in counts)
            print(f"| {name} | {length} | {len(made)} | {row} |", flush=True)


def beside(asked: Sequence[Trial], answers: Sequence[Answer], codes: Iterable[str], floors: Mapping[str, float], recipe: Recipe) -> None:
    """How much text of the other classes passes as one of ours, without floors and with them, and what do floors cost ours?"""
    known, of = set(codes), ours()
    print("\n| length | other languages | false positives | with floors | of ours kept by the floors | worst pairs with floors |")
    print("|---|---|---|---|---|---|")
    for length in (SENTENCE, SHORT, DOCUMENT):
        rows: dict[str, list[tuple[bool, bool, str]]] = defaultdict(list)
        for trial, answer in zip(asked, answers, strict=True):
            if trial.length == length and (trial.language in of or recipe.merge.get(trial.language, trial.language) in known - of):
                named = answer.guess in of
                rows[trial.language].append((named, named and answer.score >= floors[answer.guess], answer.guess))
        others = {code: found for code, found in rows.items() if code not in of}
        if not others:
            continue
        false = mean(mean(named for named, _, _ in found) for found in others.values())
        floored = mean(mean(passed for _, passed, _ in found) for found in others.values())
        kept = mean(mean(passed and recipe.equal.get(guess, guess) == recipe.equal.get(code, code) for _, passed, guess in found)
                    for code, found in rows.items() if code in of)
        worst = sorted(((mean(passed and guess == to for _, passed, guess in found), code, to) for code, found in others.items()
                        for to in {guess for _, passed, guess in found if passed}), reverse=True)[:6]
        said = ", ".join(f"{code} as {to} {100 * share:.0f} %" for share, code, to in worst)
        print(f"| {length} | {len(others)} | {100 * false:.2f} % | {100 * floored:.2f} % | {100 * kept:.1f} % | {said} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--also", type=Path, nargs="*", default=[])
    parser.add_argument("--workspace", type=Path, default=Path("."), help="where the floors stand")
    chosen = parser.parse_args()
    recipe, rules = load_recipe(), default_rules()
    identifier = Identifier(rules)
    floors = {code: language.floor for code, language in Workspace(chosen.workspace).languages.items()}
    unseen = [trial for folder in chosen.also
              for trial in tried(folder.parent, [Source(folder.name, ("data.jsonl.zst",), 1.0, "")], recipe, 150)]
    if unseen:
        documents = [trial for trial in unseen if trial.length == DOCUMENT and trial.language in ours()]
        alone(identifier, documents)
        mixed(identifier, {trial.language: trial.text for trial in documents}, recipe.equal, recipe.seed)
        beside(unseen, answers_of(identifier, unseen), rules.codes, floors, recipe)
    flores = [source for source in recipe.sources if source.name == "flores_sib200"]
    scripts = [trial for trial in tried(chosen.data, flores, recipe, 60) + unseen if trial.language in (*INDIC, *OTHERS)]
    transliterated(identifier, scripts, floors)


if __name__ == "__main__":
    main()
