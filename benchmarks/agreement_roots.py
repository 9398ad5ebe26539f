"""Do our measures give the values that ROOTS' own code gives? BigScience's filtering.py beside them; a part of benchmarks/agreement.py."""
from __future__ import annotations

import math
import os
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.agreement_answers import answers, show
from benchmarks.agreement_text import Texts, measuring, row_of, rules, single, values
from roots.filters.perplexity import LONGEST
from roots.filters.perplexity_pieces import folded
from roots.filters.public_models import CHARACTERS, PublicIdentifier, public_rules

OF_ROOTS = ("ar", "bn", "ca", "en", "es", "eu", "fr", "hi", "id", "pt", "ur", "vi")
# rule of ROOTS: (our measure, its parameter, side on which a document goes, what makes values differ)
ROOTS = {
    "number_words": ("word_count", "number_words_min_cutoff", "<", "the three kinds told above"),
    "character_repetition": ("character_repetition", "character_repetition_max_cutoff", ">", ""),
    "character_repetition_paper": ("character_repetition_paper", "character_repetition_max_cutoff", ">", ""),
    "word_repetition": ("word_repetition", "word_repetition_max_cutoff", ">", "words"),
    "special_characters": ("special_characters", "special_characters_max_cutoff", ">", "their list of signs, our Unicode categories"),
    "stopwords": ("closed_class", "stopwords_min_cutoff", "<", "words; entries of several words (their list on both sides)"),
    "flagged_words": ("flagged_words", "flagged_words_max_cutoff", ">", "words; entries of several words (their list on both sides)"),
    "lang_id": ("language_score", "lang_id_min_cutoff", "<", "ours keep case, and read 2,000 characters (same model)"),
    "perplexity": ("perplexity", "perplexity_max_cutoff", ">", "theirs lose line feeds, and fold other signs (same model)"),
}


def small_models(folder: Path, rows: Texts) -> dict[str, tuple[str, str]]:
    """A SentencePiece and a 3-gram model for each language, made of the texts themselves: both sides score with the same ones."""
    import sentencepiece

    from roots.models.perplexity_kneser_ney import estimate, write_arpa
    found = {}
    for code in sorted({code for code, _ in rows}):
        lines = [line for of, text in rows if of == code for line in text.split("\n")][:400]
        (folder / "text").write_text("\n".join(lines), "utf-8")
        sentencepiece.SentencePieceTrainer.train(input=str(folder / "text"), model_prefix=str(folder / f"{code}.sp"), vocab_size=800,
                                                 hard_vocab_limit=False, minloglevel=2)
        pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{code}.sp.model"))
        write_arpa(estimate([pieces.encode(line, out_type=str) for line in lines], 3), folder / f"{code}.arpa.bin")
        found[code] = str(folder / f"{code}.sp.model"), str(folder / f"{code}.arpa.bin")
    return found


def against_roots(python: str, code: Path, lid: Path | None, rows: Texts) -> None:
    """Prints the table. `python` is the interpreter for their code, `code` its folder, `lid` the model lid.176."""
    asked = {"code": str(code.resolve()), "languages": list(OF_ROOTS), "lid": str(lid) if lid else "", "models": {}}
    parameters = next(answers(python, "agreement_roots_peer.py", asked, ()))
    rows = [(one, planted(text, parameters[one]["flagged"]) if at % 4 == 0 else text) for at, (one, text) in enumerate(rows)]
    lists = {one: {"closed_class": of["stopwords"], "flagged": of["flagged"]} for one, of in parameters.items()}
    with tempfile.TemporaryDirectory() as folder, silent():
        asked["models"] = small_models(Path(folder), rows)
        _, *theirs = answers(python, "agreement_roots_peer.py", asked, (read(language, text) for language, text in rows))
        ours = values(rules(lists, perplexity=folder), rows)
    alone = values(rules({one: {kind: single(entries) for kind, entries in of.items()} for one, of in lists.items()}), rows)
    traced = ours | {name: alone[name] for name in ("closed_class", "flagged_words")}
    if lid:
        named = PublicIdentifier(public_rules(lid)).languages(pa.array([text for _, text in rows]))
        ours["language_score"] = traced["language_score"] = np.array(
            [score if found == code else 0 for found, score, (code, _) in zip(*(one.to_pylist() for one in named), rows, strict=True)],
            np.float32)
    print(f"\nROOTS: {len(rows):,} texts of {len(OF_ROOTS)} languages, their functions and parameters; values are equal within 10⁻⁵\n"
          f"{'rule':30}{'our measure':32}{'dropped':>8}{'differ':>8}{'verdicts':>10}{'traced':>16}  cause")
    for rule, (measure, cutoff, side, why) in ROOTS.items():
        if rule not in theirs[0]:
            print(f"{rule:30}skipped: needs a model, give --lid")
            continue
        at = [row for row in range(len(rows)) if not math.isnan(ours[measure][row])]
        limits = [np.float32(parameters[rows[row][0]][cutoff]) for row in at]
        said = [[number(one, rows[row][0]) for one in theirs[row][rule]] for row in at]
        goes = [[value < limit if side == "<" else value > limit for value, limit in zip(found, limits, strict=True)]
                for found in ([np.float32(one) for one, _ in said], [np.float32(ours[measure][row]) for row in at])]
        again = [close(traced[measure][row], one, rule) for row, (_, one) in zip(at, said, strict=True)]
        if rule == "number_words":
            again = words_apart(rows, parameters)
        show(rule, measure, sum(goes[0]), [close(ours[measure][row], one, rule) for row, (one, _) in zip(at, said, strict=True)],
             again, why, f"{sum(a != b for a, b in zip(*goes, strict=True)):10}")
    signs_apart(rows, parameters)


