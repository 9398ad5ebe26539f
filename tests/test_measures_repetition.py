"""Do the compiled measures of repetition and lines equal plain Python, and the papers' own examples?"""
from __future__ import annotations

import math
from collections import Counter

import measuring
import pytest
from hypothesis import given, settings
from measuring import has, kind, lines, lower, measured, words

from roots.filters.characters import ALONE, BULLET, CLOSES, DIGIT, LETTER, PUNCTUATION, SPACE, TERMINAL, UPPER


def character_repetition(text: str, n: int, reading: str) -> float:
    counts = Counter(text[i : i + n] for i in range(len(text) - n + 1))
    if not counts:
        return 0.0
    by_count = sorted(counts.values(), reverse=True)
    k = int(math.sqrt(len(counts)))
    if reading == "code":
        k = min(k, len(counts) - by_count.count(1))
    return sum(by_count[:k]) / sum(by_count)


def word_repetition(found: list[str], n: int) -> float:
    counts = Counter(tuple(found[i : i + n]) for i in range(len(found) - n + 1))
    return sum(c for c in counts.values() if c > 1) / sum(counts.values()) if counts else 0.0


def duplicates(items: list[str]) -> tuple[int, int]:
    """(second and later copies, characters in them): Gopher as datatrove reads it."""
    seen: set[str] = set()
    count = size = 0
    for item in items:
        if item in seen:
            count, size = count + 1, size + len(item)
        seen.add(item)
    return count, size


def top(found: list[str], n: int) -> int:
    small = [lower(word) for word in found]
    counts = Counter(tuple(small[i : i + n]) for i in range(len(small) - n + 1))
    if not counts:
        return 0
    _, count = counts.most_common(1)[0]  # of equals the first to stand
    first = next(i for i in range(len(small)) if counts[tuple(small[i : i + n])] == count)
    return count * len(" ".join(found[first : first + n])) if count > 1 else 0


def again(found: list[str], n: int) -> int:
    small, seen, size, at = [lower(word) for word in found], set(), 0, 0
    while at < len(small) - n + 1:
        part = tuple(small[at : at + n])
        if part in seen:
            size += sum(map(len, found[at : at + n]))
            at += n
        else:
            seen.add(part)
            at += 1
    return size


def paragraphs(text: str) -> list[str]:
    """Lines (blank ones and outer space left out) joined, parted where blank lines stand."""
    found: list[list[str]] = [[]]
    for line in text.split("\n"):
        clean = "".join(lines(line))
        if clean:
            found[-1].append(clean)
        elif found[-1]:
            found.append([])
    return ["\n".join(part) for part in found if part]


def share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def ends(line: str) -> bool:
    while len(line) > 1 and has(line[-1], CLOSES) and not has(line[-1], TERMINAL):
        line = line[:-1]
    return has(line[-1], TERMINAL)


def entry(line: str) -> bool:
    return len(line) + 2 * sum(has(c, ALONE) for c in line) <= 30 and kind(line[-1]) != PUNCTUATION


def counter(line: str) -> bool:
    parts = "".join(" " if kind(c) == SPACE else c for c in line).split(" ")
    parts = [part for part in parts if part]
    numbers = [part for part in parts if 0 < sum(kind(c) == DIGIT for c in part) * 2 >= len(part)]
    return len(parts) == 2 and len(numbers) == 1


def oracle(text: str, n: int = 10) -> dict[str, float]:
    found, rows, small = words(text), lines(text), [lower(word) for word in words(text)]
    size, parts = max(len(text), 1), paragraphs(text)
    per_line = {
        "terminal_lines": ends,
        "short_lines": lambda line: len(line) <= 30,
        "short_sentences": lambda line: len(line) < 100,
        "bullet_lines": lambda line: has(line[0], BULLET),
        "ellipsis_lines": lambda line: line.endswith(("...", "\u2026")),
        "uppercase_lines": lambda line: 2 * sum(has(c, UPPER) for c in line) > max(sum(kind(c) == LETTER for c in line), 2),
        "numeric_lines": lambda line: any(kind(c) == DIGIT for c in line) and not any(kind(c) == LETTER for c in line),
        "counter_lines": counter,
        "single_word_lines": lambda line: len(w := words(line)) <= 1 or (len(w) <= 3 and all(has(one[0], ALONE) for one in w)),
    }
    edge = len(rows) // 5
    short = [len(row) < 100 for row in rows]
    return {
        "character_repetition": character_repetition(text, n, "code"),
        "character_repetition_paper": character_repetition(text, n, "paper"),
        "word_repetition": word_repetition(small, 5),
        "duplicate_lines": duplicates(rows)[0] / max(len(rows), 1),
        "duplicate_line_characters": duplicates(rows)[1] / size,
        "duplicate_paragraphs": duplicates(parts)[0] / max(len(parts), 1),
        "duplicate_paragraph_characters": duplicates(parts)[1] / size,
        **{f"top_{k}gram_characters": top(found, k) / size for k in (2, 3, 4)},
        **{f"duplicate_{k}gram_characters": again(found, k) / size for k in range(5, 11)},
        **{name: share(sum(map(rule, rows)), len(rows)) for name, rule in per_line.items()},
        "menu_lines": sum(map(entry, rows)) / len(rows) if len(rows) >= 10 else 0.0,
        "long_lines": sum(len(row) >= 200 for row in rows),
        "mean_line_length": share(sum(map(len, rows)), len(rows)),
        "line_feeds": share(text.count("\n"), len(found)),
        "header_or_footer": float(len(rows) >= 5 and (2 * sum(short[:edge]) > edge or 2 * sum(short[-edge:]) > edge)),
    }


