"""How surprised is a CCNet-style model by a document? SentencePiece's pieces and KenLM's own scorer, for models that others made.

In a folder of language models, `<language>.sp.model` beside `<language>.arpa.bin` stands for `<language>.klm` (Wenzek et al. 2020,
arXiv 1911.00359; ROOTS' models were such). The formula is ROOTS': each line normalised (digits 0, dashes -, quotation marks ", as there;
case stays), cut into pieces, scored; 10^(−Σ log10 p / Σ (pieces + 1)). A loop over lines in Python: slow beside the shipped models.
Needs the package `sentencepiece` (`roots-corpus[ccnet]`).
"""
from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from roots.errors import RootsError
from roots.filters.perplexity_pieces import folded

Array = np.ndarray[Any, Any]
MODEL, PIECES = ".arpa.bin", ".sp.model"


def languages_in(folder: Path) -> frozenset[str]:
    """The languages that have both files."""
    return frozenset(name for path in folder.glob(f"*{PIECES}") if (folder / f"{(name := path.name.removesuffix(PIECES))}{MODEL}").exists())


@lru_cache(maxsize=8)
def _loaded(folder: str, language: str) -> tuple[Any, Any]:
    import kenlm
    try:
        import sentencepiece
    except ImportError:
        raise RootsError(f"{folder}/{language}{PIECES}", "needs the package sentencepiece", "pip install 'roots-corpus[ccnet]'") from None
    try:
        return kenlm.Model(f"{folder}/{language}{MODEL}"), sentencepiece.SentencePieceProcessor(model_file=f"{folder}/{language}{PIECES}")
    except (OSError, RuntimeError) as error:
        raise RootsError(f"{folder}/{language}", f"cannot be read: {str(error).splitlines()[0]}", "fetch both of its files again") from None


def surprise(folder: str, language: str, text: pa.LargeStringArray, rows: Array, longest: int) -> tuple[Array, Array]:
    """Perplexity and word order (see perplexity.py) of the texts in the given rows, float64; NaN where a text has no piece.

    Raises RootsError where a model cannot be read.
    """
    model, pieces = _loaded(folder, language)
    found = np.full((2, len(rows)), np.nan)
    for number, row in enumerate(rows.tolist()):
        start = text[row].as_py().encode()[:longest].decode("utf-8", "ignore")
        total = alone = 0.0
        events = 0
        for line in start.split("\n"):
            cut = pieces.encode("".join(map(folded, line.strip())), out_type=str)
            if cut:
                total += model.score(" ".join(cut))
                alone += sum(model.score(piece, bos=False, eos=False) for piece in cut) + model.score("", bos=False, eos=True)
                events += len(cut) + 1
        if events:
            found[:, number] = 10.0 ** min(-total / events, 300.0), (total - alone) / events
    return found[0], found[1]
