"""Does a build do with personal data what recipe and flags ask, and does nothing that it writes hold the key?"""
from __future__ import annotations

import tomllib
from pathlib import Path

import pyarrow as pa
import pytest

from roots.digest import value_digest
from roots.errors import Problem, RootsError
from roots.governance.personal_data import PersonalData
from roots.governance.scrub_rules import Keeping, ScrubRules, scrub_rules
from roots.recipe import Replacing, recipe_from
from roots.records import Table
from tests.conftest import roots
from tests.test_promises import everything

KEY = bytes(range(33, 65))
EMAIL = PersonalData("email", "E-mail", "why", "<EMAIL>", fake="{letters:8}@scrubbed.invalid")
NAME = PersonalData("name", "Name", "why", "<PERSON>", replace="keep", entities=("PERSON",))
KINDS = {"email": EMAIL, "name": NAME}
RECIPE = """
name    = "Forum, with fakes"
purpose = "A build that replaces otherwise than governance says."
seed    = 1
sources = ["sample-forum"]
profile = "research"
stage   = [
  {{ do = "normalise" }}, {{ do = "takedowns" }}, {{ do = "identify" }},
  {{ do = "scrub", replace = {replace}, drop_above = {drop_above} }},
  {{ do = "sift" }},
]
"""


def recipe(replace: str, drop_above: str = "{}") -> tuple[Replacing, list[Problem]]:
    problems: list[Problem] = []
    table = Table.parse("pipelines/a.toml", RECIPE.format(replace=replace, drop_above=drop_above), problems)
    found = recipe_from(table, "a") if table else None
    return (found.replacing if found else Replacing()), problems


def test_a_recipe_says_what_stands_where_a_datum_stood() -> None:
    asked, problems = recipe('{ email = "fake", phone = "drop" }', "{ phone = 2 }")
    assert not problems
    assert asked == Replacing({"email": "fake", "phone": "drop"}, {"phone": 2})


@pytest.mark.parametrize(("replace", "drop_above", "mend"), [
    ('{ email = "keep" }', "{}", "what stays, governance says"),
    ('{ email = "drop" }', "{}", "drop_above = { email = 3 }"),
    ("{}", "{ email = 3 }", 'replace = { email = "drop" }'),
    ('{ email = "drop" }', "{ email = -1 }", "a whole number"),
])
def test_a_recipe_cannot_let_data_stay(replace: str, drop_above: str, mend: str) -> None:
    _, problems = recipe(replace, drop_above)
    assert len(problems) == 1
    assert mend in problems[0].mend


def test_fakes_need_a_key_and_names_a_model(tmp_path: Path) -> None:
    with pytest.raises(RootsError, match="--secret"):
        scrub_rules(KINDS, Replacing({"email": "fake"}), Keeping())
    with pytest.raises(RootsError, match="--names"):
        scrub_rules(KINDS, Replacing({"name": "tag"}), Keeping())
    with pytest.raises(RootsError, match="names are kept"):
        scrub_rules(KINDS, Replacing(), Keeping.of(None, (f"sw={tmp_path}",)))
    with pytest.raises(RootsError, match="no folder"):
        Keeping.of(None, ("sw=nowhere",))
    assert scrub_rules(KINDS, Replacing(), Keeping()) == ScrubRules((EMAIL, NAME))


def test_a_key_file_is_read_without_its_line_end_and_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_bytes(KEY + b"\n")
    keeping = Keeping.of(secret, ())
    rules = scrub_rules(KINDS, Replacing({"email": "fake"}), keeping)
    assert rules.key == KEY
    assert not any(KEY.hex() in shown or str(KEY) in shown for shown in (repr(rules), repr(keeping), str(rules.described())))
    secret.write_bytes(b"short")
    with pytest.raises(RootsError, match="16 random bytes"):
        scrub_rules(KINDS, Replacing({"email": "fake"}), Keeping.of(secret, ()))
    with pytest.raises(RootsError, match="cannot be read"):
        Keeping.of(tmp_path / "absent", ())


def test_keys_differ_in_the_digest_of_what_is_done() -> None:
    one, other = ScrubRules((EMAIL,), KEY), ScrubRules((EMAIL,), KEY[::-1])
    assert one.mark != other.mark
    assert value_digest(one) != value_digest(other)
    assert value_digest(one) == value_digest(ScrubRules((EMAIL,), KEY))


def forum(tmp_path: Path, name: str, replace: str, drop_above: str, *flags: str) -> Path:
    """A build of the sample's forum, from the command line."""
    (tmp_path / "forum.toml").write_text(RECIPE.format(replace=replace, drop_above=drop_above))
    done = roots("build", str(tmp_path / "forum.toml"), "--data", "pipelines/sample", "--to", str(tmp_path / name), *flags)
    assert done.returncode == 0, done.stderr
    return tmp_path / name


def rows(run: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for shard in sorted(run.glob("documents/*/*.arrow")):
        with pa.memory_map(str(shard)) as source, pa.ipc.open_stream(source) as stream:
            found += stream.read_all().select(["id", "text"]).to_pylist()
    return found


@pytest.mark.slow
def test_a_build_writes_fakes_drops_and_holds_no_datum_and_no_key(tmp_path: Path, reference: Path) -> None:
    (tmp_path / "key").write_bytes(KEY)
    asked = '{ email = "fake", card = "drop" }', "{ card = 0 }"
    run = forum(tmp_path, "one", *asked, "--secret", str(tmp_path / "key"))
    files = everything(run)
    planted = tomllib.loads((reference / "pipelines/sample/planted.toml").read_text("utf-8"))["personal"]
    secrets = [KEY, KEY.hex().encode(), *(one["value"].encode() for one in planted)]
    assert [name for name, content in files.items() if any(secret in content for secret in secrets)] == []
    texts = " ".join(str(row["text"]) for row in rows(run))
    assert "@scrubbed.invalid" in texts
    assert "<EMAIL>" not in texts
    assert "<CARD>" not in texts
    assert b"personal_data.card" in files["manifest.json"]
    again = forum(tmp_path, "two", *asked, "--secret", str(tmp_path / "key"))
    assert rows(again) == rows(run)
    (tmp_path / "key").write_bytes(KEY[::-1])
    other = rows(forum(tmp_path, "three", *asked, "--secret", str(tmp_path / "key")))
    assert [row["id"] for row in other] == [row["id"] for row in rows(run)]
    assert other != rows(run)
