"""Are the 46 and the 13 there, well described, and found by any of their names?"""
from __future__ import annotations

import measuring
import pytest

from roots.errors import Problem
from roots.filters.languages import CodeLanguage, Language, aliases, clashes, code_language_from, language_from, resolve, words_from
from roots.models.langid_recipe import load_recipe
from roots.records import Table

CODES = [
    "ak", "ar", "as", "bm", "bn", "ca", "en", "es", "eu", "fon", "fr", "gu", "hi", "id", "ig", "ki", "kn", "lg", "ln", "ml", "mr", "ne",
    "nso", "ny", "or", "pa", "pt", "rn", "rw", "sn", "st", "sw", "ta", "te", "tn", "ts", "tum", "tw", "ur", "vi", "wo", "xh", "yo",
    "zh-Hans", "zh-Hant", "zu",
]
PROGRAMS = ["c", "cpp", "csharp", "go", "java", "javascript", "lua", "php", "python", "ruby", "rust", "scala", "typescript"]


def table(text: str, file: str = "filters/languages/xx.toml") -> tuple[Table, list[Problem]]:
    problems: list[Problem] = []
    made = Table.parse(file, text, problems)
    assert made is not None
    return made, problems


def test_forty_six_and_thirteen() -> None:
    languages, code = measuring.records()
    assert [one.code for one in languages] == CODES
    assert [one.code for one in code] == PROGRAMS


def test_no_name_means_two_languages() -> None:
    languages, code = measuring.records()
    assert clashes([*languages, *code]) == {}


@pytest.mark.parametrize(("name", "code"), [
    ("nigercongo-sw", "sw"), ("indic-hi", "hi"), ("zhs", "zh-Hans"), ("zht", "zh-Hant"), ("zh-TW", "zh-Hant"), ("swh", "sw"),
    ("c++", "cpp"), ("en", "en"), ("nigercongo-nso", "nso"), ("npi", "ne"), ("gl", "gl"),
])
def test_names_are_resolved(name: str, code: str) -> None:
    languages, programs = measuring.records()
    made, problems = table("languages = []")
    assert resolve(name, aliases([*languages, *programs]), made) == code
    assert not problems


def test_chinese_without_a_script_is_refused() -> None:
    languages, _ = measuring.records()
    made, problems = table('languages = ["zh"]')
    assert resolve("zh", aliases(languages), made) is None
    assert "more than one script" in problems[0].problem and "'zh-Hans' or 'zh-Hant'" in problems[0].mend


def test_older_orthographies_are_those_that_the_identifier_learned() -> None:
    languages, _ = measuring.records()
    learned = {code: older for code, (_, older) in load_recipe().spelling.items()}
    assert {one.code: dict(one.older) for one in languages if one.older} == learned


def test_an_older_spelling_is_of_one_letter() -> None:
    text = (measuring.ROOT / "filters/languages/bm.toml").read_text("utf-8").replace('"ɲ" = "ny"', '"ny" = "ɲ"')
    made, problems = table(text, "filters/languages/bm.toml")
    assert language_from(made) is None
    assert [(one.key, one.problem) for one in problems] == [("older_letters.ny", "is no single letter")]


def test_every_limit_says_why_and_from_where() -> None:
    languages, code = measuring.records()
    for record in [*languages, *code]:
        assert record.limits, record.code
        for limit in record.limits:
            assert limit.why and limit.origin and limit.line > 1 and limit.file.endswith(f"{record.code}.toml"), (record.code, limit)
            assert (measuring.ROOT / limit.file).read_text().splitlines()[limit.line - 1] == f"[limits.{limit.measure}]"


def test_mistakes_are_named_by_line_and_key() -> None:
    made, problems = table('''name = "X"
own_name = "X"
iso639_3 = "xxx"
bcp47 = "xx"
script = "Latn"
letters = ["LATIN"]
family = "None"
words = "unicod"
[identification]
floor = 1.5
why = "because"
[limits.word_cuont]
at_least = 3
why = "x"
from = "y"
[limits.letter_share]
why = "x"
from = "y"
[limits.special_characters]
at_least = 0.9
at_most = 0.1
why = "x"
from = "y"
''')
    assert language_from(made) is None
    said = {(problem.line, problem.key): problem for problem in problems}
    assert "unicode" in said[8, "words"].mend
    assert (10, "identification.floor") in said
    assert "word_count" in said[12, "limits.word_cuont"].mend
    assert "no limit" in said[16, "limits.letter_share"].problem
    assert (20, "limits.special_characters.at_least") in said


def test_a_comment_needs_both_its_ends() -> None:
    made, problems = table('name = "X"\nextensions = [".x"]\nblock_comments = ["a b c"]', "filters/code/x.toml")
    assert code_language_from(made) is None
    assert problems[0].line == 3


def test_records_know_their_file() -> None:
    languages, code = measuring.records()
    assert isinstance(languages[0], Language) and languages[0].file == "filters/languages/ak.toml"
    assert isinstance(code[0], CodeLanguage) and code[0].file == "filters/code/c.toml"


def test_word_lists_may_explain_themselves() -> None:
    assert words_from("# owner\n\nthe\n of  # often\nas well as\n") == ("the", "of", "as well as")


def test_a_licence_header_behind_an_opening_is_no_part_of_a_program() -> None:
    """What `opening` says in filters/code reaches the comparison: two files that share nothing but their header share nothing."""
    from roots.filters.signatures import Comments, body_start
    _, code = measuring.records()
    php = next(one for one in code if one.code == "php")
    comments = Comments(php.line_comments, php.block_comments, php.opening)
    head = "<?php\n\n/**\n * Hakimiliki 2026.\n */\n// vim: set ts=4:\n"
    assert body_start(f"{head}echo 1;".encode(), comments) == len(head.encode())
    assert body_start(f"#!/usr/bin/env php\n{head}echo 1;".encode(), comments) == len(f"#!/usr/bin/env php\n{head}".encode())
