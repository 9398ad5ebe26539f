"""Does what is written as TOML come back as it was?"""
from __future__ import annotations

import tomllib
from datetime import date

import pytest
from governing import CALM
from hypothesis import given
from hypothesis import strategies as st

from roots.catalogue.toml import rendered

texts = st.one_of(st.text(max_size=40), st.text(alphabet='ab "\\\n\r\t\x00\x7f\x85\u2028é中', max_size=12),
                  st.lists(st.sampled_from(["habari", "ya", "కథ", "故事", "x" * 30, '"q"']), min_size=30, max_size=60).map(" ".join))
plain = st.one_of(texts, st.booleans(), st.integers(-9, 2**40), st.dates(), st.lists(texts, max_size=4))
table = st.dictionaries(texts, plain, max_size=3)
nested = st.one_of(plain, table, st.dictionaries(texts, table, max_size=2), st.lists(table, min_size=1, max_size=2))
tables = st.dictionaries(texts, nested, max_size=4)



@CALM
@given(tables)
def test_every_record_comes_back(record: dict[str, object]) -> None:
    assert tomllib.loads(rendered(record)) == record


def test_people_can_read_it() -> None:
    text = rendered({"name": "Mashairi", "languages": ["sw", "zu"], "custodian": {"name": "A", "since": date(2026, 1, 2)}, "none": None})
    assert text == 'name      = "Mashairi"\nlanguages = ["sw", "zu"]\n\n[custodian]\nname  = "A"\nsince = 2026-01-02\n'
    assert max(map(len, rendered({"description": ("neno " * 200).strip()}).splitlines())) < 125


def test_half_a_character_is_replaced() -> None:
    assert tomllib.loads(rendered({"a": "x\ud800y"})) == {"a": "x�y"}


def test_what_toml_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        rendered({"a": {1}})
