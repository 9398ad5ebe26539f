"""Does progress say what a pass dropped, and where it was uneven?"""
from __future__ import annotations

from roots.pipelines.summary import lines_of_pass, skew_of

COSTS = {
    "identify": {"documents": 900, "batches": 3, "microseconds": 3e6, "slowest_microseconds": 1e6},
    "judge": {"documents": 900, "batches": 3, "microseconds": 9e6, "slowest_microseconds": 6e6, "dropped.empty": 3,
              "dropped.letter_share.low": 40, "dropped.language.other": 5},
    "scrub": {"dropped.personal_data.high": 1, "dropped.empty": 1, "dropped.failed.scrub": 2},
}


def test_a_pass_tells_what_it_dropped_and_its_slowest_batch() -> None:
    dropped, skew = lines_of_pass(COSTS)
    assert dropped.split(maxsplit=2)[:2] == ["52", "dropped:"]
    assert "letter_share.low 40, language.other 5, empty 4, failed.scrub 2 …" in dropped
    assert "judge" in skew
    assert skew_of(COSTS["judge"]) == 2
    assert "2.0 times the mean" in skew


def test_where_nothing_was_measured_nothing_is_said() -> None:
    assert list(lines_of_pass({"": {"seconds": 3.0}})) == []
    assert skew_of({}) is None
