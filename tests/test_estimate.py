"""Is a build foreseen about as it comes?"""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from roots.pipelines import estimate
from roots.pipelines.estimate import RATES, Sample
from tests.conftest import roots


def test_a_plan_foresees_what_the_sample_came_to(sample_run: Path) -> None:
    done = roots("plan", "sample", "--estimate", "--json")
    assert done.returncode == 1, "three sources are refused"
    foreseen = json.loads(done.stdout)["estimate"]
    record = json.loads((sample_run / "manifest.json").read_bytes())
    documents = sum(row["documents"] for row in record["ledger"]["documents"])
    kept = sum(row["bytes"] for row in record["ledger"]["documents"] if row["reason"] == "kept")
    assert foreseen["documents"] == pytest.approx(documents, rel=0.35)
    assert foreseen["kept"] == pytest.approx(kept, rel=0.35)
    files = [file for source in record["sources"].values() for file in source["files"]]
    assert (foreseen["files"], foreseen["input"]) == (len(files), sum(file["bytes"] for file in files))


def test_prices_are_yours(tmp_path: Path) -> None:
    mine = tmp_path / "rates.toml"
    mine.write_text(RATES.read_text("utf-8").replace("vcpu_hour                   = 0.056", "vcpu_hour = 56"), "utf-8")
    assert estimate._rates(mine)["prices"]["vcpu_hour"] == 56
    assert "AN EXAMPLE" in RATES.read_text("utf-8")


def test_files_that_differ_make_an_estimate_unsure() -> None:
    alike = [Sample(100.0, text=300)] * 3
    assert estimate._spread(alike) == 0
    assert estimate._spread([Sample(100.0, text=300), Sample(100.0, text=100)]) == pytest.approx(0.5)
    assert estimate._spread(alike[:1]) == 0.5
