"""How does a pure function over batches become a step of a pipeline, and what if one document makes it fail?"""
from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import apache_beam as beam
import pyarrow as pa

from roots import document
from roots.digest import value_digest
from roots.errors import RootsError
from roots.filters.normalise import normalise
from roots.governance.takedowns import honour
from roots.pipelines.element import Piece
from roots.pipelines.engine import costed
from roots.rules import Rules

Function = Callable[[pa.RecordBatch], pa.RecordBatch]
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
    if stage == "judge":
        from roots.filters.judge import Judge
        return loaded(Judge, rules.judge).judge
    if stage == "scrub":
        from roots.governance.scrub import Scrubber
        return loaded(Scrubber, rules.scrub).scrub
    if stage == "takedowns":
        return functools.partial(honour, takedowns=rules.takedowns)
    return {"normalise": normalise}[stage]


class Stage(beam.PTransform):
    """One stage of the recipe as a step: the same rows in the same order, measured, with poison set apart."""

    def __init__(self, stage: str, rules: Rules) -> None:
        super().__init__(stage.capitalize())
        self.stage, self.rules = stage, rules

    def expand(self, pieces: beam.PCollection) -> beam.PCollection:
        return pieces | beam.ParDo(_Apply(self.stage, self.rules)).with_output_types(Piece)


class _Apply(beam.DoFn):
    def __init__(self, stage: str, rules: Rules) -> None:
        self.stage, self.rules = stage, rules

    def setup(self) -> None:
        self.function = function_of(self.stage, self.rules)

    def process(self, piece: Piece) -> Iterator[Piece]:
        failures: list[dict[str, str]] = []
        with costed(self.stage, piece.batch):
            batch = isolating(self.stage, self.function, piece.batch, failures)
        yield piece.with_batch(batch, failures=piece.facts.get("failures", []) + failures)


def isolating(stage: str, function: Function, batch: pa.RecordBatch, failures: list[dict[str, str]]) -> pa.RecordBatch:
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
        halves = [isolating(stage, function, half, failures) for half in (batch[:middle], batch[middle:])]
        measures = document.measures_in(name for half in halves for name in half.schema.names)
        alike = [document.batch_of({name: half.column(name) for name in half.schema.names}, measures) for half in halves]
        return pa.Table.from_batches(alike).combine_chunks().to_batches()[0]
