"""Are withdrawals honoured, all of them and nothing else?"""
from __future__ import annotations

import pickle
from datetime import date

import pyarrow as pa
import pytest
from governing import CALM
from hypothesis import given
from hypothesis import strategies as st

from roots.digest import document_id
from roots.document import batch_of
from roots.errors import Problem
from roots.governance.takedowns import Takedown, Takedowns, canonical, honour, rules, takedowns_from
from roots.records import Table


def entry(id: str, **way: str) -> Takedown:
    return Takedown(id, date(2026, 1, 1), "They asked.", "birgit", **way)  # type: ignore[arg-type]


def batch(rows: list[tuple[str, str, str | None]], dropped: list[str | None] | None = None) -> pa.RecordBatch:
    """Rows of (source, record, url)."""
    return batch_of({
        "id": [document_id(source, record) for source, record, _ in rows],
        "source": [source for source, _, _ in rows],
        "url": [url for _, _, url in rows],
        "text": [f"maandishi {record}" for _, record, _ in rows],
        "dropped": pa.array(dropped if dropped is not None else [None] * len(rows), pa.string()),
    })


ROWS: list[tuple[str, str, str | None]] = [
    ("letters", "1", None),
    ("letters", "2", "https://example.org/forum/a"),
    ("letters", "3", "http://www.Example.org/forum/b?page=2"),
    ("web", "1", "https://example.org/forums"),
    ("web", "2", "https://example.org.evil.example/forum/a"),
    ("web", "3", "https://other.example/"),
    ("gone", "1", "https://example.org/forum/a"),
]


@pytest.mark.parametrize(("entries", "expected"), [
    ([], [None] * 7),
    ([entry("r", source="letters", record="1")], ["takedown.r", None, None, None, None, None, None]),
    ([entry("d", document=document_id("web", "3"))], [None, None, None, None, None, "takedown.d", None]),
    ([entry("s", source="gone")], [None, None, None, None, None, None, "takedown.s"]),
    ([entry("u", url="http://example.org/forum/a")], [None, "takedown.u", None, None, None, None, "takedown.u"]),
    ([entry("p", url_prefix="https://example.org/forum")], [None, "takedown.p", "takedown.p", None, None, None, "takedown.p"]),
    ([entry("h", url_prefix="https://example.org")], [None, "takedown.h", "takedown.h", "takedown.h", None, None, "takedown.h"]),
    ([entry("q", url_prefix="example.org/forum/b?")], [None, None, "takedown.q", None, None, None, None]),
    ([entry("s", source="letters"), entry("p", url_prefix="https://example.org/forum/"), entry("r", source="letters", record="2")],
     ["takedown.s", "takedown.r", "takedown.p", None, None, None, "takedown.p"]),
])
def test_each_way_takes_down_what_it_names(entries: list[Takedown], expected: list[str | None]) -> None:
    done = honour(batch(ROWS), rules(tuple(entries)))
    assert done.column("dropped").to_pylist() == expected
    assert done.drop_columns(["dropped"]).equals(batch(ROWS).drop_columns(["dropped"])), "nothing else changes"


def test_the_first_reason_stands() -> None:
    done = honour(batch(ROWS, ["empty", *[None] * 6]), rules((entry("s", source="letters"),)))
    assert done.column("dropped").to_pylist()[:2] == ["empty", "takedown.s"]


def test_an_empty_batch_stays_one() -> None:
    assert honour(batch([]), rules((entry("s", source="a"), entry("p", url_prefix="b.example")))).num_rows == 0


def test_rules_are_plain_and_travel() -> None:
    found = rules((entry("b", source="x"), entry("a", source="x"), entry("p", url_prefix="https://WWW.x.example/A")))
    assert found == Takedowns({}, {"x": "takedown.a"}, {}, {"x.example/A": "takedown.p"})
    assert pickle.loads(pickle.dumps(found)) == found


addresses = st.one_of(st.none(), st.builds("{}{}{}".format, st.sampled_from(["", "http://", "https://", "HTTPS://www."]),
                                           st.sampled_from(["a.example", "A.example", "b.example"]),
                                           st.sampled_from(["", "/", "/x", "/x/", "/x/ü", "/X", "/xy", "?q=1", "/x#中", "/x\ny"])))


@CALM
@given(st.lists(st.tuples(st.sampled_from(["s", "t"]), st.sampled_from(["1", "2"]), addresses), max_size=12),
       st.lists(st.sampled_from(["a.example", "a.example/x", "b.example/x/", "http://A.example/x/ü"]), max_size=3, unique=True),
       st.integers(0, 12))
def test_against_an_oracle_and_split_in_two(rows: list[tuple[str, str, str | None]], prefixes: list[str], cut: int) -> None:
    taken = rules((*(entry(f"p{number}", url_prefix=prefix) for number, prefix in enumerate(prefixes)), entry("r", source="s", record="1")))
    done = honour(batch(rows), taken).column("dropped").to_pylist()
    for (source, record, url), reason in zip(rows, done, strict=True):
        hits = [prefix for prefix in prefixes if url is not None and _below(canonical(url), canonical(prefix))]
        assert (reason is not None) == (bool(hits) or (source, record) == ("s", "1"))
    parts = [honour(batch(part), taken).column("dropped").to_pylist() for part in (rows[:cut], rows[cut:])]
    assert parts[0] + parts[1] == done


def _below(url: str, prefix: str) -> bool:
    rest = url[len(prefix):]
    return url.startswith(prefix) and (rest == "" or prefix[-1] in "/?#=&" or rest[0] in "/?#=&")


FILE = '[[takedown]]\nid = "one"\nsource = "s"\nrecord = "1"\nasked_on = 2026-01-01\nreason = "r"\ndecided_by = "b"\n'


def test_a_file_of_withdrawals() -> None:
    problems: list[Problem] = []
    table = Table.parse("governance/takedowns.toml", FILE, problems)
    assert table is not None
    assert takedowns_from(table) == (Takedown("one", date(2026, 1, 1), "r", "b", source="s", record="1"),)
    assert problems == []


@pytest.mark.parametrize(("old", "new", "key"), [
    ('source = "s"\nrecord = "1"\n', "", "source"),
    ('record = "1"', 'url = "https://x.example"', "source"),
    ('source = "s"\n', "", "source"),
    ('source = "s"\nrecord = "1"', 'document = "12ab"', "document"),
    ('source = "s"\nrecord = "1"', 'url_prefix = "https://"', "url_prefix"),
    ('id = "one"', 'id = "One Two"', "id"),
    ("asked_on = 2026-01-01\n", "", "asked_on"),
    ("reason", "raeson", "reason"),
])
def test_faulty_withdrawals_are_named_and_none_is_followed(old: str, new: str, key: str) -> None:
    problems: list[Problem] = []
    table = Table.parse("governance/takedowns.toml", FILE.replace(old, new, 1), problems)
    assert table is not None
    assert takedowns_from(table) == ()
    assert f"takedown.0.{key}" in [problem.key for problem in problems]


def test_two_requests_have_two_ids() -> None:
    problems: list[Problem] = []
    table = Table.parse("governance/takedowns.toml", FILE + FILE, problems)
    assert table is not None
    takedowns_from(table)
    assert [problem.key for problem in problems] == ["takedown.1.id"]
