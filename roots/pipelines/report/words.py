"""How are figures written for people? Number formats, and the templates that use them."""
from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

# licences that the Hub's card schema names; everything else is "other" with a name
_HUB = {"CC0-1.0": "cc0-1.0", "CC-BY-4.0": "cc-by-4.0", "CC-BY-SA-4.0": "cc-by-sa-4.0", "CC-BY-SA-3.0": "cc-by-sa-3.0", "CC-BY-3.0": "cc-by-3.0",
        "CC-BY-NC-4.0": "cc-by-nc-4.0", "Apache-2.0": "apache-2.0", "MIT": "mit", "ODC-By-1.0": "odc-by"}
_SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000)


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
            return f"{value / least:.3g}\N{NO-BREAK SPACE}{unit}" if value < 999 * least else f"{value / least:.0f}\N{NO-BREAK SPACE}{unit}"
    return f"{value:.0f}\N{NO-BREAK SPACE}B"


def percent(value: float) -> str:
    shown = 100 * value
    return f"{shown:.0f} %" if shown >= 10 or shown == 0 else f"{shown:.1f} %" if shown >= 0.05 else "< 0.1 %"


def limit(row: Mapping[str, Any]) -> str:
    """at least 0.5, at most 0.9"""
    return ", ".join(f"{words} {row[key]:g}" for words, key in (("at least", "at_least"), ("at most", "at_most")) if row.get(key) is not None)


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
    if len(licences) == 1 and (known := _HUB.get(next(iter(licences)))):
        return {"id": known, "name": ""}
    return {"id": "other", "name": "mixed" if len(licences) > 1 else "see-below", "link": "#licensing-information"}


def card_language(code: str) -> str:
    """The Hub takes ISO 639 codes: zh for zh-Hans."""
    return code.partition("-")[0]


def environment() -> Environment:
    """Templates of this folder; pages are escaped, the card escapes by its filters."""
    made = Environment(loader=PackageLoader(__package__, "."), autoescape=lambda name: bool(name and name.endswith(".html")), undefined=StrictUndefined,
                       trim_blocks=False)
    made.filters.update(number=number, compact=compact, size=size, percent=percent, limit=limit, line=line, cell=line, size_category=size_category,
                        yaml=lambda value: json.dumps(str(value), ensure_ascii=False), web=web)
    return made


def style() -> Markup:
    """The page's style sheet, a file of this package."""
    return Markup(resources.files(__package__).joinpath("page.css").read_text("utf-8"))  # noqa: S704  ours


def drawn(svg: str) -> Markup:
    """A picture, whose texts flow.draw has escaped."""
    return Markup(svg)  # noqa: S704  escaped where it is made
