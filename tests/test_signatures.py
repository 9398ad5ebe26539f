"""Do signatures agree with datasketch, and with the theory, and stay silent about what is dropped?"""
from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from roots import document
from roots.filters.minhash import bands_for, chance_of_meeting, permutations, write_bands, write_signature
from roots.filters.shingles import shingles_of
from roots.filters.signatures import USUAL, Comments, SignatureRules, body_start, schema, sign, url_key

RULES = SignatureRules(tokens={"zh-Hans": "characters"}, comments={
    "python": Comments(line=("#",)), "c": Comments(line=("//",), block=(("/*", "*/"),)),
    "php": Comments(line=("//", "#"), block=(("/*", "*/"),), opening=("<?php",)),
    "lua": Comments(line=("--",), block=(("--[[", "]]"),))})


def batch(texts: list[str], language: str = "sw", kind: str = document.NATURAL, **more: object) -> pa.RecordBatch:
    return document.batch_of({"id": [f"{i:032x}" for i in range(len(texts))], "text": texts, "kind": [kind] * len(texts),
                              "language": [language] * len(texts), **more})


@settings(deadline=None)  # the first example compiles
@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=50))
def test_signature_is_datasketchs(values: list[int]) -> None:
    multipliers, addends = permutations(7, 64)
    ours = np.empty(64, np.uint32)
    shingles = np.array(values, np.uint64)
    write_signature(shingles, len(shingles), multipliers, addends, ours)
    oracle = MinHash(64, permutations=(multipliers, addends), scheme="affine32", hashfunc=lambda value: value & 0xFFFFFFFF)
    oracle.update_batch(values)
    assert (ours == oracle.hashvalues).all()


def test_default_bands_are_the_optimisers() -> None:
    assert (SignatureRules().bands, SignatureRules().rows) == bands_for(*USUAL)
    assert SignatureRules.at(0.7) == SignatureRules()


@pytest.mark.parametrize("similarity", [0.3, 0.5, 0.7, 0.8, 0.9])
def test_texts_meet_as_often_as_theory_says(similarity: float) -> None:
    rules, rng = SignatureRules(), np.random.default_rng(3)
    union, pairs = 400, 300
    both = round(similarity * union)
    met = 0
    signature = np.empty(rules.bands * rules.rows, np.uint32)
    keys = np.empty((2, rules.bands), np.uint64)
    for _ in range(pairs):
        pool = rng.integers(0, 2**63, union).astype(np.uint64)
        half = (union - both) // 2
        for side, part in enumerate((pool[: both + half], np.r_[pool[:both], pool[both + half:]])):
            write_signature(part, len(part), *permutations(rules.seed, len(signature)), signature)
            write_bands(signature, rules.rows, keys[side])
        met += bool((keys[0] == keys[1]).any())
    expected = chance_of_meeting(similarity, rules.bands, rules.rows)
    assert met / pairs == pytest.approx(expected, abs=4 * (expected * (1 - expected) / pairs) ** 0.5 + 0.01)


LONG = "Mvua ilinyesha usiku kucha na asubuhi mto ulikuwa umejaa hadi ukingoni mwake"


def test_dress_changes_nothing() -> None:
    found = sign(batch([LONG, LONG.upper() + " !", "\n\n" + LONG.replace(" ", ", ")]), RULES)
    for name in ("exact_high", "exact_low", "bands", "words"):
        assert len({str(value) for value in found.column(name).to_pylist()}) == 1
    assert found.column("words")[0].as_py() == 12


def test_short_texts_have_an_exact_hash_alone() -> None:
    found = sign(batch(["Habari gani", "habari gani?", "Habari zako", "!!!", "???", "!!!", ""]), RULES)
    assert found.column("bands").null_count == len(found)
    bits = list(zip(found.column("exact_high").to_pylist(), found.column("exact_low").to_pylist(), strict=True))
    assert bits[0] == bits[1] != bits[2]
    assert bits[3] == bits[5] != bits[4]  # texts without any word are like themselves alone
    assert len(set(bits)) == 5


def test_dropped_rows_and_other_kinds_stay_apart() -> None:
    texts = [LONG, LONG]
    gone = sign(batch(texts, dropped=pa.array([None, "empty"])), RULES)
    assert gone.column("exact_high").is_valid().to_pylist() == gone.column("bands").is_valid().to_pylist() == [True, False]
    program = sign(batch(texts, "python", document.PROGRAMMING), RULES)
    assert program.column("exact_high")[0] != gone.column("exact_high")[0]


@pytest.mark.parametrize(("language", "header"), [
    ("python", "#!/usr/bin/env python\n# Copyright 2020 Somebody\n\n"), ("c", "/* Licence\n * of many lines */\n// and more\n"),
    ("php", "<?php\n/** (c) */\n"), ("lua", "--[[ Copyright\n  of many lines ]]\n-- and one\n"),
])
def test_licence_headers_do_not_count(language: str, header: str) -> None:
    body = "total = sum(price(i) for i in items if i.kind == 3)"
    plain, headed = sign(batch([body, header + body], language, document.PROGRAMMING), RULES).column("bands").to_pylist()
    assert plain == headed
    assert body_start((header + body).encode(), RULES.comments[language]) == len(header)


def test_an_unclosed_comment_hides_the_rest() -> None:
    assert body_start(b"/* never closed", RULES.comments["c"]) == 15


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.sampled_from("abc नदी 中文ẹ́\n."), max_size=80), min_size=1, max_size=8), st.data())
def test_cutting_batches_changes_nothing(texts: list[str], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(texts)))
    whole = batch(texts)
    parts = [sign(part, RULES) for part in (whole.slice(0, cut), whole.slice(cut))]
    assert pa.Table.from_batches(parts).combine_chunks() == pa.Table.from_batches([sign(whole, RULES)])
    assert parts[0].schema == schema(RULES)


def test_empty_batches_and_empty_texts_need_no_other_kernel() -> None:
    from roots.filters.signatures import _sign

    sign(batch([LONG]), RULES)
    compiled = len(_sign.signatures)
    assert len(sign(batch([]), RULES)) == 0
    assert sign(batch(["", ""]), RULES).column("words").to_pylist() == [0, 0]
    assert len(_sign.signatures) == compiled


def test_words_are_counted_as_tokens() -> None:
    found = sign(batch(["今天我们去学校，明天回家。然后我们再去学校吃饭睡觉"], "zh-Hans"), RULES)
    assert found.column("words")[0].as_py() == len(shingles_of("今天我们去学校，明天回家。然后我们再去学校吃饭睡觉", how=1)) + 4


@pytest.mark.parametrize(("one", "other"), [
    ("https://www.Example.org/a/", "http://example.org/a#top"), ("http://x.org", "https://X.org/"),
])
def test_addresses_that_are_one(one: str, other: str) -> None:
    assert url_key(one) == url_key(other) is not None


def test_addresses_that_are_two() -> None:
    assert len({url_key(url) for url in ("http://x.org/a?id=1", "http://x.org/a?id=2", "http://x.org/A?id=1")}) == 3
    assert url_key("#") is None
    assert url_key("http://[broken") is None
