"""Which pieces behave alike? Classes of words that stand in the same places, found by exchange.

The exchange algorithm (Kneser and Ney 1993, "Improved clustering techniques for class-based statistical language modelling";
Martin, Liermann and Ney 1998): each piece in turn moves to the class that makes a bigram model of classes likeliest, until
nothing moves. The outcome depends on the sequence alone: pieces are visited in the order of their ids.
"""
from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

Array = np.ndarray[Any, Any]


def exchange(sequence: Array, classes: Array, movable: Array, first: int, total: int, rounds: int) -> Array:
    """Better classes for the pieces of a sequence of ids.

    `classes` (one for each id, below `total`) is where to begin; only pieces in the mask `movable` move, and only to classes
    from `first` on. At most `rounds` times through all pieces.
    """
    size = len(classes)
    pairs, counts = np.unique(sequence[:-1].astype(np.int64) * size + sequence[1:], return_counts=True)
    left, right = pairs // size, pairs % size
    by_right = np.argsort(right, kind="stable")
    places = np.arange(size + 1)
    after = np.searchsorted(left, places)
    before = np.searchsorted(right[by_right], places)
    whole = np.arange(len(sequence) + 1, dtype=np.float64)
    entropy = whole * np.log(np.maximum(whole, 1))
    found = classes.astype(np.int64).copy()
    _exchange(after, right, counts, before, left[by_right], counts[by_right], found, movable, first, total, rounds, entropy)
    return found


@njit(cache=True, nogil=True)
def _exchange(after, right, after_count, before, left, before_count, classes, movable, first, total, rounds, f):  # type: ignore[no-untyped-def]
    table = np.zeros((total, total), np.int64)
    leaving, arriving = np.zeros(total, np.int64), np.zeros(total, np.int64)
    for w in range(len(classes)):
        for k in range(after[w], after[w + 1]):
            a, b, n = classes[w], classes[right[k]], after_count[k]
            table[a, b] += n
            leaving[a] += n
            arriving[b] += n
    to, of = np.zeros(total, np.int64), np.zeros(total, np.int64)
    to_list, of_list = np.zeros(total, np.int64), np.zeros(total, np.int64)
    for _ in range(rounds):
        moved = 0
        for w in range(len(classes)):
            if not movable[w]:
                continue
            own = outgoing = incoming = 0
            to_size = of_size = 0
            for k in range(after[w], after[w + 1]):
                n = after_count[k]
                outgoing += n
                if right[k] == w:
                    own += n
                    continue
                c = classes[right[k]]
                if to[c] == 0:
                    to_list[to_size] = c
                    to_size += 1
                to[c] += n
            for k in range(before[w], before[w + 1]):
                n = before_count[k]
                incoming += n
                if left[k] == w:
                    continue
                c = classes[left[k]]
                if of[c] == 0:
                    of_list[of_size] = c
                    of_size += 1
                of[c] += n
            old = classes[w]
            for k in range(to_size):
                table[old, to_list[k]] -= to[to_list[k]]
            for k in range(of_size):
                table[of_list[k], old] -= of[of_list[k]]
            table[old, old] -= own
            leaving[old] -= outgoing
            arriving[old] -= incoming
            best, gain = old, -np.inf
            for b in range(first, total):
                d = f[leaving[b]] - f[leaving[b] + outgoing] + f[arriving[b]] - f[arriving[b] + incoming]
                for k in range(to_size):
                    c = to_list[k]
                    if c != b:
                        d += f[table[b, c] + to[c]] - f[table[b, c]]
                for k in range(of_size):
                    c = of_list[k]
                    if c != b:
                        d += f[table[c, b] + of[c]] - f[table[c, b]]
                d += f[table[b, b] + to[b] + of[b] + own] - f[table[b, b]]
                if d > gain + 1e-9 or (b == old and d > gain - 1e-9):
                    best, gain = b, d
            for k in range(to_size):
                table[best, to_list[k]] += to[to_list[k]]
                to[to_list[k]] = 0
            for k in range(of_size):
                table[of_list[k], best] += of[of_list[k]]
                of[of_list[k]] = 0
            table[best, best] += own
            leaving[best] += outgoing
            arriving[best] += incoming
            classes[w] = best
            moved += best != old
        if not moved:
            break
