"""Is it a secret? Private key blocks, tokens that name their issuer, and values that a secret's name is given.

The shapes are `key.toml`'s. A shape with `entropy` asks its group `secret` for that many bits a character at least
(Shannon, over the characters of the value), so that `token = "your-token-here"` stays.
"""
from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable

import regex  # type: ignore[import-untyped]

from roots.governance.personal_data import PersonalData
from roots.governance.recognisers import LookAlikes, Span, Window

_BEFORE, _AFTER = 80, 64  # characters around a candidate in which its name and its other parts stand


def entropy(text: str) -> float:
    """Shannon entropy of a text's characters, in bits a character; 0 of an empty one."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values()) if text else 0.0


class Key:
    """Finds secrets; only the group `secret` of a shape is replaced, so that the line around it stays readable."""

    def __init__(self, kind: PersonalData) -> None:
        self.kind = kind
        self._shapes = [(regex.compile(shape.regex), shape) for shape in kind.shapes]
        self._hints = re.compile("|".join(sorted({re.escape(hint) for shape in kind.shapes for hint in shape.hints})))
        self._look_alikes = LookAlikes(kind.look_alikes)

    def __call__(self, window: Window) -> Iterable[Span]:
        low, high = max(0, window.start - _BEFORE), min(len(window.text), window.end + _AFTER)
        near = window.text[low:high].lower()
        hinted = self._hints.search(near) is not None
        for pattern, shape in self._shapes:
            if shape.hints and not (hinted and any(hint in near for hint in shape.hints)):
                continue
            for match in pattern.finditer(window.text, low, high):
                group = "secret" if "secret" in pattern.groupindex else 0
                start, end = match.span(group)
                if start >= window.end or end <= window.start or (shape.entropy and entropy(match[group]) < shape.entropy):
                    continue
                if not self._look_alikes.cover(window, start, end):
                    yield Span(self.kind.kind, start, end)
