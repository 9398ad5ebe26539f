"""Do our measures say what datatrove's filters say, rule by rule, of the same text?

    python -m benchmarks.agreement --peer PYTHON [--data ../shared/data] [--each 300]

Each rule of datatrove's GopherRepetitionFilter, GopherQualityFilter and FineWebQualityFilter is switched on alone, with its own threshold,
and its verdicts are held against our measure at the same threshold. datatrove is given our words, so that what differs is the rule and not
the tokeniser. Text: documents and joined sentences of several scripts, and worse ones made from them (lines said twice, menus, lists), so
that every rule has something to find. `--peer` is the interpreter of an environment with `datatrove[processing]`. Why a rule may
differ is told below and in filters/README.md.
"""
from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

import measuring  # noqa: E402
from rubbish import menu, repeated  # noqa: E402

from roots import document  # noqa: E402
from roots.filters.clean import clean_sources_from, clean_texts  # noqa: E402
from roots.filters.judge import Judge  # noqa: E402
from roots.filters.view import spans_of  # noqa: E402
from roots.records import Table  # noqa: E402

LANGUAGES = ("ar", "en", "es", "hi", "sw", "vi", "yo")
# rule of datatrove: (our measure, its threshold, "<" or ">": on which side a document goes; why verdicts may differ)
RULES = {
    "dup_para_frac": ("duplicate_paragraphs", 0.3, ">", "ours strip the lines of a paragraph"),
    "dup_para_char_frac": ("duplicate_paragraph_characters", 0.2, ">", "ours strip the lines of a paragraph"),
    "dup_line_frac": ("duplicate_lines", 0.3, ">", "ours strip lines, and leave out blank ones at both ends of the text"),
    "dup_line_char_frac": ("duplicate_line_characters", 0.2, ">", "ours strip lines"),
    "top_2_gram": ("top_2gram_characters", 0.2, ">", "ours look at lower case, and want an n-gram to stand twice"),
    "top_3_gram": ("top_3gram_characters", 0.18, ">", "ours look at lower case, and want an n-gram to stand twice"),
    "top_4_gram": ("top_4gram_characters", 0.16, ">", "ours look at lower case, and want an n-gram to stand twice"),
    **{f"duplicated_{n}_n_grams": (f"duplicate_{n}gram_characters", round(0.2 - n / 100, 2), ">", "ours look at lower case")
       for n in range(5, 11)},
    "gopher_short_doc": ("word_count", 50, "<", ""),
    "gopher_below_avg_threshold": ("mean_word_length", 3, "<", ""),
    "gopher_above_avg_threshold": ("mean_word_length", 10, ">", ""),
    "gopher_too_many_hashes": ("hash_signs", 0.1, ">", "ours count a text of fewer than fifty words as one of fifty"),
    "gopher_too_many_ellipsis": ("ellipses", 0.1, ">", "ours count a text of fewer than fifty words as one of fifty"),
    "gopher_too_many_bullets": ("bullet_lines", 0.9, ">", "ours know more bullets (* – ■), and leave blank lines out"),
    "gopher_too_many_end_ellipsis": ("ellipsis_lines", 0.3, ">", "ours leave blank lines out"),
    "gopher_below_alpha_threshold": ("words_with_letters", 0.8, "<", ""),
    "line_punct_ratio": ("terminal_lines", 0.12, "<", "ours find it behind closing quotes too, and … ends a sentence"),
    "short_line_ratio": ("short_lines", 0.67, ">", "ours strip lines"),
    "char_dup_ratio": ("duplicate_line_characters", 0.01, ">", "ours count against all characters, line feeds too, and strip lines"),
    "list_ratio": ("line_feeds", 0.3, ">", ""),
}
PEER = '''
import json, sys
from datatrove.data import Document
from datatrove.pipeline.filters import fineweb_quality_filter as f, gopher_quality_filter as q, gopher_repetition_filter as r
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
words = {}
for module in (f, q, r):
    module.split_into_words = lambda text, language: words[text]
nothing = dict(dup_line_frac=None, dup_para_frac=None, dup_line_char_frac=None, dup_para_char_frac=None, top_n_grams=(), dup_n_grams=())
alone = {}
for name, value in (("dup_para_frac", .3), ("dup_para_char_frac", .2), ("dup_line_frac", .3), ("dup_line_char_frac", .2)):
    alone[name] = r.GopherRepetitionFilter(**{**nothing, name: value})
for n, value in ((2, .2), (3, .18), (4, .16)):
    alone[f"top_{n}_gram"] = r.GopherRepetitionFilter(**{**nothing, "top_n_grams": ((n, value),)})
for n, value in ((5, .15), (6, .14), (7, .13), (8, .12), (9, .11), (10, .10)):
    alone[f"duplicated_{n}_n_grams"] = r.GopherRepetitionFilter(**{**nothing, "dup_n_grams": ((n, value),)})
none = dict(min_doc_words=None, max_doc_words=None, min_avg_word_length=None, max_avg_word_length=None, max_symbol_word_ratio=None,
            max_bullet_lines_ratio=None, max_ellipsis_lines_ratio=None, max_non_alpha_words_ratio=None, min_stop_words=None)
for name, key, value in (("gopher_short_doc", "min_doc_words", 50), ("gopher_below_avg_threshold", "min_avg_word_length", 3),
                         ("gopher_above_avg_threshold", "max_avg_word_length", 10),
                         ("gopher_too_many_hashes", "max_symbol_word_ratio", .1),
                         ("gopher_too_many_ellipsis", "max_symbol_word_ratio", .1),
                         ("gopher_too_many_bullets", "max_bullet_lines_ratio", .9),
                         ("gopher_too_many_end_ellipsis", "max_ellipsis_lines_ratio", .3),
                         ("gopher_below_alpha_threshold", "max_non_alpha_words_ratio", .8)):
    alone[name] = q.GopherQualityFilter(**{**none, key: value})
lax = dict(line_punct_thr=-1, short_line_thr=2, char_duplicates_ratio=2, new_line_ratio=1e9)
for name, key, value in (("line_punct_ratio", "line_punct_thr", .12), ("short_line_ratio", "short_line_thr", .67),
                         ("char_dup_ratio", "char_duplicates_ratio", .01), ("list_ratio", "new_line_ratio", .3)):
    alone[name] = f.FineWebQualityFilter(**{**lax, key: value})
for row in rows:
    words[row["text"]] = row["words"]
    said = {}
    for name, one in alone.items():
        found = one.filter(Document(text=row["text"], id="0"))
        said[name] = found is not True and found[1] == name
    print(json.dumps(said))
'''


