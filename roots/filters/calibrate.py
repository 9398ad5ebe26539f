"""Where should a limit stand? Proposed from clean text: wide enough for every kind of it, never so wide that nothing is caught.

For each language and measure: the values of every source of clean text, each source with a say of its own (whole sources differ more
than documents do); its quantile of one in five hundred; a quarter more of its distance from the median; the most generous source
decides; and the bounds of filters/calibration.toml hold in any case. With too little text of the language its family's is pooled.
"""
from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from roots.filters.languages import WORDS, Language
from roots.filters.limits import Limit
from roots.filters.measures import names
from roots.records import Table

ENOUGH = 300        # values of one language: below, its family's are pooled
A_SAY = 25          # values of one source: below, it has none
TAIL = 0.002        # of a source's documents may lie beyond its quantile
FURTHER = 0.25      # of the distance from the median is added
SIDES = ("at_least", "at_most")


@dataclass(frozen=True)
class Policy:
    """How the limit of one measure may be set; see filters/calibration.toml."""

    measure: str
    side: str
    strictest: float
    laxest: float
    pooled: bool
    not_for: tuple[str, ...]
    why: str
    tail: float = TAIL
    further: float = FURTHER
    together: bool = False  # all sources are one voice, for their tails are thin: that of the smallest would decide alone
    unseen: bool = False  # only from text that neither a model nor a list has learned from: benchmarks/left_out.py


@dataclass(frozen=True)
class CodePolicy:
    """How one limit of source code may be set; see filters/code_calibration.toml."""

    measure: str
    side: str
    strictest: float
    laxest: float
    why: str


@dataclass(frozen=True)
class Proposal:
    """A limit from data, and the data."""

    measure: str
    side: str
    value: float
    why: str
    origin: str
    sufficient: bool     # enough text of the language itself
    drops: float         # share of the language's clean documents that this limit alone drops
    documents: int


def policies_from(table: Table) -> Mapping[str, Policy]:
    """The policies of filters/calibration.toml by measure; problems are noted on the table."""
    known = names()
    made = {}
    for measure in table.data:
        one = table.table(measure)
        strictest, laxest = one.number("strictest", required=True), one.number("laxest", required=True)
        made[measure] = Policy(measure, one.choice("side", SIDES, required=True, default="at_most"), strictest or 0.0, laxest or 0.0,
                               one.flag("pooled", default=True) is not False, one.texts("not_for", among=WORDS),
                               one.text("why", required=True), _number(one, "tail", TAIL), _number(one, "further", FURTHER),
                               one.flag("together", default=False) is True, one.flag("unseen", default=False) is True)
        one.done()
        if measure not in known:
            table.problem(measure, "is not a measure", f"choose one of: {', '.join(known)}")
    table.done()
    return {name: policy for name, policy in made.items() if name in known}


def code_policies_from(table: Table) -> tuple[CodePolicy, ...]:
    """The policies of filters/code_calibration.toml in their order; problems are noted on the table."""
    made = []
    for one in table.tables("limit", required=True):
        made.append(CodePolicy(one.choice("measure", names(), required=True), one.choice("side", SIDES, required=True, default="at_most"),
                               one.number("strictest", required=True) or 0.0, one.number("laxest", required=True) or 0.0,
                               one.text("why", required=True)))
        one.done()
    table.done()
    return tuple(one for one in made if one.measure)


def _number(table: Table, key: str, default: float) -> float:
    found = table.number(key, default=default)
    return default if found is None else found


Values = Mapping[str, Mapping[str, NDArray[np.float32]]]  # language → source → documents × measures, in the order of measures.names()


def _rounded(value: float, up: bool) -> float:
    """Two significant digits, away from the clean text."""
    if value == 0 or not math.isfinite(value):
        return value
    digits = 1 - math.floor(math.log10(abs(value)))
    scale = 10.0**digits
    moved = (math.ceil if up else math.floor)(round(value * scale, 4)) / scale
    return round(moved, max(digits, 0))


def _edge(values: NDArray[np.float32], policy: Policy) -> float:
    """The source's quantile, and a quarter more of its distance from the median."""
    most = policy.side == "at_most"
    quantile = float(np.quantile(values, 1 - policy.tail if most else policy.tail, method="higher" if most else "lower"))
    return quantile + policy.further * (quantile - float(np.median(values)))


