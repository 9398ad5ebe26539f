"""When may a partition be looked at? When every piece of the work has written its file, partition by partition; then they are dealt out."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import apache_beam as beam
from apache_beam.transforms.combiners import Count


class Partitions(beam.PTransform):
    """pieces → each of them `spread` into its file → when all are there → the numbers of the partitions, each to be done by somebody."""

    def __init__(self, pieces: Sequence[Any], spread: Callable[[Any], str], partitions: int) -> None:
        super().__init__("Partitions")
        self.pieces, self.spread, self.partitions = list(pieces), spread, partitions

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection:
        numbers = range(self.partitions)
        return (
            pipeline
            | "pieces" >> beam.Create(self.pieces, reshuffle=False)
            | "deal pieces" >> beam.Reshuffle()
            | "spread" >> beam.Map(self.spread)
            | "when all are there" >> Count.Globally()
            | "partitions" >> beam.FlatMap(lambda _: numbers)
            | "deal partitions" >> beam.Reshuffle()
        )
