"""Is what could not be read told without telling what it held?"""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from roots.pipelines.rejected import write_rejected
from roots.rules import Rules, rules_of
from roots.workspace import Workspace


@pytest.fixture(scope="module")
def rules(reference: Path) -> Rules:
    workspace = Workspace(reference)
    return rules_of(workspace, workspace.recipe(reference / "pipelines/sample.toml"), ["sample-forum"])


def test_excerpts_are_scrubbed_and_the_record_can_be_found_again(rules: Rules, tmp_path: Path) -> None:
    record = {"source": "sample-forum", "locator": "posts.jsonl#99", "reason": "json.invalid", "detail": "ends early", "mend": "mend it",
              "bytes": 60, "sha256": "ab" * 32, "excerpt": '{"id": "broken-2", "text": "write to nadia.brook@example.org'}
    write_rejected([record], rules, tmp_path)
    (line,) = (tmp_path / "rejected/part-00000.jsonl").read_text("utf-8").splitlines()
    told = json.loads(line)
    assert "nadia" not in line
    assert "<EMAIL>" in told["excerpt"]
    assert (told["locator"], told["bytes"], told["sha256"]) == ("posts.jsonl#99", 60, "ab" * 32)


def test_nothing_rejected_writes_nothing(rules: Rules, tmp_path: Path) -> None:
    write_rejected([], rules, tmp_path)
    assert list(tmp_path.iterdir()) == []
