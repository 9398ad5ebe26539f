"""What does every measure say of one text, what is its limit, and what is the verdict? For `roots filters try` and `roots explain`."""
from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import pyarrow as pa

from roots import document
from roots.document import MEASURE, NATURAL, PROGRAMMING
from roots.errors import RootsError
from roots.filters.judge import Judge, JudgeRules
from roots.filters.languages import CodeLanguage, Language
from roots.filters.limits import Limit, by_measure, sentence
from roots.filters.measures import registry

# measure: the key of the language's file that names the list which it needs
LISTS = {"closed_class": "closed_class", "closed_class_kinds": "closed_class", "bare_words": "closed_class", "flagged_words": "flagged",
         "boilerplate_words": "boilerplate", "strange_spelling": "spelling"}
MODELS = ("word_order", "perplexity")


@dataclass(frozen=True)
class Finding:
    """One measure of one text beside its limit."""

    measure: str
    question: str
    unit: str
    value: float | None      # None = it could not be taken; `why` says why
    at_least: float | None
    at_most: float | None
    why: str
    where: str      # file:line of the limit; empty = the language sets none
    reason: str     # "letter_share.low" where the limit is broken; else empty

    def as_json(self) -> dict[str, str | float | None]:
        return asdict(self)


def record_of(rules: JudgeRules, code: str) -> Language | CodeLanguage:
    """The language of a code; RootsError where it is none of ours."""
    found: dict[str, Language | CodeLanguage] = {one.code: one for one in rules.languages}
    found.update({one.code: one for one in rules.code})
    if code not in found:
        raise RootsError(f"language {code!r}", "is none of those in filters/languages and filters/code", "give the name of a file there")
    return found[code]


def try_text(judge: Judge, code: str, text: str) -> tuple[Finding, ...]:
    """Every measure that was taken of the text as one of this language, in the order in which limits are tried; then those that could not
    be, with no value, and why not."""
    record = record_of(judge.rules, code)
    kind = NATURAL if isinstance(record, Language) else PROGRAMMING
    batch = document.batch_of({"id": ["0" * 32], "source": ["try"], "kind": [kind], "language": [code],
                               "text": pa.array([text], pa.large_string())})
    row = judge.measure(batch).slice(0, 1).to_pylist()[0]
    taken = findings(record, {name.removeprefix(MEASURE): value for name, value in row.items() if name.startswith(MEASURE)})
    known = {one.measure for one in taken}
    return (*taken, *(Finding(name, one.question, one.unit, None, None, None, _untaken(judge.rules, record, name), "", "")
                      for name, one in registry().items() if kind in one.kinds and name not in known))


def _untaken(rules: JudgeRules, record: Language | CodeLanguage, measure: str) -> str:
    """Why a measure was not taken of a text."""
    list_ = LISTS.get(measure, "")
    if list_ and not rules.words.get(getattr(record, list_)):
        return f"not measured: no list of this language has been written ({list_} in {record.file})"
    if measure in MODELS and rules.perplexity is None:
        return "not measured: there is no language model"
    if measure.endswith("_path"):
        return "not measured: a text that is tried has no path"
    return "not measured: the text holds too little that it could be taken of"


def findings(record: Language | CodeLanguage, values: Mapping[str, float | None]) -> list[Finding]:
    """Values of a document, as they stand in its row, beside the limits of its language."""
    limits = by_measure(record.limits)
    found = []
    for name, one in registry().items():
        value = values.get(name)
        limit = limits.get(name)
        if value is None or math.isnan(value):
            continue
        found.append(Finding(
            name, one.question, one.unit, value, limit.at_least if limit else None, limit.at_most if limit else None,
            limit.why if limit else "", f"{limit.file}:{limit.line}" if limit else "", (limit.broken_by(value) or "") if limit else "",
        ))
    return found


def broken(record: Language | CodeLanguage, reason: str) -> Limit | None:
    """The limit that a reason such as "letter_share.low" speaks of; None where it speaks of something else."""
    return by_measure(record.limits).get(reason.rpartition(".")[0])


def told(record: Language | CodeLanguage, reason: str, value: float) -> str:
    """A reason in words: the value, the limit, where it is written and why; empty where no limit is meant."""
    limit = broken(record, reason)
    if limit is None:
        return ""
    return sentence(limit, value, registry()[limit.measure].unit)
