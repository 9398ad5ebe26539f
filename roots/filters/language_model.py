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
LEAST_SHARE = 0.05          # of the bytes read: a language with less is not listed
_LETTERS_OF_A_PART, _SHARE_OF_A_PART = 40, 0.1   # of a window, for its second writing system to be read by itself
_CLEARLY = 10.0             # times as likely as the document's language must another be in a window that is to count for it
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


class Parts(NamedTuple):
    """What was read of one document: a window's letters of one writing system are a part. Written by `read_windows`."""

    read: Floats                      # [parts, codes]: the probability of each code
    top: npt.NDArray[np.int32]        # the likeliest, -1 where no code is written so
    letters: npt.NDArray[np.int64]    # of the whole window; 0 for the second part of one
    span: npt.NDArray[np.int64]       # bytes


class Read(NamedTuple):
    """What was read of each document. Written by `decide`."""

    wanted: npt.NDArray[np.bool_]     # the others stay blank
    code: npt.NDArray[np.int32]       # the place of the likeliest code; -1: none
    score: Floats                     # its share of the letters, window by window its probability
    letters: npt.NDArray[np.int64]    # that were read
    listed: npt.NDArray[np.int32]     # how many languages follow
    codes: npt.NDArray[np.int32]      # [rows, 2 × windows]: their places, len(codes) for none that the model knows
    shares: Floats                    # [rows, 2 × windows]: of the bytes read


def blank(wanted: npt.NDArray[np.bool_], windows: int) -> Read:
    """For `decide` to write to."""
    rows = len(wanted)
    return Read(wanted, np.full(rows, -1, np.int32), np.zeros(rows, np.float32), np.zeros(rows, np.int64), np.zeros(rows, np.int32),
                np.zeros((rows, 2 * windows), np.int32), np.zeros((rows, 2 * windows), np.float32))


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
def read_windows(model: LanguageModel, data: Bytes, start: int, stop: int, size: int, most: int, parts: Parts) -> int:
    """Reads a text window by window into `parts`; returns how many they are.

    A window is one part, of its main writing system; letters of a second one are a part of their own where they are many.
    """
    found = 0
    counts = np.zeros((2, model.allowed.shape[0]), np.int64)
    words = np.empty(GROWTH * (size + 2 * REACH + 8) + 2, np.uint8)
    for index in range(most):
        first, last = window_of(data, start, stop, index, size, most)
        if first >= last:
            continue
        counts[:] = 0
        n = fold_into(data, first, last, model.fold, model.script, words, counts)
        counts[:, 0] = 0     # letters of no writing system: accents that stand alone
        letters, span = counts[0].sum(), last - first
        if letters == 0:
            continue
        main = int(np.argmax(counts[0]))
        parts.top[found] = _probabilities(model, words, n, main, parts.read[found])
        parts.letters[found], parts.span[found] = letters, span
        found += 1
        counts[0, main] = 0
        second = int(np.argmax(counts[0]))
        own = counts[1, second] / counts[1].sum()
        if counts[0, second] >= _LETTERS_OF_A_PART and own >= _SHARE_OF_A_PART:
            parts.top[found] = _probabilities(model, words, n, second, parts.read[found])
            parts.letters[found], parts.span[found] = 0, round(own * span)
            parts.span[found - 1] -= parts.span[found]
            found += 1
    return found


@njit(cache=True, nogil=True)
def _largest(parts: Parts, found: int, language: int, spans: npt.NDArray[np.int64],
             code_of: npt.NDArray[np.int32], share_of: Floats) -> int:
    """Writes the languages of the parts and their shares of the bytes, largest first; returns how many they are.

    A part counts for the document's own language unless another is clearly likelier there: neighbours share most of their words.
    """
    spans[:] = 0
    none = len(spans) - 1
    for part in range(found):
        top = parts.top[part]
        if top >= 0 and language >= 0 and parts.read[part, language] * _CLEARLY >= parts.read[part, top]:
            top = language
        spans[top if top >= 0 else none] += parts.span[part]
    total, count = spans.sum(), 0
    while count < len(code_of):
        code = int(np.argmax(spans))
        if spans[code] == 0 or spans[code] < LEAST_SHARE * total:
            break
        code_of[count], share_of[count] = code, spans[code] / total
        spans[code] = 0
        count += 1
    return count


@njit(cache=True, nogil=True)
def decide(model: LanguageModel, data: Bytes, offsets: npt.NDArray[np.int64], size: int, most: int, read: Read) -> None:
    """Writes for each row that is wanted what `Read` says of it; the others stay as they are."""
    codes = model.output.shape[0]
    shares = np.empty(codes, np.float32)
    spans = np.empty(codes + 1, np.int64)
    parts = Parts(np.empty((2 * most, codes), np.float32), np.empty(2 * most, np.int32), np.empty(2 * most, np.int64),
                  np.empty(2 * most, np.int64))
    for row in range(len(read.wanted)):
        if not read.wanted[row]:
            continue
        found = read_windows(model, data, offsets[row], offsets[row + 1], size, most, parts)
        shares[:] = 0
        for part in range(found):
            letters = parts.letters[part]
            read.letters[row] += letters
            if parts.top[part] >= 0 and letters:
                for code in range(codes):
                    shares[code] += letters * parts.read[part, code]
        top = int(np.argmax(shares))
        if shares[top] > 0:
            read.code[row] = top
            read.score[row] = min(shares[top] / read.letters[row], np.float32(1))
        read.listed[row] = _largest(parts, found, read.code[row], spans, read.codes[row], read.shares[row])
