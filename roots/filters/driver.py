"""How are all measures taken of a batch in one pass? One compiled loop that sees each document once and calls every measure on it.

The loop is written out from the registry and compiled by numba. Numba notices a changed file but not a changed function that a
cached one calls, so the loop's own name carries a digest of the sources that it is made of: an edit makes a new name, and so a
new compilation (about half a minute), and no stale machine code is ever run.
"""
from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from roots.document import NATURAL, PROGRAMMING
from roots.filters import code_scan, phrases, repeats, spelling, view
from roots.filters.characters import characters, script_number
from roots.filters.languages import CodeLanguage, Language
from roots.filters.measures import registry
from roots.filters.phrases import LISTS, PhraseTables
from roots.filters.places import FOUND, LINE_FEEDS, SIGNS, TALLY
from roots.filters.spelling import SpellingTables

SKIP, PROSE, CODE = 0, 1, 2
FIRST_LINES = 8  # of a source file, where it says that a program wrote it

_LOOP = '''
def {name}(data, offsets, wanted, language, characters, ngram_sizes, own_scripts, lists, list_spans, spellings, spelling_spans, markers,
           scratch, out):
    classes_of, flags_of, scripts, lower = characters
    keys, table, times, at, name = scratch.keys, scratch.table, scratch.times, scratch.at, scratch.name
    found = np.zeros({found}, np.float64)
    tally = np.zeros({tally}, np.int64)
    kinds, openers, closers = markers
    for row in range(wanted.shape[0]):
        if wanted[row] == 0:
            continue
        spoken = language[row]
        n = decode(data, offsets[row], offsets[row + 1], classes_of, flags_of, scratch.chars, scratch.classes, scratch.flags, scratch.signs,
                   scratch.feeds, tally)
        chars, classes, flags, signs = scratch.chars[:n], scratch.classes[:n], scratch.flags[:n], scratch.signs[:tally[{signs}]]
        words = words_of(chars, classes, flags, n, lower, scratch.start, scratch.end, scratch.hashes)
        start, end, hashes = scratch.start[:words], scratch.end[:words], scratch.hashes[:words]
        lines = lines_of(classes, scratch.feeds, tally[{line_feeds}], scratch.line_start, scratch.line_end, scratch.paragraph,
                         scratch.line_counts)
        line_start, line_end, line_counts = scratch.line_start[:lines], scratch.line_end[:lines], scratch.line_counts[:lines]
        found[:] = 0.0
        lines_again(chars, line_start, line_end, scratch.paragraph, lines, keys, table, times, at, name, found)
        doc = Doc(chars, classes, flags, signs, tally, start, end, hashes, line_start, line_end, line_counts, found)
        if wanted[row] == {prose}:
            scripts_of(chars, classes, start, end, words, scripts, own_scripts[spoken], tally)
            characters_again(chars, n, ngram_sizes[spoken, 0], keys, table, times, at, found)
            words_again(hashes, start, end, words, ngram_sizes[spoken, 1], keys, table, times, at, name, found)
            listed(hashes, words, lists, list_spans[spoken], ngram_sizes[spoken, 2], scratch.seen, scratch.touched, scratch.following,
                   found)
            if spelling_spans[spoken, 0] >= 0:
                spelled(chars, classes, flags, scripts, own_scripts[spoken], start, end, words, spellings, spelling_spans[spoken], found)
{prose_calls}
        else:
            raw_lines(chars, classes, n, found)
            comments(chars, n, kinds[spoken], openers[spoken], closers[spoken], found)
            blobs(chars, classes, n, found)
            head = 0
            if lines:
                limit = line_end[min(lines, {first_lines}) - 1]
                while head < words and start[head] < limit:
                    head += 1
            listed(hashes, head, lists, list_spans[spoken], 1, scratch.seen, scratch.touched, scratch.following, found)
{code_calls}
'''


