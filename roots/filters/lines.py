"""Which lines of a text are not the text? Furniture of web pages, by rules that people write, cut out and told line by line.

The rules stand in filters/lines.toml, which names where each comes from. Only texts in which a rule's expression is found at all are cut
into lines; expressions are RE2's, over Arrow's buffers.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from roots import document
from roots.document import NATURAL
from roots.records import Table

ANY = "any"
KIND = "line."  # before the rule's name: the kind of its edits
_AROUND, _NUMBER = r"[\s\pS\p{Pd}\p{Pi}\p{Pf}|•·*#:()\[\]]*", r"\pN[\pN.,\s]*(?:k|m|mil|rb)?\+?"


@dataclass(frozen=True)
class LineRule:
    """One rule of filters/lines.toml."""

    name: str
    longest: int                              # characters of a line
    pattern: str                              # RE2; empty = none
    phrases: Mapping[str, tuple[str, ...]]    # by language, or "any"
    whole: bool
    number: bool
    run: int                                  # lines in a row, from which on they go
    languages: tuple[str, ...] | None         # None = all; empty = off
    why: str

    def expression(self, *languages: str) -> str:
        """What a line in one of these languages must match, in RE2; empty where the rule applies to none of them."""
        asked = [language for language in languages if self.languages is None or language in self.languages]
        if not asked:
            return ""
        said = "|".join(_escaped(phrase) for language in (ANY, *asked) for phrase in self.phrases.get(language, ()))
        if not said:
            return self.pattern
        found = f"(?:{said})"
        if self.number:
            found = rf"^{_AROUND}(?:{_NUMBER}\s*{found}|{found}\s*:?\s*{_NUMBER}){_AROUND}$"
        elif self.whole:
            found = f"^{_AROUND}{found}{_AROUND}$"
        return f"{self.pattern}|{found}" if self.pattern else found


def _escaped(phrase: str) -> str:
    return "".join(r"\s+" if c == " " else c if c.isalnum() or ord(c) > 127 else f"\\{c}" for c in phrase)


def line_rules_from(table: Table, languages: Sequence[str]) -> tuple[LineRule, ...]:
    """The rules of filters/lines.toml, in their order; problems are noted on the table."""
    rules = []
    for name in table.data:
        one = table.table(name)
        said = one.table("phrases")
        only = one.texts("languages", among=languages) if one.has("languages") else None
        rule = LineRule(
            name, one.whole("longest", required=True) or 0, one.text("pattern"),
            {code: said.texts(code) for code in said.data},
            one.flag("whole", default=False) is True, one.flag("number", default=False) is True,
            one.whole("run", default=1) or 1, only, one.text("why", required=True))
        for code in sorted(set(rule.phrases) - {ANY, *languages}):
            said.problem(code, "is none of the languages", f'write a code of filters/languages or "{ANY}"')
        if not rule.pattern and not any(rule.phrases.values()):
            one.problem("", "finds nothing", "write phrases or a pattern")
        try:
            pc.match_substring_regex(pa.array([""]), rule.pattern, ignore_case=True)
        except pa.ArrowInvalid as error:
            one.problem("pattern", f"is no expression of RE2: {str(error).splitlines()[0]}", "see the syntax at github.com/google/re2")
        said.done()
        one.done()
        rules.append(rule)
    table.done()
    return tuple(rules)


class Lines:
    """Takes such lines out of batches."""

    def __init__(self, rules: tuple[LineRule, ...]) -> None:
        self.rules = rules

    def edit(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch without the lines that a rule speaks against, each told as an edit; rows that are dropped stay as they are."""
        asked = pc.and_(pc.fill_null(pc.equal(batch.column("kind"), NATURAL), False), document.kept(batch))
        rows = np.flatnonzero(np.asarray(pc.and_(asked, pc.is_valid(batch.column("language")))))
        spans = list(self._found(batch, rows)) if len(rows) else []
        if not spans:
            return batch
        from roots.filters.cut import cut

        of, starts, ends = (np.concatenate([span[part] for span in spans]) for part in range(3))
        kinds = np.concatenate([np.full(len(span[0]), span[3]) for span in spans])
        order = np.lexsort((starts, of))
        return cut(batch, of[order].astype(np.int32), starts[order], ends[order],
                   [KIND + self.rules[kind].name for kind in kinds[order]])

    def _found(self, batch: pa.RecordBatch, rows: NDArray[np.int64]) -> Iterator[
            tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], int]]:
        """(rows, first bytes, last bytes, number of the rule) of the lines of these rows that go, line feed included."""
        texts, codes = batch.column("text").take(pa.array(rows)), pc.dictionary_encode(batch.column("language").take(pa.array(rows)))
        languages = codes.dictionary.to_pylist()
        # (?m): ^ and $ stand at every line, as they will when lines are looked at one by one
        anywhere = "|".join(f"(?:{expression})" for rule in self.rules if (expression := rule.expression(*languages)))
        some = np.flatnonzero(_matching(texts, np.arange(len(texts)), f"(?m){anywhere}")) if anywhere else np.zeros(0, np.int64)
        if not len(some):
            return
        rows, split = rows[some], pc.split_pattern(texts.take(pa.array(some)), "\n")
        lines, parents = split.flatten(), np.asarray(pc.list_parent_indices(split), np.int64)
        spoken = np.asarray(codes.indices)[some][parents]
        lengths = np.asarray(pc.utf8_length(lines), np.int64)
        blank = lengths == 0
        taken = np.zeros(len(lines), bool)
        gone: list[tuple[int, NDArray[np.int64]]] = []
        for number, rule in enumerate(self.rules):
            hits = _hits(lines, (lengths <= rule.longest) & ~taken & ~blank, rule, spoken, languages)
            if rule.run > 1:
                hits = in_rows(hits, blank, parents, rule.run)
            taken |= hits
            gone.append((number, np.flatnonzero(hits)))
        if not taken.any():
            return
        sizes = np.asarray(pc.binary_length(lines), np.int64)
        first = np.searchsorted(parents, parents)  # of the line's text
        before = np.r_[0, np.cumsum(sizes + 1)]
        starts = before[:-1] - before[first]
        last = np.r_[parents[1:] != parents[:-1], True]
        for number, at in gone:
            begin, end = starts[at], starts[at] + sizes[at] + ~last[at]
            some_left = end > begin
            if some_left.any():
                yield rows[parents[at]][some_left], begin[some_left], end[some_left], number


