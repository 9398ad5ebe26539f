"""What does the card of the language models say? Where they come from, what they can do, and what they cannot."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from roots.models.perplexity_separation import SHORTEST
from roots.models.perplexity_text import Recipe, licence

WANTED = 0.95
COMMAND = "roots models train perplexity --data DIR && roots models evaluate perplexity --data DIR"


def render_card(data: Path, recipe: Recipe, report: Mapping[str, Mapping[str, Any]], figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Markdown from the recipe, what `train` reported and what `evaluate` measured; licences are read from the sources."""
    size = sum(row["bytes"] for row in report.values())
    good = sum(row["documents"]["auc"] >= WANTED for row in figures.values())
    whole = [row["auc"] for language in figures.values() for row in language["sources"].values()]
    return "\n".join([
        "# Card of the language models",
        "",
        f"{len(report)} models of word order, one for each language, {size:,} bytes together, in KenLM's format (trie,",
        f"{recipe.bits} bits).",
        f"They score documents for `perplexity` in `filters/`. Written by `{COMMAND}`; do not edit.",
        "",
        "**What they are.** n-grams of word classes. Frequent words are pieces, rare words are read by their beginning or their",
        "ending; pieces that stand in the same places share a class (exchange algorithm, Kneser and Ney 1993); interpolated",
        f"modified Kneser-Ney of order {recipe.order} over classes. Perplexity by ROOTS' formula, over lines:",
        "10^(-Σ log10 p / Σ (pieces + 1)).",
        "",
        "**What they can do.** Tell running text from words in no order: keyword lists, menus, shuffled text, a script that is not theirs.",
        "",
        "**What they cannot.** Judge spelling: a rare word is read by one end only, so letters replaced inside words are hardly",
        "seen (column *noise*). Judge facts or style. Compare languages: what a perplexity means differs, and limits are set for each.",
        "Little text has taught most of them, of few kinds, much of it translated from English (FLORES, TICO-19).",
        "",
        "## Data",
        "| source | licence |",
        "|---|---|",
        *(f"| {source.partition('/')[0]} | {licence(data, source)} |" for source in sorted(recipe.sources)),
        "",
        "## Figures",
        f"AUC is between held-out sentences ({SHORTEST} words or more) and the same sentences with their words shuffled.",
        f"*AUC*, *noise*, medians: trained without a fifth of all documents, tested on those of {recipe.yardstick} among them, which",
        f"all languages have: {good} of {len(figures)} reach {WANTED}. *noise*: AUC against a tenth of the letters replaced.",
        "*Whole source left out*: trained without the source, tested on all of it, the two largest others where enough is left to",
        f"learn from: {sum(value >= WANTED for value in whole)} of {len(whole)} reach {WANTED}. Some hold lines that are no sentences:",
        "titles, credits, markup, other languages. The shipped models learn from all documents.",
        "",
        "| language | read by | learned from, bytes | model, bytes | sentences | AUC | noise | median | shuffled "
        "| whole source left out: AUC |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---|",
        *(_row(language, report[language], figures[language]) for language in sorted(figures)),
        "",
    ])


def _row(language: str, made: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    row = figures["documents"]
    cells = [
        language, made["end"], f"{sum(made['sources'].values()):,}", f"{made['bytes']:,}", f"{row['sentences']:,}", f"{row['auc']:.3f}",
        f"{row['noise']:.3f}", f"{row['median']:,.0f}", f"{row['shuffled']:,.0f}",
        ", ".join(f"{source} {found['auc']:.3f}" for source, found in sorted(figures["sources"].items())),
    ]
    return f"| {' | '.join(cells)} |"
