"""Pass 3: what is each document's fate? Judged blocks and decisions in; sifted blocks and ledger rows out."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from roots import batches, document, ledger
from roots.filters.passages import PassageRules
from roots.filters.passages_cut import cut_repeated
from roots.pipelines.decisions import decided
from roots.pipelines.element import Piece
from roots.pipelines.engine import costed
from roots.pipelines.judged import JudgedBlock
from roots.pipelines.repetitions import units_in
from roots.pipelines.work import Folder
from roots.rules import Rules
from roots.store import Place, place

POSITION = "position"  # of a kept row among the kept rows of its block; null = dropped

SHARD = pa.schema([pa.field(name, document.COLUMNS[name]) for name in
                   ("id", "source", "snapshot", "locator", "url", "kind", "language", "language_score", "text", "edits")]
                  + [pa.field("licence", pa.string())])


class Finishing(beam.PTransform):
    """decisions → repetitions → sift → kept rows and ledger rows, block by block; an empty path for what the recipe leaves out."""

    def __init__(self, blocks: Sequence[JudgedBlock], decisions: str, repetitions: str, rules: Rules, work: Place) -> None:
        super().__init__("Finishing")
        self.blocks, self.decisions, self.repetitions, self.rules, self.work = list(blocks), decisions, repetitions, rules, Folder(work)

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection:
        return (
            pipeline
            | "Blocks" >> beam.Create(self.blocks, reshuffle=False)
            | "Share out" >> beam.Reshuffle()
            | "Decide" >> beam.ParDo(_Decide(self.decisions, self.repetitions, self.rules.passages, self.work)).with_output_types(Piece)
            | "Sift" >> beam.ParDo(_Sift(self.rules.licences, self.work))
        )


class _Decide(beam.DoFn):
    def __init__(self, decisions: str, repetitions: str, rules: PassageRules, work: Folder) -> None:
        self.decisions, self.repetitions, self.rules, self.work = decisions, repetitions, rules, work

    def process(self, block: JudgedBlock) -> Iterator[Piece]:
        if self.work.whole(block.name):
            return
        batch = batches.read(place(block.documents))
        if self.decisions:
            batch = decided(batch, self.decisions, block.offset)
        if self.repetitions:
            with costed("repetitions", batch):
                batch = cut_repeated(batch, units_in(self.repetitions, block.offset, len(batch)), self.rules)
        yield Piece(block.name, batch)


def sift(batch: pa.RecordBatch, licences: Mapping[str, str]) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Kept and dropped part: (kept rows as a shard has them, sorted by language, stable; ledger rows of all, without text)."""
    position = np.full(len(batch), -1, np.int64)
    here = np.flatnonzero(document.kept(batch).to_numpy(zero_copy_only=False))
    languages = batch.column("language").dictionary_encode(null_encoding="encode")
    rank = np.argsort(np.argsort([str(name) for name in languages.dictionary.to_pylist()]))
    order = here[np.argsort(rank[np.asarray(languages.indices)[here]], kind="stable")] if len(here) else here
    position[order] = np.arange(len(order))
    kept = batch.select([name for name in SHARD.names if name != "licence"]).take(pa.array(order))
    known = {name: kept.column(name) for name in SHARD.names if name != "licence"}
    source = kept.column("source").dictionary_encode()
    licence = pa.array([licences.get(name, "") for name in source.dictionary.to_pylist()], pa.string())
    known["licence"] = pa.DictionaryArray.from_arrays(source.indices, licence).cast(pa.string())
    wanted = ledger.schema(document.measures_in(batch.schema.names)).names
    columns = {name: batch.column(name) for name in wanted if name in batch.schema.names}
    columns["bytes"] = pc.binary_length(batch.column("text")).cast(pa.int64())
    columns[POSITION] = pa.array(position, mask=position < 0)
    rows = pa.RecordBatch.from_pydict(columns)
    return pa.RecordBatch.from_arrays([known[name] for name in SHARD.names], schema=SHARD), rows


class _Sift(beam.DoFn):
    def __init__(self, licences: Mapping[str, str], work: Folder) -> None:
        self.licences, self.work = licences, work

    def process(self, piece: Piece) -> Iterator[str]:
        with costed("sift", piece.batch):
            kept, rows = sift(piece.batch, self.licences)
            facts = {**piece.facts, "rows": len(rows), "units": units_of(kept)}
            self.work.keep(piece.name, facts, {"kept.arrow": kept, "rows.arrow": rows})
        yield piece.name


def units_of(kept: pa.RecordBatch) -> list[tuple[str, int, int, int]]:
    """The runs of one language: (language, first row, rows, bytes of text)."""
    if not len(kept):
        return []
    languages = kept.column("language")
    numbers = np.asarray(languages.dictionary_encode(null_encoding="encode").indices)
    starts = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]])
    sizes = np.add.reduceat(pc.binary_length(kept.column("text")).to_numpy(zero_copy_only=False), starts)
    ends = np.r_[starts[1:], len(kept)]
    return [(str(languages[start].as_py()), int(start), int(end - start), int(size))
            for start, end, size in zip(starts, ends, sizes, strict=True)]
