"""Does the furniture of pages go, line by line and told, and does everything else stay?"""
from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from roots import document
from roots.errors import Problem
from roots.filters.lines import Lines, line_rules_from
from roots.records import Table

FILE = Path(__file__).resolve().parent.parent / "filters/lines.toml"
LANGUAGES = tuple(sorted(path.stem for path in (FILE.parent / "languages").glob("*.toml")))
TABLE = Table.parse("filters/lines.toml", FILE.read_bytes(), [])
assert TABLE is not None
RULES = line_rules_from(TABLE, LANGUAGES)
assert not TABLE.problems


def edited(text: str, language: str = "en", rules: str = "", **more: object) -> tuple[str, list[tuple[str, int]]]:
    """The text as it is left, and (kind, line) of its edits."""
    made = RULES
    if rules:
        table = Table.parse("filters/lines.toml", rules, [])
        assert table is not None
        made = line_rules_from(table, LANGUAGES)
        assert not table.problems
    columns = {"id": ["0" * 32], "text": [text], "kind": ["natural"], "language": [language]}
    columns.update({key: [value] for key, value in more.items()})
    row = Lines(made).edit(document.batch_of(columns)).to_pylist()[0]
    return row["text"], [(edit["kind"], edit["line"]) for edit in row["edits"] or []]


@pytest.mark.parametrize(("language", "line", "rule"), [
    ("en", "Please enable JavaScript to view this page.", "javascript"), ("fr", "Veuillez activer JavaScript.", "javascript"),
    ("es", "Todos los derechos reservados", "policy"), ("hi", "© 2024 सर्वाधिकार सुरक्षित", "policy"),
    ("ar", "جميع الحقوق محفوظة 2023", "policy"),
    ("zh-Hans", "版权所有 2021", "policy"), ("sw", "Lorem ipsum dolor sit amet", "placeholder"), ("yo", "3 Likes", "counter"),
    ("pt", "12 comentários", "counter"), ("zh-Hant", "25 則留言", "counter"), ("vi", "Đọc thêm »", "button"), ("ur", "• لاگ ان", "button"),
    ("en", "1.2k followers", "counter"), ("en", "function f(x) {", "script"), ("en", ".nav { color: red; }", "script"),
    ("fr", '  <p class="credit">', "script"),
])
def test_furniture_goes_and_is_told(language: str, line: str, rule: str) -> None:
    before, after = "Ẹ kú àárọ̀. मौसम अच्छा है।", "她在河边读书。"
    assert edited(f"{before}\n{line}\n{after}", language) == (f"{before}\n{after}", [(f"line.{rule}", 2)])
    assert edited(f"{before}\n{line}", language) == (f"{before}\n", [(f"line.{rule}", 2)])
    assert edited(line, language) == ("", [(f"line.{rule}", 1)])


@pytest.mark.parametrize("text", [
    "He likes 3 of them.", "She had 3 likes under the picture, and was glad.", "I read more than my brother does.",
    "JavaScript is a language that browsers understand.", "At home\nwe cook.", "Set {1, 2} holds two numbers.", "3 eggs\n200 g flour",
    "The privacy policy of the company was long, and nobody read it. " * 4, "He ran\nhome.", "if (a) {\n  b();\n}", "<https://example.org/a>",
    "Mama alisema:\n—Njoo nyumbani\n—Sitaki", "",
])
def test_prose_stays(text: str) -> None:
    assert edited(text) == (text, [])


def test_wording_belongs_to_its_language_and_dropped_and_programming_rows_stay() -> None:
    assert edited("Publicité", "fr")[0] == "" and edited("Publicité", "wo")[0] == "Publicité"
    assert edited("3 likes", dropped="empty") == ("3 likes", [])
    columns = {"id": ["0" * 32], "text": ["});"], "kind": ["programming"], "language": ["javascript"]}
    assert Lines(RULES).edit(document.batch_of(columns)).column("text").to_pylist() == ["});"]


def test_many_languages_in_one_batch_are_each_read_in_their_own_words() -> None:
    text = "Leia mais\nHabari za asubuhi.\nread more"
    languages = ["pt", "sw", None, "pt"]
    batch = document.batch_of({"id": [str(n) for n in range(4)], "text": [text] * 3 + [None], "kind": ["natural"] * 4,
                               "language": languages})
    assert Lines(RULES).edit(batch).column("text").to_pylist() == ["Habari za asubuhi.\n", "Leia mais\nHabari za asubuhi.\n", text, None]


def test_a_row_of_short_lines_goes_where_somebody_asks_for_it() -> None:
    rule = '[menu]\nlongest = 20\nrun = 3\npattern = "[^.]$"\nlanguages = ["yo"]\nwhy = "…"\n'
    text = "Ilé\n\nNípa wa\nIròyìn\nA kọ ọ́ sí ìwé.\nỌjà\nIlé"
    assert edited(text, "yo", rule) == ("\nA kọ ọ́ sí ìwé.\nỌjà\nIlé", [("line.menu", number) for number in (1, 3, 4)])
    assert edited(text, "sw", rule) == (text, [])


def test_rows_of_a_batch_and_several_edits_keep_their_places() -> None:
    texts = ["Keep.\n3 likes\nKeep too.\nShare", None, "Nothing here.", "Share\nበጣም ጥሩ ነው።"]
    batch = document.batch_of({"id": [f"{n:032x}" for n in range(4)], "text": pa.array(texts, pa.large_string()), "kind": ["natural"] * 4,
                               "language": ["en", "en", "sw", "en"]})
    made = Lines(RULES).edit(batch)
    assert made.column("text").to_pylist() == ["Keep.\nKeep too.\n", None, "Nothing here.", "በጣም ጥሩ ነው።"]
    told = [[(edit["start"], edit["end"], edit["replacement"], edit["line"]) for edit in edits or []]
            for edits in made.column("edits").to_pylist()]
    assert told == [[(6, 6, "", 2), (16, 16, "", 4)], [], [], [(0, 0, "", 1)]]


def test_what_is_wrong_with_the_file_is_told() -> None:
    problems: list[Problem] = []
    table = Table.parse("filters/lines.toml", '[a]\nlongest = 9\nwhy = "x"\n[b]\nlongest = 9\nwhy = "x"\npattern = "("\n'
                        '[c]\nlongest = 9\nwhy = "x"\nlanguages = ["klingon"]\n[c.phrases]\nxx = ["y"]\n', problems)
    assert table is not None
    line_rules_from(table, LANGUAGES)
    told = "\n".join(map(str, problems))
    assert all(word in told for word in ("finds nothing", "RE2", "klingon", "xx"))
