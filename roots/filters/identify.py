"""Which language is it? Writing system first, then character n-grams, window by window; programs by content and path.

Stage `identify`: fills `language` and `language_score` of the rows that are still in. The score is a calibrated probability:
of documents scored 0.8, about 80 % are what `language` says (the model's card has the table).
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from roots.document import PROGRAMMING, kept, with_columns
from roots.errors import RootsError
from roots.filters.fasttext_file import read_fasttext
from roots.filters.letters import GROWTH, Bytes, fold_into
from roots.filters.ngrams import Floats, logits_into
from roots.filters.scripts import scripts
from roots.filters.windows import window_of

UNDETERMINED = "und"   # BCP 47: no letters, or a writing system that no label uses


@dataclass(frozen=True)
class IdentifyRules:
    """What a worker needs to name languages: plain data, and the path of the model that it loads itself."""

    model: str                                        # a fastText file
    digest: str                                       # its sha256: another file at that path is refused
    labels: tuple[tuple[str, tuple[str, ...]], ...]   # (code, writing systems), sorted by code
    window: int = 600                                 # bytes of a window
    windows: int = 6                                  # of a document at most
    calibration: tuple[tuple[int, tuple[float, ...]], ...] = ()   # (letters up to, probability at raw scores 0, 0.1, … 1)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that the model can give."""
        return tuple(code for code, _ in self.labels)


@dataclass(frozen=True)
class _Loaded:
    codes: tuple[str, ...]                # every label; the last is `und`
    rows: Floats
    output: Floats                        # one row per code; rows of codes known by script alone are zero
    shortest: int
    longest: int
    allowed: npt.NDArray[np.bool_]        # [script, code]


@cache
def _load(rules: IdentifyRules) -> _Loaded:
    from roots.digest import file_digest

    if not Path(rules.model).is_file():
        raise RootsError(rules.model, "is missing", "train it with `roots models train langid`, or name another model")
    if rules.digest and file_digest(rules.model) != rules.digest:
        raise RootsError(rules.model, "is not the model that the rules name (its sha256 differs)", "load the rules again")
    model = read_fasttext(Path(rules.model))
    names = scripts().names
    codes = rules.codes
    unknown = sorted(set(model.labels) - set(codes))
    if unknown:
        raise RootsError(rules.model, f"has labels that labels.toml lacks: {', '.join(unknown[:5])}", "train model and labels together")
    output = np.zeros((len(codes), model.output.shape[1]), np.float32)
    allowed = np.zeros((len(names), len(codes)), np.bool_)
    trained = {label: index for index, label in enumerate(model.labels)}
    for index, (code, written) in enumerate(rules.labels):
        if code in trained:
            output[index] = model.output[trained[code]]
        for script in written:
            allowed[names.index(script), index] = True
    return _Loaded(codes, model.rows, output, model.shortest, model.longest, allowed)


@njit(cache=True, nogil=True)
def _shares_into(data: Bytes, start: int, stop: int, size: int, most: int, fold: npt.NDArray[np.int32], script: npt.NDArray[np.uint8],
                 rows: Floats, output: Floats, shortest: int, longest: int, allowed: npt.NDArray[np.bool_],
                 shares: Floats, best: Floats) -> int:
    """Adds up what each label's windows weigh; returns the letters read.

    shares[label] sums letters × probability; best[label] the letters of the windows where the label is first.
    Letters of a writing system without labels stand under no label.
    """
    labels = output.shape[0]
    letters = 0
    counts = np.zeros(allowed.shape[0], np.int64)
    logits = np.empty(labels, np.float32)
    words = np.empty(GROWTH * (size + 128) + 2, np.uint8)
    for index in range(most):
        first, last = window_of(data, start, stop, index, size, most)
        if first >= last:
            continue
        counts[:] = 0
        n = fold_into(data, first, last, fold, script, words, counts)
        counts[0] = 0
        main = np.argmax(counts)
        if counts[main] == 0:
            continue
        weight = np.float32(counts.sum())
        letters += counts.sum()
        candidates, top = 0, -1
        for label in range(labels):
            if allowed[main, label]:
                candidates += 1
                top = label
        if candidates == 0:
            continue
        if candidates == 1:
            shares[top] += weight
            best[top] += weight
            continue
        logits_into(words, n, main, script, rows, output, shortest, longest, logits)
        peak = np.float32(-1e30)
        for label in range(labels):
            if allowed[main, label] and logits[label] > peak:
                peak = logits[label]
                top = label
        total = np.float32(0)
        for label in range(labels):
            if allowed[main, label]:
                total += np.exp(logits[label] - peak)
        for label in range(labels):
            if allowed[main, label]:
                shares[label] += weight * np.exp(logits[label] - peak) / total
        best[top] += weight
    return letters


@njit(cache=True, nogil=True)
def _decide(data: Bytes, offsets: npt.NDArray[np.int64], wanted: npt.NDArray[np.bool_], size: int, most: int,
            fold: npt.NDArray[np.int32], script: npt.NDArray[np.uint8], rows: Floats, output: Floats, shortest: int, longest: int,
            allowed: npt.NDArray[np.bool_], label_of: npt.NDArray[np.int32], score_of: Floats, letters_of: npt.NDArray[np.int64]) -> None:
    shares = np.empty(output.shape[0], np.float32)
    best = np.empty(output.shape[0], np.float32)
    for row in range(len(wanted)):
        label_of[row] = -1
        score_of[row] = 0
        letters_of[row] = 0
        if not wanted[row]:
            continue
        shares[:] = 0
        best[:] = 0
        letters = _shares_into(data, offsets[row], offsets[row + 1], size, most, fold, script, rows, output, shortest, longest,
                               allowed, shares, best)
        letters_of[row] = letters
        if letters:
            top = np.argmax(shares)
            if shares[top] > 0:
                label_of[row] = top
                score_of[row] = shares[top] / letters


