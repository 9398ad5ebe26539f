"""What is a language identifier tried on? Single sentences, short cuts and whole documents, evenly by language and source."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from roots.digest import chance
from roots.models.langid_data import UNSPACED, Record, sentences

SENTENCE, SHORT, DOCUMENT = "sentence", "short", "document"
LENGTHS = {SENTENCE: (80, 600), SHORT: (20, 40), DOCUMENT: (500, 20_000)}   # characters
UNSPACED_LENGTHS = {SENTENCE: (30, 300), SHORT: (8, 16), DOCUMENT: (200, 20_000)}   # where a sign is a syllable or a word


@dataclass(frozen=True)
class Trial:
    """One text whose language its source tells."""

    language: str
    source: str
    length: str
    text: str


def _short(sentence: str, low: int, high: int, unspaced: bool) -> str:
    """The first words of a sentence, up to `high` characters; "" where they are fewer than `low`."""
    if len(sentence) <= high:
        cut = sentence
    elif unspaced:
        cut = sentence[:high]
    else:
        cut = sentence[:high + 1].rpartition(" ")[0]
    return cut.strip() if len(cut.strip()) >= low else ""


def _candidates(record: Record, length: str) -> Iterator[str]:
    unspaced = record.language in UNSPACED
    low, high = (UNSPACED_LENGTHS if unspaced else LENGTHS)[length]
    if length == DOCUMENT:
        if low <= len(record.text):
            yield record.text[:high]
        return
    parts = [record.text] if record.type in ("sentence", "tweet", "question") else sentences(record.text)
    for part in parts:
        if length == SHORT:
            if cut := _short(part, low, high, unspaced):
                yield cut
        elif low <= len(part) <= high:
            yield part


def trials(records: Iterable[Record], most: int, seed: int) -> list[Trial]:
    """At most `most` trials for each language, source and length, chosen by hash; sorted, so that the order of files is nothing.

    A source of single sentences has no documents: its sentences are joined, eight at a time, as the parts of a long text.
    """
    found: dict[tuple[str, str, str], list[tuple[float, str]]] = defaultdict(list)
    loose: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in records:
        for length in LENGTHS:
            for number, text in enumerate(_candidates(record, length)):
                found[record.language, record.source, length].append((chance(seed, f"{record.id}#{number}"), text))
        if record.type in ("sentence", "paragraph"):
            loose[record.language, record.source].append(record.text)
    for (language, source), lines in loose.items():
        low = (UNSPACED_LENGTHS if language in UNSPACED else LENGTHS)[DOCUMENT][0]
        if (language, source, DOCUMENT) not in found:
            joined = ("\n".join(lines[start:start + 8]) for start in range(0, len(lines), 8))
            found[language, source, DOCUMENT] = [(chance(seed, f"{source}/{language}/{n}"), text)
                                                 for n, text in enumerate(joined) if len(text) >= low]
    return [Trial(language, source, length, text)
            for (language, source, length), texts in sorted(found.items()) for _, text in sorted(texts)[:most]]
