"""What if a document crashes a library, or never comes back from it? The stages run in a child; the document is found and dropped.

A batch on which the child dies is cut into parts, these into smaller ones, until documents stand alone. One that kills the child
twice alone is dropped as `failed.<stage>`; so a child that was killed by accident changes nothing.
"""
from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import apache_beam as beam
import pyarrow as pa
from apache_beam.internal import pickler

from roots import document
from roots.pipelines.child import Child, Died
from roots.pipelines.element import Piece
from roots.pipelines.engine import tell
from roots.pipelines.stages import Done, Failure, chain, joined
from roots.rules import Rules

_log = logging.getLogger("roots.stages")
PARTS = 64  # of a batch on which the child died: 4096 documents → 64 → 1


@dataclass(frozen=True)
class Patience:
    """How long may the stages compute on one batch? Generous: a batch takes a second, and a slow machine must change no result."""

    seconds: float = 60.0
    seconds_per_megabyte: float = 10.0

    def for_batch(self, batch: pa.RecordBatch) -> float:
        return self.seconds + self.seconds_per_megabyte * batch.column("text").nbytes / 1e6


class Guarded:
    """The stages as a function over batches that survives whatever a document does to them."""

    def __init__(self, stages: Sequence[str], rules: Rules, patience: Patience | None = None) -> None:
        self.stages, self.patience = tuple(stages), patience or Patience()
        self.child = Child(chain, self.stages, rules)

    def __call__(self, batch: pa.RecordBatch) -> Done:
        """The batch after all stages, with costs and failures. Raises RootsError as the stages do."""
        try:
            return self._asked(batch, self.stages)
        except Died:
            if len(batch) == 1:
                return self._alone(batch)
        size = -(-len(batch) // PARTS)
        parts = [self(batch.slice(start, size)) for start in range(0, len(batch), size)]
        return Done(joined([part.batch for part in parts]), [cost for part in parts for cost in part.costs],
                    [failure for part in parts for failure in part.failures])

    def _asked(self, batch: pa.RecordBatch, stages: Sequence[str]) -> Done:
        done: Done = self.child((batch, tuple(stages)), self.patience.for_batch(batch))[-1]
        return done

    def _alone(self, batch: pa.RecordBatch) -> Done:
        """One document, once more; if the child dies again, the document stays as it was before the stage where it happened."""
        try:
            return self._asked(batch, self.stages)
        except Died as death:
            place = max(len(death.said) - 1, 0)  # the child names each stage before it begins
            before = self._asked(batch, self.stages[:place])
            stage = self.stages[place]
            failure: Failure = {"stage": stage, "id": batch.column("id")[0].as_py(), "error": death.how}
            return Done(document.drop(before.batch, pa.array([True]), f"failed.{stage}"), before.costs, [*before.failures, failure])


def told_of(batch: pa.RecordBatch) -> str:
    """Source, file and first record of a batch, for the log."""
    return f"{batch.column('source')[0]} · {batch.column('locator')[0]}" if len(batch) else "no documents"


class Stages(beam.PTransform):
    """Stages of the recipe, one after the other, as one step: the same rows in the same order, with poison set apart."""

    def __init__(self, stages: Sequence[str], rules: Rules) -> None:
        super().__init__(" · ".join(stages))
        self.stages, self.rules = tuple(stages), rules

    def expand(self, pieces: beam.PCollection) -> beam.PCollection:
        return pieces | beam.ParDo(_Apply(self.stages, self.rules)).with_output_types(Piece)


class _Apply(beam.DoFn):
    """Holds the rules packed: they are megabytes, and Beam packs and unpacks a step half a dozen times before it runs."""

    def __init__(self, stages: Sequence[str], rules: Rules) -> None:
        self.stages, self.packed = tuple(stages), pickler.dumps(rules)

    def setup(self) -> None:
        self.guarded = Guarded(self.stages, pickler.loads(self.packed))

    def teardown(self) -> None:
        self.guarded.child.close()

    def process(self, piece: Piece) -> Iterator[Piece]:
        done = self.guarded(piece.batch)
        where = told_of(piece.batch)
        for cost in done.costs:
            tell(cost)
            _log.info("%s · %s: %d documents, %d bytes, %d dropped, %.3f s", cost.stage, where, cost.documents, cost.bytes,
                      cost.dropped.total(), cost.wall)
        for failure in done.failures:
            _log.warning("%s · %s: document %s: %s", failure["stage"], where, failure["id"], failure["error"])
        yield piece.with_batch(done.batch, failures=piece.facts.get("failures", []) + done.failures)

