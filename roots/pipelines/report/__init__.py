"""What is in this corpus, and what was left out? RUN/report: a page for people, a card for the data's home, figures for machines."""
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from roots import manifest, store
from roots.ledger import KEPT
from roots.pipelines.report import examples, pages, words
from roots.pipelines.report.figures import ENOUGH, TOO_MUCH, Figures, family_of, figures_of
from roots.pipelines.report.flow import NARROW, WIDE, Story, draw, story_of
from roots.pipelines.report.ledger_rows import LedgerRows
from roots.pipelines.report.limit_rows import Sample
from roots.pipelines.report.notices import notices_of
from roots.store import Place

__all__ = ["write_report"]


def write_report(run: Place) -> None:
    """Writes RUN/report/index.html, DATASET_CARD.md, corpus.json and languages/<code>.html.

    From the manifest, the ledger and the timings of a run, and from the examples that the build left in report/examples.json.
    The pages stand alone: no request leaves them. All text from the run is escaped.
    """
    figures = figures_of(run)
    folder = run / "report"
    shown = {**_common(figures), "pictures": {size: _pictures(figures, size) for size in ("documents", "bytes")}}
    templates = words.environment()
    store.write(folder / "index.html", (templates.get_template("page.html").render(shown, style=words.style())).encode())
    store.write(folder / "DATASET_CARD.md", (templates.get_template("card.md").render(shown)).encode())
    store.remove(folder / pages.FOLDER)
    with LedgerRows(run) as ledger:
        histograms = Sample(ledger, json.loads((run / manifest.NAME).read_bytes())["limits"]).histograms()
        for code, page in pages.pages(figures, histograms, examples.read(run, ledger)):
            store.write(folder / pages.FOLDER / f"{code}.html", page.encode())
    store.write(folder / "corpus.json", (json.dumps(figures, ensure_ascii=False, indent=1) + "\n").encode())


def _common(figures: Figures) -> dict[str, Any]:
    """What both templates speak of."""
    families = [family for family in words.meanings()["family"] if family not in (KEPT, "rejected")]
    kept = [one for one in figures["languages"] if one["kept"]]
    largest = max(kept, key=lambda one: (one["bytes_kept"], one["code"]), default={"name": "none", "bytes_kept": 0})
    licences: Counter[str] = Counter()
    for source in figures["sources"]:
        if source["kept"]:
            licences[source["licence"] or "no licence"] += source["kept"]
    return {
        "f": figures, "t": figures["totals"], "notices": notices_of(figures), "enough": ENOUGH, "too_much": TOO_MUCH,
        "families": families, "family_names": {name: family["name"] for name, family in words.meanings()["family"].items()},
        "names": {one["code"]: one["name"] for one in figures["languages"]},
        "pages": pages.written(figures),
        "absent": [one["name"] for one in figures["languages"] if not one["kept"]],
        "largest": {"name": largest["name"], "share": largest["bytes_kept"] / max(figures["totals"]["bytes_kept"], 1)},
        "licences": sorted(licences.items(), key=lambda item: (-item[1], item[0])), "licence": words.card_licence(licences),
        "folders": sorted({shard["language"] for shard in figures["shards"]}),
        "card_languages": sorted({words.card_language(one["code"]) for one in kept if one["kind"] == "natural"}) or ["und"],
    }


def _pictures(figures: Figures, size: str) -> Mapping[str, Any]:
    fates, kept = story_of(figures["flows"], size, family_of)
    if size == "documents":
        for row in figures["rejected"]:
            fates[row["source"], "rejected"] += row["records"]
    families = list(words.meanings()["family"])
    names = {name: family["name"] for name, family in words.meanings()["family"].items()}
    kinds = {one["code"]: one["kind"] for one in figures["languages"]}
    colours = {family: f"var(--{family})" for family in families}
    order = sorted(kept, key=lambda code: (-kept[code], code))
    for place, code in enumerate(order):
        hue = 205 + 30 * place // max(len(order), 1) if kinds.get(code) == "programming" else 95 + 85 * place // max(len(order), 1)
        colours[code] = f"hsl({hue} 48% 46%)"
    unit = words.size if size == "bytes" else lambda count: f"{words.compact(count)} documents"
    story = Story(fates, kept, families, names | {one["code"]: one["name"] for one in figures["languages"]}, colours, unit)
    total = figures["totals"]
    title = (f"Flow of {words.number(total['read'])} records from {total['admitted']} sources: {words.number(total['kept'])} kept, "
             f"{words.number(total['dropped'])} dropped, {words.number(total['rejected'])} unreadable")
    return {"wide": words.drawn(draw(story, WIDE, title)), "narrow": words.drawn(draw(story, NARROW, title))}
