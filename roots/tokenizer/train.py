"""How is a vocabulary learned? Byte-level byte-pair encoding in BLOOM's form, the same bytes for the same documents.

Form: BigScience 2022 (arXiv 2211.05100 §3.2): no normaliser, split by a pattern, then bytes; no added prefix space.
NFKC was tried there and rejected: it changed fertility by at most 0.8 % and made 2² into 22.
"""
from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from roots import store
from roots.digest import value_digest
from roots.errors import RootsError
from roots.store import Place
from roots.tokenizer.recipe import TokenizerRecipe
from roots.tokenizer.sample import choose, texts


def train(shards: Sequence[Place], recipe: TokenizerRecipe, seed: int, to: Place, held_out: float = 0.0) -> dict[str, Any]:
    """Learns a vocabulary from document shards and writes `tokenizer.json` at `to`.

    Documents that tokens.tokenise puts into the validation split at the share `held_out` are not learned from, so that
    fertility can be measured on them. The bytes depend on documents, recipe and seed; not on the order of shards or the
    number of threads. Returns the digests, the size of the vocabulary, and for each language documents and bytes
    available and taken.
    Raises RootsError when the shards hold no text.
    """
    shares = choose(shards, recipe.sample_bytes, recipe.alpha, seed, held_out)
    if not any(share.bytes for share in shares.values()):
        raise RootsError(str(to), "there is no text to learn a vocabulary from", "see the report for what was dropped before")
    tokenizer = untrained(recipe.pattern)
    size = recipe.vocabulary // recipe.multiple_of * recipe.multiple_of
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=recipe.at_least,
        show_progress=False,
        special_tokens=[AddedToken(token, normalized=False, special=True) for token in recipe.reserved],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(texts(shards, shares, seed, recipe.unique_lines, held_out), trainer)
    learned = tokenizer.get_vocab_size()
    missing = -learned % recipe.multiple_of
    tokenizer.add_special_tokens([AddedToken(f"<padding_{number}>", normalized=False, special=True) for number in range(missing)])
    write(tokenizer, recipe, to)
    return {
        "name": recipe.name,
        "recipe": value_digest(recipe),
        "seed": seed,
        "held_out": held_out,
        "tokenizer": store.digest(to),
        "vocabulary": learned + missing,
        "asked": recipe.vocabulary,
        "merges": learned - len(recipe.reserved) - 256,
        "padding": missing,
        "languages": {
            language: {"documents": share.documents, "bytes": share.bytes, "available": share.available}
            for language, share in shares.items()
        },
    }


def untrained(pattern: str) -> Tokenizer:
    """A tokenizer in BLOOM's form that has learned nothing yet."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True, add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def write(tokenizer: Tokenizer, recipe: TokenizerRecipe, to: Place) -> None:
    """Writes tokenizer.json, whole or not at all; tags become ordinary added tokens, which text may hold."""
    plain = json.loads(tokenizer.to_str())
    for token in plain["added_tokens"]:
        token["special"] = token["content"] not in recipe.tags
    store.write(to, (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode())


def load(path: Place) -> Tokenizer:
    """A tokenizer that reads `</s>` in a text as text: no document can end itself or begin another. Once per process and content.

    Raises RootsError when the file is missing or no tokenizer.
    """
    try:
        return _parsed(path.read_bytes())
    except RootsError:
        raise
    except Exception as error:
        raise RootsError(str(path), f"is no tokenizer: {error}", "train one with `roots tokenizer train`") from error


@lru_cache(maxsize=2)
def _parsed(content: bytes) -> Tokenizer:
    tokenizer = Tokenizer.from_buffer(content)
    tokenizer.encode_special_tokens = True
    return tokenizer
