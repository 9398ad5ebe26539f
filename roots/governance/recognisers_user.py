"""Is it somebody's account on a platform? @name in running text; not a decorator, an e-mail's domain or "@ 5 pm"."""
from __future__ import annotations

from collections.abc import Iterable

from roots.governance.personal_data import PersonalData
from roots.governance.recognisers import LETTER, LookAlikes, Span, Window, compiled

_LONGEST = 120  # characters of a handle with its server
_LETTER = r"[\p{L}\p{M}\p{Nd}_]"
_HANDLE = (rf"(?<!{LETTER}|[\p{{M}}\p{{Nd}}_.@/&=+-])@{_LETTER}(?:(?:{_LETTER}|[.-]){{0,38}}{_LETTER})?(?:@[a-z0-9.-]+\.[a-z]{{2,}})?"
           rf"(?!{_LETTER}*[@(])")
_UNSPACED_HANDLE = rf"(?<!{LETTER}|[\p{{M}}\p{{Nd}}_.@/&=+-])@[\p{{Han}}\w-]{{2,20}}(?=[\s::]|$)"  # @小明: or at the end, never a clause


class User:
    """Finds handles of three characters or more."""

    def __init__(self, kind: PersonalData) -> None:
        self.kind = kind
        self._look_alikes = LookAlikes(kind.look_alikes)

    def __call__(self, window: Window) -> Iterable[Span]:
        low, high = max(0, window.start - 1), window.end + _LONGEST
        found = [match.span() for match in compiled(_HANDLE).finditer(window.bounded, low, high)]
        if not found:
            found = [match.span() for match in compiled(_UNSPACED_HANDLE).finditer(window.folded, low, high)]
        for start, end in found:
            if end - start >= 4 and start < window.end and end > window.start and not self._look_alikes.cover(window, start, end):
                yield Span(self.kind.kind, start, end)
