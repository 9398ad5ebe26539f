"""What travels through a pipeline? Pieces: a record batch of documents, its name, and what is known of it so far."""
from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import Any

import apache_beam as beam
import pyarrow as pa


@dataclass(frozen=True)
class Piece:
    """One block of one raw file on its way; `facts` is plain JSON data that ends in the block's receipt."""

    name: str
    batch: pa.RecordBatch
    facts: dict[str, Any] = field(default_factory=dict)

    def with_batch(self, batch: pa.RecordBatch, **facts: Any) -> Piece:
        return Piece(self.name, batch, {**self.facts, **facts})


class RecordBatchCoder(beam.coders.Coder):
    """Arrow IPC. Pickle would write the whole parent buffer of a slice: 10 MB for 10 rows."""

    def encode(self, value: pa.RecordBatch) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, value.schema) as writer:
            writer.write_batch(value)
        return bytes(sink.getvalue())

    def decode(self, encoded: bytes) -> pa.RecordBatch:
        with pa.ipc.open_stream(pa.py_buffer(encoded)) as reader:
            return reader.read_next_batch()

    def is_deterministic(self) -> bool:
        return True

    def to_type_hint(self) -> Any:
        return pa.RecordBatch


class PieceCoder(beam.coders.Coder):
    """A header of JSON, then the batch as Arrow IPC."""

    _batches = RecordBatchCoder()

    def encode(self, value: Piece) -> bytes:
        header = json.dumps([value.name, value.facts], ensure_ascii=False, sort_keys=True).encode()
        return struct.pack("<I", len(header)) + header + self._batches.encode(value.batch)

    def decode(self, encoded: bytes) -> Piece:
        (length,) = struct.unpack_from("<I", encoded)
        name, facts = json.loads(encoded[4 : 4 + length])
        return Piece(name, self._batches.decode(encoded[4 + length :]), facts)

    def is_deterministic(self) -> bool:
        return True

    def to_type_hint(self) -> Any:
        return Piece


beam.coders.registry.register_coder(pa.RecordBatch, RecordBatchCoder)
beam.coders.registry.register_coder(Piece, PieceCoder)
