"""How fast is perplexity, and which pieces tell sentences from jumbles? `python -m benchmarks.perplexity [LANGUAGE…]`.

Text: $ROOTS_DATA or ../shared/data.

1. Speed, in megabytes of UTF-8 per second of one core: the compiled scorer; KenLM with the same pieces cut in Python; a
   byte-pair tokenizer (Hugging Face tokenizers) with KenLM, as most pipelines do it.
2. AUC between held-out sentences and their shuffled selves for byte pairs, characters, ends without classes, and classes,
   all with the same n-gram estimates and the same training text.
"""
from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import kenlm
import numpy as np
import pyarrow as pa
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

from roots.filters.perplexity import model_of, perplexities, pieces_of
from roots.filters.perplexity_pieces import pieces
from roots.models.perplexity import chosen, train_one
from roots.models.perplexity_evaluate import HELD
from roots.models.perplexity_kneser_ney import estimate, write_arpa
from roots.models.perplexity_separation import auc, sentences, separation, shuffled
from roots.models.perplexity_text import Line, lines, shipped_recipe
from roots.models.perplexity_trie import trie_of, write_trie

DATA = Path(os.environ.get("ROOTS_DATA", Path(__file__).resolve().parent.parent.parent / "shared" / "data"))
Cut = Callable[[str], list[str]]


def byte_pairs(known: Sequence[Line], size: int) -> Cut:
    """Pieces of a byte-pair vocabulary of the language's own."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r" ?[^\s.,!?।۔،。，]+"), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.train_from_iterator((line.text for line in known), trainers.BpeTrainer(vocab_size=size, show_progress=False))
    return lambda text: list(tokenizer.encode(text).tokens)


def characters(text: str) -> list[str]:
    return ["▁" if letter.isspace() else letter for letter in text]


def with_kenlm(cut: Cut, known: Sequence[Line], tested: Sequence[Line], order: int, folder: Path) -> float:
    """AUC of a model of the pieces that `cut` makes."""
    path = folder / "model.arpa"
    write_arpa(estimate([cut(line.text) for line in known], order), path)
    config = kenlm.Config()
    config.show_progress = False
    config.arpa_complain = kenlm.ARPALoadComplain.NONE
    model = kenlm.Model(str(path), config)

    def surprise(text: str) -> float:
        found = cut(text)
        return -float(model.score(" ".join(found))) / (len(found) + 1)

    found = sentences(tested)
    jumbled = [shuffled(line.text, f"{line.document} {line.number}") for line in found]
    return auc(np.array([surprise(line.text) for line in found]), np.array([surprise(text) for text in jumbled]))


def compare(language: str, own: Sequence[Line], folder: Path) -> None:
    """One row of the table of pieces."""
    recipe = shipped_recipe()
    known = [line for line in own if not HELD[0] <= line.part < HELD[1]]
    tested = [line for line in own if HELD[0] <= line.part < HELD[1] and line.source == recipe.yardstick]
    cells = []
    for size, order in ((1000, 5), (4000, 3), (4000, 5)):
        cells.append(with_kenlm(byte_pairs(known, size), known, tested, order, folder))
    cells.append(with_kenlm(characters, known, tested, 6, folder))
    for reading in recipe.readings:
        vocabulary = chosen([list(line.words) for line in known], reading)
        cells.append(with_kenlm(lambda text, vocabulary=vocabulary: pieces(text, vocabulary), known, tested, recipe.order, folder))  # type: ignore[misc]
    for reading in recipe.readings:
        cells.append(separation(model_of(trie_of(train_one(known, recipe, reading).estimate)), tested)[0])
    print(f"{language:8}" + "".join(f"{cell:10.3f}" for cell in cells), flush=True)


def speed(language: str, own: Sequence[Line], folder: Path) -> None:
    """Megabytes per second of processor time, three ways."""
    trained = train_one(own, shipped_recipe(), shipped_recipe().readings[0]).estimate
    write_trie(trie_of(trained), folder / "model.klm")
    model, theirs = model_of(trie_of(trained)), kenlm.Model(str(folder / "model.klm"))
    texts = [line.text for line in own] * max(1, 20_000_000 // sum(len(line.text.encode()) for line in own))
    array = pa.array(texts, pa.large_string())
    size = sum(len(text.encode()) for text in texts) / 1e6
    perplexities(model, array.slice(0, 1), np.arange(1))

    def timed(what: Callable[[], object], share: float) -> float:
        start = time.process_time()
        what()
        return size * share / (time.process_time() - start)

    names = trained.words
    ids = pieces_of(names)
    few = texts[:len(texts) // 20]
    pairs = byte_pairs(own, 4000)
    write_arpa(estimate([pairs(line.text) for line in own], 3), folder / "pairs.arpa")
    config = kenlm.Config()
    config.show_progress = False
    config.arpa_complain = kenlm.ARPALoadComplain.NONE
    of_pairs = kenlm.Model(str(folder / "pairs.arpa"), config)
    compiled = timed(lambda: perplexities(model, array, np.arange(len(array))), 1)
    share = len(few) / len(texts)
    plain = timed(lambda: [theirs.score(" ".join(names[ids.get(found, 0)] for found in pieces(text, ids))) for text in few], share)
    usual = timed(lambda: [of_pairs.score(" ".join(pairs(text))) for text in few], share)
    print(f"{language:8}{compiled:10.1f}{plain:10.2f}{usual:10.2f}{compiled / usual:10.1f}", flush=True)


def main(data: Path, languages: Sequence[str]) -> None:
    if not data.is_dir():
        raise SystemExit(f"no real text at {data}: set ROOTS_DATA to the folder that holds it")
    found = lines(data, shipped_recipe(), frozenset(languages))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("MB/s of one core\nlanguage  compiled  in Python  byte pairs + KenLM  ratio to the last")
        for language, own in found.items():
            speed(language, own, folder)
        heads = ["bpe1k o5", "bpe4k o3", "bpe4k o5", "chars o6", "beginning", "ending", "classes b", "classes e"]
        print("\nAUC, shuffled words\nlanguage" + "".join(f"{head:>10}" for head in heads))
        for language, own in found.items():
            compare(language, own, folder)


if __name__ == "__main__":
    main(DATA, sys.argv[1:] or ["fon", "zu", "hi", "ta", "vi", "zh-Hans"])
