"""Does a corpus built in instalments end as the one built at once, and does nothing go for the sake of what has gone itself?"""
from __future__ import annotations

import json
import random
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from roots import manifest
from roots.errors import RootsError
from roots.pipelines.build import build
from roots.pipelines.engine import Engine
from roots.pipelines.explain import compared, explain
from roots.pipelines.passes import Order
from roots.pipelines.verify import faults
from roots.workspace import Workspace

pytestmark = pytest.mark.slow  # a dozen whole builds; the pass alone is tested in test_deduplicate.py
PARTS = ("sample-stories", "sample-letters", "sample-recipes", "sample-notes", "sample-forum")
DAY = date(2026, 11, 22)
WORDS = ["habari", "mto", "ẹ̀kọ́", "ìmọ́lẹ̀", "किताब", "मेज़", "пять", "größe", "الأولاد", "shamba", "nyumba", "ọmọdé",
         "बच्चे", "kitabu", "safari", "maji"]
RECIPE = """
name = "Instalments"
purpose = "test"
seed = 1
profile = "research"
sources = {sources}
[[stage]]
do = "normalise"
[[stage]]
do = "takedowns"
{before}
[[stage]]
do = "scrub"
[[stage]]
do = "deduplicate"
keep = ["trust", "longest", "id"]
trust = {trust}
{keys}
{after}
[[stage]]
do = "sift"
"""
Texts = Mapping[str, Sequence[str]]


def corpus(seed: int, size: int = 12) -> dict[str, list[str]]:
    """Texts of many scripts in five parts, with exact and near copies across and within them, data of persons, and short texts."""
    rng = random.Random(seed)
    words = [first + second for first in WORDS for second in WORDS]
    found: dict[str, list[str]] = {part: [] for part in PARTS}
    for number in range(size * 2):
        tokens = rng.choices(words, k=rng.randint(40, 120))
        found[rng.choice(PARTS)].append(" ".join(tokens) + f" mtu{number}@mfano.example.org")
        for changed in range(rng.randint(0, 3)):
            other = list(tokens)
            for place in rng.sample(range(len(tokens)), changed * len(tokens) // 25):
                other[place] = rng.choice(words)
            text = " ".join(other)
            found[rng.choice(PARTS)].append(text.upper() if changed == 0 else f"{text} mwingine{number}@mfano.example.org")
    for part in PARTS:
        found[part] += [f"andika kwa {part}@mfano.example.org", "habari gani", f"habari za {part}"]
    return found


def put(data: Path, source: str, texts: Sequence[str]) -> None:
    folder = data / source
    folder.mkdir(parents=True)
    rows = [{"id": f"{source} {number}", "text": text, "lang": "sw", "url": None} for number, text in enumerate(texts)]
    if source == "sample-recipes":
        pq.write_table(pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in ("id", "text", "lang", "url")])),
                       folder / "a.parquet")
    elif source == "sample-notes":
        for number, text in enumerate(texts):
            (folder / f"{number:03}.txt").write_text(text, "utf-8")
    else:
        (folder / "a.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def built(workspace: Path, data: Path, run: Path, sources: Sequence[str], against: Sequence[Path] = (), before: str = "", after: str = "",
          keys: str = "") -> dict[str, Any]:
    file = run.parent / f"{run.name}.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    named = json.dumps(list(sources))
    file.write_text(RECIPE.format(sources=named, trust=named, keys=keys, before=before, after=after))
    found = Workspace(workspace)
    return build(Order(found, found.recipe(file), data, run, DAY, against=tuple(against)), Engine())


def rows_of(run: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in pq.read_table(run / "ledger").to_pylist()}


