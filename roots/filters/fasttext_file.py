"""What is inside a supervised fastText model? Its n-gram matrix, its output matrix and its labels, as arrays.

Reads the binary format of fastText 0.9 (version 12, `.bin` and `.ftz`), after `fasttext.cc`, `dictionary.cc`, `qmatrix.cc`
and `productquantizer.cc` of facebookresearch/fastText (MIT). Product-quantised rows (Joulin et al. 2016, arXiv:1612.03651)
are multiplied out once at loading: a lookup is then one row, as fast as in the unquantised model.
"""
from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from roots.errors import RootsError

_MAGIC, _VERSION, _CENTROIDS = 793712314, 12, 256
_PREFIX = "__label__"
_SOFTMAX = 3


@dataclass(frozen=True)
class FastText:
    """A supervised model of character n-grams: rows [buckets, dim], output [labels, dim]."""

    rows: npt.NDArray[np.float32]
    output: npt.NDArray[np.float32]
    labels: tuple[str, ...]
    shortest: int   # n-grams, in characters
    longest: int


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path, self.data, self.at = path, path.read_bytes(), 0

    def take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, kind: npt.DTypeLike, count: int) -> npt.NDArray[np.float32]:
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values

    def word(self) -> str:
        end = self.data.index(b"\0", self.at)
        word = self.data[self.at:end].decode("utf-8", "replace")
        self.at = end + 1
        return word

    def refuse(self, what: str) -> RootsError:
        return RootsError(str(self.path), what, "train one with `roots models train langid`, or use a label map beside a public model")


def _quantiser(reader: _Reader, codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The vectors that the codes [rows, parts] stand for."""
    dim, parts, width, last = reader.take("4i")
    centroids = reader.array(np.float32, dim * _CENTROIDS)
    out = np.empty((len(codes), dim), np.float32)
    for part in range(parts):
        size = last if part == parts - 1 else width
        begin = part * _CENTROIDS * width
        out[:, part * width:part * width + size] = centroids[begin:begin + _CENTROIDS * size].reshape(_CENTROIDS, size)[codes[:, part]]
    return out


def _matrix(reader: _Reader, quantised: bool) -> npt.NDArray[np.float32]:
    if not quantised:
        rows, dim = reader.take("2q")
        return reader.array(np.float32, rows * dim).reshape(rows, dim)
    (with_norms,) = reader.take("?")
    rows, _, size = reader.take("2qi")
    codes = reader.array(np.uint8, size).reshape(rows, -1)
    out = _quantiser(reader, codes)  # type: ignore[arg-type]
    if with_norms:
        norms = reader.array(np.uint8, rows).reshape(rows, 1)
        out *= _quantiser(reader, norms)  # type: ignore[arg-type]
    return out


def read_fasttext(path: Path) -> FastText:
    """The arrays of a supervised softmax model without a word vocabulary.

    Raises RootsError for another kind of file or model: word rows, hierarchical softmax and pruned buckets are not read here
    (models of others run in the fasttext package itself).
    """
    try:
        reader = _Reader(path)
    except OSError as error:
        raise RootsError(str(path), "cannot be read", "name an existing model file") from error
    try:
        if reader.take("2i") != (_MAGIC, _VERSION):
            raise reader.refuse("is not a fastText model of version 12")
        arguments = reader.take("12i")
        reader.take("d")
        loss, _, buckets, shortest, longest = arguments[6:11]
        _, words, labels = reader.take("3i")
        _, pruned = reader.take("2q")
        if words or pruned > 0 or loss != _SOFTMAX:
            raise reader.refuse("has word rows, pruned buckets or another loss than softmax")
        names = []
        for _ in range(labels):
            names.append(reader.word().removeprefix(_PREFIX))
            reader.take("qb")
        (quantised,) = reader.take("?")
        rows = _matrix(reader, bool(quantised))
        (quantised_output,) = reader.take("?")
        output = _matrix(reader, bool(quantised and quantised_output))
    except (struct.error, ValueError, IndexError) as error:
        raise reader.refuse(f"is cut short or damaged ({error})") from error
    if len(rows) != buckets or len(output) != labels:
        raise reader.refuse("has matrices of another size than its header says")
    return FastText(np.ascontiguousarray(rows), np.ascontiguousarray(output), tuple(names), shortest, longest)
