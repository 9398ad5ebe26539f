"""How is a record written as TOML that people like to read? (Reading is tomllib's.)"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
WIDTH = 120
_BLANKS = re.compile(r"^\s|\s$|\s\s|[^\S ]")  # where a wrapped text would not come back as it was
_QUOTES = re.compile(r'"(?="|\Z)')  # two in a row might end the text


def rendered(record: Mapping[str, Any]) -> str:
    """TOML of strings, numbers, booleans, dates, lists and tables; None is left out. Plain keys come before tables.

    Raises TypeError for anything else.
    """
    return "\n".join(_table(record, ())).strip("\n") + "\n"


def value(item: Any) -> str:
    """One value in TOML 1.0; long texts stand over several lines."""
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, (int, float, date)):
        return str(item)
    if isinstance(item, str):
        return _text(item)
    if isinstance(item, Sequence):
        parts = [_line(part) if isinstance(part, str) else value(part) for part in item]
        inside = ", ".join(parts)
        if len(inside) <= WIDTH - 20:
            return f"[{inside}]"
        return "[\n" + "".join(f"  {line}\n" for line in _filled([part + "," for part in parts], WIDTH)) + "]"
    raise TypeError(f"TOML has no {type(item).__name__}")


def key(name: str) -> str:
    """A key, in quotation marks where TOML wants them."""
    plain = name and all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in name)
    return name if plain else _line(name)


def _table(record: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    present = {name: item for name, item in record.items() if item is not None}
    plain = {name: item for name, item in present.items() if not _is_table(item)}
    width = max((len(key(name)) for name in plain), default=0)
    lines = [f"{key(name):<{width}} = {value(item)}" for name, item in plain.items()]
    for name, item in present.items():
        here = ".".join(key(part) for part in (*path, name))
        if isinstance(item, Mapping):
            lines += ["", f"[{here}]", *_table(item, (*path, name))]
        elif _is_table(item):
            for entry in item:
                lines += ["", f"[[{here}]]", *_table(entry, (*path, name))]
    return lines


def _is_table(item: Any) -> bool:
    listed = isinstance(item, Sequence) and not isinstance(item, str) and len(item) > 0
    return isinstance(item, Mapping) or (listed and all(isinstance(part, Mapping) for part in item))


def _text(text: str) -> str:
    if "\n" not in text.strip("\n") or "\r" in text:
        lines = _filled(_line(text)[1:-1].split(" "), WIDTH)
        if len(lines) < 2 or '"' in text or "\\" in text or _BLANKS.search(text):
            return _line(text)
        return '"""\\\n' + " \\\n".join(lines) + '"""'
    body = "".join(letter if letter in '\n"' else _escaped(letter) for letter in text)
    body = _QUOTES.sub(r'\\"', body)
    return f'"""\n{body}"""'


def _filled(words: Sequence[str], width: int) -> list[str]:
    """Words joined by single spaces into lines of at most that width, where a word allows it."""
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def _line(text: str) -> str:
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if ord(letter) < 0x20 or 0x7F <= ord(letter) <= 0x9F or 0xD800 <= ord(letter) <= 0xDFFF:
        return f"\\u{0xFFFD if ord(letter) >= 0xD800 else ord(letter):04X}"
    return letter
