"""Is it made of words of this language? Counts, lengths and word lists.

ROOTS: bigscience data-preparation, filtering.py (Laurençon et al. 2022, appendix). Gopher: Rae et al. 2021, table A1. C4: Raffel et
al. 2020. Our words are those of UAX 29 (view.py); ROOTS split at white space and stripped "special characters" from both ends, so
that a number was no word for it: here it is one, and `words_with_letters` says how many are not.
"""

# mypy: disallow-untyped-defs=False
from __future__ import annotations

import math

from roots.filters.characters import ALONE, DIGIT, LETTER, SYMBOL
from roots.filters.measures import FEW_WORDS, measure
from roots.filters.places import (
    BARE,
    BOILERPLATE,
    CLOSED,
    CLOSED_KINDS,
    DISTINCT,
    FLAGGED,
    OF_A_SCRIPT,
    OWN_SCRIPT,
    PLACEHOLDER,
    SPELLED,
    STRANGE,
)


@measure("word_count", unit="words")
def word_count(doc):
    """How many words has it? ROOTS and Gopher."""
    return len(doc.word_start)


@measure("mean_word_length", unit="characters")
def mean_word_length(doc):
    """How long is a word on average? Gopher. Marks count as characters: a length is of what is stored, not of what is seen."""
    total = 0
    for i in range(len(doc.word_start)):
        total += doc.word_end[i] - doc.word_start[i]
    return total / len(doc.word_start) if len(doc.word_start) else math.nan


@measure("longest_word", unit="characters")
def longest_word(doc):
    """How long is the longest word? C4 drops lines with a word of over 1,000; ROOTS deletes words over a cut-off of each language."""
    longest = 0
    for i in range(len(doc.word_start)):
        longest = max(longest, doc.word_end[i] - doc.word_start[i])
    return longest


@measure("words_with_letters", unit="share of words")
def words_with_letters(doc):
    """How many of the words hold a letter? Gopher wants 80 %."""
    with_letters = 0
    for i in range(len(doc.word_start)):
        for j in range(doc.word_start[i], doc.word_end[i]):
            if doc.classes[j] == LETTER:
                with_letters += 1
                break
    return with_letters / len(doc.word_start) if len(doc.word_start) else math.nan


@measure("own_script", unit="share of words in any one script")
def own_script(doc):
    """How many words are written in the script of the language? "letters" in its file names it as Unicode names letters."""
    return doc.tally[OWN_SCRIPT] / doc.tally[OF_A_SCRIPT] if doc.tally[OF_A_SCRIPT] else math.nan


@measure("single_letter_words", unit="share of words")
def single_letter_words(doc):
    """How many words are one letter only? Where scanning or extraction went wrong, words fall apart. An ideograph is no letter here.

    A text of fewer than fifty words counts as one of fifty.
    """
    single = 0
    for i in range(len(doc.word_start)):
        first = doc.word_start[i]
        single += doc.word_end[i] - first == 1 and doc.classes[first] == LETTER and not doc.flags[first] & ALONE
    return single / max(len(doc.word_start), FEW_WORDS)


@measure("mixed_words", unit="share of words")
def mixed_words(doc):
    """How many words change between letters and digits? Scanned badly: "w0rd", "1ittle". Fewer than fifty words count as fifty."""
    mixed = 0
    word = 0
    for i in doc.signs:
        if doc.classes[i] != DIGIT:
            continue
        while word < len(doc.word_start) and doc.word_end[word] <= i:
            word += 1
        if word == len(doc.word_start):
            break
        if (doc.word_start[word] < i and doc.classes[i - 1] == LETTER) or \
                (doc.word_start[word] <= i and i + 1 < doc.word_end[word] and doc.classes[i + 1] == LETTER):
            mixed += 1
            word += 1
    return mixed / max(len(doc.word_start), FEW_WORDS)


@measure("strange_spelling", unit="share of strings of three letters")
def strange_spelling(doc):
    """How many strings of three letters stand in no word of the language? Bad scans, keys, chance; filters/words/<code>/spelling.txt.

    A text of fewer than a hundred strings counts as one of a hundred. Not measured without a list.
    """
    return doc.found[STRANGE] / max(doc.found[SPELLED], 100.0) if doc.found[SPELLED] else math.nan


@measure("parted_ideographs", unit="per word")
def parted_ideographs(doc):
    """How many symbols or apostrophes stand between two ideographs? Bad scans of Chinese: "语|言", "学^校".

    A text of fewer than fifty words counts as one of fifty.
    """
    parted = 0
    for i in doc.signs:
        if (doc.classes[i] == SYMBOL or doc.chars[i] == 39) and 0 < i < len(doc.chars) - 1 \
                and doc.flags[i - 1] & ALONE and doc.flags[i + 1] & ALONE:
            parted += 1
    return parted / max(len(doc.word_start), FEW_WORDS)


@measure("distinct_words", unit="share of words")
def distinct_words(doc):
    """How many of a hundred words are different ones? The mean over stretches of a hundred (Johnson's segmental type-token ratio).

    Unlike the plain share of different words it does not fall with length, so that one limit serves short texts and books.
    """
    return doc.found[DISTINCT]


@measure("closed_class", unit="share of words")
def closed_class(doc):
    """How many of the words are the language's small words (of, and, the)? ROOTS; lists in filters/words/<code>/closed_class.txt."""
    return doc.found[CLOSED] / len(doc.word_start) if len(doc.word_start) else math.nan


@measure("closed_class_kinds", unit="different words")
def closed_class_kinds(doc):
    """How many different small words does it use? Gopher wants two of eight English ones, FineWeb-2 two of each language's list."""
    return doc.found[CLOSED_KINDS]


@measure("bare_words", unit="share of words")
def bare_words(doc):
    """How many words stand in long stretches without any small word? Keywords, lists and other languages have such; prose has not.

    A stretch is long from `longest_gap` words of the language's file on; a text shorter than that has none, so that short texts pass.
    """
    return doc.found[BARE] / len(doc.word_start) if len(doc.word_start) else math.nan


@measure("flagged_words", unit="share of words")
def flagged_words(doc):
    """How many of the words stand in the list of flagged words? ROOTS. Without a list of the language: not measured."""
    return doc.found[FLAGGED] / len(doc.word_start) if len(doc.word_start) else math.nan


@measure("placeholder_words", unit="share of words")
def placeholder_words(doc):
    """How many words are printers' dummy text (lorem ipsum …)? C4 drops a page for the phrase; filters/words/any/placeholder.txt."""
    return doc.found[PLACEHOLDER] / len(doc.word_start) if len(doc.word_start) else math.nan


@measure("boilerplate_words", unit="share of words")
def boilerplate_words(doc):
    """How many words stand in phrases of web pages' furniture (cookie policy, all rights reserved)? After C4's policy lines."""
    return doc.found[BOILERPLATE] / len(doc.word_start) if len(doc.word_start) else math.nan
