"""Is it somebody's account? Payment cards (issuer ranges and Luhn), IBAN (registry and ISO 7064), wallets.

Issuer ranges are `card.toml`'s; one number in ten passes Luhn by luck, so a bare run of digits also needs an issuer's
beginning and length, or a word that announces a card.
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from stdnum import iban, luhn
from stdnum.exceptions import ValidationError

from roots.governance.personal_data import PersonalData
from roots.governance.recognisers import LETTER, MARGIN, Context, LookAlikes, Span, Window, compiled, hinted, presidio, presidio_spans

_FEWEST, _SHORTEST = 12, 25  # digits of a card, characters of a wallet
_CARD = rf"(?<!{LETTER}|[\p{{Nd}}_.,])(?<!\p{{Nd}}[ -])\d(?:[ -]?\d){{11,18}}(?!{LETTER}|[\p{{Nd}}_]|[ -]\p{{Nd}}|[.,]\p{{Nd}})"
_IBAN = rf"(?<!{LETTER}|\p{{Nd}})[A-Z]{{2}}\d{{2}}(?:[ -]?[A-Z0-9]){{11,30}}"
_COUNTRY_AND_CHECK = re.compile("[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11}")
_BITCOIN = re.compile("(?:bc1|[13])[0-9A-Za-z]{25}")
_CLEAR_BEFORE, _CLEAR_AFTER = r"(?<!\w)", r"(?!\w)"


class Card:
    """Numbers of payment cards. Options: `issuers`, each "from-to:lengths"."""

    def __init__(self, kind: PersonalData) -> None:
        self.kind = kind
        self._context = Context(kind)
        self._look_alikes = LookAlikes(kind.look_alikes)

    @cached_property
    def _issuers(self) -> list[tuple[int, int, int, frozenset[int]]]:
        rows = []
        for line in self.kind.option("issuers"):
            span, _, lengths = line.partition(":")
            low, _, high = span.partition("-")
            rows.append((int(low), int(high or low), len(low), frozenset(int(length) for length in lengths.split(","))))
        return rows

    def _issued(self, digits: str, announced: bool) -> bool:
        return announced or any(low <= int(digits[:wide]) <= high and len(digits) in lengths for low, high, wide, lengths in self._issuers)

    def __call__(self, window: Window) -> Iterable[Span]:
        text = window.folded
        if window.digits < _FEWEST:
            return
        for match in compiled(_CARD).finditer(text, max(0, window.start - 1)):
            if match.start() >= window.end:
                break
            digits = "".join(filter(str.isdigit, match[0]))
            announced = self._context.before(window, match.start())
            grouped = len(digits) != len(match[0])
            if not self._issued(digits, announced) or not luhn.is_valid(digits) or len(set(digits)) < 2:
                continue
            if grouped and not compiled(r"\d{4}([ -])\d{4}\1\d{4}\1\d{1,4}(\1\d{1,3})?|\d{4}([ -])\d{6}\3\d{4,5}").fullmatch(match[0]):
                continue
            if window.programming and not grouped and not announced:
                continue
            if not announced and self._look_alikes.cover(window, *match.span()):
                continue
            yield Span(self.kind.kind, *match.span())


class Iban:
    """International bank account numbers, in groups or not, valid in their country's own rules."""

    def __init__(self, kind: PersonalData) -> None:
        self.kind = kind

    def __call__(self, window: Window) -> Iterable[Span]:
        text = window.bounded
        first = max(0, window.start - MARGIN)
        if not _COUNTRY_AND_CHECK.search(text, first, window.end + MARGIN):
            return
        for match in compiled(_IBAN).finditer(text, first, overlapped=True):
            if match.start() >= window.end or match.end() <= window.start:
                continue
            end = self._end(text, match.start(), match.end())
            if end:
                yield Span(self.kind.kind, match.start(), end)

    def _end(self, text: str, start: int, end: int) -> int:
        """The longest valid number that begins at `start`; 0 when there is none."""
        while end - start >= 15:
            number = text[start:end]
            if number[-1].isalnum() and not (end < len(text) and text[end].isalnum()):
                try:
                    iban.validate(number, check_country=False)
                except ValidationError:
                    pass
                else:
                    return end
            end -= 1
        return 0


class Crypto:
    """Wallet addresses: Presidio checks Bitcoin's sums; other chains by the record's shapes."""

    def __init__(self, kind: PersonalData) -> None:
        self.kind = kind
        self._context = Context(kind)

    def __call__(self, window: Window) -> Iterable[Span]:
        if window.end - window.start < _SHORTEST:
            return
        for start, end in presidio_spans(presidio("CryptoRecognizer"), window) if _BITCOIN.search(window.bounded) else ():
            clear = compiled(_CLEAR_BEFORE).match(window.bounded, start) and compiled(_CLEAR_AFTER).match(window.bounded, end)
            if clear and start < window.end and end > window.start:
                yield Span(self.kind.kind, start, end)
        for shape in self.kind.shapes:
            for match in compiled(shape.regex).finditer(window.text) if hinted(window, shape.hints) else ():
                announced = not shape.needs_context or self._context.before(window, match.start())
                if announced and match.start() < window.end and match.end() > window.start:
                    yield Span(self.kind.kind, *match.span())
