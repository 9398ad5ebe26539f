"""Does the compiled scorer say what KenLM says of the same file, whatever the script, the slicing or the batch?"""
from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path

import kenlm
import numpy as np
import pyarrow as pa
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from roots.digest import file_digest
from roots.errors import Problem, RootsError
from roots.filters.languages import respelt
from roots.filters.perplexity import PerplexityScorer, load, model_of, pieces_of
from roots.filters.perplexity_kenlm import read
from roots.filters.perplexity_kernel import _child, _child_by_bits, children_of, key_of
from roots.filters.perplexity_pieces import DIGIT, HAN, PLANES, WORD, ends, kind, piece, pieces, words
from roots.models import perplexity_evaluate
from roots.models.perplexity import class_names, train, train_one
from roots.models.perplexity_card import render_card
from roots.models.perplexity_classes import exchange
from roots.models.perplexity_kneser_ney import estimate, write_arpa
from roots.models.perplexity_separation import auc, sentences, separation, shuffled, surprise
from roots.models.perplexity_text import Line, lines, recipe_from, shipped_recipe
from roots.models.perplexity_trie import trie_of, word_hash, write_trie
from roots.records import Table

# Written for this test. Each language: openings, middles, closings; sentences are their combinations.
PARTS = {
    "sw": (["Mtoto", "Mwalimu", "Bibi", "Kijana", "Baba"],
           ["anasoma kitabu", "anapika chakula", "analima shamba", "anabeba maji"],
           ["nyumbani.", "shuleni leo.", "kila siku.", "karibu na mto."]),
    "hi": (["बच्चा", "शिक्षक", "दादी", "किसान"],
           ["किताब पढ़ता है", "खाना बनाती है", "खेत जोतता है", "पानी लाता है"],
           ["घर में।", "रोज़ सुबह।", "नदी के पास।"]),
    "yo": (["Ọmọ náà", "Olùkọ́", "Ìyá àgbà", "Àgbẹ̀"],
           ["ń ka ìwé", "ń se oúnjẹ", "ń ro oko", "ń gbé omi"],
           ["nílé.", "lójoojúmọ́.", "lẹ́gbẹ̀ẹ́ odò."]),
    "zh-Hans": (["孩子", "老师", "奶奶", "农民"],
                ["在看书", "在做饭", "在种地", "在打水"],
                ["，今天很晴朗。", "，天天如此。", "，就在河边。"]),
    "ar": (["الطفل", "المعلم", "الجدة", "الفلاح"],
           ["يقرأ كتابا", "تطبخ الطعام", "يزرع الحقل", "يحمل الماء"],
           ["في البيت.", "كل يوم.", "قرب النهر."]),
}
ODD = ("a'b 'c d' n’est ١٢٣ 123 «x» — … 🏳️‍🌈 \u200bzw\u200dj\u00ad \ufeff \ue000 \U000e0041 \U00020000中 ~ | "
       "<unk> </s> <s> a|b \x00\x0b\u2028x\r\ny\u0301")


