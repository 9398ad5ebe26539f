"""Which texts are peers and ours held together on, and how is each of them read here? For benchmarks/agreement.py.

Clean texts of each language, and worse ones made from them, so that every rule has something to find, and so that definitions that differ
have something to differ on: indents, capitals, quotation marks behind sentences, other bullets, signs in short texts, furniture of pages.
How ours reads a text (words, lines, paragraphs) is told by the plain-Python oracles of the tests, not by the compiled measures.
"""
from __future__ import annotations

import random
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

import measuring  # noqa: E402
from rubbish import menu, repeated  # noqa: E402

from roots import document  # noqa: E402
from roots.filters.characters import BULLET, CLOSES, FORMAT, LETTER, MARK, TERMINAL  # noqa: E402
from roots.filters.clean import clean_sources_from, clean_texts  # noqa: E402
from roots.filters.judge import Judge, JudgeRules  # noqa: E402
from roots.filters.lines import LineRule, Lines, line_rules_from  # noqa: E402
from roots.filters.view import spans_of  # noqa: E402
from roots.records import Table  # noqa: E402

Texts = Sequence[tuple[str, str]]  # (language, text)
PARTS = re.compile("[\r\v\f\x1c-\x1e\x85\u2028\u2029]")  # other than a line feed, what parts lines for Python, and not for us


def texts(data: Path, languages: Sequence[str], each: int) -> list[tuple[str, str]]:
    """(language, text): clean documents, and what is made of most of them."""
    table = Table.parse("filters/clean.toml", (ROOT / "filters/clean.toml").read_bytes(), [])
    assert table is not None
    found = []
    for code, sources in clean_texts(data, clean_sources_from(table), set(languages)).items():
        chance = random.Random(f"agreement {code}")
        own = [text for of in sources.values() for text in of if len(spans_of(text)) > 3]
        chance.shuffle(own)
        for number, text in enumerate(own[:each]):
            lines = [line for line in text.split("\n") if line.strip()]
            half = text[: len(text) // 2]
            made = (
                text, repeated(text, chance, ()), menu(text, chance, (own[0],)), f"{text}...\n# {text[:60]}…\n- {text[:40]}\n\n{text}",
                text.replace(" ", "\n"), "\n\n".join([text] * 2), f"{text}\n" + "• 12 34 …\n" * 9,
                f"{text}\n\n  {text}\n \n{text}\t\n\n{half}", f"{text} {text.upper()} {half}",
                "\n".join(f"{'•■'[number // 64 % 2]} {line[:40]}" for line in lines * 4),
                "\n\n \n".join(f"“{line}”" for line in lines * 3), f"# {text[:30]} # …", f"{text[:50]}...\n\n\n{text[:30]}…\n\n{half}",
                f"{text}\nPlease enable JavaScript.\nLorem ipsum dolor sit amet.\nWe use cookies: privacy policy.\n}} {half}",
                f"{text}\njavascript\nTerms of use\nlorem ipsum\n{{{half}\nhttps://x.org/{'a1/' * 400}",
                "\n".join(f"   {text.replace(chr(10), ' ')[:198]}" for _ in range(3)) + f"\n{half} 3.5 9-11 (2020/21) & 10%",
                re.sub(r"\s+", "_", text),
            )
            found.append((code, made[number % len(made)]))
    return found


def signs() -> dict[str, str]:
    """Characters as ours classes them: what ends a sentence, what closes behind it, what begins an item of a list."""
    every = [chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000]
    return {
        "terminals": "".join(c for c in every if measuring.has(c, TERMINAL)),
        "bullets": "".join(c for c in every if measuring.has(c, BULLET)),
        "closes": "".join(c for c in every if measuring.has(c, CLOSES) and not measuring.has(c, TERMINAL)),
    }


def row_of(code: str, text: str, small: Sequence[str] = ()) -> dict[str, Any]:
    """A text as ours reads it, for a peer."""
    words = measuring.words(text)
    stripped = [PARTS.sub("\ufffd", "".join(measuring.lines(line))) for line in text.split("\n")]
    return {
        "language": code, "text": text, "words": words, "lower": [measuring.lower(word) for word in words],
        "lines": "\n".join(line for line in stripped if line), "line_words": [measuring.words(line) for line in stripped],
        "paragraphs": re.sub(r"\n{2,}", "\n\n", "\n".join(stripped)).strip("\n"), "small": list(small), "single": single(small),
        "special": "".join(sorted({c for c in text if measuring.kind(c) not in (LETTER, MARK, FORMAT)})),
    }


def single(entries: Sequence[str]) -> list[str]:
    """Those entries that are one word to us."""
    return [entry for entry in entries if measuring.words(entry) == [entry]]


def values(rules: JudgeRules, rows: Texts) -> dict[str, NDArray[np.float32]]:
    """Every measure of every text."""
    judge = Judge(rules)
    table = judge.values(batch_of(rows))
    return {name: table[:, number] for number, name in enumerate(judge.measures)}


def batch_of(rows: Texts) -> pa.RecordBatch:
    return document.batch_of({
        "id": [f"{n:032x}" for n in range(len(rows))], "text": pa.array([text for _, text in rows], pa.large_string()),
        "language": [code for code, _ in rows], "source": ["s"] * len(rows), "kind": ["natural"] * len(rows)})


def rules(lists: Mapping[str, Mapping[str, Sequence[str]]] | None = None, **more: Any) -> JudgeRules:
    """The reference workspace's, with other lists where given: {language: {"closed_class": entries, "flagged": entries}}."""
    found: JudgeRules = measuring.rules(**more)
    if lists is None:
        return found
    words, languages = dict(found.words), []
    for one in found.languages:
        for kind, entries in lists.get(one.code, {}).items():
            words[f"{one.code} {kind}"] = tuple(entries)
            one = replace(one, **{kind: f"{one.code} {kind}"})
        languages.append(one)
    return replace(found, words=words, languages=tuple(languages))


def line_rules() -> tuple[LineRule, ...]:
    table = Table.parse("filters/lines.toml", (ROOT / "filters/lines.toml").read_bytes(), [])
    assert table is not None
    return line_rules_from(table, [one.code for one in measuring.records()[0]])


def lines_gone(rows: Texts, found: Sequence[LineRule]) -> list[int]:
    """How many lines the stage `lines` takes out of each text."""
    edits = Lines(tuple(found)).edit(batch_of(rows)).column("edits").to_pylist()
    return [len(one or ()) for one in edits]
