"""Is it somebody's phone number? libphonenumber judges by the numbering plans of the countries where the language is spoken.

Most digits in prose are not phone numbers. A run of digits counts when it is written internationally and valid; when it is
valid in one of the language's regions and written as people there write numbers; or when a word announces it. It stands
alone; but in prose its plus sign may follow a word ("pa+263 …"), and some languages write a prefix onto it ("ku-082 …").
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import phonenumbers
import regex  # type: ignore[import-untyped]
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType

from roots.governance.personal_data import PersonalData, of_language
from roots.governance.recognisers import LETTER, Context, LookAlikes, Span, Window, compiled

_ALONE = rf"(?<!{LETTER}|[\p{{M}}_\d])(?:\+\s?\(?|\(\+?)?"
_AFTER_A_WORD = rf"(?<={LETTER}|\p{{M}})\+\s?\(?"
_REST = (r"\d(?:[ ./()\-‐-―\u200b-\u200f\u202a-\u202e\u2060-\u2069\u00ad]{0,3}\d)*"
         r"(?:\s?(?:x|ext\.?|extension)\s?\d{1,5})?")
_GLUED_BEFORE = rf"(?<={LETTER}|[\p{{M}}_#$€£¥₹₦%=@&?^~*<>\\]|{LETTER}[-./:]|\d[,:.]|[.,]\d|[-/])"
_GLUED_AFTER = rf"{LETTER}|[\p{{M}}_%°€£¥$₹₦@=]|[,.:]\d|[-/](?:{LETTER}|\d)|\s?[€£¥$₹%°]"
_PLUS_AFTER = rf"(?<=(?:{LETTER}|\p{{M}})[-.:]?|[-/])\+"
_THOUSANDS = r"\d{1,3}(?:([ .])\d{3})(?:\1\d{3})*"
_BRACKETS = r"[^()]*|\+?\s?(?:\d[- ./]?){0,4}\([^()]*\)[^()]*"
_COUNTS = r"[1-9]\d{0,2}[ .]\d{3}|[1-9]\d{0,2}(?:[ .]\d{3})+\s?[-/]\s?\d{1,3}(?:[ .]\d{3})+|[1-9]\d{0,2}[-/]\d{1,3}"
_MILLIONS = r"[1-9]\d?([ .])\d{3}\1\d{3}"
_BETWEEN = r"\s{2,}|(?<=\d)\s+(?=[+(])|\s/\s|\s-\s|(?<=\d)\)?\s(?=\(?0\d)"
_DOTTED = r"[1-9]\d{0,2}(?:\.\d{3})+"  # a count in thousands
_ARITHMETIC = r"\d+\.\d+|\d+\s?/\s?\d+"  # in code: a fraction
_FEWEST, _MOST = 7, 15
_NEAR, _CLOSE = 24, 16  # characters before a number
_FEWEST_LABELLED = 6
_NINE, _WHOLE, _GROUPS = 9, 10, 4


@lru_cache(maxsize=4096)
def _parsed(digits: str, region: str | None) -> tuple[bool, bool, PhoneNumber | None]:
    """(valid, possible, number) of a run of digits as dialled in a region."""
    try:
        number = phonenumbers.parse(digits, region)
    except NumberParseException:
        return False, False, None
    return phonenumbers.is_valid_number(number), phonenumbers.is_possible_number(number), number


class Phone:
    """Finds phone numbers. Regions and words come from `phone.toml`."""

    def __init__(self, kind: PersonalData) -> None:
        self.kind = kind
        weak = frozenset(kind.option("weak"))
        self._context = Context(replace(kind, words=tuple((code, tuple(w for w in row if w not in weak)) for code, row in kind.words)))
        self._weak = Context(replace(kind, words=tuple((code, tuple(w for w in row if w in weak)) for code, row in kind.words)))
        self._look_alikes = LookAlikes(kind.look_alikes)
        self._regions = dict(kind.regions)
        self._everywhere = sorted({region for regions in self._regions.values() for region in regions})
        labels = "|".join(regex.escape(word) for word in kind.option("labels"))
        long = "|".join(regex.escape(word) for word in kind.option("labels") if len(word) > 1)  # 017f is a number in hexadecimal
        self._labels = compiled(rf"(?:[\s,\\/(\[-]{{1,3}}(?:{labels})|(?:{long}))(?!{LETTER}|[\p{{M}}\p{{Nd}}_])")
        self._labels_in_code = compiled(rf"[\s,\\/(\[-]{{0,3}}(?:{long})(?!{LETTER}|[\p{{M}}\p{{Nd}}_])")
        self._prefixed = {language: _prefixed(prefixes) for language in self._regions if (prefixes := kind.option(f"prefixes-{language}"))}
        self._label_before = compiled(rf"(?<!{LETTER}|[\p{{M}}\p{{Nd}}_])(?:{labels})(?:\s{{0,2}}[:.]|\s?[-=])\s{{0,2}}$")

    def __call__(self, window: Window) -> Iterable[Span]:
        text = window.folded
        if not self._worth_parsing(window):
            return
        for match in self._pieces(window).finditer(text, max(0, window.start - 3)):
            if match.start() >= window.end:
                break
            start, end = self._trim(text, *match.span())
            found = list(self._numbers(window, start, end))
            if not found and compiled(_AFTER_A_WORD).match(text, start):
                found = list(self._numbers(window, start + 1, end))
            yield from found

    def _worth_parsing(self, window: Window) -> bool:
        """Are there digits enough for a number, or at least a plus sign before them or a word for it beside them?"""
        text, start, end = window.folded, window.start, window.end
        few = window.digits <= _FEWEST or compiled(_DOTTED).fullmatch(text, start, end)
        return not few or "+" in text[max(0, start - 3):start] or self._announced(window, start, end)

    def _pieces(self, window: Window) -> regex.Pattern[str]:
        """Where may a run of digits begin, in this language, and what may belong to it?"""
        if window.programming:
            return compiled(_ALONE + _REST)
        prefixed = self._prefixed.get(window.language or "")
        return compiled(f"(?:{_ALONE}|{_AFTER_A_WORD}{'|' + prefixed if prefixed else ''}){_REST}")

    def _is_prefixed(self, window: Window, start: int) -> bool:
        """Does a prefix that the language writes onto a number stand before it, as in "ku-082 …" and "pa0771…"?"""
        prefixed = None if window.programming else self._prefixed.get(window.language or "")
        return prefixed is not None and compiled(prefixed).match(window.folded, start) is not None

    @staticmethod
    def _trim(text: str, start: int, end: int) -> tuple[int, int]:
        """Takes a bracket off that has no partner in the number."""
        if text[start] == "(" and ")" not in text[start:end]:
            start += 1
        return start, end

    @staticmethod
    def _without(start: int, end: int, barred: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """What is left of a run of digits once dates and their like are cut out of it."""
        pieces = [(start, end)]
        for a, b in barred:
            pieces = [part for s, e in pieces for part in (((s, min(e, a)), (max(s, b), e)) if a < e and b > s else ((s, e),))
                      if part[1] - part[0] >= _FEWEST_LABELLED]
        return pieces

    def _numbers(self, window: Window, start: int, end: int) -> Iterable[Span]:
        """The whole run if it is a number, else its parts between wide gaps, else between spaces."""
        text = window.folded
        while start < end and text[start] not in "+(0123456789":
            start += 1
        while end > start and not text[end - 1].isdigit():
            end -= 1
        if start >= end:
            return
        if self._accepted(window, start, end):
            pieces = self._without(start, end, self._look_alikes.spans(window))
            if pieces == [(start, end)]:
                yield Span(self.kind.kind, start, end)
            else:
                for a, b in pieces:
                    yield from self._numbers(window, a, b)
            return
        cuts = [match.span() for match in compiled(_BETWEEN).finditer(text, start, end)]
        if cuts:
            edges = [start, *(edge for cut in cuts for edge in cut), end]
            for a, b in zip(edges[::2], edges[1::2], strict=True):
                if b - a >= _FEWEST_LABELLED and (a, b) != (start, end):
                    yield from self._numbers(window, a, b)
            return
        if " " in text[start:end] and compiled(r"[-./()+]").search(text, start, end):
            edge = start
            for cut in (*compiled(r"\s").finditer(text, start, end), None):
                stop = cut.start() if cut else end
                if stop - edge >= _FEWEST and " " not in text[edge:stop]:
                    yield from self._numbers(window, edge, stop)
                edge = cut.end() if cut else end

    def _accepted(self, window: Window, start: int, end: int) -> bool:
        text = window.folded
        written = text[start:end]
        number = compiled(r"\s?(?:x|ext).*").sub("", written)
        digits = "".join(filter(str.isdigit, number))
        if not _FEWEST_LABELLED <= len(digits) <= _MOST + 2 or len(set(digits)) < 2:
            return False
        if not compiled(_BRACKETS).fullmatch(written) or compiled(r".*\.\d").fullmatch(number) or compiled(_COUNTS).fullmatch(number):
            return False
        prefixed = self._glued(window, start, end) and self._is_prefixed(window, start)
        if self._glued(window, start, end, free=prefixed):
            return False
        if written.startswith(("+", "(+")):
            valid, possible, _ = _parsed("+" + digits, None)
            grouped = not window.programming and len(_groups(number)) >= _GROUPS  # new ranges are in use before the plans say so
            return valid or (possible and (grouped or self._announced(window, start, end)))
        if window.programming and compiled(_ARITHMETIC).fullmatch(number):
            return False
        if prefixed:
            return len(digits) >= _NINE and self._native(window, number, digits, self._announced(window, start, end))
        if self._announced(window, start, end):
            return self._announced_form(number, digits, self._context.before(window, start, _CLOSE))
        return not window.programming and self._native(window, number, digits, self._weak.before(window, start))

    def _glued(self, window: Window, start: int, end: int, *, free: bool = False) -> bool:
        """Is it part of something longer: a code, a decimal number, a sum of money? Not if a label stands there ("tel:", "-fax").

        free: what stands before it is known to be none of its own; in prose that is so of a word before a plus sign.
        """
        text = window.folded
        free = free or (not window.programming and compiled(_PLUS_AFTER).match(text, start) is not None)
        if not ((not free and compiled(_GLUED_BEFORE).match(text, start)) or compiled(_GLUED_AFTER).match(text, end)):
            return False
        labelled = text[start - 1:start] in (":", "-", "/", "#", "=") and self._context.before(window, start, _NEAR)
        return not labelled and not self._label_after(window, end)

    def _label_after(self, window: Window, end: int) -> bool:
        labels = self._labels_in_code if window.programming else self._labels
        return labels.match(window.folded, end) is not None

    def _announced(self, window: Window, start: int, end: int) -> bool:
        text = window.folded
        return (self._context.before(window, start) or self._context.after(window, end) or self._label_after(window, end)
                or bool(self._label_before.search(text, max(0, start - _NEAR), start)))

    @staticmethod
    def _announced_form(number: str, digits: str, close: bool) -> bool:
        """Near a word for it, anything of a number's length counts but a year, a span of years, or a sum with thousands."""
        if compiled(r"(?:1[5-9]|20)\d\d\s?[-–/]\s?(?:1[5-9]|20)\d\d").fullmatch(number):
            return False
        if compiled(_MILLIONS).fullmatch(number) and not close:
            return False
        return len(digits) >= (_FEWEST_LABELLED if close else _FEWEST) and len(digits) <= _MOST

    def _native(self, window: Window, number: str, digits: str, hinted: bool) -> bool:
        """Without a word for it: valid in a region of the language, and, unless some number is announced, written as it is there."""
        if len(digits) < _FEWEST + 1 or compiled(_DOTTED).fullmatch(number):
            return False
        if digits.startswith("00") and not number.startswith("000"):
            return _parsed("+" + digits[2:], None)[0]
        plain, thousands = number == digits, bool(compiled(_THOUSANDS).fullmatch(number)) and digits[0] != "0"
        regions = of_language(self._regions, window.language) if window.language else self._everywhere
        for region in regions:
            valid, _, parsed = _parsed(digits, region)
            if not valid or parsed is None:
                continue
            if phonenumbers.region_code_for_number(parsed) != region:
                continue
            if hinted:
                return True
            mobile = phonenumbers.number_type(parsed) == PhoneNumberType.MOBILE and _written(parsed)[0] == digits[0]
            if thousands and not (mobile and len(digits) == _NINE):
                continue
            if plain:
                if (digits[0] == "0" and len(digits) >= 9) or (len(digits) in (10, 11) and mobile):
                    return True
            elif ("(" in number or (digits[0] == "0" and len(digits) >= _WHOLE)
                  or _grouped_alike(number, _written(parsed), home=region == regions[0])):
                return True
        return False


def _prefixed(prefixes: Iterable[str]) -> str:
    """Where does a number behind one of these prefixes begin? In small letters or with one capital ("PA077…" is a code).

    The prefix begins a word; one of a single letter needs its hyphen ("e0821234567" is a code too).
    """
    body = "|".join(regex.escape(form) + ("-" if len(form) == 1 else "-?") for prefix in prefixes for form in (prefix, prefix.capitalize()))
    return rf"(?<=(?<!{LETTER}|[\p{{M}}\d_@#/\\.=&?+-])(?-i:{body}))"


def _written(number: PhoneNumber) -> str:
    """A number as its own country writes it, with the trunk prefix if one is used there; brackets left out."""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL).lstrip("(")


def _grouped_alike(number: str, written: str, *, home: bool) -> bool:
    """Are the digits grouped as in that country, with its trunk prefix or, at home, without?"""
    return _groups(number) == _groups(written) or (home and _groups(number) == _groups(written.removeprefix("0")))


def _groups(number: str) -> list[str]:
    return list(compiled(r"\d+").findall(number))
