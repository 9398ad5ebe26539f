"""What is judged, and what is found? A window of text around a candidate, spans in it, and who judges which anchor.

Presidio's recognisers are called directly on windows: no analyzer engine, no language model, no network.
"""
from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from types import ModuleType
from typing import Any, NamedTuple

import regex  # type: ignore[import-untyped]

from roots.governance.personal_data import FLAGS, PersonalData, Shape, of_language

# A letter of a script that puts spaces between words; 电话138… and โทร02… are written together.
_SCRIPTS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー"
_UNSPACED = f"[{_SCRIPTS}]"
LETTER = rf"[^\P{{L}}{_SCRIPTS}]"
_MAYBE_UNSPACED = re.compile("[\u0e00-\u1fff\u3000-\U0010ffff]")  # all of _SCRIPTS and more, at a tenth of the cost
_LONG, _LONG_ELSEWHERE = 5, 3  # letters of a Latin word, and of another, that may be the beginning of a longer one
_CODE = "code"  # in source text only the words that hold for every language announce anything: "call" is everywhere
MARGIN = 24  # characters around a candidate that what it belongs to may reach to
REACH = 48  # characters before a candidate in which a word may announce it


class Span(NamedTuple):
    """What a recogniser found: code points within its window."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Window:
    """A piece of one document: the candidate at [start, end), and some text to both sides."""

    text: str
    start: int
    end: int
    language: str | None = None
    programming: bool = False

    @cached_property
    def folded(self) -> str:
        """The text with digits of all scripts and fullwidth forms as ASCII: one code point for one, so offsets hold."""
        return fold(self.text)

    @cached_property
    def small(self) -> str:
        """The folded text in small letters, to look for hints in."""
        return self.folded.lower()

    @cached_property
    def bounded(self) -> str:
        """The folded text with letters of scripts without spaces as punctuation, so that \\b stands where a reader sees a bound."""
        return compiled(_UNSPACED).sub("、", self.folded) if _MAYBE_UNSPACED.search(self.folded) else self.folded

    @cached_property
    def digits(self) -> int:
        """How many decimal digits, of any script, does the candidate hold?"""
        return sum(map(str.isdecimal, self.text[self.start:self.end]))


Recogniser = Callable[[Window], Iterable[Span]]


@cache
def _folds() -> Mapping[int, str]:
    table = {0xFF01 + i: chr(0x21 + i) for i in range(94)}
    table |= {point: str(unicodedata.decimal(chr(point))) for point in range(128, 0x20000) if unicodedata.category(chr(point)) == "Nd"}
    table |= {ord("﹫"): "@", ord("。"): ".", ord("．"): ".", ord("｡"): "."}
    table |= {ord(space): " " for space in "\u00a0\u2007\u2009\u202f\u3000"}
    table |= {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2212\uff0d"}
    return table


def fold(text: str) -> str:
    """Digits of all scripts, fullwidth forms, spaces and dashes as ASCII; as long as the text was."""
    return text if text.isascii() or not _foldable().search(text) else text.translate(_folds())


@cache
def _foldable() -> re.Pattern[str]:
    """Any character that folding changes, or any beyond the basic plane: a class that `re` tests with one look at a table."""
    return re.compile("[" + "".join(chr(point) for point in sorted(_folds()) if point < 0x10000) + "\U00010000-\U0010ffff]")


@cache
def compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern, FLAGS)


def _open(word: str) -> bool:
    """May this word be the beginning of a longer one that means the same?"""
    return len(word) >= (_LONG if regex.search(r"\p{Latin}", word) else _LONG_ELSEWHERE)


class Context:
    """Does a word that announces this kind stand near? Words by language, and those that hold for every language.

    Where words are spaced, one must begin a word ("tel" is not in "hotel"); behind a long one anything may follow
    ("Telefonnummer"), a short one must be the whole word ("hp" is not in "hpa").
    """

    def __init__(self, kind: PersonalData) -> None:
        self._rows = dict(kind.words)
        self._patterns: dict[str | None, regex.Pattern[str] | None] = {}

    def _pattern(self, language: str | None) -> regex.Pattern[str] | None:
        if language not in self._patterns:
            words = of_language(self._rows, language)
            if language is None:  # nobody has said which: the longer words of all may announce it
                words += tuple(sorted({word for row in self._rows.values() for word in row if _open(word)}))
            elif language not in self._rows and language != _CODE:
                words += self._rows.get("en", ())  # the second language of most pages
            body = "|".join(regex.escape(fold(word)) + ("" if _open(word) else rf"(?!{LETTER}|\p{{M}})")
                            for word in sorted(words, key=lambda word: (-len(word), word)))
            self._patterns[language] = compiled(rf"(?<!{LETTER}|\p{{M}})(?:{body})") if words else None
        return self._patterns[language]

    def before(self, window: Window, start: int, reach: int = REACH) -> bool:
        """Does such a word stand in the `reach` characters before `start`?"""
        pattern = self._pattern(_CODE if window.programming else window.language)
        return pattern is not None and pattern.search(window.folded, max(0, start - reach), start) is not None

    def after(self, window: Window, end: int, reach: int = 16) -> bool:
        pattern = self._pattern(_CODE if window.programming else window.language)
        return pattern is not None and pattern.search(window.folded, end, min(len(window.folded), end + reach)) is not None


def hinted(window: Window, hints: Sequence[str]) -> bool:
    """Does one of the hints stand in the window, or is none asked for?"""
    return not hints or any(hint in window.small for hint in hints)


class LookAlikes:
    """Is this span one of the things that the kind is not?"""

    def __init__(self, shapes: Sequence[Shape]) -> None:
        self._patterns = [(compiled(shape.regex), frozenset(shape.languages), shape.hints) for shape in shapes]

    def spans(self, window: Window) -> list[tuple[int, int]]:
        found = []
        for pattern, languages, hints in self._patterns:
            if (not languages or window.language in languages) and hinted(window, hints):
                found += [match.span() for match in pattern.finditer(window.folded)]
        return found

    def cover(self, window: Window, start: int, end: int) -> bool:
        for pattern, languages, hints in self._patterns:
            if (not languages or window.language in languages) and hinted(window, hints) and any(
                    match.start() <= start and end <= match.end() for match in pattern.finditer(window.folded)):
                return True
        return False


@cache
def _presidio() -> Any:
    """Presidio's recognisers, without the engines for language models that its package loads beside them: no pattern asks these, and spaCy
    alone takes a second. Whoever imports the engines afterwards gets them."""
    engines = ModuleType("presidio_analyzer.nlp_engine")
    vars(engines)["__getattr__"] = lambda name: type(name, (), {})
    ours = "presidio_analyzer" not in sys.modules
    if ours:
        sys.modules[engines.__name__] = engines
    try:
        import presidio_analyzer.predefined_recognizers as recognisers
    finally:
        if ours:
            del sys.modules[engines.__name__]
    return recognisers


@cache
def presidio(name: str, *patterns: tuple[str, str]) -> Any:
    """A pattern recogniser of Presidio by its class's name, for every language at once; optionally with patterns of ours.

    tldextract, which its e-mail validator asks, would fetch the list of public suffixes: it is told to use its own copy.
    """
    recognisers = _presidio()
    import tldextract
    from presidio_analyzer import Pattern

    vars(tldextract)["extract"] = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    own = [Pattern(label, body, 0.5) for label, body in patterns] or None
    return getattr(recognisers, name)(supported_language="xx", **({"patterns": own} if own else {}))


def presidio_spans(recogniser: Any, window: Window) -> list[tuple[int, int]]:
    """What a recogniser of Presidio accepts in a window's candidate and the few characters around it."""
    first = max(0, window.start - MARGIN)
    found = recogniser.analyze(window.bounded[first:window.end + MARGIN], recogniser.supported_entities)
    return [(result.start + first, result.end + first) for result in found]
