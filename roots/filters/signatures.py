"""By what can a document be recognised without its text? An exact hash, a hash of its address, and the bands of its MinHash.

`sign` computes them for a batch in one compiled pass over Arrow's own buffers; the deduplication pass groups nothing else.
"""
from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from roots.document import PROGRAMMING
from roots.filters.minhash import bands_for, permutations, write_bands, write_signature
from roots.filters.normal_form import tables, write_form
from roots.filters.shingles import CHARACTERS, TOKENS, WORDS, read_form, write_shingles

_NATURAL_SALT, _PROGRAM_SALT, _RAW_SALT = np.uint64(1), np.uint64(2), np.uint64(3)


@dataclass(frozen=True)
class Comments:
    """How does a comment look in a programming language? `opening` is what may stand before a file's first comment, such as `<?php`."""

    line: tuple[str, ...] = ()
    block: tuple[tuple[str, str], ...] = ()
    opening: tuple[str, ...] = ()


USUAL = (0.7, 256)  # threshold and permutations of a recipe that names none


@dataclass(frozen=True)
class SignatureRules:
    """How documents are compared; two builds can be compared when their rules are equal."""

    size: int = 5                 # tokens in a shingle
    bands: int = 32               # what bands_for(*USUAL) says
    rows: int = 8
    seed: int = 2022              # of the permutations
    shortest: int = 10            # words (tokens of a program) that a text needs to be near another: below, only exact copies count
    shortest_characters: int = 20  # the same where characters are the tokens
    tokens: Mapping[str, str] = field(default_factory=dict)         # language → "words" | "characters"; words when absent
    comments: Mapping[str, Comments] = field(default_factory=dict)  # programming language → its comments; none when absent

    @classmethod
    def at(cls, threshold: float, permutations: int = 256, **others: Any) -> SignatureRules:
        """Rules whose bands fit a threshold of Jaccard similarity, by datasketch's optimiser, which takes half a second to load."""
        bands, rows = (cls.bands, cls.rows) if (threshold, permutations) == USUAL else bands_for(threshold, permutations)
        return cls(bands=bands, rows=rows, **others)


def schema(rules: SignatureRules) -> pa.Schema:
    """The columns of signatures; all are null for a row that is dropped."""
    return pa.schema([
        ("exact_high", pa.uint64()), ("exact_low", pa.uint64()),  # 128 bits of the normal form; of the bytes where that is empty
        ("url_hash", pa.uint64()),                                # null = no address
        ("bands", pa.list_(pa.uint64(), rules.bands)),            # null = too short to be near anything
        ("words", pa.int32()),                                    # tokens, whichever they are in this language
    ])


@lru_cache(maxsize=256)
def _header(comments: Comments) -> re.Pattern[bytes]:
    parts = [rb"\s"]  # blocks before lines: Lua's block begins with its line's mark
    parts += [re.escape(first.encode()) + rb"(?s:.*?)(?:" + re.escape(last.encode()) + rb"|\Z)" for first, last in comments.block]
    parts += [re.escape(mark.encode()) + rb"[^\n]*" for mark in comments.line]
    skip = rb"(?:" + rb"|".join(parts) + rb")*+"
    before = rb"|".join(re.escape(mark.encode()) for mark in comments.opening)
    return re.compile(skip + (rb"(?:" + before + rb")?" + skip if before else rb""))


def body_start(data: bytes | memoryview[int], comments: Comments) -> int:
    """Where does a program begin, in bytes, behind the comments at its head: licence, authors, editor settings?"""
    found = _header(comments).match(data)
    return found.end() if found else 0


def how_of(kind: str | None, language: str | None, rules: SignatureRules) -> int:
    """Are this document's tokens words, characters or those of a program?"""
    if kind == PROGRAMMING:
        return TOKENS
    return CHARACTERS if rules.tokens.get(language or "") == "characters" else WORDS


def _hows(kinds: pa.Array, languages: pa.Array, rules: SignatureRules) -> npt.NDArray[np.uint8]:
    """`how_of` each row, asked once for each pair of kind and language."""
    kind, language = (column.dictionary_encode(null_encoding="encode") for column in (kinds, languages))
    table = np.array([[how_of(one, other, rules) for other in language.dictionary.to_pylist()] for one in kind.dictionary.to_pylist()],
                     np.uint8).reshape(len(kind.dictionary), len(language.dictionary))
    hows: npt.NDArray[np.uint8] = table[np.asarray(kind.indices), np.asarray(language.indices)]
    return hows