def _buffers(texts: pa.Array) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """UTF-8 bytes and the offsets of a (sliced) large_string array, without a copy."""
    if texts.type != pa.large_string():
        texts = texts.cast(pa.large_string())
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int64, len(texts) + 1, texts.offset * 8) if len(texts) else np.zeros(1, np.int64)
    return (np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)), bounds


class Identifier:
    """Names the language of every row that is still in. Cheap to pickle: the model is loaded once per process."""

    def __init__(self, rules: IdentifyRules) -> None:
        self.rules = rules

    def identify(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with `language` and `language_score` filled; rows, order, ids and texts as they were."""
        still = kept(batch)
        program = pc.fill_null(pc.equal(batch.column("kind"), PROGRAMMING), False)
        natural = pc.and_(still, pc.invert(program))
        languages, scores = self.languages(batch.column("text"), natural)
        code = pc.and_(still, program)
        if pc.any(code).as_py():
            from roots.filters.programs import identify_programs
            of_code, code_scores = identify_programs(batch.column("text"), batch.column("locator"), code)
            languages, scores = pc.coalesce(languages, of_code), pc.coalesce(scores, code_scores)
        return with_columns(batch, {
            "language": pc.if_else(still, languages, batch.column("language")),
            "language_score": pc.if_else(still, scores, batch.column("language_score")),
        })

    def languages(self, texts: pa.Array, which: pa.BooleanArray | None = None) -> tuple[pa.StringArray, pa.FloatArray]:
        """Code and probability for each text; null where `which` is false."""
        model, tables = _load(self.rules), scripts()
        wanted = np.ones(len(texts), np.bool_) if which is None else which.to_numpy(zero_copy_only=False)
        if texts.null_count:
            wanted = wanted & texts.is_valid().to_numpy(zero_copy_only=False)
        data, offsets = _buffers(texts)
        label = np.empty(len(texts), np.int32)
        score = np.empty(len(texts), np.float32)
        letters = np.empty(len(texts), np.int64)
        _decide(data, offsets, wanted, self.rules.window, self.rules.windows, tables.fold, tables.script, model.rows, model.output,
                model.shortest, model.longest, model.allowed, label, score, letters)
        score = calibrated(score, letters, self.rules.calibration)
        codes = pa.array([*model.codes, UNDETERMINED])
        at = np.where(label < 0, len(model.codes), label)
        return (codes.take(pa.array(at, pa.int32(), mask=~wanted)),
                pa.array(np.where(label < 0, np.float32(0), score), pa.float32(), mask=~wanted))

    def shares(self, texts: pa.Array, most: int = 64) -> pa.Array:
        """For each text the languages in it: a list of (language, share of the letters), largest first.

        The text is read in at most `most` windows; a window counts for its likeliest language as a whole.
        """
        model, tables = _load(self.rules), scripts()
        data, offsets = _buffers(texts)
        found = []
        for row in range(len(texts)):
            shares, best = np.zeros(len(model.codes), np.float32), np.zeros(len(model.codes), np.float32)
            letters = _shares_into(data, offsets[row], offsets[row + 1], self.rules.window, most, tables.fold, tables.script, model.rows,
                                   model.output, model.shortest, model.longest, model.allowed, shares, best)
            found.append(list(_largest(model.codes, best, letters)))
        return pa.array(found, pa.list_(pa.struct([("language", pa.string()), ("share", pa.float32())])))


def _largest(codes: Sequence[str], weights: Floats, letters: int) -> Iterator[dict[str, Any]]:
    order = sorted(np.nonzero(weights)[0], key=lambda at: (-weights[at], codes[at]))
    for at in order:
        yield {"language": codes[at], "share": float(weights[at] / letters)}
    rest = letters - float(weights.sum())
    if rest > 0.5:
        yield {"language": UNDETERMINED, "share": rest / letters}


def calibrated(raw: Floats, letters: npt.NDArray[np.int64], table: tuple[tuple[int, tuple[float, ...]], ...]) -> Floats:
    """The probability that the answer is right, by the raw score and the letters read; the raw score without a table."""
    if not table:
        return raw
    out = np.empty_like(raw)
    bounds = np.array([upto for upto, _ in table])
    row = np.minimum(np.searchsorted(bounds, letters), len(table) - 1)
    for index, (_, knots) in enumerate(table):
        here = row == index
        out[here] = np.interp(raw[here], np.linspace(0, 1, len(knots)), knots)
    return out.astype(np.float32)


SHIPPED = Path(__file__).resolve().parent.parent / "models" / "langid" / "model.ftz"


def default_rules() -> IdentifyRules:
    """The rules of the shipped model."""
    return rules_of(SHIPPED)


def rules_of(model: Path) -> IdentifyRules:
    """The rules of a model that `roots models train langid` wrote: `labels.toml` lies beside it.

    Raises RootsError where one of the two is missing.
    """
    import tomllib

    from roots.digest import file_digest

    beside = model.with_name("labels.toml")
    for path in (model, beside):
        if not path.is_file():
            raise RootsError(str(path), "is missing", "train a model with `roots models train langid --data DIR`")
    table = tomllib.loads(beside.read_text(encoding="utf-8"))
    labels = tuple((code, tuple(written)) for code, written in sorted(table["labels"].items()))
    calibration = tuple((int(row["letters"]), tuple(float(p) for p in row["probability"])) for row in table.get("calibration", ()))
    return IdentifyRules(str(model), file_digest(model), labels, calibration=calibration)
