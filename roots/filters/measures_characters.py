"""What is it written with? Shares of letters, digits, marks of punctuation, and of what no text should hold.

ROOTS' special characters are here every character that is neither letter, mark nor the joiners of words, by Unicode category; theirs
were ASCII punctuation, digits and white space, 191 further characters and emoji, a subset that leaves out most scripts' own
punctuation (on English prose the two agree to three digits; a danda counts here and did not there).
"""
# mypy: disallow-untyped-defs=False
from __future__ import annotations

import math

from roots.filters.characters import (
    ALONE,
    BROKEN,
    BULLET,
    DIGIT,
    FORMAT,
    JOINS,
    LETTER,
    MARK,
    MISREAD,
    MISREAD_SIGN,
    PUNCTUATION,
    SPACE,
    SYMBOL,
)
from roots.filters.measures import BOTH, FEW_WORDS, measure
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
    """How many signs stand between two letters with no space, and are no apostrophe or hyphen? Bad scans: "wo;d", "th|s"; addresses.

    A text of fewer than fifty words counts as one of fifty: two signs in a line are no sign of anything.
    """
    signs = 0
    for i in doc.signs:
        if 0 < i < len(doc.chars) - 1 and doc.classes[i + 1] == LETTER and (doc.classes[i - 1] == LETTER or doc.classes[i - 1] == MARK) \
                and (doc.classes[i] == PUNCTUATION or doc.classes[i] == SYMBOL) and not doc.flags[i] & (JOINS | BULLET) \
                and not doc.flags[i - 1] & ALONE:
            signs += 1
    return signs / max(len(doc.word_start), FEW_WORDS)


@measure("stray_marks", unit="per word")
def stray_marks(doc):
    """How many marks have no letter to stand on? A vowel sign or a tone mark after a sign or a space: broken scans and broken joins.

    A text of fewer than fifty words counts as one of fifty.
    """
    stray = 0
    if doc.tally[MARK]:
        before = SPACE
        for k in doc.classes:
            stray += (k == MARK) & (before != LETTER) & (before != MARK) & (before != FORMAT) & (before != DIGIT)
            before = k
    return stray / max(len(doc.word_start), FEW_WORDS)


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
    """How much looks like UTF-8 read as Latin-1 or Windows-1252? "Ã©" for é, "â€™" for ’: sequences of UTF-8 as they look then.

    Two characters, the first of U+00C2–U+00DF; or three or four, the first of U+00E0–U+00F4, with a sign among them that hardly
    stands after a letter in real text (€ ™ ‡ ¤, controls): quotation marks and dashes after é or à alone prove nothing.
    """
    found = 0
    n = len(doc.chars)
    following = 1
    for second in doc.signs:
        if second < following or not doc.flags[second] & MISREAD:
            continue
        i = second - 1
        c = doc.chars[i]
        length = 0
        if 0xC2 <= c <= 0xDF:
            length = 2
        elif 0xE0 <= c <= 0xEF:
            length = 3
        elif 0xF0 <= c <= 0xF4:
            length = 4
        if length == 0 or i + length > n:
            continue
        misread = 0
        signs = 0
        for j in range(i + 1, i + length):
            misread += (doc.flags[j] & MISREAD) != 0
            signs += (doc.flags[j] & MISREAD_SIGN) != 0
        if misread == length - 1 and (length == 2 or signs > 0):
            found += length
            following = i + length + 1
    return found / n if n else 0.0


@measure("hash_signs", unit="per word")
def hash_signs(doc):
    """How many # to a word? Gopher allows one to ten words. A text of fewer than fifty words counts as one of fifty."""
    signs = 0
    for i in doc.signs:
        signs += doc.chars[i] == 35
    return signs / max(len(doc.word_start), FEW_WORDS)


@measure("ellipses", unit="per word")
def ellipses(doc):
    """How many … or ... to a word? Gopher allows one to ten words. A text of fewer than fifty words counts as one of fifty."""
    signs = 0
    following = 0
    for i in doc.signs:
        if i < following:
            continue
        if doc.chars[i] == 0x2026:
            signs += 1
        elif doc.chars[i] == 46 and i + 2 < len(doc.chars) and doc.chars[i + 1] == 46 and doc.chars[i + 2] == 46:
            signs += 1
            following = i + 3
    return signs / max(len(doc.word_start), FEW_WORDS)


@measure("curly_brackets", unit="share of visible characters")
def curly_brackets(doc):
    """How many { and }? C4 drops a page with one; prose has next to none, scripts and style sheets have many."""
    signs = 0
    for i in doc.signs:
        signs += doc.chars[i] in (123, 125)
    visible = len(doc.chars) - doc.tally[SPACE] - doc.tally[FORMAT]
    return signs / visible if visible > 0 else math.nan
