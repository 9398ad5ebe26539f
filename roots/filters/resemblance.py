"""How alike are two documents, as they stand in their files? Their own shingles, not an estimate from signatures."""
from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from roots.filters.normal_form import Points, tables, write_form
from roots.filters.shingles import NO_SALT, TOKENS, Hashes, distinct, read_form, write_shingles
from roots.filters.signatures import SignatureRules, body_start, how_of


@numba.njit(cache=True, nogil=True)
def _shingles(data: Any, known: Any, how: int, size: int) -> Hashes:
    entries, forms = known
    points = np.empty(2 * len(data) + 1, np.uint32)
    n = write_form(data, 0, len(data), entries, forms, points)
    tokens = np.empty(n, np.uint64)
    count, _, _ = read_form(points, n, how, NO_SALT, tokens)
    shingles: Hashes = distinct(tokens, write_shingles(tokens, count, size, tokens))
    return shingles


def document_shingles(data: npt.NDArray[np.uint8], kind: str | None, language: str | None, rules: SignatureRules) -> Hashes:
    """The sorted set of shingles of a document from the UTF-8 bytes of its text, as `sign` saw it."""
    how = how_of(kind, language, rules)
    if how == TOKENS and language and language in rules.comments:
        data = data[body_start(data.data, rules.comments[language]):]
    shingles: Hashes = _shingles(data, tuple(tables(how == TOKENS)), how, rules.size)
    return shingles


def document_form(data: npt.NDArray[np.uint8], kind: str | None, language: str | None, rules: SignatureRules) -> Points:
    """The normal form of a document; its bytes, where nothing of the text stays in it."""
    points = np.empty(2 * len(data) + 1, np.uint32)
    n = write_form(data, 0, len(data), *tables(how_of(kind, language, rules) == TOKENS), points)
    return points[:n] if n else data.astype(np.uint32)
