"""How much clean text is dropped wrongly, and how much rubbish rightly, in sources that nothing was learned from?

    python -m benchmarks.left_out [--data ../shared/data] [--languages sw yo] [--models FOLDER] [--write]

Each source of clean text (filters/clean.toml) is left out in turn: of the language model, of the list of spellings, and of every limit;
then its documents, and rubbish of nine kinds made from them (benchmarks/rubbish.py), are judged. A source without which too little of a
language is left is halved instead: seven documents of ten teach, three are judged. Lists of small words are those that are shipped.
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
from roots.filters.judge import Judge, JudgeRules  # noqa: E402
from roots.filters.languages import Language  # noqa: E402
from roots.filters.measures import names  # noqa: E402
from roots.filters.spelling import entries_of, spelling  # noqa: E402
from roots.models.perplexity import train_one  # noqa: E402
from roots.models.perplexity_text import Line, shipped_recipe  # noqa: E402
from roots.models.perplexity_trie import trie_of, write_trie  # noqa: E402
from roots.records import Table  # noqa: E402

LEFT = 700        # lines that must be left to learn from when a source is left out
TEACH = 0.7       # of the documents of a source that cannot be left out
SAMPLE = 400      # documents of a source that are judged at most
FEW, MANY, SHARE_FEW, SHARE_MANY = 15, 100, 0.05, 0.02


@dataclass(frozen=True)
class Part:
    """One source of one language while it is left out: what is judged, and what all else taught."""

    code: str
    source: str
    judged: tuple[str, ...]
    values: NDArray[np.float32]
    rubbish: tuple[tuple[str, str], ...]         # kind, text
    rubbish_values: NDArray[np.float32]


def base(source: str) -> str:
    return source.removesuffix(f" {JOINED}")


def parts_of(code: str, texts: Mapping[str, Sequence[str]], rules: JudgeRules, language: Language, folder: Path,
             strangers: Mapping[str, list[str]], varied_sources: Collection[str]) -> list[Part]:
    """Every source of one language, left out in turn, measured by what the others teach."""
    own = {name: of for name, of in texts.items() if base(name) == name}
    made = []
    for source, of_source in own.items():
        rest = [text for name, of in own.items() if name != source for text in of]
        half = sum(text.count("\n") + 1 for text in rest) < LEFT
        taught = [text for at, text in enumerate(of_source) if half and at < TEACH * len(of_source)]
        judged = [text for name, of in texts.items() if base(name) == source and (name != source or f"{source} {JOINED}" not in texts)
                  for at, text in enumerate(of) if not half or at >= TEACH * len(of)]
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
            write_trie(trie_of(train_one(lines, recipe, recipe.readings[0] if reads_beginnings(code) else recipe.readings[1]).estimate),
                       place / f"{code}.klm", recipe.bits, recipe.bits)
        varied = taught or any(name in varied_sources for name in own if name != source)
        strings = spelling([*rest, *taught], language.letters)[0] if varied else []
        words = {**rules.words, language.spelling: tuple(entries_of(strings))} if language.spelling else rules.words
        judge = Judge(replace(rules, languages=(language,), code=(), words=words, perplexity=str(place)))
        random_ = random.Random(f"rubbish {code}")
        sample = [text for text in judged if len(text) > 200] or judged
        bad = [(kind, text) for kind, of in planted(code, {**strangers, code: sample}, random_).items() for text in of]
        made.append(Part(code, source, tuple(judged), judge.values(batch(code, judged)), tuple(bad),
                         judge.values(batch(code, [text for _, text in bad]))))
    return made


def reads_beginnings(code: str) -> bool:
    return bool(json.loads((ROOT / "roots/models/perplexity/models.json").read_text())[code]["end"] == shipped_recipe().readings[0].end)


def batch(code: str, texts: Sequence[str]) -> pa.RecordBatch:
    return document.batch_of({"id": [f"{n:032x}" for n in range(len(texts))], "text": pa.array(texts, pa.large_string()),
                              "source": ["s"] * len(texts), "kind": ["natural"] * len(texts), "language": [code] * len(texts)})


def limits_without(part: Part, parts: Sequence[Part], languages: Mapping[str, Language], policies: Mapping[str, Policy]) -> list[Proposal]:
    """The limits of the part's language, from every source but its own."""
    values: dict[str, dict[str, NDArray[np.float32]]] = {}
    for one in parts:
        if one.source != part.source or (one.code == part.code and len([p for p in parts if p.code == part.code]) == 1):
            values.setdefault(one.code, {})[one.source] = one.values
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
    parts = [part for code in options.languages or sorted(texts)
             for part in parts_of(code, texts[code], rules, languages[code], folder,
                                  {other: some for other, some in foreign.items() if other != code and some}, varied)]
    if options.train_only:
        return
    print("Clean documents of sources that were left out, wrongly dropped")
    caught: dict[str, dict[str, list[bool]]] = {}
    lost: dict[str, list[str]] = {}
    for part in parts:
        limits = limits_without(part, parts, languages, policies)
        reasons = broken(part.values, limits)
        lost.setdefault(part.code, []).extend(reasons)
        told = Counter(filter(None, reasons)).most_common(3)
        print(f"  {part.code:8}{part.source:18}{len(reasons):5}{np.mean([bool(r) for r in reasons]):8.1%}  "
              + ", ".join(f"{reason} {count}" for reason, count in told))
        for (kind, _), reason in zip(part.rubbish, broken(part.rubbish_values, limits), strict=True):
            caught.setdefault(part.code, {}).setdefault(kind, []).append(bool(reason))
    over = []
    print(f"\nBy language{'':9}clean dropped" + "".join(f"{kind:>15}" for kind in KINDS) + f"{'rubbish':>10}")
    for code, of in caught.items():
        wrongly = float(np.mean([bool(reason) for reason in lost[code]]))
        rightly = {kind: float(np.mean(hits)) for kind, hits in of.items()}
        mean = float(np.mean(list(rightly.values())))
        allowed = SHARE_MANY if len(lost[code]) >= MANY else SHARE_FEW
        over += [code] if wrongly > allowed or mean < 0.9 else []
        print(f"{code:12}{len(lost[code]):8}{wrongly:14.1%}" + "".join(f"{rightly.get(kind, float('nan')):15.2f}" for kind in KINDS)
              + f"{mean:10.3f}", flush=True)
    print("outside of what is promised:", " ".join(over) or "none")
    for code in sorted({part.code for part in parts}) if options.write else ():
        everything = {c: {p.source: p.values for p in parts if p.code == c} for c in {p.code for p in parts}}
        families = {c: language.family for c, language in languages.items()}
        found = [propose(languages[code], policy, everything, families) for policy in policies.values() if policy.unseen]
        write(languages[code], [one for one in found if one is not None])


if __name__ == "__main__":
    main()
