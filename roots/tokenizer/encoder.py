"""How is a text encoded fast? By our own kernel where it knows the tokenizer's form, by the library where not; the ids are the same.

The form is what `train.untrained` makes: no normaliser, a pattern ` ?[^…]+`, bytes, plain byte-pair merges. A tokenizer of another form,
and a text with a pre-token of more than `byte_pairs.LONGEST` bytes, go to the library.
"""
from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from tokenizers import Tokenizer

from roots.tokenizer import byte_pairs

LONGEST = 1 << 20   # characters of a text that the library encodes in one piece
AT_ONCE = 1 << 22   # characters, or bytes, that are encoded together: the library needs some hundred bytes for each
_CUT = re.compile(r"(?<=\n)(?=[^\W_])|(?<=[^\W_])(?= [^\W_])")
_PATTERN = re.compile(r" \?\[\^((?:\\[trnvf]|\\u[0-9a-f]{4}|[^\\\[\]&])+)\]\+")  # one flat class, without names of classes
_TAG = re.compile(r"<[^<>]+>")
_BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False}
_PLAIN = {"dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None, "byte_fallback": False,
          "ignore_merges": False}

Ids = NDArray[np.int32]


class Encoder:
    """Holds a tokenizer's tables (None = the library's work), and what it lately met: one for each process and tokenizer."""

    def __init__(self, model: Tokenizer) -> None:
        self._model, self.tables = model, _tables(json.loads(model.to_str()))
        slots = 1 << byte_pairs.BITS
        self._memory = (np.zeros((slots, byte_pairs.WORD), np.uint8), np.zeros(slots, np.int64),
                        np.zeros((slots, byte_pairs.IDS), np.int32), np.zeros(slots, np.int64))

    def encode(self, texts: pa.LargeStringArray) -> Iterator[Ids]:
        """The token ids (int32) of each text; nothing is added to either end. Texts must not be null."""
        if self.tables is None:
            yield from by_library(self._model, texts.to_pylist())
            return
        offsets = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]
        data = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
        first = 0
        while first < len(texts):
            last = max(first + 1, int(np.searchsorted(offsets, offsets[first] + AT_ONCE, "right")) - 1)
            out, ends = np.empty(offsets[last] - offsets[first], np.int32), np.empty(last - first, np.int64)
            byte_pairs.encode(data, offsets[first : last + 1], *self.tables, *self._memory, out, ends)
            begin = 0
            for text, end in zip(range(first, last), ends.tolist(), strict=True):
                if end < 0:
                    yield from by_library(self._model, [texts[text].as_py()])
                    end = -1 - end
                else:
                    yield out[begin:end]
                begin = end
            first = last


@lru_cache(maxsize=2)
def encoder(model: Tokenizer) -> Encoder:
    """The encoder of a tokenizer that `train.load` holds."""
    return Encoder(model)


def by_library(model: Tokenizer, texts: Iterable[str]) -> Iterator[Ids]:
    """The token ids of each text, as the library encodes it."""
    begun: list[Ids] = []
    for group in _groups(part for text in texts for part in _parts(text)):
        for encoded, (_, last) in zip(model.encode_batch_fast([part for part, _ in group], add_special_tokens=False), group, strict=True):
            begun.append(np.array(encoded.ids, np.int32))
            if last:
                yield begun[0] if len(begun) == 1 else np.concatenate(begun)
                begun = []


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """A text in parts of about LONGEST characters, each with: is it the last? Cut where BLOOM's pattern cuts too, so that no token changes:
    between a line feed and a letter, or before a space between two letters."""
    begin = 0
    while len(text) - begin > LONGEST and (cut := _CUT.search(text, begin + LONGEST)):
        yield text[begin : cut.start()], False
        begin = cut.start()
    yield text[begin:], True


def _groups(parts: Iterable[tuple[str, bool]]) -> Iterator[list[tuple[str, bool]]]:
    """As many as are encoded together."""
    group: list[tuple[str, bool]] = []
    size = 0
    for part in parts:
        group.append(part)
        size += len(part[0])
        if size >= AT_ONCE:
            yield group
            group, size = [], 0
    if group:
        yield group


def _tables(plain: dict[str, Any]) -> tuple[NDArray[Any], ...] | None:
    """What `byte_pairs.encode` asks for, from `parting` to `values`; None for a tokenizer of another form."""
    model, added = plain["model"], plain["added_tokens"]
    steps = (plain["pre_tokenizer"] or {}).get("pretokenizers", [])
    if plain["normalizer"] or model["type"] != "BPE" or any(model.get(key) != value for key, value in _PLAIN.items()) or len(steps) != 2:
        return None
    split, levels = steps
    pattern = _PATTERN.fullmatch(split.get("pattern", {}).get("Regex", ""))
    if (not pattern or split["type"] != "Split" or split["behavior"] != "Isolated" or split["invert"]
            or any(levels.get(key) != value for key, value in _BYTE_LEVEL.items())):
        return None
    if not all(_TAG.fullmatch(one["content"]) and not (one["single_word"] or one["lstrip"] or one["rstrip"] or one["normalized"])
               for one in added):
        return None
    parting = _parting(pattern[1])
    tags = [(one["content"].encode(), one["id"]) for one in added if not one["special"]]
    sizes = np.array([len(tag) for tag, _ in tags], np.int64)
    letters = np.zeros((len(tags), int(sizes.max(initial=1))), np.uint8)
    for row, (tag, _) in enumerate(tags):
        letters[row, : len(tag)] = np.frombuffer(tag, np.uint8)
    first = np.zeros(256, np.bool_)
    first[letters[:, 0]] = True
    vocabulary = model["vocab"]
    pairs = [pair.split(" ") if isinstance(pair, str) else pair for pair in model["merges"]]
    bytes_ = np.array([vocabulary.get(_shown(byte), -1) for byte in range(256)], np.int32)
    if not parting[byte_pairs.SPACE] or (bytes_ < 0).any():
        return None
    table = byte_pairs.pair_table(np.array([(vocabulary[a], vocabulary[b]) for a, b in pairs], np.int32).reshape(-1, 2),
                                  np.array([vocabulary[a + b] for a, b in pairs], np.int32))
    return parting, letters, sizes, first, np.array([id for _, id in tags], np.int32), bytes_, *table


@lru_cache(maxsize=4)
def _parting(characters: str) -> NDArray[np.uint8]:
    """By code point: is it one of the class that a pattern excludes? As Python reads that class, which is flat (see recipe.py)."""
    found = np.zeros(0x110000, np.uint8)
    found[[one.start() for one in re.finditer(f"[{characters}]", "".join(map(chr, range(0x110000))))]] = 1
    return found


def _shown(byte: int) -> str:
    """By which character does a byte-level vocabulary write this byte? By its own where that is seen, else by one from Ā on (GPT-2)."""
    seen = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    return chr(byte) if byte in seen else chr(0x100 + sum(other not in seen for other in range(byte)))