def _digest() -> str:
    """Of the sources that the loop is compiled from, and of the compiler's version."""
    total = hashlib.sha256(numba.__version__.encode())
    here = Path(__file__).parent
    for name in ("driver", "view", "repeats", "phrases", "code_scan", "places", "characters", "spelling"):
        total.update((here / f"{name}.py").read_bytes())
    for path in sorted(here.glob("measures*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()[:12]


@lru_cache(maxsize=1)
def compiled() -> Callable[..., None]:
    """The loop, compiled at its first call or taken from numba's cache on disk."""
    space: dict[str, Any] = {"np": np, "Doc": view.Doc, "__name__": __name__}
    for module, called in ((view, "decode words_of scripts_of lines_of"), (phrases, "listed"), (spelling, "spelled"),
                           (code_scan, "raw_lines comments blobs"),
                           (repeats, "characters_again words_again lines_again")):
        space.update({name: getattr(module, name) for name in called.split()})
    calls: dict[str, list[str]] = {NATURAL: [], PROGRAMMING: []}
    for number, (name, one) in enumerate(registry().items()):
        if one.function is None:
            continue
        space[f"measure_{name}"] = njit(no_cpython_wrapper=True)(one.function)
        for kind in one.kinds:
            calls[kind].append(f"            out[row, {number}] = measure_{name}(doc)")
    loop = f"measure_all_{_digest()}"
    source = _LOOP.format(
        name=loop, found=FOUND, tally=TALLY, signs=SIGNS, line_feeds=LINE_FEEDS, prose=PROSE, first_lines=FIRST_LINES,
        prose_calls="\n".join(calls[NATURAL]), code_calls="\n".join(calls[PROGRAMMING]),
    )
    # The file name is what numba's cache goes by: this file, whose time of change is part of the cache's key.
    exec(compile(source, __file__, "exec"), space)  # noqa: S102 - our own text, from our own registry
    made: Callable[..., None] = njit(cache=True, nogil=True, error_model="numpy")(space[loop])
    return made


def warm() -> None:
    """Compiles the loop, or loads it from the cache: to be called once before workers start, so that they find the cache warm."""
    Driver((), (), ()).measure(pa.array(["a"], pa.large_string()), np.zeros(1, np.int64), np.full(1, PROSE, np.uint8))


@dataclass(frozen=True)
class WordLists:
    """The lists of one language, as tuples of entries; None = no list, and the measure is null."""

    closed_class: tuple[str, ...] | None = None
    flagged: tuple[str, ...] | None = None
    placeholder: tuple[str, ...] | None = None
    boilerplate: tuple[str, ...] | None = None
    generated: tuple[str, ...] | None = None
    spelling: tuple[str, ...] | None = None


class Scratch(NamedTuple):
    """What the loop writes on, and uses again for the next document: room for the characters, words and lines of the longest one."""

    chars: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    flags: NDArray[np.uint16]
    signs: NDArray[np.int32]
    feeds: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    hashes: NDArray[np.uint64]
    line_start: NDArray[np.int32]
    line_end: NDArray[np.int32]
    paragraph: NDArray[np.int32]
    line_counts: NDArray[np.int32]
    keys: NDArray[np.uint64]     # these five: of whatever is named by its first copy (repeats.py)
    table: NDArray[np.int32]
    times: NDArray[np.int32]
    at: NDArray[np.int32]
    name: NDArray[np.int32]
    seen: NDArray[np.uint8]      # these three: of entries in lists (phrases.py)
    touched: NDArray[np.int32]
    following: NDArray[np.int64]


class Driver:
    """Measures batches. Holds what the loop needs of each language, in arrays; one to a process, not shared by threads."""

    def __init__(self, languages: Sequence[Language], code: Sequence[CodeLanguage], lists: Sequence[WordLists]) -> None:
        self.names = tuple(registry())
        self.rows = {code: number for number, code in enumerate([*(one.code for one in languages), *(one.code for one in code)])}
        self.unknown = len(self.rows)  # the last row: a language without a record
        rows = self.unknown + 1
        tables = characters()
        self._tables = tuple(tables)
        self._sizes = np.tile(np.array([10, 5, 50], np.int64), (rows, 1))
        self._own = np.zeros((rows, int(tables.scripts.max()) + 1), np.bool_)
        self._own[self.unknown] = True
        self._markers = self._comment_markers(code, len(languages), rows)
        for row, language in enumerate(languages):
            self._sizes[row] = language.character_ngram, language.word_ngram, language.longest_gap
            for name in language.letters:
                self._own[row, script_number(name)] = True
        every = [*lists, WordLists()]
        self._lists = PhraseTables([[getattr(one, name) for name in LISTS] for one in every])
        self._spellings = SpellingTables([one.spelling for one in every])
        self._scratch = self._room_for(0)

    @staticmethod
    def _comment_markers(code: Sequence[CodeLanguage], first: int, rows: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        kinds = np.zeros((rows, code_scan.MARKERS), np.int64)
        openers = np.zeros((rows, code_scan.MARKERS, code_scan.MARKER_LENGTH), np.uint32)
        closers = np.zeros_like(openers)
        for row, language in enumerate(code, first):
            marks = [(code_scan.LINE_MARK, mark, "") for mark in language.line_comments]
            marks += [(code_scan.BLOCK_MARK, *pair) for pair in language.block_comments]
            marks += [(code_scan.STRING_MARK, *pair) for pair in language.strings]
            for place, (kind, opener, closer) in enumerate(marks[: code_scan.MARKERS]):
                kinds[row, place] = kind
                for table, text in ((openers, opener), (closers, closer)):
                    points = [ord(c) for c in text[: code_scan.MARKER_LENGTH]]
                    table[row, place, : len(points)] = points
        return kinds, openers, closers

    def _room_for(self, longest: int) -> Scratch:
        size = max(1 << (min(longest, view.LONGEST) - 1).bit_length(), 1024)

        def of(kind: type[np.generic], *shape: int) -> NDArray[Any]:
            return np.empty(shape or size, kind)

        keys = len(self._lists.tables[0])
        return Scratch(
            of(np.uint32), of(np.uint8), of(np.uint16), of(np.int32), of(np.int32, size + 1, 4), of(np.int32), of(np.int32), of(np.uint64),
            of(np.int32), of(np.int32), of(np.int32), of(np.int32, size, 3), of(np.uint64), of(np.int32, repeats.ROOMY * size),
            of(np.int32), of(np.int32), of(np.int32), np.zeros(keys, np.uint8), of(np.int32, keys), of(np.int64, len(LISTS)))

    def measure(self, text: pa.LargeStringArray, language: NDArray[np.int64], wanted: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Rows × measures, NaN where not measured. `language` holds numbers of `rows`, `wanted` SKIP, PROSE or CODE for each row."""
        out = np.full((len(text), len(self.names)), np.nan, np.float32)
        if not len(text):
            return out
        _, offsets_buffer, data_buffer = text.buffers()
        offsets = np.frombuffer(offsets_buffer, np.int64)[text.offset : text.offset + len(text) + 1]
        data = np.frombuffer(data_buffer, np.uint8) if data_buffer is not None and data_buffer.size else np.zeros(1, np.uint8)
        wanted = np.where(np.asarray(text.is_valid()), wanted, SKIP).astype(np.uint8)
        lengths = np.diff(offsets)[wanted != SKIP]
        longest = min(int(lengths.max(initial=1)), view.LONGEST)
        if longest > len(self._scratch.chars):
            self._scratch = self._room_for(longest)
        compiled()(data, offsets, wanted, language.astype(np.int64), self._tables, self._sizes, self._own, self._lists.tables,
                   self._lists.spans, self._spellings.tables, self._spellings.spans, self._markers, self._scratch, out)
        return out
