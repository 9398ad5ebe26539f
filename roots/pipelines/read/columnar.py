"""Which documents lie in a Parquet or Arrow file? Its columns as they are: a text stays in the buffer it was read into."""
from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from roots.pipelines.read.html import text_of
from roots.pipelines.read.jsonl import identifier
from roots.pipelines.read.parts import Fault, Input, Piece, ReadLimits, Rows, reject
from roots.pipelines.read.streams import chunks, open_raw, packing

_CORRUPT = (pa.ArrowException, OSError, ValueError, KeyError, IndexError, OverflowError, NotImplementedError, TypeError, MemoryError)
_TEXTS = (pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view())
_AGAIN = "fetch the file again from its custodian"


def cut(input: Input, limits: ReadLimits) -> Iterator[Piece]:
    """Pieces of at most `limits.block_records` rows and about `limits.block` bytes of text; a record is a row number."""
    first = input.span.first if input.span else 0
    try:
        with ExitStack() as stack:
            file = _seekable(input, limits, stack)
            for batch in _parquet(input, file, limits) if input.format == "parquet" else _arrow(input, file):
                for part in _portions(batch, input, limits):
                    yield Piece((first, part))
                    first += len(part)
    except Fault as found:
        yield Piece(rejected=(reject(input, _rest(input, first), found),))
    except _CORRUPT as error:
        what = str(error).split("\n")[0][:200]
        fault = Fault("format.corrupt", f"after {first} rows the file cannot be read ({what})", _AGAIN)
        if not first and not input.span:
            fault = Fault("format.wrong", f"is no {input.format} file, or a damaged one ({what})",
                          f"{_AGAIN}, or name its format in data.format")
        yield Piece(rejected=(reject(input, _rest(input, first), fault),))


def _rest(input: Input, row: int) -> str | None:
    """What to call all that could not be read, from this row on."""
    return f"rest of rows {input.span.first} on" if input.span else "rest" if row else None


def _seekable(input: Input, limits: ReadLimits, stack: ExitStack) -> IO[bytes]:
    """The file itself, or what it unpacks to, in a temporary file that has no name."""
    file = stack.enter_context(open_raw(input))
    packed = packing(file.read(8))
    file.seek(0)
    if not packed:
        return file
    whole: IO[bytes] = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  the stack closes it
    for chunk in chunks(input, limits):
        whole.write(chunk)
    whole.seek(0)
    return whole


def _wanted(input: Input, names: list[str]) -> list[str]:
    """The top-level columns that hold the fields asked for; raises Fault (field.missing) without a text."""
    main = input.html or input.text
    if main.split(".")[0] not in names:
        raise Fault("field.missing", f"has no column {main!r}, but {', '.join(names[:20])}", "name the column that holds it in data.text")
    fields = [field.split(".")[0] for field in (main, input.record_id, input.language, input.url) if field]
    return [name for name in dict.fromkeys(fields) if name in names]


def _parquet(input: Input, file: IO[bytes], limits: ReadLimits) -> Iterator[pa.RecordBatch]:
    parquet = pq.ParquetFile(file, pre_buffer=False, memory_map=False)
    names = _wanted(input, parquet.schema_arrow.names)
    groups = range(input.span.start, input.span.stop) if input.span else range(parquet.num_row_groups)
    yield from parquet.iter_batches(batch_size=limits.block_records, row_groups=list(groups), columns=names, use_threads=False)


def _arrow(input: Input, file: IO[bytes]) -> Iterator[pa.RecordBatch]:
    head = file.read(6)
    file.seek(0)
    if head == b"ARROW1":
        reader = pa.ipc.open_file(file)
        numbers = range(input.span.start, input.span.stop) if input.span else range(reader.num_record_batches)
        batches: Iterator[pa.RecordBatch] = (reader.get_batch(number) for number in numbers)
    else:
        reader = pa.ipc.open_stream(file)
        batches = _to_the_end(reader, file)
    names = _wanted(input, reader.schema.names)
    for batch in batches:
        batch.validate(full=True)  # a damaged offset would read beyond its buffer
        yield batch.select(names)


