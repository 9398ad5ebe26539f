"""Does the tokenizer learn the same from the same documents, give every text back, and let no text command it?"""
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, pre_tokenizers

from roots.digest import chance, document_id
from roots.errors import Problem, RootsError
from roots.records import Table
from roots.tokenizer.card import render_card
from roots.tokenizer.evaluate import added, evaluate, fertility, monolingual
from roots.tokenizer.recipe import TokenizerRecipe, tokenizer_from
from roots.tokenizer.sample import choose, quotas, texts
from roots.tokenizer.train import load, train

SCHEMA = pa.schema([("id", pa.string()), ("kind", pa.string()), ("language", pa.string()), ("text", pa.large_string())])
SENTENCES = {
    "sw": "Maji yalipanda mtoni na watoto wakakimbia nyumbani kabla ya jua kuzama.",
    "yo": "Ọmọ náà ń kàwé lábẹ́ igi ní àárọ̀, ó sì ń rẹ́rìn-ín.",
    "hi": "नदी के किनारे बच्चे पढ़ते हैं और शाम को घर लौटते हैं।",
    "ur": "بچے دریا کے کنارے پڑھتے ہیں، اور شام کو گھر لوٹتے ہیں۔",
    "ta": "ஆற்றங்கரையில் குழந்தைகள் படிக்கிறார்கள், மாலையில் வீடு திரும்புகிறார்கள்.",
    "zh-Hans": "孩子们在河边读书，傍晚才回家。",
    "vi": "Bọn trẻ đọc sách bên bờ sông, đến chiều mới về nhà.",
}
# BLOOM's own pattern: a class within a class, which engines other than Oniguruma read differently.
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"


def shard(folder: Path, language: str, rows: Sequence[str], kind: str = "natural", part: int = 0) -> Path:
    """A document shard with the columns that the tokenizer reads."""
    path = folder / language / f"part-{part:05}.arrow"
    path.parent.mkdir(parents=True, exist_ok=True)
    ids = [document_id("test", f"{language}/{part}/{number}") for number in range(len(rows))]
    columns = [pa.array(ids), pa.array([kind] * len(rows)), pa.array([language] * len(rows)), pa.array(rows, pa.large_string())]
    with pa.ipc.new_stream(str(path), SCHEMA) as stream:
        for start in range(0, len(rows), 16):
            stream.write_batch(pa.RecordBatch.from_arrays([column.slice(start, 16) for column in columns], schema=SCHEMA))
    return path


def shipped(reference: Path) -> TokenizerRecipe:
    """What tokenizer/bloom.toml describes."""
    problems: list[Problem] = []
    table = Table.parse("tokenizer/bloom.toml", (reference / "tokenizer" / "bloom.toml").read_bytes(), problems)
    assert table is not None
    found = tokenizer_from(table)
    assert found is not None, problems
    return found


def learned(folder: Path, reference: Path, rows: Sequence[str]) -> Path:
    """A tokenizer of the shipped form that has learned from some rows of Swahili."""
    train([shard(folder, "sw", rows)], shipped(reference), 1, folder / "tokenizer.json")
    return folder / "tokenizer.json"


@pytest.fixture(scope="module")
def recipe(reference: Path) -> TokenizerRecipe:
    return shipped(reference)


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("documents")
    found = [
        shard(folder, language, [" ".join(text.split()[number % 3:]) + f" {number}" for number in range(60)])
        for language, text in SENTENCES.items()
    ]
    code = "def greet(name):\n    return f'hello {name}'\n"
    return [*found, shard(folder, "python", [code] * 20, "programming")]


