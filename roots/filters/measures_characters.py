"""What is it written with? Shares of letters, digits, marks of punctuation, and of what no text should hold.

ROOTS' special characters are here every character that is neither letter, mark nor the joiners of words, by Unicode category; theirs
were ASCII punctuation, digits and white space, 191 further characters and emoji, a subset that leaves out most scripts' own
punctuation (on English prose the two agree to three digits; a danda counts here and did not there).
"""
# ruff: noqa: ANN001
# mypy: disallow-untyped-defs=False
from __future__ import annotations

import math

from roots.filters.characters import ALONE, BROKEN, BULLET, DIGIT, FORMAT, JOINS, LETTER, MARK, PUNCTUATION, SPACE, SYMBOL
from roots.filters.measures import BOTH, measure
from roots.filters.places import UPPER_CASE


@measure("character_count", unit="characters", of=BOTH)
def character_count(doc):
    """How many characters has it? ROOTS keeps source files of 100 to 200,000."""
    return len(doc.chars)


@measure("special_characters", unit="share of characters")
def special_characters(doc):
    """How much is neither letter nor mark: spaces, digits, punctuation, symbols? ROOTS; empty text has none."""
    return 1 - (doc.tally[LETTER] + doc.tally[MARK] + doc.tally[FORMAT]) / len(doc.chars) if len(doc.chars) else 0.0


@measure("letter_share", unit="share of visible characters")
def letter_share(doc):
    """How much of what one can see is letters? Marks count: a Devanagari vowel sign is as much a letter as an English vowel."""
    visible = len(doc.chars) - doc.tally[SPACE] - doc.tally[FORMAT]
    return (doc.tally[LETTER] + doc.tally[MARK]) / visible if visible > 0 else math.nan


@measure("digit_share", unit="share of visible characters")
def digit_share(doc):
    """How much of what one can see is digits? RefinedWeb drops lines of nothing else."""
    visible = len(doc.chars) - doc.tally[SPACE] - doc.tally[FORMAT]
    return doc.tally[DIGIT] / visible if visible > 0 else math.nan


@measure("punctuation_share", unit="share of visible characters")
def punctuation_share(doc):
    """How much of what one can see is punctuation?"""
    visible = len(doc.chars) - doc.tally[SPACE] - doc.tally[FORMAT]
    return doc.tally[PUNCTUATION] / visible if visible > 0 else math.nan


@measure("inner_punctuation", unit="per word")
def inner_punctuation(doc):
    """How many signs stand between two letters with no space, and are no apostrophe or hyphen? Bad scans: "wo;d", "th|s"; addresses."""
    signs = 0
    for i in range(1, len(doc.chars) - 1):
        if (doc.classes[i] == PUNCTUATION or doc.classes[i] == SYMBOL) and doc.classes[i - 1] <= MARK and doc.classes[i + 1] <= MARK \
                and doc.classes[i - 1] != SPACE and doc.classes[i + 1] == LETTER and not doc.flags[i] & (JOINS | BULLET) \
                and not doc.flags[i - 1] & ALONE:
            signs += 1
    return signs / len(doc.word_start) if len(doc.word_start) else math.nan


@measure("symbol_share", unit="share of visible characters")
def symbol_share(doc):
    """How much of what one can see is symbols: currency, arrows, emoji, mathematics?"""
    visible = len(doc.chars) - doc.tally[SPACE] - doc.tally[FORMAT]
    return doc.tally[SYMBOL] / visible if visible > 0 else math.nan


@measure("broken_characters", unit="share of characters", of=BOTH)
def broken_characters(doc):
    """How much are control, private, unassigned or replacement characters? Text that was decoded wrongly, or is not text."""
    return doc.tally[BROKEN] / len(doc.chars) if len(doc.chars) else 0.0


@measure("uppercase_share", unit="share of letters")
def uppercase_share(doc):
    """How many letters are capitals? RefinedWeb drops lines with more than half."""
    return doc.tally[UPPER_CASE] / doc.tally[LETTER] if doc.tally[LETTER] else math.nan


@measure("mojibake", unit="share of characters")
def mojibake(doc):
    """How much looks like UTF-8 read as Latin-1 or Windows-1252? "Ã©" for é: a letter of Ã â à Ø … and then a sign no word continues with.

    Counted are pairs of one of U+00C2–U+00F4 (what the first byte of a sequence becomes) and a character that a continuation byte
    80–BF becomes and that is no letter: controls and signs of U+0080–U+00BF, and Windows-1252's signs such as € ™ „ ‡ (‚ is left
    out: Fon text uses it for a comma).
    """
    pairs = 0
    for i in range(len(doc.chars) - 1):
        if 0xC2 <= doc.chars[i] <= 0xF4:
            c = doc.chars[i + 1]
            if (0x80 <= c <= 0xBF and c != 0xAA and c != 0xB5 and c != 0xBA and c != 0xBB and c != 0xA0 and c != 0xB7) or c == 0x20AC \
                    or c == 0x2122 or c == 0x2020 or c == 0x2021 or c == 0x2030 or c == 0x02C6 or c == 0x02DC \
                    or c == 0x201E or c == 0x0192 or c == 0x0152 or c == 0x0153 or c == 0x0160 or c == 0x0161 or c == 0x017D \
                    or c == 0x017E or c == 0x0178 or c == 0x2039:
                pairs += 1
    return 2 * pairs / len(doc.chars) if len(doc.chars) else 0.0


@measure("hash_signs", unit="per word")
def hash_signs(doc):
    """How many # to a word? Gopher allows one to ten words."""
    signs = 0
    for c in doc.chars:
        signs += c == 35
    return signs / len(doc.word_start) if len(doc.word_start) else math.nan


@measure("ellipses", unit="per word")
def ellipses(doc):
    """How many … or ... to a word? Gopher allows one to ten words."""
    signs = 0
    i = 0
    while i < len(doc.chars):
        if doc.chars[i] == 0x2026:
            signs += 1
        elif doc.chars[i] == 46 and i + 2 < len(doc.chars) and doc.chars[i + 1] == 46 and doc.chars[i + 2] == 46:
            signs += 1
            i += 2
        i += 1
    return signs / len(doc.word_start) if len(doc.word_start) else math.nan


@measure("curly_brackets", unit="share of visible characters")
def curly_brackets(doc):
    """How many { and }? C4 drops a page with one; prose has next to none, scripts and style sheets have many."""
    signs = 0
    for c in doc.chars:
        signs += c == 123 or c == 125
    visible = len(doc.chars) - doc.tally[SPACE] - doc.tally[FORMAT]
    return signs / visible if visible > 0 else math.nan
