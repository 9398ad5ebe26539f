"""What does BigScience's own code say, rule by rule: of a text as it is, and of the same text read as ours is read?

    PEER/bin/python benchmarks/agreement_roots_peer.py ROWS.jsonl     (benchmarks/agreement.py writes the rows and reads the answers)

The first row names the folder with their filtering.py (bigscience-workshop/data-preparation, preprocessing/training/
01b_oscar_cleaning_and_filtering; none of it is in this repository). PEER is an environment with pandas, numpy<2, sentencepiece, kenlm,
fasttext and emoji==1.6.1. First answer: their functions with their parameters, their lists of words, their way to find words. Second: the
same functions once what is said to be the cause of a difference is taken away. The first line has their parameters and lists; then a line
on each text: {rule: [first, second]}, values.
"""
from __future__ import annotations

import inspect
import json
import sys
import textwrap
from typing import Any

PAPER = "num_rep_character_ngrams = int(np.sqrt(len(freq_character_ngrams)))"


class Kept(str):
    """A text that is not put into lower case."""

    def lower(self) -> str:
        return str(self)


class ByLine:
    """Their pieces, line by line: SentencePiece itself takes a line feed for a space, so that no text has a second line."""

    def __init__(self, pieces: Any) -> None:
        self.pieces = pieces

    def encode_as_pieces(self, document: str) -> list[str]:
        made: list[str] = []
        for line in document.split("\n"):
            cut = self.pieces.encode_as_pieces(line)
            made += ["\n", *cut] if made and cut else cut
        return made


def paper_reading(theirs: Any) -> Any:
    """Their character repetition with k = ⌊√N⌋, as the paper has it, where their code takes the lesser of that and N − N₁."""
    source = textwrap.dedent(inspect.getsource(theirs.Filtering.compute_character_repetition_ratio)).replace("@staticmethod\n", "")
    at, end = source.index("num_rep_character_ngrams = min("), source.index("character_repetition_ratio = sum(")
    space: dict[str, Any] = {"np": theirs.np}
    exec(source[:at] + PAPER + "\n    " + source[end:], space)  # noqa: S102  their own function, one expression of it changed
    return space["compute_character_repetition_ratio"]


def said(theirs: Any, paper: Any, row: dict[str, Any], lid: Any, models: dict[str, Any]) -> dict[str, list[float | str]]:
    f, modify = theirs.Filtering, theirs.ModifyingDocuments
    text, param = row["text"], theirs.LoadParameters.load_parameters(row["language"])
    strip, stop = param["strip_characters"], theirs.LoadParameters.load_stopwords(row["language"])
    flagged = theirs.LoadParameters.load_flagged_words(row["language"])
    groups = param["cond_words_augmentation"], param["words_augmentation_group_sizes"], param["words_augmentation_join_char"]
    own = modify.get_words_from_document
    found: dict[str, list[Any]] = {}

    def ours(document: str, tokens: Any, lower_case: bool, strip_characters: Any) -> list[str]:
        return row["lower"] if lower_case else row["words"]

    for words in (own, ours):
        modify.get_words_from_document = staticmethod(words)
        alone = groups if words is own else (False, [], "")
        answers = {
            "number_words": len(modify.get_words_from_document(text, None, False, strip)),
            "character_repetition": f.compute_character_repetition_ratio(text, param["character_repetition_length"]),
            "character_repetition_paper": paper(text, param["character_repetition_length"]),
            "word_repetition": f.compute_word_repetition_ratio(text, None, strip, param["word_repetition_length"]),
            "special_characters": f.compute_special_characters_ratio(text, param["special_characters"] if words is own
                                                                     else set(row["special"])),
            "stopwords": f.compute_stopwords_ratio(text, None, strip, *alone, stop),
            "flagged_words": f.compute_flagged_words_ratio(text, None, strip, *alone, flagged),
        }
        for name, value in answers.items():
            found.setdefault(name, []).append(value)
    modify.get_words_from_document = staticmethod(own)
    if lid is not None:
        found["lang_id"] = [list(f.compute_lang_id_pred_score(one, lid)) for one in (text, Kept(text[: row["read"]]))]
    if row["language"] in models:
        pieces, model = models[row["language"]]
        first = f.compute_perplexity_score(text, pieces, model)
        normal, modify.normalization = modify.normalization, staticmethod(lambda document, **_: document)
        found["perplexity"] = [first, f.compute_perplexity_score("\n".join(row["folded"]), ByLine(pieces), model)]
        modify.normalization = staticmethod(normal)
    return found


def lists_of(theirs: Any, languages: list[str]) -> dict[str, Any]:
    load = theirs.LoadParameters
    keep = ("number_words_min_cutoff", "number_words_max_cutoff", "character_repetition_length", "character_repetition_max_cutoff",
            "word_repetition_length", "word_repetition_max_cutoff", "special_characters_max_cutoff", "stopwords_min_cutoff",
            "flagged_words_max_cutoff", "lang_id_min_cutoff", "perplexity_max_cutoff")
    return {code: {**{key: load.load_parameters(code)[key] for key in keep}, "stopwords": sorted(load.load_stopwords(code)),
                   "flagged": sorted(load.load_flagged_words(code)), "strip": sorted(load.load_parameters(code)["strip_characters"])}
            for code in languages}


def main(path: str) -> None:
    with open(path, encoding="utf-8") as stream:
        head = json.loads(stream.readline())
        sys.path.insert(0, head["code"])
        import filtering as theirs  # type: ignore[import-not-found]

        print(json.dumps(lists_of(theirs, head["languages"])))
        paper, lid, models = paper_reading(theirs), None, {}
        if head["lid"]:
            lid = theirs.fasttext.load_model(head["lid"])
        for code, (pieces, model) in head["models"].items():
            models[code] = theirs.sentencepiece.SentencePieceProcessor(model_file=pieces), theirs.kenlm.Model(model)
        for line in stream:
            print(json.dumps(said(theirs, paper, json.loads(line), lid, models)))


if __name__ == "__main__":
    main(sys.argv[1])
