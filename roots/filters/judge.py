"""Is it good enough to keep? Every measure of every row, and the first thing that speaks against it.

Reasons are tried in this order, and the first stands: `empty` · `language.other` (none of ours, or not identified) ·
`language.undeclared` (its source declares other languages) · `language_score.low` · `licence_header.<licence>` (source code) ·
the limits, in the order of the measures (measures.names). Measures are taken of every row that is still in, dropped here or not;
only `parse_errors`, which is dear, is asked of none but source code that nothing else speaks against.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from roots import document
from roots.document import MEASURE, NATURAL
from roots.filters.languages import CodeLanguage, Language
from roots.filters.licence_headers import LicenceHeader, conflicts
from roots.filters.limits import LimitTable, reasons
from roots.filters.measures import names
from roots.filters.paths import PathSigns, path_measures, paths_of

if TYPE_CHECKING:
    from roots.filters.driver import Driver
    from roots.filters.syntax import Syntax

EMPTY, OTHER, UNDECLARED, LOW_SCORE, LICENCE = "empty", "language.other", "language.undeclared", "language_score.low", "licence_header"
ENOUGH_WORDS = 25  # for perplexity and word order: that of a single short sentence is mostly chance, and is not measured
PARTS = 256  # rows that are measured together: their text stays in the processor's cache


@dataclass(frozen=True)
class JudgeRules:
    """What judging needs, as plain data: records, lists of words and what sources say of themselves."""

    languages: tuple[Language, ...]
    code: tuple[CodeLanguage, ...]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)       # list file, relative to filters/ → its entries
    declared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)    # source → languages; absent or empty = says nothing
    licences: Mapping[str, tuple[str, ...]] = field(default_factory=dict)    # source → licences of its concluded expression
    headers: tuple[LicenceHeader, ...] = ()
    paths: tuple[PathSigns, ...] = ()
    perplexity: str | None = None                                            # folder of language models


class Judge:
    """Judges batches by the rules; loads models and compiled code at the first batch."""

    def __init__(self, rules: JudgeRules) -> None:
        self.rules = rules
        self.measures = names()

    @cached_property
    def driver(self) -> Driver:
        """What measures: heavy, so made at first use."""
        from roots.filters.driver import Driver, WordLists

        words = self.rules.words
        common = {"placeholder": words.get("words/any/placeholder.txt"), "generated": words.get("words/any/generated.txt")}
        lists = [
            WordLists(closed_class=words.get(one.closed_class), flagged=words.get(one.flagged), boilerplate=words.get(one.boilerplate),
                      placeholder=common["placeholder"], spelling=words.get(one.spelling))
            for one in self.rules.languages
        ]
        lists += [WordLists(generated=common["generated"]) for _ in self.rules.code]
        return Driver(self.rules.languages, self.rules.code, lists)

    @cached_property
    def _limits(self) -> LimitTable:
        return LimitTable.of([*(one.limits for one in self.rules.languages), *(one.limits for one in self.rules.code)], self.measures)

    @cached_property
    def _floors(self) -> NDArray[np.float32]:
        return np.array([one.floor for one in self.rules.languages] + [0.0] * (len(self.rules.code) + 1), np.float32)

    @cached_property
    def _perplexity(self) -> Any:
        if self.rules.perplexity is None:
            return None
        from roots.filters.perplexity import PerplexityScorer

        return PerplexityScorer(self.rules.perplexity)

    @cached_property
    def syntax(self) -> Syntax:
        """What parses source code, made at first use."""
        from roots.filters.syntax import Syntax

        return Syntax(self.rules.code)

    def measure(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with every `m.*` column filled for rows that are still in; no row is dropped."""
        return self._with_measures(batch, self.values(batch))

    def values(self, batch: pa.RecordBatch) -> NDArray[np.float32]:
        """Rows × measures, in the order of `measures`; NaN = not measured."""
        values, language, _ = self._measured(batch)
        self._parse(batch, values, language, np.asarray(document.kept(batch)))
        return values

    def judge(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with `m.*` filled and `dropped` set where something speaks against a row (laws 1 to 5)."""
        values, language, natural = self._measured(batch)
        reason = self._reasons(batch, values, language, natural)
        if self._parse(batch, values, language, np.asarray(pc.is_null(reason)) & np.asarray(document.kept(batch))):
            broken = self._limits.first_broken(values, language)
            reason = pc.coalesce(reason, _of(reasons(self.measures), broken))
        return self._with_measures(document.drop(batch, pc.is_valid(reason), reason), values)

    def _parse(self, batch: pa.RecordBatch, values: NDArray[np.float32], language: NDArray[np.int64], asked: NDArray[np.bool_]) -> bool:
        """Fills in `parse_errors` of the source code that is asked for; was there any?"""
        asked = asked & (language >= len(self.rules.languages)) & (language != self.driver.unknown)
        if asked.any():
            values[:, self.measures.index("parse_errors")] = self.syntax.errors(batch.column("text"), batch.column("language"), asked)
        return bool(asked.any())

    def _measured(self, batch: pa.RecordBatch) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.bool_]]:
        from roots.filters.driver import CODE, PROSE, SKIP

        text = batch.column("text")
        natural = np.asarray(pc.fill_null(pc.equal(batch.column("kind"), NATURAL), True))
        within = np.asarray(document.kept(batch))
        rows = self.driver.rows
        codes = pc.dictionary_encode(batch.column("language"), null_encoding="encode")
        unknown = self.driver.unknown
        numbers = np.array([rows.get(code, unknown) for code in codes.dictionary.to_pylist()] or [unknown], np.int64)
        language = numbers[np.asarray(codes.indices)] if len(batch) else np.zeros(0, np.int64)
        programming = language >= len(self.rules.languages)  # a natural row with a programming language's code is of no language of ours
        language = np.where((language != self.driver.unknown) & (programming == natural), self.driver.unknown, language)
        wanted = np.where(within, np.where(natural, PROSE, CODE), SKIP).astype(np.uint8)
        parts = [self.driver.measure(text.slice(at, PARTS), language[at : at + PARTS], wanted[at : at + PARTS])
                 for at in range(0, len(batch), PARTS)]
        values = np.concatenate(parts) if parts else np.zeros((0, len(self.measures)), np.float32)
        of_code = within & ~natural
        if self.rules.paths and of_code.any():
            rows_of_code = np.flatnonzero(of_code)
            paths = paths_of(*(batch.column(name).take(pa.array(rows_of_code)).to_pylist() for name in ("locator", "url")))
            columns = [self.measures.index(one.measure) for one in self.rules.paths]
            values[rows_of_code[:, None], columns] = path_measures(paths, self.rules.paths)
        asked = within & natural & (language != self.driver.unknown)
        asked &= values[:, self.measures.index("word_count")] >= ENOUGH_WORDS
        if self._perplexity is not None and asked.any():
            found = self._perplexity.measure(text, batch.column("language"), asked)
            values[:, [self.measures.index(name) for name in ("perplexity", "word_order")]] = np.stack(found, axis=1)
        return values, language, natural

    def _with_measures(self, batch: pa.RecordBatch, values: NDArray[np.float32]) -> pa.RecordBatch:
        columns, rows = np.ascontiguousarray(values.T), len(batch)
        known = np.packbits(~np.isnan(columns), axis=1, bitorder="little")
        return document.with_columns(batch, {
            MEASURE + name: pa.Array.from_buffers(pa.float32(), rows, [pa.py_buffer(known[number]), pa.py_buffer(columns[number])])
            for number, name in enumerate(self.measures)})

    def _reasons(self, batch: pa.RecordBatch, values: NDArray[np.float32], language: NDArray[np.int64],
                 natural: NDArray[np.bool_]) -> pa.StringArray:
        scores = np.asarray(pc.fill_null(batch.column("language_score"), np.float32("nan")))
        found = _of(reasons(self.measures), self._limits.first_broken(values, language))
        conflicts = self._licence_conflicts(batch, ~natural & np.asarray(document.kept(batch)))
        if conflicts:
            found = pc.coalesce(pa.array([conflicts.get(row) for row in range(len(batch))], pa.string()), found)
        for reason, speaks in ((LOW_SCORE, scores < self._floors[language]), (UNDECLARED, self._undeclared(batch)),
                               (OTHER, language == self.driver.unknown), (EMPTY, self._blank(batch.column("text"), values))):
            if speaks.any():
                found = pc.if_else(pa.array(speaks), reason, found)
        return found

    def _blank(self, text: pa.LargeStringArray, values: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which texts hold nothing to be seen? Those that hold a word need not be looked at."""
        asked = ~((values[:, self.measures.index("word_count")] > 0) | (values[:, self.measures.index("alphanumeric_share")] > 0))
        if asked.any():
            seen = pc.match_substring_regex(text.filter(pa.array(asked)), r"[^\s\p{Z}\p{C}]")
            asked[asked] = ~np.asarray(pc.fill_null(seen, False))
        return asked

    def _undeclared(self, batch: pa.RecordBatch) -> NDArray[np.bool_]:
        """Which rows are in a language that their source, which declares some, does not declare?"""
        sources, codes = (pc.dictionary_encode(batch.column(name), null_encoding="encode") for name in ("source", "language"))
        table = np.zeros((len(sources.dictionary), len(codes.dictionary)), np.bool_)
        for row, source in enumerate(sources.dictionary.to_pylist()):
            if declared := self.rules.declared.get(source):
                table[row] = [code not in declared for code in codes.dictionary.to_pylist()]
        found: NDArray[np.bool_] = table[np.asarray(sources.indices), np.asarray(codes.indices)]
        return found

    def _licence_conflicts(self, batch: pa.RecordBatch, asked: NDArray[np.bool_]) -> Mapping[int, str]:
        """The reasons of the rows whose text names another licence than its source's."""
        rows = np.flatnonzero(asked)
        if not len(rows) or not self.rules.headers:
            return {}
        texts, sources = (batch.column(name).take(pa.array(rows)) for name in ("text", "source"))
        named = conflicts(texts, sources.to_pylist(), self.rules.licences, self.rules.headers)
        return {int(row): f"{LICENCE}.{licence}" for row, licence in zip(rows, named, strict=True) if licence is not None}


def _of(names: Sequence[str], numbers: NDArray[np.int64]) -> pa.StringArray:
    """The names that the numbers stand for; null for -1."""
    return pa.array(names, pa.string()).take(pa.array(numbers, mask=numbers < 0))
