"""How is a corpus built? The driver: admits sources, runs the passes in order, seals the run folder."""
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from roots import __version__, batches, manifest, store
from roots.digest import folder_digest, value_digest
from roots.errors import RootsError
from roots.governance.scrub_rules import Keeping
from roots.governance.takedowns import Takedowns
from roots.ledger import Ledger
from roots.pipelines import tokens, writing
from roots.pipelines.benchmark_items import decontamination_rules
from roots.pipelines.deduplicate import JudgedBlock, deduplicate
from roots.pipelines.earlier import Earlier, blocks_of, described, earlier_runs, withdrawn_since
from roots.pipelines.engine import Engine, failing_clearly, progress
from roots.pipelines.finishing import Finishing, JudgedFile
from roots.pipelines.judging import Judging, tasks_for
from roots.pipelines.lease import Lease, claim
from roots.pipelines.read import Input, inputs_of
from roots.pipelines.rejected import write_rejected
from roots.pipelines.repetitions import PARTITION, repetitions
from roots.pipelines.report import examples, write_report
from roots.pipelines.work import Folder
from roots.recipe import Recipe, as_json
from roots.rules import Rules, rules_of
from roots.store import Place, place
from roots.verdict import Verdict
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


def build(order: Order, engine: Engine) -> dict[str, Any]:
    """Builds the run folder and returns its manifest.

    Raises RootsError when no source is admitted, when the folder is taken, when input files are missing, or when the
    books do not balance; the run folder then says that it is unfinished, and `--resume` goes on from what is proven whole.
    """
    verdicts = order.workspace.verdicts(order.recipe, order.as_of)
    admitted = [source for source in order.recipe.sources if verdicts[source].allowed]
    if not admitted:
        raise RootsError(order.recipe.file, "no source is admitted", "`roots plan` names the reason for each")
    inputs = inputs_for(order.workspace, admitted, order.data)
    rules = rules_of(order.workspace, order.recipe, admitted, order.keeping)
    if "decontaminate" in order.recipe.stages:
        rules = replace(rules, decontamination=decontamination_rules(order.recipe.decontamination, order.data))
    work = order.run / manifest.WORK
    with claimed(order.run, order.resume) as lease:
        passes = _Passes(order, engine, rules, work)
        earlier = earlier_runs(order.against, rules.signatures)
        judged = passes.judge(inputs)
        decisions, duplicates = passes.deduplicate(judged, earlier)
        finished = passes.finish(judged, decisions, passes.repetitions(judged, decisions))
        shards, ledger = passes.write(finished, judged)
        tokenizer, packed = passes.tokenise(shards)
        record = _record(order, verdicts, inputs, rules, passes.code) | {
            "ledger": ledger.as_json(),
            "shards": [{"path": shard.path, "language": shard.language, "rows": shard.rows,
                        "bytes": shard.bytes} for shard in shards],
            "duplicates": duplicates, "against": [run.as_json() for run in earlier], "signatures": described(rules.signatures),
            "tokenizer": tokenizer, "tokens": packed,
            "failures": [failure for receipt in [*judged, *finished] for failure in receipt.get("failures", [])],
        }
        lease.check()
        _costs(order.run, engine, inputs)
        files = manifest.write(order.run, record)["files"]
        with progress("report", lambda: "report/index.html"):
            examples.collect(order.run, passes.texts(judged), rules.scrub, record["limits"])
            write_report(order.run)
        sealed = manifest.write(order.run, record, {name: known for name, known in files.items() if not name.startswith("report/")})
        store.remove(work)
        (order.run / manifest.UNFINISHED).unlink()
    return sealed


@contextmanager
def claimed(run: Place, resume: bool) -> Iterator[Lease]:
    """The run folder, held by this build alone, which says that it is not complete.

    Raises RootsError when the folder holds a complete run, something else, or a build that is still at work.
    """
    _vacant(run, resume)
    work = run / manifest.WORK
    try:
        work.mkdir(parents=True, exist_ok=True)
        with claim(run, work) as lease:
            store.write(run / manifest.UNFINISHED,
                        b'{"note": "This build is not complete. .work holds unscrubbed text. Go on with roots build --resume."}\n')
            yield lease
    except PermissionError:
        raise RootsError(str(run), "cannot be written: Permission denied", "name a folder that you may write to") from None


