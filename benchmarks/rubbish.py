"""How much planted rubbish is dropped, and how much clean text with it? Nine kinds of rubbish made from real text of each language.

    python benchmarks/rubbish.py --data ../shared/data [--languages sw yo] [--identify] [--models FOLDER]

Rubbish is made of six joined sentences (or of whole documents) of clean text. `--identify` runs the language identifier before the
judge and says that the source declares its language, as in a build; without it every text is believed to be in the language.
"""
from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import measuring

from roots import document
from roots.filters.clean import JOINED, clean_sources_from, clean_texts
from roots.filters.judge import Judge
from roots.filters.view import spans_of
from roots.records import Table

EACH = 40  # documents of each kind
ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = ("Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna "
               "aliqua. "
               "Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat. ")
SIMILAR = {"a": "o", "e": "c", "i": "1", "l": "1", "o": "0", "s": "5", "m": "rn", "n": "ri", "u": "ii", "g": "9", "b": "6", "t": "f"}


def words_of(text: str) -> list[str]:
    return [text[start:end] for start, end in spans_of(text)]


def shuffled(text: str, chance: random.Random, others: Sequence[str]) -> str:
    words = words_of(text)
    chance.shuffle(words)
    glue = "" if sum(len(word) == 1 for word in words) > 0.6 * len(words) else " "
    return glue.join(words) + "."


def repeated(text: str, chance: random.Random, others: Sequence[str]) -> str:
    lines = [line for line in text.replace(". ", ".\n").split("\n") if line.strip()][:2]
    return "\n".join(lines * chance.randint(6, 20))


def menu(text: str, chance: random.Random, others: Sequence[str]) -> str:
    words = [word for word in words_of(text + " " + others[0]) if not word.isnumeric()]
    ideographs = sum(len(word) == 1 for word in words) > 0.6 * len(words)
    entries = []
    while words:
        size = chance.randint(2, 5) if ideographs else chance.randint(1, 2)
        entries.append(("" if ideographs else " ").join(words[:size])[:28])
        words = words[size * chance.randint(1, 3):]
    return "\n".join(entries[:60])


def keywords(text: str, chance: random.Random, others: Sequence[str]) -> str:
    long = sorted(set(words_of(text)), key=lambda word: (-len(word), word))[:15]
    return ", ".join(chance.choice(long) for _ in range(120))


def mojibake(text: str, chance: random.Random, others: Sequence[str]) -> str:
    return text.encode().decode("cp1252", "replace")


def scanned(text: str, chance: random.Random, others: Sequence[str]) -> str:
    letters = sorted({c for c in text if c.isalpha()})
    made = []
    for c in text:
        dice = chance.random()
        if not c.isalpha() or dice > 0.15:
            made.append(c)
        elif dice < 0.05:
            made.append(SIMILAR.get(c, chance.choice("1|;~^'")))
        elif dice < 0.09:
            made.append(chance.choice(letters))
        elif dice < 0.12:
            made.append(c + " ")
    return "".join(made)


def wrong_language(text: str, chance: random.Random, others: Sequence[str]) -> str:
    return others[1]


def binary(text: str, chance: random.Random, others: Sequence[str]) -> str:
    return bytes(chance.randrange(1, 256) for _ in range(600)).decode("utf-8", "replace")


def placeholder(text: str, chance: random.Random, others: Sequence[str]) -> str:
    start = chance.randrange(len(PLACEHOLDER) // 2)
    return (PLACEHOLDER[start:] + PLACEHOLDER * 3)[: chance.randint(300, 600)]


KINDS: dict[str, Callable[[str, random.Random, Sequence[str]], str]] = {
    "shuffled": shuffled, "repeated": repeated, "menu": menu, "keywords": keywords, "mojibake": mojibake, "scanned": scanned,
    "wrong language": wrong_language, "binary": binary, "placeholder": placeholder,
}


def planted(code: str, texts: dict[str, list[str]], chance: random.Random) -> dict[str, list[str]]:
    """Kind → texts of rubbish. Mojibake is left out of texts that it does not change (98 % ASCII or more)."""
    neighbours = [other for other in sorted(texts) if other != code]
    made = {}
    for kind, make in KINDS.items():
        made[kind] = []
        for number, text in enumerate(texts[code][:EACH]):
            own = texts[code][(number + 1) % len(texts[code])]
            foreign = texts[chance.choice(neighbours)]
            rubbish = make(text, chance, (own, foreign[number % len(foreign)]))
            if kind != "mojibake" or sum(c > "\x7f" for c in text) >= 0.02 * len(text):
                made[kind].append(rubbish)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--languages", nargs="*", default=[])
    parser.add_argument("--identify", action="store_true")
    parser.add_argument("--models", default=str(ROOT / "roots/models/perplexity"), help="language models (default: those that ship)")
    options = parser.parse_args()
    codes = [language.code for language in measuring.records()[0]]
    path = ROOT / "filters/clean.toml"
    table = Table.parse("filters/clean.toml", path.read_bytes(), [])
    assert table is not None
    clean = clean_texts(options.data, clean_sources_from(table), codes)
    texts = {code: [t for name, of in clean[code].items() if name.endswith(JOINED) for t in of] for code in codes}
    judge = Judge(measuring.rules(declared={code: (code,) for code in codes}, perplexity=options.models))
    print(f"{'language':10}" + "".join(f"{kind:>16}" for kind in KINDS) + f"{'all kinds':>12}{'clean':>8}")
    totals: dict[str, list[float]] = {}
    low = []
    for code in options.languages or codes:
        chance = random.Random(f"rubbish {code}")
        chance.shuffle(texts[code])
        made = {**planted(code, texts, chance), "clean": texts[code][EACH : EACH + 100]}
        rows = [(kind, text) for kind, of in made.items() for text in of]
        batch = document.batch_of({
            "id": [f"{n:032x}" for n in range(len(rows))], "text": [text for _, text in rows], "source": [code] * len(rows),
            "kind": ["natural"] * len(rows), "language": [code] * len(rows), "declared": [code] * len(rows),
        })
        if options.identify:
            from roots.filters.identify import Identifier, default_rules
            batch = Identifier(default_rules()).identify(batch)
        dropped = judge.judge(batch).column("dropped")
        share = {}
        for kind, of in made.items():
            if of:
                here = dropped.filter(pa.array([kind == k for k, _ in rows]))
                share[kind] = 1 - here.null_count / len(here)
        kinds = [share[kind] for kind in KINDS if kind in share]
        overall = sum(kinds) / len(kinds)
        for kind, value in {**share, "all": overall}.items():
            totals.setdefault(kind, []).append(value)
        low += [code] if overall < 0.9 else []
        print(f"{code:10}" + "".join(f"{share.get(kind, float('nan')):16.2f}" for kind in KINDS) + f"{overall:12.3f}{share['clean']:8.3f}",
              flush=True)
    print("mean      " + "".join(f"{sum(totals.get(kind, [0])) / max(len(totals.get(kind, [0])), 1):16.2f}" for kind in KINDS)
          + f"{sum(totals['all']) / len(totals['all']):12.3f}{sum(totals['clean']) / len(totals['clean']):8.3f}")
    print("below 90 %:", " ".join(low) or "none")


if __name__ == "__main__":
    main()