def check(text: str, language: str = "en", n: int = 10) -> None:
    found = measured(text, language)
    for name, value in oracle(text, n).items():
        assert found[name] == pytest.approx(value, rel=1e-6, abs=1e-7, nan_ok=True), (name, text)


@settings(max_examples=300, deadline=None)
@given(measuring.texts())
def test_measures_equal_the_oracle(text: str) -> None:
    check(text)


@settings(max_examples=60, deadline=None)
@given(measuring.texts())
def test_measures_equal_the_oracle_with_three_ideographs(text: str) -> None:
    check(text, "zh-Hans", 3)


@pytest.mark.slow
@pytest.mark.timeout(10800)
@measuring.HUNDRED_THOUSAND
@given(measuring.many_texts())
def test_measures_equal_the_oracle_a_hundred_thousand_times(texts: list[str]) -> None:
    for text in texts:
        check(text)


@pytest.mark.parametrize("text", [
    "abcd\naecd\nabcd", "abcd\naecd\nafcd", "one\ntwo\n\ntwo\none\n\none\ntwo", "a b c a b c\nb c a b c a", "x " * 250,
    " ".join(f"w{i % 90}" for i in range(270)), " ".join(f"w{i % 110}" for i in range(330)),
])
def test_what_is_alike_is_not_the_same(text: str) -> None:
    """Lines as long as another that begin and end like it, paragraphs of the same lines in another order, words that come again late."""
    check(text)
    check(text, "zh-Hans", 3)


def test_both_readings_of_character_repetition() -> None:
    """The example of ROOTS' appendix: 9 different strings of three; the paper takes ⌊√9⌋ = 3 of them, the code min(3, 2)."""
    found = measured("ok_ok_good_ok", "zh-Hans")
    assert found["character_repetition_paper"] == pytest.approx(5 / 11)
    assert found["character_repetition"] == pytest.approx(4 / 11)


def test_a_loop_is_all_repetition_and_a_sentence_is_none() -> None:
    loop = measured("buy cheap pills now " * 50)
    assert loop["word_repetition"] == 1 and loop["duplicate_5gram_characters"] > 0.7 and loop["character_repetition"] > 0.2
    sentence = measured("Every child went to the river with a basket, and the smallest of them came home first.")
    assert sentence["word_repetition"] == 0 and sentence["duplicate_5gram_characters"] == 0 and sentence["character_repetition"] < 0.1


def test_long_documents_are_measured_whole() -> None:
    text = " ".join(f"w{i}" for i in range(30_000))
    assert measured(text)["word_count"] == 30_000
    twice = f"{text} {text}"
    assert measured(twice)["duplicate_10gram_characters"] == pytest.approx(again(words(twice), 10) / len(twice))


@pytest.mark.parametrize("text", ["क्या हाल है।", "你好。", "کیا حال ہے۔", "كيف حالك؟", "Ki lo de?", "«Bonjour.»", "“Hello!”", "Ẹ kú àárọ̀…"])
def test_sentences_end_in_every_script(text: str) -> None:
    assert measured(text)["terminal_lines"] == 1


def test_sentence_ends_are_not_found_where_there_are_none() -> None:
    assert measured("Home\nAbout us\nContact, please\n3 likes")["terminal_lines"] == 0
    assert measured("Home\nAbout us\nContact, please\n3 likes")["counter_lines"] == 1 / 4
