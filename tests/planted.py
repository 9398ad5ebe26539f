"""What is planted, to see whether deduplication finds it? Pairs of invented texts whose true similarity is known.

Texts are drawn from invented vocabularies with Zipf's frequencies. Each pair carries its tokens, so that the true Jaccard similarity of
five-token shingles is computed from lists of tokens, without any code that is under test.
"""
from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

LETTERS = {
    "fr": "abcdefghijlmnopqrstuvxzàâçéèêîôùû",
    "hi": "अआइईउऊएऐओऔकखगघचछजझटठडढणतथदधनपफबभमयरलवशषसहािीुूेैोौ्ं",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهويىءآأإؤئة",
    "yo": ("a", "à", "á", "b", "d", "e", "è", "é", "ẹ", "ẹ̀", "ẹ́", "f", "g", "gb", "h", "i", "ì", "í", "j", "k", "l", "m", "n", "ń", "ǹ",
           "o", "ò", "ó", "ọ", "ọ̀", "ọ́", "p", "r", "s", "ṣ", "t", "u", "ù", "ú", "w", "y"),
    "zh-Hans": "".join(map(chr, range(0x4E00, 0x5A00))),
}
LENGTHS = (5, 12, 30, 80, 200, 500, 1500, 5000)
Tokens = list[str]


@dataclass(frozen=True)
class Pair:
    """Two texts, how the second came from the first, and their tokens."""

    language: str
    kind: str
    dress: str
    one: str
    other: str
    tokens: tuple[Tokens, Tokens]

    @cached_property
    def jaccard(self) -> float:
        """The true similarity of the sets of five-token shingles."""
        sets = [{tuple(tokens[i:i + 5]) for i in range(len(tokens) - 4)} for tokens in self.tokens]
        return len(sets[0] & sets[1]) / len(sets[0] | sets[1]) if sets[0] | sets[1] else 0.0


class Writer:
    """Writes invented text of one language."""

    def __init__(self, language: str, seed: int, words: int = 3000) -> None:
        self.language, self.rng = language, random.Random(f"{language} {seed}")
        if language == "python":
            self.names = [f"{a}_{b}" for a in ["item", "row", "total", "price", "count", "node", "left", "right"] for b in range(40)]
        letters = LETTERS.get(language, LETTERS["fr"])
        if language == "zh-Hans":
            self.words = list(letters)
        else:
            self.words = ["".join(self.rng.choices(letters, k=self.rng.randint(2, 7))) for _ in range(words)]
            self.words = sorted({unicodedata.normalize("NFC", word) for word in self.words if unicodedata.combining(word[0]) == 0})
            self.rng.shuffle(self.words)
        self._weights = list(accumulate(1 / (rank + 10) for rank in range(len(self.words))))

    def tokens(self, count: int) -> Tokens:
        """So many tokens of new text."""
        if self.language != "python":
            return self.rng.choices(self.words, cum_weights=self._weights, k=count)
        found: Tokens = []
        while len(found) < count:
            a, b, c, d = self.rng.choices(self.names, k=4)
            found += [a, "=", b, self.rng.choice("+-*/"), c, "(", d, ",", str(self.rng.randint(2, 99)), ")"]
        return found[:count]

    def word(self) -> str:
        return self.rng.choice(self.names if self.language == "python" else self.words)

    def text(self, tokens: Tokens) -> str:
        """The tokens as one would write them: sentences, paragraphs, or statements."""
        if self.language == "python":
            return "".join(("\n" if i and i % 10 == 0 else " " if i else "") + token for i, token in enumerate(tokens))
        gap, stop = ("", "。") if self.language == "zh-Hans" else (" ", ". ")
        return "".join((stop + "\n\n" if i and i % 60 == 0 else stop if i and i % 15 == 0 else gap if i else "") + token
                       for i, token in enumerate(tokens))

    def changed(self, tokens: Tokens, share: float) -> Tokens:
        """A share of the tokens replaced, at least one; in a program, a share of its names renamed throughout."""
        if self.language == "python":
            names = sorted({token for token in tokens if "_" in token})
            chosen = self.rng.sample(names, min(len(names), max(1, round(share * len(names)))))
            renamed = {name: f"new_{name}" for name in chosen}
            return [renamed.get(token, token) for token in tokens]
        places = set(self.rng.sample(range(len(tokens)), max(1, round(share * len(tokens)))))
        return [self.word() if place in places else token for place, token in enumerate(tokens)]

    def reordered(self, tokens: Tokens) -> Tokens:
        paragraphs = [tokens[start:start + 60] for start in range(0, len(tokens), 60)]
        self.rng.shuffle(paragraphs)
        return [token for paragraph in paragraphs for token in paragraph]


TOKEN_DRESSES: dict[str, Callable[[Writer, Tokens], Tokens]] = {
    "1 % changed": lambda writer, tokens: writer.changed(tokens, 0.01),
    "5 % changed": lambda writer, tokens: writer.changed(tokens, 0.05),
    "20 % changed": lambda writer, tokens: writer.changed(tokens, 0.20),
    "paragraphs reordered": Writer.reordered,
    "header and footer": lambda writer, tokens: writer.tokens(10) + tokens + writer.tokens(10),
    "half in common": lambda writer, tokens: tokens[: len(tokens) // 2] + writer.tokens(len(tokens) - len(tokens) // 2),
    "unrelated": lambda writer, tokens: writer.tokens(len(tokens)),
}
TEXT_DRESSES: dict[str, Callable[[str], str]] = {
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "upper case": str.upper,
}


def pairs(seed: int, languages: tuple[str, ...] = (*LETTERS, "python"), lengths: tuple[int, ...] = LENGTHS) -> Iterator[Pair]:
    """One pair for every language, length and dress; programs are not written in capitals."""
    for language in languages:
        writer = Writer(language, seed)
        kind = "programming" if language == "python" else "natural"
        for length in lengths:
            for dress, change in TOKEN_DRESSES.items():
                one = writer.tokens(length)
                other = change(writer, one)
                yield Pair(language, kind, dress, writer.text(one), writer.text(other), (one, other))
            for dress, alter in TEXT_DRESSES.items():
                if kind == "natural":
                    one = writer.tokens(length)
                    yield Pair(language, kind, dress, writer.text(one), alter(writer.text(one)), (one, one))
