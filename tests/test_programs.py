"""Is a program named by what it says, not by what it is called?"""
from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from roots.document import batch_of
from roots.filters.identify import Identifier, default_rules
from roots.filters.programs import identify_programs, program_signs, suffix_of

SAMPLES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent / "programs").glob("*.txt"))}
THIRTEEN = ("c", "cpp", "csharp", "go", "java", "javascript", "lua", "php", "python", "ruby", "rust", "scala", "typescript")


def _named(texts: list[str], paths: list[str | None]) -> list[str]:
    codes, scores = identify_programs(pa.array(texts, pa.large_string()), pa.array(paths, pa.string()), pa.array([True] * len(texts)))
    assert all(0 < score <= 1 for score in scores.to_pylist())
    return codes.to_pylist()


def test_content_alone_names_each_of_the_thirteen() -> None:
    named = _named([SAMPLES[code] for code in THIRTEEN], [None] * len(THIRTEEN))
    assert dict(zip(THIRTEEN, named, strict=True)) == {code: code for code in THIRTEEN}


@pytest.mark.parametrize(("sample", "path", "code"), [
    ("c_header", "a.zip#src/list.h", "c"),
    ("cpp", "a.zip#src/square.h", "cpp"),
    ("typescript", "app/users.ts", "typescript"),
    ("qt_translation", "translations/app_eu.ts", "other-code"),
    ("php", "templates/list.php", "php"),
    ("php", "templates/list.html", "php"),
    ("html", "templates/list.html", "other-code"),
    ("python", "tool.txt", "python"),
    ("java", "wrong.cs", "java"),
    ("objective_c", "Square.h", "other-code"),
])
def test_the_path_is_one_witness_and_the_text_another(sample: str, path: str, code: str) -> None:
    assert _named([SAMPLES[sample]], [path]) == [code]


def test_a_file_that_shows_nothing_is_named_by_its_path_or_not_at_all() -> None:
    assert _named(["x\n", "x\n", ""], ["a.rb", "notes", None]) == ["ruby", "other-code", "other-code"]


def test_suffixes_keep_the_case_that_matters() -> None:
    assert (suffix_of("a.tar#src/x.C"), suffix_of("x.PY"), suffix_of("dir.d/Makefile"), suffix_of(None)) == ("C", "py", "", "")


def test_rows_elsewhere_are_left_alone_and_both_kinds_share_a_batch() -> None:
    texts = [SAMPLES["c"], "Tous les êtres humains naissent libres et égaux en dignité", SAMPLES["c"]]
    batch = batch_of({"id": ["1", "2", "3"], "text": texts, "kind": ["programming", "natural", "programming"],
                      "locator": ["x.c", "y", "z.c"], "dropped": [None, None, "takedown.x"]})
    done = Identifier(default_rules()).identify(batch)
    assert done.column("language").to_pylist() == ["c", "fr", None]
    assert done.column("language_score")[2].as_py() is None


def test_every_code_of_a_suffix_has_signs_and_every_pattern_compiles() -> None:
    table = program_signs()
    assert {code for codes in table.suffixes.values() for code in codes} <= set(table.codes)
    assert len(table.codes) == 14
    _named(["\n".join(SAMPLES.values())], [None])
