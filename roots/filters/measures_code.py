"""Did a person write this source file? Lines, comments, blobs and marks of generated code.

ROOTS: sourcing/code_dataset/processing.py (its paper calls the non-word share "alphabetic"; the code is followed). BigCode: Ben Allal
et al. 2023. StarCoder 2: Lozhkov et al. 2024.
"""
# mypy: disallow-untyped-defs=False
from __future__ import annotations

import math

from roots.filters.characters import DIGIT, LETTER, MARK, SPACE
from roots.filters.measures import CODE, measure
from roots.filters.places import BLOB, COMMENT, GENERATED, LINES, LONGEST_BLOB, LONGEST_LINE, TOKEN_SQUARES, TOKEN_SUM, TOKENS


@measure("longest_line", unit="characters", of=CODE)
def longest_line(doc):
    """How long is the longest line? ROOTS keeps files of 20 to 1,000, BigCode and StarCoder 2 to 1,000: minified code has one line."""
    return doc.found[LONGEST_LINE]


@measure("raw_line_length", unit="characters", of=CODE)
def raw_line_length(doc):
    """How long is a line on average, indentation and blank lines counted? BigCode allows 100."""
    return doc.found[LINES] and len(doc.chars) / doc.found[LINES]


@measure("alphanumeric_share", unit="share of characters", of=CODE)
def alphanumeric_share(doc):
    """How many characters are letters or digits? BigCode wants a quarter."""
    return (doc.tally[LETTER] + doc.tally[DIGIT]) / len(doc.chars) if len(doc.chars) else math.nan


@measure("alphabetic_share", unit="share of characters", of=CODE)
def alphabetic_share(doc):
    """How many characters are letters? StarCoder 2 wants a quarter: tables of numbers have fewer."""
    return doc.tally[LETTER] / len(doc.chars) if len(doc.chars) else math.nan


@measure("non_word_share", unit="share of characters", of=CODE)
def non_word_share(doc):
    """How many characters are neither letters, digits nor underscores? ROOTS keeps files of 15 to 65 %."""
    word = doc.tally[LETTER] + doc.tally[DIGIT]
    for i in doc.signs:
        word += doc.chars[i] == 95
    return 1 - word / len(doc.chars) if len(doc.chars) else math.nan


@measure("token_length_spread", unit="characters (standard deviation)", of=CODE)
def token_length_spread(doc):
    """How different in length are its white-space separated tokens? ROOTS wants more than 3."""
    tokens = doc.found[TOKENS]
    if tokens == 0:
        return math.nan
    mean = doc.found[TOKEN_SUM] / tokens
    return math.sqrt(max(doc.found[TOKEN_SQUARES] / tokens - mean * mean, 0.0))


@measure("comment_share", unit="share of characters", of=CODE)
def comment_share(doc):
    """How much of it is comments, documentation strings included? BigCode keeps 1 to 80 %."""
    return doc.found[COMMENT] / len(doc.chars) if len(doc.chars) else math.nan


@measure("blob_share", unit="share of characters", of=CODE)
def blob_share(doc):
    """How much of it is encoded data: base64, lists of hex bytes, Unicode escapes? StarCoder 2 allows a half."""
    return doc.found[BLOB] / len(doc.chars) if len(doc.chars) else 0.0


@measure("longest_blob", unit="characters", of=CODE)
def longest_blob(doc):
    """How long is the longest run of encoded data? StarCoder 2 allows 1,024."""
    return doc.found[LONGEST_BLOB]


@measure("generated_marker", unit="1 or 0", of=CODE)
def generated_marker(doc):
    """Do its first lines say that a program wrote it? After go-enry and StarCoder 2; filters/words/any/generated.txt."""
    return 1.0 if doc.found[GENERATED] > 0 else 0.0


@measure("space_share", unit="share of characters", of=CODE)
def space_share(doc):
    """How much of it is white space? Minified code has next to none."""
    return doc.tally[SPACE] / len(doc.chars) if len(doc.chars) else math.nan


@measure("literal_lines", unit="share of lines", of=CODE)
def literal_lines(doc):
    """How many lines are data: numbers, brackets, commas and quoted strings, with hardly a name? A file of mostly such is a table."""
    data = 0
    for i in range(len(doc.line_start)):
        names = 0
        digits = 0
        quote = 0
        for j in range(doc.line_start[i], doc.line_end[i]):
            c = doc.chars[j]
            if quote:
                if c == quote:
                    quote = 0
                continue
            if c in (34, 39):
                quote = c
                digits += 1
            elif doc.classes[j] == LETTER or doc.classes[j] == MARK:
                names += 1
            elif doc.classes[j] == DIGIT:
                digits += 1
        data += digits > 0 and names * 4 <= digits
    return data / len(doc.line_start) if len(doc.line_start) else math.nan
