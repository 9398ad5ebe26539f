"""Which tokens is a text? Byte-pair encoding of UTF-8 where it lies in Arrow's buffers: the ids that the library's own encoder gives.

Sennrich, Haddow and Birch 2016 (arXiv 1508.07909), on bytes: of all pairs of neighbours in a pre-token the one that was learned first is
merged, the leftmost of several, until none was learned. A pre-token is an optional space and a run of characters that do not part, or what
lies between two of these (tokenizer/bloom.toml); a tag is one token wherever it stands. Pre-tokens that were met lately are remembered, so
that most of a text is looked up: what is remembered decides how fast this is, never what comes out.
"""
from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from roots.filters.letters import decode

WORD, IDS = 40, 12       # bytes and tokens of a pre-token that can be remembered
BITS = 17                # 2^17 of them are; one that falls on the place of another takes it
LONGEST = 2048           # bytes of a pre-token: merging takes the square of it, and who calls has another way for longer ones
SPACE = 0x20
_NEVER = np.int64(0x7FFF_FFFF_FFFF_FFFF)
_SPREAD = np.uint64(0x9E37_79B9_7F4A_7C15)   # 2^64 over the golden ratio: Knuth, The Art of Computer Programming 3, §6.4
_PRIME, _BASIS = np.uint64(0x100_0000_01B3), np.uint64(0xCBF2_9CE4_8422_2325)  # FNV-1a


def pair_table(pairs: NDArray[np.int32], merged: NDArray[np.int32]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Learned pairs (n × 2, first learned first) and what they become, as keys and values of a table with open addresses.

    A value is rank × 2³² + token, so that the least of several is the one to merge.
    """
    size = 1 << max(4, (2 * len(pairs)).bit_length())
    keys, values = np.zeros(size, np.uint64), np.full(size, _NEVER, np.int64)
    _fill(pairs, merged, keys, values)
    return keys, values


@njit(inline="always")
def _place(one, other, keys, values):  # type: ignore[no-untyped-def]
    """Where a pair stands in the table, or where it would, and its key."""
    mask = np.uint64(len(keys) - 1)
    key = np.uint64(one) << np.uint64(32) | np.uint64(other)
    at = (key * _SPREAD >> np.uint64(20)) & mask
    while values[at] != _NEVER and keys[at] != key:
        at = (at + np.uint64(1)) & mask
    return at, key


@njit(cache=True)
def _fill(pairs, merged, keys, values):  # type: ignore[no-untyped-def]
    for rank in range(len(pairs)):
        at, key = _place(pairs[rank, 0], pairs[rank, 1], keys, values)
        keys[at] = key
        values[at] = np.int64(rank) << 32 | np.int64(merged[rank])


@njit(inline="always")
def _merged(one, other, keys, values):  # type: ignore[no-untyped-def]
    return values[_place(one, other, keys, values)[0]]


@njit
def _merge(data, start, end, bytes_, keys, values, out, held, ranks):  # type: ignore[no-untyped-def]
    """The tokens of one pre-token, from out[held] on; how many they are."""
    size = end - start
    for i in range(size):
        out[held + i] = bytes_[data[start + i]]
    for i in range(size - 1):
        ranks[i] = _merged(out[held + i], out[held + i + 1], keys, values)
    while size > 1:
        best = 0
        for i in range(1, size - 1):
            if ranks[i] < ranks[best]:
                best = i
        if ranks[best] == _NEVER:
            break
        out[held + best] = np.int32(ranks[best] & 0xFFFF_FFFF)
        size -= 1
        for i in range(best + 1, size):
            out[held + i] = out[held + i + 1]
            ranks[i - 1] = ranks[i]
        if best > 0:
            ranks[best - 1] = _merged(out[held + best - 1], out[held + best], keys, values)
        if best < size - 1:
            ranks[best] = _merged(out[held + best], out[held + best + 1], keys, values)
    return size


@njit(inline="always")
def _word_begins(data, at, end, parting):  # type: ignore[no-untyped-def]
    """Does a word begin at this character, or at the one behind this space, and where does the next character stand?"""
    code, width = decode(data, at, end)
    after = at + width
    if not parting[code]:
        return True, after
    return code == SPACE and after < end and not parting[decode(data, after, end)[0]], after


@njit
def _pretoken(data, at, end, parting):  # type: ignore[no-untyped-def]
    """Where does the pre-token that begins here end?"""
    word, after = _word_begins(data, at, end, parting)
    while after < end:
        if word:
            code, width = decode(data, after, end)
            stop, following = parting[code] != 0, after + width
        else:
            stop, following = _word_begins(data, after, end, parting)
        if stop:
            break
        after = following
    return after


@njit
def _tag(data, at, end, tags, sizes, first):  # type: ignore[no-untyped-def]
    """Which tag begins here? -1 = none. No tag is the beginning of another."""
    if not first[data[at]]:
        return -1
    for tag in range(len(sizes)):
        if at + sizes[tag] <= end:
            same = 0
            while same < sizes[tag] and data[at + same] == tags[tag, same]:
                same += 1
            if same == sizes[tag]:
                return tag
    return -1


@njit(cache=True, nogil=True)
def encode(data, offsets, parting, tags, sizes, first, tag_ids, bytes_, keys, values, words, lengths, ids, counts, out, ends):  # type: ignore[no-untyped-def]
    """The tokens of each text into `out`, where they end into `ends`; a text with too long a pre-token has none, and ends in -1 - its end.

    `data`, `offsets` Arrow's buffers; `parting` by code point; `tags` bytes by tag, `sizes` of them, `first` bytes of any, `tag_ids`;
    `bytes_` the token of each byte; `keys`, `values` see pair_table; `words` … `counts` the memory: pre-tokens, their bytes, tokens, and
    how many; `out` has room for as many tokens as there are bytes.
    """
    ranks = np.empty(LONGEST, np.int64)
    held = 0
    for text in range(len(offsets) - 1):
        at, end, begun = offsets[text], offsets[text + 1], held
        too_long = False
        while at < end and not too_long:
            stop, tag = at, -1
            while stop < end:
                tag = _tag(data, stop, end, tags, sizes, first)
                if tag >= 0:
                    break
                stop += 1
            while at < stop:
                after = _pretoken(data, at, stop, parting)
                size = after - at
                if size > LONGEST:
                    too_long = True
                    break
                if size > WORD:
                    held += _merge(data, at, after, bytes_, keys, values, out, held, ranks)
                    at = after
                    continue
                mark = _BASIS
                for i in range(at, after):
                    mark = (mark ^ np.uint64(data[i])) * _PRIME
                slot = np.int64(mark * _SPREAD >> np.uint64(64 - BITS))
                same = 0
                if lengths[slot] == size:
                    while same < size and words[slot, same] == data[at + same]:
                        same += 1
                if same == size:
                    count = counts[slot]
                    for i in range(count):
                        out[held + i] = ids[slot, i]
                else:
                    count = _merge(data, at, after, bytes_, keys, values, out, held, ranks)
                    if count <= IDS:
                        lengths[slot], counts[slot] = size, count
                        for i in range(size):
                            words[slot, i] = data[at + i]
                        for i in range(count):
                            ids[slot, i] = out[held + i]
                held += count
                at = after
            if tag >= 0 and not too_long:
                out[held] = tag_ids[tag]
                held += 1
                at = stop + sizes[tag]
        if too_long:
            held = begun
        ends[text] = -1 - held if too_long else held
