"""Is a recipe that cannot be followed refused by line, before a byte is read?"""
from __future__ import annotations

from roots.errors import Problem
from roots.recipe import as_json, recipe_from
from roots.records import Table

GOOD = '''
name = "Mfano"
purpose = "test"
seed = 7
profile = "research"
sources = ["a", "b"]
[[stage]]
do = "normalise"
[[stage]]
do = "takedowns"
[[stage]]
do = "deduplicate"
threshold = 0.8
[[stage]]
do = "sift"
[write]
sequence_length = 64
'''


def problems_of(text: str) -> list[Problem]:
    problems: list[Problem] = []
    table = Table.parse("r.toml", text, problems)
    assert table is not None
    assert (recipe_from(table, "r") is None) == bool(problems)
    return sorted(problems)


def test_a_good_recipe_is_read() -> None:
    table = Table.parse("r.toml", GOOD, [])
    assert table is not None
    recipe = recipe_from(table, "r")
    assert recipe is not None
    assert recipe.stages == ("normalise", "takedowns", "deduplicate", "sift")
    assert (recipe.deduplication.threshold, recipe.writing.sequence_length, recipe.writing.shard_megabytes) == (0.8, 64, 256)
    assert "file" not in as_json(recipe)


def test_typos_are_named_with_a_suggestion() -> None:
    found = problems_of(GOOD.replace('"sift"', '"shift"').replace("seed", "sead"))
    assert [(problem.line, problem.mend) for problem in found if problem.mend.startswith("did you mean")] == [
        (4, "did you mean 'seed'?"), (15, "did you mean 'sift'?")]


def test_stages_out_of_order_twice_or_missing_are_refused() -> None:
    swapped = GOOD.replace('"normalise"', '"x"').replace('"takedowns"', '"normalise"').replace('"x"', '"takedowns"')
    assert any("order" in problem.problem for problem in problems_of(swapped))
    twice = GOOD.replace('"deduplicate"', '"takedowns"').replace("threshold = 0.8", "")
    assert any("twice" in problem.problem for problem in problems_of(twice))
    assert any("'takedowns' is missing" in problem.problem for problem in problems_of(GOOD.replace('[[stage]]\ndo = "takedowns"\n', "")))


def test_figures_out_of_range_are_refused() -> None:
    assert any(problem.key.endswith("threshold") for problem in problems_of(GOOD.replace("0.8", "8")))
    assert any(problem.key == "write.sequence_length" for problem in problems_of(GOOD.replace("= 64", "= 1")))
    assert any("twice" in problem.problem for problem in problems_of(GOOD.replace('["a", "b"]', '["a", "a"]')))
