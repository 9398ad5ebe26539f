"""Does the pass find what is planted, remove nothing else, and say the same however the work is cut?"""
from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import apache_beam as beam
import pyarrow as pa
import pytest
import zstandard
from apache_beam.options.pipeline_options import PipelineOptions

from roots import batches, document
from roots.filters.duplicates import DedupRules
from roots.filters.signatures import SignatureRules, sign
from roots.pipelines.decisions import counts
from roots.pipelines.deduplicate import deduplicate
from roots.pipelines.judged import JudgedBlock

SIGNATURES = SignatureRules(tokens={"zh-Hans": "characters"})
Row = dict[str, object]


def pipeline() -> beam.Pipeline:
    return beam.Pipeline(options=PipelineOptions(["--runner=FnApiRunner"]))


def blocks_of(rows: Sequence[Row], folder: Path, size: int = 40, offset: int = 0, stream: bool = False,
              rules: SignatureRules = SIGNATURES) -> list[JudgedBlock]:
    """The rows as judged blocks of `size` rows, with their signatures."""
    folder.mkdir(parents=True, exist_ok=True)
    blocks = []
    for number, start in enumerate(range(0, len(rows), size)):
        part = rows[start:start + size]
        columns = ("id", "source", "text", "language", "kind", "url", "dropped")
        batch = document.batch_of({name: [row.get(name) for row in part] for name in columns})
        paths = [folder / f"{number:03}.arrow", folder / f"{number:03}.sig.arrow"]
        signatures = sign(batch, rules)
        batches.write(paths[0], batch.schema, [batch], stream=stream)
        batches.write(paths[1], signatures.schema, [signatures], stream=stream)
        blocks.append(JudgedBlock(str(paths[0]), str(paths[1]), len(part), offset + start))
    return blocks


def decisions(path: Path) -> list[Row]:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all().to_pylist()


def vocabulary(rng: random.Random, letters: str, size: int = 800) -> list[str]:
    return ["".join(rng.choices(letters, k=rng.randint(2, 8))) for _ in range(size)]


ALPHABETS = {
    "fr": "abcdeéèfghilmnoprstu", "yo": "abẹ́dèfgọ́ìkṣúnw", "hi": "अआकखगघचछजझटठडनपफबमयरलवशसािीुूेैोौ्",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
}


