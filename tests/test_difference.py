"""Do the stretches of two texts tell the truth about both?"""
from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from roots.filters import difference
from roots.filters.difference import differences, marked

texts = st.text(st.sampled_from("ab नदी 中文.\n"), max_size=80)


@given(texts, texts, st.sampled_from([3, 2000]))
@settings(deadline=None)
def test_stretches_join_to_the_texts_and_alternate(one: str, other: str, most: int) -> None:
    whole = difference.MOST
    difference.MOST = most
    try:
        found = list(differences(one, other))
    finally:
        difference.MOST = whole
    assert "".join(stretch.one for stretch in found) == one
    assert "".join(stretch.other for stretch in found) == other
    assert all(a.same != b.same for a, b in pairwise(found))


def test_what_changed_is_marked() -> None:
    assert marked("Ilé náà tóbi púpọ̀ .", "Ilé náà kéré púpọ̀ .") == "Ilé náà [-tóbi -]{+kéré +}púpọ̀ ."
    assert marked("他今天去学校。", "他明天去学校。").count("{+") == 1
    assert marked("same", "same") == "same"


def test_long_stretches_of_the_same_are_cut_short() -> None:
    shown = marked("x " * 500 + "one", "x " * 500 + "two", around=10)
    assert len(shown) < 60 and shown.endswith("[-one-]{+two+}") and "[…]" in shown


def test_long_texts_are_compared_line_by_line() -> None:
    lines = [f"line {i} of a long page about rivers\n" for i in range(3000)]
    changed = [*lines[:1500], "line 1500 of a long book about rivers\n", *lines[1501:]]
    found = [stretch for stretch in differences("".join(lines), "".join(changed)) if not stretch.same]
    assert [(stretch.one, stretch.other) for stretch in found] == [("page ", "book ")]


def test_a_word_keeps_its_marks() -> None:
    assert marked("Ẹ̀kọ́ ni", "ẹ̀kọ́ ni") == "[-Ẹ̀kọ́ -]{+ẹ̀kọ́ +}ni"