def lines_of(language: str) -> list[Line]:
    glue = "" if language == "zh-Hans" else " "
    made = [glue.join((a, b, c)) for a in PARTS[language][0] for b in PARTS[language][1] for c in PARTS[language][2]]
    return [Line("test", f"{language} {number}", 0, number / len(made), text) for number, text in enumerate(made)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models")
    for number, language in enumerate(PARTS):
        model = train_one(lines_of(language), shipped_recipe(), shipped_recipe().readings[number % 2]).estimate
        write_trie(trie_of(model), path / f"{language}.klm")
    return path


def going_on(text: str) -> list[list[str]]:
    """The words of each line; one that ends in a word or a comma goes on in the next, unless a blank one stands between."""
    found: list[list[str]] = []
    unfinished = False
    for line in text.replace("\r\n", "\n").translate({ord(end): "\n" for end in "\r\x0b\x0c\x85\u2028\u2029"}).split("\n"):
        here = words(line)
        if here and unfinished:
            found[-1] += here
        elif here:
            found.append(here)
        unfinished = bool(here) and (here[-1] in (",", "،", "、", "，") or kind(here[-1][-1]) in (WORD, DIGIT, HAN))
    return found


def by_kenlm(path: Path, text: str) -> float | None:
    """ROOTS' formula in plain Python, with KenLM's own reading of the file."""
    model = kenlm.Model(str(path))
    names = load(str(path)).ngrams.words
    ids = {piece: id for piece, id in pieces_of(names).items() if piece not in ("<unk>", "<s>", "</s>")}
    total, events = 0.0, 0
    for line in going_on(text):
        found = [names[ids[found]] if found in ids else "<unk>" for found in (piece(word, ids) for word in line)]
        total += model.score(" ".join(found))
        events += len(found) + 1
    return 10 ** (-total / events) if events else None


def order_by_kenlm(path: Path, text: str) -> float | None:
    """Log probability in place less that of each piece alone, by KenLM, for a text of one line."""
    model = kenlm.Model(str(path))
    names = load(str(path)).ngrams.words
    ids = {piece: id for piece, id in pieces_of(names).items() if piece not in ("<unk>", "<s>", "</s>")}
    found = [names[ids[piece]] if piece in ids else "<unk>" for piece in pieces(text, ids)]
    alone = sum(model.score(piece, bos=False, eos=False) for piece in found) + model.score("", bos=False, eos=True)
    return (model.score(" ".join(found)) - alone) / (len(found) + 1) if found else None


def check(folder: Path, language: str, texts: list[str]) -> None:
    scorer = PerplexityScorer(folder, longest=1 << 30)
    found = scorer.score(pa.array(texts, pa.large_string()), pa.array([language] * len(texts))).to_pylist()
    for text, value in zip(texts, found, strict=True):
        expected = by_kenlm(folder / f"{language}.klm", text)
        assert (value is None) == (expected is None)
        if expected is not None:
            assert value == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("language", PARTS)
def test_the_kernel_says_what_kenlm_says(folder: Path, language: str) -> None:
    other = [line.text for lines in map(lines_of, PARTS) for line in lines[::7]]
    check(folder, language, [*other, "\n".join(other), "", " \n\t\n", ODD, "x", "\n\n" + other[0] + "\n\n"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=30), st.sampled_from([ODD, *(line.text for line in lines_of("yo"))])), max_size=5),
       st.sampled_from(sorted(PARTS)))
def test_any_text_is_scored_as_kenlm_scores_it(folder: Path, parts: list[str], language: str) -> None:
    check(folder, language, ["".join(parts), "\n".join(parts)])


def test_word_order_is_what_neighbours_tell(folder: Path) -> None:
    texts = [line.text for line in lines_of("sw")[:40]]
    orders = PerplexityScorer(folder).measure(pa.array(texts, pa.large_string()), pa.array(["sw"] * len(texts)))[1]
    for text, value in zip(texts, orders.tolist(), strict=True):
        assert value == pytest.approx(order_by_kenlm(folder / "sw.klm", text), rel=1e-3, abs=1e-4)


def test_where_a_sentence_is_wrapped_does_not_matter_and_where_it_ends_does(folder: Path) -> None:
    scorer = PerplexityScorer(folder)

    def of(text: str) -> float | None:
        return scorer.score(pa.array([text], pa.large_string()), pa.array(["sw"])).to_pylist()[0]

    whole = "Mtoto anasoma kitabu, nyumbani. Bibi anapika chakula kila siku."
    assert of(whole.replace(" ", "\n")) != of(whole)  # a line that ends in a full stop is an end
    assert of(whole.replace(" ", "\n").replace(".\n", ". ")) == of(whole.replace(" ", "\r\n").replace(".\r\n", ". ")) == of(whole)
    assert of(whole.replace(" ", "\n\n")) != of(whole.replace(" ", "\n"))


def test_slices_masks_and_languages_keep_to_their_rows(folder: Path) -> None:
    texts = [line.text for language in PARTS for line in lines_of(language)[:5]]
    languages = [language for language in PARTS for _ in range(5)]
    scorer = PerplexityScorer(folder)
    whole = scorer.score(pa.array(texts, pa.large_string()), pa.array(languages)).to_pylist()
    assert None not in whole
    sliced = scorer.score(pa.array(texts, pa.large_string()).slice(3, 9), pa.array(languages).slice(3, 9), np.arange(9) != 4).to_pylist()
    assert sliced == [*whole[3:7], None, *whole[8:12]]
    some = scorer.score(pa.array([None, *texts[1:]], pa.large_string()), pa.array(["fon", None, *languages[2:]])).to_pylist()
    assert some == [None, None, *whole[2:]]
    assert scorer.score(pa.array([], pa.large_string()), pa.array([], pa.string())).to_pylist() == []
    again = pickle.loads(pickle.dumps(scorer)).score(pa.array(texts, pa.large_string()), pa.array(languages))
    assert again.to_pylist() == whole


