"""How is personal data taken out of a batch, and what is told of it? Scan, judge the candidates, replace, record.

Text that no scan flagged is never decoded. A scrubbed text is scanned again until nothing more is found, so that
scrubbing twice changes nothing; replacements that stand in a text are never touched.
"""
from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from roots.document import COLUMNS, PROGRAMMING, drop, kept, with_columns
from roots.governance.scrub_rules import ScrubRules

if TYPE_CHECKING:
    from roots.governance.scrub_judge import Found, Judge

ROUNDS = 5          # of scan and replace; the second finds nothing in all but odd texts


class Edit(NamedTuple):
    """One replacement, in code points of the text as it now stands; never what stood there before. Cuts of earlier stages have a line."""

    kind: str
    start: int
    end: int
    replacement: str
    line: int | None = None

    def as_json(self) -> dict[str, str | int | None]:
        return self._asdict()


class Scrubber:
    """Scrubs batches and single texts; compiles and loads what it needs at the first call."""

    def __init__(self, rules: ScrubRules) -> None:
        self.rules = rules
        self._limits = {kind.kind: kind.drop_above for kind in rules.kinds if kind.replace == "drop"}
        self._judge: Judge | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"rules": self.rules}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__init__(state["rules"])  # type: ignore[misc]

    @property
    def judge(self) -> Judge:
        if self._judge is None:
            from roots.governance.scrub_judge import Judge

            self._judge = Judge(self.rules.kinds, self.rules.key, dict(self.rules.models))
        return self._judge

    def scrub(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with personal data replaced in the kept rows, `edits` filled, and rows with too much of it dropped."""
        wanted = kept(batch)
        languages = batch.column("language").to_pylist()
        programming = pc.fill_null(pc.equal(batch.column("kind"), PROGRAMMING), False).to_pylist()
        before = batch.column("edits")
        edited = self._edited(batch.column("text"), wanted, languages, programming, before)
        columns: dict[str, pa.Array] = {}
        if edited:
            mask = np.zeros(len(batch), bool)
            mask[list(edited)] = True
            texts = pa.array([edited[row][0] for row in sorted(edited)], pa.large_string())
            columns["text"] = pc.replace_with_mask(batch.column("text"), pa.array(mask), texts)
        fresh = pa.array([[], *([edit.as_json() for edit in edited[row][1]] for row in sorted(edited))], COLUMNS["edits"])
        which = np.where(np.asarray(pc.and_(wanted, pc.is_null(before))), len(batch), np.arange(len(batch)))
        which[sorted(edited)] = len(batch) + 1 + np.arange(len(edited))
        columns["edits"] = pa.concat_arrays([before, fresh]).take(pa.array(which, pa.int64()))
        scrubbed = with_columns(batch, columns)
        reasons = {row: reason for row, (_, found) in edited.items() if (reason := self._too_much(found))}
        if reasons:
            reason = pa.array([reasons.get(row) for row in range(len(batch))], pa.string())
            scrubbed = drop(scrubbed, pc.is_valid(reason), reason)
        return scrubbed

    def scrub_text(self, text: str, language: str | None = None, *, programming: bool = False) -> tuple[str, list[Edit]]:
        """One text scrubbed, for reports, excerpts and side-by-sides, and what was done to it."""
        column = pa.array([text.encode("utf-8", "replace").decode()], pa.large_string())
        edited = self._edited(column, pa.array([True]), [language], [programming], pa.nulls(1, COLUMNS["edits"]))
        return edited.get(0, (column[0].as_py(), []))

    def _too_much(self, found: Sequence[Edit]) -> str | None:
        for kind in sorted(self._limits):
            limit = self._limits[kind]
            if limit is not None and sum(edit.kind == kind for edit in found) > limit:
                return f"personal_data.{kind}"
        return None

    def _edited(self, texts: pa.Array, wanted: pa.BooleanArray, languages: Sequence[str | None],
                programming: Sequence[bool], before: pa.ListArray) -> dict[int, tuple[str, list[Edit]]]:
        """Row → (scrubbed text, edits), for the rows in which something was found; `before` are the edits that the texts have already."""
        edited: dict[int, tuple[str, list[Edit]]] = {}
        rows: Sequence[int] = range(len(texts))
        for _ in range(ROUNDS):
            found = self.judge.found(texts, wanted, [languages[row] for row in rows], [programming[row] for row in rows])
            if not found:
                break
            for index in sorted(found):
                row = rows[index]
                known = edited[row][1] if row in edited else [Edit(**edit) for edit in before[row].as_py() or ()]
                edited[row] = replaced(texts[index].as_py(), known, found[index])
            rows = [rows[index] for index in sorted(found)]
            texts = pa.array([edited[row][0] for row in rows], pa.large_string())
            wanted = pa.array([True] * len(rows), pa.bool_())
        return edited


def replaced(text: str, earlier: Sequence[Edit], found: Sequence[Found]) -> tuple[str, list[Edit]]:
    """The text with what was found replaced, and all edits in its coordinates.

    earlier: edits that stand in `text`, in order; what was found never touches them, but may lie around a place where something was cut.
    """
    standing = [edit for edit in earlier if edit.end > edit.start]
    ends = [edit.end for edit in standing]
    fresh = [Edit(*one) for one in found if (place := bisect(ends, one.start)) == len(ends) or one.end <= standing[place].start]
    pieces: list[str] = []
    edits: list[Edit] = []
    place = shift = 0
    for kind, start, end, replacement, line in sorted([*earlier, *fresh], key=lambda one: (one.start, one.end)):
        if start == end:  # a cut: it stands where it stood, or behind the replacement that now covers it
            at = max(start, place) + shift
            edits.append(Edit(kind, at, at, replacement, line))
            continue
        pieces += (text[place:start], replacement)
        edits.append(Edit(kind, start + shift, start + shift + len(replacement), replacement, line))
        place, shift = end, shift + len(replacement) - (end - start)
    return "".join([*pieces, text[place:]]), edits
