"""Does only that go which was compared with what stays, and the right one of the two?"""
from __future__ import annotations

import random
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roots.filters.components import NONE, components, forest, merge, stars
from roots.filters.duplicates import EXACT, NEAR, URL, Decisions, DedupRules, Members, decide, keep_order
from roots.filters.shingles import Hashes, jaccard

pairs = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).filter(lambda pair: pair[0] != pair[1]), max_size=60)


def oracle(edges: list[tuple[int, int]]) -> dict[int, int]:
    """Smallest row of each row's component, by spreading it until nothing changes."""
    root = {row: row for edge in edges for row in edge}
    changed = True
    while changed:
        changed = False
        for one, other in edges:
            least = min(root[one], root[other])
            changed |= root[one] != least or root[other] != least
            root[one] = root[other] = least
    return root


@given(pairs, st.integers(1, 5), st.randoms())
@settings(deadline=None)
def test_forest_of_forests_is_the_forest(edges: list[tuple[int, int]], parts: int, rng: random.Random) -> None:
    expected = sorted((row, root) for row, root in oracle(edges).items() if row != root)
    rng.shuffle(edges)
    pieces = [forest(np.array(edges[part::parts], np.int64).reshape(-1, 2)) for part in range(parts)]
    assert merge(pieces).tolist() == [list(edge) for edge in expected]


def test_rows_beyond_32_bits_are_numbered_alike() -> None:
    edges = np.array([[7, 3], [9, 3], [4, 1], [9, 4]], np.int64)
    assert (forest(edges + (1 << 33)) == forest(edges) + (1 << 33)).all()


def test_stars_bind_every_bucket_with_one_edge_less_than_rows() -> None:
    keys = np.array([7, 3, 7, 3, 9, 7], np.uint64)
    rows = np.array([5, 4, 2, 8, 1, 6], np.int64)
    assert stars(keys, rows).tolist() == [[5, 2], [6, 2], [8, 4]]
    assert stars(keys[:0], rows[:0]).tolist() == []
    alike = np.array([1 << 40 | 5, 5, 2 << 40 | 5], np.uint64)  # the lower half alone does not make a bucket
    assert stars(alike, rows[:3]).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), max_size=50))
def test_stars_are_what_one_would_draw(found: list[tuple[int, int]]) -> None:
    buckets: dict[int, set[int]] = {}
    for key, row in found:
        buckets.setdefault(key, set()).add(row)
    drawn = {(row, min(bucket)) for bucket in buckets.values() for row in bucket if row != min(bucket)}
    keys, rows = np.array([key for key, _ in found], np.uint64), np.array([row for _, row in found], np.int64)
    assert [tuple(edge) for edge in stars(keys, rows).tolist()] == sorted(drawn)


def test_components_are_handed_out_whole_and_in_order() -> None:
    trees = forest(np.array([[9, 3], [4, 3], [8, 1], [12, 10]], np.int64))
    assert [[rows.tolist() for rows in together] for together in components(trees, at_most=4)] == [[[1, 8], [3, 4, 9]], [[10, 12]]]
    assert list(components(NONE)) == []


def members(texts: list[set[int]], **columns: object) -> tuple[Members, list[Hashes]]:
    """Documents given as sets of shingles; all share one band, and equal sets share their exact hash."""
    n = len(texts)
    shingles = [np.array(sorted(text), np.uint64) for text in texts]
    known: dict[str, object] = {
        "rows": np.arange(n), "ids": [f"{i:03}" for i in range(n)], "sources": ["s"] * n,
        "sizes": np.array([len(text) for text in texts]),
        "exact": np.array([[crc32(repr(sorted(text)).encode()) & 0xFFFF, 0] for text in texts], np.uint64).reshape(n, 2),
        "bands": np.ones((n, 2), np.uint64) * [[5, 6]], "near": np.ones(n, bool), "urls": [None] * n, "earlier": np.zeros(n, bool),
    }
    return Members(**{**known, **columns}), shingles  # type: ignore[arg-type]


def settle(texts: list[set[int]], rules: DedupRules | None = None, **columns: object) -> Decisions:
    found, shingles = members(texts, **columns)
    return decide(found, rules or DedupRules(), shingles.__getitem__, lambda i, j: np.array_equal(shingles[i], shingles[j]))