def planted(text: str, flagged: Sequence[str]) -> str:
    """The text with some of their flagged words in it, for clean text holds none."""
    chance = random.Random(text)
    words = text.split(" ")
    for entry in chance.sample(list(flagged), 6):
        words.insert(chance.randint(0, len(words)), entry)
    return " ".join(words)


def read(language: str, text: str) -> dict[str, Any]:
    """A text as ours reads it: also what a model of languages and one of surprise are given of it."""
    start = text.encode()[:LONGEST].decode("utf-8", "ignore")
    lines = ["".join(map(folded, line.strip())) for line in start.split("\n")]
    return {**row_of(language, text), "read": CHARACTERS, "folded": [line for line in lines if line]}


@contextmanager
def silent() -> Iterator[None]:
    """KenLM shows its progress on the standard error output, and cannot be told not to."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def number(found: Any, language: str) -> float:
    """A value; of a language and its score the score (fastText's goes up to 1.00005), 0 where another language is named."""
    return float(found) if not isinstance(found, list) else min(float(found[1]), 1.0) if found[0] == language else 0.0


def close(ours: float, theirs: float, rule: str) -> bool:
    """Equal as float32; their perplexity is rounded to a tenth."""
    return abs(float(ours) - theirs) <= (0.051 if rule == "perplexity" else 0) + 1e-5 * max(1.0, abs(theirs))


def words_apart(rows: Texts, parameters: Mapping[str, Any]) -> list[bool]:
    """Whence do the numbers of words differ? Every stretch between spaces, line feeds and tabs, by the words that each side sees in it.

    Prints the sum; tells of each text whether theirs and the three kinds of difference add up to ours.
    """
    joined = bare = none = theirs = 0
    right = []
    for language, text in rows:
        strip = set(parameters[language]["strip"])
        before = theirs + joined + bare - none
        for stretch in re.split("[ \n\t]", text):
            mine = len(measuring.words(stretch))
            if any(c not in strip for c in stretch):
                theirs += 1
                joined += max(mine - 1, 0)
                none += not mine
            else:
                bare += mine
        right.append(theirs + joined + bare - none - before == len(measuring.words(text)))
    print(f"  (words: {theirs:,} of theirs + {joined:,} parted by signs without a space + {bare:,} of nothing but their special characters "
          f"- {none:,} without a letter or digit = {theirs + joined + bare - none:,} of ours)")
    return right


def signs_apart(rows: Texts, parameters: Mapping[str, Any]) -> None:
    """Which characters are special to one side alone?"""
    apart: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    for language, text in rows:
        strip = set(parameters[language]["strip"])
        for c, count in Counter(text).items():
            mine = measuring.kind(c) not in (measuring.LETTER, measuring.MARK, measuring.FORMAT)
            if mine != (c in strip):
                apart[mine][c] += count
    for mine, whose in ((True, "ours"), (False, "theirs")):
        print(f"special to {whose} alone: " + ", ".join(f"U+{ord(c):04X} {c} ({n:,})" for c, n in apart[mine].most_common(8)))
