"""Does a speaker of a language see every limit, the texts that lie nearest to it, and nothing that nobody may see?"""
from __future__ import annotations

import json
import random
import re
from html import unescape
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_report import HOSTILE, Page, limit, source

from roots import batches, document, ledger
from roots.governance.scrub import ScrubRules
from roots.pipelines.report import examples, write_report
from roots.pipelines.report.examples import SHOWN, excerpt
from roots.pipelines.report.histogram import draw_histogram
from roots.pipelines.report.ledger_rows import LedgerRows
from roots.pipelines.report.limit_rows import BINS, NEAREST, Sample, ends_of
from roots.workspace import Workspace

ADDRESS = "fatuma.ndiaye@posta.example.org"
LIMITS: dict[str, Any] = {
    "ar": {"letter_share": limit(at_least=0.5), "word_count": limit(2, 90), "language_score": limit(at_least=0.4)},
    "yo": {"letter_share": limit(at_least=0.5), "language_score": limit(at_least=0.4)},
    "python": {"longest_line": limit(at_most=100)},
}
TEXTS = {"ar": "كان يا ما كان في قديم الزمان ملك عادل",
         "yo": "Ọjọ́ kan, ìjàpá lọ sí ọjà láti ra iṣu", "python": "def add(a, b):\n    return a + b\n"}


def document_of(number: int, chance: random.Random) -> dict[str, Any]:
    language = ("ar", "yo", "python", "lua")[number % 4]
    row = {"id": f"{chance.getrandbits(128):032x}", "source": "a", "locator": f"f#{number}", "language": language, "language_score": 0.9,
           "kind": "programming" if language == "python" else "natural",
           "text": f"{TEXTS.get(language, 'bantu')} {number}. {HOSTILE} {ADDRESS} " + "x" * (number % 5) * 100}
    if language == "python":
        row["m.longest_line"] = float(chance.randint(10, 130))
        row["dropped"] = "longest_line.high" if row["m.longest_line"] > 100 else None
    else:
        row["m.letter_share"] = chance.randint(0, 100) / 100
        row["m.word_count"] = float(chance.randint(5, 60))
        row["dropped"] = "letter_share.low" if row["m.letter_share"] < 0.5 else None
    if number % 40 == 0:
        row["dropped"] = "takedown.2026-1"
        row["text"] = "WITHDRAWN " + row["text"]
    return row


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    chance = random.Random(7)
    return [document_of(number, chance) for number in range(480)]


@pytest.fixture(scope="module")
def rules(reference: Path) -> ScrubRules:
    return ScrubRules(kinds=tuple(Workspace(reference).personal_data.values()))


def blocks_of(folder: Path, rows: list[dict[str, Any]]) -> list[tuple[str, Path]]:
    found = []
    for number in range(3):
        part = rows[number::3]
        columns = {name: [row[name] for row in part] for name in ("id", "source", "locator", "kind", "language", "dropped")}
        batch = document.batch_of({**columns, "text": pa.array([row["text"] for row in part], pa.large_string())})
        file = folder / f"block-{number}.arrow"
        batches.write(file, batch.schema, [batch])
        found.append(("a", file))
    return found


def write_ledger(run: Path, rows: list[dict[str, Any]]) -> None:
    (run / "ledger").mkdir(exist_ok=True)
    table = pa.Table.from_pylist([{**row, "bytes": len(row["text"])} for row in rows],
                                 ledger.schema(["letter_share", "word_count", "longest_line"]))
    pq.write_table(table, run / "ledger" / "part-00000.parquet")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], rules: ScrubRules) -> Path:
    folder = tmp_path_factory.mktemp("run")
    write_ledger(folder, rows)
    books = ledger.Ledger.of(pq.read_table(folder / "ledger"))
    (folder / "manifest.json").write_text(json.dumps({
        "format": 1, "roots": "0.1.0", "as_of": "2026-11-21", "recipe_file": "pipelines/x.toml",
        "recipe": {"id": "x", "name": "Example", "purpose": "", "seed": 1, "sources": ["a"], "profile": "research", "stages": []},
        "sources": {"a": source("A", True)}, "digests": {}, "limits": LIMITS, "personal_data": {}, "ledger": books.as_json(),
        "languages": {"ar": {"name": "Arabic", "own_name": "العربية"}, "yo": {"name": "Yoruba", "own_name": "Èdè Yorùbá"}},
        "failures": [], "shards": [], "duplicates": {}, "tokenizer": {}, "tokens": {}}))
    examples.collect(folder, blocks_of(tmp_path_factory.mktemp("blocks"), rows), rules, LIMITS)
    write_report(folder)
    return folder


