"""What do the tests of measures share? A driver over the reference workspace, and a document as the plain-Python oracles see it."""
from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from roots.errors import Problem
from roots.filters.characters import (
    ALONE,
    BROKEN,
    CONNECTS,
    DIGIT,
    FORMAT,
    JOINS,
    JOINS_DIGITS,
    LETTER,
    MARK,
    PUNCTUATION,
    SPACE,
    SYMBOL,
    characters,
)
from roots.filters.driver import CODE, PROSE, Driver, WordLists
from roots.filters.judge import JudgeRules
from roots.filters.languages import CodeLanguage, Language, code_language_from, language_from, words_from
from roots.filters.licence_headers import licence_headers_from
from roots.filters.paths import path_signs_from
from roots.records import Table

ROOT = Path(__file__).resolve().parent.parent
CLOSED = {"en": ("the", "of", "and", "isn't", "as well as"), "hi": ("है", "का", "की"), "vi": ("không phải", "và"), "zh-Hans": ("的", "我们")}
FLAGGED = {"en": ("badword",)}
SPELLING = {"en": ("_t h", "th e_", "he _", "_a ne", "ab _c", "न्य ाे", "E n"), "hi": ("_क ाे्", "क् य", "है _")}
PLACEHOLDER = ("lorem ipsum", "consectetur")
MIXED = "aAeEzZßıİẹ́ọ̀ñçαЖяאبتثحکेािक्षणதమ你好嗎かカ한\u0301\u200d\u200c 019٣५ \n\t.,;:!?'’«»।۔。…-–*•#_{}<>|/\\€😀\ufffd\x07\xad\u2028"


def texts() -> st.SearchStrategy[str]:
    """Text in many scripts, with repetitions, lines and rubbish; also any Unicode at all."""
    alphabet = st.sampled_from(sorted(set(MIXED)))
    words = st.sampled_from(["the", "of", "and", "isn't", "Hello", "है", "क्या", "không", "phải", "的", "我们", "ipsum", "w0rd", "aB",
                             "3", "likes", "...", "…", "•", "- x", "\n", "\n\n", "END.", "# ##", "nā́", "n!xau", "A\n", "Ã©", "l·l"])
    return st.one_of(
        st.text(alphabet, max_size=60),
        st.text(st.characters(exclude_categories=("Cs",)), max_size=40),
        st.lists(words, max_size=60).map(" ".join),
        st.builds(lambda part, times: part * times, st.text(alphabet, max_size=12), st.integers(0, 30)),
    )


# A hundred thousand texts, twenty to an example: one to an example, Hypothesis' own bookkeeping takes hours. No shrinking and no
# database, and the same texts at every run.
TOGETHER = 20
HUNDRED_THOUSAND = settings(max_examples=100_000 // TOGETHER, deadline=None, phases=[Phase.generate], derandomize=True, database=None,
                            suppress_health_check=list(HealthCheck))


def many_texts() -> st.SearchStrategy[list[str]]:
    """Twenty texts at a time."""
    return st.lists(texts(), min_size=TOGETHER, max_size=TOGETHER)


@lru_cache(maxsize=1)
def records() -> tuple[tuple[Language, ...], tuple[CodeLanguage, ...]]:
    """The languages of the reference workspace."""
    problems: list[Problem] = []
    found: dict[str, list[object]] = {"languages": [], "code": []}
    for folder, parse in (("languages", language_from), ("code", code_language_from)):
        for path in sorted((ROOT / "filters" / folder).glob("*.toml")):
            table = Table.parse(path.relative_to(ROOT).as_posix(), path.read_bytes(), problems)
            assert table is not None
            found[folder].append(parse(table))
    assert not problems, "\n".join(map(str, problems))
    return tuple(found["languages"]), tuple(found["code"])  # type: ignore[arg-type]


