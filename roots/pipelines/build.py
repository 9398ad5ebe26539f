"""How is a corpus built? The driver: admits sources, runs the passes in order, seals the run folder."""
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from roots import __version__, manifest, store
from roots.digest import value_digest
from roots.errors import RootsError
from roots.pipelines.benchmark_items import decontamination_rules
from roots.pipelines.earlier import described, earlier_runs
from roots.pipelines.engine import Engine, progress
from roots.pipelines.lease import Lease, claim
from roots.pipelines.passes import Order, Passes
from roots.pipelines.read import Input, inputs_of
from roots.pipelines.report import examples, write_report
from roots.recipe import as_json
from roots.rules import Rules, rules_of
from roots.store import Place
from roots.verdict import Verdict
from roots.workspace import Workspace


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
        passes = Passes(order, engine, rules, work)
        earlier = earlier_runs(order.against, rules.signatures)
        judged = passes.judge(inputs)
        decisions, duplicates = passes.deduplicate(judged, earlier)
        finished = passes.finish(judged, decisions, passes.repetitions(judged, decisions))
        shards, ledger = passes.write(finished, judged)
        tokenizer, packed = passes.tokenise(shards)
        record = _record(order, verdicts, inputs, rules, passes) | {
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


def _record(order: Order, verdicts: Mapping[str, Verdict], inputs: Sequence[Input], rules: Rules,
            passes: Passes) -> dict[str, Any]:
    """What is known before a byte is read: the recipe, the sources and their verdicts, the digests of everything that decides."""
    workspace = order.workspace
    sources = {}
    for id in order.recipe.sources:
        sources[id] = workspace.describe(id) | verdicts[id].as_json() | {
            "files": [{"path": input.path, "sha256": input.snapshot, "bytes": input.size} for input in inputs if input.source == id]}
    return {
        "format": 1, "roots": __version__, "as_of": order.as_of.isoformat(),
        "recipe": as_json(order.recipe), "recipe_file": order.recipe.file, "sources": sources,
        "digests": workspace.digests() | {"recipe": value_digest(as_json(order.recipe)), "rules": passes.decides,
                                          "code": passes.code},
        "languages": workspace.names(), "limits": workspace.limits(), "personal_data": rules.scrub.described(),
    }


def _costs(run: Place, engine: Engine, inputs: Sequence[Input]) -> None:
    content = {"workers": engine.workers, "runner": engine.runner, "passes": engine.costs,
               "input_bytes": sum(input.size for input in inputs)}
    store.write(run / "timings.json", (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())
