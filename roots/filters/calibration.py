"""How is the whole folder of languages set from clean text? Word lists first, then measures, then limits, as files to be written.

Nothing is written here: `calibrate` and `word_lists` return the new text of each file, and who calls them (the command line) shows
what would change, writes, or does not.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from roots import document
from roots.document import NATURAL
from roots.filters.calibrate import Policy, Proposal, all_limits, kept_toml, limits_toml, longest_gap, with_limits
from roots.filters.clean import JOINED, CleanSource, Texts
from roots.filters.closed_class import ENOUGH, Found, closed_class, frequencies
from roots.filters.judge import Judge, JudgeRules
from roots.filters.languages import Language
from roots.filters.spelling import entries_of, spelling

LENDERS = ("ar", "en", "es", "fr", "hi", "pt")  # languages that others quote
LEND = 20_000                                   # texts of each that are looked at
NOTHING, A_LOT = 0.0, 0.3                       # share that a limit drops, at which a person should look


@dataclass(frozen=True)
class Calibration:
    """New files by name, relative to filters/, the proposals behind them, and what a person should look at."""

    files: Mapping[str, str]
    proposals: Mapping[str, tuple[Proposal, ...]]
    warnings: tuple[str, ...]


def word_lists(texts: Texts, sources: Sequence[CleanSource], rules: JudgeRules) -> Mapping[str, tuple[str, Found]]:
    """Language → (the text of its closed-class file, what was found)."""
    good = {source.id: source for source in sources if source.lists}
    lent = {code: frequencies([text for of in texts[code].values() for text in of][:LEND]) for code in LENDERS if code in texts}
    made = {}
    for language in rules.languages:
        own = {name: of for name, of in texts.get(language.code, {}).items() if name in good or name.removesuffix(f" {JOINED}") == name}
        own = {name: of for name, of in own.items() if name in good} or own
        found = closed_class(own, {code: words for code, words in lent.items() if code != language.code}, pairs=language.words != "unicode")
        made[language.code] = _list_file(language.code, found, good), found
    return made


def spelling_lists(texts: Texts, sources: Sequence[CleanSource], languages: Sequence[Language]) -> Mapping[str, str]:
    """Language → the text of its file of spellings; none for a language whose file names none, or without varied text."""
    described = {source.id: source for source in sources}
    made = {}
    for language in languages:
        own = {name: of for name, of in texts.get(language.code, {}).items() if name in described}
        strings, total = spelling((text for of in own.values() for text in of), language.letters, language.older)
        if not strings or not language.spelling or not any(described[name].varied for name in own):
            continue
        lines = [f"# What: strings of three letters of {language.code}, _ being the edge of a word: two letters, then all that may follow; "
                 f"from {total:,} such strings.",
                 "# How: the commonest, which make up 99 % of the text; roots/filters/spelling.py",
                 "# Owner: the roots project; no speaker has agreed to it yet · Version: 1",
                 "# Source: " + "; ".join(f"{described[name].what} ({described[name].licence})" for name in sorted(own)),
                 "# Licence: CC0-1.0 (a list of strings of letters is no work of those texts)"]
        made[language.code] = "\n".join([*lines, *entries_of(strings)]) + "\n"
    return made


def _list_file(code: str, found: Found, sources: Mapping[str, CleanSource]) -> str:
    lines = [f"# What: small words of {code} (closed class), most frequent first; they are {found.covered:.0%} of {found.running_words:,} "
             "running words.",
             "# How: frequent and evenly spread over passages of 100 words (Gries' deviation of proportions); "
             "roots/filters/closed_class.py"]
    if found.foreign:
        lines.append(f"# Left out, because other languages lend them: {', '.join(found.foreign)}")
    if found.running_words < ENOUGH:
        lines.append("# Little text: a speaker of the language should look at it.")
    lines += ["# Owner: the roots project; no speaker has agreed to it yet · Version: 1",
              "# Source: " + "; ".join(f"{sources[name].what} ({sources[name].licence})" for name in found.sources if name in sources),
              "# Licence: CC0-1.0 (a list of words is no work of those texts)"]
    return "\n".join([*lines, *found.words]) + "\n"


def measured(rules: JudgeRules, texts: Texts) -> Mapping[str, Mapping[str, NDArray[np.float32]]]:
    """Language → source → documents × measures, NaN where not measured."""
    judge = Judge(rules)
    return {code: {source: _values(judge, code, of) for source, of in by_source.items()} for code, by_source in texts.items()}


def _values(judge: Judge, code: str, texts: Sequence[str]) -> NDArray[np.float32]:
    batch = document.batch_of({
        "id": [f"{number:032x}" for number in range(len(texts))], "source": ["clean"] * len(texts), "kind": [NATURAL] * len(texts),
        "language": [code] * len(texts), "text": pa.array(texts, pa.large_string()),
    })
    return judge.values(batch)


def calibrate(rules: JudgeRules, texts: Texts, policies: Mapping[str, Policy], files: Mapping[str, str]) -> Calibration:
    """New limits for every language whose file is in `files` (code → its text now); what people `agreed` to stays as it is.

    So does what must be set from text that no model and no list has learned from (`unseen` in filters/calibration.toml).
    """
    policies = {name: policy for name, policy in policies.items() if not policy.unseen}
    values = measured(rules, texts)
    proposals = all_limits(rules.languages, policies, values)
    made, warnings = {}, []
    for language in rules.languages:
        if language.code not in files:
            continue
        held = {limit.measure for limit in language.limits if limit.agreed}
        kept = [limit for limit in language.limits if limit.agreed or limit.measure not in policies]
        fresh = [one for one in proposals[language.code] if one.measure not in held]
        covered = _covered(values.get(language.code, {}), rules)
        limits = "\n".join(filter(None, [limits_toml(fresh), kept_toml(kept)]))
        made[f"languages/{language.code}.toml"] = with_limits(files[language.code], limits, longest_gap(covered) if covered else None)
        for one in fresh:
            if one.drops > A_LOT:
                warnings.append(f"{language.code}: {one.measure} would drop {one.drops:.0%} of the clean text")
            if not one.sufficient:
                warnings.append(f"{language.code}: {one.measure} rests on {one.documents} texts")
    return Calibration(made, proposals, tuple(warnings))


def _covered(values: Mapping[str, NDArray[np.float32]], rules: JudgeRules) -> float:
    """The middle share of small words in the language's texts; 0 where it has no list."""
    column = Judge(rules).measures.index("closed_class")
    shares = [table[:, column] for table in values.values()]
    known = np.concatenate(shares) if shares else np.zeros(0, np.float32)
    known = known[~np.isnan(known)]
    return float(known.mean()) if len(known) else 0.0
