"""Do the compiled normal form and its plain-Python definition say the same, in every script?"""
from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roots.filters.normal_form import form_of, text_of


def oracle(text: str, programming: bool = False) -> str:
    out = ""
    gap, wide = False, True
    for character in text:
        category = unicodedata.category(character)
        if category == "Cf":
            continue
        if category[0] == "Z" or category == "Cc" or (not programming and (category[0] == "P" or category == "Sk")):
            gap = True
            continue
        is_wide = (category == "Lo" and unicodedata.east_asian_width(character) in "WF"
                   and not unicodedata.name(character, "").startswith("HANGUL"))
        if gap and not wide and not is_wide:
            out += " "
        gap = False
        if unicodedata.combining(character) == 0:
            wide = is_wide
        form = unicodedata.normalize("NFD", character)
        out += form if programming else unicodedata.normalize("NFD", form.casefold())
    return unicodedata.normalize("NFD", out)


def form(text: str, programming: bool = False) -> str:
    return text_of(form_of(text, programming))


@settings(deadline=None)  # the first example compiles
@given(st.text(st.characters(exclude_categories=("Cs",))), st.booleans())
def test_form_is_its_definition(text: str, programming: bool) -> None:
    assert form(text, programming) == oracle(text, programming)


SCRIPTS = "aÀéßıİ ẹ́ọ̀ हिन्दी نَصّ 中文。「」かが한글 ŋɔ 3.5 \u0323\u0301\u00ad\u200d\ufeff"


@settings(deadline=None)  # the first example compiles
@given(st.text(st.sampled_from(SCRIPTS)))
def test_form_is_its_definition_where_marks_crowd(text: str) -> None:
    assert form(text) == oracle(text)


@settings(deadline=None)  # the first example compiles
@given(st.text(st.sampled_from(SCRIPTS)))
def test_composed_and_decomposed_text_have_one_form(text: str) -> None:
    assert form(unicodedata.normalize("NFC", text)) == form(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(("one", "other"), [
    ("Ẹ KÁÀRỌ̀, ayé!", "ẹ káàrọ̀ ayé"),
    ("Straße — 5", "STRASSE (5)"),
    ("你好，世界。", "你好世界"),
    ("مرحبا، بالعالم؟", "مرحبا بالعالم"),
    ("नमस्ते। दुनिया", "नमस्ते\n\nदुनिया"),
    ("soft\u00adware\ufeff", "software"),
])
def test_dress_is_nothing(one: str, other: str) -> None:
    assert form(one) == form(other)


@pytest.mark.parametrize(("one", "other"), [
    ("3.5 m", "35 m"), ("第3.5米", "第35米"), ("ọkọ́", "ọkọ"), ("हिन्दी", "हिनदी"),
    ("room 1", "room 2"), ("a now here", "a nowhere"), ("$5", "€5"),
])
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert form(one) != form(other)


def test_programs_keep_case_and_punctuation() -> None:
    assert form("If (a[0])\n\tReturn", programming=True) == "If (a[0]) Return"


@pytest.mark.parametrize("programming", [False, True])
def test_every_code_point_that_changes_has_its_form(programming: bool) -> None:
    changing = [chr(point) for point in [*range(0xD800), *range(0xE000, 0x32400)]
                if unicodedata.normalize("NFD", chr(point)).casefold() != chr(point) or unicodedata.combining(chr(point))]
    assert len(changing) > 15_000
    text = "x".join(changing) + " ".join(changing[::7])
    assert form(text, programming) == oracle(text, programming)
