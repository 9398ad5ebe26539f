"""What do the lines of a JSON Lines file say? A whole block at once where every line is sound, else line by line."""
from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from roots.pipelines.read.html import text_of
from roots.pipelines.read.lines import Lines
from roots.pipelines.read.parts import Fault, Input, ReadLimits, Rows, reject

_MISSING = object()
_KINDS = {str: "a string", int: "a number", float: "a number", bool: "true or false", list: "a list", dict: "an object", type(None): "null"}


def parse(input: Input, lines: Lines, limits: ReadLimits) -> Rows:
    """The rows of a block. A line with nothing but white space is no record."""
    rows = _at_once(input, lines)
    return _one_by_one(input, lines, limits) if rows is None or input.html else rows


def _at_once(input: Input, lines: Lines) -> Rows | None:
    """All lines through Arrow's reader, or None where a single one of them is not what a sound record looks like."""
    data = np.frombuffer(lines.data, np.uint8)
    if input.html or not valid_utf8(lines.data):
        return None
    stops = np.flatnonzero(data == 10)
    if not len(stops) or stops[-1] != len(data) - 1:
        stops = np.append(stops, len(data))
    starts = np.concatenate(([0], stops[:-1] + 1))
    ends = np.where((stops > starts) & (data[stops - 1] == 13), stops - 1, stops)
    numbers = np.flatnonzero(ends > starts)  # an empty line is no record
    if not len(numbers):
        return Rows()
    starts, ends = starts[numbers], ends[numbers]
    # one object a line: Arrow would read two objects in a line, or one over two lines, without a word
    if (ends - starts < 2).any() or (data[starts] != ord("{")).any() or (data[ends - 1] != ord("}")).any():
        return None
    names = [name for name in (input.text, input.record_id, input.language, input.url) if name]
    for id_type in (pa.string(), pa.int64()) if input.record_id else (pa.string(),):
        types = {input.text: pa.large_string(), input.record_id: id_type}
        wanted = _schema({name: types.get(name, pa.string()) for name in names})
        if wanted is None:
            return None
        try:
            table = pyarrow.json.read_json(
                pa.BufferReader(lines.data),
                read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(lines.data) + 1),
                parse_options=pyarrow.json.ParseOptions(explicit_schema=wanted, unexpected_field_behavior="ignore"))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            continue
        if table.num_rows != len(starts):
            return None
        text = _column(table, input.text)
        if text.null_count or not _sound(text):
            return None
        columns = {name: _column(table, name) for name in names}
        ids = columns[input.record_id].cast(pa.string()) if input.record_id else None
        others = [columns[name] for name in (input.language, input.url) if name]
        if not all(_sound(column) for column in [*others, *([ids] if ids is not None else [])]):
            return None
        return Rows(
            records=[*(numbers + lines.first).tolist()], text=text,
            ids=ids.to_pylist() if ids is not None else None,
            declared=columns[input.language] if input.language else None, url=columns[input.url] if input.url else None)
    return None


def _schema(fields: dict[str, pa.DataType]) -> pa.Schema | None:
    """Dotted names as structs; None where one name is both a value and the way to another."""
    tree: dict[str, Any] = {}
    for name, type in fields.items():
        *way, leaf = name.split(".")
        node = tree
        for step in way:
            node = node.setdefault(step, {})
            if not isinstance(node, dict):
                return None
        if isinstance(node.get(leaf), dict):
            return None
        node[leaf] = type

    def struct(node: dict[str, Any]) -> list[pa.Field]:
        return [pa.field(key, pa.struct(struct(value)) if isinstance(value, dict) else value) for key, value in node.items()]
    return pa.schema(struct(tree))


def _column(table: pa.Table, name: str) -> pa.Array:
    head, *way = name.split(".")
    column = table.column(head).combine_chunks()
    for step in way:
        column = pc.struct_field(column, step)
    return column


def _sound(column: pa.Array) -> bool:
    """Is it UTF-8? An escaped lone surrogate gets past Arrow's JSON reader as bytes that are not."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def valid_utf8(data: bytes) -> bool:
    """Are these bytes UTF-8? Checked by Arrow without decoding them."""
    offsets = pa.py_buffer(np.array([0, len(data)], np.int64))
    return _sound(pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(data)]))


def _one_by_one(input: Input, lines: Lines, limits: ReadLimits) -> Rows:
    ids: list[str | None] = []
    declared: list[str | None] = []
    urls: list[str | None] = []
    texts: list[str] = []
    rows = Rows(text=texts, ids=ids, declared=declared, url=urls)
    for number, line in enumerate(lines.data.removesuffix(b"\n").split(b"\n"), lines.first):
        if not line.strip():
            continue
        try:
            record = _record(line)
            url = string(find(record, input.url))
            text = _text(input, record, url, limits)
        except Fault as fault:
            rows.rejected.append(reject(input, number, fault, line))
            continue
        rows.records.append(number)
        texts.append(text)
        ids.append(identifier(find(record, input.record_id)))
        declared.append(string(find(record, input.language)))
        urls.append(url)
    return rows


def _record(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Fault("utf8.invalid", f"byte {error.start} of the record is not UTF-8", "write the file as UTF-8") from None
    except RecursionError:
        raise Fault("json.invalid", "lists or tables inside each other without end", "flatten the record") from None
    except json.JSONDecodeError as error:
        raise Fault("json.invalid", f"{error.msg.removesuffix(' at')} (character {error.pos})", "write one JSON object a line") from None
    except ValueError as error:
        raise Fault("json.invalid", str(error).split(";")[0], "write one JSON object a line") from None
    if not isinstance(value, dict):
        raise Fault("json.invalid", f"holds {_KINDS[type(value)]}, not an object", "write one JSON object a line")
    return value


def _text(input: Input, record: dict[str, Any], url: str | None, limits: ReadLimits) -> str:
    name = input.html or input.text
    value = find(record, name)
    if value is _MISSING or value is None:
        raise Fault("field.missing", f"has no field {name!r}", f"name the field that holds it in data.{'html' if input.html else 'text'}")
    if not isinstance(value, str):
        raise Fault("field.not_text", f"field {name!r} holds {_KINDS[type(value)]}", "name a field that holds text")
    value = without_surrogates(value)
    return text_of(value, limits) if input.html else value


def find(record: dict[str, Any], name: str) -> Any:
    """The value of a field, dots leading into objects; a value that is no JSON value when there is none."""
    value: Any = record if name else _MISSING
    for step in name.split("."):
        value = value.get(step, _MISSING) if isinstance(value, dict) else _MISSING
    return value


def string(value: Any) -> str | None:
    return without_surrogates(value) if isinstance(value, str) else None


def identifier(value: Any) -> str | None:
    """A record's own id as a string: numbers in decimal, anything deeper as compact JSON."""
    if value is _MISSING or value is None or value == "":
        return None
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return without_surrogates(value)


def without_surrogates(text: str) -> str:
    """Lone surrogates, which no UTF-8 can hold, as the replacement character."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


