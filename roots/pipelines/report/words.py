"""How are figures written for people? Number formats, and the templates that use them."""
from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

_SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000)


@cache
def meanings() -> Mapping[str, Any]:
    """reasons.toml: what reasons mean to people."""
    return tomllib.loads(resources.files(__package__).joinpath("reasons.toml").read_text("utf-8"))


def number(value: float) -> str:
    return f"{value:,.0f}"


def compact(value: float) -> str:
    """1234567 → 1.23 M: three digits that matter."""
    for least, unit in ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e4, " k")):
        if value >= least:
            scaled = value / (1e3 if unit == " k" else least)
            return f"{scaled:.3g}".replace("e+03", "000") + unit.replace(" ", "\N{NARROW NO-BREAK SPACE}")
    return f"{value:,.0f}"


def size(value: float) -> str:
    """Bytes in decimal units."""
    for least, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= least:
            scaled = value / least
            return f"{scaled:.0f}\N{NO-BREAK SPACE}{unit}" if scaled >= 100 else f"{scaled:.3g}\N{NO-BREAK SPACE}{unit}"
    return f"{value:.0f}\N{NO-BREAK SPACE}B"


def percent(value: float) -> str:
    shown = 100 * value
    return f"{shown:.0f} %" if shown >= 10 or shown == 0 else f"{shown:.1f} %" if shown >= 0.05 else "< 0.1 %"


def limit(row: Mapping[str, Any]) -> str:
    """at least 0.5, at most 0.9"""
    return ", ".join(f"{key.replace('_', ' ')} {row[key]:g}" for key in ("at_least", "at_most") if row.get(key) is not None)


def web(address: object) -> bool:
    """Is it an address that a page may link to?"""
    return isinstance(address, str) and re.match(r"https?://[^\s\"'<>]+$", address) is not None


def line(value: object) -> str:
    """Text on one line of Markdown, with nothing that Markdown or HTML would take for its own."""
    text = " ".join(str(value).split())
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", text)


def size_category(count: int) -> str:
    """The Hub's words for how many rows there are."""
    names = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "n>1B")
    return names[sum(count >= least for least in _SIZES)]


def card_licence(licences: Mapping[str, int]) -> dict[str, str]:
    """What the card's header says: the licence where there is one only, else "other" and a name."""
    if len(licences) == 1 and (known := next(iter(licences)).lower()) in meanings()["card"]["licences"]:
        return {"id": known, "name": ""}
    return {"id": "other", "name": "mixed" if len(licences) > 1 else "see-below", "link": "#licensing-information"}


def card_language(code: str) -> str:
    """The Hub takes ISO 639 codes: zh for zh-Hans."""
    return code.partition("-")[0]


@cache
def environment() -> Environment:
    """Templates of this folder; pages are escaped, the card escapes by its filters."""
    made = Environment(loader=PackageLoader(__package__, "."), autoescape=select_autoescape(["html"]), undefined=StrictUndefined)
    made.filters.update(number=number, compact=compact, size=size, percent=percent, limit=limit, line=line, cell=line, web=web,
                        size_category=size_category, yaml=lambda value: json.dumps(str(value), ensure_ascii=False))
    return made


@cache
def style() -> Markup:
    """The page's style sheet, a file of this package."""
    return Markup(resources.files(__package__).joinpath("page.css").read_text("utf-8"))  # noqa: S704  ours


def drawn(svg: str) -> Markup:
    """A picture, whose texts flow.draw has escaped."""
    return Markup(svg)  # noqa: S704  escaped where it is made
