"""What are the passes of a build? judge, deduplicate, repetitions, finish, write, tokenise: each from what the last one left in `.work`."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from roots import batches, store
from roots.digest import folder_digest, value_digest
from roots.errors import RootsError
from roots.governance.scrub_rules import Keeping
from roots.governance.takedowns import Takedowns
from roots.ledger import Ledger
from roots.pipelines import tokens, writing
from roots.pipelines.deduplicate import deduplicate
from roots.pipelines.earlier import Earlier, blocks_of, withdrawn_since
from roots.pipelines.engine import Engine, progress
from roots.pipelines.finishing import Finishing
from roots.pipelines.judged import JudgedBlock
from roots.pipelines.judging import Judging, tasks_for
from roots.pipelines.read import Input
from roots.pipelines.rejected import write_rejected
from roots.pipelines.repetitions import PARTITION, repetitions
from roots.pipelines.work import Folder
from roots.recipe import Recipe
from roots.rules import Rules
from roots.store import Place, place
from roots.workspace import Workspace

PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Order:
    """What to build, from where, to where, as of which day."""

    workspace: Workspace
    recipe: Recipe
    data: Place
    run: Place
    as_of: date
    resume: bool = False
    keeping: Keeping = field(default_factory=Keeping)
    against: tuple[Place, ...] = ()  # earlier runs, whose documents count as kept


@dataclass
class Passes:
    """The passes of one build, each content-addressed under RUN/.work: what is proven whole is not done again."""

    order: Order
    engine: Engine
    rules: Rules
    work: Place

    def __post_init__(self) -> None:
        self.code = folder_digest(PACKAGE, ["**/*.py"])
        self.decides = value_digest(self.rules)

    def _folder(self, name: str, *inputs: Any) -> Folder:
        return Folder(self.work / f"{name}-{value_digest([self.code, *inputs])[:16]}")

    def judge(self, inputs: Sequence[Input]) -> list[dict[str, Any]]:
        """The receipts of all judged blocks, in the build's order; raises RootsError when one is missing."""
        self.judged = self._folder("judged", self.decides, [asdict(input) | {"file": "", "written": 0} for input in inputs])
        tasks = tasks_for(inputs, self.engine.workers)
        compiled = any((PACKAGE / "filters" / "__pycache__").glob("driver*.nbc"))
        if self.engine.workers > 1 and not compiled and "judge" in self.rules.recipe.stages:
            from roots.filters.driver import warm
            with progress("compile", lambda: "measures, at first use, once for all workers (about a minute)"):
                warm()
            compiled = True

        def done() -> str:
            count = self.judged.count()
            wait = "" if count or compiled else ", compiling measures at first use (about a minute)"
            return f"{count} blocks of {len(inputs)} files{wait}"

        self.engine.run("judge", lambda pipeline: pipeline | Judging(tasks, self.rules, self.judged.path), done,
                        sum(input.size for input in inputs))
        receipts = sorted(self.judged.receipts(), key=lambda one: (one["source"], one["path"], one["span"], one["number"]))
        blocks: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
        for receipt in receipts:
            blocks.setdefault((receipt["source"], receipt["path"], receipt["span"]), []).append(receipt)
        for input in inputs:
            for span in range(len(input.spans) or 1):
                found = blocks.get((input.source, input.path, span), [])
                if [one["last"] for one in found] != [number == len(found) - 1 for number in range(len(found))] or not found \
                        or [one["number"] for one in found] != list(range(len(found))):
                    raise RootsError(f"{input.source} · {input.path}", "was not read to its end",
                                     "run the build again with --resume; if that does not help, report it")
        self._unique_ids(receipts)
        return receipts

    def _unique_ids(self, receipts: Sequence[dict[str, Any]]) -> None:
        """Raises RootsError for an id that two records have. Eight bytes of memory a document, and the whole id where these agree."""
        def columns() -> Iterator[pa.StringArray]:
            return (batches.read(self.judged.file(receipt["name"], "arrow")).column("id") for receipt in receipts)

        beginnings = np.empty(sum(receipt["rows"] for receipt in receipts), np.uint64)
        at = 0
        for column in columns():
            beginnings[at:at + len(column)] = _beginnings(column)
            at += len(column)
        beginnings.sort()
        alike = np.unique(beginnings[1:][beginnings[1:] == beginnings[:-1]])
        seen: set[str] = set()
        for column in columns() if len(alike) else ():
            for id in column.filter(pa.array(np.isin(_beginnings(column), alike))).to_pylist():
                if id in seen:
                    raise RootsError(self.order.recipe.file, f"two records have the id {id}",
                                     "a source's record_id must be unique within the source; leave it out to use the place in the file")
                seen.add(id)

    def deduplicate(self, judged: Sequence[dict[str, Any]], earlier: Sequence[Earlier]) -> tuple[str, dict[str, Any]]:
        """The file of decisions and what they came to; nothing when the recipe does not deduplicate."""
        if "deduplicate" not in self.order.recipe.stages:
            return "", {}
        documents = sum(receipt["rows"] for receipt in judged)
        withdrawn = self._withdrawn(earlier)
        folder = self._folder("decisions", self.judged.path.name, self.rules.dedup, [run.record["seal"] for run in earlier], withdrawn)
        folder.path.mkdir(parents=True, exist_ok=True)
        to = folder.file("decisions", "arrow")
        if folder.whole("decisions"):
            return str(to), (folder.receipt("decisions") or {})["duplicates"]
        with self.engine.piece("deduplicate", lambda: f"{documents} documents"):
            workers = self.engine.workers_for("deduplicate", documents)
            counts = deduplicate(self._blocks(judged), self.rules.dedup, str(to), lambda: self.engine.pipeline(workers),
                                 blocks_of(earlier, documents), withdrawn)
        folder.receive("decisions", {"duplicates": counts}, {"arrow": to})
        return str(to), counts

    def _withdrawn(self, earlier: Sequence[Earlier]) -> Takedowns | None:
        """What of the earlier runs does not count as kept, by today's governance; None = all of it counts."""
        workspace, recipe = self.order.workspace, self.order.recipe
        sources = sorted({source for run in earlier for source in run.record["sources"] if source in workspace.sources})
        verdicts = workspace.verdicts(replace(recipe, sources=tuple(sources)), self.order.as_of)
        found = withdrawn_since(self.rules.takedowns, [source for source in sources if not verdicts[source].allowed])
        return found if earlier and found != Takedowns() else None

    def repetitions(self, judged: Sequence[dict[str, Any]], decisions: str) -> str:
        """The file that says what is repeated; empty when the recipe does not ask."""
        if "repetitions" not in self.order.recipe.stages:
            return ""
        folder = self._folder("repetitions", self.judged.path.name, self._decided(decisions), self.rules.passages)
        folder.path.mkdir(parents=True, exist_ok=True)
        to = folder.file("repetitions", "arrow")
        if not folder.whole("repetitions"):
            size = sum(one["bytes"] for one in judged)
            with self.engine.piece("repetitions", lambda: f"{len(judged)} blocks"):
                repetitions(self._blocks(judged), decisions, self.rules.passages, str(to),
                            lambda: self.engine.pipeline(self.engine.workers_for("repetitions", size)), 1 + size // PARTITION)
            folder.receive("repetitions", {}, {"arrow": to})
        return str(to)

    def _decided(self, decisions: str) -> Any:
        return (Folder(place(decisions).parent).receipt("decisions") or {}).get("files") if decisions else {}

    def _blocks(self, judged: Sequence[dict[str, Any]]) -> list[JudgedBlock]:
        offsets = accumulate((one["rows"] for one in judged), initial=0)
        file = self.judged.file
        return [JudgedBlock(str(file(one["name"], "arrow")), str(file(one["name"], "sig.arrow")), one["rows"], offset)
                for one, offset in zip(judged, offsets, strict=False)]

    def texts(self, judged: Sequence[dict[str, Any]]) -> list[tuple[str, Place]]:
        """The judged blocks, with the texts of all documents, dropped ones too: (source, file)."""
        return [(receipt["source"], self.judged.file(receipt["name"], "arrow")) for receipt in judged]

    def finish(self, judged: Sequence[dict[str, Any]], decisions: str, repetitions: str) -> list[dict[str, Any]]:
        """The receipts of all finished blocks, in the build's order."""
        folder = self._folder("finished", self.judged.path.name, self._decided(decisions), self.decides)
        folder.path.mkdir(parents=True, exist_ok=True)
        blocks = self._blocks(judged)
        self.engine.run("finish", lambda pipeline: pipeline | Finishing(blocks, decisions, repetitions, self.rules, folder.path),
                        lambda: f"{folder.count()} of {len(blocks)} blocks", sum(one["bytes"] for one in judged))
        self.finished = folder
        return [folder.receipt(block.name) or {} for block in blocks]

    def write(self, finished: Sequence[dict[str, Any]], judged: Sequence[dict[str, Any]]) -> tuple[list[writing.Shard], Ledger]:
        """Shards, ledger parts and rejected records; raises RootsError when the books do not balance."""
        run = self.order.run
        for kind in ("documents", "signatures", "ledger", "rejected"):
            store.remove(run / kind)
        shards = writing.plan_shards([receipt["units"] for receipt in finished], self.order.recipe.writing.shard_megabytes << 20)
        parts = writing.plan_ledger([receipt["rows"] for receipt in finished], shards)
        blocks = [str(self.finished.path / receipt["name"]) for receipt in finished]
        self.engine.run("write", lambda pipeline: pipeline | writing.Writing(shards, parts, blocks, run, self.rules.signatures),
                        lambda: f"{len(shards)} shards, {len(parts)} ledger parts", sum(shard.bytes for shard in shards))
        ledger = writing.count(run, parts)
        for receipt in judged:
            ledger.read[receipt["source"]] += receipt["read"]
            for rejected in receipt["rejected"]:
                ledger.rejected[receipt["source"], rejected["reason"]] += 1
        write_rejected([rejected for receipt in judged for rejected in receipt["rejected"]], self.rules, run)
        ledger.balance()
        return shards, ledger

    def tokenise(self, shards: Sequence[writing.Shard]) -> tuple[dict[str, Any], dict[str, Any]]:
        if not self.rules.tokenizer or not shards:
            tokens.clear(self.order.run)
            return {}, {}
        work = self._folder("tokens", self.finished.path.name)
        return tokens.train_and_pack(self.order.run, shards, self.order.recipe, self.rules.tokenizer, self.engine, work)


def _beginnings(ids: pa.StringArray) -> npt.NDArray[np.uint64]:
    """The first 16 hex digits of each id, as a number."""
    _, _, digits = pc.utf8_slice_codeunits(ids, 0, 16).buffers()
    return np.frombuffer(bytes.fromhex(digits.to_pybytes()[:16 * len(ids)].decode() if len(ids) else ""), ">u8").astype(np.uint64)
