"""How does a TOML file become a record, with every problem named by file, line and key?

A `Table` hands out values of the type that is asked for and collects what is wrong; `done` reports keys that nobody
asked for, with "did you mean". Parsers build frozen records from a Table and never open a file themselves.
"""
from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from roots.errors import Problem

Kind = TypeVar("Kind")
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[A-Za-z0-9_\-.]+)\s*=""")


def _lines_of(text: str) -> dict[tuple[str | int, ...], int]:
    """Line of each table header and key; a key's path holds the index of each array table on the way."""
    lines: dict[tuple[str | int, ...], int] = {}
    counts: dict[tuple[str | int, ...], int] = {}
    prefix: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            names = tuple(part.strip().strip("\"'") for part in re.findall(r'"[^"]*"|[^.\s]+', header[2]))
            prefix = ()
            for position, name in enumerate(names):
                prefix += (name,)
                last = position == len(names) - 1
                if header[1] == "[[" and last:
                    counts[prefix] = counts.get(prefix, -1) + 1
                if prefix in counts:
                    prefix += (counts[prefix],)
            lines.setdefault(prefix, number)
        elif key := _KEY.match(line):
            path = prefix
            for part in re.findall(r'"[^"]*"|\'[^\']*\'|[^.]+', key[1]):
                path += (part.strip("\"'"),)
                lines.setdefault(path, number)
    return lines


class Table:
    """One table of a TOML file, with its place in the file."""

    def __init__(self, file: str, data: Mapping[str, Any], problems: list[Problem],
                 lines: Mapping[tuple[str | int, ...], int] | None = None, path: tuple[str | int, ...] = ()) -> None:
        self.file, self.data, self.problems, self.path = file, data, problems, path
        self._lines = lines or {}
        self._asked: set[str] = set()

    @classmethod
    def parse(cls, file: str, text: str | bytes, problems: list[Problem]) -> Table | None:
        """The table of a whole file, or None with a problem noted when it is no TOML."""
        try:
            if isinstance(text, bytes):
                text = text.decode("utf-8")
            return cls(file, tomllib.loads(text), problems, _lines_of(text))
        except UnicodeDecodeError as error:
            line = text[: error.start].count(b"\n") + 1 if isinstance(text, bytes) else 0
            problems.append(Problem(file, line, "", "is not UTF-8", "save the file as UTF-8"))
        except tomllib.TOMLDecodeError as error:
            place = re.search(r"line (\d+)", str(error))
            what = str(error).split(" (at")[0]
            last = str(text).count("\n") + 1  # "at end of document"
            problems.append(Problem(file, int(place[1]) if place else last, "", f"is not TOML: {what}",
                                    "texts stand in quotation marks, one key a line"))
        return None

    def line(self, key: str = "") -> int:
        """The line of a key, or of the nearest table above it."""
        path = self.path + ((key,) if key else ())
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def dotted(self, key: str = "") -> str:
        return ".".join(str(part) for part in self.path + ((key,) if key else ()))

    def problem(self, key: str, problem: str, mend: str) -> None:
        self.problems.append(Problem(self.file, self.line(key), self.dotted(key), problem, mend))

    def has(self, key: str) -> bool:
        return key in self.data

    def _get(self, key: str, required: bool, default: Any, accepts: Callable[[Any], bool], wanted: str) -> Any:
        self._asked.add(key)
        if key not in self.data:
            if required:
                self.problem(key, "is missing", f"write {key} = {wanted}")
            return default
        value = self.data[key]
        if not accepts(value):
            self.problem(key, f"is {value!r}", f"write {key} = {wanted}")
            return default
        return value

    def text(self, key: str, *, required: bool = False, default: str = "") -> str:
        value = self._get(key, required, default, lambda v: isinstance(v, str), '"…"')
        if required and key in self.data and isinstance(value, str) and not value.strip():
            self.problem(key, "is empty", f'write {key} = "…"')
        return str(value)

    def choice(self, key: str, among: Collection[str], *, required: bool = False, default: str = "") -> str:
        value = self.text(key, required=required, default=default)
        if value and key in self.data and value not in among:
            self.problem(key, f"is {value!r}", suggestion(value, among))
            return default
        return value

    def texts(self, key: str, *, required: bool = False, among: Collection[str] | None = None) -> tuple[str, ...]:
        value = self._get(key, required, (), lambda v: isinstance(v, list) and all(isinstance(i, str) for i in v), '["…"]')
        for item in value if among is not None else ():
            if among is not None and item not in among:
                self.problem(key, f"holds {item!r}", suggestion(item, among))
        return tuple(value)

    def flag(self, key: str, *, required: bool = False, default: bool | None = None) -> bool | None:
        value = self._get(key, required, default, lambda v: isinstance(v, bool), "true or false")
        return value if value is None else bool(value)

    def number(self, key: str, *, required: bool = False, default: float | None = None) -> float | None:
        value = self._get(key, required, default, lambda v: isinstance(v, (int, float)) and not isinstance(v, bool), "a number")
        return value if value is None else float(value)

    def whole(self, key: str, *, required: bool = False, default: int | None = None) -> int | None:
        value = self._get(key, required, default, lambda v: isinstance(v, int) and not isinstance(v, bool), "a whole number")
        return value if value is None else int(value)

    def day(self, key: str, *, required: bool = False) -> date | None:
        value = self._get(key, required, None, lambda v: isinstance(v, date), "2026-01-31 (without quotation marks)")
        return value.date() if isinstance(value, datetime) else value

    def mapping(self, key: str) -> Mapping[str, Any]:
        """A table taken as it is (its keys are data, not names of ours)."""
        return dict(self._get(key, False, {}, lambda v: isinstance(v, dict), "a table"))

    def table(self, key: str, *, required: bool = False) -> Table:
        """A table inside; an empty one when it is absent."""
        value = self._get(key, required, {}, lambda v: isinstance(v, dict), "a table")
        return Table(self.file, value, self.problems, self._lines, (*self.path, key))

    def tables(self, key: str, *, required: bool = False) -> Sequence[Table]:
        """An array of tables, [[key]]."""
        value = self._get(key, required, [], lambda v: isinstance(v, list) and all(isinstance(i, dict) for i in v), f"[[{key}]] tables")
        return [Table(self.file, item, self.problems, self._lines, (*self.path, key, index)) for index, item in enumerate(value)]

    def done(self) -> None:
        """Reports every key that nobody asked for."""
        for key in self.data:
            if key not in self._asked:
                self.problem(key, "is not a key of this table", suggestion(key, self._asked))


def suggestion(word: str, among: Collection[str]) -> str:
    """Did you mean …? With the whole choice when nothing is near."""
    near = difflib.get_close_matches(word, sorted(among), n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    names = ", ".join(sorted(among)[:24])
    return f"choose one of: {names}{', …' if len(among) > 24 else ''}" if among else "remove it"
