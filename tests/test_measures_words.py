"""Do the compiled measures of words and characters equal plain Python?"""
from __future__ import annotations

import math
import re
from itertools import pairwise

import measuring
import pytest
from hypothesis import given, settings
from measuring import CLOSED, PLACEHOLDER, SPELLING, has, kind, lower, measured, words

from roots.filters.characters import (
    ALONE,
    BROKEN,
    BULLET,
    DIGIT,
    FORMAT,
    JOINS,
    LETTER,
    MARK,
    PUNCTUATION,
    SPACE,
    SYMBOL,
    UPPER,
    characters,
    script_number,
)
from roots.filters.spelling import LONG, entries_of, spelling, strings_in, strings_of


def share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def in_list(found: list[str], entries: tuple[str, ...], gap: int = 50) -> tuple[float, float, float]:
    """(words covered, different entries, words in stretches of `gap` or more without one), the longest entry first, from left to right."""
    cut = {tuple(map(lower, words(entry))) for entry in entries}
    covered, kinds, at, shape = 0, set(), 0, ""
    small = [lower(word) for word in found]
    while at < len(small):
        for size in range(6, 0, -1):
            part = tuple(small[at : at + size])
            if len(part) == size and part in cut:
                covered += size
                kinds.add(part)
                at += size
                shape += "x"
                break
        else:
            at += 1
            shape += "."
    bare = sum(len(stretch) for stretch in shape.split("x") if len(stretch) >= gap)
    return covered, len(kinds), bare


def mixed(word: str) -> bool:
    pairs = list(pairwise(word))
    return any({kind(a), kind(b)} == {LETTER, DIGIT} for a, b in pairs)


def distinct(found: list[str]) -> float:
    whole = len(found) // 100 * 100 or len(found)
    stretches = [found[at : at + 100] for at in range(0, whole, 100)]
    return sum(len({lower(word) for word in part}) / len(part) for part in stretches) / len(stretches) if stretches else math.nan


def spelled(text: str, found: list[str], letters: tuple[str, ...], language: str) -> tuple[int, int]:
    """(strings of three letters that the list lacks, all strings), of the words in the language's own script."""
    if language not in SPELLING:
        return 0, 0
    known = {entry.split(" ")[0] + third for entry in SPELLING[language] for third in entry.split(" ")[1]}
    known = {string for string in known if len(string) == 3}
    own = {0, *map(script_number, letters)}
    cut, at = [], 0
    for word in found:
        start = text.index(word, at)
        at = start + len(word)
        key = "/" in (text[start - 1 : start], text[at : at + 1]) or (len(word) > LONG and any(kind(c) == DIGIT for c in word))
        if int(characters().scripts[ord(word[0])]) in own and not has(word[0], ALONE) and not key:
            shape = "".join("0" if kind(c) == DIGIT else lower(c) if kind(c) in (LETTER, MARK) else "_" for c in word if kind(c) != FORMAT)
            for part in filter(None, shape.split("_")):
                cut += ["".join(three) for three in zip("_" + part, part, part[1:] + "_", strict=False)]
    return sum(string not in known for string in cut), len(cut)


def parted(text: str) -> int:
    return sum((kind(b) == SYMBOL or b == "'") and has(a, ALONE) and has(c, ALONE)
               for a, b, c in zip(text, text[1:], text[2:], strict=False))


def stray(text: str) -> int:
    return sum(kind(b) == MARK and kind(a) not in (LETTER, MARK, FORMAT, DIGIT) for a, b in pairwise(" " + text))


def inner(text: str) -> int:
    return sum(kind(b) in (PUNCTUATION, SYMBOL) and kind(a) in (LETTER, MARK) and kind(c) == LETTER and not has(b, JOINS | BULLET)
               and not has(a, ALONE) for a, b, c in zip(text, text[1:], text[2:], strict=False))


def misread(text: str) -> int:
    """Characters in sequences of UTF-8 as they look in Latin-1 or Windows-1252."""
    images = {bytes([b]).decode(how, "replace") for b in range(0x80, 0xC0) for how in ("latin-1", "cp1252")}
    plain = set("\u2018\u2019\u201a\u201c\u201d\u201e\u2013\u2014\u2026\u2022\u2039\u203a\xa0\xaa\xab\xad\xb2\xb3\xb5\xb7\xb9\xba\xbb")
    image, sign = "".join(map(re.escape, sorted(images))), "".join(map(re.escape, sorted(images - plain)))
    two = f"[\xc2-\xdf][{image}]"
    three = f"[\xe0-\xef](?:[{sign}][{image}]|[{image}][{sign}])"
    four = f"[\xf0-\xf4](?=.{{0,2}}[{sign}])[{image}]{{3}}"
    return sum(len(match[0]) for match in re.finditer(f"{two}|{three}|{four}", text, re.DOTALL))


def script_of(word: str) -> int:
    return next((int(characters().scripts[ord(c)]) for c in word if kind(c) == LETTER), 0)


