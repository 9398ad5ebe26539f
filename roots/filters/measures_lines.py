"""Is it prose, or menus, lists and headings? The shapes of lines, blank ones left out.

Gopher: Rae et al. 2021. FineWeb: Penedo et al. 2024. RefinedWeb: Penedo et al. 2023. OSCAR: Abadji et al. 2022 (Ungoliant's
annotations). mC4: Xue et al. 2021. A line ends a sentence when, closing quotes and brackets aside, its last character is one that
ends sentences in its script (। ۔ 。 ؟ …).
"""
# mypy: disallow-untyped-defs=False
from __future__ import annotations

import math

from roots.filters.characters import ALONE, BULLET, CLOSES, DIGIT, PUNCTUATION, SPACE, TERMINAL
from roots.filters.measures import BOTH, measure
from roots.filters.places import CAPITALS, DIGITS, LETTERS, LINE_FEEDS


@measure("line_count", unit="lines", of=BOTH)
def line_count(doc):
    """How many lines has it?"""
    return len(doc.line_start)


@measure("terminal_lines", unit="share of lines")
def terminal_lines(doc):
    """How many lines end like a sentence? C4 drops those that do not; FineWeb wants 12 %."""
    ending = 0
    for i in range(len(doc.line_start)):
        last = doc.line_end[i] - 1
        while last > doc.line_start[i] and doc.flags[last] & CLOSES and not doc.flags[last] & TERMINAL:
            last -= 1
        ending += (doc.flags[last] & TERMINAL) != 0
    return ending / len(doc.line_start) if len(doc.line_start) else math.nan


@measure("short_lines", unit="share of lines")
def short_lines(doc):
    """How many lines have 30 characters or fewer? FineWeb."""
    short = 0
    for i in range(len(doc.line_start)):
        short += doc.line_end[i] - doc.line_start[i] <= 30
    return short / len(doc.line_start) if len(doc.line_start) else math.nan


@measure("menu_lines", unit="share of lines")
def menu_lines(doc):
    """How many lines are like the entries of a menu: 30 characters or fewer, and no mark of punctuation at the end?

    An ideograph counts as three characters. Of a text of fewer than ten lines the share would say nothing, and is 0: a title is no menu.
    """
    if len(doc.line_start) < 10:
        return 0.0
    entries = 0
    for i in range(len(doc.line_start)):
        width = doc.line_end[i] - doc.line_start[i]
        if width > 30 or doc.classes[doc.line_end[i] - 1] == PUNCTUATION:
            continue
        for j in range(doc.line_start[i], doc.line_end[i]):
            width += 2 if doc.flags[j] & ALONE else 0
        entries += width <= 30
    return entries / len(doc.line_start)


@measure("short_sentences", unit="share of lines")
def short_sentences(doc):
    """How many lines have fewer than 100 characters? OSCAR's "short_sentences" is more than half."""
    short = 0
    for i in range(len(doc.line_start)):
        short += doc.line_end[i] - doc.line_start[i] < 100
    return short / len(doc.line_start) if len(doc.line_start) else math.nan


@measure("long_lines", unit="lines")
def long_lines(doc):
    """How many lines have 200 characters or more? mC4 wants three."""
    long = 0
    for i in range(len(doc.line_start)):
        long += doc.line_end[i] - doc.line_start[i] >= 200
    return long


@measure("mean_line_length", unit="characters", of=BOTH)
def mean_line_length(doc):
    """How long is a line on average? BigCode allows 100 in source code."""
    total = 0
    for i in range(len(doc.line_start)):
        total += doc.line_end[i] - doc.line_start[i]
    return total / len(doc.line_start) if len(doc.line_start) else math.nan


@measure("line_feeds", unit="per word")
def line_feeds(doc):
    """How many line ends to a word? FineWeb allows three to ten; a list of names has more."""
    return doc.tally[LINE_FEEDS] / len(doc.word_start) if len(doc.word_start) else math.nan


