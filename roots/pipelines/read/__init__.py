"""How does a raw file become documents? Cut into blocks first, understood block by block, and every record accounted for.

Cutting depends on the file alone, so that any number of workers can share a file: by its spans where it has some, else slice k of n
understands only the blocks whose number leaves k. `spans` finds where a file can be opened in the middle, `streams` unpacks, `lines`,
`columnar`, `archives`, `warc` and `text` cut, `jsonl`, `columnar`, `html` and `text` understand.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from roots.pipelines.read import columnar, jsonl, lines, text, warc
from roots.pipelines.read.inputs import inputs_of
from roots.pipelines.read.parts import Block, Fault, Input, Piece, ReadLimits, Rejected, Rows, assemble, reject
from roots.pipelines.read.unchanged import unchanged

__all__ = ["Block", "Input", "ReadLimits", "Rejected", "inputs_of", "read"]

_CUT: dict[str, Callable[[Input, ReadLimits], Iterator[Piece]]] = {
    "jsonl": lines.cut, "parquet": columnar.cut, "arrow": columnar.cut,
    "text": text.cut, "html": text.cut, "code": text.cut, "warc": warc.cut}
_PARSE: dict[str, Callable[[Input, Any, ReadLimits], Rows]] = {
    "jsonl": jsonl.parse, "parquet": columnar.parse, "arrow": columnar.parse,
    "text": text.parse, "html": text.parse, "code": text.parse, "warc": text.parse}


def read(input: Input, slice: int = 0, of: int = 1, *, limits: ReadLimits | None = None) -> Iterator[Block]:
    """The blocks of a file, or of its one span, whose number leaves `slice` when divided by `of`, in order.

    Over all slices exactly one block has `last` set, the file's last one, whatever is wrong with the file. In every block,
    `read` = documents + rejected. Raises RootsError when the file is not there, or no longer what it was when its sha256 was taken.
    """
    limits = limits or ReadLimits()
    number = 0
    held: Piece | None = None
    for piece in _pieces(input, limits):
        if held is not None:
            if number % of == slice:
                yield _block(input, number, held, False, limits)
            number += 1
        held = piece
    if number % of == slice:
        yield _block(input, number, held or Piece(), True, limits)


def _pieces(input: Input, limits: ReadLimits) -> Iterator[Piece]:
    """Pieces of one file; a fault of the whole file becomes one rejected record, and so does a file without any."""
    empty = True
    try:
        for piece in _CUT[input.format](input, limits):
            empty = False
            yield piece
        if empty and not input.span:
            raise Fault("file.empty", "holds no record", "fetch the file again, or leave it out of data.files")
    except Fault as fault:
        yield Piece(rejected=(reject(input, None, fault),))


def _block(input: Input, number: int, piece: Piece, last: bool, limits: ReadLimits) -> Block:
    rows = _PARSE[input.format](input, piece.content, limits) if piece.content is not None else Rows()
    rejected = (*rows.rejected, *piece.rejected)
    batch = assemble(input, rows)
    unchanged(input)
    return Block(number, batch, rejected, len(batch) + len(rejected), last)