def _vacant(run: Place, resume: bool) -> None:
    if (run / manifest.UNFINISHED).exists() or (run / manifest.WORK).is_dir():
        if not resume:
            raise RootsError(str(run), "holds an unfinished run", "go on with --resume, or remove the folder")
    elif (run / manifest.NAME).exists():
        raise RootsError(str(run), "holds a complete run", "name another folder with --to, or remove this one")
    elif not store.empty(run):
        raise RootsError(str(run), "is not empty and is no run of roots", "name an empty or a new folder with --to")


def inputs_for(workspace: Workspace, admitted: Sequence[str], data: Place) -> list[Input]:
    """The raw files of the admitted sources, in the build's order: source, then path.

    Raises RootsError for a source without files, and for a file whose digest is not the one that its record names.
    """
    found: list[Input] = []
    for id in sorted(admitted):
        source = workspace.sources[id]
        found += inputs_of(id, data, source.data.files, source.data.format, text=source.data.text, record_id=source.data.record_id,
                           language=source.data.language, url=source.data.url, html=source.data.html, known=source.data.sha256)
    return sorted(found, key=lambda input: (input.source, input.path))


@dataclass
class _Passes:
    order: Order
    engine: Engine
    rules: Rules
    work: Place

    def __post_init__(self) -> None:
        self.code = folder_digest(PACKAGE, ["**/*.py"])

    def _folder(self, name: str, *inputs: Any) -> Folder:
        return Folder(self.work / f"{name}-{value_digest([self.code, *inputs])[:16]}")

    def judge(self, inputs: Sequence[Input]) -> list[dict[str, Any]]:
        """The receipts of all judged blocks, in the build's order; raises RootsError when one is missing."""
        self.judged = self._folder("judged", self.rules, [asdict(input) | {"file": ""} for input in inputs])
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
        columns = (batches.read(self.judged.file(receipt["name"], "arrow")).column("id") for receipt in receipts)
        beginnings = np.concatenate([_beginnings(column) for column in columns] or [np.zeros(0, np.uint64)])
        beginnings.sort()
        alike = np.unique(beginnings[1:][beginnings[1:] == beginnings[:-1]])
        seen: set[str] = set()
        for receipt in receipts if len(alike) else ():
            column = batches.read(self.judged.file(receipt["name"], "arrow")).column("id")
            for id in column.filter(pa.array(np.isin(_beginnings(column), alike))).to_pylist():
                if id in seen:
                    raise RootsError(self.order.recipe.file, f"two records have the id {id}",
                                     "a source's record_id must be unique within the source; leave it out to use the place in the file")
                seen.add(id)

    def deduplicate(self, judged: Sequence[dict[str, Any]], earlier: Sequence[Earlier]) -> tuple[str, dict[str, Any]]:
        """The file of decisions and what they came to; nothing when the recipe does not deduplicate."""
        if "deduplicate" not in self.order.recipe.stages:
            return "", {}
        blocks, offset = [], 0
        for receipt in judged:
            name = receipt["name"]
            blocks.append(JudgedBlock(str(self.judged.file(name, "arrow")), str(self.judged.file(name, "sig.arrow")),
                                      receipt["rows"], offset))
            offset += receipt["rows"]
        withdrawn = self._withdrawn(earlier)
        folder = self._folder("decisions", self.judged.path.name, self.rules.dedup, [run.record["seal"] for run in earlier], withdrawn)
        folder.path.mkdir(parents=True, exist_ok=True)
        to = folder.file("decisions", "arrow")
        if folder.whole("decisions"):
            return str(to), (folder.receipt("decisions") or {})["duplicates"]
        with self.engine.measured("deduplicate"), progress("deduplicate", lambda: f"{offset} documents"), failing_clearly("deduplicate"):
            workers = self.engine.workers_for("deduplicate", offset)
            counts = deduplicate(blocks, self.rules.dedup, str(to), lambda: self.engine.pipeline(workers),
                                 blocks_of(earlier, offset), withdrawn)
        folder.receive("decisions", {"duplicates": counts}, ["arrow"])
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
            with self.engine.measured("repetitions"), progress("repetitions", lambda: f"{len(judged)} blocks"), \
                    failing_clearly("repetitions"):
                repetitions(self._blocks(judged), decisions, self.rules.passages, str(to),
                            lambda: self.engine.pipeline(self.engine.workers_for("repetitions", size)), 1 + size // PARTITION)
            folder.receive("repetitions", {}, ["arrow"])
        return str(to)

    def _decided(self, decisions: str) -> Any:
        return (Folder(place(decisions).parent).receipt("decisions") or {}).get("files") if decisions else {}

    def _blocks(self, judged: Sequence[dict[str, Any]]) -> list[JudgedFile]:
        offsets = accumulate((one["rows"] for one in judged), initial=0)
        return [JudgedFile(one["name"], str(self.judged.file(one["name"], "arrow")), offset)
                for one, offset in zip(judged, offsets, strict=False)]

    def texts(self, judged: Sequence[dict[str, Any]]) -> list[tuple[str, Place]]:
        """The judged blocks, with the texts of all documents, dropped ones too: (source, file)."""
        return [(receipt["source"], self.judged.file(receipt["name"], "arrow")) for receipt in judged]

    def finish(self, judged: Sequence[dict[str, Any]], decisions: str, repetitions: str) -> list[dict[str, Any]]:
        """The receipts of all finished blocks, in the build's order."""
        folder = self._folder("finished", self.judged.path.name, self._decided(decisions), self.rules)
        folder.path.mkdir(parents=True, exist_ok=True)
        blocks = self._blocks(judged)
        self.engine.run("finish", lambda pipeline: pipeline | Finishing(blocks, decisions, repetitions, self.rules, folder.path),
                        lambda: f"{folder.count()} of {len(blocks)} blocks", sum(one["bytes"] for one in judged))
        self.finished = folder
        return [folder.receipt(block.name) or {} for block in blocks]

    def write(self, finished: Sequence[dict[str, Any]], judged: Sequence[dict[str, Any]]) -> tuple[list[writing.Shard], Ledger]:
        """Shards, ledger parts and rejected records; raises RootsError when the books do not balance."""
        run = self.order.run
        for kind in manifest.RESULTS:
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
            return {}, {}
        return tokens.train_and_pack(self.order.run, shards, self.order.recipe, self.rules.tokenizer, self.engine)


def _beginnings(ids: pa.StringArray) -> npt.NDArray[np.uint64]:
    """The first 16 hex digits of each id, as a number."""
    return np.frombuffer(bytes.fromhex("".join(pc.utf8_slice_codeunits(ids, 0, 16).to_pylist())), ">u8").astype(np.uint64)


def _record(order: Order, verdicts: Mapping[str, Verdict], inputs: Sequence[Input], rules: Rules,
            code: str) -> dict[str, Any]:
    """What is known before a byte is read: the recipe, the sources and their verdicts, the digests of everything that decides."""
    workspace = order.workspace
    sources = {}
    for id in order.recipe.sources:
        sources[id] = workspace.describe(id) | verdicts[id].as_json() | {
            "files": [{"path": input.path, "sha256": input.snapshot, "bytes": input.size} for input in inputs if input.source == id]}
    return {
        "format": 1, "roots": __version__, "as_of": order.as_of.isoformat(),
        "recipe": as_json(order.recipe), "recipe_file": order.recipe.file, "sources": sources,
        "digests": workspace.digests() | {"recipe": value_digest(as_json(order.recipe)), "rules": value_digest(rules),
                                          "code": code},
        "languages": workspace.names(), "limits": workspace.limits(), "personal_data": rules.scrub.described(),
    }


def _costs(run: Place, engine: Engine, inputs: Sequence[Input]) -> None:
    content = {"workers": engine.workers, "runner": engine.runner, "passes": engine.costs,
               "input_bytes": sum(input.size for input in inputs)}
    store.write(run / "timings.json", (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())