@measure("bullet_lines", unit="share of lines")
def bullet_lines(doc):
    """How many lines begin with a bullet, a dash or a star? Gopher allows 90 %."""
    bullets = 0
    for i in range(len(doc.line_start)):
        bullets += (doc.flags[doc.line_start[i]] & BULLET) != 0
    return bullets / len(doc.line_start) if len(doc.line_start) else math.nan


@measure("ellipsis_lines", unit="share of lines")
def ellipsis_lines(doc):
    """How many lines end in … or ...? Gopher allows 30 %: teasers of other pages."""
    cut = 0
    for i in range(len(doc.line_start)):
        last = doc.line_end[i] - 1
        cut += doc.chars[last] == 0x2026 or (last - doc.line_start[i] >= 2 and doc.chars[last] == 46
                                             and doc.chars[last - 1] == 46 and doc.chars[last - 2] == 46)
    return cut / len(doc.line_start) if len(doc.line_start) else math.nan


@measure("uppercase_lines", unit="share of lines")
def uppercase_lines(doc):
    """How many lines are mostly capitals? RefinedWeb removes them; scripts without case have none."""
    capital = 0
    for i in range(len(doc.line_start)):
        letters = doc.line_counts[i, LETTERS]
        capital += letters > 1 and doc.line_counts[i, CAPITALS] * 2 > letters
    return capital / len(doc.line_start) if len(doc.line_start) else math.nan


@measure("numeric_lines", unit="share of lines")
def numeric_lines(doc):
    """How many lines hold digits and no letter? RefinedWeb removes them."""
    numeric = 0
    for i in range(len(doc.line_start)):
        numeric += doc.line_counts[i, DIGITS] > 0 and doc.line_counts[i, LETTERS] == 0
    return numeric / len(doc.line_start) if len(doc.line_start) else math.nan


@measure("counter_lines", unit="share of lines")
def counter_lines(doc):
    """How many lines are a number and one word ("3 likes")? RefinedWeb removes them."""
    counters = 0
    for i in range(len(doc.line_start)):
        parts = 0
        numbers = 0
        j = doc.line_start[i] if doc.line_counts[i, DIGITS] else doc.line_end[i]
        while j < doc.line_end[i] and parts < 3:
            if doc.classes[j] == SPACE:
                j += 1
                continue
            digits = 0
            begin = j
            while j < doc.line_end[i] and doc.classes[j] != SPACE:
                digits += doc.classes[j] == DIGIT
                j += 1
            parts += 1
            numbers += digits > 0 and digits * 2 >= j - begin
        counters += parts == 2 and numbers == 1
    return counters / len(doc.line_start) if len(doc.line_start) else math.nan


@measure("single_word_lines", unit="share of lines")
def single_word_lines(doc):
    """How many lines are one word? DCLM wants two on a line. Of ideographs, which no space parts, lines of up to three."""
    single = 0
    word = 0
    for i in range(len(doc.line_start)):
        words = 0
        wide = 0
        while word < len(doc.word_start) and doc.word_start[word] < doc.line_end[i]:
            words += 1
            wide += (doc.flags[doc.word_start[word]] & ALONE) != 0
            word += 1
        single += words <= 1 or (wide == words and words <= 3)
    return single / len(doc.line_start) if len(doc.line_start) else math.nan


@measure("header_or_footer", unit="1 or 0")
def header_or_footer(doc):
    """Are more than half of the first or the last fifth of its lines short? OSCAR's "header" and "footer", from five lines on."""
    count = len(doc.line_start)
    if count < 5:
        return 0.0
    edge = count // 5
    first = 0
    last = 0
    for i in range(edge):
        first += doc.line_end[i] - doc.line_start[i] < 100
        last += doc.line_end[count - 1 - i] - doc.line_start[count - 1 - i] < 100
    return 1.0 if first * 2 > edge or last * 2 > edge else 0.0
