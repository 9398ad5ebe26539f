"""Is what the README promises true of a corpus that was really built? The embedded sample, from the command line to the last byte."""
from __future__ import annotations

import gzip
import json
import lzma
import shutil
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from roots import manifest
from roots.digest import document_id
from tests.conftest import roots

Row = dict[str, Any]
PACKED = ((gzip.decompress, b"\x1f\x8b"), (lzma.decompress, b"\xfd7zXZ"), (zstandard.decompress, b"\x28\xb5\x2f\xfd"))


@pytest.fixture(scope="session")
def planted(reference: Path) -> dict[str, list[Row]]:
    return tomllib.loads((reference / "pipelines/sample/planted.toml").read_text("utf-8"))


@pytest.fixture(scope="session")
def record(sample_run: Path) -> Row:
    return manifest.read(sample_run)


@pytest.fixture(scope="session")
def ledger(sample_run: Path) -> dict[str, Row]:
    return {row["id"]: row for row in pq.read_table(sample_run / "ledger").to_pylist()}


@pytest.fixture(scope="session")
def texts(sample_run: Path) -> dict[str, str]:
    found = {}
    for shard in sorted(sample_run.glob("documents/*/*.arrow")):
        with pa.memory_map(str(shard)) as source, pa.ipc.open_stream(source) as stream:
            for batch in stream:
                found.update(zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True))
    return found


def row_of(ledger: dict[str, Row], one: Row, source: str = "source", record: str = "record") -> Row:
    return ledger[document_id(one[source], one[record])]


def test_every_language_is_in_the_corpus(record: Row, reference: Path) -> None:
    kept = {shard["language"] for shard in record["shards"]}
    natural = {path.stem for path in (reference / "filters/languages").glob("*.toml")}
    programming = {path.stem for path in (reference / "filters/code").glob("*.toml")}
    assert (len(natural), len(programming)) == (46, 13)
    assert kept == natural | programming


def test_the_books_balance_by_source(record: Row, ledger: dict[str, Row]) -> None:
    rows = Counter(row["source"] for row in ledger.values())
    rejected = Counter({one["source"]: 0 for one in record["ledger"]["rejected"]})
    for one in record["ledger"]["rejected"]:
        rejected[one["source"]] += one["records"]
    assert {source: rows[source] + rejected[source] for source in record["ledger"]["read"]} == record["ledger"]["read"]


def test_exactly_three_sources_are_refused_each_with_file_and_key(record: Row, planted: dict[str, list[Row]]) -> None:
    done = roots("plan", "sample", "--json")
    verdicts = json.loads(done.stdout)
    refused = {source: verdict["reasons"] for source, verdict in verdicts.items() if not verdict["allowed"]}
    assert done.returncode == 1
    assert set(refused) == {one["source"] for one in planted["refused"]}
    assert {source: (reasons[0]["file"], reasons[0]["key"]) for source, reasons in refused.items()} == {
        "sample-nolicence": ("catalogue/sources/sample-nolicence.toml", "licence.concluded"),
        "sample-noncommercial": ("catalogue/sources/sample-noncommercial.toml", "licence.concluded"),
        "sample-ended": ("catalogue/sources/sample-ended.toml", "access.agreement.ends"),
    }
    assert not set(refused) & set(record["ledger"]["read"])


def everything(run: Path) -> dict[str, bytes]:
    """Every file of a run, and what is inside those that are packed."""
    found = {}
    for path in sorted(run.rglob("*")):
        if path.is_file():
            name, raw = path.relative_to(run).as_posix(), path.read_bytes()
            found[name] = raw
            if path.suffix == ".parquet":
                found[name + " unpacked"] = repr(pq.read_table(path).to_pylist()).encode()
            for unpack, magic in PACKED:
                if raw.startswith(magic):
                    found[name + " unpacked"] = unpack(raw)
    return found


def test_no_personal_datum_is_anywhere_in_the_run(sample_run: Path, planted: dict[str, list[Row]]) -> None:
    from tokenizers import Tokenizer
    files = everything(sample_run)
    tokenizer = Tokenizer.from_file(str(sample_run / "tokenizer/tokenizer.json"))
    for path in sorted(sample_run.glob("tokens/*/*.arrow")):
        with pa.memory_map(str(path)) as source, pa.ipc.open_stream(source) as stream:
            sequences = stream.read_all()["tokens"].to_pylist()
        files[f"{path.name} decoded"] = "".join(tokenizer.decode(one, skip_special_tokens=False) for one in sequences).encode()
    assert len(files) > 100
    found = [(one["kind"], one["value"], name) for one in planted["personal"] for name, content in files.items()
             if one["value"].encode() in content or json.dumps(one["value"])[1:-1].encode() in content]
    assert found == []


def test_what_only_looks_like_personal_data_stays(planted: dict[str, list[Row]], texts: dict[str, str]) -> None:
    missing = [one for one in planted["stays"] if one["value"] not in texts.get(document_id(one["source"], one["record"]), "")]
    assert missing == []


