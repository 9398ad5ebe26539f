"""Does the report say what the record says, to everyone, and nothing to a stranger?"""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huggingface_hub import DatasetCard

from roots import ledger
from roots.pipelines.report import write_report
from roots.pipelines.report.figures import figures_of, meaning
from roots.pipelines.report.notices import notices_of
from roots.pipelines.report.words import card_licence, compact, percent, size, web

HOSTILE = '"><script>alert(1)</script> | `x` {{ 7 * 7 }}'


def limit(at_least: float | None = None, at_most: float | None = None) -> dict[str, Any]:
    return {"at_least": at_least, "at_most": at_most, "why": "because", "file": "filters/languages/x.toml", "line": 7}


def source(name: str, allowed: bool, **more: Any) -> dict[str, Any]:
    reasons = (
        []
        if allowed
        else [
            {
                "code": "licence.missing",
                "sentence": "No licence was concluded.",
                "file": "catalogue/sources/c.toml",
                "key": "licence.concluded",
            }
        ]
    )
    return {
        "name": name,
        "type": "primary",
        "description": "",
        "homepage": "https://example.org",
        "languages": ["sw"],
        "derived_from": [],
        "custodian": "Someone",
        "licence": "CC0-1.0" if allowed else "",
        "licence_declared": "",
        "licence_evidence": "",
        "personal_data": "no",
        "digest": "0" * 64,
        "allowed": allowed,
        "reasons": reasons,
        "files": [{"path": "a.jsonl", "sha256": "1" * 64, "bytes": 100}],
        **more,
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with what the report reads: two sources admitted, one refused, every kind of fate."""
    folder = tmp_path_factory.mktemp("run")
    edit = [{"kind": "email", "start": 0, "end": 7, "replacement": "[EMAIL]"}]
    fates = [
        ("a", "sw", None, edit),
        ("a", "sw", "letter_share.low", []),
        ("b", "zh-Hans", None, []),
        ("b", "zh-Hans", "duplicate.exact", []),
        ("b", "gl", "language.other", []),
        ("b", "python", None, []),
        ("b", None, "takedown.2026-1", []),
    ]
    rows = [
        {
            "id": f"{n:032x}",
            "source": s,
            "locator": f"f#{n}",
            "kind": "programming" if lang == "python" else "natural",
            "language": lang,
            "language_score": 0.9,
            "dropped": why,
            "edits": edits,
            "bytes": 10 + n,
            "m.letter_share": 0.9 if n % 5 else 0.1,
        }
        for n, (s, lang, why, edits) in enumerate(fates * 20)
    ]
    (folder / "ledger").mkdir()
    pq.write_table(pa.Table.from_pylist(rows, ledger.schema(["letter_share"])), folder / "ledger" / "part-00000.parquet")
    books = ledger.Ledger.of(pq.read_table(folder / "ledger"))
    for row in rows:
        books.read[row["source"]] += 1
    books.read["a"] += 2
    books.rejected["a", "json.invalid"] += 2
    books.balance()
    (folder / "rejected").mkdir()
    (folder / "rejected" / "part-00000.jsonl").write_text(
        json.dumps(
            {
                "source": "a",
                "reason": "json.invalid",
                "locator": "a.jsonl#3",
                "detail": "Expecting value",
                "mend": "write JSON",
                "excerpt": "secret",
            }
        )
        + "\n"
    )
    figures = {"documents": 20, "bytes": 400, "characters": 300, "words": 60, "tokens": 100}
    (folder / "manifest.json").write_text(
        json.dumps(
            {
                "format": 1,
                "roots": "0.1.0",
                "as_of": "2026-11-21",
                "recipe_file": "pipelines/x.toml",
                "recipe": {
                    "id": "x",
                    "name": f"Example {HOSTILE}",
                    "purpose": "To see.",
                    "seed": 1,
                    "sources": ["a", "b", "c"],
                    "profile": "research",
                    "stages": ["normalise", "identify", "judge"],
                },
                "sources": {
                    "a": source(f"Source {HOSTILE}", True, homepage="javascript:alert(1)"),
                    "b": source("B", True),
                    "c": source("C", False),
                },
                "digests": {"recipe": "a" * 64, "models": "b" * 64},
                "results": {"documents": "c" * 64},
                "limits": {
                    "sw": {"letter_share": limit(at_least=0.5), "language_score": limit(at_least=0.5)},
                    "python": {"letter_share": limit(at_least=0.01)},
                    "zh-Hans": {"letter_share": limit(at_most=0.5), "language_score": limit(0.3)},
                    "wo": {"language_score": limit(0.3)},
                    "lua": {},
                },
                "languages": {"sw": {"name": "Swahili", "own_name": "Kiswahili", "kind": "natural"}},
                "personal_data": {
                    "email": {"name": "e-mail address", "tag": "[EMAIL]", "replace": "tag"},
                    "iban": {"name": "IBAN", "tag": "[IBAN]", "replace": "tag"},
                },
                "ledger": books.as_json(),
                "failures": [{"id": "x", "stage": "scrub", "error": "ValueError"}],
                "shards": [{"path": "documents/sw/part-00000.arrow", "language": "sw", "rows": 20, "bytes": 400}],
                "duplicates": {
                    "components": 20,
                    "compared": 3,
                    "capped": 0,
                    "removed": {"exact": 20},
                    "matrix": [
                        {"source": "b", "kept": "a", "how": "exact", "documents": 19},
                        {"source": "b", "kept": "b", "how": "exact", "documents": 1},
                    ],
                },
                "tokenizer": {"name": "x", "vocabulary": 512, "tokenizer": "d" * 64},
                "tokens": {
                    "languages": {"sw": figures, "zh-Hans": figures},
                    "sequence_length": 64,
                    "splits": {
                        "train": {"sequences": 3, "documents": 40, "tokens": 240},
                        "valid": {"sequences": 0, "documents": 0, "tokens": 0},
                    },
                },
            }
        )
    )
    (folder / "timings.json").write_text(
        json.dumps(
            {
                "workers": 2,
                "runner": "direct",
                "input_bytes": 300,
                "passes": {
                    "judge": {
                        "": {"seconds": 2.0, "cpu_seconds": 3.0, "peak_rss_bytes": 5e8},
                        "read": {"microseconds": 10, "cpu_microseconds": 5_000, "documents": 140, "bytes": 20_000, "peak_rss_bytes": 4e8},
                    }
                },
            }
        )
    )
    write_report(folder)
    return folder


class Page(HTMLParser):
    """What an auditor of the page looks at: its tags, their attributes, its visible text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "input", "path", "rect", "link", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("path", "rect"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.text.append(data)


@pytest.fixture(scope="module")
def page(run: Path) -> Page:
    return Page((run / "report" / "index.html").read_text("utf-8"))


def test_the_page_stands_alone(page: Page, run: Path) -> None:
    assert page.open == []
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "img", "iframe", "object", "embed", "base", "form")
        assert "src" not in attributes and not [name for name in attributes if name.startswith("on")]
        href = attributes.get("href") or "#"
        assert href == "https://example.org" or href.startswith("#") or (run / "report" / href).is_file()
    raw = (run / "report" / "index.html").read_text("utf-8")
    assert "url(" not in raw and "@import" not in raw and "javascript:" not in raw
    assert (
        "meta",
        {
            "http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        },
    ) in page.tags


def test_text_of_the_run_is_escaped(page: Page, run: Path) -> None:
    assert HOSTILE in "".join(page.text)
    card = (run / "report" / "DATASET_CARD.md").read_text("utf-8")
    assert "<script>" not in card.split("---", 2)[2] and "49" not in card.partition("# Example")[2][:40]
    assert "secret" not in "".join(page.text)


def test_the_page_can_be_used_without_eyes_or_a_mouse(page: Page) -> None:
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption") and tags.count("h1") == 1
    assert all("aria-label" in attributes for tag, attributes in page.tags if tag == "svg" or attributes.get("role") == "region")
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    links = [
        (attributes["href"] or "")[1:] for tag, attributes in page.tags if tag == "a" and (attributes.get("href") or "").startswith("#")
    ]
    assert links and set(links) <= set(ids)
    labels = [attributes["for"] for tag, attributes in page.tags if tag == "label"]
    assert labels and set(labels) <= set(ids)


def test_the_figures_are_those_of_the_record(run: Path) -> None:
    figures = json.loads((run / "report" / "corpus.json").read_text("utf-8"))
    assert figures == json.loads(json.dumps(figures_of(run)))
    totals = figures["totals"]
    assert (totals["admitted"], totals["refused"], totals["read"], totals["kept"], totals["dropped"], totals["rejected"]) == (
        2,
        1,
        142,
        60,
        80,
        2,
    )
    assert (totals["natural"], totals["natural_kept"], totals["programming"], totals["programming_kept"]) == (3, 2, 2, 1)
    assert totals["replacements"] == 20 and totals["duplicates"] == 20 and totals["tokens"] == 240
    assert {one["reason"]: one["documents"] for one in figures["reasons"]} == {
        "letter_share.low": 20,
        "duplicate.exact": 20,
        "language.other": 20,
        "takedown.2026-1": 20,
    }
    assert {one["code"]: one["kept"] for one in figures["languages"]} == {"sw": 20, "zh-Hans": 20, "wo": 0, "python": 20, "lua": 0}
    assert [one["code"] for one in figures["other_languages"]] == ["gl", "und"]
    assert figures["duplicates"]["matrix"] == [[0, 0], [19, 1]] and figures["duplicates"]["across"] == 19
    assert {one["kind"]: one["replacements"] for one in figures["personal_data"]} == {"email": 20, "iban": 0}
    swahili = next(one for one in figures["languages"] if one["code"] == "sw")
    assert swahili["tokens_per_word"] == pytest.approx(100 / 60) and swahili["bytes_per_token"] == 4
    assert figures["speed"]["stages"][0]["megabytes_per_core_second"] == pytest.approx(4.0)


def test_limits_that_are_idle_or_heavy_are_named(run: Path, page: Page) -> None:
    found = {(one["language"], one["measure"]): one for one in figures_of(run)["limits"]}
    # a measure of every fifth row is 0.1: of each seven, rows 0 and 1 are Swahili, 2 and 3 Chinese, 5 Python
    heavy = found["zh-Hans", "letter_share"]
    assert heavy["measured"] == 40 and heavy["outside"] == 32 and heavy["warning"] == ""  # 40 documents are too few to warn
    text = re.sub(r"\s+", " ", "".join(page.text))
    assert "2 of 5 languages are absent: Wolof" not in text and "languages are absent" in text
    assert "1 limit " not in text


def test_what_was_dropped_refused_and_unreadable_is_said(page: Page) -> None:
    text = re.sub(r"\s+", " ", "".join(page.text))
    for sentence in (
        "Letter share: below the limit of its language.",
        "Withdrawn: entry 2026-1 of governance/takedowns.toml.",
        "No licence was concluded.",
        "licence.concluded",
        "142 records read = 60 kept + 80 dropped + 2 unreadable",
        "absent",
        "Expecting value",
        "e-mail address",
        "a.jsonl#3",
        "scrub on 1",
        "19",
    ):
        assert sentence in text, sentence


def test_the_card_has_a_header_and_all_its_sections(run: Path) -> None:
    _, _, body = (run / "report" / "DATASET_CARD.md").read_text("utf-8").split("---\n", 2)
    card = DatasetCard((run / "report" / "DATASET_CARD.md").read_text("utf-8")).data
    assert (card.license, card.language, card.size_categories, card.pretty_name) == (
        "cc0-1.0", ["sw", "zh"], ["n<1K"], f"Example {HOSTILE}")
    assert [config["config_name"] for config in card.configs] == ["default", "sw"]
    for section in (
        "Dataset Summary",
        "Supported Tasks",
        "Languages",
        "Data Instances",
        "Data Fields",
        "Data Splits",
        "Curation Rationale",
        "Source Data",
        "Annotations",
        "Personal and Sensitive Information",
        "Social Impact and Biases",
        "Known Limitations",
        "Dataset Curators",
        "Licensing Information",
        "Citation Information",
    ):
        assert f"# {section}\n\n" in body, section
    assert "{{" not in body.replace("{{ 7", "").replace("\\{\\{", "") and "None" not in body.replace("None by people", "")


def test_meanings_and_formats() -> None:
    assert meaning("language_score.low") == ("language", "The identifier is not sure enough of the language.")
    assert meaning("mean_word_length.high") == ("quality", "Mean word length: above the limit of its language.")
    assert (
        meaning("duplicate.near")[0] == "duplicate"
        and meaning("failed.scrub")[1] == "The stage scrub failed on this document; it was set apart."
    )
    assert [compact(n) for n in (999, 12_345, 1_234_567)] == ["999", "12.3\u202fk", "1.23\u202fM"]
    assert [size(n) for n in (0, 999, 1_500, 2_000_000)] == ["0\xa0B", "999\xa0B", "1.5\xa0kB", "2\xa0MB"]
    assert [percent(n) for n in (0, 0.0001, 0.034, 0.5)] == ["0 %", "< 0.1 %", "3.4 %", "50 %"]
    assert card_licence({"CC0-1.0": 1})["id"] == "cc0-1.0" and card_licence({"CC0-1.0": 1, "MIT": 2})["id"] == "other"
    assert web("https://example.org/x") and not web("javascript:alert(1)") and not web('https://x" onclick="')


def test_a_run_in_which_nothing_was_kept_still_has_a_report(run: Path, tmp_path: Path) -> None:
    record = json.loads((run / "manifest.json").read_bytes())
    record |= {
        "ledger": {"read": {"a": 0}, "rejected": [], "documents": []},
        "tokenizer": {},
        "tokens": {},
        "duplicates": {},
        "shards": [],
        "failures": [],
    }
    (tmp_path / "manifest.json").write_text(json.dumps(record))
    write_report(tmp_path)
    assert "Nothing was read." in (tmp_path / "report" / "index.html").read_text("utf-8")


def test_a_source_that_denies_personal_data_and_yields_many_is_flagged_for_its_steward(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    [part] = (tmp_path / "run/ledger").glob("*.parquet")
    table = pq.read_table(part)

    def flagged(size: int, count: int, said: str) -> list[str]:
        """Notices on a run whose source "a" keeps one document of `size` bytes with `count` replacements."""
        edit = {"kind": "email", "start": 0, "end": 7, "replacement": "<EMAIL>", "line": None}
        kept = next(row for row in table.to_pylist() if row["source"] == "a" and not row["dropped"])
        rows = [kept | {"bytes": size, "edits": [edit] * count}]
        pq.write_table(pa.Table.from_pylist(rows, table.schema), part)
        record = json.loads((run / "manifest.json").read_bytes())
        record["sources"]["a"]["personal_data"] = said
        (tmp_path / "run/manifest.json").write_text(json.dumps(record))
        return [notice for notice in notices_of(figures_of(tmp_path / "run")) if "steward" in notice]

    [notice] = flagged(1_000_000, 120, "no")
    assert "a says of personal data “no”, and 120 pieces" in notice
    assert "(e-mail address 120)" in notice
    assert "catalogue/sources/a.toml" in notice
    assert len(flagged(1_000_000, 120, "author names only")) == 1
    assert flagged(1_000_000, 120, "yes") == []
    assert flagged(1_000_000, 15, "no") == []
    assert flagged(100, 9, "no") == []
    assert flagged(100_000_000, 120, "no") == []