def _hits(lines: pa.LargeStringArray, asked: NDArray[np.bool_], rule: LineRule, spoken: NDArray[np.int32],
          languages: Sequence[str]) -> NDArray[np.bool_]:
    """Which of the lines asked for match the rule? `spoken` numbers the language of each.

    What matches in any of the languages is looked at again in its own: each call compiles its expression, and hits are few.
    """
    hits = np.zeros(len(lines), bool)
    at = np.flatnonzero(asked)
    expression = rule.expression(*languages)
    if expression and len(at):
        at = at[_matching(lines, at, expression)]
        for number in np.unique(spoken[at]):
            own = at[spoken[at] == number]
            if expression := rule.expression(languages[number]):
                hits[own[_matching(lines, own, expression)]] = True
    return hits


def _matching(lines: pa.LargeStringArray, at: NDArray[np.int64], expression: str) -> NDArray[np.bool_]:
    some = lines if len(at) == len(lines) else lines.take(pa.array(at))
    found: NDArray[np.bool_] = np.asarray(pc.fill_null(pc.match_substring_regex(some, expression, ignore_case=True), False))
    return found


def in_rows(hits: NDArray[np.bool_], blank: NDArray[np.bool_], parents: NDArray[np.int64], run: int) -> NDArray[np.bool_]:
    """The hits that stand in rows of at least so many; blank lines neither count nor part."""
    kept = np.flatnonzero(~blank)
    found = hits[kept]
    new = np.r_[True, (found[1:] != found[:-1]) | (parents[kept][1:] != parents[kept][:-1])] if len(kept) else np.zeros(0, bool)
    group = np.cumsum(new) - 1
    enough = np.bincount(group)[group] >= run if len(group) else found
    made = np.zeros(len(hits), bool)
    made[kept] = found & enough
    return made
