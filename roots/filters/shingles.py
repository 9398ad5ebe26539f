"""What pieces does a text consist of, for comparing it with another? Runs of five tokens, as 64-bit hashes.

A token is a word of the normal form; in languages written without spaces a character with its marks; in programs a name, a
number or one other character. A wide letter (Han, kana) is a token of its own everywhere, so that a Chinese quotation inside a
French text counts by its characters. Two texts resemble each other as their sets of shingles do: |A ∩ B| / |A ∪ B| (Jaccard;
Broder, "On the resemblance and containment of documents", 1997).

Hashes are 64 bits: among the 10,000 shingles of two long texts a chance collision has probability 3e-12, and none is ever needed
to find a pair again, since texts are compared by the same hashes.
"""
from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from roots.filters.normal_form import SPACE, SYMBOL, WIDE, Points, form_of, kind_of, order_of

Hashes = npt.NDArray[np.uint64]

WORDS, CHARACTERS, TOKENS = range(3)  # how a text's tokens are found

NO_SALT = np.uint64(0)
_START = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0xFF51AFD7ED558CCD)  # multipliers of MurmurHash3's 64-bit finaliser
_LAST = np.uint64(0xC4CEB9FE1A85EC53)
_OTHER = np.uint64(0x2545F4914F6CDD1D)  # of xorshift64*
_33, _29 = np.uint64(33), np.uint64(29)


@numba.njit(cache=True, nogil=True, inline="always")
def mix(value: np.uint64) -> np.uint64:
    """MurmurHash3's finaliser: a bijection of 64 bits in which every input bit touches every output bit."""
    value = (value ^ (value >> _33)) * _STEP
    value = (value ^ (value >> _33)) * _LAST
    return value ^ (value >> _33)


@numba.njit(cache=True, nogil=True)
def read_form(points: Points, n: int, how: int, salt: np.uint64, out: Hashes) -> tuple[int, np.uint64, np.uint64]:
    """Writes the hash of each token of a normal form to `out` (room for n); returns their number and the 128 bits of the whole form.

    The two lanes of the 128 bits share neither multiplier nor order of steps; a form hashes otherwise with another salt.
    """
    high, low = mix(salt ^ _START), mix(salt + _OTHER)
    count = 0
    inside = False  # a token has begun
    alone = False   # … and takes nothing but marks
    state = _START
    for i in range(n):
        point = points[i]
        value = np.uint64(point)
        high = (high ^ value) * _STEP
        high ^= high >> _33
        low = (low + value) * _OTHER
        low ^= low >> _29
        if point == SPACE:
            if inside:
                out[count] = mix(state)
                count += 1
            inside = False
            continue
        kind, base = kind_of(point), order_of(point) == 0
        single = base and (kind == WIDE or how == CHARACTERS or (how == TOKENS and kind == SYMBOL))
        if inside and (single or (alone and base)):
            out[count] = mix(state)
            count += 1
            inside = False
        if not inside:
            inside = True
            alone = single
            state = _START
        state = (state ^ value) * _STEP
        state ^= state >> _29
    if inside:
        out[count] = mix(state)
        count += 1
    return count, mix(high ^ np.uint64(n)), mix(low + np.uint64(n))


@numba.njit(cache=True, nogil=True)
def write_shingles(tokens: Hashes, n: int, size: int, out: Hashes) -> int:
    """Writes the hash of every run of `size` tokens to `out`, and returns their number: max(0, n - size + 1)."""
    count = max(0, n - size + 1)
    for i in range(count):
        state = np.uint64(0)
        for k in range(size):
            state = (state + tokens[i + k]) * _OTHER
            state ^= state >> _29
        out[i] = mix(state)
    return count


@numba.njit(cache=True, nogil=True)
def distinct(hashes: Hashes, n: int) -> Hashes:
    """The first n hashes sorted, each once."""
    ordered = np.sort(hashes[:n])
    count = 0
    for i in range(n):
        if i == 0 or ordered[i] != ordered[i - 1]:
            ordered[count] = ordered[i]
            count += 1
    return ordered[:count]


@numba.njit(cache=True, nogil=True)
def shared(one: Hashes, other: Hashes) -> int:
    """How many hashes stand in both? Each array sorted and distinct."""
    i = j = count = 0
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            count += 1
            i += 1
            j += 1
        elif one[i] < other[j]:
            i += 1
        else:
            j += 1
    return count


def shingles_of(text: str, size: int = 5, how: int = WORDS) -> Hashes:
    """The sorted set of shingles of one text; empty when it has fewer than `size` tokens."""
    points = form_of(text, how == TOKENS)
    tokens = np.empty(len(points), np.uint64)
    count, _, _ = read_form(points, len(points), how, NO_SALT, tokens)
    found = np.empty(len(points), np.uint64)
    shingles: Hashes = distinct(found, write_shingles(tokens, count, size, found))
    return shingles


def jaccard(one: Hashes, other: Hashes) -> float:
    """The share of shingles that two texts have in common among all that either has; 0 when neither has any."""
    both = shared(one, other)
    either = len(one) + len(other) - both
    return both / either if either else 0.0


def containment(inner: Hashes, outer: Hashes) -> float:
    """The share of the first text's shingles that stand in the second; 0 when it has none."""
    return shared(inner, outer) / len(inner) if len(inner) else 0.0
