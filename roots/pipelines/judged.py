"""Where does a document of the whole build stand? In a row of a block: its text in one file, its signature in another."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from roots import batches
from roots.filters.components import Rows
from roots.filters.duplicates import Members
from roots.filters.resemblance import document_form, document_shingles
from roots.filters.shingles import Hashes
from roots.filters.signatures import SignatureRules, buffers
from roots.store import place

SMALL = 1 << 12  # bytes of a text that is copied out of its block


@dataclass(frozen=True)
class JudgedBlock:
    """One block of documents and, row by row, their signatures; `offset` is the global row number of its first row."""

    documents: str
    signatures: str
    rows: int
    offset: int

    @property
    def name(self) -> str:
        """As the receipts of `.work` call it."""
        return self.documents.rsplit("/", 1)[-1].removesuffix(".arrow")


@lru_cache(maxsize=16)
def read_block(path: str) -> pa.RecordBatch:
    """All rows of a block as one batch; the last few are remembered."""
    return batches.read_joined(place(path))


@lru_cache(maxsize=16)
def read_parts(path: str) -> tuple[Sequence[pa.RecordBatch], npt.NDArray[np.int64]]:
    """The batches of a block's documents as they lie in the file, and the number of each one's first row: no text is copied."""
    parts = batches.read_all(place(path)).to_batches()
    return parts, np.cumsum([0, *map(len, parts)])


def columns_of(path: str, names: Sequence[str]) -> pa.RecordBatch:
    """Some columns of a block's documents, without its texts."""
    parts, _ = read_parts(path)
    table = pa.Table.from_batches([part.select(names) for part in parts]) if parts else None
    return table.combine_chunks().to_batches()[0] if table else pa.record_batch({name: pa.array([], pa.string()) for name in names})


def bands_of(signatures: pa.RecordBatch, width: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    """The band keys of a batch of signatures, shape (rows, width), and which rows have any. Runs keep no room for those that have none."""
    column = signatures.column("bands")
    near = np.asarray(column.is_valid())
    values = np.zeros((len(column), width), np.uint64)
    values[near] = np.asarray(column.flatten()).reshape(-1, width)
    return values, near


@dataclass(frozen=True)
class Text:
    """What a document is compared by: a view of its UTF-8 bytes, its kind, its language."""

    data: npt.NDArray[np.uint8]
    kind: str | None
    language: str | None


class Comparison:
    """Compares the texts of one component's members, and remembers the shingles of the last few hundred."""

    def __init__(self, texts: Sequence[Text], rules: SignatureRules) -> None:
        self.texts, self.rules = texts, rules
        self.shingles = lru_cache(maxsize=256)(self._shingles)

    def _shingles(self, member: int) -> Hashes:
        text = self.texts[member]
        return document_shingles(text.data, text.kind, text.language, self.rules)

    def same(self, one: int, other: int) -> bool:
        """Have two members the same normal form?"""
        first, second = self.texts[one], self.texts[other]
        if (first.kind, first.language) == (second.kind, second.language) and first.data.tobytes() == second.data.tobytes():
            return True
        a, b = (document_form(text.data, text.kind, text.language, self.rules) for text in (first, second))
        return np.array_equal(a, b)


class Shelf:
    """Reads single rows of many blocks: what deciding a component needs, and no more."""

    def __init__(self, blocks: Sequence[JudgedBlock], width: int, earlier: Sequence[JudgedBlock] = ()) -> None:
        self.width = width  # bands of a signature
        order = sorted([(block, False) for block in blocks] + [(block, True) for block in earlier], key=lambda pair: pair[0].offset)
        self.blocks = [block for block, _ in order]
        self.earlier = np.array([old for _, old in order], bool)
        self.offsets = np.array([block.offset for block in self.blocks], np.int64)

    def read(self, rows: Rows) -> tuple[Members, list[Text]]:
        """What is known of the documents in these global rows, in their order, and views of their texts."""
        order = np.argsort(rows, kind="stable")
        ordered = rows[order]
        numbers = np.searchsorted(self.offsets, ordered, "right") - 1
        needed, begins = np.unique(numbers, return_index=True)
        columns: dict[str, list[Any]] = {name: [] for name in ("id", "source", "kind", "language")}
        urls: list[int | None] = []
        texts: list[npt.NDArray[np.uint8]] = []
        exact, bands, near = [], [], []
        for number, start, stop in zip(needed.tolist(), begins.tolist(), [*begins[1:].tolist(), len(rows)], strict=True):
            block = self.blocks[number]
            local = ordered[start:stop] - block.offset
            signatures = read_block(block.signatures).take(pa.array(local))
            parts, firsts = read_parts(block.documents)
            of = np.searchsorted(firsts, local, "right") - 1
            for part in np.unique(of).tolist():
                here = local[of == part] - firsts[part]
                for name, values in columns.items():
                    values += parts[part].column(name).take(pa.array(here)).to_pylist()
                data, offsets = buffers(parts[part].column("text"))
                mapped = isinstance(place(block.documents), Path)
                texts += [data[first:end] if mapped and end - first > SMALL else data[first:end].copy()  # a view holds the whole block
                          for first, end in zip(offsets[here].tolist(), offsets[here + 1].tolist(), strict=True)]
            urls += signatures.column("url_hash").to_pylist()
            exact.append(np.stack([np.asarray(signatures.column(name).fill_null(0)) for name in ("exact_high", "exact_low")], 1))
            keys, has = bands_of(signatures, self.width)
            bands.append(keys)
            near.append(has)
        back = np.argsort(order, kind="stable")
        places = back.tolist()
        members = Members(
            rows, [columns["id"][i] for i in places], [columns["source"][i] for i in places],
            np.array([len(text) for text in texts], np.int64)[back], np.concatenate(exact)[back], np.concatenate(bands)[back],
            np.concatenate(near)[back], [urls[i] for i in places], self.earlier[numbers][back])
        return members, [Text(texts[i], columns["kind"][i], columns["language"][i]) for i in places]
