"""Is it the number that a state gave to somebody? Shapes of `id.toml`, checked by python-stdnum or Presidio.

A checksum of one digit lets one number in ten through, so most shapes also ask for a word that announces them.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Any

from roots.governance.personal_data import PersonalData, Shape
from roots.governance.recognisers import MARGIN, REACH, Context, LookAlikes, Span, Window, compiled, presidio


@cache
def checker(name: str) -> Callable[[str], bool]:
    """The check of that name: "es.dni" is python-stdnum's, "presidio:InAadhaarRecognizer" is Presidio's, "" passes all."""
    if not name:
        return lambda number: True
    if name.startswith("presidio:"):
        recogniser = presidio(name.removeprefix("presidio:"))

        def accepted(number: str) -> bool:
            return recogniser.validate_result(number) is not False and not recogniser.invalidate_result(number)

        return accepted
    valid: Callable[[str], bool] = import_module(f"stdnum.{name}").is_valid
    return valid


@cache
def _quick(body: str) -> Any:
    """The expression compiled by the standard library where it can be, which is several times as fast as `regex`."""
    try:
        return re.compile(body, re.IGNORECASE)
    except re.error:
        return compiled(body)


class NationalId:
    """Finds national identifiers of the countries of a text's language."""

    def __init__(self, kind: PersonalData) -> None:
        self.kind = kind
        self._context = Context(kind)
        self._look_alikes = LookAlikes(kind.look_alikes)
        self._by_language: dict[tuple[str | None, bool], tuple[list[Shape], Any]] = {}

    def _shapes(self, language: str | None, announced: bool) -> tuple[list[Shape], Any]:
        """The shapes that hold in a language, and one expression that finds a text in which any of them could stand."""
        if (language, announced) not in self._by_language:
            shapes = [shape for shape in self.kind.shapes if (announced or not shape.needs_context)
                      and (not shape.languages or language is None or language in shape.languages)]
            self._by_language[language, announced] = shapes, _quick("|".join(f"(?:{shape.regex})" for shape in shapes))
        return self._by_language[language, announced]

    def __call__(self, window: Window) -> Iterable[Span]:
        text = window.bounded
        low, high = max(0, window.start - MARGIN), min(len(text), window.end + MARGIN)
        announced = self._context.before(window, window.end, REACH + window.end - window.start)
        shapes, any_of_them = self._shapes(window.language, announced)
        if not shapes or not any_of_them.search(text, low, high):
            return
        for shape in shapes:
            for match in _quick(shape.regex).finditer(text, low, high):
                start, end = match.span()
                if start >= window.end or end <= window.start or not checker(shape.check)(match[0]):
                    continue
                if not self._look_alikes.cover(window, start, end):
                    yield Span(self.kind.kind, start, end)
