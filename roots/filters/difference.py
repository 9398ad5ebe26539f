"""Where do two texts differ? Their words side by side, the same and the changed, for people to judge a pair."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

import regex  # type: ignore[import-untyped]

_PIECES = regex.compile(r"[\w\p{M}]+\s*|[^\w\p{M}]")  # a word keeps the gap behind it: gaps of their own would be alike everywhere
MOST = 2_000  # pieces compared at once: difflib's time grows with their product


@dataclass(frozen=True)
class Stretch:
    """A part of either text; equal when nothing differs in it."""

    one: str
    other: str

    @property
    def same(self) -> bool:
        return self.one == self.other


def differences(one: str, other: str) -> Iterator[Stretch]:
    """The two texts in stretches that alternate between the same and the changed; joined, they are the texts again.

    Longer texts than `MOST` words are compared line by line first, and only lines that differ word by word.
    """
    pieces = [_PIECES.findall(text) for text in (one, other)]
    if max(map(len, pieces)) <= MOST:
        yield from _joined(_matched(*pieces))
    else:
        yield from _joined(_by_lines(one.splitlines(keepends=True), other.splitlines(keepends=True)))


def _by_lines(one: list[str], other: list[str]) -> Iterator[Stretch]:
    for block in _matched(one, other):
        if block.same:
            yield block
            continue
        for left, right in zip_longest(block.one.splitlines(keepends=True), block.other.splitlines(keepends=True), fillvalue=""):
            words = _PIECES.findall(left), _PIECES.findall(right)
            yield from _matched(*words) if max(map(len, words)) <= MOST else [Stretch(left, right)]


def _matched(one: list[str], other: list[str]) -> Iterator[Stretch]:
    for _, start, end, first, last in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        yield Stretch("".join(one[start:end]), "".join(other[first:last]))


def _joined(found: Iterator[Stretch]) -> Iterator[Stretch]:
    """Neighbours of one kind become one stretch."""
    before: Stretch | None = None
    for stretch in found:
        if before is not None and before.same == stretch.same:
            before = Stretch(before.one + stretch.one, before.other + stretch.other)
            continue
        if before is not None:
            yield before
        before = stretch
    if before is not None:
        yield before


def marked(one: str, other: str, around: int = 40) -> str:
    """One line for people: what was left out [-so-], what came in {+so+}, and of what is the same `around` characters at either side."""
    parts = []
    for stretch in differences(one, other):
        if stretch.same:
            text = stretch.one
            parts.append(text if len(text) <= 2 * around else f"{text[:around]} […] {text[-around:]}")
        else:
            parts.append((f"[-{stretch.one}-]" if stretch.one else "") + (f"{{+{stretch.other}+}}" if stretch.other else ""))
    return "".join(parts)
