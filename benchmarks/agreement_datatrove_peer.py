"""What do datatrove's filters say, each rule alone: of a text as it is, and of the same text read as ours is read?

    PEER/bin/python benchmarks/agreement_datatrove_peer.py ROWS.jsonl     (benchmarks/agreement.py writes the rows and reads the answers)

PEER is an environment with `datatrove[processing]`. The filters' own code runs both times, at datatrove's own thresholds. The first
answer is of the text with our words, so that what differs is the rule. For the second one thing is changed: what is said to be the cause
of a difference is taken away before the filter sees the text. Where ours and the second answer are equal on every text, it was the cause.
A line of JSON on each text: {rule: [first, second]}, true or false, or a number of lines.
"""
from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from datatrove.data import Document
from datatrove.pipeline.filters import c4_filters as c4
from datatrove.pipeline.filters import fineweb_quality_filter as fineweb
from datatrove.pipeline.filters import gopher_quality_filter as quality
from datatrove.pipeline.filters import gopher_repetition_filter as repetition

Row = dict[str, Any]
Reading = Callable[[Row], tuple[str, list[str], float]]   # text, words, and what a threshold for characters is multiplied by

_words: list[str] = []
for _module in (fineweb, quality, repetition):
    _module.split_into_words = lambda text, language: _words
_find_top = repetition.find_top_duplicate

REPETITION = {"dup_line_frac": None, "dup_para_frac": None, "dup_line_char_frac": None, "dup_para_char_frac": None, "top_n_grams": (),
              "dup_n_grams": ()}
QUALITY = dict.fromkeys(("min_doc_words", "max_doc_words", "min_avg_word_length", "max_avg_word_length", "max_symbol_word_ratio",
                         "max_bullet_lines_ratio", "max_ellipsis_lines_ratio", "max_non_alpha_words_ratio", "min_stop_words"))
FINEWEB = {"line_punct_thr": -1, "short_line_thr": 2, "char_duplicates_ratio": 2, "new_line_ratio": 1e9}
C4 = {"remove_citations": False, "filter_no_terminal_punct": False, "min_num_sentences": -1, "min_words_per_line": -1,
      "max_word_length": -1, "filter_lorem_ipsum": False, "filter_javascript": False, "filter_curly_bracket": False, "filter_policy": False}


def whole(row: Row) -> tuple[str, list[str], float]:
    return row["text"], row["words"], 1.0


def lines(row: Row) -> tuple[str, list[str], float]:
    """Lines without the space around them, blank ones left out; characters are still counted against those of the whole text."""
    return row["lines"], row["words"], len(row["text"]) / max(len(row["lines"]), 1)


def paragraphs(row: Row) -> tuple[str, list[str], float]:
    return row["paragraphs"], row["words"], len(row["text"]) / max(len(row["paragraphs"]), 1)


def joined(row: Row) -> tuple[str, list[str], float]:
    """As lines(), for a rule that counts against the characters without line feeds: ours counts against all."""
    return row["lines"], row["words"], len(row["text"]) / max(len(row["lines"].replace("\n", "")), 1)


def lower(row: Row) -> tuple[str, list[str], float]:
    return row["text"], row["lower"], 1.0


def fifty(row: Row) -> tuple[str, list[str], float]:
    return row["text"], row["words"] + ["a"] * (50 - len(row["words"])), 1.0


def bullets(row: Row) -> tuple[str, list[str], float]:
    made = ["•" + line[1:] if line[:1] in SIGNS["bullets"] else line for line in row["lines"].split("\n")]
    return "\n".join(made), row["words"], 1.0


def ends(row: Row) -> tuple[str, list[str], float]:
    return "\n".join(line[:1] + line[1:].rstrip(SIGNS["closes"]) for line in row["lines"].split("\n")), row["words"], 1.0


def brackets(row: Row) -> tuple[str, list[str], float]:
    return row["text"].replace("}", "{"), row["words"], 1.0


def parted(row: Row) -> tuple[str, list[str], float]:
    """Our words with spaces between them, line by line."""
    return "\n".join(" ".join(words) for words in row["line_words"]), row["words"], 1.0


def twice(ngrams: list[str]) -> int:
    """datatrove's most frequent n-gram, if any stands twice."""
    return _find_top(ngrams) if len(set(ngrams)) < len(ngrams) else 0


