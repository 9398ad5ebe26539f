"""What does a language model make of each text? One compiled pass over Arrow's bytes: decode, cut into pieces, score.

Words are looked up by hash: FNV-1a over folded code points, in 64 bits; the ends of rare words by the same with other seeds.
"""
from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from roots.filters.perplexity_pieces import APOSTROPHE, BREAK, DIGIT, HAN, LONGEST_END, PLANES, REST, SKIP, SPACE, WORD

Array = np.ndarray[Any, Any]
PRIME = np.uint64(0x100000001B3)
WHOLE, BEGINNING, ENDING = np.uint64(0xCBF29CE484222325), np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
DEEPEST = 8  # the highest order of model that is read
UNKNOWN = 0


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


@njit(cache=True, nogil=True, inline="always")
def _find(keys: Array, values: Array, key: np.uint64) -> int:
    mask = np.uint64(len(keys) - 1)
    slot = (key ^ (key >> np.uint64(32))) & mask
    while keys[slot] != 0:
        if keys[slot] == key:
            return values[slot]
        slot = (slot + np.uint64(1)) & mask
    return -1


@njit(cache=True, nogil=True, inline="always")
def _mixed(value: np.uint64, code: int) -> np.uint64:
    return (value ^ np.uint64(code)) * PRIME


@njit(cache=True, nogil=True)
def _piece(keys: Array, values: Array, whole: np.uint64, length: int, head: Array, tail: Array, rest: int) -> int:
    """The id of a word: its own, or that of its longest known end; see perplexity_pieces.ends."""
    found = _find(keys, values, whole)
    if found >= 0:
        return found
    for size in range(min(LONGEST_END, length), 0, -1):
        beginning, ending = BEGINNING, ENDING
        for k in range(size):
            beginning = _mixed(beginning, head[k])
            ending = _mixed(ending, tail[(length - size + k) % LONGEST_END])
        found = _find(keys, values, beginning)
        if found < 0:
            found = _find(keys, values, ending)
        if found >= 0:
            return found
    return rest


@njit(cache=True, nogil=True)
def _child(word: Array, low: int, high: int, wanted: int) -> int:
    while low < high:
        middle = (low + high) >> 1
        if word[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def _step(word: Array, prob: Array, backoff: Array, first: Array, order: int, id: int, context: Array, weights: Array, length: int) -> tuple[float, int]:
    """log10 p(id | context), and the new length of the context, most recent word first (Heafield 2011 §2)."""
    node = id
    score = float(prob[node])
    kept = 1
    matched = np.zeros(DEEPEST, np.float32)
    matched[0] = backoff[node]
    known = 0
    while known < length:
        low, high = first[node], first[node + 1]
        at = _child(word, low, high, context[known])
        if at == high or word[at] != context[known]:
            break
        node = at
        score = float(prob[node])
        known += 1
        if known < order - 1:
            matched[known] = backoff[node]
            kept = known + 1
    for k in range(known, length):
        score += float(weights[k])
    if id == UNKNOWN:
        kept = 0
    for k in range(kept - 1, 0, -1):
        context[k] = context[k - 1]
    if kept:
        context[0] = id
    for k in range(kept):
        weights[k] = matched[k]
    return score, kept


@njit(cache=True, nogil=True)
def score(data: Array, offsets: Array, rows: Array, longest: int, kinds: Array, folds: Array, keys: Array, values: Array, rest: int, begin: int,  # noqa: PLR0912, PLR0915
          end: int, word: Array, prob: Array, backoff: Array, first: Array, order: int, out: Array) -> None:
    """Writes log10 p and the number of events of each row's text into `out` (rows × 2, float64).

    Events are the pieces of a line and its end; lines without a piece are left out. `longest` bounds the bytes read.
    """
    context = np.zeros(DEEPEST, np.int32)
    weights = np.zeros(DEEPEST, np.float32)
    head, tail = np.zeros(LONGEST_END, np.int32), np.zeros(LONGEST_END, np.int32)
    for number in range(len(rows)):
        at, stop = offsets[rows[number]], offsets[rows[number] + 1]
        if stop - at > longest:
            stop = at + longest
            while stop > at and data[stop] & 0xC0 == 0x80:
                stop -= 1
        total, events, in_line = 0.0, 0, 0
        length, size, whole = 0, 0, WHOLE
        code, what, step = -1, SPACE, 0
        if at < stop:
            code, step = _decode(data, at)
            what = kinds[code] if code < PLANES else SKIP
        while at < stop:
            at += step
            following, following_kind, following_step = -1, BREAK, 0
            if at < stop:
                following, following_step = _decode(data, at)
                following_kind = kinds[following] if following < PLANES else SKIP
            inside = what == WORD or what == DIGIT or (what == APOSTROPHE and size > 0 and following >= 0 and following_kind == WORD)
            letter = folds[code] if code < PLANES else 0
            if inside and code < PLANES:
                whole = _mixed(whole, letter)
                if size < LONGEST_END:
                    head[size] = letter
                tail[size % LONGEST_END] = letter
                size += 1
            if (not inside and what != SKIP) or at >= stop:
                if size:
                    if in_line == 0:
                        context[0], weights[0], length = begin, backoff[begin], 1
                    found, length = _step(word, prob, backoff, first, order, _piece(keys, values, whole, size, head, tail, rest), context, weights, length)
                    total += found
                    in_line += 1
                    size, whole = 0, WHOLE
                if not inside and what != SKIP and what != SPACE and what != BREAK:
                    if in_line == 0:
                        context[0], weights[0], length = begin, backoff[begin], 1
                    head[0] = letter
                    tail[0] = letter
                    found, length = _step(word, prob, backoff, first, order, _piece(keys, values, _mixed(WHOLE, letter), 1, head, tail, rest),
                                          context, weights, length)
                    total += found
                    in_line += 1
                if (what == BREAK or at >= stop) and in_line:
                    found, length = _step(word, prob, backoff, first, order, end, context, weights, length)
                    total += found
                    events += in_line + 1
                    in_line = 0
            code, what, step = following, following_kind, following_step
        out[number, 0] = total
        out[number, 1] = events


@njit(cache=True, nogil=True, inline="always")
def _decode(data: Array, at: int) -> tuple[int, int]:
    """The code point at a byte of valid UTF-8, and how many bytes it takes."""
    lead = np.int64(data[at])
    if lead < 0x80:
        return lead, 1
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | np.int64(data[at + 1]) & 0x3F, 2
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | (np.int64(data[at + 1]) & 0x3F) << 6 | np.int64(data[at + 2]) & 0x3F, 3
    return ((lead & 0x07) << 18 | (np.int64(data[at + 1]) & 0x3F) << 12 | (np.int64(data[at + 2]) & 0x3F) << 6 | np.int64(data[at + 3]) & 0x3F), 4