def page(run: Path, code: str) -> str:
    return (run / "report" / "languages" / f"{code}.html").read_text("utf-8")


def near(rows: list[dict[str, Any]], language: str, column: str, bound: float, below: bool, beyond: bool) -> list[str]:
    """The oracle: ids of the documents nearest to a bound on one side."""
    def outside(value: float) -> bool:
        return value < bound if below else value > bound

    fit = [row for row in rows if row["language"] == language and outside(row[column]) == beyond
           and (str(row["dropped"]).endswith((".low", ".high")) if beyond else row["dropped"] is None)]
    return [row["id"] for row in sorted(fit, key=lambda row: (abs(row[column] - bound), row["id"]))[:NEAREST]]


@pytest.mark.parametrize(("language", "measure", "side", "bound"), [
    ("ar", "letter_share", "at_least", 0.5), ("yo", "letter_share", "at_least", 0.5), ("python", "longest_line", "at_most", 100),
    ("ar", "word_count", "at_least", 2), ("ar", "word_count", "at_most", 90)])
def test_the_documents_shown_are_the_nearest(run: Path, rows: list[dict[str, Any]], language: str, measure: str, side: str,
                                             bound: float) -> None:
    found = json.loads((run / "report" / "examples.json").read_bytes())["nearest"]
    for beyond in (False, True):
        shown = [row["id"] for row in found if (row["language"], row["measure"], row["side"], row["beyond"])
                 == (language, measure, side, beyond)]
        assert shown == near(rows, language, f"m.{measure}", bound, side == "at_least", beyond)
        assert len(shown) == (0 if beyond and measure == "word_count" else NEAREST)


def test_histograms_count_every_document_once(run: Path, rows: list[dict[str, Any]]) -> None:
    with LedgerRows(run) as books:
        found = Sample(books, LIMITS).histograms()
    assert set(found) == {(language, measure) for language, of in LIMITS.items() for measure in of}
    for (language, measure), one in found.items():
        column = "language_score" if measure == "language_score" else f"m.{measure}"
        values = [row[column] for row in rows if row["language"] == language]
        bounds = LIMITS[language][measure]
        beyond = sum((bounds["at_least"] is not None and value < bounds["at_least"])
                     or (bounds["at_most"] is not None and value > bounds["at_most"]) for value in values)
        assert (sum(one["within"]), sum(one["beyond"])) == (len(values) - beyond, beyond)
        assert len(one["within"]) == BINS and one["documents"] == len(values)


def test_nothing_personal_and_nothing_withdrawn_is_shown(run: Path) -> None:
    for path in (run / "report").rglob("*"):
        if path.is_file():
            assert ADDRESS not in path.read_text("utf-8") and "WITHDRAWN" not in path.read_text("utf-8"), path.name
    assert "EMAIL" in page(run, "ar")


def test_without_kinds_of_personal_data_no_text_is_shown(run: Path, tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    write_ledger(tmp_path, rows)
    examples.collect(tmp_path, blocks_of(tmp_path, rows), ScrubRules(kinds=()), LIMITS)
    assert json.loads((tmp_path / "report" / "examples.json").read_bytes()) == {"nearest": [], "texts": {}}


@pytest.mark.parametrize("code", ["ar", "yo", "python"])
def test_pages_stand_alone_and_are_of_the_language(run: Path, code: str) -> None:
    text = page(run, code)
    seen = Page(text)
    assert seen.open == [] and not {"script", "link", "img", "iframe", "form"} & {tag for tag, _ in seen.tags}
    away = {attributes["href"] for tag, attributes in seen.tags if tag == "a" and not str(attributes["href"]).startswith("#")}
    assert away == {"../index.html"}
    assert f'href="languages/{code}.html"' in (run / "report" / "index.html").read_text("utf-8")
    assert "<script>" not in text and "alert(1)" in "".join(seen.text)
    quotes = [attributes for tag, attributes in seen.tags if tag == "blockquote"]
    if code == "python":
        assert not quotes and "def add(a, b):\n    return a + b" in unescape(text)
    else:
        assert quotes and all(attributes == {"lang": code, "dir": "auto"} for attributes in quotes)
        assert TEXTS[code] in text
    ids = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]
    links = [str(attributes["href"])[1:] for tag, attributes in seen.tags if tag == "a" and str(attributes["href"]).startswith("#")]
    assert sorted(ids) == sorted(links) == sorted(LIMITS[code])
    assert all("aria-label" in attributes for tag, attributes in seen.tags if tag == "svg")
    plain = re.sub(r"\s+", " ", "".join(seen.text))
    assert plain.count("because") >= len(LIMITS[code]) and "No speaker has agreed to it yet." in plain