def _to_the_end(reader: pa.RecordBatchStreamReader, file: IO[bytes]) -> Iterator[pa.RecordBatch]:
    """The batches of a stream; pyarrow takes a stream cut off between two messages, or within the length of one, for a whole one."""
    yield from reader
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - 8))
    if file.read(8) != b"\xff\xff\xff\xff\x00\x00\x00\x00":
        raise Fault("format.corrupt", "the stream has no end mark: its writer was stopped, or the file was cut off", _AGAIN)


def _portions(batch: pa.RecordBatch, input: Input, limits: ReadLimits) -> Iterator[pa.RecordBatch]:
    """Rows of a batch in runs that depend on the rows alone."""
    column = batch.column((input.html or input.text).split(".")[0])
    rows = len(batch)
    each = max(1, min(limits.block_records, rows * limits.block // max(column.nbytes, 1)))
    for start in range(0, rows, each):
        yield batch.slice(start, each)


def parse(input: Input, content: tuple[int, pa.RecordBatch], limits: ReadLimits) -> Rows:
    """The rows of a piece; a cell that is null, no text, no UTF-8 or too large is rejected."""
    first, batch = content
    name = input.html or input.text
    column = _field(batch, name)
    rows = Rows(text=pa.array([], pa.large_string()))
    if column is None or column.type not in _TEXTS:
        fault = Fault("field.not_text", f"column {name!r} holds {column.type if column is not None else 'no such field'}",
                      "name a column that holds text in data.text")
        rows.rejected = [reject(input, first + index, fault) for index in range(len(batch))]
        return rows
    raw = column.cast(pa.large_binary())
    sizes = pc.fill_null(pc.binary_length(raw), -1).to_pylist()
    faults = {index: Fault("field.missing", f"column {name!r} is null", "name the column that holds the text in data.text")
              for index, size in enumerate(sizes) if size < 0}
    for index, size in enumerate(sizes):
        if size > limits.record:
            faults[index] = Fault("record.too_large", f"a text of {size:,} bytes, the limit is {limits.record:,}",
                                  "split the record, or raise record_megabytes in the recipe")
    try:
        text = raw.cast(pa.large_string())
    except pa.ArrowInvalid:
        values = raw.to_pylist()
        for index, value in enumerate(values):
            try:
                value.decode() if value is not None else None
            except UnicodeDecodeError as error:
                faults[index] = Fault("utf8.invalid", f"byte {error.start} of the text is not UTF-8", "write the file as UTF-8")
        text = pa.array([None if index in faults else value.decode() for index, value in enumerate(values)], pa.large_string())
    if input.html:
        pages = text.to_pylist()
        for index, page in enumerate(pages):
            if index not in faults:
                try:
                    pages[index] = text_of(page, limits)
                except Fault as fault:
                    faults[index] = fault
        text = pa.array([None if index in faults else page for index, page in enumerate(pages)], pa.large_string())
    good = [index for index in range(len(batch)) if index not in faults]
    rows.records = [first + index for index in good]
    rows.rejected = [reject(input, first + index, faults[index], raw[index].as_py() or b"") for index in sorted(faults)]
    every = len(good) == len(batch)
    rows.text = text if every else text.take(pa.array(good, pa.int64()))
    rows.ids = _strings(batch, input.record_id, good, identifiers=True)
    rows.declared = _strings(batch, input.language, good)
    rows.url = _strings(batch, input.url, good)
    return rows


def _field(batch: pa.RecordBatch, name: str) -> pa.Array | None:
    head, *way = name.split(".")
    if head not in batch.schema.names:
        return None
    column = batch.column(head)
    for step in way:
        if not pa.types.is_struct(column.type) or column.type.get_field_index(step) < 0:
            return None
        column = pc.struct_field(column, step)
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _strings(batch: pa.RecordBatch, name: str, good: list[int], *, identifiers: bool = False) -> list[str | None] | None:
    column = _field(batch, name) if name else None
    if column is None:
        return None
    values = column.take(pa.array(good, pa.int64())).to_pylist()
    if identifiers:
        return [identifier(value if isinstance(value, (str, int, float, type(None))) else str(value)) for value in values]
    return [value if isinstance(value, str) else None for value in values]
