"""Does it say the same thing again? ROOTS' two repetitions, in both readings, and Gopher's fourteen.

Gopher (Rae et al. 2021, table A1) with datatrove's reading of "duplicate": only second and later copies count, and copies of n-grams do
not overlap. Two differences of ours: all characters are counted against the characters of the document, spaces included (as
datatrove does), and the "most frequent" n-gram of a document must stand twice, for what stands once is no repetition.
"""
# mypy: disallow-untyped-defs=False
from __future__ import annotations

from roots.filters.measures import BOTH, measure
from roots.filters.places import (
    AGAIN,
    CHARACTER_CODE,
    CHARACTER_PAPER,
    LINE_CHARACTERS_AGAIN,
    LINES_AGAIN,
    PARAGRAPH_CHARACTERS_AGAIN,
    PARAGRAPHS,
    PARAGRAPHS_AGAIN,
    TOP,
    WORDS_AGAIN,
)


@measure("character_repetition", unit="share of character n-grams")
def character_repetition(doc):
    """How much of it are its few most frequent strings of ten characters? ROOTS as its code reads: k = min(⌊√N⌋, N − N₁)."""
    return doc.found[CHARACTER_CODE]


@measure("character_repetition_paper", unit="share of character n-grams")
def character_repetition_paper(doc):
    """The same as ROOTS' paper reads: k = ⌊√N⌋, so that strings that stand once count too and short texts score high."""
    return doc.found[CHARACTER_PAPER]


@measure("word_repetition", unit="share of word n-grams")
def word_repetition(doc):
    """How many of its strings of five words stand more than once? ROOTS."""
    return doc.found[WORDS_AGAIN]


@measure("duplicate_lines", unit="share of lines", of=BOTH)
def duplicate_lines(doc):
    """How many lines stood before? Gopher; blank lines and the space around lines do not count."""
    return doc.found[LINES_AGAIN] / max(len(doc.line_start), 1)


@measure("duplicate_line_characters", unit="share of characters", of=BOTH)
def duplicate_line_characters(doc):
    """How many characters are in lines that stood before? Gopher and FineWeb."""
    return doc.found[LINE_CHARACTERS_AGAIN] / max(len(doc.chars), 1)


@measure("duplicate_paragraphs", unit="share of paragraphs")
def duplicate_paragraphs(doc):
    """How many paragraphs stood before? Gopher; a blank line ends a paragraph."""
    return doc.found[PARAGRAPHS_AGAIN] / max(doc.found[PARAGRAPHS], 1)


@measure("duplicate_paragraph_characters", unit="share of characters")
def duplicate_paragraph_characters(doc):
    """How many characters are in paragraphs that stood before? Gopher."""
    return doc.found[PARAGRAPH_CHARACTERS_AGAIN] / max(len(doc.chars), 1)


@measure("top_2gram_characters", unit="share of characters")
def top_2gram_characters(doc):
    """How much of it does its most frequent pair of words cover? Gopher."""
    return doc.found[TOP] / max(len(doc.chars), 1)


@measure("top_3gram_characters", unit="share of characters")
def top_3gram_characters(doc):
    """How much of it does its most frequent string of three words cover? Gopher."""
    return doc.found[TOP + 1] / max(len(doc.chars), 1)


@measure("top_4gram_characters", unit="share of characters")
def top_4gram_characters(doc):
    """How much of it does its most frequent string of four words cover? Gopher."""
    return doc.found[TOP + 2] / max(len(doc.chars), 1)


@measure("duplicate_5gram_characters", unit="share of characters")
def duplicate_5gram_characters(doc):
    """How much of it stands in strings of five words that stood before? Gopher."""
    return doc.found[AGAIN + 5] / max(len(doc.chars), 1)


@measure("duplicate_6gram_characters", unit="share of characters")
def duplicate_6gram_characters(doc):
    """The same of six words."""
    return doc.found[AGAIN + 6] / max(len(doc.chars), 1)


@measure("duplicate_7gram_characters", unit="share of characters")
def duplicate_7gram_characters(doc):
    """The same of seven words."""
    return doc.found[AGAIN + 7] / max(len(doc.chars), 1)


@measure("duplicate_8gram_characters", unit="share of characters")
def duplicate_8gram_characters(doc):
    """The same of eight words."""
    return doc.found[AGAIN + 8] / max(len(doc.chars), 1)


@measure("duplicate_9gram_characters", unit="share of characters")
def duplicate_9gram_characters(doc):
    """The same of nine words."""
    return doc.found[AGAIN + 9] / max(len(doc.chars), 1)


@measure("duplicate_10gram_characters", unit="share of characters")
def duplicate_10gram_characters(doc):
    """The same of ten words."""
    return doc.found[AGAIN + 10] / max(len(doc.chars), 1)