def oracle(text: str, language: str = "en") -> dict[str, float]:
    found = words(text)
    record = next(one for one in measuring.records()[0] if one.code == language)
    classes = [kind(c) for c in text]
    counts = {k: classes.count(k) for k in range(8)}
    visible = len(text) - counts[SPACE] - counts[FORMAT]
    closed = in_list(found, CLOSED[language], record.longest_gap) if language in CLOSED else (math.nan, math.nan, math.nan)
    of_a_script = [script_of(word) for word in found if script_of(word)]
    own = {script_number(name) for name in record.letters}
    few = max(len(found), 50)
    strange, strings = spelled(text, found, record.letters, language)
    return {
        "word_count": len(found),
        "mean_word_length": share(sum(map(len, found)), len(found)),
        "longest_word": max(map(len, found), default=0),
        "words_with_letters": share(sum(any(kind(c) == LETTER for c in w) for w in found), len(found)),
        "own_script": share(sum(script in own for script in of_a_script), len(of_a_script)),
        "single_letter_words": sum(len(w) == 1 and kind(w) == LETTER and not has(w, ALONE) for w in found) / few,
        "mixed_words": sum(map(mixed, found)) / few,
        "strange_spelling": share(strange, max(strings, 100) if strings else 0),
        "parted_ideographs": parted(text) / few,
        "distinct_words": distinct(found),
        "closed_class": share(closed[0], len(found)),
        "closed_class_kinds": closed[1],
        "bare_words": share(closed[2], len(found)),
        "placeholder_words": share(in_list(found, PLACEHOLDER)[0], len(found)),
        "character_count": len(text),
        "special_characters": 1 - (counts[LETTER] + counts[MARK] + counts[FORMAT]) / len(text) if text else 0.0,
        "letter_share": share(counts[LETTER] + counts[MARK], visible),
        "digit_share": share(counts[DIGIT], visible),
        "punctuation_share": share(counts[PUNCTUATION], visible),
        "inner_punctuation": inner(text) / few,
        "stray_marks": stray(text) / few,
        "symbol_share": share(counts[SYMBOL], visible),
        "broken_characters": counts[BROKEN] / max(len(text), 1),
        "uppercase_share": share(sum(has(c, UPPER) for c in text), counts[LETTER]),
        "mojibake": misread(text) / max(len(text), 1),
        "hash_signs": text.count("#") / few,
        "ellipses": len(re.findall("\u2026|\\.\\.\\.", text)) / few,
        "curly_brackets": share(text.count("{") + text.count("}"), visible),
    }


def check(text: str, language: str) -> None:
    found = measured(text, language)
    for name, value in oracle(text, language).items():
        assert found[name] == pytest.approx(value, rel=1e-6, abs=1e-7, nan_ok=True), (name, text)


@settings(max_examples=250, deadline=None)
@given(measuring.texts())
def test_measures_equal_the_oracle(text: str) -> None:
    check(text, "en")


@settings(max_examples=60, deadline=None)
@given(measuring.texts())
def test_measures_equal_the_oracle_in_other_scripts(text: str) -> None:
    for language in ("hi", "vi", "zh-Hans", "yo"):
        check(text, language)


@pytest.mark.slow
@pytest.mark.timeout(10800)
@measuring.HUNDRED_THOUSAND
@given(measuring.many_texts())
def test_measures_equal_the_oracle_a_hundred_thousand_times(texts: list[str]) -> None:
    for text in texts:
        check(text, "en")


def test_closed_class_words_of_two_syllables_and_of_two_ideographs() -> None:
    assert measured("Không phải tôi và anh", "vi")["closed_class"] == pytest.approx(3 / 5)
    assert measured("我们的书", "zh-Hans")["closed_class"] == pytest.approx(3 / 4)


def test_a_language_without_a_list_is_not_measured() -> None:
    assert math.isnan(measured("Habari ya asubuhi", "sw")["closed_class"])
    assert math.isnan(measured("Habari ya asubuhi", "sw")["flagged_words"])


def test_bad_scans_are_spelled_strangely() -> None:
    strings, total = spelling(["Mtoto anasoma kitabu nyumbani kwa mama yake"] * 9 + ["wxq"], ["LATIN"])
    assert total == 9 * 37 + 3 and "_kw" in strings and "wxq" not in strings
    assert {"_ɛn", "_èn", "pɔn", "pòn"} <= set(spelling(["Pɔn ɛnna"], ["LATIN"], [("ɔ", "ò"), ("ɛ", "è")])[0])  # two orthographies
    entries = entries_of(strings)
    assert sorted(strings_of(entries)) == strings and "_m at" in entries
    assert list(strings_in("Ẹ̀kọ́’s Б", {script_number("LATIN")})) == ["_ẹ̀", "ẹ̀k", "\u0300kọ", "kọ́", "ọ́_", "_s_"]
    assert measured("the abc Ѣѣ the")["strange_spelling"] == pytest.approx(2 / 100)  # _ab, bc_; another script has no spelling here
    assert list(strings_in("ghp_x7Kq2mPz9LwTr4VbNc8Y w0rd", {script_number("LATIN")})) == ["_w0", "w0r", "0rd", "rd_"]  # a key has none
    address = "http://ab.cde/fgh na"
    assert list(strings_in(address, {script_number("LATIN")})) == ["_ht", "htt", "ttp", "tp_", "_na", "na_"]
    assert measured("qqq/qqq qqq")["strange_spelling"] == pytest.approx(3 / 100)


def test_marks_count_as_letters() -> None:
    assert measured("क्षत्रिय", "hi")["letter_share"] == 1
    assert measured("ọ̀nà", "yo")["special_characters"] == 0


def test_mojibake_is_seen_in_every_script_it_comes_from() -> None:
    for text in ("नमस्ते दुनिया", "été à Noël", "مرحبا بالعالم", "你好世界", "Ọmọ kékeré"):
        assert measured(text)["mojibake"] == 0
        assert measured(text.encode().decode("cp1252", "replace"))["mojibake"] > 0.03, text
        assert measured(text.encode().decode("latin-1"))["mojibake"] > 0.05, text