def rules() -> dict[str, tuple[Any, dict[str, Any], Any, Any, Reading]]:
    """Rule: (its filter, everything off, the key that is on, its threshold, how ours reads the text)."""
    made: dict[str, Any] = {}
    for key, value, reading in (("dup_para_frac", .3, paragraphs), ("dup_para_char_frac", .2, paragraphs), ("dup_line_frac", .3, lines),
                                ("dup_line_char_frac", .2, lines)):
        made[key] = repetition.GopherRepetitionFilter, REPETITION, key, value, reading
    for n, value in ((2, .2), (3, .18), (4, .16)):
        made[f"top_{n}_gram"] = repetition.GopherRepetitionFilter, REPETITION, "top_n_grams", ((n, value),), lower
    for n, value in ((5, .15), (6, .14), (7, .13), (8, .12), (9, .11), (10, .10)):
        made[f"duplicated_{n}_n_grams"] = repetition.GopherRepetitionFilter, REPETITION, "dup_n_grams", ((n, value),), lower
    for name, key, value, reading in (
            ("gopher_short_doc", "min_doc_words", 50, whole), ("gopher_long_doc", "max_doc_words", 100, whole),
            ("gopher_below_avg_threshold", "min_avg_word_length", 3, whole),
            ("gopher_above_avg_threshold", "max_avg_word_length", 10, whole),
            ("gopher_too_many_hashes", "max_symbol_word_ratio", .1, fifty),
            ("gopher_too_many_ellipsis", "max_symbol_word_ratio", .1, fifty),
            ("gopher_too_many_bullets", "max_bullet_lines_ratio", .9, bullets),
            ("gopher_too_many_end_ellipsis", "max_ellipsis_lines_ratio", .3, lines),
            ("gopher_below_alpha_threshold", "max_non_alpha_words_ratio", .8, whole),
            ("gopher_enough_stop_words", "min_stop_words", 2, lower)):
        made[name] = quality.GopherQualityFilter, QUALITY, key, value, reading
    for name, key, value, reading in (
            ("line_punct_ratio", "line_punct_thr", .12, ends), ("short_line_ratio", "short_line_thr", .67, lines),
            ("char_dup_ratio", "char_duplicates_ratio", .01, joined), ("list_ratio", "new_line_ratio", .3, whole)):
        made[name] = fineweb.FineWebQualityFilter, FINEWEB, key, value, reading
    for name, key, value, reading in (
            ("lorem_ipsum", "filter_lorem_ipsum", True, whole), ("curly_bracket", "filter_curly_bracket", True, brackets),
            ("too_long_word", "max_word_length", 1000, parted), ("no_terminal_punc", "filter_no_terminal_punct", True, ends),
            ("javascript", "filter_javascript", True, whole), ("policy", "filter_policy", True, whole)):
        made[name] = c4.C4QualityFilter, C4, key, value, reading
    return made


def says(name: str, rule: Any, row: Row, traced: bool) -> bool | int:
    """Is the text dropped for this reason? C4's rules for lines: how many lines are (blank ones not counted)."""
    kind, off, key, value, reading = rule
    text, _words[:], by = reading(row) if traced else whole(row)
    more: dict[str, Any] = {}
    if name == "gopher_enough_stop_words":
        more = {"stop_words": row["single"] if traced else row["small"]}
    if traced and name == "line_punct_ratio":
        more = {"stop_chars": tuple(SIGNS["terminals"])}
    repetition.find_top_duplicate = twice if traced else _find_top
    of_c4 = kind is c4.C4QualityFilter
    if of_c4:
        c4.END_PUNCTUATION = tuple(SIGNS["terminals"]) if traced else ENDS
        c4.ELLIPSIS = "\0" if traced else "..."
    one = kind(**{**off, key: value * by if "char" in name else value, **more})
    held = Document(text=text, id="0")
    found = one.filter(held)
    if of_c4 and name not in ("lorem_ipsum", "curly_bracket"):
        lost = sum(bool(line.strip()) for line in text.splitlines()) - sum(bool(line.strip()) for line in held.text.split("\n"))
        return lost > 0 if name == "too_long_word" else lost
    return found is not True and found[1] == name


def mc4(text: str) -> bool:
    return c4.C4ParagraphFilter().filter(Document(text=text, id="0")) is not True


SIGNS: dict[str, Any] = {}
ENDS = c4.END_PUNCTUATION


def main(path: str) -> None:
    with open(path, encoding="utf-8") as stream:
        SIGNS.update(json.loads(stream.readline()))
        print(json.dumps({"policy": c4.POLICY_SUBSTRINGS}))
        every = rules()
        for line in stream:
            row = json.loads(line)
            said = {name: [says(name, rule, row, traced) for traced in (False, True)] for name, rule in every.items()}
            said["mc4_paragraphs"] = [mc4(row["text"]), mc4(row["lines"])]
            print(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1])