def test_only_the_beginning_of_a_long_text_is_read(folder: Path) -> None:
    text = "Mtoto anasoma kitabu ọ nyumbani. "
    scorer = PerplexityScorer(folder, longest=21)  # inside "ọ", which takes three bytes
    found = scorer.score(pa.array([text * 50, "Mtoto anasoma kitabu"], pa.large_string()), pa.array(["sw", "sw"])).to_pylist()
    assert found[0] == found[1]


def test_no_model_is_no_number_and_a_damaged_one_is_an_error(folder: Path, tmp_path: Path) -> None:
    one = pa.array(["maji"], pa.large_string()), pa.array(["sw"])
    assert PerplexityScorer(tmp_path).score(*one).to_pylist() == [None]
    for name, content in (("cut", (folder / "sw.klm").read_bytes()[:3000]), ("none", b"hello" * 99)):
        path = tmp_path / name / "sw.klm"
        path.parent.mkdir()
        path.write_bytes(content)
        with pytest.raises(RootsError, match=r"damaged|no binary model"):
            PerplexityScorer(path.parent).score(*one)


def test_a_model_tells_sentences_from_jumbles(folder: Path) -> None:
    for language in ("sw", "yo"):
        found, straight, jumbled = separation(load(str(folder / f"{language}.klm")), lines_of(language))
        assert len(straight) == len(jumbled) > 0
        assert found > 0.95


def test_auc_counts_pairs() -> None:
    low, high = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0])
    assert auc(low, high) == pytest.approx((1 + 0.5 + 0 + 3) / 6)


def test_shuffling_keeps_the_words_and_is_the_same_again() -> None:
    text = "Mtoto anasoma kitabu nyumbani leo."
    assert shuffled(text, "k") == shuffled(text, "k") != text
    assert sorted(shuffled(text, "k").split()) == sorted(text.split())
    assert sorted(shuffled("孩子在看书。", "k")) == sorted("孩子在看书。")


def test_short_lines_are_no_sentences() -> None:
    long, short = Line("s", "1", 0, 0, "moja mbili tatu nne tano sita"), Line("s", "2", 0, 0, "moja mbili")
    assert sentences([long, short]) == [long]


@pytest.mark.parametrize(("text", "expected"), [
    ("Bàbá mi's «dogs» — 3,5 km.", ["Bàbá", "mi's", '"', "dogs", '"', "-", "0", ",", "0", "km", "."]),
    ("n’est-ce ’abc", ["n'est", "-", "ce", "'", "abc"]),
    ("ज़िंदगी है।", ["ज़िंदगी", "है", "।"]),
    ("我爱 Nairobi！", ["我", "爱", "Nairobi", "！"]),
    ("می‌خواهم ۱۲", ["می‌خواهم", "00"]),
    ("\u200b\ufeff", []),
])
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_rare_words_are_read_by_their_longest_known_end() -> None:
    assert ends("kitabu") == ["kit~", "~abu", "ki~", "~bu", "k~", "~u", "~"]
    assert pieces("wanakitabu walisoma x", {"wa~", "wal~", "~oma"}) == ["wa~", "wal~", "~"]


def test_the_kinds_of_characters_stand_in_one_table() -> None:
    assert kind("é") == kind("क") == kind("\u093e") == kind("²")
    assert all(0 <= kind(chr(code)) <= 7 for code in range(0, PLANES, 97))


@pytest.mark.parametrize("size", [3, 64, 65, 200])
def test_children_are_found_by_bits_where_a_search_finds_them(size: int) -> None:
    chance = np.random.default_rng(size)
    children = [np.flatnonzero(chance.random(size) < share) for share in chance.random(30)]
    first = 30 + np.r_[0, np.cumsum([len(one) for one in children])]
    word = np.concatenate([np.zeros(30, np.int64), *children]).astype(np.int32)
    bits, places = children_of(word, first, size)
    for node in range(30):
        for wanted in range(size):
            assert _child_by_bits(bits, places, node, wanted) == _child(word, first[node], first[node + 1], wanted)
    assert not len(children_of(word, first, 100_000)[0])  # such a vocabulary is searched


def test_keys_tell_words_from_ends() -> None:
    assert len({key_of("ab"), key_of("ab~"), key_of("~ab"), key_of("~"), key_of("a")}) == 5


