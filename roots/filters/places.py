"""Where does each thing found stand in `Doc.found`? Numbers that the finders write and the measures read."""
from __future__ import annotations

CHARACTER_PAPER, CHARACTER_CODE, WORDS_AGAIN = 0, 1, 2   # shares
LINES_AGAIN, LINE_CHARACTERS_AGAIN = 3, 4                # counts of lines, of characters in them
PARAGRAPHS, PARAGRAPHS_AGAIN, PARAGRAPH_CHARACTERS_AGAIN = 5, 6, 7
TOP = 8                                                  # 8, 9, 10: characters covered by the most frequent 2-, 3-, 4-gram
AGAIN = 6                                                # 11 … 16: characters in 5- … 10-grams that stood before (6 + n)
DISTINCT = 17                                            # share of distinct words
CLOSED, CLOSED_KINDS, FLAGGED, PLACEHOLDER, BOILERPLATE, GENERATED = range(20, 26)  # words covered; different entries for KINDS
BARE = 26                                                # words in long stretches without a small word
LONGEST_LINE, LINES, COMMENT, BLOB, LONGEST_BLOB, TOKENS, TOKEN_SUM, TOKEN_SQUARES = range(30, 38)
SPELLED, STRANGE = 38, 39                                # strings of three letters; those that no word of the language has
FOUND = 40                                               # places in all

# Places in Doc.tally, after the eight classes of characters.py
UPPER_CASE, LINE_FEEDS, OWN_SCRIPT, OF_A_SCRIPT, SIGNS = 8, 9, 10, 11, 12
TALLY = 13

# What Doc.line_counts says of a line
LETTERS, DIGITS, CAPITALS = range(3)
