"""Which candidates hang together? A spanning forest of the candidate pairs, each tree named by its smallest row.

A forest over n rows needs at most n - 1 edges, so forests of parts are merged in any order and grouping, and the answer is the same:
memory follows the rows that have a candidate, never the corpus.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]

_HALF, _32 = 1 << 32, np.uint64(32)
NONE: Rows = np.empty((0, 2), np.int64)


def often(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Where stand the keys that occur more than once? All of those, and one in eight of the others, by chance."""
    seen = np.zeros(1 << max(len(keys) - 1, 0).bit_length(), np.uint8)  # a bit for each slot, eight of them to a key
    again = np.zeros_like(seen)
    return np.flatnonzero(_crowded(keys, seen, again))


@numba.njit(cache=True, nogil=True)
def _crowded(keys: Any, seen: Any, again: Any) -> Any:
    """Which keys share their slot, named by their lower bits, with another? Bits, so that the tables stay near the processor."""
    mask = np.uint64(len(seen) * 8 - 1)
    for i in range(len(keys)):
        slot = keys[i] & mask
        at, bit = slot >> np.uint64(3), np.uint8(1 << (slot & np.uint64(7)))
        again[at] |= seen[at] & bit
        seen[at] |= bit
    found = np.empty(len(keys), np.bool_)
    for i in range(len(keys)):
        slot = keys[i] & mask
        found[i] = again[slot >> np.uint64(3)] & np.uint8(1 << (slot & np.uint64(7))) != 0
    return found


def stars(keys: npt.NDArray[np.uint64], rows: Rows) -> Rows:
    """Edges (row, smallest row of its bucket) for every key that more than one row has; k rows give k - 1 edges, not k².

    Shapes (n,), (n,) → (m, 2), sorted, each once.
    """
    shared = often(keys)
    keys, rows = keys[shared], rows[shared]
    if not len(keys):
        return NONE
    order = np.lexsort((rows, keys))
    keys, rows = keys[order], rows[order]
    first = np.r_[True, keys[1:] != keys[:-1]]
    smallest = rows[np.maximum.accumulate(np.where(first, np.arange(len(rows)), 0))]
    edges = np.stack([rows, smallest], 1)[rows != smallest]
    return _distinct(edges) if len(edges) else NONE


def _distinct(edges: Rows) -> Rows:
    """Each edge once, sorted."""
    if edges.max() >= _HALF or edges.min() < 0:
        return np.unique(edges, axis=0)
    together = np.unique(edges[:, 0].astype(np.uint64) << _32 | edges[:, 1].astype(np.uint64))  # numbers sort faster than pairs do
    return np.stack([together >> _32, together & np.uint64(_HALF - 1)], 1).astype(np.int64)


def _numbered(rows: Rows) -> tuple[Rows, Rows]:
    """The distinct rows in order, and for each row its place among them."""
    if len(rows) >= _HALF or rows.max() >= _HALF or rows.min() < 0:
        nodes, places = np.unique(rows, return_inverse=True)
        return nodes, places
    together = np.sort(rows.astype(np.uint64) << _32 | np.arange(len(rows), dtype=np.uint64))  # numbers sort faster than an index does
    ordered = (together >> _32).astype(np.int64)
    first = np.r_[True, ordered[1:] != ordered[:-1]]
    places = np.empty(len(rows), np.int64)
    places[(together & np.uint64(_HALF - 1)).astype(np.int64)] = np.cumsum(first) - 1
    return ordered[first], places


@numba.njit(cache=True, nogil=True)
def _unite(ones: Any, others: Any, parent: Any) -> None:
    """Union-find with the smaller index as root and path halving; at the end every parent is a root."""
    for i in range(len(ones)):
        one, other = ones[i], others[i]
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        while parent[other] != other:
            parent[other] = parent[parent[other]]
            other = parent[other]
        if one < other:
            parent[other] = one
        else:
            parent[one] = other
    for i in range(len(parent)):
        parent[i] = parent[parent[i]]


def forest(edges: Rows) -> Rows:
    """The edges (row, root), row ≠ root, of the same components, sorted; root is a component's smallest row. Shape (m, 2) → (k, 2)."""
    if not len(edges):
        return NONE
    nodes, places = _numbered(edges.reshape(-1))
    parent = np.arange(len(nodes))
    _unite(places[::2], places[1::2], parent)
    member = parent != np.arange(len(nodes))
    return np.stack([nodes[member], nodes[parent[member]]], 1)


def merge(forests: list[Rows]) -> Rows:
    """One forest of many."""
    return forest(np.concatenate([NONE, *forests]))


def components(trees: Rows, at_most: int = 4096) -> Iterator[list[Rows]]:
    """The components of a forest in order of their roots, their rows ascending, in lists of together about `at_most` rows."""
    order = np.lexsort((trees[:, 0], trees[:, 1]))
    rows, roots = trees[order, 0], trees[order, 1]
    bounds = np.r_[np.flatnonzero(np.r_[True, roots[1:] != roots[:-1]]), len(roots)] if len(roots) else np.zeros(1, np.int64)
    together: list[Rows] = []
    size = 0
    for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        together.append(np.r_[roots[start], rows[start:end]])
        size += end - start + 1
        if size >= at_most:
            yield together
            together, size = [], 0
    if together:
        yield together
