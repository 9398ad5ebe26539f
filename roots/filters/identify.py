"""Which language is it? Writing system first, then character n-grams, window by window; programs by content and path.

Stage `identify`: fills `language` and `language_score` of the rows that are still in. The score is a calibrated probability:
of documents scored 0.8, about 80 % are what `language` says (the model's card has the table).
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from roots.document import PROGRAMMING, kept, with_columns
from roots.errors import RootsError
from roots.filters.fasttext_file import read_fasttext
from roots.filters.letters import GROWTH, Bytes, fold_into
from roots.filters.ngrams import Floats, logits_into, traditional_share
from roots.filters.scripts import scripts
from roots.filters.windows import REACH, window_of

_CHINESE = ("zh-Hans", "zh-Hant")   # told apart by their characters, not by a matrix
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


class _Model(NamedTuple):
    """What the kernel reads; a tuple, because numba takes those."""

    rows: Floats                          # [buckets, dim]
    output: Floats                        # [codes, dim]; zero for codes that their writing system alone betrays
    allowed: npt.NDArray[np.bool_]        # [scripts, codes]
    shortest: int
    longest: int
    simplified: int                       # the codes of the two Chinese writings, -1 where the model lacks one
    traditional: int
    fold: npt.NDArray[np.int32]
    script: npt.NDArray[np.uint8]
    variant: npt.NDArray[np.uint8]


@cache
def _load(rules: IdentifyRules) -> _Model:
    from roots.digest import file_digest

    if not Path(rules.model).is_file():
        raise RootsError(rules.model, "is missing", "train it with `roots models train langid`, or name another model")
    if rules.digest and file_digest(rules.model) != rules.digest:
        raise RootsError(rules.model, "is not the model that the rules name (its sha256 differs)", "load the rules again")
    model, tables, codes = read_fasttext(Path(rules.model)), scripts(), rules.codes
    unknown = sorted(set(model.labels) - set(codes))
    if unknown:
        raise RootsError(rules.model, f"has labels that labels.toml lacks: {', '.join(unknown[:5])}", "train model and labels together")
    output = np.zeros((len(codes), model.output.shape[1]), np.float32)
    allowed = np.zeros((len(tables.names), len(codes)), np.bool_)
    trained = {label: index for index, label in enumerate(model.labels)}
    for index, (code, written) in enumerate(rules.labels):
        if code in trained:
            output[index] = model.output[trained[code]]
        for script in written:
            allowed[tables.names.index(script), index] = True
    simplified, traditional = (codes.index(code) for code in _CHINESE) if set(_CHINESE) <= set(codes) else (-1, -1)
    return _Model(model.rows, output, allowed, model.shortest, model.longest, simplified, traditional,
                  tables.fold, tables.script, tables.variant)


@njit(cache=True, nogil=True)
def _probabilities(model: _Model, words: Bytes, n: int, main: int, out: Floats) -> int:
    """Writes the probability of each code to out and returns the likeliest, -1 where no code is written in `main`."""
    allowed = model.allowed[main]
    candidates = allowed.sum()
    if candidates == 0:
        return -1
    if candidates == 1:
        out[:] = allowed
        return int(np.argmax(allowed))
    logits_into(words, n, main, model.script, model.rows, model.output, model.shortest, model.longest, out)
    peak, total = np.float32(-1e30), np.float32(0)
    for code in range(len(out)):
        if allowed[code]:
            peak = max(peak, out[code])
    for code in range(len(out)):
        out[code] = np.exp(out[code] - peak) if allowed[code] else np.float32(0)
        total += out[code]
    out /= total
    if model.simplified >= 0 and allowed[model.simplified]:
        both = out[model.simplified] + out[model.traditional]
        share = np.float32(traditional_share(words, n, model.variant))
        out[model.simplified], out[model.traditional] = both * (1 - share), both * share
    return int(np.argmax(out))


@njit(cache=True, nogil=True)
def _read(model: _Model, data: Bytes, start: int, stop: int, size: int, most: int, shares: Floats, firsts: Floats) -> int:
    """Reads a text window by window; returns its letters.

    shares[code] adds up letters × probability; firsts[code] the letters of the windows where the code is likeliest. Letters of
    a writing system that no code uses stand under none.
    """
    letters = 0
    counts = np.zeros(model.allowed.shape[0], np.int64)
    found = np.empty(model.output.shape[0], np.float32)
    words = np.empty(GROWTH * (size + 2 * REACH + 8) + 2, np.uint8)
    for index in range(most):
        first, last = window_of(data, start, stop, index, size, most)
        if first >= last:
            continue
        counts[:] = 0
        n = fold_into(data, first, last, model.fold, model.script, words, counts)
        counts[0] = 0     # letters of no writing system: accents that stand alone
        weight = counts.sum()
        if weight == 0:
            continue
        letters += weight
        top = _probabilities(model, words, n, int(np.argmax(counts)), found)
        if top >= 0:
            firsts[top] += weight
            for code in range(len(found)):
                shares[code] += weight * found[code]
    return letters


@njit(cache=True, nogil=True)
def _decide(model: _Model, data: Bytes, offsets: npt.NDArray[np.int64], wanted: npt.NDArray[np.bool_], size: int, most: int,
            code_of: npt.NDArray[np.int32], score_of: Floats, letters_of: npt.NDArray[np.int64]) -> None:
    shares = np.empty(model.output.shape[0], np.float32)
    firsts = np.empty(model.output.shape[0], np.float32)
    code_of[:], score_of[:], letters_of[:] = -1, 0, 0
    for row in range(len(wanted)):
        if not wanted[row]:
            continue
        shares[:] = 0
        firsts[:] = 0
        letters_of[row] = _read(model, data, offsets[row], offsets[row + 1], size, most, shares, firsts)
        top = np.argmax(shares)
        if shares[top] > 0:
            code_of[row] = top
            score_of[row] = min(shares[top] / letters_of[row], np.float32(1))


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
        """Code and probability for each text; null where `which` is false or the text is missing."""
        wanted = np.ones(len(texts), np.bool_) if which is None else which.to_numpy(zero_copy_only=False)
        if texts.null_count:
            wanted = wanted & texts.is_valid().to_numpy(zero_copy_only=False)
        code, raw, letters = self.measured(texts, wanted)
        score = calibrated(raw, letters, self.rules.calibration)
        names = pa.array([*self.rules.codes, UNDETERMINED])
        return (names.take(pa.array(np.where(code < 0, len(names) - 1, code), pa.int32(), mask=~wanted)),
                pa.array(np.where(code < 0, np.float32(0), score), pa.float32(), mask=~wanted))

    def measured(self, texts: pa.Array, wanted: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int32], Floats, npt.NDArray[np.int64]]:
        """For each text the place of its code in `rules.codes` (-1: none), the score before calibration, and the letters read."""
        data, offsets = _buffers(texts)
        code, raw, letters = np.empty(len(texts), np.int32), np.empty(len(texts), np.float32), np.empty(len(texts), np.int64)
        _decide(_load(self.rules), data, offsets, wanted, self.rules.window, self.rules.windows, code, raw, letters)
        return code, raw, letters

    def shares(self, texts: pa.Array, most: int = 64) -> pa.Array:
        """For each text the languages in it: a list of (language, share of the letters), largest first.

        The text is read in at most `most` windows; a window counts for its likeliest language as a whole.
        """
        codes, (data, offsets) = self.rules.codes, _buffers(texts)
        found = []
        for row in range(len(texts)):
            shares, firsts = np.zeros(len(codes), np.float32), np.zeros(len(codes), np.float32)
            letters = _read(_load(self.rules), data, offsets[row], offsets[row + 1], self.rules.window, most, shares, firsts)
            found.append(list(_largest(codes, firsts, letters)))
        return pa.array(found, pa.list_(pa.struct([("language", pa.string()), ("share", pa.float32())])))


def _largest(codes: Sequence[str], weights: Floats, letters: int) -> Iterator[dict[str, Any]]:
    order = sorted(np.flatnonzero(weights).tolist(), key=lambda at: (-weights[at], codes[at]))
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
