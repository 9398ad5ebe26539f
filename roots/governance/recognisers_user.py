"""Is it somebody's account on a platform? @name in running text; not a decorator, an e-mail's domain or "@ 5 pm"."""
from __future__ import annotations

from collections.abc import Iterable

from roots.governance.personal_data import PersonalData
from roots.governance.recognisers import LookAlikes, Span, Window, compiled

_LETTER = r"[\p{L}\p{M}\p{Nd}_]"
_HANDLE = (rf"(?<!{_LETTER}|[.@/&=+-])@{_LETTER}(?:(?:{_LETTER}|[.-]){{0,38}}{_LETTER})?(?:@[a-z0-9.-]+\.[a-z]{{2,}})?"
           rf"(?!{_LETTER}*[@(])")


class User:
    """Finds handles of three characters or more."""

    def __init__(self, kind: PersonalData) -> None:
        self.kind = kind
        self._look_alikes = LookAlikes(kind.look_alikes)

    def __call__(self, window: Window) -> Iterable[Span]:
        for match in compiled(_HANDLE).finditer(window.folded):
            start, end = match.span()
            if end - start >= 4 and start < window.end and end > window.start and not self._look_alikes.cover(window, start, end):
                yield Span(self.kind.kind, start, end)
