"""Is it the number that a state gave to somebody? Shapes of `id.toml`, checked by python-stdnum or Presidio.

A checksum of one digit lets one number in ten through, so most shapes also ask for a word that announces them.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module

from roots.governance.personal_data import PersonalData
from roots.governance.recognisers import Context, LookAlikes, Span, Window, compiled, presidio


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


class NationalId:
    """Finds national identifiers of the countries of a text's language."""

    def __init__(self, kind: PersonalData) -> None:
        self.kind = kind
        self._context = Context(kind)
        self._look_alikes = LookAlikes(kind.look_alikes)

    def __call__(self, window: Window) -> Iterable[Span]:
        text = window.folded
        for shape in self.kind.shapes:
            if shape.languages and window.language is not None and window.language not in shape.languages:
                continue
            for match in compiled(shape.regex).finditer(text):
                start, end = match.span()
                if start >= window.end or end <= window.start or not checker(shape.check)(match[0]):
                    continue
                if shape.needs_context and not self._context.before(window, start):
                    continue
                if not self._look_alikes.cover(window, start, end):
                    yield Span(self.kind.kind, start, end)
