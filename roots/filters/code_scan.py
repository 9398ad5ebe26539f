"""What does source code look like from outside? Line lengths, comments and encoded blobs of one file, found in two walks."""
from __future__ import annotations

from numba import njit

from roots.filters.characters import DIGIT, LETTER, SPACE
from roots.filters.places import BLOB, COMMENT, LINES, LONGEST_BLOB, LONGEST_LINE, TOKEN_SQUARES, TOKEN_SUM, TOKENS
from roots.filters.view import LINE_FEED

MARKERS = 12  # of comments and strings, per language
MARKER_LENGTH = 8
LINE_MARK, BLOCK_MARK, STRING_MARK = 1, 2, 3


@njit(no_cpython_wrapper=True)
def raw_lines(chars, classes, n, found):  # type: ignore[no-untyped-def]
    """Longest line and number of lines, as they stand; white-space separated tokens and the spread of their lengths."""
    longest = 0
    lines = 0
    begin = 0
    tokens = 0
    total = 0
    squares = 0
    token = 0
    for i in range(n + 1):
        if i == n or chars[i] == LINE_FEED:
            if i < n or i > begin:
                lines += 1
            longest = max(longest, i - begin)
            begin = i + 1
        if i == n or classes[i] == SPACE:
            if token:
                tokens += 1
                total += token
                squares += token * token
            token = 0
        else:
            token += 1
    found[LONGEST_LINE] = longest
    found[LINES] = lines
    found[TOKENS] = tokens
    found[TOKEN_SUM] = total
    found[TOKEN_SQUARES] = squares


@njit(inline="always")
def _starts(chars, n, i, marker):  # type: ignore[no-untyped-def]
    """Does this marker (characters, then zeros) stand at i? Its length, or 0."""
    length = 0
    while length < MARKER_LENGTH and marker[length] != 0:
        if i + length >= n or chars[i + length] != marker[length]:
            return 0
        length += 1
    return length


@njit(no_cpython_wrapper=True)
def comments(chars, n, kinds, openers, closers, found):  # type: ignore[no-untyped-def]
    """Characters inside comments, their markers included. Strings are stepped over; a backslash escapes one character."""
    inside = 0
    i = 0
    while i < n:
        which = -1
        length = 0
        for marker in range(MARKERS):
            if kinds[marker] != 0 and openers[marker, 0] == chars[i]:
                here = _starts(chars, n, i, openers[marker])
                if here > length:
                    which, length = marker, here
        if which < 0:
            i += 1
            continue
        kind = kinds[which]
        begin = i
        i += length
        if kind == LINE_MARK:
            while i < n and chars[i] != LINE_FEED:
                i += 1
        else:
            while i < n:
                if kind == STRING_MARK and chars[i] == 92:
                    i += 2
                    continue
                if kind == STRING_MARK and length == 1 and chars[i] == LINE_FEED and openers[which, 0] != 96:
                    break  # a quotation mark that never closes ends with its line
                closing = _starts(chars, n, i, closers[which])
                if closing:
                    i += closing
                    break
                i += 1
            i = min(i, n)
        if kind != STRING_MARK:
            inside += i - begin
    found[COMMENT] = inside


@njit(inline="always")
def _hex(c):  # type: ignore[no-untyped-def]
    return (48 <= c <= 57) or (97 <= c <= 102) or (65 <= c <= 70)


@njit(inline="always")
def _base64(c):  # type: ignore[no-untyped-def]
    return (48 <= c <= 57) or (97 <= c <= 122) or (65 <= c <= 90) or c in (43, 47, 61, LINE_FEED)


@njit(no_cpython_wrapper=True)
def blobs(chars, classes, n, found):  # type: ignore[no-untyped-def]
    r"""Characters in encoded data, after StarCoder 2: base64 runs of 64 or more, eight or more hex bytes, eight or more \uXXXX.

    A run that is an eighth or more of its signs (+ / =) is no base64, where they are one in thirty-two, but a rule or a path.
    """
    total = 0
    longest = 0
    i = 0
    while i < n:
        c = chars[i]
        length = 0
        if _base64(c):
            j = i
            letters = 0
            signs = 0
            while j < n and _base64(chars[j]):
                letters += chars[j] != LINE_FEED
                signs += chars[j] in (43, 47, 61)
                j += 1
            if letters >= 64 and signs * 8 < letters:
                length = j - i
        if length == 0 and (c == 92 or _hex(c)) and (i == 0 or not (classes[i - 1] == LETTER or classes[i - 1] == DIGIT)):
            j = i
            items = 0
            while True:
                k = j
                if k + 5 < n and chars[k] == 92 and chars[k + 1] == 117 and _hex(chars[k + 2]) and _hex(chars[k + 3]) \
                        and _hex(chars[k + 4]) and _hex(chars[k + 5]):
                    k += 6
                else:
                    if k + 1 < n and (chars[k] == 92 or chars[k] == 48) and chars[k + 1] == 120:
                        k += 2
                    if not (k + 1 < n and _hex(chars[k]) and _hex(chars[k + 1])):
                        break
                    k += 2
                    if k < n and k - j == 2 and (classes[k] == LETTER or classes[k] == DIGIT):
                        break
                    while k < n and (chars[k] == 44 or classes[k] == SPACE):
                        k += 1
                items += 1
                j = k
            if items >= 8:
                length = j - i
        if length:
            total += length
            longest = max(longest, length)
            i += length
        elif _base64(c):
            while i < n and _base64(chars[i]):
                i += 1
                if i < n and not _hex(chars[i - 1]) and _hex(chars[i]) and chars[i - 1] == LINE_FEED:
                    break
        else:
            i += 1
    found[BLOB] = total
    found[LONGEST_BLOB] = longest
