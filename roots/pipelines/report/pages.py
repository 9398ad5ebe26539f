"""What would a speaker of the language say to our limits? One page for each language: every limit, its histogram, texts on both sides."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from roots.document import PROGRAMMING
from roots.filters.measures import registry
from roots.pipelines.report import words
from roots.pipelines.report.examples import Examples
from roots.pipelines.report.histogram import draw_histogram
from roots.pipelines.report.limit_rows import NEAREST, SCORE

FOLDER = "languages"  # below RUN/report
SIDES = (("at_least", "≥", "below"), ("at_most", "≤", "above"))
_SCORE = ("How sure is the identifier that it is this language?", "probability")
Figures = dict[str, Any]


def written(figures: Figures) -> list[str]:
    """The languages that have a page: ours of which a limit was measured."""
    measured = {one["language"] for one in figures["limits"]}
    return [one["code"] for one in figures["languages"] if one["code"] in measured]


def pages(figures: Figures, histograms: Mapping[tuple[str, str], Mapping[str, Any]], examples: Examples) -> Iterator[tuple[str, str]]:
    """(language, HTML) of every page; all text of the run is escaped."""
    by_side: dict[tuple[str, str, str, bool], list[Figures]] = defaultdict(list)
    for row in examples["nearest"]:
        by_side[row["language"], row["measure"], row["side"], row["beyond"]].append({**row, "text": examples["texts"][row["id"]]})
    limits: dict[str, list[Figures]] = defaultdict(list)
    for one in figures["limits"]:
        limits[one["language"]].append(one)
    template = words.environment().get_template("language.html")
    ours = set(written(figures))
    for language in figures["languages"]:
        if language["code"] in ours:
            shown = [_limit(one, histograms, by_side) for one in limits[language["code"]]]
            shown.sort(key=lambda one: (-one["outside"], one["measure"]))
            yield language["code"], template.render(
                f=figures, language=language, limits=shown, style=words.style(), nearest=NEAREST,
                code=language["kind"] == PROGRAMMING, notices=_notices(shown))


def _limit(one: Figures, histograms: Mapping[tuple[str, str], Mapping[str, Any]],
           by_side: Mapping[tuple[str, str, str, bool], Sequence[Figures]]) -> Figures:
    known = registry().get(one["measure"])
    question, unit = (known.question, known.unit) if known else _SCORE if one["measure"] == SCORE else ("", "")
    bounds = [(sign, one[side]) for side, sign, _ in SIDES if one.get(side) is not None]
    spread = histograms.get((one["language"], one["measure"]))
    title = (f"Documents by {one['measure'].replace('_', ' ')}: {words.number(one['outside'])} of {words.number(one['measured'])} "
             f"lie beyond the limit, {words.limit(one)}")
    return {
        **one, "question": question, "unit": unit, "spread": spread,
        "picture": words.drawn(draw_histogram(spread, bounds, title)) if spread else "",
        "sides": [{"side": side, "sign": sign, "where": where, "bound": one[side],
                   "kept": by_side.get((one["language"], one["measure"], side, False), ()),
                   "dropped": by_side.get((one["language"], one["measure"], side, True), ())}
                  for side, sign, where in SIDES if one.get(side) is not None],
    }


def _notices(limits: Sequence[Figures]) -> list[str]:
    """The warnings of this language, as sentences."""
    def said(ones: Sequence[str]) -> str:
        return f"{'this limit' if len(ones) == 1 else 'these limits'}: {', '.join(ones)}."

    heavy = [f"{one['measure'].replace('_', ' ')} ({words.percent(one['share'])})" for one in limits if one["warning"] == "heavy"]
    idle = [one["measure"].replace("_", " ") for one in limits if one["warning"] == "idle"]
    drastic = [f"Drastic: so much of the language lies beyond {said(heavy)}"] if heavy else []
    return drastic + ([f"Idle: not one document lies beyond {said(idle)}"] if idle else [])