def rules(**more: object) -> JudgeRules:
    """Rules of the reference workspace."""
    languages, code = records()
    problems: list[Problem] = []
    headers = Table.parse("filters/licence_headers.toml", (ROOT / "filters" / "licence_headers.toml").read_bytes(), problems)
    paths = Table.parse("filters/code_paths.toml", (ROOT / "filters" / "code_paths.toml").read_bytes(), problems)
    assert headers is not None and paths is not None
    signs = path_signs_from(paths)
    assert not problems
    folder = ROOT / "filters"
    words = {path.relative_to(folder).as_posix(): words_from(path.read_text()) for path in folder.glob("words/*/*.txt")}
    return JudgeRules(languages, code, words=words, headers=licence_headers_from(headers), paths=signs,
                      **more)  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def driver() -> Driver:
    """A driver with the small lists above."""
    languages, code = records()
    lists = [WordLists(CLOSED.get(one.code), FLAGGED.get(one.code), PLACEHOLDER, spelling=SPELLING.get(one.code)) for one in languages]
    return Driver(languages, code, lists + [WordLists(generated=("do not edit", "auto generated"))] * len(code))


def measured(text: str, language: str = "en") -> dict[str, float]:
    """Every measure of one text."""
    one = driver()
    row = one.rows[language]
    kind = PROSE if row < len(records()[0]) else CODE
    values = one.measure(pa.array([text], pa.large_string()), np.array([row]), np.array([kind], np.uint8))
    return dict(zip(one.names, values[0].tolist(), strict=True))


def kind(character: str) -> int:
    """The class of a character, straight from Python's Unicode data."""
    if character in "\t\n\v\f\r\x85":
        return SPACE
    category = unicodedata.category(character)
    if category == "Cf":
        return FORMAT
    if character == "\ufffd":
        return BROKEN
    return {"L": LETTER, "M": MARK, "N": DIGIT, "P": PUNCTUATION, "S": SYMBOL, "Z": SPACE}.get(category[0], BROKEN)


def has(character: str, flag: int) -> bool:
    return bool(characters().flags[ord(character)] & flag)


def words(text: str) -> list[str]:
    """Words as view.py documents them, by a regular expression over a string of classes."""
    letters = []
    for character in text:
        k = kind(character)
        if k in (LETTER, DIGIT) and has(character, ALONE):
            letters.append("H")
        elif k == LETTER:
            letters.append("L")
        elif k == DIGIT:
            letters.append("D")
        elif k == MARK:
            letters.append("M")
        elif k == FORMAT:
            letters.append("F")
        elif has(character, CONNECTS):
            letters.append("C")
        elif has(character, JOINS) and has(character, JOINS_DIGITS):
            letters.append("B")
        elif has(character, JOINS):
            letters.append("J")
        elif has(character, JOINS_DIGITS):
            letters.append("N")
        else:
            letters.append(" ")
    shape = "".join(letters)
    # what stands between two letters (or digits) may be followed by marks; the mark then belongs to the letter before
    spans = re.finditer(r"H[MFC]*|[LDM](?:[LDMFC]|(?<=L)[JB](?=L)|(?<=L)[JB](?=L)|(?<=D)[NB](?=D)|(?<=[MF])[JNB](?=[LD]))*", shape)
    found = []
    for span in spans:
        begin, end = span.span()
        while begin < end:  # a joiner after marks joins only what stands before the marks: cut where it does not
            cut = end
            for at in range(begin + 1, end):
                if shape[at] in "JNB":
                    before = at - 1
                    while before > begin and shape[before] in "MF":
                        before -= 1
                    letter = shape[before] == "L" and shape[at + 1] == "L" and shape[at] in "JB"
                    digit = shape[before] == "D" and shape[at + 1] == "D" and shape[at] in "NB"
                    if not (letter or digit):
                        cut = at
                        break
            found.append(text[begin:cut])
            begin = cut + 1
    return found


def lower(word: str) -> str:
    return "".join(small if len(small := c.lower()) == 1 else c for c in word)


def lines(text: str) -> list[str]:
    """Lines without the space around them; blank ones left out."""
    found = []
    for line in text.split("\n"):
        begin, end = 0, len(line)
        while begin < end and kind(line[begin]) == SPACE:
            begin += 1
        while end > begin and kind(line[end - 1]) == SPACE:
            end -= 1
        if end > begin:
            found.append(line[begin:end])
    return found


measured("")  # compiled while tests are collected: half a minute where the cache is cold, which no single test should be charged with
