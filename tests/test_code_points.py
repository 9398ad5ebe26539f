"""Is what nobody looks at one by one really unassigned, private, or a unified ideograph like the first?"""
from __future__ import annotations

import unicodedata

from roots.filters import code_points, normal_form


def test_every_code_point_is_looked_at_or_like_others() -> None:
    points, unified = (set(some.tolist()) for some in code_points.singular())
    first = min(unified)
    assert points & unified == {first}
    for code in set(range(code_points.CODE_POINTS)) - points - unified:
        assert unicodedata.category(chr(code)) in ("Cn", "Co", "Cs")
    for character in map(chr, unified):
        assert unicodedata.category(character) == "Lo"
        assert unicodedata.name(character).startswith("CJK UNIFIED IDEOGRAPH-")
        assert unicodedata.east_asian_width(character) == "W"
        assert not unicodedata.decomposition(character) and not unicodedata.combining(character)
        assert character.casefold() == character.lower() == character


def test_an_ideograph_that_is_not_looked_at_keeps_its_own_number() -> None:
    assert normal_form.text_of(normal_form.form_of("一二 㐀, 三𠀀")) == "一二㐀三𠀀"
