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


def test_what_stands_twice_is_the_recipes_to_say() -> None:
    keys = 'threshold = 0.8\ncontainment = 0.9\nby_url = ["b"]'
    extra = '[[stage]]\ndo = "repetitions"\npassages = "first"\nacross = true\n[[stage]]\ndo = "sift"'
    before = '[[stage]]\ndo = "decontaminate"\nfiles = ["tests/*.jsonl"]\nfields = ["question"]\n[[stage]]\ndo = "deduplicate"'
    text = GOOD.replace("threshold = 0.8", keys).replace('[[stage]]\ndo = "sift"', extra).replace('[[stage]]\ndo = "deduplicate"', before)
    table = Table.parse("r.toml", text, [])
    assert table is not None
    recipe = recipe_from(table, "r")
    assert recipe is not None
    assert (recipe.deduplication.containment, recipe.deduplication.by_url) == (0.9, ("b",))
    assert (recipe.repetitions.passages, recipe.repetitions.lines, recipe.repetitions.bytes) == ("first", "", 500)
    assert (recipe.decontamination.files, recipe.decontamination.size) == (("tests/*.jsonl",), 13)
    assert not problems_of(text)


def test_what_cannot_be_meant_is_refused() -> None:
    def first(key: str) -> str:
        return problems_of(GOOD.replace("threshold = 0.8", key))[0].problem

    assert "by_url names 'z'" in first('by_url = ["z"]')
    assert "is 2" in first("containment = 2")
    assert "is missing" in problems_of(GOOD.replace('do = "sift"', 'do = "repetitions"\n[[stage]]\ndo = "sift"'))[0].problem
    outside = 'do = "decontaminate"\nfiles = ["../x.jsonl"]\nfields = ["q"]\n[[stage]]\ndo = "deduplicate"'
    assert "'../x.jsonl'" in problems_of(GOOD.replace('do = "deduplicate"', outside))[0].problem
    scrub_last = GOOD.replace('do = "sift"', 'do = "scrub"\n[[stage]]\ndo = "sift"')
    assert "order" in problems_of(scrub_last)[0].problem
