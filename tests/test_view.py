"""Are words, lines and characters what a reader of the script says they are?"""
from __future__ import annotations

import measuring
import pytest
from hypothesis import given, settings
from measuring import measured


@pytest.mark.parametrize(("text", "count"), [
    ("N'abantu n'ibintu", 2),                       # Kirundi
    ("L’aujourd’hui", 1),                           # typographic apostrophes
    ("Ọmọ kékeré ń ṣeré", 4),                       # Yoruba, some marks composed, some not
    ("Ọmọ́ kékeré".encode().decode(), 2),
    ("क्षत्रिय ज्ञान", 2),                              # virama joins
    ("ক্‍ষ নয়", 2),                                  # zero width joiner inside
    ("می‌خواهم بروم", 2),                            # zero width non-joiner inside
    ("我爱你们。", 4),                                 # each ideograph
    ("我用Python写", 4),
    ("!Xóõ n!xau ǃkung", 3),                        # clicks
    ("ng'ombe wa ng'", 3),
    ("col·lecció 3,14 1.000.000", 3),
    ("snake_case a-b", 3),
    ("wait...what", 2),
    ("", 0), ("।॥ … 😀", 0), ("\u0301", 1),
])
def test_words_are_what_readers_call_words(text: str, count: int) -> None:
    assert len(measuring.words(text)) == count, "the oracle"
    assert measured(text)["word_count"] == count, "the kernel"


def test_no_mark_is_lost() -> None:
    """A word with its tone marks is another word than the one without."""
    tones = "ọ̀nà ọ̀nà ọna ọnà"
    assert measured(tones, "yo")["distinct_words"] == 3 / 4


def test_case_is_one_word_in_every_script_that_has_case() -> None:
    assert measured("Ɛyɛ ɛyɛ ƐYƐ", "tw")["distinct_words"] == pytest.approx(1 / 3)


def test_lines_are_counted_without_blank_ones() -> None:
    assert measured("a\n\n  \n b \n")["line_count"] == 2
    assert measured("\n\n")["line_count"] == 0


@settings(max_examples=300, deadline=None)
@given(measuring.texts())
def test_words_and_lines_equal_the_oracle(text: str) -> None:
    found = measured(text)
    words = measuring.words(text)
    assert found["character_count"] == len(text)
    assert found["word_count"] == len(words)
    assert found["line_count"] == len(measuring.lines(text))
    assert found["longest_word"] == max(map(len, words), default=0)