@lru_cache(maxsize=65536)
def url_key(url: str) -> int | None:
    """64 bits of an address without its scheme, "www.", fragment and last slash; the host in lower case. None when nothing is left."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    place = parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
    return int.from_bytes(hashlib.blake2b(place.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") if place else None


@numba.njit(cache=True, nogil=True)
def _sign(data: Any, offsets: Any, bodies: Any, how: Any, skip: Any, natural: Any, program: Any, size: int, per_band: int,
          shortest: Any, multipliers: Any, addends: Any, high: Any, low: Any, bands: Any, words: Any) -> None:
    longest = 0
    for row in range(len(how)):
        if not skip[row]:
            longest = max(longest, offsets[row + 1] - offsets[row])
    points = np.empty(2 * longest + 1, np.uint32)
    tokens = np.empty(2 * longest + 1, np.uint64)
    signature = np.empty(len(multipliers), np.uint32)
    for row in range(len(how)):
        words[row] = -1
        if skip[row]:
            continue
        start, end = offsets[row], offsets[row + 1]
        if how[row] == TOKENS:
            entries, forms = program
            salt = _PROGRAM_SALT
        else:
            entries, forms = natural
            salt = _NATURAL_SALT
        n = write_form(data, start, end, entries, forms, points)
        if n == 0:
            for k in range(end - start):
                points[k] = data[start + k]
            _, high[row], low[row] = read_form(points, end - start, WORDS, _RAW_SALT, tokens)
            words[row] = 0
            continue
        count, high[row], low[row] = read_form(points, n, how[row], salt, tokens)
        if bodies[row] > 0:
            n = write_form(data, start + bodies[row], end, entries, forms, points)
            count, _, _ = read_form(points, n, how[row], salt, tokens)
        words[row] = count
        if count < shortest[how[row]]:
            continue
        count = write_shingles(tokens, count, size, tokens)
        write_signature(tokens, count, multipliers, addends, signature)
        write_bands(signature, per_band, bands[row])


def buffers(text: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The bytes of a large_string column and its offsets, as views: row i is data[offsets[i]:offsets[i + 1]].

    Both are read-only even when they are empty, since numba would compile its kernels once more for arrays that can be written.
    """
    _, places, values = text.buffers()
    offsets = np.frombuffer(places, np.int64, len(text) + 1, text.offset * 8) if len(text) else np.frombuffer(bytes(8), np.int64)
    data = np.frombuffer(values, np.uint8) if values is not None and values.size else np.frombuffer(bytes(1), np.uint8)
    return data, offsets


def sign(batch: pa.RecordBatch, rules: SignatureRules) -> pa.RecordBatch:
    """The signatures of a batch of documents, row by row; see `schema`. Dropped rows have none."""
    rows = len(batch)
    data, offsets = buffers(batch.column("text"))
    skip = np.asarray(batch.column("dropped").is_valid()) | np.asarray(batch.column("text").is_null())
    languages = batch.column("language")
    how = _hows(batch.column("kind"), languages, rules)
    bodies = np.zeros(rows, np.int64)
    view = data.data
    for row in np.flatnonzero((how == TOKENS) & ~skip).tolist():
        if comments := rules.comments.get(languages[row].as_py()):
            bodies[row] = body_start(view[offsets[row]:offsets[row + 1]], comments)
    high, low = np.zeros(rows, np.uint64), np.zeros(rows, np.uint64)
    bands, words = np.zeros((rows, rules.bands), np.uint64), np.zeros(rows, np.int32)
    least = max(rules.size, 1)
    shortest = np.array([max(rules.shortest, least), max(rules.shortest_characters, least), max(rules.shortest, least)], np.int32)
    program = tables(bool((how == TOKENS).any()))  # the other table is not built where nothing needs it
    _sign(data, offsets, bodies, how, skip, tuple(tables(False)), tuple(program), rules.size, rules.rows, shortest,
          *permutations(rules.seed, rules.bands * rules.rows), high, low, bands, words)
    near = ~skip & (words >= shortest[how])
    urls = [None] * rows if batch.column("url").null_count == rows else [
        None if gone or url is None else url_key(url) for gone, url in zip(skip, batch.column("url").to_pylist(), strict=True)]
    return pa.RecordBatch.from_arrays([
        pa.array(high, mask=skip), pa.array(low, mask=skip), pa.array(urls, pa.uint64()),
        pa.FixedSizeListArray.from_arrays(pa.array(bands.reshape(-1)), rules.bands, mask=pa.array(~near)),
        pa.array(words, mask=skip),
    ], schema=schema(rules))

