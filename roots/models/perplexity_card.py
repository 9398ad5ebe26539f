"""What does the card of the language models say? Where they come from, what they can do, and what they cannot."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
        f"{len(report)} models of word order, one for each language, {size:,} bytes together, in KenLM's format (trie, {recipe.bits} bits).",
        f"They score documents for `perplexity` in `filters/`. Written by `{COMMAND}`; do not edit.",
        "",
        "**What they are.** n-grams of word classes. Frequent words are pieces, rare words are read by their beginning or their ending;",
        "pieces that stand in the same places share a class (exchange algorithm, Kneser and Ney 1993); interpolated modified Kneser-Ney",
        f"of order {recipe.order} over classes. Perplexity by ROOTS' formula: 10^(-sum of log10 p / sum of (pieces + 1)) over lines.",
        "",
        "**What they can do.** Tell running text from words in no order: keyword lists, menus, shuffled or machine-made text, unknown scripts.",
        "",
        "**What they cannot.** Judge spelling: a rare word is read by one end only, so letters replaced inside words are hardly seen (column",
        "*noise*). Judge facts or style. Compare languages: what a perplexity means differs, and limits are set for each.",
        "Little text has taught most of them, much of it translated from English (FLORES, TICO-19), and of few kinds.",
        "",
        "## Data",
        "| source | licence |",
        "|---|---|",
        *(f"| {source.partition('/')[0]} | {licence(data, source)} |" for source in recipe.sources),
        "",
        "## Figures",
        f"AUC is between held-out sentences (6 words or more) and the same sentences with their words shuffled; {WANTED} or more for {good} of",
        f"{len(figures)}. *Held-out documents*: trained without a fifth of the documents, tested on them. *Whole source*: trained without the source,",
        f"tested on all of it, where enough is left; {sum(value >= WANTED for value in whole)} of {len(whole)} reach {WANTED}. *noise*: against a tenth of the letters replaced.",
        "",
        "| language | read by | learned from, bytes | model, bytes | sentences | AUC | noise | median | shuffled | whole source left out: AUC |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---|",
        *(_row(language, report[language], figures[language]) for language in sorted(figures)),
        "",
    ])


def _row(language: str, made: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    row = figures["documents"]
    sources = ", ".join(f"{source} {found['auc']:.3f}" for source, found in sorted(figures["sources"].items()))
    return (f"| {language} | {made['end']} | {sum(made['sources'].values()):,} | {made['bytes']:,} | {row['sentences']:,} | {row['auc']:.3f} "
            f"| {row['noise']:.3f} | {row['median']:,.0f} | {row['shuffled']:,.0f} | {sources} |")