def texts_of(run: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for shard in sorted(run.glob("documents/*/*.arrow")):
        with pa.memory_map(str(shard)) as source, pa.ipc.open_stream(source) as stream:
            table = stream.read_all()
            found |= dict(zip(table["id"].to_pylist(), table["text"].to_pylist(), strict=True))
    return found


@pytest.fixture(scope="module")
def instalments(tmp_path_factory: pytest.TempPathFactory, reference: Path) -> tuple[Path, Path, list[Path]]:
    """The data, the run of all parts at once, and a run of each part against those before it."""
    folder = tmp_path_factory.mktemp("instalments")
    data = folder / "data"
    for source, texts in corpus(7).items():
        put(data, source, texts)
    built(reference, data, folder / "whole", PARTS)
    runs: list[Path] = []
    for part in PARTS:
        run = folder / part
        built(reference, data, run, [part], runs)
        runs.append(run)
    return data, folder / "whole", runs


def test_instalments_end_as_the_whole(instalments: tuple[Path, Path, list[Path]]) -> None:
    """Parts in the order of trust: the same documents are kept, with the same texts, and each other goes for the same one and reason."""
    _, whole, runs = instalments
    kept = {id: text for run in runs for id, text in texts_of(run).items()}
    assert kept == texts_of(whole)
    together = {id: row for run in runs for id, row in rows_of(run).items()}
    fates = ("dropped", "duplicate_of", "similarity")
    at_once = rows_of(whole)
    assert {id: [row[name] for name in fates] for id, row in together.items()} == {
        id: [row[name] for name in fates] for id, row in at_once.items()}
    dropped = [row["dropped"] for row in at_once.values()]
    assert dropped.count("duplicate.exact") > 3
    assert dropped.count("duplicate.near") > 3


def test_what_differs_only_in_personal_data_is_one_text(instalments: tuple[Path, Path, list[Path]]) -> None:
    _, whole, _ = instalments
    texts = list(texts_of(whole).values())
    assert len(set(texts)) == len(texts)
    assert sum(text.startswith("andika kwa <EMAIL>") for text in texts) == 1


def test_the_story_names_the_earlier_run(instalments: tuple[Path, Path, list[Path]]) -> None:
    _, _, runs = instalments
    kept = {id: run for run in runs for id in texts_of(run)}
    last = runs[-1]
    row = next(row for row in rows_of(last).values() if row["dropped"] and kept[row["duplicate_of"]] != last)
    story = " ".join(explain(last, row["id"]).sentences)
    assert f"of the earlier run {kept[row['duplicate_of']].name}" in story
    record = manifest.read(last)
    assert [one["run"] for one in record["against"]] == sorted((run.name for run in runs[:-1]),
                                                               key=lambda name: manifest.read(last.parent / name)["seal"])


def test_a_duplicate_is_shown_beside_the_kept_document(instalments: tuple[Path, Path, list[Path]], reference: Path) -> None:
    data, whole, _ = instalments
    row = next(row for row in rows_of(whole).values() if row["dropped"] == "duplicate.near" and row["source"] == "sample-forum")
    shown = compared(whole, explain(whole, row["id"]), Workspace(reference), data)
    assert shown is not None
    assert "[-" in shown
    assert "{+" in shown
    assert "@mfano" not in shown, "what is shown is scrubbed"
    kept = next(iter(texts_of(whole)))
    assert compared(whole, explain(whole, kept), Workspace(reference), data) is None


def test_signatures_stand_row_by_row_beside_the_shards_and_are_sealed(instalments: tuple[Path, Path, list[Path]], tmp_path: Path) -> None:
    _, whole, _ = instalments
    record = manifest.read(whole)
    for shard in record["shards"]:
        name = shard["path"].replace("documents/", "signatures/")
        assert name in record["files"]
        with pa.memory_map(str(whole / name)) as source, pa.ipc.open_file(source) as reader:
            assert reader.read_all().num_rows == shard["rows"]
    assert list(faults(whole)) == []


def test_a_run_that_cannot_be_trusted_is_refused(instalments: tuple[Path, Path, list[Path]], tmp_path: Path, reference: Path) -> None:
    data, _, runs = instalments
    changed = tmp_path / "changed"
    shutil.copytree(runs[0], changed)
    with pytest.raises(RootsError, match="shingle differs"):
        built(reference, data, tmp_path / "a", PARTS[1:2], [changed], keys="shingle = 4")
    file = next(changed.glob("signatures/*/*.arrow"))
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(RootsError, match="not as it was sealed"):
        built(reference, data, tmp_path / "b", PARTS[1:2], [changed])
    (changed / manifest.UNFINISHED).write_text("{}")
    with pytest.raises(RootsError, match="not a complete run"):
        built(reference, data, tmp_path / "c", PARTS[1:2], [changed])


TAKEDOWN = """
[[takedown]]
id = "2026-9"
asked_on = 2026-11-20
decided_on = 2026-11-20
decided_by = "auditor"
reason = "The author asked."
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, reference: Path) -> Path:
    from roots.unpack import unpack
    folder = tmp_path_factory.mktemp("workspaces") / "workspace"
    unpack(folder)
    return folder


def test_what_is_withdrawn_takes_no_duplicate_along(instalments: tuple[Path, Path, list[Path]], workspace: Path, tmp_path: Path) -> None:
    """Rebuilt after a takedown, and built against a run that still holds the withdrawn document."""
    data, whole, runs = instalments
    at_once = rows_of(whole)
    row = next(row for row in at_once.values() if row["dropped"] == "duplicate.near"
               and at_once[row["duplicate_of"]]["source"] == PARTS[0] and row["source"] == PARTS[1])
    file = workspace / "governance" / "takedowns.toml"
    before = file.read_text("utf-8")
    file.write_text(before + TAKEDOWN + f'document = "{row["duplicate_of"]}"\n', "utf-8")
    try:
        built(workspace, data, tmp_path / "again", PARTS)
        built(workspace, data, tmp_path / "second", [PARTS[1]], runs[:1])
    finally:
        file.write_text(before, "utf-8")
    again = rows_of(tmp_path / "again")
    assert again[row["duplicate_of"]]["dropped"] == "takedown.2026-9"
    assert again[row["id"]]["duplicate_of"] != row["duplicate_of"]
    heirs = {one["id"] for one in again.values() if at_once[one["id"]]["duplicate_of"] == row["duplicate_of"] and one["dropped"] is None}
    assert heirs, "a duplicate has come back"
    assert row["duplicate_of"] not in {one["duplicate_of"] for one in rows_of(tmp_path / "second").values()}


def test_test_items_go_and_take_no_duplicate_along(tmp_path: Path, reference: Path) -> None:
    item = "Mkulima ana ng'ombe kumi na mbili na mbuzi saba je ana wanyama wangapi kwa jumla shambani mwake leo"
    texts = corpus(3, 6)
    texts[PARTS[0]] += [f"Swali. {item}. Jibu ni kumi na tisa."]
    for source, some in texts.items():
        put(tmp_path / "data", source, some)
    (tmp_path / "data" / "tests").mkdir()
    (tmp_path / "data" / "tests" / "hesabu.jsonl").write_text(json.dumps({"id": "h1", "question": item}) + "\n")
    stage = '[[stage]]\ndo = "decontaminate"\nfiles = ["tests/*.jsonl"]\nfields = ["question"]'
    record = built(reference, tmp_path / "data", tmp_path / "run", PARTS, before=stage)
    row = next(row for row in rows_of(tmp_path / "run").values() if row["dropped"] == "benchmark.hesabu")
    assert (row["duplicate_of"], row["similarity"]) == ("hesabu/h1", 1.0)
    assert sum(one["reason"] == "benchmark.hesabu" for one in record["ledger"]["documents"]) == 1
    story = " ".join(explain(tmp_path / "run", row["id"]).sentences)
    assert "100 % of the test item hesabu/h1" in story
    with pytest.raises(RootsError, match="no file matches"):
        built(reference, tmp_path / "data", tmp_path / "other", PARTS, before=stage.replace("tests/", "test/"))


def test_repetitions_are_cut_and_told(tmp_path: Path, reference: Path) -> None:
    line = "Haki zote zimehifadhiwa na gazeti letu la mfano"
    texts = {source: [f"{text}\n{line}" for text in some] for source, some in corpus(5, 6).items()}
    for source, some in texts.items():
        put(tmp_path / "data", source, some)
    stage = '[[stage]]\ndo = "repetitions"\nlines = "first"\nacross = true'
    built(reference, tmp_path / "data", tmp_path / "run", PARTS, after=stage)
    assert list(faults(tmp_path / "run")) == []
    kept = texts_of(tmp_path / "run")
    assert sum(line in text for text in kept.values()) == 1
    rows = rows_of(tmp_path / "run")
    cut = [row for row in rows.values() if row["dropped"] is None and any(edit["kind"] == "repeated_line" for edit in row["edits"])]
    assert len(cut) == len(kept) - 1
    for row in cut:
        for edit in row["edits"]:
            assert kept[row["id"]][edit["start"]:edit["end"]] == edit["replacement"]
    assert "Left out of it as repeated line: 1 × (line 2 of what was read)." in explain(tmp_path / "run", cut[0]["id"]).sentences