def texts(data: Path, each: int) -> list[tuple[str, str]]:
    """(language, text): clean documents of some languages, and what is made of every second one."""
    table = Table.parse("filters/clean.toml", (ROOT / "filters/clean.toml").read_bytes(), [])
    assert table is not None
    found = []
    for code, sources in clean_texts(data, clean_sources_from(table), set(LANGUAGES)).items():
        chance = random.Random(f"agreement {code}")
        own = [text for of in sources.values() for text in of if len(spans_of(text)) > 3]
        chance.shuffle(own)
        for number, text in enumerate(own[:each]):
            made = (text, repeated(text, chance, ()), menu(text, chance, (own[0],)), f"{text}...\n# {text[:60]}…\n- {text[:40]}\n\n{text}",
                    text.replace(" ", "\n"), "\n\n".join([text] * 2), f"{text}\n" + "• 12 34 …\n" * 9)
            found.append((code, made[number % len(made)]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--peer", required=True)
    parser.add_argument("--each", type=int, default=300)
    options = parser.parse_args()
    rows = texts(options.data, options.each)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_text("".join(json.dumps({"text": text, "words": [text[a:b] for a, b in spans_of(text)]}) + "\n" for _, text in rows))
        said = subprocess.run([options.peer, "-c", PEER, str(path)], capture_output=True, text=True, check=False)
    if said.returncode:
        print("the peer failed:", said.stderr.strip().splitlines()[-1])
        return
    theirs = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("{")]
    judge = Judge(measuring.rules())
    values = judge.values(document.batch_of({
        "id": [f"{n:032x}" for n in range(len(rows))], "text": pa.array([text for _, text in rows], pa.large_string()),
        "language": [code for code, _ in rows], "source": ["s"] * len(rows), "kind": ["natural"] * len(rows)}))
    print(f"{len(rows):,} texts of {len(LANGUAGES)} languages\n{'rule':32}{'our measure':34}{'dropped':>8}{'equal':>8}{'differ':>8}  why")
    for rule, (measure, threshold, side, why) in RULES.items():
        column = values[:, judge.measures.index(measure)]
        ours = column < threshold if side == "<" else column > threshold
        differ = sum(bool(a) != b[rule] for a, b in zip(ours, theirs, strict=True))
        print(f"{rule:32}{measure:34}{sum(row[rule] for row in theirs):8}{len(rows) - differ:8}{differ:8}  {why if differ else ''}")


if __name__ == "__main__":
    main()