def test_what_is_tied_only_through_a_third_stays() -> None:
    chain = [set(range(0, 100)), set(range(10, 110)), set(range(20, 120)), set(range(30, 130))]  # neighbours 0.82, next but one 0.67
    removed = settle(chain).removed
    assert [(d.member, d.kept, d.how) for d in removed] == [(1, 0, NEAR), (3, 2, NEAR)]
    assert removed[0].similarity == pytest.approx(90 / 110)


def test_the_most_similar_kept_one_is_named() -> None:
    near = [set(range(100)), set(range(30, 130)), set(range(20, 120))]
    assert [(d.member, d.kept) for d in settle(near).removed] == [(2, 1)]


def test_an_exact_copy_follows_its_twin() -> None:
    texts = [set(range(100)), set(range(5, 100)), set(range(5, 100)), set(range(200, 300)), set(range(200, 300))]
    assert [(d.member, d.kept, d.how) for d in settle(texts).removed] == [(1, 0, NEAR), (2, 0, NEAR), (4, 3, EXACT)]


def test_equal_hashes_of_different_texts_do_not_make_copies() -> None:
    texts = [set(range(3)), set(range(3, 6)), set(range(3, 6))]
    removed = settle(texts, exact=np.ones((3, 2), np.uint64), near=np.zeros(3, bool)).removed
    assert [(d.member, d.kept) for d in removed] == [(2, 1)]


def test_licence_goes_before_trust_before_length_before_id() -> None:
    rules = DedupRules(licence={"free": 0, "bound": 1, "fine": 0}, trust={"fine": 0, "free": 1})
    found, _ = members([{1}] * 5, sources=["unknown", "bound", "free", "fine", "fine"], sizes=np.array([9, 8, 7, 5, 6]))
    assert keep_order(found, rules) == [4, 3, 2, 1, 0]
    assert keep_order(found, DedupRules(keep=("id",))) == [0, 1, 2, 3, 4]
    assert keep_order(found, DedupRules(keep=("longest",))) == [0, 1, 2, 4, 3]


def test_documents_of_earlier_runs_are_kept_whatever_the_order_says() -> None:
    texts = [set(range(100)), set(range(100)), set(range(99))]
    removed = settle(texts, earlier=np.array([False, True, True])).removed
    assert [(d.member, d.kept, d.how) for d in removed] == [(0, 1, EXACT)]


def test_containment_counts_only_where_it_is_asked_for() -> None:
    texts = [set(range(100)), set(range(40))]
    assert not settle(texts).removed
    (found,) = settle(texts, DedupRules(containment=0.95)).removed
    assert (found.member, found.similarity) == (1, 1.0)


def test_one_address_is_one_document_only_where_the_rules_say_so() -> None:
    texts = [set(range(100)), set(range(60, 160)), set(range(60, 160))]
    urls = [11, 11, 12]
    assert [(d.member, d.how) for d in settle(texts, urls=urls).removed] == [(2, EXACT)]
    (found,) = settle(texts, DedupRules(by_url=("s",)), urls=urls).removed  # the copy at another address stays
    assert (found.member, found.kept, found.how) == (1, 0, URL)
    assert found.similarity == pytest.approx(40 / 160)


def test_crowded_buckets_are_cut_and_counted() -> None:
    texts = [{i} for i in range(10)]
    made = settle(texts, DedupRules(most_compared=3))
    assert (made.removed, made.compared, made.capped) == ([], 0 + 1 + 2 + 3 * 7, 7)


@given(st.lists(st.sets(st.integers(0, 12), min_size=1), max_size=12), st.randoms())
@settings(deadline=None)
def test_every_decision_holds_whatever_the_order_of_members(texts: list[set[int]], rng: random.Random) -> None:
    made = settle(texts)
    gone = {d.member for d in made.removed}
    for d in made.removed:
        assert d.kept not in gone
        a, b = np.array(sorted(texts[d.member]), np.uint64), np.array(sorted(texts[d.kept]), np.uint64)
        assert d.similarity == pytest.approx(jaccard(a, b)) and d.similarity >= 0.7
    for one in set(range(len(texts))) - gone:
        for other in set(range(one)) - gone:
            assert len(texts[one] & texts[other]) / len(texts[one] | texts[other]) < 0.7
    order = list(range(len(texts)))
    rng.shuffle(order)
    again = settle([texts[i] for i in order], ids=[f"{i:03}" for i in order])
    assert {(order[d.member], order[d.kept]) for d in again.removed} == {(d.member, d.kept) for d in made.removed}
