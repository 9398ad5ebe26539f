"""How likely is each language, for one window and for a whole document? The model in memory, and the kernels that ask it."""
from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from roots.digest import file_digest
from roots.errors import RootsError
from roots.filters.fasttext_file import read_fasttext
from roots.filters.letters import GROWTH, Bytes, fold_into
from roots.filters.ngrams import Floats, Rows, logits_into, narrowed, traditional_share
from roots.filters.scripts import scripts
from roots.filters.windows import REACH, window_of

Labels = tuple[tuple[str, tuple[str, ...]], ...]   # (code, its writing systems), sorted by code
_CHINESE = ("zh-Hans", "zh-Hant")                  # told apart by their characters, not by a matrix


class LanguageModel(NamedTuple):
    """What the kernel reads; a tuple, because numba takes those."""

    rows: Rows                            # [buckets, dim], to be multiplied by
    scales: Floats                        # [buckets]
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
def load(path: str, digest: str, labels: Labels) -> LanguageModel:
    """The model of a file, once per process.

    Raises RootsError where the file is missing, is not the one of that digest, or has labels that `labels` lacks.
    """
    if not Path(path).is_file():
        raise RootsError(path, "is missing", "train it with `roots models train langid`, or name another model")
    if digest and file_digest(path) != digest:
        raise RootsError(path, "is not the model that the rules name (its sha256 differs)", "load the rules again")
    model, tables, codes = read_fasttext(Path(path)), scripts(), tuple(code for code, _ in labels)
    unknown = sorted(set(model.labels) - set(codes))
    if unknown:
        raise RootsError(path, f"has labels that labels.toml lacks: {', '.join(unknown[:5])}", "train model and labels together")
    output = np.zeros((len(codes), model.output.shape[1]), np.float32)
    allowed = np.zeros((len(tables.names), len(codes)), np.bool_)
    trained = {label: index for index, label in enumerate(model.labels)}
    for index, (code, written) in enumerate(labels):
        if code in trained:
            output[index] = model.output[trained[code]]
        for script in written:
            allowed[tables.names.index(script), index] = True
    simplified, traditional = (codes.index(code) for code in _CHINESE) if set(_CHINESE) <= set(codes) else (-1, -1)
    rows, scales = narrowed(model.rows)
    return LanguageModel(rows, scales, output, allowed, model.shortest, model.longest, simplified, traditional,
                  tables.fold, tables.script, tables.variant)


@njit(cache=True, nogil=True)
def _probabilities(model: LanguageModel, words: Bytes, n: int, main: int, out: Floats) -> int:
    """Writes the probability of each code to out and returns the likeliest, -1 where no code is written in `main`."""
    allowed = model.allowed[main]
    candidates = allowed.sum()
    if candidates == 0:
        return -1
    if candidates == 1:
        out[:] = allowed
        return int(np.argmax(allowed))
    logits_into(words, n, main, model.script, model.rows, model.scales, model.output, model.shortest, model.longest, out)
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
def read_windows(model: LanguageModel, data: Bytes, start: int, stop: int, size: int, most: int, shares: Floats, firsts: Floats) -> int:
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
def decide(model: LanguageModel, data: Bytes, offsets: npt.NDArray[np.int64], wanted: npt.NDArray[np.bool_], size: int, most: int,
            code_of: npt.NDArray[np.int32], score_of: Floats, letters_of: npt.NDArray[np.int64]) -> None:
    """Writes for each row that is wanted the place of its likeliest code (-1: none), that code's share, and the letters read."""
    shares = np.empty(model.output.shape[0], np.float32)
    firsts = np.empty(model.output.shape[0], np.float32)
    code_of[:], score_of[:], letters_of[:] = -1, 0, 0
    for row in range(len(wanted)):
        if not wanted[row]:
            continue
        shares[:] = 0
        firsts[:] = 0
        letters_of[row] = read_windows(model, data, offsets[row], offsets[row + 1], size, most, shares, firsts)
        top = np.argmax(shares)
        if shares[top] > 0:
            code_of[row] = top
            score_of[row] = min(shares[top] / letters_of[row], np.float32(1))
