"""Where does a document of the whole build stand? In a row of a block: its text in one file, its signature in another."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from roots.filters.components import Rows
from roots.filters.duplicates import Members
from roots.filters.resemblance import document_form, document_shingles
from roots.filters.shingles import Hashes
from roots.filters.signatures import SignatureRules, buffers

_MAGIC = b"ARROW1"


@dataclass(frozen=True)
class JudgedBlock:
    """One block of documents and, row by row, their signatures; `offset` is the global row number of its first row."""

    documents: str
    signatures: str
    rows: int
    offset: int


@lru_cache(maxsize=256)
def read_block(path: str) -> pa.RecordBatch:
    """All rows of an Arrow IPC file or stream, memory-mapped, as one batch."""
    source = pa.memory_map(path)
    whole = source.read(len(_MAGIC)) == _MAGIC
    source.seek(0)
    table = pa.ipc.open_file(source).read_all() if whole else pa.ipc.open_stream(source).read_all()
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)


def bands_of(signatures: pa.RecordBatch) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    """The band keys of a batch of signatures, shape (rows, bands), and which rows have any."""
    column = signatures.column("bands")
    width = column.type.list_size
    near = np.asarray(column.is_valid())
    values = np.asarray(column.values)[column.offset * width:(column.offset + len(column)) * width]
    return values.reshape(len(column), width), near


class Shelf:
    """Reads single rows of many blocks: what deciding a component needs, and no more."""

    def __init__(self, blocks: Sequence[JudgedBlock], earlier: Sequence[JudgedBlock] = ()) -> None:
        order = sorted([(block, False) for block in blocks] + [(block, True) for block in earlier], key=lambda pair: pair[0].offset)
        self.blocks = [block for block, _ in order]
        self.earlier = np.array([old for _, old in order], bool)
        self.offsets = np.array([block.offset for block in self.blocks], np.int64)

    def place(self, row: int) -> tuple[JudgedBlock, int]:
        """The block of a global row, and the row within it."""
        block = self.blocks[int(np.searchsorted(self.offsets, row, "right")) - 1]
        return block, row - block.offset

    def members(self, rows: Rows) -> Members:
        """What is known of these documents; `rows` ascending."""
        numbers = np.searchsorted(self.offsets, rows, "right") - 1
        ids: list[str] = []
        sources: list[str] = []
        urls: list[int | None] = []
        sizes, exact, bands, near = [], [], [], []
        for number in np.unique(numbers).tolist():
            block = self.blocks[number]
            local = rows[numbers == number] - block.offset
            documents, signatures = read_block(block.documents), read_block(block.signatures).take(pa.array(local))
            ids += documents.column("id").take(pa.array(local)).to_pylist()
            sources += documents.column("source").take(pa.array(local)).to_pylist()
            urls += signatures.column("url_hash").to_pylist()
            _, offsets = buffers(documents.column("text"))
            sizes.append(offsets[local + 1] - offsets[local])
            exact.append(np.stack([np.asarray(signatures.column(name).fill_null(0)) for name in ("exact_high", "exact_low")], 1))
            keys, has = bands_of(signatures)
            bands.append(keys)
            near.append(has)
        return Members(rows, ids, sources, np.concatenate(sizes), np.concatenate(exact), np.concatenate(bands), np.concatenate(near),
                       urls, self.earlier[numbers])

    def open(self, rows: Rows, rules: SignatureRules) -> Component:
        """The documents of one component, ready to be compared; `rows` ascending."""
        return Component(self, self.members(rows), rules)

    def text(self, row: int) -> tuple[npt.NDArray[np.uint8], str | None, str | None]:
        """The UTF-8 bytes of the document in a global row, its kind and its language."""
        block, local = self.place(row)
        documents = read_block(block.documents)
        data, offsets = buffers(documents.column("text"))
        kind, language = documents.column("kind")[local].as_py(), documents.column("language")[local].as_py()
        return data[offsets[local]:offsets[local + 1]], kind, language


class Component:
    """Compares the texts of one component's members, and remembers the shingles of the last few hundred."""

    def __init__(self, shelf: Shelf, members: Members, rules: SignatureRules) -> None:
        self.shelf, self.members, self.rules = shelf, members, rules
        self.shingles = lru_cache(maxsize=256)(self._shingles)

    def _shingles(self, member: int) -> Hashes:
        return document_shingles(*self.shelf.text(int(self.members.rows[member])), self.rules)

    def same(self, one: int, other: int) -> bool:
        """Have two members the same normal form?"""
        forms = [document_form(*self.shelf.text(int(self.members.rows[member])), self.rules) for member in (one, other)]
        return np.array_equal(forms[0], forms[1])
