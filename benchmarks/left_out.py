"""How much clean text is dropped wrongly, and how much rubbish rightly, in sources that nothing was learned from?

    python -m benchmarks.left_out [--data ../shared/data] [--languages sw yo] [--models FOLDER] [--write]

Each source of clean text (filters/clean.toml) is left out in turn: of the language model, of the list of spellings, and of every limit;
then its documents, and rubbish of nine kinds made from them (benchmarks/rubbish.py), are judged. A source without which too little of a
language is left is halved instead: seven documents of ten teach, three are judged. Lists of small words are those that are shipped.

What is promised is said of the limits alone. "In a build" adds what the identifier drops before the judge, where the source declares its
one language: another language, or too low a score. The identifier that is shipped has learned from these sources, but from no rubbish.
`--models` keeps the language models between runs: training them takes most of the time. `--write` sets the limits that need text
which no model has seen (`unseen` in filters/calibration.toml), from all sources, each measured while it was left out.
"""
from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

import measuring  # noqa: E402
from rubbish import KINDS, planted  # noqa: E402

from roots import document  # noqa: E402
from roots.digest import chance  # noqa: E402
from roots.filters.calibrate import Policy, Proposal, limits_toml, policies_from, propose  # noqa: E402
from roots.filters.clean import JOINED, clean_sources_from, clean_texts  # noqa: E402
from roots.filters.identify import Identifier, default_rules  # noqa: E402
from roots.filters.judge import Judge, JudgeRules  # noqa: E402
from roots.filters.languages import Language  # noqa: E402
from roots.filters.measures import names  # noqa: E402
from roots.filters.normalise import normalise  # noqa: E402
from roots.filters.spelling import entries_of, spelling  # noqa: E402
from roots.models.perplexity import train_one  # noqa: E402
from roots.models.perplexity_text import Line, shipped_recipe  # noqa: E402
from roots.models.perplexity_trie import trie_of, write_trie  # noqa: E402
from roots.records import Table  # noqa: E402

LEFT = 700        # lines that must be left to learn from when a source is left out
TEACH = 0.7       # of the documents of a source that cannot be left out
SAMPLE = 400      # documents of a source that are judged at most
FEW, MANY, SHARE_FEW, SHARE_MANY, RIGHTLY = 15, 100, 0.05, 0.02, 0.9


@dataclass(frozen=True)
class Part:
    """One source of one language while it is left out: what is judged, and what all else taught."""

    code: str
    source: str
    judged: tuple[str, ...]
    values: NDArray[np.float32]
    lost: NDArray[np.bool_]                      # by the identifier
    rubbish: tuple[tuple[str, str], ...]         # kind, text
    rubbish_values: NDArray[np.float32]
    rubbish_lost: NDArray[np.bool_]
    taught: NDArray[np.float32]                  # values of the half that taught, without those that need unseen text; no rows otherwise


def base(source: str) -> str:
    return source.removesuffix(f" {JOINED}")


