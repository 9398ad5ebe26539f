"""What does each stage do to a batch, and what if one document makes it fail? Pure functions, without Beam."""
from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from roots import document
from roots.digest import value_digest
from roots.errors import RootsError
from roots.filters.normalise import normalise
from roots.governance.takedowns import honour
from roots.pipelines.cost import Cost, dropped_between, measuring
from roots.rules import Rules

Function = Callable[[pa.RecordBatch], pa.RecordBatch]
Failure = dict[str, str]
_loaded: dict[str, Any] = {}  # models and recognisers, once per process whatever the number of threads and stages


def loaded(kind: type, rules: Any) -> Any:
    """`kind(rules)`, made once per process for rules of the same content."""
    key = f"{kind.__module__}.{kind.__qualname__}:{value_digest(rules)}"
    if key not in _loaded:
        _loaded[key] = kind(rules)
    return _loaded[key]


def function_of(stage: str, rules: Rules) -> Function:
    """The pure function of a stage, with whatever it needs loaded. Raises KeyError for a stage that is none of these."""
    if stage == "identify":
        from roots.filters.identify import Identifier
        return loaded(Identifier, rules.identify).identify
    if stage == "lines":
        from roots.filters.lines import Lines
        return loaded(Lines, rules.lines).edit
    if stage == "judge":
        from roots.filters.judge import Judge
        return loaded(Judge, rules.judge).judge
    if stage == "decontaminate":
        from roots.filters.decontaminate import Decontaminator
        return loaded(Decontaminator, rules.decontamination).decontaminate
    if stage == "scrub":
        from roots.governance.scrub import Scrubber
        return loaded(Scrubber, rules.scrub).scrub
    if stage == "takedowns":
        return functools.partial(honour, takedowns=rules.takedowns)
    return {"normalise": normalise}[stage]


@dataclass(frozen=True)
class Done:
    """A batch that went through stages, what that cost, and which documents a stage failed on."""

    batch: pa.RecordBatch
    costs: list[Cost]
    failures: list[Failure]


def chain(stages: Sequence[str], rules: Rules) -> Callable[[tuple[pa.RecordBatch, Sequence[str]]], Iterator[str | Done]]:
    """A function from a batch, and those of the stages that it shall go through, to each stage's name before it begins and then Done.

    Everything is loaded and has run once before it is returned. Raises RootsError when that fails: what fails on harmless text would
    drop every document.
    """
    functions = {stage: function_of(stage, rules) for stage in stages}

    def through(order: tuple[pa.RecordBatch, Sequence[str]]) -> Iterator[str | Done]:
        batch, wanted = order
        costs: list[Cost] = []
        failures: list[Failure] = []
        for stage in wanted:
            yield stage
            with measuring(stage, batch) as cost:
                after = isolating(stage, functions[stage], batch, failures)
            cost.dropped = dropped_between(batch, after)
            costs.append(cost)
            batch = after
        yield Done(batch, costs, failures)

    for failure in list(through((_harmless(), stages)))[-1].failures:  # type: ignore[union-attr]
        raise RootsError(f"the stage {failure['stage']}", f"fails on any text ({failure['error']})",
                         "the installation or a model is damaged: run `make test`; ROOTS_LOG=FILE keeps the whole story")
    return through


def _harmless() -> pa.RecordBatch:
    text = "one two three four five six seven eight nine ten. " * 5
    return document.batch_of({"id": ["0" * 32, "1" * 32], "source": ["", ""], "kind": [document.NATURAL, document.PROGRAMMING],
                              "text": [text, f"# {text}\n"]})


def isolating(stage: str, function: Function, batch: pa.RecordBatch, failures: list[Failure]) -> pa.RecordBatch:
    """The function's answer; a document on which it fails is found by halving the batch and dropped as `failed.<stage>`.

    The failure names the document and the type of the error, never its message, which may quote the text.
    """
    try:
        return function(batch)
    except RootsError:
        raise
    except Exception as error:
        if len(batch) == 1:
            failures.append({"stage": stage, "id": batch.column("id")[0].as_py(), "error": type(error).__name__})
            return document.drop(batch, pa.array([True]), f"failed.{stage}")
        middle = len(batch) // 2
        return joined([isolating(stage, function, half, failures) for half in (batch[:middle], batch[middle:])])


def joined(parts: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """One batch of several; a measure that some of them lack is null there."""
    measures = document.measures_in(name for part in parts for name in part.schema.names)
    alike = [document.batch_of({name: part.column(name) for name in part.schema.names}, measures) for part in parts]
    return pa.Table.from_batches(alike).combine_chunks().to_batches()[0]
