"""Which lines, paragraphs and long passages stand in a corpus more than once, and which of their copies go?

A *line* and a *paragraph* (lines without a blank one between them) are the same as another when their normal forms are (normal_form.py).
A *passage* is a run of whole lines or sentences, of together so many bytes, that stands elsewhere byte for byte, white space between
them apart. For every sentence the shortest such runs that begin and that end with it are hashed; a longer repeated passage is the union of
these windows, so that nothing of it is missed, and a cut never falls inside a sentence. Sentences end as Unicode's names of characters
say (FULL STOP, DANDA, … before white space; those of wide scripts anywhere).

Of a repeated unit either the first copy stays or none. The first is the one in the source whose licence and trust come first in the
recipe's order, then of the smallest document id, then the first in the document: no order of input, no partition and no worker comes
into it. No part of a first copy is ever cut, so that every repeated passage still stands in the corpus, once and whole.
"""
from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from roots import document
from roots.filters.characters import characters
from roots.filters.components import often
from roots.filters.normal_form import tables
from roots.filters.passages_scan import Numbers, blocks, windows
from roots.filters.shingles import Hashes
from roots.filters.signatures import buffers
from roots.recipe_duplicates import FIRST, Repetitions

STAYS, LINE, PARAGRAPH, PASSAGE = range(4)   # a first copy, and what is cut


@dataclass(frozen=True)
class PassageRules(Repetitions):
    """What the recipe says of repetitions, and which source's copy comes first."""

    rank: Mapping[str, int] = field(default_factory=dict)  # source → place in the order of licence and trust; without one: last

    def keeps(self, kind: int) -> str:
        return ("", self.lines, self.paragraphs, self.passages)[kind]


class Units(NamedTuple):
    """Lines, paragraphs and windows, one to a row of each array; `spans` are (start, end) in bytes of the text."""

    keys: Hashes      # (n, 2): 128 bits of what it says, of its kind and, unless across, of its source
    order: Hashes     # (n,): the smaller, the more worth keeping is the document
    rows: Numbers     # (n,)
    spans: npt.NDArray[np.int32]  # (n, 2)
    kinds: npt.NDArray[np.int8]   # (n,)

    def take(self, which: Any) -> Units:
        return Units(*(column[which] for column in self))


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def units_of(batch: pa.RecordBatch, rules: PassageRules) -> Units:
    """Every unit of the natural texts of a batch that are still in; rows are those of the batch."""
    data, offsets = buffers(batch.column("text"))
    skip = ~np.asarray(document.kept(batch)) | np.asarray(batch.column("text").is_null()) | np.asarray(
        pc.fill_null(pc.equal(batch.column("kind"), document.PROGRAMMING), False))
    sources = batch.column("source").dictionary_encode()
    names = sources.dictionary.to_pylist()
    of = np.asarray(sources.indices.fill_null(0), np.int64)
    scopes = np.array([0 if rules.across else _number(name) for name in names] or [0], np.uint64)[of]
    last = len(rules.rank)
    ranks = np.array([min(rules.rank.get(name, last), 0xFFFF) for name in names] or [0], np.uint64)[of]
    ids = np.array([int(id[:12], 16) for id in batch.column("id").to_pylist()], np.uint64)  # 48 bits
    order = ranks << np.uint64(48) | ids
    found: list[Units] = []
    table = tuple(tables(False))
    for kind in (LINE, PARAGRAPH):
        if rules.keeps(kind):
            room = int((data[offsets[0]:offsets[-1]] == 10).sum()) + len(batch)
            keys, rows, spans = np.empty((room, 2), np.uint64), np.empty(room, np.int64), np.empty((room, 2), np.int32)
            n = blocks(data, offsets, skip, scopes ^ np.uint64(kind), table, max(rules.shortest, 1), kind == PARAGRAPH, keys, rows, spans)
            found.append(Units(keys[:n], order[rows[:n]], rows[:n], spans[:n], np.full(n, kind, np.int8)))
    if rules.keeps(PASSAGE):
        known = characters()
        keys, rows, spans = windows(data, offsets, skip, scopes ^ np.uint64(PASSAGE), known.classes, known.flags, max(rules.bytes, 1))
        found.append(Units(keys, order[rows], rows, spans, np.full(len(rows), PASSAGE, np.int8)))
    return together(found)


def together(parts: Sequence[Units]) -> Units:
    """All units of the parts."""
    none = Units(np.empty((0, 2), np.uint64), np.empty(0, np.uint64), np.empty(0, np.int64), np.empty((0, 2), np.int32),
                 np.empty(0, np.int8))
    return Units(*(np.concatenate(columns) for columns in zip(none, *parts, strict=True)))


def repeated(units: Units, rules: PassageRules) -> Units:
    """Of the units that are repeated, those that are cut, and the first copies that are not (kind STAYS); by row and start.

    All units that share a key must be among those given; which others are does not matter.
    """
    units = units.take(often(units.keys[:, 0]))
    by = np.lexsort((units.spans[:, 0], units.rows, units.order, units.keys[:, 1], units.keys[:, 0]))
    units = units.take(by)
    if not len(by):
        return units
    new = np.r_[True, (units.keys[1:] != units.keys[:-1]).any(1)]
    group = np.cumsum(new) - 1
    other = np.r_[True, (units.rows[1:] != units.rows[:-1])] | new
    documents = np.bincount(group, other)[group]
    copies = np.bincount(group)[group]
    wanted = np.where(units.kinds == PASSAGE, copies > 1, documents >= max(rules.documents, 2))
    stays = np.isin(units.kinds, [kind for kind in (LINE, PARAGRAPH, PASSAGE) if rules.keeps(kind) == FIRST])
    kinds = np.where(new & stays, STAYS, units.kinds).astype(np.int8)
    found = Units(units.keys, units.order, units.rows, units.spans, kinds).take(wanted)
    return found.take(np.lexsort((found.kinds, found.spans[:, 0], found.rows)))