def propose(language: Language, policy: Policy, values: Values, families: Mapping[str, str]) -> Proposal | None:
    """The limit of one measure of one language; None where the measure does not apply or nothing was measured."""
    if language.words in policy.not_for:
        return None
    column = names().index(policy.measure)

    def of(code: str) -> dict[str, NDArray[np.float32]]:
        found = {source: table[:, column] for source, table in values.get(code, {}).items()}
        return {source: here[~np.isnan(here)] for source, here in found.items() if (~np.isnan(here)).any()}

    own = of(language.code)
    count = sum(map(len, own.values()))
    relatives = sorted(code for code, family in families.items() if family == language.family and code != language.code)
    voices = [here for here in own.values() if len(here) >= min(A_SAY, count)]
    borrowed = []
    if policy.pooled and (count < ENOUGH or len(voices) < 2):
        # one kind of text tells nothing of the others: relatives bring their kinds
        borrowed = [code for code in relatives if values.get(code)]
        voices += [here for code in borrowed for here in of(code).values() if len(here) >= A_SAY]
    if not voices:
        return None
    if policy.together:
        voices = [np.concatenate(voices)]
    most = policy.side == "at_most"
    edges = [_edge(here, policy) for here in voices]
    edge = max(edges) if most else min(edges)
    within = min(max(edge, policy.strictest), policy.laxest) if most else max(min(edge, policy.strictest), policy.laxest)
    value = _rounded(within, up=most) if within == edge else within
    everything = np.concatenate(list(own.values())) if own else np.concatenate(voices)
    beyond = float((everything > np.float32(value)).mean() if most else (everything < np.float32(value)).mean())
    quartiles = np.quantile(everything, [0.25, 0.5, 0.75])
    origin = f"{count:,} clean texts of {len(own)} source{'s' if len(own) != 1 else ''}: median {quartiles[1]:.3g}, " \
             f"half of them between {quartiles[0]:.3g} and {quartiles[2]:.3g}"
    if borrowed:
        origin += f"; pooled with {', '.join(borrowed)}, for want of text of more than one kind"
    if within != edge and policy.strictest != policy.laxest:
        origin += f"; the text alone would say {edge:.3g}, held within {policy.strictest:g} and {policy.laxest:g}"
    return Proposal(policy.measure, policy.side, value, policy.why, origin, count >= ENOUGH, beyond, count)


def longest_gap(covered: float) -> int:
    """Words in a row without a small word that are strange: half as many again as chance gives once in ten thousand stretches."""
    covered = min(max(covered, 0.02), 0.9)
    return max(20, min(400, math.ceil(1.5 * math.log(1e-4) / math.log(1 - covered))))


def all_limits(languages: Sequence[Language], policies: Mapping[str, Policy], values: Values) -> Mapping[str, tuple[Proposal, ...]]:
    """The proposals of every language, in the order of the measures."""
    families = {language.code: language.family for language in languages}
    ordered = [policies[name] for name in names() if name in policies]
    return {
        language.code: tuple(made for policy in ordered if (made := propose(language, policy, values, families)) is not None)
        for language in languages
    }


def limits_toml(proposals: Iterable[Proposal], agreed: Mapping[tuple[str, str], str] | None = None) -> str:
    """The `[limits.…]` tables as they stand in a language's file."""
    by_measure: dict[str, list[Proposal]] = defaultdict(list)
    for one in proposals:
        by_measure[one.measure].append(one)
    parts = []
    for measure, ones in by_measure.items():
        lines = [f"[limits.{measure}]"]
        lines += [f"{one.side} = {one.value:.10g}" for one in ones]
        lines += [f"why = {_quoted(ones[0].why)}", f"from = {_quoted(ones[0].origin)}"]
        if agreed and (said := agreed.get((measure, ones[0].side))):
            lines.append(f"agreed = {_quoted(said)}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def kept_toml(limits: Sequence[Limit]) -> str:
    """The same of limits that stay as they are, with who agreed to them; nothing where there are none."""
    return limits_toml(
        [Proposal(limit.measure, side, bound, limit.why, limit.origin, True, 0.0, 0) for limit in limits
         for side, bound in (("at_least", limit.at_least), ("at_most", limit.at_most)) if bound is not None],
        {(limit.measure, side): limit.agreed for limit in limits for side in SIDES if limit.agreed},
    ) if limits else ""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def with_limits(file: str, limits: str, gap: int | None = None) -> str:
    """A language's file with its limits replaced and everything above them kept as people wrote it; `gap` sets longest_gap."""
    head = file.split("[limits.", 1)[0].rstrip() + "\n"
    if gap is not None:
        lines = [line for line in head.splitlines() if not line.startswith("longest_gap")]
        at = next((n for n, line in enumerate(lines) if line.startswith("word_ngram")), len(lines) - 1)
        lines.insert(at + 1, f"longest_gap = {gap}    # words in a row without a small word that are still no wonder")
        head = "\n".join(lines) + "\n"
    return f"{head}\n{limits}"
