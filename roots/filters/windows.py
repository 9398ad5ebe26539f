"""Which parts of a document are read to name its language? All of a short one, evenly spaced windows of a long one."""
from __future__ import annotations

from numba import njit

from roots.filters.letters import Bytes

REACH = 48  # bytes that an edge may move to find the end of a word


@njit(cache=True, nogil=True)
def edge(data: Bytes, at: int, start: int, stop: int) -> int:
    """The first place at or after `at` where a word may begin: behind white space within reach, else a character's first byte."""
    if at <= start:
        return start
    if at >= stop:
        return stop
    for i in range(at, min(at + REACH, stop)):
        if data[i - 1] == 32 or data[i - 1] == 10:
            return i
    while at < stop and data[at] & 0xC0 == 0x80:
        at += 1
    return at


@njit(cache=True, nogil=True)
def window_of(data: Bytes, start: int, stop: int, index: int, size: int, most: int) -> tuple[int, int]:
    """The bytes [from, to) of window `index`, of at most `most` windows of about `size` bytes; empty where there is no such window.

    A text of up to most × size bytes is read whole, cut into equal parts; of a longer one the first and the last window are
    its beginning and its end, the others lie evenly between.
    """
    length = stop - start
    count = min(most, (length + size - 1) // size)
    if index >= count:
        return stop, stop
    if length <= most * size:
        return edge(data, start + length * index // count, start, stop), edge(data, start + length * (index + 1) // count, start, stop)
    begin = start + ((length - size) * index // (count - 1) if count > 1 else 0)
    return edge(data, begin, start, stop), edge(data, begin + size, start, stop)
