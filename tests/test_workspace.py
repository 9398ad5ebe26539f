"""Are the five folders found, and is every fault across their files named?"""
from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from roots.errors import Problem, Problems, RootsError
from roots.folders import FOLDERS
from roots.workspace import Workspace


@pytest.fixture
def mine(reference: Path, tmp_path: Path) -> Path:
    for name in FOLDERS:
        shutil.copytree(reference / name, tmp_path / name, ignore=shutil.ignore_patterns("sample"))
    return tmp_path


def problems_of(folder: Path) -> list[Problem]:
    return list(Workspace(folder).check())


def test_a_workspace_is_found_from_below_and_missed_with_a_mend(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(mine / "filters" / "words")
    assert Workspace.find().folder == mine.resolve()
    with pytest.raises(RootsError, match="governance is not there"):
        shutil.rmtree(mine / "governance")
        Workspace.find(mine)


def test_a_language_that_the_identifier_cannot_name_is_a_problem(mine: Path) -> None:
    text = (mine / "filters/languages/sw.toml").read_text("utf-8")
    text = text.replace('"nigercongo-sw", "swh", "swa"', '"qaa-x"').replace('"sw"', '"qaa"')
    (mine / "filters/languages/qaa.toml").write_text(text, "utf-8")
    found = [problem for problem in problems_of(mine) if "cannot name" in problem.problem]
    assert [problem.file for problem in found] == ["filters/languages/qaa.toml"]


def test_two_languages_that_claim_one_name_are_a_problem(mine: Path) -> None:
    path = mine / "filters/code/typescript.toml"
    path.write_text(path.read_text("utf-8").replace("aliases = []", 'aliases = ["ts"]'), "utf-8")
    assert any(problem.key == "aliases" and "'ts'" in problem.problem for problem in problems_of(mine))


def test_a_fault_in_another_source_stops_no_build_and_one_in_a_source_of_the_recipe_does(mine: Path) -> None:
    (mine / "catalogue/sources/draft.toml").write_text('name = "half', "utf-8")
    workspace = Workspace(mine)
    recipe = workspace.recipe(mine / "pipelines/open46.toml")
    assert workspace.verdicts(recipe, date(2026, 11, 21))["tico19"].allowed
    (mine / "catalogue/sources/tico19.toml").write_text('name = "half', "utf-8")
    workspace = Workspace(mine)
    with pytest.raises(Problems, match=r"catalogue/sources/tico19\.toml:1"):
        workspace.verdicts(workspace.recipe(mine / "pipelines/open46.toml"), date(2026, 11, 21))


def test_a_missing_word_list_is_named(mine: Path) -> None:
    (mine / "filters/words/yo/closed_class.txt").unlink()
    assert [problem.file for problem in problems_of(mine)] == ["filters/words/yo/closed_class.txt"]
