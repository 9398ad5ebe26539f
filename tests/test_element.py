"""Do pieces survive a journey between workers, at the size of what they hold?"""
from __future__ import annotations

import pyarrow as pa

from roots import document
from roots.pipelines.element import Piece, PieceCoder, RecordBatchCoder


def batch(rows: int) -> pa.RecordBatch:
    return document.batch_of({"id": [f"{row:032x}" for row in range(rows)], "text": ["ẹ̀kọ́ हिन्दी 漢字 🌍 " * 20] * rows}, ["letter_share"])


def test_a_piece_comes_back_as_it_went() -> None:
    piece = Piece("f00-000001", batch(5), {"read": 5, "rejected": [{"reason": "utf8.invalid", "detail": "ñ"}]})
    again = PieceCoder().decode(PieceCoder().encode(piece))
    assert (again.name, again.facts) == (piece.name, piece.facts)
    assert again.batch.equals(piece.batch)
    assert again.batch.schema.equals(piece.batch.schema)


def test_a_slice_travels_without_its_parent() -> None:
    whole = batch(2000)
    assert len(RecordBatchCoder().encode(whole[5:10])) < len(RecordBatchCoder().encode(whole)) / 50
