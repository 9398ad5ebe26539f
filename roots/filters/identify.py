"""Which language is it? Writing system first, then character n-grams, window by window; programs by content and path.

Stage `identify`: fills `language`, `language_score` and `languages` of the rows that are still in. The score is a calibrated
probability: of documents scored 0.8, about 80 % are what `language` says (the model's card has the table). `languages` lists every
language of a natural text with its share of the bytes that were read, so that mixed documents are seen in the ledger.
"""
from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from roots.digest import file_digest
from roots.document import PROGRAMMING, SHARE, kept, with_columns
from roots.errors import RootsError
from roots.filters.language_model import Labels, LanguageModel, Read, blank, decide, load
from roots.filters.letters import Bytes
from roots.filters.ngrams import Floats
from roots.filters.programs import identify_programs

UNDETERMINED = "und"   # BCP 47: no letters, or a writing system that no label uses


@dataclass(frozen=True)
class IdentifyRules:
    """What a worker needs to name languages: plain data, and the path of the model that it loads itself."""

    model: str                                        # a fastText file
    digest: str                                       # its sha256: another file at that path is refused
    labels: Labels                                    # (code, its writing systems), sorted by code
    window: int = 600                                 # bytes of a window
    windows: int = 6                                  # of a document at most
    calibration: tuple[tuple[int, tuple[float, ...]], ...] = ()   # (letters up to, probability at raw scores 0, 0.1, … 1)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that the model can give."""
        return tuple(code for code, _ in self.labels)

    def unnamed(self, languages: Iterable[str]) -> tuple[str, ...]:
        """Which of these languages can the model not name? `roots check` warns of them."""
        return tuple(sorted(set(languages) - set(self.codes)))


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

    def _model(self) -> LanguageModel:
        return load(self.rules.model, self.rules.digest, self.rules.labels)

    def identify(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with `language`, `language_score` and `languages` filled; rows, order, ids and texts as they were."""
        still = kept(batch)
        program = pc.fill_null(pc.equal(batch.column("kind"), PROGRAMMING), False)
        natural = pc.and_(still, pc.invert(program))
        read = self.read(batch.column("text"), natural)
        languages, scores = self._named(read)
        code = pc.and_(still, program)
        if pc.any(code).as_py():
            of_code, code_scores = identify_programs(batch.column("text"), batch.column("locator"), code)
            languages, scores = pc.coalesce(languages, of_code), pc.coalesce(scores, code_scores)
        return with_columns(batch, {
            "language": pc.if_else(still, languages, batch.column("language")),
            "language_score": pc.if_else(still, scores, batch.column("language_score")),
            "languages": pc.if_else(natural, self._shares(read), batch.column("languages")),
        })

    def languages(self, texts: pa.Array, which: pa.BooleanArray | None = None) -> tuple[pa.StringArray, pa.FloatArray]:
        """Code and probability for each text; null where `which` is false or the text is missing."""
        return self._named(self.read(texts, which))

    def shares(self, texts: pa.Array, which: pa.BooleanArray | None = None) -> pa.ListArray:
        """For each text the languages in it with their shares of the bytes, as the column `languages` of a document has them."""
        return self._shares(self.read(texts, which))

    def read(self, texts: pa.Array, which: pa.BooleanArray | None = None) -> Read:
        """What the model makes of each text, before calibration; nothing where `which` is false or the text is missing."""
        wanted = np.ones(len(texts), np.bool_) if which is None else which.to_numpy(zero_copy_only=False)
        if texts.null_count:
            wanted = wanted & texts.is_valid().to_numpy(zero_copy_only=False)
        data, offsets = _buffers(texts)
        read = blank(wanted, self.rules.windows)
        decide(self._model(), data, offsets, self.rules.window, self.rules.windows, read)
        return read

    def _named(self, read: Read) -> tuple[pa.StringArray, pa.FloatArray]:
        score = np.where(read.code < 0, np.float32(0), calibrated(read.score, read.letters, self.rules.calibration))
        at = np.where(read.code < 0, len(self.rules.codes), read.code)
        return self._names.take(pa.array(at, pa.int32(), mask=~read.wanted)), pa.array(score, pa.float32(), mask=~read.wanted)

    def _shares(self, read: Read) -> pa.ListArray:
        listed = np.arange(read.codes.shape[1]) < read.listed[:, None]
        named = self._names.take(pa.array(read.codes[listed]))
        shares = pa.StructArray.from_arrays([named, pa.array(read.shares[listed])], fields=list(SHARE))
        offsets = np.concatenate([[0], np.cumsum(read.listed)])
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32(), mask=np.append(~read.wanted, False)), shares)

    @property
    def _names(self) -> pa.StringArray:
        return pa.array([*self.rules.codes, UNDETERMINED])


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
    beside = model.with_name("labels.toml")
    for path in (model, beside):
        if not path.is_file():
            raise RootsError(str(path), "is missing", "train a model with `roots models train langid --data DIR`")
    table = tomllib.loads(beside.read_text(encoding="utf-8"))
    labels = tuple((code, tuple(written)) for code, written in sorted(table["labels"].items()))
    calibration = tuple((int(row["letters"]), tuple(float(p) for p in row["probability"])) for row in table.get("calibration", ()))
    return IdentifyRules(str(model), file_digest(model), labels, calibration=calibration)
