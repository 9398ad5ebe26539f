"""Which documents of earlier runs count as kept? All that `--against RUN` names, but what has been withdrawn or refused since.

A run keeps the signatures of its kept documents in RUN/signatures, file by file and row by row as its shards. They were computed from
the texts in the shards, so a later build compares with what the corpus holds.
"""
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pyarrow as pa

from roots import document, manifest, store
from roots.errors import RootsError
from roots.filters.signatures import SignatureRules, sign
from roots.governance.takedowns import Takedowns
from roots.pipelines.judged import JudgedBlock
from roots.store import Place

FOLDER = "signatures"
STORED = {"exact_high": pa.uint64(), "exact_low": pa.uint64(), "url_hash": pa.uint64(), "bands": pa.list_(pa.uint64())}
_SAID = {"size": "deduplicate.shingle", "bands": "deduplicate.threshold or permutations", "rows": "deduplicate.threshold or permutations",
         "tokens": "how a language's words are found, in filters/languages", "comments": "a language's comments, in filters/code"}


def signatures_of(shard: str) -> str:
    """The file of signatures that belongs to a shard; both relative to the run."""
    return f"{FOLDER}/{shard.split('/', 1)[1]}"


def described(rules: SignatureRules) -> dict[str, Any]:
    """How documents are compared, as the manifest says it."""
    tokens = {language: how for language, how in sorted(rules.tokens.items()) if how != "words"}
    return asdict(rules) | {"tokens": tokens, "comments": {code: asdict(one) for code, one in sorted(rules.comments.items())}}


@dataclass(frozen=True)
class Earlier:
    """A complete run, proven whole as far as it is used."""

    place: Place
    record: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.place.name

    def as_json(self) -> dict[str, Any]:
        """What a manifest says of it; no path, which would be another elsewhere."""
        return {"run": self.name, "seal": self.record["seal"], "documents": sum(shard["rows"] for shard in self.record["shards"])}


def earlier_runs(runs: Sequence[Place], rules: SignatureRules) -> list[Earlier]:
    """The runs, each once, in the order of their seals.

    Raises RootsError for one that is incomplete, keeps no signatures, compares otherwise than this build, or is not as it was sealed:
    the digests of its shards and signatures are computed anew.
    """
    found = {}
    for run in runs:
        record = manifest.read(run)
        known = record.get(FOLDER)
        if known is None:
            raise RootsError(str(run), "keeps no signatures", "it was built before runs kept them: build it again")
        for key in _differing(known, described(rules)):
            raise RootsError(str(run), f"compares documents otherwise than this build: {_SAID.get(key, key)} differs",
                             "give both recipes the same values, or build the earlier run again")
        for name, digest in sorted(record["files"].items()):
            if name.startswith(("documents/", f"{FOLDER}/")):
                try:
                    good = store.digest(run / name) == digest
                except OSError:
                    good = False
                if not good:
                    raise RootsError(f"{run} · {name}", "is not as it was sealed", "restore the file, or build that run again")
        found[record["seal"]] = Earlier(run, record)
    return [found[seal] for seal in sorted(found)]


def _differing(known: Mapping[str, Any], ours: Mapping[str, Any]) -> list[str]:
    keys = [key for key in ours if key != "comments" and known.get(key) != ours[key]]
    theirs = known.get("comments", {})
    plain = {code: {key: [list(mark) if isinstance(mark, (list, tuple)) else mark for mark in marks] for key, marks in one.items()}
             for code, one in ours["comments"].items()}
    return [*keys, *("comments" for code in plain if code in theirs and theirs[code] != plain[code])]


def signed(documents: pa.RecordBatch, rules: SignatureRules) -> pa.RecordBatch:
    """The signatures of documents as they stand in a shard; one that has no bands takes no room for them."""
    known = {name: documents.column(name) for name in ("id", "text", "kind", "language", "url")}
    found = sign(document.batch_of(known), rules)
    return pa.RecordBatch.from_arrays([found.column(name).cast(type) for name, type in STORED.items()], names=list(STORED))


def blocks_of(runs: Sequence[Earlier], offset: int) -> list[JudgedBlock]:
    """The shards of the runs as blocks whose rows are numbered from `offset` on."""
    blocks = []
    for run in runs:
        for shard in run.record["shards"]:
            blocks.append(JudgedBlock(str(run.place / shard["path"]), str(run.place / signatures_of(shard["path"])), shard["rows"], offset))
            offset += shard["rows"]
    return blocks


def withdrawn_since(takedowns: Takedowns, refused: Collection[str]) -> Takedowns:
    """What of an earlier run does not count as kept: what today's takedowns withdraw, and the sources that today's gate refuses."""
    return replace(takedowns, sources={**dict.fromkeys(sorted(refused), "refused"), **takedowns.sources})
