"""Is the identifier trained repeatably, measured fairly, and read as fastText itself reads it?"""
from __future__ import annotations

import json
import random
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from roots.digest import file_digest
from roots.errors import RootsError
from roots.filters.fasttext_file import read_fasttext
from roots.filters.identify import SHIPPED, Identifier, calibrated, default_rules, rules_of
from roots.filters.letters import GROWTH, fold_into, folded
from roots.filters.ngrams import logits_into, narrowed
from roots.filters.public_models import MAPS, PublicIdentifier, maps, public_rules, table_of
from roots.filters.scripts import scripts
from roots.filters.windows import window_of
from roots.models.langid import evaluate, names_of, ours, rotation, train
from roots.models.langid_calibrate import calibration, floors, isotonic
from roots.models.langid_data import Record, bare, draw, pools, sentences
from roots.models.langid_recipe import Recipe, Source, load_recipe
from roots.models.langid_score import Answer, false_positives, figures, macro_f1, reliability
from roots.models.langid_train import train_on, written_in, zeroed_memory
from roots.models.langid_trials import DOCUMENT, SENTENCE, SHORT, trials

WORDS = {"en": "the of and water house people river stone", "fr": "le de et eau maison gens rivière pierre",
         "sw": "na ya wa maji nyumba watu mto jiwe", "gu": "પાણી ઘર લોકો નદી પથ્થર અને"}
TEXTS = ["Water, and the PEOPLE of the river!", "l'eau de la rivière", "પાણી 42 ઘર", "ẹ̀kọ́ ɔkɔ", "中文字符", "a", "x < y > z", "हिन्दी में"]


