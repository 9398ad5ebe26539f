"""Which code points must be looked at one by one? Fifty thousand of a million: the others are unassigned, private, or ideographs alike.

Tables over all code points are made from this, so that a process begins its work soon.
"""
from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

CODE_POINTS = 0x110000
_PLANES = ((0, 0x40000), (0xE0000, 0xE0200))  # nothing but private use and unassigned beyond
_UNIFIED = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x2F800), (0x30000, 0x40000))  # blocks that hold unified ideographs alone


@cache
def singular() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The assigned code points, sorted, without private use and surrogates; and the unified ideographs, only the first of which is there.

    Unified ideographs are wide letters of the script CJK, without case and decomposition, and differ in nothing but their numbers.
    """
    points = np.concatenate([np.arange(first, last, dtype=np.uint32) for first, last in _PLANES])
    categories = np.frombuffer("".join(map(unicodedata.category, map(chr, points.tolist()))).encode(), "S2")
    points = points[(categories != b"Cn") & (categories != b"Co") & (categories != b"Cs")]
    among = np.zeros(len(points), np.bool_)
    for first, last in _UNIFIED:
        among |= (points >= first) & (points < last)
    unified = points[among]
    among[np.argmax(among)] = False
    return points[~among], unified