@pytest.fixture(scope="module")
def trained(shards: list[Path], recipe: TokenizerRecipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    train(shards, replace(recipe, at_least=4), 5, path)
    return path


@pytest.mark.parametrize("text", [
    *SENTENCES.values(), "2² is not 22", "e\u0301 and é", "👩🏽‍🚀🏳️‍🌈 ok", "\ufffd\ufeff\x00\uffff\U0010ffff", "  \n\n\t x \u3000\u00a0", "",
])
def test_every_text_comes_back(trained: Path, text: str) -> None:
    model = load(trained)
    assert model.decode(model.encode(text, add_special_tokens=False).ids, skip_special_tokens=False) == text


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_comes_back(trained: Path, text: str) -> None:
    model = load(trained)
    assert model.decode(model.encode(text, add_special_tokens=False).ids, skip_special_tokens=False) == text


def test_superscripts_and_digits_stay_apart(trained: Path) -> None:
    model = load(trained)
    assert model.encode("2²").ids != model.encode("22").ids


def test_tokens_cut_inside_a_character_decode_without_an_error(trained: Path) -> None:
    model = load(trained)
    ids = model.encode("𝔛").ids
    assert len(ids) == 4
    assert "\ufffd" in model.decode(ids[:2])


def test_no_text_can_command_the_tokenizer(trained: Path, recipe: TokenizerRecipe) -> None:
    model = load(trained)
    control = {model.token_to_id(token) for token in recipe.control}
    text = "<s>struck out</s> <pad> <unk> <reserved_3>"
    ids = model.encode(text).ids
    assert not control & set(ids)
    assert model.token_to_id("<reserved_3>") not in ids
    assert model.decode(ids, skip_special_tokens=False) == text


def test_a_tag_is_one_token(trained: Path, recipe: TokenizerRecipe) -> None:
    model = load(trained)
    for tag in recipe.tags:
        encoded = model.encode(f"Andika kwa {tag}.", add_special_tokens=False)
        assert tag in encoded.tokens
        assert model.decode(encoded.ids) == f"Andika kwa {tag}."


def test_every_tag_of_governance_is_reserved(recipe: TokenizerRecipe, reference: Path) -> None:
    kinds = sorted((reference / "governance" / "personal_data").glob("*.toml"))
    tags = {tomllib.loads(path.read_text(encoding="utf-8")).get("tag") for path in kinds} - {None}
    assert tags
    assert tags <= set(recipe.tags)


def test_reserved_entries_come_first_and_the_size_is_a_multiple(trained: Path, recipe: TokenizerRecipe) -> None:
    model = Tokenizer.from_file(str(trained))
    assert [model.id_to_token(number) for number in range(4)] == ["<unk>", "<s>", "</s>", "<pad>"]
    assert [model.token_to_id(token) for token in recipe.reserved] == list(range(len(recipe.reserved)))
    assert model.get_vocab_size() % 128 == 0
    assert max(model.get_vocab().values()) == model.get_vocab_size() - 1


def test_a_small_sample_gives_a_small_vocabulary(trained: Path) -> None:
    assert 512 < Tokenizer.from_file(str(trained)).get_vocab_size() < 2048


def test_a_vocabulary_that_is_reached_needs_no_padding(shards: list[Path], recipe: TokenizerRecipe, tmp_path: Path) -> None:
    found = train(shards, replace(recipe, at_least=1, vocabulary=700), 5, tmp_path / "t.json")
    assert (found["vocabulary"], found["padding"]) == (640, 0)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_same_bytes_whatever_the_threads_and_the_order(
    shards: list[Path], trained: Path, tmp_path: Path, threads: str, reference: Path,
) -> None:
    program = (
        "import sys\nfrom dataclasses import replace\nfrom pathlib import Path\nfrom roots.records import Table\n"
        "from roots.tokenizer.recipe import tokenizer_from\nfrom roots.tokenizer.train import train\n"
        "recipe = tokenizer_from(Table.parse('x', Path('tokenizer/bloom.toml').read_bytes(), []))\n"
        "train([Path(p) for p in sys.argv[2:]], replace(recipe, at_least=4), 5, Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "t.json"), *map(str, reversed(shards))]
    subprocess.run(command, check=True, cwd=reference,
                   env={**os.environ, "RAYON_NUM_THREADS": threads, "TOKENIZERS_PARALLELISM": "true", "PYTHONPATH": str(reference)})
    assert (tmp_path / "t.json").read_bytes() == trained.read_bytes()


def test_the_seed_and_the_shards_layout(shards: list[Path], recipe: TokenizerRecipe, tmp_path: Path) -> None:
    small = replace(recipe, sample_bytes=8000, at_least=2)
    first = train(shards, small, 1, tmp_path / "a.json")
    assert train(shards, small, 2, tmp_path / "b.json")["tokenizer"] != first["tokenizer"]
    assert train(shards, small, 1, tmp_path / "c.json")["tokenizer"] == first["tokenizer"]


def test_no_text_is_an_error_with_a_way_out(recipe: TokenizerRecipe, tmp_path: Path) -> None:
    with pytest.raises(RootsError, match="no text"):
        train([shard(tmp_path, "sw", [])], recipe, 1, tmp_path / "t.json")
    (tmp_path / "broken.json").write_text("{}")
    with pytest.raises(RootsError, match="is no tokenizer"):
        load(tmp_path / "broken.json")


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab(|)[].,!?…。，、।۔، \t\n\r\u0085\u00a0\u200b\u2028\u3000\ufeff\u1680²नé中")))
def test_the_flat_pattern_reads_as_blooms_nested_one_does(recipe: TokenizerRecipe, text: str) -> None:
    ours, theirs = (pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in (recipe.pattern, BLOOM))
    assert ours.pre_tokenize_str(text) == theirs.pre_tokenize_str(text)
    other_engine = [match.group() for match in re.finditer(recipe.pattern, text)]
    found = [piece for piece, _ in ours.pre_tokenize_str(text)]
    assert [piece for piece in found if re.fullmatch(recipe.pattern, piece)] == other_engine


def test_another_engine_cannot_read_the_nested_pattern() -> None:
    with pytest.raises(re.error):
        re.compile(BLOOM)


@pytest.mark.parametrize(("line", "key", "problem"), [
    ("vocabulary = 300", "vocabulary", "but 460 entries"),
    ("alpha = 3.0", "alpha", "is 3.0"),
    ("at_least = 0", "at_least", "is 0"),
    ("multiple_of = 0", "multiple_of", "is 0"),
    ("sample_bytes = 0", "sample_bytes", "is 0"),
    ('pattern = "[^a"', "pattern", "no pattern that Oniguruma reads"),
    ("pattern = '[^(a[b])]+'", "pattern", "class inside a character class"),
    ("vocabulry = 1", "vocabulry", "not a key"),
])
def test_a_wrong_recipe_is_named_by_line(line: str, key: str, problem: str, reference: Path) -> None:
    text = (reference / "tokenizer" / "bloom.toml").read_text(encoding="utf-8")
    name = line.partition(" =")[0]
    lines = [line if re.match(rf"{name}\s*=", old) else old for old in text.splitlines()]
    if line not in lines:
        lines.insert(2, line)
    problems: list[Problem] = []
    table = Table.parse("bloom.toml", "\n".join(lines), problems)
    assert table is not None
    assert tokenizer_from(table) is None
    assert [(found.key, found.line) for found in problems] == [(key, lines.index(line) + 1)]
    assert problem in problems[0].problem


def test_shares_follow_alpha_and_fill_up_with_what_the_small_cannot_give() -> None:
    assert quotas({"a": 100, "b": 50}, 1000, 0.3) == {"a": 100, "b": 50}
    assert quotas({"a": 4000, "b": 1000}, 900, 0.5) == pytest.approx({"a": 600, "b": 300}, abs=1)
    assert quotas({"a": 10_000, "b": 10_000, "c": 10}, 1010, 0.0) == pytest.approx({"a": 500, "b": 500, "c": 10}, abs=1)


@given(st.dictionaries(st.text("abc", min_size=1), st.integers(0, 10**6), min_size=1), st.integers(1, 10**6), st.floats(0, 1))
def test_shares_spend_the_budget_and_no_more(available: dict[str, int], budget: int, alpha: float) -> None:
    found = quotas(available, budget, alpha)
    assert all(found[language] <= available[language] for language in found)
    wanted = min(budget, sum(available.values()))
    assert wanted - len(available) <= sum(found.values()) <= wanted


def test_the_sample_is_the_documents_of_least_rank(tmp_path: Path) -> None:
    rows = [f"{number:03} " + "maji " * 10 for number in range(200)]
    path = shard(tmp_path, "sw", rows)
    share = choose([path], 2000, 0.3, seed=3, held_out=0.2)["sw"]
    ids = [document_id("test", f"sw/0/{number}") for number in range(200)]
    free = [number for number in range(200) if chance(3, ids[number]) >= 0.2]
    best = sorted(free, key=lambda number: chance(3, f"vocabulary\x00{ids[number]}"))[:share.documents]
    taken = [row for rows in texts([path], {"sw": share}, 3, False, 0.2) for row in rows]
    assert sorted(taken) == sorted(rows[number] for number in best)
    assert 2000 <= share.bytes < 2000 + len(rows[0])


def test_a_repeated_line_teaches_once_but_code_keeps_its_own(tmp_path: Path) -> None:
    text, code = ["menyu\nhabari moja", "menyu\nhabari mbili"], ["end\nend\n"] * 2
    paths = [shard(tmp_path, "sw", text), shard(tmp_path, "lua", code, "programming")]
    shares = choose(paths, 10**6, 0.3, 1)
    found = [row for rows in texts(paths, shares, 1, True) for row in rows]
    assert sorted(found) == ["end\nend\n", "end\nend\n", "habari mbili", "habari moja", "menyu\n"]


def test_fertility_counts_what_it_says(trained: Path, shards: list[Path]) -> None:
    counts = evaluate(trained, shards, 5)
    model = load(trained)
    with pa.ipc.open_stream(str(shards[0])) as stream:
        rows = stream.read_all().column("text").to_pylist()
    assert counts["sw"] == {
        "documents": 60,
        "bytes": sum(len(row.encode()) for row in rows),
        "characters": sum(map(len, rows)),
        "words": sum(len(row.split()) for row in rows),
        "tokens": sum(len(model.encode(row).ids) for row in rows),
    }
    assert fertility(counts)["sw"]["tokens_per_word"] == counts["sw"]["tokens"] / counts["sw"]["words"]
    assert added([counts, counts])["hi"]["words"] == 2 * counts["hi"]["words"]


def test_the_card_keeps_its_prose_and_gets_its_tables(
    shards: list[Path], recipe: TokenizerRecipe, tmp_path: Path, reference: Path,
) -> None:
    small = replace(recipe, at_least=4)
    training = train(shards, small, 5, tmp_path / "t.json", held_out=0.3)
    counts = evaluate(tmp_path / "t.json", shards, 5, 0.3)
    assert 0 < counts["sw"]["documents"] < 60
    assert counts["sw"]["documents"] + training["languages"]["sw"]["documents"] == 60
    card = (reference / "tokenizer" / "card.md").read_text(encoding="utf-8")
    once = render_card(card, training, counts, monolingual(shards, small, 5, 0.3))
    assert re.search(r"^\| yo \| \d+ \| \d+ \| \d\.\d\d \|", once, re.MULTILINE)
    assert once.startswith(card.split("<!-- training -->")[0])
    assert render_card(once, training, counts, monolingual(shards, small, 5, 0.3)) == once
    with pytest.raises(RootsError, match="no place"):
        render_card("A card.", training, counts)


def test_the_file_is_what_the_library_reads(trained: Path) -> None:
    plain = json.loads(trained.read_text(encoding="utf-8"))
    assert plain["normalizer"] is None
    assert {token["content"] for token in plain["added_tokens"] if not token["special"]} >= {"<EMAIL>", "<PHONE>"}
