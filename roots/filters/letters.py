"""What does a language model need to see of a text? Its letters, in lower case, word by word, and nothing else.

Digits, punctuation, addresses (`https://…`, `someone@…`) say little about the language and much about the page, so they
become gaps. The kernel reads UTF-8 straight from Arrow's buffers and writes each word as `<word>`: these marks are
fastText's own, so its n-grams can be read off the result without another pass.
"""
from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from roots.filters.scripts import APOSTROPHE, GAP, LIMIT, SKIP, scripts

Bytes = npt.NDArray[np.uint8]
OPEN, CLOSE = ord("<"), ord(">")
GROWTH = 4   # folded bytes for a byte of text, at most: a lone letter becomes `<a>`, and a lower case may take more bytes


@njit(cache=True, nogil=True)
def _address(data: Bytes, start: int, stop: int) -> bool:
    """Does the run of ASCII from start to stop hold `@`, `://` or begin with `www.`?"""
    if stop - start > 4 and data[start] == 119 and data[start + 1] == 119 and data[start + 2] == 119 and data[start + 3] == 46:
        return True
    for i in range(start, stop):
        if data[i] == 64:
            return True
        if data[i] == 58 and i + 2 < stop and data[i + 1] == 47 and data[i + 2] == 47:
            return True
    return False


@njit(cache=True, nogil=True)
def decode(data: Bytes, i: int, stop: int) -> tuple[int, int]:
    """The code point at i and its length; a broken sequence counts as one gap."""
    first = data[i]
    if first < 0x80:
        return int(first), 1
    if 0xC0 <= first < 0xE0 and i + 1 < stop:
        return ((first & 0x1F) << 6) | (data[i + 1] & 0x3F), 2
    if 0xE0 <= first < 0xF0 and i + 2 < stop:
        return ((first & 0x0F) << 12) | ((data[i + 1] & 0x3F) << 6) | (data[i + 2] & 0x3F), 3
    if first >= 0xF0 and i + 3 < stop:
        return ((first & 0x07) << 18) | ((data[i + 1] & 0x3F) << 12) | ((data[i + 2] & 0x3F) << 6) | (data[i + 3] & 0x3F), 4
    return 0, 1


@njit(cache=True, nogil=True)
def encode(code: int, out: Bytes, n: int) -> int:
    """Writes a code point as UTF-8 at n; returns the next n."""
    if code < 0x80:
        out[n] = code
        return n + 1
    if code < 0x800:
        out[n] = 0xC0 | (code >> 6)
        out[n + 1] = 0x80 | (code & 0x3F)
        return n + 2
    if code < 0x10000:
        out[n] = 0xE0 | (code >> 12)
        out[n + 1] = 0x80 | ((code >> 6) & 0x3F)
        out[n + 2] = 0x80 | (code & 0x3F)
        return n + 3
    out[n] = 0xF0 | (code >> 18)
    out[n + 1] = 0x80 | ((code >> 12) & 0x3F)
    out[n + 2] = 0x80 | ((code >> 6) & 0x3F)
    out[n + 3] = 0x80 | (code & 0x3F)
    return n + 4


@njit(cache=True, nogil=True)
def _ideograph(code: int) -> bool:
    """Is it a Chinese character? Each is a word of its own here: Chinese parts its words nowhere."""
    return 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or code >= 0x20000


@njit(cache=True, nogil=True)
def fold_into(data: Bytes, start: int, stop: int, fold: npt.NDArray[np.int32], script: npt.NDArray[np.uint8],
              out: Bytes, counts: npt.NDArray[np.int64]) -> int:
    """Writes `<word><word>…` of data[start:stop] to out and counts the letters of each writing system; returns the bytes written.

    out holds at least GROWTH × (stop − start) + 2 bytes. counts[0, script] adds up letters, counts[1, script] their UTF-8 bytes.
    """
    n, i, checked = 0, start, start
    inside, held = False, False   # within a word; an apostrophe waits for the letter that proves it is inside a word
    while i < stop:
        byte = data[i]
        if i >= checked and 0x21 <= byte <= 0x7E:
            checked = i
            while checked < stop and 0x21 <= data[checked] <= 0x7E:
                checked += 1
            if _address(data, i, checked):
                i = checked
                if inside:
                    out[n] = CLOSE
                    n += 1
                inside = held = False
                continue
        code, width = decode(data, i, stop)
        i += width
        folded = fold[code] if code < LIMIT else GAP
        if folded == SKIP:
            continue
        if folded == APOSTROPHE:
            if inside and not held:
                held = True
                continue
            folded = GAP
        if folded == GAP:
            if inside:
                out[n] = CLOSE
                n += 1
            inside = held = False
            continue
        alone = _ideograph(folded)
        if inside and alone:
            out[n] = CLOSE
            n += 1
            inside = False
        if not inside:
            out[n] = OPEN
            n += 1
            inside = True
        elif held:
            out[n] = 39
            n += 1
        held = False
        n = encode(folded, out, n)
        counts[0, script[code]] += 1
        counts[1, script[code]] += width
        if alone:
            out[n] = CLOSE
            n += 1
            inside = False
    if inside:
        out[n] = CLOSE
        n += 1
    return n


def folded(text: str) -> str:
    """The folded words of one text, parted by spaces: what the model is trained on, and what tests look at."""
    tables = scripts()
    data = np.frombuffer(text.encode("utf-8", "ignore"), np.uint8)
    out = np.empty(GROWTH * len(data) + 2, np.uint8)
    counts = np.zeros((2, len(tables.names)), np.int64)
    n = fold_into(data, 0, len(data), tables.fold, tables.script, out, counts)
    return out[1:n - 1].tobytes().decode("utf-8", "replace").replace("><", " ") if n else ""