def test_limits_that_drop_nothing_or_too_much_are_called_so(run: Path) -> None:
    plain = re.sub(r"\s+", " ", "".join(Page(page(run, "ar")).text))
    assert "Drastic: so much of the language lies beyond this limit: letter share" in plain
    assert "Idle: not one document lies beyond these limits: language score, word count." in plain
    assert "lie beyond it: is the limit right?" in plain and "does it catch anything?" in plain
    assert "No text that a limit dropped lies above it." in plain


def test_a_document_that_is_withdrawn_later_leaves_the_report(run: Path, tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    for name in ("manifest.json", "report/examples.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((run / name).read_bytes())
    gone = json.loads((run / "report" / "examples.json").read_bytes())["nearest"][0]["id"]
    write_ledger(tmp_path, [{**row, "dropped": "takedown.2026-2"} if row["id"] == gone else row for row in rows])
    write_report(tmp_path)
    found = (tmp_path / "report" / "examples.json").read_text("utf-8")
    assert gone not in found and len(json.loads(found)["nearest"]) > 0
    assert all(gone[:12] not in path.read_text("utf-8") for path in (tmp_path / "report" / "languages").iterdir())


def test_the_same_run_gives_the_same_pages_in_whatever_order_its_blocks_come(run: Path, tmp_path: Path, rows: list[dict[str, Any]],
                                                                             rules: ScrubRules) -> None:
    (tmp_path / "manifest.json").write_bytes((run / "manifest.json").read_bytes())
    write_ledger(tmp_path, rows[::-1])
    examples.collect(tmp_path, blocks_of(tmp_path, rows)[::-1], rules, LIMITS)
    write_report(tmp_path)
    for path in sorted((run / "report" / "languages").iterdir()):
        assert path.read_bytes() == (tmp_path / "report" / "languages" / path.name).read_bytes()
    assert (run / "report" / "examples.json").read_bytes() == (tmp_path / "report" / "examples.json").read_bytes()


@given(st.text(max_size=900))
def test_excerpts_are_short_and_begin_like_the_text(text: str) -> None:
    shown = excerpt(text)
    assert len(shown) <= SHOWN + 2 and "\x00" not in shown
    plain = re.sub(r"\s", "", shown.removesuffix(" …").replace("\N{REPLACEMENT CHARACTER}", ""))
    assert re.sub(r"[\s\x00-\x1f\x7f-\x9f\N{REPLACEMENT CHARACTER}]", "", text).startswith(re.sub(r"[\x00-\x1f\x7f-\x9f]", "", plain))


@pytest.mark.parametrize(("low", "high", "bounds"), [
    (0.0, 0.0, [0.5]), (5.0, 5.0, []), (10.0, 20.0, [1_000_000.0]), (0.2, 0.4, [0.1, 0.5])])
def test_pictures_hold_the_bulk_and_point_to_limits_far_away(low: float, high: float, bounds: list[float]) -> None:
    left, right = ends_of(low, high, bounds)
    assert left <= low <= high <= right and left < right
    drawn = draw_histogram({"low": left, "high": right, "within": [3] * BINS, "beyond": [1] + [0] * (BINS - 1)},
                           [("≤", bound) for bound in bounds], 'a "title"')
    assert drawn.count("<rect") == BINS + 1 and ("→" in drawn) == (1_000_000.0 in bounds) and "&quot;" in drawn
