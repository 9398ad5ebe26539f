"""How are record batches kept? As uncompressed Arrow IPC: a *file* between the passes, a *stream* where `datasets` shall map it."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from roots import store
from roots.remote import Remote
from roots.store import Place

_FILE = b"ARROW1"


def write(to: Place, schema: pa.Schema, batches: Iterable[pa.RecordBatch], *, stream: bool = False) -> None:
    """The file is there whole, or not at all."""
    opener = pa.ipc.new_stream if stream else pa.ipc.new_file
    with store.writing(to) as sink, opener(sink, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def rendered(batch: pa.RecordBatch) -> pa.Buffer:
    """A file of one batch, in memory."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def read(file: Place, number: int = 0) -> pa.RecordBatch:
    """One batch of a file between the passes, by its number."""
    with store.whole(file) as source, pa.ipc.open_file(source) as reader:
        return reader.get_batch(number)


def part(file: Place, number: int) -> pa.RecordBatch:
    """One of many batches of a file between the passes; of a file in a store little more than its bytes are asked for."""
    with store.ranges(file) as source, pa.ipc.open_file(source) as reader:
        return reader.get_batch(number)


def schema(file: Place) -> pa.Schema:
    """The schema of a file between the passes, with its metadata."""
    with store.ranges(file) as source, pa.ipc.open_file(source) as reader:
        return reader.schema


def read_all(file: Place) -> pa.Table:
    """Everything in a file or a stream."""
    with store.whole(file) as source:
        begin = source.read(len(_FILE))
        source.seek(0)
        with (pa.ipc.open_file(source) if begin == _FILE else pa.ipc.open_stream(source)) as reader:
            return reader.read_all()


def read_joined(file: Place) -> pa.RecordBatch:
    """All rows of a file or a stream as one batch."""
    return joined(read_all(file))


def joined(table: pa.Table) -> pa.RecordBatch:
    """All rows of a table as one batch."""
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)


def each(shard: Place) -> Iterator[pa.RecordBatch]:
    """The batches of a shard, one after the other."""
    with store.passing(shard) as source, pa.ipc.open_stream(source) as stream:
        yield from stream


def rows(folder: Place) -> Any:
    """The Parquet files of a folder as one `pyarrow.dataset.Dataset`, which reads the columns and rows that are asked for."""
    import pyarrow.dataset as ds
    files = store.files(folder, "*.parquet")
    if isinstance(folder, Path):
        return ds.dataset([str(file) for file in files], format="parquet")
    return ds.dataset([file.path for file in files if isinstance(file, Remote)], format="parquet", filesystem=folder.filesystem)