def parts_of(code: str, texts: Mapping[str, Sequence[str]], rules: JudgeRules, language: Language, folder: Path,
             strangers: Mapping[str, list[str]], varied_sources: Collection[str], unseen: Sequence[int]) -> list[Part]:
    """Every source of one language, left out in turn, measured by what the others teach."""
    own = {name: of for name, of in texts.items() if base(name) == name}
    made = []
    for source, of_source in own.items():
        rest = [text for name, of in own.items() if name != source for text in of]
        half = sum(text.count("\n") + 1 for text in rest) < LEFT
        taught = [text for at, text in enumerate(of_source) if half and at < TEACH * len(of_source)]
        documents = texts.get(f"{source} {JOINED}", of_source)
        judged = [text for at, text in enumerate(documents) if not half or at >= TEACH * len(documents)]
        judged = [text for text in judged if not any(" ".join(known.split()) in text for known in taught)]
        if len(judged) < FEW and len(own) > 1:
            continue
        judged = sorted(judged, key=lambda text: chance(0, text))[:SAMPLE]
        teaching = {**own, source: taught}
        lines = [Line(name, f"{name} {at}", number, 1.0, line) for name, of in teaching.items() for at, text in enumerate(of)
                 for number, line in enumerate(text.split("\n")) if line.strip()]
        place = folder / source
        if not (place / f"{code}.klm").exists():
            recipe = shipped_recipe()
            place.mkdir(parents=True, exist_ok=True)
            reading = recipe.readings[0] if reads_beginnings(code) else recipe.readings[1]
            learned = train_one(lines, recipe, reading, language.older).estimate
            write_trie(trie_of(learned), place / f"{code}.klm", recipe.bits, recipe.bits)
        varied = taught or any(name in varied_sources for name in own if name != source)
        strings = spelling([*rest, *taught], language.letters, language.older)[0] if varied else []
        words = {**rules.words, language.spelling: tuple(entries_of(strings))} if language.spelling else rules.words
        judge = Judge(replace(rules, languages=(language,), code=(), words=words, perplexity=str(place)))
        random_ = random.Random(f"rubbish {code}")
        sample = [text for text in judged if len(text) > 200] or judged
        bad = [(kind, text) for kind, of in planted(code, {**strangers, code: sample}, random_).items() for text in of]
        rubbish = [text for _, text in bad]
        first = [text for at, text in enumerate(documents) if half and at < TEACH * len(documents)]
        seen = judge.values(batch(code, first))
        seen[:, unseen] = np.nan
        if language.spelling:  # of the half that taught, one text of two teaches how the other is spelled
            for turn in (0, 1):
                strings = spelling([*rest, *first[1 - turn :: 2]], language.letters, language.older)[0]
                again = Judge(replace(judge.rules, words={**rules.words, language.spelling: tuple(entries_of(strings))}, perplexity=None))
                column = names().index("strange_spelling")
                seen[turn::2, column] = again.values(batch(code, first[turn::2]))[:, column]
        made.append(Part(code, source, tuple(judged), judge.values(batch(code, judged)), lost(language, judged), tuple(bad),
                         judge.values(batch(code, rubbish)), lost(language, rubbish), seen))
    return made


def lost(language: Language, texts: Sequence[str]) -> NDArray[np.bool_]:
    """Which texts does the identifier take for another language, or score below the language's floor?"""
    named, scores = identifier().languages(pa.array(texts, pa.large_string()))
    other = np.array([code != language.code for code in named.to_pylist()], bool)
    return other | (np.asarray(scores) < np.float32(language.floor))


@lru_cache(maxsize=1)
def identifier() -> Identifier:
    return Identifier(default_rules())


def reads_beginnings(code: str) -> bool:
    return bool(json.loads((ROOT / "roots/models/perplexity/models.json").read_text())[code]["end"] == shipped_recipe().readings[0].end)


def batch(code: str, texts: Sequence[str]) -> pa.RecordBatch:
    """As it comes to the judge in a build: normalised."""
    return normalise(document.batch_of({
        "id": [f"{n:032x}" for n in range(len(texts))], "text": pa.array(texts, pa.large_string()), "source": ["s"] * len(texts),
        "kind": ["natural"] * len(texts), "language": [code] * len(texts)}))


def limits_without(part: Part, parts: Sequence[Part], languages: Mapping[str, Language], policies: Mapping[str, Policy]) -> list[Proposal]:
    """The limits of the part's language, from every source but its own; from the half of its own that taught, where it was halved."""
    values: dict[str, dict[str, NDArray[np.float32]]] = {}
    for one in parts:
        if one.source != part.source:
            values.setdefault(one.code, {})[one.source] = one.values
    if len(part.taught):
        values.setdefault(part.code, {})[part.source] = part.taught
    families = {code: language.family for code, language in languages.items()}
    found = [propose(languages[part.code], policy, values, families) for policy in policies.values()]
    return [one for one in found if one is not None]


def broken(values: NDArray[np.float32], limits: Sequence[Proposal]) -> list[str]:
    """The first limit that each row breaks; empty = none."""
    known = names()
    first = [""] * len(values)
    for one in sorted(limits, key=lambda limit: known.index(limit.measure)):
        column = values[:, known.index(one.measure)]
        low = one.side == "at_least"
        for row in np.flatnonzero(column < np.float32(one.value) if low else column > np.float32(one.value)):
            first[row] = first[row] or f"{one.measure}.{'low' if low else 'high'}"
    return first


