"""Are all problems of a TOML file found, and by line?"""
from __future__ import annotations

from datetime import date

from roots.errors import Problem
from roots.records import Table, suggestion

TEXT = '''name = "Hadithi"  # 1
seed = "seven"
on   = 2026-01-31

[licence]
concluded = 5
unclaer   = true

[[stage]]
do = "sift"

[[stage]]
do  = "scrubb"
'''


def parse(text: str) -> tuple[Table, list[Problem]]:
    problems: list[Problem] = []
    table = Table.parse("a.toml", text, problems)
    assert table is not None
    return table, problems


def test_values_of_the_right_type_come_out() -> None:
    table, problems = parse(TEXT)
    assert table.text("name", required=True) == "Hadithi"
    assert table.day("on") == date(2026, 1, 31)
    assert [stage.text("do") for stage in table.tables("stage")] == ["sift", "scrubb"]
    assert problems == []


def test_every_problem_names_its_line_and_key() -> None:
    table, problems = parse(TEXT)
    table.text("name")
    table.day("on")
    table.whole("seed", required=True)
    licence = table.table("licence")
    licence.text("concluded")
    licence.flag("unclear")
    licence.done()
    for stage in table.tables("stage"):
        stage.choice("do", ["sift", "scrub"])
        stage.done()
    table.done()
    assert [(problem.line, problem.key) for problem in sorted(problems)] == [
        (2, "seed"), (6, "licence.concluded"), (7, "licence.unclaer"), (13, "stage.1.do")]
    mends = {problem.key: problem.mend for problem in problems}
    assert mends["licence.unclaer"] == "did you mean 'unclear'?"
    assert mends["stage.1.do"] == "did you mean 'scrub'?"


def test_a_missing_key_is_named_at_its_table() -> None:
    table, problems = parse('[licence]\nname = "x"\n')
    table.table("licence").text("concluded", required=True)
    assert (problems[0].line, problems[0].key, problems[0].problem) == (1, "licence.concluded", "is missing")


def test_no_toml_and_no_utf8_are_problems_with_a_line() -> None:
    problems: list[Problem] = []
    assert Table.parse("b.toml", "a = 1\nb = \n", problems) is None
    assert Table.parse("c.toml", b"a = 1\nb = '\xff'\n", problems) is None
    assert [(problem.file, problem.line) for problem in problems] == [("b.toml", 2), ("c.toml", 2)]


def test_suggestions_are_near_or_the_whole_choice() -> None:
    assert suggestion("langauges", ["languages", "licence"]) == "did you mean 'languages'?"
    assert suggestion("zzz", ["b", "a"]) == "choose one of: a, b"