def test_word_hashes_are_kenlms(folder: Path) -> None:
    """The sorted hashes in a file give its words their ids, so a wrong hash would score another word."""
    model = kenlm.Model(str(folder / "ar.klm"))
    names = read(folder / "ar.klm").words
    assert all(name in model for name in names[1:])
    assert "no such piece" not in model
    assert names[1:] == sorted(names[1:], key=word_hash)


def test_quantising_costs_little(tmp_path: Path) -> None:
    lines = [words(line.text) for line in lines_of("sw")]
    model = estimate(lines, 3)
    write_arpa(model, tmp_path / "m.arpa")
    write_trie(trie_of(model), tmp_path / "m.klm")
    config = kenlm.Config()
    config.show_progress = False
    config.arpa_complain = kenlm.ARPALoadComplain.NONE
    exact, coded = kenlm.Model(str(tmp_path / "m.arpa"), config), kenlm.Model(str(tmp_path / "m.klm"))
    for line in lines[:20]:
        assert coded.score(" ".join(line)) == pytest.approx(exact.score(" ".join(line)), abs=0.05)


def test_exchange_finds_what_stands_in_the_same_places() -> None:
    """1-4 and 5-8 alternate; 0 ends lines. Any start but the true one has to be mended."""
    rng = np.random.default_rng(0)
    sequence = [0]
    for _ in range(300):
        sequence += [int(rng.integers(1, 5)), int(rng.integers(5, 9)), 0]
    start = np.array([0, 1, 2, 1, 2, 1, 2, 1, 2])
    found = exchange(np.array(sequence), start, np.arange(9) > 0, 1, 3, 20)
    assert found[0] == 0
    assert len(set(found[1:5])) == len(set(found[5:9])) == 1
    assert found[1] != found[5]


def test_classes_are_named_by_their_members() -> None:
    names = class_names([["a", "x", "."], ["b", "x", "."], ["~", "x"]] * 3, shipped_recipe())
    assert all(piece in name.split("|") for piece, name in names.items())
    assert names["."] == "." and names["~"] == "~"


