"""How does text become a model that names its language? Draw, shuffle, train fastText on one thread, quantise.

One thread, so that the same data and recipe give the same bytes: fastText's threads race for the matrix, one has no rival.
"""
from __future__ import annotations

import ctypes
import random
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from roots.errors import RootsError
from roots.filters.scripts import LIMIT, scripts
from roots.models.langid_data import Pools, draw, without
from roots.models.langid_recipe import Recipe

_SHARE_OF_A_SCRIPT = 0.10   # of a language's letters: below, a writing system is only quoted in it
_LOOKED_AT = 300            # sentences of each source that tell a language's writing systems
_NO_WORDS = 10**9           # fastText's least count of a word: none is kept, n-grams carry everything
_M_PERTURB = -6


def written_in(found: Pools) -> dict[str, tuple[str, ...]]:
    """The writing systems of each language, as its text shows them."""
    tables = scripts()
    out = {}
    for language, by_source in found.items():
        counts = np.zeros(len(tables.names))
        for lines in by_source.values():
            codes = np.frombuffer("".join(lines[:_LOOKED_AT]).encode("utf-32-le"), np.uint32)
            counts += np.bincount(tables.script[codes[codes < LIMIT]], minlength=len(tables.names))
        counts[0] = 0
        shares = counts / max(counts.sum(), 1)
        out[language] = tuple(sorted(tables.names[at] for at in np.flatnonzero(shares >= _SHARE_OF_A_SCRIPT)))
    return out


def lines_of(found: Pools, written: Mapping[str, Iterable[str]], recipe: Recipe) -> list[str]:
    """fastText's training lines, shuffled. Languages that their writing system alone betrays are left out of the model."""
    users = Counter(script for systems in written.values() for script in systems)
    lines = [f"__label__{language} {example}"
             for language, by_source in sorted(found.items()) if any(users[script] > 1 for script in written[language])
             for example in draw(language, by_source, recipe)]
    random.Random(recipe.seed).shuffle(lines)
    return lines


@contextmanager
def zeroed_memory() -> Iterator[None]:
    """Makes malloc hand out zeroed memory for a while.

    fastText 0.9.3 on one thread fills a tenth of its matrix and leaves the rest as malloc gave it (densematrix.cc, `uniform`):
    recycled memory would make the model depend on what the process did before, or hold NaN. glibc fills new blocks with the
    complement of M_PERTURB's byte.
    """
    try:
        perturb = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        yield   # no glibc: large blocks come from the system, zeroed
        return
    perturb(_M_PERTURB, 0xFF)
    try:
        yield
    finally:
        perturb(_M_PERTURB, 0)


def train_on(found: Pools, recipe: Recipe, to: Path, held_out: Iterable[str] = ()) -> Path:
    """Trains on the pools less the sources held out; writes `to`/model.ftz and `to`/labels.toml, returns the model's path.

    Raises RootsError where nothing is left to learn from.
    """
    import fasttext

    rest = without(found, held_out, recipe.sampling.fewest)
    if len(rest) < 2:
        raise RootsError(str(to), "has fewer than two languages to tell apart", "give more text, or hold fewer sources out")
    written = written_in(rest)
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, zeroed_memory():
        path = Path(work) / "lines.txt"
        path.write_text("\n".join(lines_of(rest, written, recipe)) + "\n", encoding="utf-8")
        model = fasttext.train_supervised(str(path), loss="softmax", thread=1, minCount=_NO_WORDS, verbose=0, **recipe.fasttext)
        model.quantize(qnorm=True, thread=1, verbose=0)
    model.save_model(str(to / "model.ftz"))
    (to / "labels.toml").write_text(labels_toml(written), encoding="utf-8")
    return to / "model.ftz"


def labels_toml(written: Mapping[str, Iterable[str]]) -> str:
    """labels.toml: every language that the model can name, with its writing systems."""
    rows = (f"{language} = [{', '.join(f'{script!r}' for script in systems)}]".replace("'", '"')
            for language, systems in sorted(written.items()))
    head = "# Written by `roots models train langid`: the languages that the model can name, and the writing systems of their text.\n"
    return head + "[labels]\n" + "\n".join(rows) + "\n"
