"""Is broken source code seen as such, does sound code pass, and can no file hang the parser?"""
from __future__ import annotations

import math
import time
from pathlib import Path

import measuring
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roots.filters import syntax
from roots.filters.syntax import Grammar, Syntax

GRAMMARS = {one.code: Grammar(one) for one in measuring.records()[1]}
PROGRAMS = Path(__file__).with_name("programs")


def errors(code: str, text: str) -> float:
    return GRAMMARS[code].errors(text.encode())


def test_every_programming_language_has_a_grammar() -> None:
    assert len(GRAMMARS) == 13 and all(grammar.parsers for grammar in GRAMMARS.values())


@pytest.mark.parametrize("code", sorted(GRAMMARS))
def test_programs_parse_and_their_words_in_another_order_do_not(code: str) -> None:
    text = (PROGRAMS / f"{code}.txt").read_text("utf-8")
    assert errors(code, text) == 0
    words = text.split()
    mixed = "\n".join(words[(7 * place) % len(words) if len(words) % 7 else -place] for place in range(len(words)))
    assert errors(code, mixed) > 0.02


@pytest.mark.parametrize(("code", "text", "share"), [
    ("python", "x = 1\n", 0),
    ("python", "def f(:\n    pass\n", 1 / 18),      # the colon alone
    ("c", "int main(void) { return 0; ", 1 / 27),   # a bracket that is not there counts as a byte
    ("typescript", "let x = <string>y;\n", 0),      # an old cast: only the dialect without tags reads it
    ("typescript", "const x = <p>héllo</p>;\n", 0),  # and only the one with tags reads this
])
def test_what_counts_as_an_error(code: str, text: str, share: float) -> None:
    assert errors(code, text) == pytest.approx(share, abs=0.04) and (errors(code, text) > 0) == (share > 0)


def test_functions_within_an_error_are_not_errors() -> None:
    """Both branches open a bracket, one closes it: the grammar calls all of it an error."""
    sound = "".join(f"int f{n}(int a) {{ return a + {n}; }}\n" for n in range(50))
    assert errors("c", "#ifdef A\nint g(void) {\n#else\nint h(void) {\n#endif\n" + sound) < 0.1


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(GRAMMARS)), st.one_of(measuring.texts(), st.text("(){}[]<>\"'`/*#\\;:= \nab", max_size=300)))
def test_any_text_has_a_share_and_always_the_same(code: str, text: str) -> None:
    share = errors(code, text)
    assert 0 <= share <= 1 and errors(code, text) == share


def test_batches_have_the_values_of_their_rows() -> None:
    judge = Syntax(measuring.records()[1])
    texts = pa.array(["x", "x = 1\n", "def (\n", None, "fn f() {}\n", "x"], pa.large_string()).slice(1)
    languages = pa.array(["c", "python", "python", "python", "rust", "latin"]).slice(1)
    asked = np.array([True, True, True, True, True])
    found = judge.errors(texts, languages, asked)
    assert found[0] == 0 and found[1] == np.float32(errors("python", "def (\n")) > 0 and found[3] == 0
    assert math.isnan(found[2]) and math.isnan(found[4])
    assert np.isnan(judge.errors(texts, languages, ~asked)).all()


def test_a_file_that_would_take_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "AT_LEAST", 20)
    monkeypatch.setattr(syntax, "PATIENCE", 1_000)
    hard = "f(\"x' " * 20_000
    before = time.process_time()
    assert math.isnan(errors("c", hard)) and time.process_time() - before < 5
    assert errors("c", "int x;\n") == 0  # the parser is as good as new
    monkeypatch.setattr(syntax, "LONGEST", 5)
    assert np.isnan(Syntax(measuring.records()[1]).errors(pa.array(["int x;"], pa.large_string()), pa.array(["c"]), np.array([True]))).all()
