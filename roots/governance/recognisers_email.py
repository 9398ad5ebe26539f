"""Is it somebody's e-mail address? In its guises: internationalised, fullwidth, "at" and "dot" in words.

The shape is ours (Presidio's takes a Chinese sentence for a mailbox); the judge of the domain is Presidio's recogniser,
which asks the list of public suffixes.
"""
from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import regex  # type: ignore[import-untyped]

from roots.governance.personal_data import PersonalData
from roots.governance.recognisers import Context, LookAlikes, Span, Window, compiled, fold, presidio

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_LATIN = r"[\p{Latin}\p{M}0-9_](?:[\p{Latin}\p{M}0-9_.%+'’-]{0,62}[\p{Latin}\p{M}0-9_+-])?"
_SPACED = rf"[[\p{{L}}\p{{M}}\p{{Nd}}_]--[{_UNSPACED}]]"
_OTHER = rf"{_SPACED}(?:(?:{_SPACED}|[.%+'-]){{0,62}}(?:{_SPACED}|[+-]))?"
_UNSPACED_LOCAL = rf"[{_UNSPACED}0-9A-Za-z_.-]{{1,24}}(?<=[{_UNSPACED}])"
_ASCII_DOMAIN = r"(?:[\p{Latin}0-9](?:[\p{Latin}0-9-]{0,61}[\p{Latin}0-9])?\.)+(?:xn--[a-z0-9-]{2,59}|\p{Latin}{2,24})"
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
        self._worded = (rf"(?<![\p{{L}}\p{{Nd}}._+-]){local}\s+(?:{at})\s+"
                        rf"(?P<domain>{label}(?:(?:{bracketed_dot}|\s+(?:{dot})\s+){label}){{1,4}})")
        self._joint = joint

    @cached_property
    def _signed(self) -> regex.Pattern[str]:
        return regex.compile(
            rf"(?:(?P<latin>{_LATIN})|(?P<other>{_OTHER})|(?P<unspaced>{_UNSPACED_LOCAL}))@"
            rf"(?P<domain>{_ASCII_DOMAIN}(?![\p{{Latin}}0-9])|{_OTHER_DOMAIN}|{_NUMERIC_DOMAIN})",
            regex.VERSION1 | regex.IGNORECASE)

    def signed(self, window: Window) -> Iterable[Span]:
        """Addresses with an @ in any of its guises."""
        text = window.folded
        position = max(0, window.start - 1)
        while match := self._signed.search(text, position):
            if match.start() >= window.end:
                break
            end = self._registered(match)
            position = max(match.start() + 1, end)
            if end and not self._look_alikes.cover(window, match.start(), end):
                yield Span(self.kind.kind, match.start(), end)

    def _registered(self, match: regex.Match[str]) -> int:
        """Where the address ends once labels that are no domain ("org.Next") are taken off; 0 when none is left."""
        domain = match["domain"]
        if domain[0] == "[" or domain[-1].isdigit() or domain[-1] == "]":
            return int(match.end())
        judge = presidio("EmailRecognizer")
        while "." in domain:
            if judge.validate_result(f"x@{domain}"):
                return int(match.start("domain") + len(domain))
            domain = domain.rpartition(".")[0]
        return 0

    def spelled(self, window: Window) -> Iterable[Span]:
        """Addresses with words for @ and dot. Without brackets it takes a dot in words and a sign that it is an address."""
        text = window.folded
        for body, sure in ((self._bracketed, True), (self._worded, False)):
            for match in compiled(body).finditer(text):
                local = regex.split(r"\s", match[0], maxsplit=1)[0]
                if match.start() > window.end or not (
                        sure or regex.search(r"[\d._+-]", local) or self._context.before(window, match.start())):
                    continue
                domain = compiled(self._joint).sub(".", match["domain"])
                if presidio("EmailRecognizer").validate_result(f"x@{fold(domain)}"):
                    yield Span(self.kind.kind, match.start(), match.end())
