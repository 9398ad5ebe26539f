"""Pass 2: which documents are duplicates of which? Signatures in, decisions out; a text is read only to verify a candidate.

blocks → files of keys, by partition → buckets → star edges → one spanning forest → components → drafts of decisions → one sorted file.
The runner carries names of files, and what is in proportion to the duplicates; see `keys` and `decisions`.
"""
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
from apache_beam.transforms.combiners import ToList

from roots import batches, store
from roots.filters.components import Rows, components
from roots.filters.duplicates import EXACT, NEAR, URL, DedupRules, decide
from roots.governance.takedowns import Takedowns
from roots.pipelines.decisions import SCHEMA, counts
from roots.pipelines.judged import Comparison, JudgedBlock, Shelf
from roots.pipelines.keys import SCHEMA as KEYS
from roots.pipelines.keys import Stretch, link, one_forest, parted, partitions_for, stretches, write_forest
from roots.pipelines.meeting import Partitions
from roots.pipelines.ranges import put_together, ranges_of, write_draft
from roots.store import Place, place

TOGETHER = 1 << 16  # documents that are decided at a time: more at once open fewer blocks in all
Packed = tuple[int, bytes, bytes]          # a number, the rows of some components, and how many rows each of them has
Tally = tuple[str, Counter[str], Counter[tuple[str, str, str]]]  # a draft; components, compared, capped; source × kept source × how


def deduplicate(blocks: Sequence[JudgedBlock], rules: DedupRules, to: str, pipeline: Callable[[], beam.Pipeline],
                against: Sequence[JudgedBlock] = (), withdrawn: Takedowns | None = None, partitions: int | None = None) -> dict[str, Any]:
    """Writes the decisions, sorted by `document`, as an Arrow IPC file (see `decisions`), and returns what they came to.

    `against` holds blocks of earlier runs: every document in them is kept, except what is `withdrawn`: nothing goes for its sake.
    Offsets number the rows of all blocks without overlap.
    The file depends on the documents and the rules alone: not on the order of blocks, their size, `partitions` or the workers.
    """
    work = place(f"{to}.parts")
    cut = stretches(blocks, against, work / "keys")
    number = partitions or partitions_for(sum(block.rows for block in [*blocks, *against]), rules)
    ranges = ranges_of(max((block.offset + block.rows for block in blocks), default=0))
    files = [place(stretch.file) for stretch in cut]
    with pipeline() as run:
        (
            run
            | Partitions(cut, lambda stretch: _spread(stretch, withdrawn, number, rules), number)
            | "link" >> beam.Map(lambda partition: write_forest(work / "forests" / f"{partition:06d}.arrow", link(files, partition)))
            | "all forests" >> ToList()
            | "components" >> beam.FlatMap(lambda forests: map(_packed, enumerate(components(one_forest(forests), TOGETHER))))
            | "deal components" >> beam.Reshuffle()
            | "decide" >> beam.Map(Decide(blocks, against, rules, work / "drafts", ranges))
            | "together" >> ToList()
            | "write" >> beam.Map(lambda tallies: put_together(place(to), [place(draft) for draft, *_ in tallies], ranges,
                                                               SCHEMA.with_metadata({"summary": _summary(tallies)}), ["document"]))
        )
    store.remove(work)
    return counts(to)


def _spread(stretch: Stretch, withdrawn: Takedowns | None, partitions: int, rules: DedupRules) -> str:
    batches.write(place(stretch.file), KEYS, parted(stretch, withdrawn, partitions, rules))
    return stretch.file


def _packed(numbered: tuple[int, list[Rows]]) -> Packed:
    number, together = numbered
    return number, np.concatenate(together).tobytes(), np.array([len(rows) for rows in together]).tobytes()


class Decide:
    """A function from components to a draft of decisions that opens the blocks where it runs."""

    def __init__(self, blocks: Sequence[JudgedBlock], against: Sequence[JudgedBlock], rules: DedupRules, drafts: Place,
                 ranges: int) -> None:
        self.blocks, self.against, self.rules, self.drafts, self.ranges = tuple(blocks), tuple(against), rules, drafts, ranges
        self._shelf: Shelf | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_shelf": None}

    def __call__(self, packed: Packed) -> Tally:
        """Writes the draft and returns its name, and what the decisions came to."""
        number, rows, sizes = packed[0], np.frombuffer(packed[1], np.int64), np.frombuffer(packed[2], np.int64).tolist()
        shelf = self._shelf = self._shelf or Shelf(self.blocks, self.rules.signatures.bands, self.against)
        every, texts = shelf.read(rows)
        found: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
        totals, matrix = Counter({"components": len(sizes)}), Counter[tuple[str, str, str]]()
        start = 0
        for size in sizes:
            members, comparison = every.part(start, start + size), Comparison(texts[start:start + size], self.rules.signatures)
            start += size
            made = decide(members, self.rules, comparison.shingles, comparison.same)
            totals.update(compared=made.compared, capped=made.capped)
            for one in made.removed:
                values = (int(members.rows[one.member]), int(members.rows[one.kept]), members.ids[one.kept], one.how, one.similarity)
                for name, value in zip(found, values, strict=True):
                    found[name].append(value)
                matrix[members.sources[one.member], members.sources[one.kept], one.how] += 1
        to = self.drafts / f"{number:06d}.arrow"
        write_draft(to, pa.record_batch(list(found.values()), schema=SCHEMA), self.ranges)
        return str(to), totals, matrix


def _summary(tallies: Iterable[Tally]) -> str:
    totals, matrix = Counter[str](), Counter[tuple[str, str, str]]()
    for _, some, cells in tallies:
        totals.update(some)
        matrix.update(cells)
    removed = Counter[str]()
    for (*_, how), number in matrix.items():
        removed[how] += number
    return json.dumps({
        **{name: totals[name] for name in ("components", "compared", "capped")},
        "removed": {how: removed[how] for how in (EXACT, NEAR, URL) if removed[how]},
        "matrix": [{"source": source, "kept": kept, "how": how, "documents": number}
                   for (source, kept, how), number in sorted(matrix.items())],
    }, sort_keys=True)