def write(language: Language, proposals: Sequence[Proposal]) -> None:
    """Sets the limits of the language's file that these proposals are about."""
    path = ROOT / language.file
    text = path.read_text(encoding="utf-8")
    agreed: set[str] = {limit.measure for limit in language.limits if limit.agreed}
    for one in proposals:
        if one.measure not in agreed:
            text = re.sub(rf"\n\[limits\.{one.measure}\]\n(?:[^\[\n].*\n?)*", "", text)
            text = f"{text.rstrip()}\n\n{limits_toml([one])}"
    path.write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--languages", nargs="*", default=[])
    parser.add_argument("--models", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--train-only", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        run(options, options.models or Path(scratch))


def tell(parts: Sequence[Part], languages: Mapping[str, Language], policies: Mapping[str, Policy]) -> None:
    """Prints what becomes of each source while it is left out, and of each language."""
    print("Clean documents of sources that were left out, wrongly dropped")
    clean: dict[str, list[tuple[bool, bool]]] = {}
    caught: dict[str, dict[str, list[tuple[bool, bool]]]] = {}
    for part in parts:
        limits = limits_without(part, parts, languages, policies)
        reasons = broken(part.values, limits)
        clean.setdefault(part.code, []).extend(zip(map(bool, reasons), part.lost, strict=True))
        told = Counter(filter(None, reasons)).most_common(3)
        print(f"  {part.code:8}{part.source:18}{len(reasons):5}{np.mean([bool(r) for r in reasons]):8.1%}  "
              + ", ".join(f"{reason} {count}" for reason, count in told))
        found = broken(part.rubbish_values, limits)
        for (kind, _), reason, gone in zip(part.rubbish, found, part.rubbish_lost, strict=True):
            caught.setdefault(part.code, {}).setdefault(kind, []).append((bool(reason), bool(gone)))
    print("\n| language | clean documents | dropped | in a build | rubbish dropped | in a build | " + " | ".join(KINDS) + " |")
    print("|---|" + "---:|" * (5 + len(KINDS)))
    over = []
    for code, of in caught.items():
        wrongly, with_identifier = np.mean([(limit, limit or gone) for limit, gone in clean[code]], axis=0)
        rightly = {kind: np.mean([(limit, limit or gone) for limit, gone in hits], axis=0) for kind, hits in of.items()}
        mean, in_build = np.mean(list(rightly.values()), axis=0)
        over += [code] if wrongly > (SHARE_MANY if len(clean[code]) >= MANY else SHARE_FEW) or mean < RIGHTLY else []
        print(f"| {code} | {len(clean[code]):,} | {wrongly:.1%} | {with_identifier:.1%} | {mean:.1%} | {in_build:.1%} | "
              + " | ".join(f"{rightly[kind][0]:.2f}" if kind in rightly else "" for kind in KINDS) + " |", flush=True)
    print("\nOutside of what is promised:", " ".join(over) or "none")


def run(options: argparse.Namespace, folder: Path) -> None:
    rules = measuring.rules()
    languages = {one.code: one for one in rules.languages}
    tables = {name: Table.parse(name, (ROOT / name).read_bytes(), []) for name in ("filters/clean.toml", "filters/calibration.toml")}
    clean, bounds = tables["filters/clean.toml"], tables["filters/calibration.toml"]
    assert clean is not None and bounds is not None
    sources = clean_sources_from(clean)
    varied = {source.id for source in sources if source.varied}
    policies = policies_from(bounds)
    texts = clean_texts(options.data, sources, languages)
    foreign = {code: [text for name, some in of.items() if name.endswith(JOINED) for text in some[:40]] for code, of in texts.items()}
    unseen = [names().index(policy.measure) for policy in policies.values() if policy.unseen]
    parts = [part for code in options.languages or sorted(texts)
             for part in parts_of(code, texts[code], rules, languages[code], folder,
                                  {other: some for other, some in foreign.items() if other != code and some}, varied, unseen)]
    if not options.train_only:
        tell(parts, languages, policies)
    for code in sorted({part.code for part in parts}) if options.write else ():
        everything = {c: {p.source: p.values for p in parts if p.code == c} for c in {p.code for p in parts}}
        families = {c: language.family for c, language in languages.items()}
        found = [propose(languages[code], policy, everything, families) for policy in policies.values() if policy.unseen]
        write(languages[code], [one for one in found if one is not None])


if __name__ == "__main__":
    main()
