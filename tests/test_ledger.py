"""Do the books balance, and does a build notice when they do not?"""
from __future__ import annotations

import pyarrow as pa
import pytest

from roots.errors import RootsError
from roots.ledger import Ledger


def rows() -> pa.Table:
    return pa.table({"source": ["a", "a", "a", "b"], "language": ["sw", "sw", None, "yo"],
                     "dropped": [None, "duplicate.near", "empty", None], "bytes": pa.array([10, 20, 0, 7], pa.int64())})


def test_counts_by_source_language_and_reason() -> None:
    ledger = Ledger.of(rows())
    assert dict(ledger.documents) == {("a", "sw", "kept"): 1, ("a", "sw", "duplicate.near"): 1, ("a", "und", "empty"): 1,
                                      ("b", "yo", "kept"): 1}
    assert ledger.bytes["a", "sw", "duplicate.near"] == 20


def test_read_is_kept_and_dropped_and_rejected() -> None:
    ledger = Ledger.of(rows())
    ledger.read.update({"a": 4, "b": 1})
    ledger.rejected["a", "utf8.invalid"] = 1
    ledger.balance()
    ledger.read["b"] = 2
    with pytest.raises(RootsError, match=r"ledger · b\n.*2 records were read, 1 are accounted for"):
        ledger.balance()


def test_a_source_that_nobody_counted_does_not_balance() -> None:
    with pytest.raises(RootsError):
        Ledger.of(rows()).balance()


def test_addition_and_json_lose_nothing() -> None:
    ledger = Ledger.of(rows())
    ledger.read.update({"a": 3, "b": 1})
    again = Ledger.from_json(ledger.as_json())
    assert again.as_json() == ledger.as_json()
    again += ledger
    assert again.documents["a", "sw", "kept"] == 2
    assert again.read["a"] == 6
