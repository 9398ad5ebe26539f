"""What does a language model make of each text? One compiled pass over Arrow's bytes: decode, cut into pieces, score.

Words are looked up by hash: FNV-1a over folded code points, in 64 bits; the ends of rare words by the same with other seeds.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numba import njit

from roots.filters.perplexity_pieces import APOSTROPHE, BREAK, DIGIT, HAN, LONGEST_END, PLANES, REST, SKIP, SPACE, WORD

Array = np.ndarray[Any, Any]
PRIME = np.uint64(0x100000001B3)
WHOLE, BEGINNING, ENDING = np.uint64(0xCBF29CE484222325), np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
LINE_FEED, RETURN = 10, 13
COMMAS = (0x2C, 0x60C, 0x3001, 0xFF0C)  # , ، 、 ，
DEEPEST = 8  # the highest order of model that is read
UNKNOWN = 0
DENSE = 256   # words up to which children are found by bits and not by search
SEEN = 4096   # words that are remembered with their pieces: a text has the same ones again and again


def key_of(piece: str) -> int:
    """The hash under which a piece of a vocabulary is found."""
    if len(piece) > 1 and piece.endswith(REST):
        seed, letters = BEGINNING, piece[:-1]
    elif len(piece) > 1 and piece.startswith(REST):
        seed, letters = ENDING, piece[1:]
    else:
        seed, letters = WHOLE, piece
    value = int(seed)
    for letter in letters:
        value = ((value ^ ord(letter)) * int(PRIME)) & 0xFFFFFFFFFFFFFFFF
    return value


def reach_of(pieces: Iterable[str]) -> tuple[int, int]:
    """The length of the longest beginning and of the longest ending among the pieces; 0 = none, so that none is looked for."""
    found = [piece for piece in pieces if len(piece) > 1]
    return (max((len(piece) - 1 for piece in found if piece.endswith(REST)), default=0),
            max((len(piece) - 1 for piece in found if piece.startswith(REST)), default=0))


def children_of(word: Array, first: Array, size: int) -> tuple[Array, Array]:
    """Which words have the nodes as children? Bits (nodes × numbers of 64), and the place of the child of the lowest bit of each number.

    Empty for vocabularies of more than DENSE words.
    """
    wide = -(-size // 64) if size <= DENSE else 0
    bits = np.zeros((len(first) - 1 if wide else 0, wide), np.uint64)
    if wide:
        children = np.arange(first[0], first[-1])
        parents = np.repeat(np.arange(len(bits)), np.diff(first))
        np.bitwise_or.at(bits, (parents, word[children] >> 6), np.uint64(1) << (word[children] & 63).astype(np.uint64))
    counts = np.bitwise_count(bits).astype(np.int64)
    return bits, (first[: len(bits), None] + np.cumsum(counts, axis=1) - counts).astype(np.int32)


def table_of(ids: dict[str, int]) -> tuple[Array, Array]:
    """An open-addressed hash table, half empty: keys (0 = free slot) and ids."""
    size = 1 << max(4, (2 * len(ids)).bit_length())
    keys, values = np.zeros(size, np.uint64), np.full(size, UNKNOWN, np.int32)
    for piece in sorted(ids):
        key = key_of(piece)
        slot = (key ^ key >> 32) & (size - 1)
        while keys[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot], values[slot] = key, ids[piece]
    return keys, values


@njit(cache=True, nogil=True)
def _find(keys, values, key):  # type: ignore[no-untyped-def]
    mask = np.uint64(len(keys) - 1)
    slot = (key ^ (key >> np.uint64(32))) & mask
    while keys[slot] != 0:
        if keys[slot] == key:
            return values[slot]
        slot = (slot + np.uint64(1)) & mask
    return np.int32(-1)


@njit(cache=True, nogil=True)
def _mixed(value, code):  # type: ignore[no-untyped-def]
    return (value ^ np.uint64(code)) * PRIME


@njit(cache=True, nogil=True)
def _piece(keys, values, reach, whole, length, head, tail, rest):  # type: ignore[no-untyped-def]
    """The id of a word: its own, or that of its longest known end; see perplexity_pieces.ends."""
    found = _find(keys, values, whole)
    if found >= 0:
        return found
    for size in range(min(max(reach[0], reach[1]), length), 0, -1):
        if size <= reach[0]:
            key = BEGINNING
            for k in range(size):
                key = _mixed(key, head[k])
            found = _find(keys, values, key)
            if found >= 0:
                return found
        if size <= reach[1]:
            key = ENDING
            for k in range(size):
                key = _mixed(key, tail[(length - size + k) % LONGEST_END])
            found = _find(keys, values, key)
            if found >= 0:
                return found
    return rest


@njit(cache=True, nogil=True)
def _child(word, low, high, wanted):  # type: ignore[no-untyped-def]
    """The place of a word among sorted children; -1 when it is none of them."""
    end = high
    while low < high:
        middle = (low + high) >> 1
        if word[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < end and word[low] == wanted else np.int64(-1)


@njit(cache=True, nogil=True)
def _child_by_bits(bits, places, node, wanted):  # type: ignore[no-untyped-def]
    """The same from `children_of`: its place is that of the first child of the number, and as many on as there are lower bits."""
    column = wanted >> 6
    number = bits[node, column]
    bit = np.uint64(1) << np.uint64(wanted & 63)
    if number & bit == 0:
        return np.int64(-1)
    lower = number & (bit - np.uint64(1))  # counted as in Hacker's Delight, 5-1
    lower -= (lower >> np.uint64(1)) & np.uint64(0x5555555555555555)
    lower = (lower & np.uint64(0x3333333333333333)) + ((lower >> np.uint64(2)) & np.uint64(0x3333333333333333))
    lower = (lower + (lower >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64(places[node, column]) + np.int64((lower * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def _step(ngrams, order, id, context, weights, matched, length):  # type: ignore[no-untyped-def]
    """log10 p(id | context), and the new length of the context, most recent word first (Heafield 2011 §2)."""
    word, prob, backoff, first, bits, places = ngrams
    node = np.int64(id)
    total = 0.0
    matched[0] = backoff[node]
    known = 0
    while known < length:
        before = context[known]
        at = _child_by_bits(bits, places, node, before) if len(bits) else _child(word, first[node], first[node + 1], before)
        if at < 0:
            break
        node = at
        known += 1
        if known < order - 1:
            matched[known] = backoff[node]
    for k in range(known, length):
        total += weights[k]
    kept = 0 if id == UNKNOWN else min(known + 1, order - 1)
    for k in range(kept - 1, 0, -1):
        context[k] = context[k - 1]
    if kept:
        context[0] = id
    for k in range(kept):
        weights[k] = matched[k]
    return total + prob[node], kept


@njit(cache=True, nogil=True)
def score(data, offsets, rows, longest, characters, table, reach, marks, ngrams, order, out):  # type: ignore[no-untyped-def]
    """Writes log10 p, the number of events and log10 p without any context of each row's text into `out` (rows × 3, float64).

    Events are the pieces of a line and its end; lines without a piece are left out. A line that ends in a word or a comma goes on in
    the next, unless a blank one stands between: text is often wrapped in the middle of sentences. `longest` bounds the bytes read.
    `characters` are kinds and folded code points, `table` keys and ids, `marks` the ids of "~", <s> and </s>, `ngrams` word,
    prob, backoff, first (see perplexity_kenlm.NGrams) and what `children_of` gives.
    """
    kinds, folds = characters
    keys, values = table
    rest, begin, end = marks
    prob, backoff = ngrams[1], ngrams[2]
    seen, seen_as = np.zeros(SEEN, np.uint64), np.zeros(SEEN, np.int32)
    matched = np.zeros(DEEPEST, np.float32)
    context, weights = np.zeros(DEEPEST, np.int32), np.zeros(DEEPEST, np.float32)
    head, tail = np.zeros(LONGEST_END, np.int32), np.zeros(LONGEST_END, np.int32)
    mark = np.zeros(LONGEST_END, np.int32)
    for number in range(len(rows)):
        at, stop = offsets[rows[number]], offsets[rows[number] + 1]
        if stop - at > longest:
            stop = at + longest
            while stop > at and data[stop] & 0xC0 == 0x80:
                stop -= 1
        total, anywhere, events, in_line, length, size, whole = 0.0, 0.0, 0, 0, 0, 0, WHOLE
        goes_on = blank = False  # is a word or a comma the last that was seen, and since then nothing but the end of its line?
        code, step = _decode(data, at, stop)
        what = kinds[code] if code < PLANES else SKIP
        while at < stop:
            at += step
            following, step = _decode(data, at, stop)
            following_kind = kinds[following] if following < PLANES else SKIP
            inside = what in (WORD, DIGIT) or (what == APOSTROPHE and size > 0 and at < stop and following_kind == WORD)
            if inside:
                letter = folds[code]
                whole = _mixed(whole, letter)
                if size < LONGEST_END:
                    head[size] = letter
                tail[size % LONGEST_END] = letter
                size += 1
                goes_on = True
            breaks = what == BREAK and not (code == RETURN and following == LINE_FEED)
            ends = at >= stop or (breaks and (blank or not goes_on))
            blank = breaks or (blank and what in (SKIP, SPACE, BREAK))
            if ends or not (inside or what == SKIP):
                alone = not inside and what not in (SKIP, SPACE, BREAK)
                if in_line == 0 and (size or alone):
                    context[0], weights[0], length = begin, backoff[begin], 1
                if size:
                    slot = np.int64((whole ^ (whole >> np.uint64(32))) & np.uint64(SEEN - 1))
                    if seen[slot] != whole:
                        seen[slot], seen_as[slot] = whole, _piece(keys, values, reach, whole, size, head, tail, rest)
                    id = seen_as[slot]
                    found, length = _step(ngrams, order, id, context, weights, matched, length)
                    total += found
                    anywhere += prob[id]
                    in_line += 1
                    size, whole = 0, WHOLE
                if alone:
                    mark[0] = folds[code]
                    id = _piece(keys, values, reach, _mixed(WHOLE, mark[0]), 1, mark, mark, rest)
                    found, length = _step(ngrams, order, id, context, weights, matched, length)
                    total += found
                    anywhere += prob[id]
                    in_line += 1
                    goes_on = what == HAN or code in COMMAS
                if ends and in_line:
                    found, length = _step(ngrams, order, end, context, weights, matched, length)
                    total += found
                    anywhere += prob[end]
                    events += in_line + 1
                    in_line = 0
            code, what = following, following_kind
        out[number, 0] = total
        out[number, 1] = events
        out[number, 2] = anywhere


@njit(cache=True, nogil=True)
def _decode(data, at, stop):  # type: ignore[no-untyped-def]
    """The code point at a byte of valid UTF-8, and how many bytes it takes; a line feed past the end."""
    if at >= stop:
        return np.int64(LINE_FEED), 1
    lead = np.int64(data[at])
    if lead < 0x80:
        return lead, 1
    code, size = (lead & 0x1F, 2) if lead < 0xE0 else (lead & 0x0F, 3) if lead < 0xF0 else (lead & 0x07, 4)
    for k in range(1, size):
        code = code << 6 | np.int64(data[at + k]) & 0x3F
    return code, size
