"""Do our measures say what datatrove's filters and ROOTS' own code say, rule by rule, of the same text? Where not: is the cause known?

    python -m benchmarks.agreement --peer PYTHON [--roots-code FOLDER --roots-peer PYTHON [--lid lid.176.ftz]] [--each 300]

datatrove's Gopher, FineWeb and C4 rules are each switched on alone, with datatrove's thresholds and our words, and their verdicts held
against our measure at the same threshold. ROOTS' rules are computed by BigScience's filtering.py, and their values held against ours.
Where a rule differs, a cause is named; the peer's own code then runs on the same text once more with that cause taken away
(benchmarks/agreement_datatrove_peer.py and agreement_roots_peer.py say how), and "traced" counts the texts on which it then says what ours
says. So an explanation is a result. FOLDER holds filtering.py of bigscience-workshop/data-preparation (its preprocessing/training/
01b_oscar_cleaning_and_filtering): fetched by you, never copied here. Without `--roots-code` that part is skipped, and says so.
"""
from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.agreement_answers import answers, show
from benchmarks.agreement_roots import OF_ROOTS, against_roots
from benchmarks.agreement_text import ROOT, Texts, line_rules, lines_gone, row_of, rules, signs, single, texts, values

LANGUAGES = ("ar", "en", "es", "hi", "sw", "vi", "yo")
STRIPS, LOWER = "ours strip lines, and leave blank ones out", "ours look at lower case"
FIFTY = "ours count a text of fewer than fifty words as one of fifty"
# rule of datatrove: (our measure, its threshold, "<" or ">": on which side a document goes; what makes verdicts differ)
RULES = {
    "dup_para_frac": ("duplicate_paragraphs", 0.3, ">", "ours strip the lines of a paragraph"),
    "dup_para_char_frac": ("duplicate_paragraph_characters", 0.2, ">", "ours strip the lines of a paragraph"),
    "dup_line_frac": ("duplicate_lines", 0.3, ">", STRIPS),
    "dup_line_char_frac": ("duplicate_line_characters", 0.2, ">", STRIPS),
    **{f"top_{n}_gram": (f"top_{n}gram_characters", limit, ">", f"{LOWER}, and want an n-gram to stand twice")
       for n, limit in ((2, 0.2), (3, 0.18), (4, 0.16))},
    **{f"duplicated_{n}_n_grams": (f"duplicate_{n}gram_characters", round(0.2 - n / 100, 2), ">", LOWER) for n in range(5, 11)},
    "gopher_short_doc": ("word_count", 50, "<", ""),
    "gopher_long_doc": ("word_count", 100, ">", ""),
    "gopher_below_avg_threshold": ("mean_word_length", 3, "<", ""),
    "gopher_above_avg_threshold": ("mean_word_length", 10, ">", ""),
    "gopher_too_many_hashes": ("hash_signs", 0.1, ">", FIFTY),
    "gopher_too_many_ellipsis": ("ellipses", 0.1, ">", FIFTY),
    "gopher_too_many_bullets": ("bullet_lines", 0.9, ">", "ours know more bullets (* – ■), and leave blank lines out"),
    "gopher_too_many_end_ellipsis": ("ellipsis_lines", 0.3, ">", "ours leave blank lines out"),
    "gopher_below_alpha_threshold": ("words_with_letters", 0.8, "<", ""),
    "gopher_enough_stop_words": ("closed_class_kinds", 2, "<", f"{LOWER}, and find entries of several words (same list on both sides)"),
    "line_punct_ratio": ("terminal_lines", 0.12, "<", "ours find it behind closing quotes too, and … ends a sentence"),
    "short_line_ratio": ("short_lines", 0.67, ">", STRIPS),
    "char_dup_ratio": ("duplicate_line_characters", 0.01, ">", "ours count against all characters, line feeds too, and strip lines"),
    "list_ratio": ("line_feeds", 0.3, ">", ""),
    "lorem_ipsum": ("placeholder_words", 0, ">", "our list has more than the one phrase"),
    "curly_bracket": ("curly_brackets", 0, ">", "} counts as well as {"),
    "too_long_word": ("longest_word", 1000, ">", "theirs are what stands between spaces: a long address is one"),
    "no_terminal_punc": ("terminal_lines", None, "", "every script's signs, also behind closing quotes; … ends a sentence, U+2029 no line"),
    "javascript": ("line.javascript", None, "", "ours want a request for it in a line of 160 characters or fewer, not the word alone"),
    "policy": ("line.policy", None, "", "ours know more phrases, in more languages, in lines of 200 characters or fewer"),
    "mc4_paragraphs": ("long_lines", 3, "<", "ours strip lines"),
}
NOT_COMPARED = {
    "too_few_sentences": "C4's five sentences: nothing of ours cuts sentences", "too_few_words": "C4's three words a line: DCLM's two here",
    "citations": "C4's [1] and [edit] are taken out of lines: nothing of ours does", "bad words": "no list of ours (filters/README.md)",
}
def against_datatrove(python: str, rows: Texts) -> None:
    reference = rules()
    small = {one.code: reference.words[one.closed_class] for one in reference.languages}
    first, *theirs = answers(python, "agreement_datatrove_peer.py", signs(), [row_of(code, text, small[code]) for code, text in rows])
    ours = values(reference, rows)
    narrow = replace(rules({code: {"closed_class": single(entries)} for code, entries in small.items()}),
                     words=dict(rules().words) | {"words/any/placeholder.txt": ("lorem ipsum",)}
                     | {f"{code} closed_class": tuple(single(entries)) for code, entries in small.items()})
    traced = values(narrow, rows)
    print(f"datatrove: {len(rows):,} texts of {len(LANGUAGES)} languages, its rules one by one on our words\n{'rule':30}{'our measure':32}"
          f"{'dropped':>8}{'differ':>8}{'traced':>16}  cause")
    for rule, (measure, threshold, side, why) in RULES.items():
        said = [row[rule] for row in theirs]
        if measure.startswith("line."):
            known = [one for one in line_rules() if measure == f"line.{one.name}"]
            phrases = first["policy"] if rule == "policy" else ["javascript"]
            mine: Sequence[Any] = lines_gone(rows, known)
            again: Sequence[Any] = lines_gone(rows, [replace(one, longest=1 << 30, phrases={"any": tuple(phrases)}) for one in known])
        elif threshold is None:
            mine = again = [round(float(count * (1 - share))) if count else 0
                            for count, share in zip(ours["line_count"], ours[measure], strict=True)]
        else:
            mine, again = ([bool(one) for one in (of[measure] < threshold if side == "<" else of[measure] > threshold)]
                           for of in (ours, traced))
        show(rule, measure, sum(map(bool, (one for one, _ in said))), [a == b[0] for a, b in zip(mine, said, strict=True)],
             [a == b[1] for a, b in zip(again, said, strict=True)], why)
    print("not compared: " + "; ".join(f"{rule} ({why})" for rule, why in NOT_COMPARED.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--peer", help="interpreter of an environment with datatrove[processing]")
    parser.add_argument("--roots-code", type=Path, help="folder of BigScience's filtering.py")
    parser.add_argument("--roots-peer", help="interpreter for it: pandas, numpy<2, sentencepiece, kenlm, fasttext, emoji==1.6.1")
    parser.add_argument("--lid", type=Path, help="lid.176.bin or .ftz, for ROOTS' identification of languages")
    parser.add_argument("--each", type=int, default=300, help="texts of each language")
    options = parser.parse_args()
    if options.peer:
        against_datatrove(options.peer, texts(options.data, LANGUAGES, options.each))
    else:
        print("datatrove: skipped, no --peer")
    if options.roots_code:
        against_roots(options.roots_peer or options.peer, options.roots_code, options.lid, texts(options.data, OF_ROOTS, options.each))
    else:
        print("\nROOTS: skipped, no --roots-code")


if __name__ == "__main__":
    main()