def corpus(seed: int = 1, base: int = 60) -> list[Row]:
    """Texts that share nothing, their copies in other dress and in other sources, near copies, and short texts."""
    rng = random.Random(seed)
    rows: list[Row] = []

    def add(text: str, language: str, source: str, of: int | None = None, **more: object) -> int:
        rows.append({"id": f"{len(rows):032x}", "source": source, "text": text, "language": language, "kind": document.NATURAL,
                     "url": None, "dropped": None, "of": of, **more})
        return len(rows) - 1

    for language, letters in ALPHABETS.items():
        words = vocabulary(rng, letters)
        for _ in range(base // len(ALPHABETS)):
            tokens = rng.choices(words, k=rng.randint(60, 400))
            first = add(" ".join(tokens), language, rng.choice("abc"))
            if rng.random() < 0.3:
                add("  " + "\n".join(tokens).upper() + "!", language, rng.choice("abc"), first)
            if rng.random() < 0.5:
                changed = list(tokens)
                for place in rng.sample(range(len(tokens)), max(1, len(tokens) // 50)):
                    changed[place] = rng.choice(words)
                add(" ".join(changed), language, rng.choice("abc"), first)
    characters = [chr(point) for point in range(0x4E00, 0x5000)]
    for _ in range(8):
        text = "".join(rng.choices(characters, k=300))
        first = add(text, "zh-Hans", "a")
        add(text[:150] + "。" + text[150:290] + "完", "zh-Hans", "b", first)
    for words in ("habari gani", "habari zako", "1 2 3", "1 2 4"):
        add(words, "sw", "a")
    add("Habari gani?", "sw", "b", len(rows) - 4)
    add("habari gani", "sw", "b", dropped="empty")
    return rows


def test_planted_duplicates_go_and_nothing_else(tmp_path: Path) -> None:
    rows = corpus()
    rules = DedupRules(SIGNATURES, trust={"b": 0, "a": 1, "c": 2})
    summary = deduplicate(blocks_of(rows, tmp_path / "w"), rules, str(tmp_path / "d.arrow"), pipeline)
    found = decisions(tmp_path / "d.arrow")
    family = {number: row["of"] if row["of"] is not None else number for number, row in enumerate(rows)}
    assert [row["document"] for row in found] == sorted({row["document"] for row in found})
    gone = {row["document"] for row in found}
    for row in found:
        assert family[row["document"]] == family[row["kept"]] and row["kept"] not in gone
        assert rows[row["kept"]]["id"] == row["duplicate_of"]
        assert row["similarity"] >= 0.7 if row["how"] == "near" else row["similarity"] == 1
        assert rules.trust[rows[row["kept"]]["source"]] <= rules.trust[rows[row["document"]]["source"]]
    live = {number for number in family if rows[number]["dropped"] is None}
    assert len(live - gone) == len({family[number] for number in live})
    assert sum(summary["removed"].values()) == sum(cell["documents"] for cell in summary["matrix"]) == len(found)
    assert {cell["source"] for cell in summary["matrix"]} <= {"a", "b", "c"}
    assert counts(str(tmp_path / "d.arrow")) == summary


def test_how_the_work_is_cut_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, rules = corpus(2, 40), DedupRules(SIGNATURES)
    answers = set()
    for number, (size, partitions, backwards) in enumerate([(1000, None, False), (17, 64, True), (33, 5, False)]):
        monkeypatch.setattr("roots.pipelines.keys.STRETCH", 40 * number + 1)
        monkeypatch.setattr("roots.pipelines.deduplicate.TOGETHER", 10 ** number)
        blocks = blocks_of(rows, tmp_path / str(number), size)
        deduplicate(blocks[::-1] if backwards else blocks, rules, str(tmp_path / f"{number}.arrow"), pipeline, partitions=partitions)
        answers.add((tmp_path / f"{number}.arrow").read_bytes())
    assert len(answers) == 1


def test_instalments_end_as_the_whole(tmp_path: Path) -> None:
    rows = corpus(3)
    order = list(range(len(rows)))
    random.Random(5).shuffle(order)
    parts = [[{**rows[i], "source": f"part{part}"} for i in sorted(order[part::5])] for part in range(5)]
    rules = DedupRules(SIGNATURES, keep=("trust", "longest", "id"), trust={f"part{part}": part for part in range(5)})
    deduplicate(blocks_of([row for part in parts for row in part], tmp_path / "whole"), rules, str(tmp_path / "whole.arrow"), pipeline,
                partitions=4)
    ids = [row["id"] for part in parts for row in part]
    whole = {(ids[row["document"]], row["duplicate_of"], row["how"], row["similarity"]) for row in decisions(tmp_path / "whole.arrow")}
    kept: list[Row] = []
    instalments = set()
    for number, part in enumerate(parts):
        earlier = blocks_of(kept, tmp_path / f"kept{number}", offset=10_000, stream=True) if kept else []
        deduplicate(blocks_of(part, tmp_path / f"new{number}"), rules, str(tmp_path / f"{number}.arrow"), pipeline, against=earlier,
                    partitions=4)
        found = decisions(tmp_path / f"{number}.arrow")
        instalments |= {(part[row["document"]]["id"], row["duplicate_of"], row["how"], row["similarity"]) for row in found}
        gone = {row["document"] for row in found}
        kept += [row for place, row in enumerate(part) if place not in gone]
    assert instalments == whole and len(whole) > 20


def test_a_corpus_without_duplicates_gives_an_empty_answer(tmp_path: Path) -> None:
    rows = [{"id": "1", "source": "a", "text": "peke yake", "language": "sw", "kind": document.NATURAL}]
    summary = deduplicate(blocks_of(rows, tmp_path), DedupRules(SIGNATURES), str(tmp_path / "d.arrow"), pipeline)
    assert decisions(tmp_path / "d.arrow") == [] and summary["removed"] == {}


def test_addresses_make_duplicates_where_the_recipe_says_so(tmp_path: Path) -> None:
    rows = [{"id": str(i), "source": source, "text": f"{text} wa leo", "language": "sw", "kind": document.NATURAL, "url": url}
            for i, (source, text, url) in enumerate([("web", "wimbo", "https://x.org/a"), ("web", "hadithi ndefu", "http://www.x.org/a/"),
                                                     ("site", "shairi", "http://x.org"), ("site", "methali", "http://x.org")])]
    summary = deduplicate(blocks_of(rows, tmp_path), DedupRules(SIGNATURES, by_url=("web",)), str(tmp_path / "d.arrow"), pipeline)
    assert [(row["document"], row["kept"], row["how"]) for row in decisions(tmp_path / "d.arrow")] == [(0, 1, "url")]
    assert summary["removed"] == {"url": 1}


def test_versions_of_real_pages_and_licences_are_told_apart(tmp_path: Path, data_dir: Path) -> None:
    read = {name: [json.loads(line) for line in zstandard.open(data_dir / "dup_gold" / f"{name}.jsonl.zst", "rt", encoding="utf-8")]
            for name in ("documents", "pairs")}
    signatures = SignatureRules(tokens=dict.fromkeys(("zh-Hans", "zh-Hant", "ja"), "characters"))
    rows = [{"id": doc["id"], "source": doc["source"], "text": doc["text"], "language": doc["lang"], "kind": document.NATURAL}
            for doc in read["documents"]]
    deduplicate(blocks_of(rows, tmp_path / "w", 100, rules=signatures), DedupRules(signatures), str(tmp_path / "d.arrow"), pipeline)
    label = {frozenset((pair["a"], pair["b"])): pair["label"] for pair in read["pairs"]}
    found = decisions(tmp_path / "d.arrow")
    judged = [label[pair] for row in found if (pair := frozenset((rows[row["document"]]["id"], row["duplicate_of"]))) in label]
    assert len(judged) > 100
    assert sum(one in ("near", "exact") for one in judged) / len(judged) >= 0.99
    gone = {rows[row["document"]]["id"] for row in found}
    alike = [pair for pair, one in label.items() if one in ("near", "exact")]
    assert sum(bool(pair & gone) for pair in alike) / len(alike) >= 0.98


@pytest.mark.slow
def test_two_worker_processes_say_what_one_says(tmp_path: Path) -> None:
    rows, rules = corpus(4), DedupRules(SIGNATURES)
    blocks = blocks_of(rows, tmp_path / "w", 20)
    two = PipelineOptions(["--runner=FnApiRunner", "--direct_num_workers=2", "--direct_running_mode=multi_processing"])
    deduplicate(blocks, rules, str(tmp_path / "1.arrow"), pipeline)
    deduplicate(blocks, rules, str(tmp_path / "2.arrow"), lambda: beam.Pipeline(options=two))
    assert (tmp_path / "1.arrow").read_bytes() == (tmp_path / "2.arrow").read_bytes()