def test_of_every_planted_pair_one_stays(planted: dict[str, list[Row]], ledger: dict[str, Row]) -> None:
    wrong = []
    for one in planted["duplicate"]:
        copy, original = row_of(ledger, one), row_of(ledger, one, "of_source", "of_record")
        dropped = [row for row in (copy, original) if row["dropped"] == f"duplicate.{one['kind']}"]
        if len(dropped) != 1 or dropped[0]["duplicate_of"] is None:
            wrong.append((one["record"], copy["dropped"], original["dropped"]))
    assert wrong == []
    for one in planted["distinct"]:
        assert not (row_of(ledger, one)["dropped"] or "").startswith("duplicate")


def test_garbage_foreign_and_withdrawn_texts_are_gone(planted: dict[str, list[Row]], ledger: dict[str, Row], texts: dict[str, str]) -> None:
    kept = [one["record"] for kind in ("garbage", "foreign", "empty") for one in planted[kind] if row_of(ledger, one)["dropped"] is None]
    assert kept == []
    for one in planted["withdrawn"]:
        assert row_of(ledger, one)["dropped"].startswith("takedown.")
        assert not any(one["says"] in text for text in texts.values())


def test_what_cannot_be_read_is_rejected_by_name(sample_run: Path, planted: dict[str, list[Row]]) -> None:
    lines = [json.loads(line) for path in sorted(sample_run.glob("rejected/*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    files = Counter(one["locator"].split("#")[0] for one in lines)
    assert files >= Counter(one["file"] for one in planted["reject"])
    assert all(one["reason"] and one["mend"] for one in lines)


def test_datasets_opens_the_shards(sample_run: Path, record: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets
    files = [str(sample_run / shard["path"]) for shard in record["shards"]]
    loaded = datasets.load_dataset("arrow", data_files=files, cache_dir=str(tmp_path), split="train")
    assert loaded.num_rows == sum(shard["rows"] for shard in record["shards"])
    mapped = datasets.Dataset.from_file(files[0])
    assert mapped.num_rows == record["shards"][0]["rows"]


def test_verify_finds_a_changed_byte_in_any_file_and_names_it(sample_run: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(sample_run, copy)
    assert roots("verify", str(copy)).returncode == 0
    from roots.errors import RootsError
    from roots.pipelines.verify import faults
    files = sorted(path for path in copy.rglob("*") if path.is_file() and path.stat().st_size)
    whole = {path: path.read_bytes() for path in files}

    def flip(path: Path) -> None:
        raw = whole[path]
        place = int(document_id("", path.name), 16) % len(raw)
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 0x20]) + raw[place + 1 :])

    flip(copy / manifest.NAME)
    with pytest.raises(RootsError, match=manifest.NAME):
        list(faults(copy))
    (copy / manifest.NAME).write_bytes(whole.pop(copy / manifest.NAME))
    for path in whole:
        flip(path)
    assert [said.split(":")[0] for said in faults(copy)] == [path.relative_to(copy).as_posix() for path in whole]
    for path, raw in whole.items():
        path.write_bytes(raw)
    (copy / "documents/sw/part-00000.arrow").write_bytes(b"")
    done = roots("verify", str(copy))
    assert done.returncode == 1
    assert "documents/sw/part-00000.arrow" in done.stdout


def test_explain_tells_each_kind_of_story(sample_run: Path, planted: dict[str, list[Row]], ledger: dict[str, Row],
                                          texts: dict[str, str]) -> None:
    def story(id: str) -> str:
        done = roots("explain", id, "--run", str(sample_run))
        assert done.returncode == 0, done.stderr
        return done.stdout
    near = next(one for one in planted["duplicate"] if one["kind"] == "near")
    copy = row_of(ledger, near)
    copy = copy if copy["dropped"] else row_of(ledger, near, "of_source", "of_record")
    assert "near duplicate of document" in story(copy["id"])
    assert f"{copy['similarity']:.3f}" in story(copy["id"])
    limited = next(row for row in ledger.values() if (row["dropped"] or "").endswith((".low", ".high")))
    told = story(limited["id"])
    assert "allowed for" in told
    assert "filters/" in told and ".toml:" in told
    scrubbed = next(row for row in ledger.values() if row["edits"] and not row["dropped"])
    assert "Personal data was replaced" in story(scrubbed["id"])
    kept = next(id for id in sorted(texts) if ledger[id]["language"] == "yo")
    done = roots("explain", "--text", texts[kept][20:90], "--run", str(sample_run))
    assert kept in done.stdout
    assert "It was kept: row" in done.stdout


def test_the_custodians_contact_never_leaves_the_workspace(sample_run: Path, reference: Path) -> None:
    records = [tomllib.loads(path.read_text("utf-8")) for path in (reference / "catalogue/sources").glob("*.toml")]
    contacts = [record.get("custodian", {}).get("contact", "") for record in records]
    files = everything(sample_run)
    assert [contact for contact in contacts if contact and any(contact.encode() in content for content in files.values())] == []


@pytest.mark.slow
def test_two_workers_and_a_second_build_give_the_same_bytes(sample_run: Path, record: Row, tmp_path: Path) -> None:
    for workers in ("1", "2"):
        run = tmp_path / workers
        done = roots("build", "sample", "--to", str(run), "--workers", workers)
        assert done.returncode == 0, done.stderr
        assert manifest.read(run)["results"] == record["results"]
