"""Which texts lie nearest to each limit? Chosen while a build still has the texts of dropped documents; scrubbed before they are kept.

RUN/report/examples.json holds them, so that a report can be written again later. Only documents that are kept, or that a limit dropped, are
ever shown: what was withdrawn, is under another licence or holds too much personal data is not.
"""
from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from roots import batches, document, store
from roots.governance.scrub import Scrubber
from roots.governance.scrub_rules import ScrubRules
from roots.pipelines.report.ledger_rows import LedgerRows
from roots.pipelines.report.limit_rows import Limits, Sample
from roots.pipelines.stages import loaded
from roots.store import Place

NAME = "examples.json"
BLOCKS = 8        # of each source that are looked at, about 2 MB of text each
SCRUBBED = 2_000  # characters of a document that are scrubbed; what is shown stands far from where they are cut
SHOWN = 300       # characters that are shown
LINES = 8         # lines that are shown
Examples = dict[str, Any]


def collect(run: Place, blocks: Iterable[tuple[str, Place]], rules: ScrubRules, limits: Limits) -> None:
    """Writes RUN/report/examples.json from the ledger and the judged blocks, given as (source, file).

    Without kinds of personal data to look for nothing is shown: a text that nobody scrubbed stays where it is.
    """
    chosen = some_of(blocks) if rules.kinds else []
    found: Examples = {"nearest": [], "texts": {}}
    if chosen:
        ids = pa.concat_arrays([batches.read(block).column("id") for block in chosen])
        with LedgerRows(run) as ledger:
            found["nearest"] = Sample(ledger, limits, ids).nearest()
        found["texts"] = excerpts(chosen, {row["id"] for row in found["nearest"]}, rules)
        found["nearest"] = [row for row in found["nearest"] if row["id"] in found["texts"]]
    _write(run, found)


def read(run: Place, ledger: LedgerRows) -> Examples:
    """The examples of a run whose documents have still the fate that they had; the others are taken out of the file as well."""
    path = run / "report" / NAME
    if not path.exists():
        return {"nearest": [], "texts": {}}
    found: Examples = json.loads(path.read_bytes())
    wanted = pa.table({"id": pa.array(sorted(found["texts"]), pa.string())})
    fates = {row["id"]: row["dropped"] for row in ledger.ask("SELECT id, dropped FROM ledger SEMI JOIN wanted USING (id)", wanted=wanted)}
    nearest = [row for row in found["nearest"] if row["id"] in fates and fates[row["id"]] == row["dropped"]]
    if len(nearest) < len(found["nearest"]):
        shown = {row["id"] for row in nearest}
        found = {"nearest": nearest, "texts": {id: text for id, text in found["texts"].items() if id in shown}}
        _write(run, found)
    return found


def _write(run: Place, found: Examples) -> None:
    store.write(run / "report" / NAME, (json.dumps(found, ensure_ascii=False, indent=0, sort_keys=True) + "\n").encode())


def some_of(blocks: Iterable[tuple[str, Place]]) -> Sequence[Place]:
    """At most `BLOCKS` files of each source, chosen by the digests of their names."""
    by_source: dict[str, list[Place]] = defaultdict(list)
    for source, block in blocks:
        by_source[source].append(block)
    return [block for _, of in sorted(by_source.items())
            for block in sorted(of, key=lambda one: hashlib.sha256(one.name.encode()).digest())[:BLOCKS]]


def excerpts(blocks: Sequence[Place], wanted: set[str], rules: ScrubRules) -> Mapping[str, str]:
    """Id → the scrubbed beginning of the document; without those that scrubbing would drop."""
    scrubber, found = loaded(Scrubber, rules), {}
    values = pa.array(sorted(wanted), pa.string())
    for block in blocks:
        batch = batches.read(block)
        here = batch.filter(pc.is_in(batch.column("id"), values))
        if not len(here):
            continue
        heads = pc.utf8_slice_codeunits(here.column("text"), 0, SCRUBBED)
        scrubbed = scrubber.scrub(document.batch_of(
            {**{name: here.column(name) for name in ("id", "source", "kind", "language")}, "text": heads}))
        for id, text, dropped in zip(*(scrubbed.column(name).to_pylist() for name in ("id", "text", "dropped")), strict=True):
            if dropped is None:
                found[id] = excerpt(text)
    return found


def excerpt(text: str) -> str:
    """At most `SHOWN` characters and `LINES` lines, cut where a word ends if it can be, without characters that cannot be shown."""
    text = re.sub(r"[ \t]+\n", "\n", re.sub(r"\n\s*\n", "\n", text)).strip("\n")
    lines = text.split("\n")
    short = "\n".join(lines[:LINES])
    cut = len(short)
    if cut > SHOWN:
        cut = SHOWN
        while cut > 1 and (unicodedata.combining(short[cut]) or unicodedata.category(short[cut]) in ("Mn", "Mc", "Cf")):
            cut -= 1
        space = max(short.rfind(" ", 0, cut), short.rfind("\n", 0, cut))
        cut = space if space > 2 * SHOWN // 3 else cut
    shown = "".join(c if c in "\n\t" or unicodedata.category(c) != "Cc" else "\N{REPLACEMENT CHARACTER}"
                    for c in short[:cut])
    return shown + (" …" if cut < len(text) else "")