def test_the_recipe_names_what_is_wrong_with_it() -> None:
    problems: list[Problem] = []
    table = Table.parse("recipe.toml", 'seed = 1\norder = "three"\nwrods = 5\n', problems)
    assert table is not None
    assert recipe_from(table) is None
    assert {"order", "wrods", "classes", "sources", "reading"} <= {problem.key for problem in problems}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two small sources, as the shared data has them."""
    folder = tmp_path_factory.mktemp("data")
    for source in ("one", "two"):
        (folder / source).mkdir()
        licence = "CC0-1.0" if source == "one" else {"a": "MIT", "b": "CC0-1.0"}
        (folder / source / "SOURCE.json").write_text(json.dumps({"license": licence}))
        records = [
            {"id": f"{source}{number}", "lang": language, "text": line.text + "\n\n" + line.text.replace("kitabu", source)}
            for language in ("sw", "yo", "xx") for number, line in enumerate(lines_of(language if language != "xx" else "hi"))
        ]
        packed = zstandard.ZstdCompressor().compress("".join(json.dumps(record) + "\n" for record in records).encode())
        (folder / source / "data.jsonl.zst").write_bytes(packed)
    return folder


def test_an_older_orthography_is_learned_beside_todays() -> None:
    own, recipe = lines_of("sw"), shipped_recipe()
    older = (("a", "à"),)
    models = [model_of(trie_of(train_one(own, recipe, recipe.readings[0], letters).estimate)) for letters in ((), older)]
    today, then = ([respelt(line.text, way) for line in own] for way in ((), older))
    ratios = [np.median(surprise(model, then)) / np.median(surprise(model, today)) for model in models]
    assert ratios[1] < 1.1 < 2 * 1.1 < ratios[0]


def test_training_and_measuring_from_a_folder_of_sources(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = replace(shipped_recipe(), sources=("one", "two/data.jsonl.zst"), yardstick="one")
    report = train(sources, tmp_path, {"sw": (), "yo": ()}, recipe)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["models.json", "sw.klm", "yo.klm"]
    assert json.loads((tmp_path / "models.json").read_text()) == report
    assert list(report["sw"]["sources"]) == ["one", "two"]
    assert report["sw"]["lines"] == 2 * 2 * len(lines_of("sw"))
    assert train(sources, tmp_path / "again", {"sw": (), "yo": ()}, recipe) == report
    monkeypatch.setattr(perplexity_evaluate, "LEFT", 10)
    monkeypatch.setattr(perplexity_evaluate, "ENOUGH", 10)
    figures = perplexity_evaluate.evaluate(sources, report, {"sw": (), "yo": ()}, recipe)
    assert set(figures["sw"]["sources"]) == {"two"}
    assert figures["sw"]["documents"]["auc"] > 0.9
    assert figures["sw"]["documents"]["median"] < figures["sw"]["documents"]["shuffled"]
    card = render_card(sources, recipe, report, figures)
    assert "| one | CC0-1.0 |" in card
    assert "| two | a: MIT; b: CC0-1.0 |" in card
    assert f"| {report['yo']['bytes']:,} |" in card


def test_a_document_that_is_left_out_is_not_learned(sources: Path) -> None:
    own = lines(sources, replace(shipped_recipe(), sources=("one",)), frozenset(["sw"]))["sw"]
    assert len({line.part for line in own}) == len({line.document for line in own}) == len(lines_of("sw"))
    assert own == sorted(own)


def test_training_says_what_is_missing(sources: Path, tmp_path: Path) -> None:
    with pytest.raises(RootsError, match="has no"):
        train(tmp_path, tmp_path / "to", {"sw": ()})
    with pytest.raises(RootsError, match="no text in fon, zu"):
        train(sources, tmp_path / "to", {"zu": (), "sw": (), "fon": ()}, replace(shipped_recipe(), sources=("one",)))
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "data.jsonl.zst").write_bytes(b"not compressed")
    with pytest.raises(RootsError, match="cannot be read"):
        train(tmp_path, tmp_path / "to", {"sw": ()}, replace(shipped_recipe(), sources=("one",)))


def test_the_shipped_models_are_what_their_report_says() -> None:
    folder = Path(perplexity_evaluate.__file__).parent / "perplexity"
    report = json.loads((folder / "models.json").read_text(encoding="utf-8"))
    assert sorted(path.stem for path in folder.glob("*.klm")) == sorted(report)
    assert len(report) == 46
    assert sum(row["bytes"] for row in report.values()) < 30e6
    assert all(file_digest(folder / f"{language}.klm") == row["sha256"] for language, row in report.items())
    card = (folder / "card.md").read_text(encoding="utf-8")
    assert all(f"\n| {language} |" in card for language in report)


@pytest.mark.slow
def test_training_twice_gives_the_same_bytes(data_dir: Path, tmp_path: Path) -> None:
    first, second = (train(data_dir, tmp_path / name, {"wo": ()}) for name in ("a", "b"))
    assert first == second
    assert (tmp_path / "a" / "wo.klm").read_bytes() == (tmp_path / "b" / "wo.klm").read_bytes()


def test_models_of_ccnets_kind_are_used_by_path(tmp_path: Path) -> None:
    sentencepiece = pytest.importorskip("sentencepiece")
    text = [line.text for line in lines_of("sw")]
    (tmp_path / "text").write_text("\n".join(text), "utf-8")
    sentencepiece.SentencePieceTrainer.train(input=str(tmp_path / "text"), model_prefix=str(tmp_path / "sw.sp"), vocab_size=60,
                                             hard_vocab_limit=False, minloglevel=2)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(tmp_path / "sw.sp.model"))
    write_arpa(estimate([pieces.encode(line, out_type=str) for line in text], 3), tmp_path / "sw.arpa.bin")
    scorer = PerplexityScorer(tmp_path)
    shuffled_words = [" ".join(sorted(line.split(), key=lambda word: word[::-1])) for line in text[:30]]
    array = pa.array([*text[:30], *shuffled_words, "", "123 “x”"], pa.large_string())
    perplexity, order = scorer.measure(array, pa.array(["sw"] * len(array)))
    assert np.median(perplexity[:30]) < np.median(perplexity[30:60]) and np.median(order[:30]) > np.median(order[30:60])
    assert np.isnan(perplexity[60]) and np.isfinite(perplexity[61])
    model, cut = kenlm.Model(str(tmp_path / "sw.arpa.bin")), pieces.encode(text[0], out_type=str)
    assert perplexity[0] == pytest.approx(10 ** (-model.score(" ".join(cut)) / (len(cut) + 1)), rel=1e-4)
    (tmp_path / "yo.sp.model").write_bytes(b"broken")
    (tmp_path / "yo.arpa.bin").write_bytes(b"broken")
    with pytest.raises(RootsError, match="yo"):
        PerplexityScorer(tmp_path).score(array, pa.array(["yo"] * len(array)))
