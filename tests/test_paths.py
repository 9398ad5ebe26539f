"""Does a path say what a person would read in it?"""
from __future__ import annotations

import math
import re

import measuring
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roots import document
from roots.errors import Problem
from roots.filters.judge import Judge
from roots.filters.paths import KINDS, path_measures, path_signs_from, paths_of
from roots.records import Table

SIGNS = measuring.rules().paths


def said(place: str | None, url: str | None = None) -> set[str]:
    found = path_measures(paths_of([place], [url]), SIGNS)[0]
    return {kind for kind, value in zip(KINDS, found, strict=True) if value}


@pytest.mark.parametrize(("place", "kinds"), [
    ("src/app.py", set()),
    ("a.tar.gz#proj/node_modules/left-pad/index.js", {"vendored_path"}),
    ("a.zip#proj\\Third_Party\\zlib\\inflate.c", {"vendored_path"}),
    ("vendor/x/y.go", {"vendored_path"}),
    ("src/vendoring.py", set()),
    ("proto/user_pb2.py", {"generated_path"}),
    ("Form1.Designer.cs", {"generated_path"}),
    ("js/jquery.min.js", {"vendored_path", "minified_path"}),
    ("js/minute.js", set()),
    ("package-lock.json", {"lock_path"}),
    ("tests/test_x.py", {"test_path"}),
    ("src/latest.py", set()),
    ("src/UserServiceTest.java", {"test_path"}),
    ("web/app.component.spec.ts", {"test_path"}),
    ("setup.py", {"config_path"}),
    ("vite.config.ts", {"config_path"}),
    (None, set()),
    ("", set()),
])
def test_what_paths_say(place: str | None, kinds: set[str]) -> None:
    assert said(place) == kinds


def test_the_url_says_more_than_a_line_number() -> None:
    assert said("code.jsonl#17", "https://tests.example/x/blob/main/vendor/a.go") == {"vendored_path"}


@given(st.lists(st.one_of(st.none(), st.text(max_size=30), st.from_regex(r"\A(vendor|Test|gen|x)(/[a-z._]{1,9}){0,2}\.(js|go|py)\Z")),
                max_size=8))
def test_re2_over_the_column_equals_python_over_each(places: list[str | None]) -> None:
    paths = paths_of(places, [None] * len(places))
    expected = [[any(re.search(pattern, path) for pattern in one.patterns) for one in SIGNS] for path in paths.to_pylist()]
    assert path_measures(paths, SIGNS).astype(bool).tolist() == expected


def test_a_path_may_drop_a_file_and_means_nothing_for_prose() -> None:
    text = "def add(one, other):\n    # the sum of two numbers\n    return one + other\n" * 2
    batch = document.batch_of({
        "id": ["1", "2", "3"], "source": ["s"] * 3, "kind": ["programming", "programming", "natural"],
        "language": ["python", "python", "en"], "language_score": [0.99] * 3,
        "locator": ["x.zip#lib/add.py", "x.zip#lib/_vendor/add.py", "x.zip#vendor/add.txt"],
        "text": pa.array([text] * 3, pa.large_string())})
    judged = Judge(measuring.rules()).judge(batch)
    assert judged.column("dropped").to_pylist()[:2] == [None, "vendored_path.high"]
    assert judged.column("m.vendored_path").to_pylist() == [0, 1, None]
    assert math.isclose(judged.column("m.parse_errors")[0].as_py(), 0) and judged.column("m.parse_errors").to_pylist()[1:] == [None, None]


def test_a_pattern_that_is_none_is_a_problem_of_its_file() -> None:
    problems: list[Problem] = []
    text = "\n".join(f"[{kind}]\npatterns = ['x(']" for kind in KINDS)
    table = Table.parse("filters/code_paths.toml", text, problems)
    assert table is not None
    path_signs_from(table)
    assert len(problems) == len(KINDS) and "no regular expression" in str(problems[0])
