"""What does the tokenizer's card say? Its prose is people's; the tables between two marks are written here."""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from roots.errors import RootsError
from roots.tokenizer.evaluate import fertility


def render_card(card: str, training: Mapping[str, Any], counts: Mapping[str, Mapping[str, int]],
                alone: Mapping[str, Mapping[str, int]] | None = None) -> str:
    """The card with its tables `training` and `fertility` written anew; all other text stays as it is.

    `training` is what `train` returns, `counts` and `alone` what `evaluate` and `monolingual` return.
    Raises RootsError when the card lacks the marks `<!-- training -->…<!-- end -->` and `<!-- fertility -->…<!-- end -->`.
    """
    for name, table in (("training", training_table(training)), ("fertility", fertility_table(counts, alone))):
        found = re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", card, re.DOTALL)
        if not found:
            raise RootsError("tokenizer/card.md", f"has no place for the table of {name}",
                             f"write <!-- {name} --> and <!-- end --> where it shall stand")
        card = card[:found.start(1)] + table + "\n" + card[found.end(1):]
    return card


def training_table(training: Mapping[str, Any]) -> str:
    """What was it learned from? A line of figures, then a table by language."""
    rows = training["languages"]
    taken, available = sum(row["bytes"] for row in rows.values()), sum(row["available"] for row in rows.values())
    lines = [
        f"Vocabulary {training['vocabulary']:,} of {training['asked']:,} asked for: {training['merges']:,} merges; "
        f"{training['padding']} entries of padding. Learned from {taken:,} of {available:,} bytes, seed {training['seed']}; "
        f"`tokenizer.json` has sha256 `{training['tokenizer']}`.",
        "",
        "| language | documents | bytes | share of what there was |",
        "|---|---:|---:|---:|",
    ]
    for language, row in sorted(rows.items()):
        share = row["bytes"] / max(1, row["available"])
        lines.append(f"| {language} | {row['documents']:,} | {row['bytes']:,} | {share:.0%} |")
    return "\n".join(lines)


def fertility_table(counts: Mapping[str, Mapping[str, int]], alone: Mapping[str, Mapping[str, int]] | None = None) -> str:
    """What does text cost in each language? With `alone`, how much more than its own tokenizer would make of it."""
    head = ["language", "documents", "words", "tokens per word", "per character", "per byte"]
    head += ["own tokenizer", "against it"] if alone is not None else []
    lines = [f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1)]
    own = fertility(alone or {})
    for language, rates in fertility(counts).items():
        row = counts[language]
        cells = [language, f"{row['documents']:,}", f"{row['words']:,}", f"{rates['tokens_per_word']:.2f}",
                 f"{rates['tokens_per_character']:.3f}", f"{rates['tokens_per_byte']:.3f}"]
        if language in own:
            cells += [f"{own[language]['tokens_per_word']:.2f}", f"{relative(rates, own[language]):+.0%}"]
        cells += [""] * (len(head) - len(cells))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def relative(rates: Mapping[str, float], own: Mapping[str, float]) -> float:
    """How much worse (above 0) or better than alone, as a share? Tokens of the same text are compared, so any unit serves."""
    return rates["tokens_per_byte"] / own["tokens_per_byte"] - 1 if own["tokens_per_byte"] else 0.0
