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
from typing import Any

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
from roots.filters.places import FOUND, TALLY
from roots.filters.spelling import SpellingTables

SKIP, PROSE, CODE = 0, 1, 2
FIRST_LINES = 8  # of a source file, where it says that a program wrote it

_LOOP = '''
def {name}(data, offsets, wanted, language, tables, ngram_sizes, own_scripts, list_keys, list_spans, prints, spelling_spans, markers,
           scratch, out):
    chars_all, classes_all, flags_all, start_all, end_all, hashes_all, line_start_all, line_end_all, paragraph_all, keys, counts, first \\
        = scratch
    found = np.zeros({found}, np.float64)
    tally = np.zeros({tally}, np.int64)
    kinds, openers, closers = markers
    for row in range(wanted.shape[0]):
        if wanted[row] == 0:
            continue
        spoken = language[row]
        n = decode(data, offsets[row], offsets[row + 1], tables[0], tables[1], chars_all, classes_all, flags_all, tally)
        chars, classes, flags = chars_all[:n], classes_all[:n], flags_all[:n]
        words = words_of(chars, classes, flags, n, tables[3], start_all, end_all, hashes_all)
        start, end, hashes = start_all[:words], end_all[:words], hashes_all[:words]
        lines = lines_of(chars, classes, n, line_start_all, line_end_all, paragraph_all)
        line_start, line_end = line_start_all[:lines], line_end_all[:lines]
        found[:] = 0.0
        lines_again(chars, line_start, line_end, paragraph_all, lines, keys, counts, found)
        doc = Doc(chars, classes, flags, tally, start, end, hashes, line_start, line_end, found)
        if wanted[row] == {prose}:
            scripts_of(chars, classes, start, end, words, tables[2], own_scripts[spoken], tally)
            characters_again(chars, n, ngram_sizes[spoken, 0], keys, counts, first, found)
            longest = 1  # where no string of so many words stands twice, no longer one does, and need not be looked for
            for size in range(2, 5):
                top_ngram(hashes, start, end, words, size, keys, counts, first, found)
                if found[{top} + size - 2] == 0.0:
                    break
                longest = size
            if longest == 4:
                ngrams_again(hashes, start, end, words, keys, counts, found)
            if longest >= min(ngram_sizes[spoken, 1], 4):
                words_again(hashes, words, ngram_sizes[spoken, 1], keys, counts, found)
            distinct_words(hashes, words, keys, counts, found)
            for which in range(4):
                span = list_spans[spoken, which]
                place = {closed} if which == 0 else {flagged} + which - 1
                if span[1] < 0:
                    found[place] = np.nan
                    if which == 0:
                        found[{closed_kinds}] = np.nan
                        found[{bare}] = np.nan
                else:
                    covers, different, bare = covered(hashes, 0, words, list_keys, span[0], span[1], span[2],
                                                      ngram_sizes[spoken, 2], counts)
                    found[place] = covers
                    if which == 0:
                        found[{closed_kinds}] = different
                        found[{bare}] = bare
            spelling_span = spelling_spans[spoken]
            if spelling_span[1] >= 0:
                spelled(chars, classes, flags, tables[3], tables[2], own_scripts[spoken], start, end, words, prints,
                        spelling_span[0], spelling_span[1], found)
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
            span = list_spans[spoken, 4]
            if span[1] >= 0:
                found[{generated}], _, _ = covered(hashes, 0, head, list_keys, span[0], span[1], span[2], 1, counts)
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
    from roots.filters.places import BARE, CLOSED, CLOSED_KINDS, FLAGGED, GENERATED, TOP

    space: dict[str, Any] = {"np": np, "Doc": view.Doc, "__name__": __name__}
    for module, called in ((view, "decode words_of scripts_of lines_of"), (phrases, "covered"), (spelling, "spelled"),
                           (code_scan, "raw_lines comments blobs"),
                           (repeats, "characters_again words_again top_ngram ngrams_again lines_again distinct_words")):
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
        name=loop, top=TOP, found=FOUND, tally=TALLY, prose=PROSE, closed=CLOSED, closed_kinds=CLOSED_KINDS, bare=BARE, flagged=FLAGGED,
        generated=GENERATED, first_lines=FIRST_LINES, prose_calls="\n".join(calls[NATURAL]), code_calls="\n".join(calls[PROGRAMMING]),
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
        flat = [getattr(one, name) for one in [*lists, WordLists()] for name in LISTS]
        made = PhraseTables(flat)
        self._keys, self._spans, self._widest = made.keys, made.spans.reshape(rows, len(LISTS), 3), made.widest
        spellings = SpellingTables([*(one.spelling for one in lists), None])
        self._prints, self._spelling_spans = spellings.prints, spellings.spans
        self._room = -1
        self._scratch: tuple[NDArray[Any], ...] = ()

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

    def _room_for(self, longest: int) -> tuple[NDArray[Any], ...]:
        size = max(min(longest, view.LONGEST), 1)
        if size > self._room:
            size = max(1 << (size - 1).bit_length(), 1024)
            table = max(2 * size, 4096, self._widest)
            types = (np.uint32, np.uint8, np.uint16, np.int32, np.int32, np.uint64, np.int32, np.int32, np.int32)
            self._scratch = (*(np.empty(size, kind) for kind in types), np.empty(2 * table, np.uint64), np.empty(2 * table, np.int32),
                             np.empty(2 * table, np.int32))
            self._room = size
        return self._scratch

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
        scratch = self._room_for(int(lengths.max(initial=1)))
        compiled()(data, offsets, wanted, language.astype(np.int64), self._tables, self._sizes, self._own, self._keys, self._spans,
                   self._prints, self._spelling_spans, self._markers, scratch, out)
        return out
