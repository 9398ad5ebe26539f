"""Pass 1: what is each document, and is it good? Raw files in; judged blocks and their signatures out."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc

from roots import document
from roots.digest import value_digest
from roots.filters.signatures import SignatureRules, sign
from roots.pipelines.cost import text_bytes
from roots.pipelines.element import Piece
from roots.pipelines.engine import costed
from roots.pipelines.isolation import Stages
from roots.pipelines.read import Block, Input, ReadLimits, read
from roots.pipelines.read.spans import SPAN
from roots.pipelines.work import Folder
from roots.recipe import ALONE, Recipe
from roots.rules import Rules
from roots.store import Place

SLICES = 16  # tasks that may unpack the same file


@dataclass(frozen=True)
class Task:
    """Every `of`-th block of one raw file, or of one span of it, beginning with block number `slice`."""

    input: Input
    slice: int
    of: int


def tasks_for(inputs: Sequence[Input], workers: int) -> list[Task]:
    """A task for every span, so that one huge file does not serialise the build. A file that cannot be opened in the middle, unless it is
    small, is unpacked by several tasks, and each understands a share: unpacking costs a thirtieth of what comes after.

    The blocks of a file have the same boundaries whatever the number of workers.
    """
    tasks = []
    for input in inputs:
        if input.spans:
            tasks += [Task(replace(input, span=span, spans=()), 0, 1) for span in input.spans]
        else:
            slices = min(workers, SLICES) if input.size > 1 << 20 else 1
            tasks += [Task(input, number, slices) for number in range(slices)]
    return sorted(tasks, key=lambda task: (-_size(task), task.input.source, task.input.path, task.slice))


def _size(task: Task) -> int:
    return SPAN if task.input.span else task.input.size // task.of


def block_name(input: Input, number: int) -> str:
    """Content-addressed: the file's snapshot and how it is read, then the numbers of the span and of the block in it."""
    how = {key: value for key, value in asdict(input).items() if key not in ("file", "span", "spans", "written")}
    return f"{value_digest(how)[:16]}-{input.span.number if input.span else 0:06d}-{number:06d}"


def stages_of(recipe: Recipe) -> list[str]:
    """What of a recipe belongs to this pass, in its order."""
    return [stage for stage in recipe.stages if stage in ALONE]


class Judging(beam.PTransform):
    """read → the recipe's stages → judged blocks and signatures, all in one fused chain: no text is shuffled."""

    def __init__(self, tasks: Sequence[Task], rules: Rules, work: Place) -> None:
        super().__init__("Judging")
        self.tasks, self.rules, self.work = list(tasks), rules, Folder(work)

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection:
        pieces = (
            pipeline
            | "Tasks" >> beam.Create(self.tasks, reshuffle=False)
            | "Share out" >> beam.Reshuffle()
            | "Read" >> beam.ParDo(_Read(self.rules, self.work)).with_output_types(Piece)
        )
        wanted = stages_of(self.rules.recipe)
        if wanted:
            pieces |= Stages(wanted, self.rules)
        return pieces | "Keep judged" >> beam.ParDo(_Keep(self.rules.signatures, self.work))


class _Read(beam.DoFn):
    """Holds of the rules what it needs: Beam packs a step and unpacks it several times, and all of them are megabytes."""

    def __init__(self, rules: Rules, work: Folder) -> None:
        self.declared, self.aliases, self.work = rules.judge.declared, rules.aliases, work
        self.limits = ReadLimits(record=rules.recipe.reading.record_megabytes << 20)

    def process(self, task: Task) -> Iterator[Piece]:
        blocks = read(task.input, task.slice, task.of, limits=self.limits)
        while True:
            with costed("read") as cost:
                block = next(blocks, None)
                if block:
                    cost.documents, cost.bytes = len(block.batch), text_bytes(block.batch)
            if not block:
                return
            name = block_name(task.input, block.number)
            if not self.work.whole(name):
                yield Piece(name, declare(block.batch, self.declared, self.aliases), _facts(task.input, block))


def _facts(input: Input, block: Block) -> dict[str, object]:
    return {"source": input.source, "path": input.path, "span": input.span.number if input.span else 0,
            "number": block.number, "last": block.last, "read": block.read, "rejected": [asdict(rejected) for rejected in block.rejected]}


def declare(batch: pa.RecordBatch, declared_by: Mapping[str, Sequence[str]], aliases: Mapping[str, str]) -> pa.RecordBatch:
    """The declared language in our codes; the source's only language where the record does not say.

    `declared_by`: what a source says of itself (JudgeRules.declared); `aliases`: other codes of ours (Rules.aliases).
    """
    if not len(batch):
        return batch
    only = declared_by.get(batch.column("source")[0].as_py(), ())
    raw = batch.column("declared").dictionary_encode()
    ours = pa.array([aliases.get(name, name) for name in raw.dictionary.to_pylist()], pa.string())
    declared = pa.DictionaryArray.from_arrays(raw.indices, ours).cast(pa.string())
    if len(only) == 1:
        declared = pc.fill_null(declared, only[0])
    return document.with_columns(batch, {"declared": declared})


class _Keep(beam.DoFn):
    def __init__(self, rules: SignatureRules, work: Folder) -> None:
        self.rules, self.work = rules, work

    def process(self, piece: Piece) -> Iterator[str]:
        with costed("sign", piece.batch):
            signatures = sign(piece.batch, self.rules)
        with costed("write", piece.batch) as cost:
            facts = {**piece.facts, "rows": len(piece.batch), "bytes": cost.bytes}
            self.work.keep(piece.name, facts, {"arrow": piece.batch, "sig.arrow": signatures})
        yield piece.name
