"""Does a document contain the questions of a test? N-grams of words in common with its items.

The definition follows GPT-3's (Brown et al. 2020, "Language Models are Few-Shot Learners", appendix C): words in lower case without
punctuation (here: the tokens of the normal form), n-grams of 13, a passage of 8 to 12 words being one n-gram of its own length, shorter
ones not searched, and n-grams that stand in more than ten items not counted. One step stricter against chance: a document goes only when
it holds at least half of a passage's n-grams, so that a quoted phrase is no test item.
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from roots.document import drop, with_columns
from roots.filters.normal_form import form_of, tables, write_form
from roots.filters.shingles import NO_SALT, WORDS, Hashes, mix, read_form
from roots.filters.signatures import buffers

REASON = "benchmark."
_BY = np.uint64(0x2545F4914F6CDD1D)
_BITS = 24  # of the sieve that most n-grams of a document fall through: 2 MiB


@dataclass(frozen=True)
class Passage:
    """One text of a test item: a question, a premise, an answer in a sentence."""

    benchmark: str
    item: str
    text: str


@dataclass(frozen=True)
class DecontaminationRules:
    """Which test items to look for, and how much of one is too much."""

    passages: tuple[Passage, ...] = ()
    size: int = 13        # words
    shortest: int = 8     # words of a passage that is searched at all
    share: float = 0.5    # of a passage's n-grams
    common: int = 10      # an n-gram of more items than this says nothing


@dataclass(frozen=True)
class Contamination:
    """A row of a batch and the passage of which it holds most."""

    row: int
    passage: Passage
    share: float


def passages(benchmark: str, lines: Iterable[str], fields: Sequence[str]) -> Iterator[Passage]:
    """The passages of a benchmark in JSON Lines: the texts (or lists of texts) under `fields`; without an id its line number names one."""
    for number, line in enumerate(lines):
        row = json.loads(line)
        for field in fields:
            values = row.get(field)
            for value in values if isinstance(values, list) else [values]:
                if isinstance(value, str):
                    yield Passage(benchmark, str(row.get("id", number)), value)


@numba.njit(cache=True, nogil=True)
def _grams(tokens: Hashes, n: int, size: int, out: Hashes) -> int:
    """Writes a rolling hash of every run of `size` tokens to `out`; returns their number."""
    lead = np.uint64(1)
    for _ in range(size):
        lead *= _BY
    state = np.uint64(0)
    for i in range(n):
        state = state * _BY + tokens[i]
        if i >= size:
            state -= lead * tokens[i - size]
        if i >= size - 1:
            out[i - size + 1] = mix(state + np.uint64(size))
    return max(0, n - size + 1)


@numba.njit(cache=True, nogil=True)
def _search(data: Any, offsets: Any, skip: Any, table: Any, sizes: Any, sieve: Any, known: Hashes) -> npt.NDArray[np.int64]:
    """Rows and places in `known` of every n-gram of the documents that stands there."""
    entries, forms = table
    hits = np.empty((64, 2), np.int64)
    count_hits = 0
    longest = 0
    for row in range(len(skip)):
        longest = max(longest, offsets[row + 1] - offsets[row])
    points = np.empty(2 * longest + 1, np.uint32)
    tokens = np.empty(2 * longest + 1, np.uint64)
    grams = np.empty(2 * longest + 1, np.uint64)
    for row in range(len(skip)):
        if skip[row]:
            continue
        n = write_form(data, offsets[row], offsets[row + 1], entries, forms, points)
        count, _, _ = read_form(points, n, WORDS, NO_SALT, tokens)
        for size in sizes:
            for i in range(_grams(tokens, count, size, grams)):
                gram = grams[i]
                if sieve[gram >> np.uint64(64 - _BITS)]:
                    place = np.searchsorted(known, gram)
                    if place < len(known) and known[place] == gram:
                        if count_hits == len(hits):
                            more = np.empty((2 * count_hits, 2), np.int64)
                            more[:count_hits] = hits
                            hits = more
                        hits[count_hits, 0] = row
                        hits[count_hits, 1] = place
                        count_hits += 1
    return hits[:count_hits]


class Decontaminator:
    """Finds and drops documents that hold test items; the index is built once per process."""

    def __init__(self, rules: DecontaminationRules) -> None:
        self.rules = rules

    @cached_property
    def _index(self) -> tuple[Hashes, npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """N-grams in order; for every (n-gram, passage) their places; how many each passage has; which sizes there are; the sieve."""
        hashes, owners = [], []
        counts = np.zeros(len(self.rules.passages), np.int64)
        sizes = set()
        for number, passage in enumerate(self.rules.passages):
            points = form_of(passage.text)
            tokens = np.empty(len(points), np.uint64)
            count, _, _ = read_form(points, len(points), WORDS, NO_SALT, tokens)
            size = min(count, self.rules.size)
            if size < self.rules.shortest:
                continue
            grams = np.empty(len(points), np.uint64)
            found = np.unique(grams[: _grams(tokens, count, size, grams)])
            sizes.add(size)
            hashes.append(found)
            owners.append(np.full(len(found), number, np.int64))
        every = np.concatenate([np.empty(0, np.uint64), *hashes])
        owner = np.concatenate([np.empty(0, np.int64), *owners])
        items = {(passage.benchmark, passage.item): place for place, passage in enumerate(self.rules.passages)}
        item = np.array([items[passage.benchmark, passage.item] for passage in self.rules.passages], np.int64)
        pairs = np.unique(np.stack([every, item[owner].astype(np.uint64)], 1), axis=0) if len(every) else np.empty((0, 2), np.uint64)
        known, often = np.unique(pairs[:, 0], return_counts=True)
        known = known[often <= self.rules.common]
        told = np.isin(every, known)
        every, owner = every[told], owner[told]
        np.add.at(counts, owner, 1)
        sieve = np.zeros(1 << _BITS, np.bool_)
        sieve[known >> np.uint64(64 - _BITS)] = True
        order = np.lexsort((owner, every))
        return every[order], owner[order], counts, np.array(sorted(sizes), np.int64), sieve

    @property
    def too_short(self) -> int:
        """How many passages have too few words, or too common ones, to be looked for?"""
        return int((self._index[2] == 0).sum())

    def find(self, batch: pa.RecordBatch) -> list[Contamination]:
        """For each document that is still in and holds enough of a passage, the passage of which it holds most; rows ascending."""
        every, owner, counts, sizes, sieve = self._index
        if not len(every):
            return []
        data, offsets = buffers(batch.column("text"))
        skip = np.asarray(batch.column("dropped").is_valid()) | np.asarray(batch.column("text").is_null())
        rows, places = _search(data, offsets, skip, tuple(tables(False)), sizes, sieve, every).T
        if not len(rows):
            return []
        last = np.searchsorted(every, every[places], "right")  # an n-gram of several passages counts for each
        repeats = last - places
        rows = np.repeat(rows, repeats)
        entry = np.repeat(places, repeats) + np.arange(len(rows)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        held, number = np.unique(np.unique(np.stack([rows, owner[entry], entry], 1), axis=0)[:, :2], axis=0, return_counts=True)
        best: dict[int, tuple[float, int]] = {}
        for (row, passage), count in zip(held.tolist(), number.tolist(), strict=True):
            share = count / int(counts[passage])
            if share >= self.rules.share:
                best[row] = max(best.get(row, (0.0, 0)), (share, -passage))
        return [Contamination(row, self.rules.passages[-passage], share) for row, (share, passage) in sorted(best.items())]

    def decontaminate(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with `dropped` = benchmark.<name> where a test item was found; its evidence, benchmark/item and share, stands in
        `duplicate_of` and `similarity`."""
        found = {one.row: one for one in self.find(batch)}
        if not found:
            return batch
        which = pa.array([row in found for row in range(len(batch))])
        reasons = pa.array([REASON + found[row].passage.benchmark if row in found else None for row in range(len(batch))], pa.string())
        evidence: Mapping[str, list[Any]] = {name: batch.column(name).to_pylist() for name in ("duplicate_of", "similarity")}
        for row, one in found.items():
            evidence["duplicate_of"][row] = f"{one.passage.benchmark}/{one.passage.item}"
            evidence["similarity"][row] = one.share
        return with_columns(drop(batch, which, reasons), {"duplicate_of": pa.array(evidence["duplicate_of"], pa.string()),
                                                          "similarity": pa.array(evidence["similarity"], pa.float32())})