def _recipe() -> Recipe:
    shipped = load_recipe()
    sampling = replace(shipped.sampling, examples=150, fewest=50)
    source = (Source("made", ("data.jsonl.zst",), 1.0, "ours"), Source("more", ("data.jsonl.zst",), 1.0, "ours"))
    return replace(shipped, sources=source, trials=source[:1], folds=(("more",),), leave_out={"xx": "is left out"}, merge={"en-GB": "en"},
                   sampling=sampling, fasttext={"dim": 8, "minn": 3, "maxn": 5, "bucket": 1000, "epoch": 5, "lr": 0.5})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sources in four pseudo-languages of real words."""
    folder, chance = tmp_path_factory.mktemp("data"), random.Random(5)
    for source in ("made", "more"):
        rows = []
        for language, words in [*WORDS.items(), ("xx", "zzz"), ("en-GB", WORDS["en"])]:
            for number in range(60):
                text = " ".join(chance.choices(words.split(), k=20)) + "."
                rows.append({"id": f"{source}/{language}/{number}", "text": text, "lang": language, "source": source, "type": "sentence"})
        (folder / source).mkdir()
        data = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
        (folder / source / "data.jsonl.zst").write_bytes(zstandard.compress(data))
    return folder


def test_the_same_data_and_recipe_give_the_same_bytes(made: Path, tmp_path: Path) -> None:
    recipe = _recipe()
    found = pools(made, recipe)
    assert set(found) == set(WORDS)     # xx left out, en-GB merged
    first = train_on(found, recipe, tmp_path / "a")
    np.full(3_000_000, np.nan)          # recycled memory must not matter
    second = train_on(found, recipe, tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    codes, _ = Identifier(rules_of(first)).languages(pa.array(["water of the river", "maji ya mto wa watu", "પાણી અને", "eau de rivière"]))
    assert codes.to_pylist() == ["en", "sw", "gu", "fr"]


def test_training_writes_all_that_ships_and_the_card_names_the_model(made: Path, tmp_path: Path) -> None:
    said: list[str] = []
    result = train(made, tmp_path, _recipe(), say=said.append)
    assert {path.name for path in tmp_path.iterdir()} == {"model.ftz", "labels.toml", "floors.toml", "card.md"}
    assert result["digest"] in (tmp_path / "card.md").read_text(encoding="utf-8")
    assert len(rules_of(tmp_path / "model.ftz").calibration) == 5
    assert result["rotation"][SENTENCE]["macro_f1"] > 0.9
    assert said[0].startswith("fold 1 of 1")
    again = rotation(made, _recipe(), say=said.append)
    assert again[SENTENCE]["by_language"] == result["rotation"][SENTENCE]["by_language"]
    names, codes = names_of(tmp_path / "model.ftz")
    assert isinstance(names, Identifier) and set(codes) == set(WORDS)


def test_missing_text_and_too_little_text_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(RootsError, match="is missing"):
        pools(tmp_path, _recipe())
    with pytest.raises(RootsError, match="fewer than two languages"):
        train_on({"en": {"made": ["water and stone"]}}, _recipe(), tmp_path)


@pytest.mark.parametrize("text", TEXTS)
def test_the_kernel_gives_fasttexts_own_numbers(text: str) -> None:
    """fastText knows no masks: compared are the softmax over all labels of the file, for texts of one writing system."""
    import fasttext

    model, tables = read_fasttext(SHIPPED), scripts()
    data = np.frombuffer(text.encode(), np.uint8)
    words, counts = np.empty(GROWTH * len(data) + 2, np.uint8), np.zeros((2, len(tables.names)), np.int64)
    n = fold_into(data, 0, len(data), tables.fold, tables.script, words, counts)
    logits = np.empty(len(model.labels), np.float32)
    found = logits_into(words, n, int(counts[0].argmax()), tables.script, *narrowed(model.rows), model.output,
                        model.shortest, model.longest, logits)
    labels, scores = fasttext.load_model(str(SHIPPED)).predict([folded(text)], k=len(model.labels))
    if not len(labels[0]):
        assert found == 0
        return
    share = np.exp(logits - logits.max())
    share /= share.sum()
    theirs = dict(zip((label.removeprefix("__label__") for label in labels[0]), scores[0], strict=True))
    assert np.allclose(share, [theirs[label] for label in model.labels], atol=2e-4)


def _oracle(text: str) -> str:
    """folded(), the slow way, for text without addresses and apostrophes."""
    tables = scripts()
    out = ""
    for character in text:
        code = ord(character)
        new = tables.fold[code] if code < len(tables.fold) else 0
        if new == -1:
            continue
        ideograph = 0x3400 <= new <= 0x9FFF or 0xF900 <= new <= 0xFAFF or new >= 0x20000
        out += " " if new <= 0 else f" {chr(new)} " if ideograph else chr(new)
    return " ".join(out.split(" ")).strip() if not out.strip() else " ".join(part for part in out.split(" ") if part)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="'`´‘’ʼʻꞌ@:"), max_size=60))
def test_folding_is_what_its_plain_python_says(text: str) -> None:
    if "www." not in text:
        assert folded(text) == _oracle(text)


@pytest.mark.parametrize(("text", "words"), [
    ("Ng’ombe 'quoted' L'eau d''or", "ng'ombe quoted l'eau d or"),
    ("see https://example.org/Page?x=1 or a@b.ci, www.site.tg now", "see or now"),
    ("كِتَابٌ جديد", "كتاب جديد"), ("Ẹ̀KỌ́", "ẹ̀kọ́"), ("漢字とかな", "漢 字 とかな"), ("10,000 %", ""), ("co\u00adop", "coop"),
])
def test_what_is_left_of_a_text(text: str, words: str) -> None:
    assert folded(text) == words


@given(st.text(max_size=400), st.integers(8, 60), st.integers(1, 5))
def test_windows_lie_in_the_text_in_order_and_cut_no_character(text: str, size: int, most: int) -> None:
    raw = text.encode("utf-8", "ignore")
    data = np.frombuffer(raw or b"\0", np.uint8)
    bounds = [window_of(data, 0, len(raw), index, size, most) for index in range(most)]
    for first, last in bounds:
        assert 0 <= first <= last <= len(raw)
        raw[first:last].decode()
    if len(raw) <= size * most:
        assert b"".join(raw[first:last] for first, last in bounds) == raw


def test_sentences_end_where_their_script_ends_them() -> None:
    assert sentences("One. Two! Three?\nFour") == ["One.", "Two!", "Three?", "Four"]
    assert sentences("一。二！三") == ["一。", "二！", "三"]
    assert sentences("क। ख।") == ["क।", "ख।"]
    assert bare("Ẹ̀kọ́ ɔkɔ", {"ɔ": "o"}) == "Eko oko"


def test_examples_do_not_depend_on_the_other_languages() -> None:
    recipe = _recipe()
    lines = [f"water and stone number {chr(97 + n % 26) * 3}" for n in range(80)]
    assert draw("en", {"made": lines}, recipe) == draw("en", {"made": lines}, recipe)
    assert all(len(line) >= recipe.sampling.least for line in draw("en", {"made": lines}, recipe))


def test_writing_systems_are_read_off_the_text() -> None:
    assert written_in({"sr": {"x": ["вода и камен", "voda i kamen"]}, "gu": {"x": ["પાણી"]}}) == {"sr": ("Cyrl", "Latn"), "gu": ("Gujr",)}


def test_trials_are_of_the_length_that_they_say_and_the_same_in_any_order() -> None:
    long = " ".join(f"word{n}" for n in range(40)) + "."
    records = [Record(str(n), "s", "en", "document", f"{long}\n{long}") for n in range(5)]
    asked = trials(records, 3, 1)
    assert asked == trials(records[::-1], 3, 1)
    assert {(trial.length) for trial in asked} == {SENTENCE, SHORT, DOCUMENT}
    assert all(20 <= len(trial.text) <= 40 for trial in asked if trial.length == SHORT)
    assert sum(trial.length == SENTENCE for trial in asked) == 3


def test_figures_weigh_every_language_the_same() -> None:
    answers = [Answer("a", "a", 1.0)] * 90 + [Answer("a", "b", 1.0)] * 10 + [Answer("b", "b", 1.0)] + [Answer("z", "b", 0.6)] * 5
    found = figures(answers, ["a", "b"], {})
    assert (found["a"].recall, found["a"].precision) == (0.9, 1.0)
    assert found["b"].precision == pytest.approx(1 / 2.1)
    assert found["b"].mistaken[0] == ("z", 1.0)
    assert macro_f1(found) == pytest.approx((found["a"].f1 + found["b"].f1) / 2)
    assert false_positives(answers, ["a", "b"])[0] == 1.0
    assert false_positives(answers, ["a", "b"], 0.8)[0] == 0.0
    assert figures([Answer("tw", "ak", 1.0)], ["ak", "tw"], {"tw": "ak"})["ak"].f1 == 1.0


def test_reliability_sees_a_boaster() -> None:
    answers = [Answer("a", "a" if n < 5 else "b", 0.95) for n in range(10)]
    error, bands = reliability(answers, {})
    assert error == pytest.approx(0.45)
    assert bands == [(0.9, pytest.approx(0.95), 0.5, 1.0)]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.1, 5)), min_size=1, max_size=20))
def test_isotonic_regression_rises_and_keeps_the_mean(pairs: list[tuple[float, float]]) -> None:
    values, weights = np.array(pairs).T
    fitted = isotonic(values, weights)
    assert (np.diff(fitted) >= -1e-12).all()
    assert np.average(fitted, weights=weights) == pytest.approx(np.average(values, weights=weights))


def test_calibration_brings_a_boaster_down_and_floors_keep_the_wrong_out() -> None:
    answers = [Answer("a", "a" if n % 2 else "b", 0.9) for n in range(400)] + [Answer("b", "b", 0.97)] * 200
    table = calibration(answers, [100] * len(answers), {})
    score = calibrated(np.array([0.9, 0.97], np.float32), np.array([100, 100]), table)
    assert score[0] == pytest.approx(0.5, abs=0.03)
    chosen = floors([Answer("a", "b", 0.5)] * 50 + [Answer("b", "b", 0.8)] * 50, ["b"], {})
    assert chosen["b"][0] > 0.5 and chosen["b"][1:] == (1.0, 1.0)


def test_a_public_model_runs_through_its_map(made: Path, tmp_path: Path) -> None:
    model = train_on(pools(made, _recipe()), _recipe(), tmp_path / "x")
    public = tmp_path / "lid.176.test.ftz"
    public.write_bytes(model.read_bytes())
    rules = public_rules(public)
    assert rules.name == "lid.176"
    codes, scores = PublicIdentifier(rules).languages(pa.array(["water of the\nriver stone", "", "12", None]))
    assert codes.to_pylist() == ["en", "und", "und", "und"]
    assert scores.to_pylist()[1:] == [0.0, 0.0, 0.0]
    unmapped = tmp_path / "other.bin"
    unmapped.write_bytes(b"x")
    with pytest.raises(RootsError, match="no label map"):
        public_rules(unmapped)


PUBLIC = {"glotlid-v3": "glotlid_v3.bin", "lid.176": "lid.176.bin", "nllb": "nllb-lid218e.bin", "openlid-v2": "openlid-v2.bin",
          "openlid-v3": "openlid-v3.bin"}


def _documented() -> dict[str, set[str]]:
    """The labels that the authors of each model name."""
    table = tomllib.loads(Path(__file__).with_name("label_sets.toml").read_text(encoding="utf-8"))
    return {name: set(row["labels"].split()) for name, row in table.items()}


def test_label_maps_follow_the_documented_labels() -> None:
    documented = _documented()
    renamed = documented.pop("renamed")
    everywhere = renamed.union(*documented.values())
    assert set(maps()) == set(documented) == set(PUBLIC)
    for name, labels in documented.items():
        table = table_of(MAPS / f"{name}.toml")["labels"]
        assert set(table) <= (everywhere if name.startswith("openlid") or name == "nllb" else labels), name
        able = {code for label, code in table.items() if label in labels}
        reach = able | {"zh-Hans", "zh-Hant"} if "zh" in able else able
        missing = ours() - reach
        if name == "lid.176":
            assert {"sw", "yo", "zh-Hant", "hi"}.isdisjoint(missing) and {"zu", "rw", "ny"} <= missing
        else:
            assert missing <= {"ak"}, name    # OpenLID has Twi alone, which is counted as one with Akan
    assert table_of(MAPS / "openlid-v3.toml")["labels"]["ara_Arab"] == "ar"


def test_no_two_of_ours_share_a_label_and_maps_agree_on_what_a_label_means() -> None:
    meanings: dict[str, set[str]] = {}
    for name in set(PUBLIC) - {"lid.176"}:
        for label, code in table_of(MAPS / f"{name}.toml")["labels"].items():
            meanings.setdefault(label, set()).add(code)
    assert {label: codes for label, codes in meanings.items() if len(codes) > 1} == {}


SAID = {"en": "water of the river stone", "fr": "eau de la pierre et gens", "sw": "maji ya mto wa watu", "gu": "પાણી ઘર લોકો નદી"}
HANS, HANT = "人人生而自由在尊严和权利上一律平等他们赋有理性和良心", "人人生而自由在尊嚴和權利上一律平等他們賦有理性和良心"


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_model_with_public_labels_is_loaded_mapped_and_evaluated(name: str, made: Path, tmp_path: Path) -> None:
    """A fastText model as its package makes them (words, n-grams; lid.176: hierarchical softmax), with labels that the authors name."""
    import fasttext

    table, labels = table_of(MAPS / f"{name}.toml")["labels"], _documented()[name]
    theirs = {code: next(label for label in sorted(labels) if table.get(label) == code) for code in WORDS}
    chinese = [label for label in sorted(labels) if table.get(label) in ("zh", "zh-Hans", "zh-Hant")]
    unmapped = {"glotlid-v3": "hin_Latn", "lid.176": "jbo", "openlid-v3": "frp_Latn"}.get(name)
    chance = random.Random(3)
    lines = [f"__label__{theirs[code]} {' '.join(chance.choices(words.split(), k=8))}" for code, words in WORDS.items() for _ in range(80)]
    lines += [f"__label__{label} {' '.join(HANT if table[label] == 'zh-Hant' else HANS)}" for label in chinese for _ in range(80)]
    lines += [f"__label__{unmapped} coi rodo mi klama le zarci" for _ in range(80)] if unmapped else []
    chance.shuffle(lines)
    (tmp_path / "lines.txt").write_text("\n".join(lines), encoding="utf-8")
    with zeroed_memory():
        model = fasttext.train_supervised(str(tmp_path / "lines.txt"), loss="hs" if name == "lid.176" else "softmax", thread=1, dim=16,
                                          epoch=15, minn=2, maxn=4, bucket=5000, lr=0.5, verbose=0)
    model.save_model(str(tmp_path / PUBLIC[name]))
    rules = public_rules(tmp_path / PUBLIC[name])
    assert rules.name == name
    names, codes = names_of(tmp_path / PUBLIC[name])
    assert {"zh-Hans", "zh-Hant"} <= set(codes) and "zh" not in codes
    asked = {**SAID, "zh-Hans": " ".join(HANS), "zh-Hant": " ".join(HANT), **({unmapped: "coi rodo mi klama"} if unmapped else {})}
    answered, scores = names.languages(pa.array(asked.values()))
    assert dict(zip(asked, answered.to_pylist(), strict=True)) == {code: code for code in asked}
    assert all(0.3 < score <= 1 for score in scores.to_pylist())
    figures = evaluate(made, tmp_path / PUBLIC[name], recipe=_recipe(), say=lambda _: None)
    assert figures[SENTENCE]["macro_f1"] > 0.95 and set(figures[SENTENCE]["by_language"]) == set(WORDS)


def test_the_shipped_model_is_small_and_names_all_46() -> None:
    rules = default_rules()
    assert SHIPPED.stat().st_size <= 8_000_000
    assert ours() <= set(rules.codes)
    assert len(ours()) == 46 and len(rules.codes) >= 196


def test_a_damaged_model_is_refused_in_words(tmp_path: Path) -> None:
    for content in (b"", b"not a model at all", SHIPPED.read_bytes()[:5000]):
        path = tmp_path / "model.ftz"
        path.write_bytes(content)
        with pytest.raises(RootsError):
            read_fasttext(path)


def test_on_real_tweets_it_stays_as_good_as_it_was(data_dir: Path) -> None:
    """AfriSenti was never trained on: informal, mixed with English, short."""
    result = evaluate(data_dir, most=40, say=lambda _: None)
    assert result[SENTENCE]["macro_f1"] > 0.80
    assert result[SENTENCE]["calibration_error"] < 0.12




def test_the_recipe_names_the_licences_that_the_data_come_with(data_dir: Path) -> None:
    """Every folder's own SOURCE.json and, where records have their own licence, these; and nothing kept for evaluation is trained on."""
    recipe = load_recipe()
    for source in (*recipe.sources, *recipe.trials):
        given = json.loads((data_dir / source.name / "SOURCE.json").read_text(encoding="utf-8"))["license"]
        assert given.replace(" / PD", " or public domain").startswith(source.licence.partition(";")[0]), source.name
    rule = next(line for line in (data_dir / "README.md").read_text(encoding="utf-8").splitlines() if "never training" in line)
    forbidden = {part.strip("/*") for part in re.findall(r"`([^`]+)`", rule)}
    assert "afrisenti_tweets" in forbidden and len(forbidden) >= 4
    for source in recipe.sources:
        for name in source.files:
            assert not {source.name, f"{source.name}/{name}"} & forbidden
            assert not any(source.name.startswith(part) for part in forbidden if part.endswith("_"))


@pytest.mark.parametrize("name", ["asp_stories", "gasp_stories", "pb_stories"])
def test_no_story_that_trains_the_model_forbids_commerce(name: str, data_dir: Path) -> None:
    raw = zstandard.ZstdDecompressor().stream_reader((data_dir / name / "data.jsonl.zst").read_bytes()).read()
    licences = {json.loads(line)["license"] for line in raw.splitlines()}
    assert licences and licences <= {"CC-BY", "CC BY", "Public Domain"}


def test_the_card_is_of_the_model_that_ships_and_begins_with_what_people_wrote() -> None:
    card = SHIPPED.with_name("card.md").read_text(encoding="utf-8")
    assert card.startswith(SHIPPED.with_name("about.md").read_text(encoding="utf-8").strip() + "\n\n## The file\n")
    assert file_digest(SHIPPED) in card
    assert all(f"| {source.name} | {source.licence} |" in card for source in load_recipe().sources)
