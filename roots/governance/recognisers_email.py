"""Is it somebody's e-mail address? In its guises: internationalised, fullwidth, "at" and "dot" in words.

The shape is ours (Presidio's takes a Chinese sentence for a mailbox); the judge of the domain is Presidio's recogniser,
which asks the list of public suffixes.
"""
from __future__ import annotations

from collections.abc import Iterable

import regex  # type: ignore[import-untyped]

from roots.governance.personal_data import PersonalData
from roots.governance.recognisers import Context, LookAlikes, Span, Window, compiled, presidio

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_BACKWARD = regex.VERSION1 | regex.IGNORECASE | regex.REVERSE
_LATIN = r"(?r)[\p{Latin}\p{M}0-9_](?:[\p{Latin}\p{M}0-9_.%+'’-]{0,62}[\p{Latin}\p{M}0-9_+-])?"
_SPACED = rf"[[\p{{L}}\p{{M}}\p{{Nd}}_]--[{_UNSPACED}]]"
_OTHER = rf"{_SPACED}(?:(?:{_SPACED}|[.%+'-]){{0,62}}(?:{_SPACED}|[+-]))?"
_UNSPACED_LOCAL = rf"[{_UNSPACED}0-9A-Za-z_.-]{{1,24}}(?<=[{_UNSPACED}])"
_ASCII_DOMAIN = r"(?:[\p{Latin}0-9](?:[\p{Latin}0-9-]{0,61}[\p{Latin}0-9])?\.)+(?:xn--[a-z0-9-]{2,59}|\p{Latin}{2,24})(?![\p{Latin}0-9])"
_OTHER_DOMAIN = r"(?:[\p{L}\p{M}\p{Nd}](?:[\p{L}\p{M}\p{Nd}-]{0,61}[\p{L}\p{M}\p{Nd}])?\.)+[\p{L}\p{M}]{2,24}"
_NUMERIC_DOMAIN = r"\[?\d{1,3}(?:\.\d{1,3}){3}\]?"


class Email:
    """Finds addresses around an @, and addresses whose @ and dots are words."""

    def __init__(self, kind: PersonalData) -> None:
        self.kind = kind
        self._context = Context(kind)
        self._look_alikes = LookAlikes(kind.look_alikes)
        at, dot = ("|".join(regex.escape(word) for word in kind.option(name)) for name in ("at", "dot"))
        bracketed_at = rf"\s*[(\[{{<]\s*(?:{at}|@)\s*[)\]}}>]\s*"
        bracketed_dot = rf"\s*[(\[{{<]\s*(?:{dot}|\.)\s*[)\]}}>]\s*"
        label = r"[\p{Latin}0-9][\p{Latin}0-9-]{0,40}"
        local = rf"{label}(?:(?:[._+-]|{bracketed_dot}|\s(?:{dot})\s){label}){{0,4}}"
        joint = rf"(?:{bracketed_dot}|\s+(?:{dot})\s+|\.)"
        self._bracketed = rf"(?<![\p{{L}}\p{{Nd}}._+-]){local}{bracketed_at}(?P<domain>{label}(?:{joint}{label}){{1,4}})"
        self._worded = (rf"(?<![\p{{L}}\p{{Nd}}._+-]){local}\s+(?P<at>{at})\s+"
                        rf"(?P<domain>{label}(?:(?:{bracketed_dot}|\s+(?:{dot})\s+){label}){{1,4}})")
        self._at = compiled(rf"(?<![\p{{L}}\p{{M}}])(?:{at})(?![\p{{L}}\p{{M}}])|[(\[{{<]\s?@\s?[)\]}}>]")
        self._joint = joint
        self._private = frozenset(kind.option("private"))
        self._doubtful = frozenset(kind.option("doubtful"))

    def signed(self, window: Window) -> Iterable[Span]:
        """Addresses with an @ in any of its guises."""
        text = window.folded
        place = text.find("@", max(0, window.start - 1), window.end)
        while place >= 0:
            start = end = place
            if text[place + 1:place + 2].isalnum() or text[place + 1:place + 2] == "[":
                start, end = self._local(text, place), self._domain(text, place + 1)
            if start < place and end > place and text[start - 1:start] != "@" and not self._look_alikes.cover(window, start, end):
                yield Span(self.kind.kind, start, end)
            place = text.find("@", place + 1, window.end)

    @staticmethod
    def _local(text: str, place: int) -> int:
        """Where the name before the @ begins: letters of Latin, else of another script; never a whole sentence of Chinese."""
        latin = compiled(_LATIN).match(text, 0, place)
        if latin and compiled(r"\p{Latin}").search(latin[0]):
            return int(latin.start())
        for body in (_OTHER, _UNSPACED_LOCAL):
            if other := regex.compile(body, _BACKWARD).match(text, 0, place):
                return int(other.start())
        return int(latin.start()) if latin else place

    def _domain(self, text: str, start: int) -> int:
        """Where the domain ends once labels that are none ("org.Next") are taken off; 0 when none is left."""
        match = compiled(_NUMERIC_DOMAIN).match(text, start)
        if match:
            return int(match.end())
        match = compiled(_ASCII_DOMAIN).match(text, start) or compiled(_OTHER_DOMAIN).match(text, start)
        domain = match[0] if match else ""
        while "." in domain:
            if self._exists(domain):
                return start + len(domain)
            domain = domain.rpartition(".")[0]
        return 0

    def _exists(self, domain: str) -> bool:
        """Does the domain end in a public suffix, or is it one (gov.ng), or does it end as private networks do?"""
        return domain.rpartition(".")[2].casefold() in self._private or bool(presidio("EmailRecognizer").validate_result(f"x@a.{domain}"))

    def spelled(self, window: Window) -> Iterable[Span]:
        """Addresses with words for @ and dot. Without brackets it takes a dot in words and a sign that it is an address."""
        text = window.folded
        if not self._at.search(text):
            return
        for body, sure in ((self._bracketed, True), (self._worded, False)):
            for match in compiled(body).finditer(text):
                local = regex.split(r"\s", match[0], maxsplit=1)[0]
                if match.start() > window.end:
                    break
                if not (sure or match["at"].casefold() not in self._doubtful or regex.search(r"[\d._+-]", local)
                        or self._context.before(window, match.start())):
                    continue
                domain = compiled(self._joint).sub(".", match["domain"])
                if self._exists(domain):
                    yield Span(self.kind.kind, match.start(), match.end())
