"""Which tokens stand where, and whose are they? One document shard becomes packed sequences of one length."""
from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from roots import store
from roots.digest import chance
from roots.store import Place
from roots.tokenizer.encoder import encoder
from roots.tokenizer.sample import batches
from roots.tokenizer.train import load

TRAIN, VALID = "train", "valid"
SPAN = pa.struct([
    ("id", pa.string()),      # the document
    ("start", pa.int32()),    # where its tokens begin in this sequence
    ("length", pa.int32()),   # how many of them stand here, its closing token among them
    ("offset", pa.int64()),   # how many of its tokens stand before, in earlier sequences
])
SCHEMA = pa.schema([("tokens", pa.list_(pa.int32())), ("documents", pa.list_(SPAN))])
TOGETHER = 1 << 18  # tokens to a record batch: what a reader holds at a time
_WORD = r"[^\s\p{Z}]+"


@dataclass
class _Packer:
    """Cuts a run of documents into sequences, and remembers whose tokens they are."""

    path: Place
    length: int
    closing: np.ndarray[Any, Any]  # the one token that ends a document
    tokens: list[np.ndarray[Any, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    consumed: int = 0  # tokens of ids[0] already written
    waiting: int = 0
    sequences: int = 0
    _writer: pa.RecordBatchWriter | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def add(self, id: str, tokens: np.ndarray[Any, Any]) -> None:
        self.ids.append(id)
        self.sizes.append(len(tokens) + 1)
        self.tokens += (tokens, self.closing)
        self.waiting += len(tokens) + 1
        together = max(1, TOGETHER // self.length) * self.length
        if self.waiting >= together:
            self._write(self.waiting // together * together)

    def _write(self, count: int) -> None:
        """Writes the first `count` of the waiting tokens; the last sequence of all may be shorter."""
        run = np.concatenate(self.tokens)
        bounds = np.append(np.arange(0, count, self.length), count)
        ends = np.cumsum(self.sizes) - self.consumed
        begins = np.concatenate([[0], ends[:-1]])
        before = np.zeros(len(self.ids), np.int64)
        before[0] = self.consumed
        cuts = np.unique(np.concatenate([bounds, ends[ends < count]]))  # where a sequence or a document begins
        owner = np.searchsorted(ends, cuts[:-1], "right")
        sequence = np.searchsorted(bounds, cuts[:-1], "right") - 1
        spans = pa.StructArray.from_arrays([
            pa.array(self.ids, pa.string()).take(pa.array(owner)),
            pa.array((cuts[:-1] - bounds[sequence]).astype(np.int32)),
            pa.array(np.diff(cuts).astype(np.int32)),
            pa.array(cuts[:-1] - begins[owner] + before[owner]),
        ], fields=list(SPAN))
        first = np.append(np.searchsorted(cuts[:-1], bounds[:-1]), len(cuts) - 1)
        batch = pa.RecordBatch.from_arrays([
            pa.ListArray.from_arrays(pa.array(bounds.astype(np.int32)), pa.array(run[:count])),
            pa.ListArray.from_arrays(pa.array(first.astype(np.int32)), spans),
        ], schema=SCHEMA)
        if self._writer is None:
            self._writer = self._open.enter_context(pa.ipc.new_stream(self._open.enter_context(store.writing(self.path)), SCHEMA))
        self._writer.write_batch(batch)
        self.sequences += len(batch)
        done = int(np.searchsorted(ends, count, "right"))  # documents written to their end
        self.consumed = count - int(begins[done]) + int(before[done]) if done < len(ends) else 0
        self.ids, self.sizes = self.ids[done:], self.sizes[done:]
        self.tokens, self.waiting = ([run[count:]] if count < len(run) else []), len(run) - count

    def close(self) -> None:
        """Writes what is left. A split without a single document leaves no file."""
        if self.waiting:
            self._write(self.waiting)
        self._open.close()


def tokenise(shard: Place, tokenizer: Place, to: Mapping[str, Place], *, sequence_length: int, valid: float, seed: int,
             end: str = "</s>") -> dict[str, Any]:
    """One document shard into packed sequences of exactly `sequence_length` tokens; the last of each split may be shorter.

    `to` holds a file for each split, "train" and "valid"; a document goes to "valid" with the chance `valid`, by hash of
    seed and id. Files are Arrow IPC streams of SCHEMA; the spans of a sequence tile it, so that every token has one
    document. Each document ends in the token `end`. Returns {"splits": {split: {sequences, documents, tokens, sha256}},
    "languages": {language: {documents, bytes, characters, words, tokens, unknown}}}; tokens count the closing ones in
    splits and not in languages; words are runs between white space. Raises RootsError when `tokenizer` is none.
    """
    model = load(tokenizer)
    closing = model.token_to_id(end)
    if closing is None:
        raise ValueError(f"the tokenizer has no token {end}")
    packers = {split: _Packer(to[split], sequence_length, np.array([closing], np.int32)) for split in (TRAIN, VALID) if split in to}
    splits: dict[str, dict[str, Any]] = {split: {"sequences": 0, "documents": 0, "tokens": 0} for split in packers}
    languages: dict[str, dict[str, int]] = {}
    for batch in batches([shard], ("id", "language", "text")):
        count_text(batch, languages)
        encoded = encoder(model).encode(batch.column("text"))
        for id, language, tokens in zip(batch.column("id").to_pylist(), batch.column("language").to_pylist(), encoded, strict=True):
            split = VALID if VALID in packers and chance(seed, id) < valid else TRAIN
            packers[split].add(id, tokens)
            splits[split]["documents"] += 1
            splits[split]["tokens"] += len(tokens) + 1
            languages[language]["tokens"] += len(tokens)
    for split, packer in packers.items():
        packer.close()
        splits[split]["sequences"] = packer.sequences
        splits[split]["sha256"] = store.digest(packer.path) if packer.sequences else None
    return {"splits": splits, "languages": {language: languages[language] for language in sorted(languages)}}


def count_text(batch: pa.RecordBatch, languages: dict[str, dict[str, int]]) -> None:
    """Adds documents, bytes, characters and words of a batch to the counts of its languages."""
    text = batch.column("text")
    counts = pa.table({
        "language": batch.column("language"),
        "bytes": pc.binary_length(text),
        "characters": pc.utf8_length(text),
        "words": pc.count_substring_regex(text, _WORD),
    }).group_by("language").aggregate([("bytes", "count"), ("bytes", "sum"), ("characters", "sum"), ("words", "sum")])
    for row in counts.to_pylist():
        total = languages.setdefault(row["language"], dict.fromkeys(("documents", "bytes", "characters", "words", "tokens"), 0))
        total["documents"] += row["bytes_count"]
        for name in ("bytes", "characters", "words"):
            total[name] += row[f"{name}_sum"]
