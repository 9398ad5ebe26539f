"""Does a place behind a URL answer as a folder on a disk does?"""
from __future__ import annotations

import io
import pickle
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from roots import batches, manifest, remote, store
from roots.document import batch_of
from roots.errors import RootsError
from roots.pipelines.lease import claim
from roots.pipelines.read import inputs_of, read
from roots.pipelines.work import Folder
from roots.remote import Remote
from roots.store import Place, place
from tests.stores import serving


@pytest.fixture(scope="module", params=["file", "memory", "s3", "gs", "hdfs"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An empty folder, of each kind: on a disk, by fsspec, in a bucket of a real server, and in a real HDFS."""
    if request.param == "file":
        yield tmp_path_factory.mktemp("home")
    elif request.param == "memory":
        yield place("memory://home")
    else:
        with serving(request.param) as (address, environment), pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            remote.forget()
            yield place(f"{address}/home")
        remote.forget()


def test_what_is_written_is_read(home: Place) -> None:
    assert store.empty(home / "a")
    store.write(home / "a" / "x.json", "{\"ɔ\": 1}".encode())
    with store.writing(home / "a" / "deep" / "big.bin") as sink:
        for number in range(9):
            sink.write(bytes([number]) * (1 << 20))
    big = home / "a" / "deep" / "big.bin"
    assert (home / "a" / "x.json").read_bytes().decode() == "{\"ɔ\": 1}"
    assert store.size(big) == 9 << 20
    assert store.digest(big) == sha256(b"".join(bytes([number]) * (1 << 20) for number in range(9))).hexdigest()
    with store.reading(big) as stream:
        assert stream.read(3) == bytes(3)
        stream.seek(-2, io.SEEK_END)
        assert stream.read() == bytes([8, 8])
        assert stream.seek((5 << 20) - 1) == (5 << 20) - 1
        assert stream.read(2) == bytes([4, 5])
    assert [store.name_in(home, file) for file in store.files(home, "**/*")] == ["a/deep/big.bin", "a/x.json"]
    assert [file.name for file in store.files(home / "a", "*.json")] == ["x.json"]
    assert store.files(home / "a", "*.bin") == store.files(home / "none") == []
    assert (home / "a").is_dir() and not (home / "a" / "x.json").is_dir() and not (home / "b").exists()
    (home / "a" / "x.json").unlink()
    (home / "a" / "x.json").unlink(missing_ok=True)
    with pytest.raises(FileNotFoundError):
        (home / "a" / "x.json").read_bytes()
    with pytest.raises(FileNotFoundError):
        store.size(home / "a" / "x.json")
    store.remove(home / "a")
    store.remove(home / "a")
    assert store.empty(home / "a") and not (home / "a").is_dir()


def test_a_file_that_fails_while_it_is_written_is_not_there(home: Place) -> None:
    store.write(home / "f" / "old", b"old")
    for name in ("old", "new"):
        with pytest.raises(ZeroDivisionError), store.writing(home / "f" / name) as sink:
            sink.write(b"half of it")
            raise ZeroDivisionError
    assert [file.name for file in store.files(home / "f", "**/*")] == ["old"]
    assert (home / "f" / "old").read_bytes() == b"old"


def test_a_name_that_sounds_packed_changes_no_byte(home: Place) -> None:
    for name in ("a.gz", "b.zst"):
        store.write(home / "p" / name, b"as it is")
        with store.writing(home / "p" / f"2{name}") as sink:
            sink.write(b"as it is")
        assert (home / "p" / name).read_bytes() == (home / "p" / f"2{name}").read_bytes() == b"as it is"
        with store.passing(home / "p" / name) as stream:
            assert stream.read() == b"as it is"


def test_batches_come_back(home: Place) -> None:
    rows = batch_of({"id": ["1", "2"], "text": ["Ẹ kú àárọ̀", "你好"]})
    batches.write(home / "b" / "file.arrow", rows.schema, [rows[:1], rows[1:]])
    batches.write(home / "b" / "stream.arrow", rows.schema, [rows[:1], rows[1:]], stream=True)
    assert batches.read(home / "b" / "file.arrow", 1).equals(rows[1:])
    assert batches.read_joined(home / "b" / "file.arrow").equals(rows)
    assert batches.read_joined(home / "b" / "stream.arrow").equals(rows)
    assert [len(batch) for batch in batches.each(home / "b" / "stream.arrow")] == [1, 1]


def test_a_receipt_proves_its_files(home: Place) -> None:
    folder = Folder(home / "receipts")
    assert not folder.whole("a") and not folder.receipts() and not folder.count()
    store.write(folder.file("a", "arrow"), b"rows")
    assert not folder.whole("a")
    folder.receive("a", {"rows": 1}, {"arrow": folder.file("a", "arrow")})
    assert folder.whole("a")
    assert [receipt["rows"] for receipt in folder.receipts()] == [1]
    store.write(folder.file("a", "arrow"), b"row")
    assert not folder.whole("a")


def test_raw_files_are_found_and_read(home: Place) -> None:
    lines = b'{"text": "Habari za asubuhi"}\n{"text": "\xe0\xa4\xa8"}\n{bad\n'
    for name in ("a.jsonl", "sub/b.jsonl", "c.txt"):
        store.write(home / "data" / "src" / name, lines)
    found = inputs_of("src", home / "data", ["**/*.jsonl"], "jsonl")
    assert [input.path for input in found] == ["a.jsonl", "sub/b.jsonl"]
    assert [input.path for input in inputs_of("src", home / "data", ["*.jsonl"], "jsonl")] == ["a.jsonl"]
    (block,) = read(found[1])
    assert block.batch.column("text").to_pylist() == ["Habari za asubuhi", "न"] and len(block.rejected) == 1
    with pytest.raises(RootsError, match="no file matches"):
        inputs_of("src", home / "data", ["*.parquet"], "jsonl")
    with pytest.raises(RootsError, match="no folder"):
        inputs_of("other", home / "data", ["*"], "jsonl")


def test_a_run_is_sealed_and_a_changed_byte_is_named(home: Place) -> None:
    run = home / "run"
    store.write(run / "documents" / "sw" / "part-00000.arrow", b"documents")
    store.write(run / manifest.WORK / "left", b"not of the run")
    manifest.write(run, {"recipe": {"id": "r"}})
    assert set(manifest.read(run)["files"]) == {"documents/sw/part-00000.arrow"}
    assert manifest.first_fault(run) is None
    store.write(run / "documents" / "sw" / "part-00000.arrow", b"dokuments")
    assert "was changed" in (manifest.first_fault(run) or "")


def test_two_builds_in_one_folder_are_refused_and_the_dead_are_told_from_the_living(home: Place) -> None:
    run, work = home / "leased", home / "leased" / ".work"
    work.mkdir(parents=True, exist_ok=True)
    with claim(run, work, beat=0.1, patience=3.0) as lease, pytest.raises(RootsError, match="another build"), claim(run, work, 0.1, 3.0):
        lease.check()
    with claim(run, work, beat=0.1, patience=3.0):
        pass  # who has gone leaves nothing
    if isinstance(work, Remote):
        store.write(work / "lease" / "0123", b"7")  # of a build that was killed
        with claim(run, work, beat=0.1, patience=1.0) as lease:
            lease.check()
        with claim(run, work, beat=0.1, patience=60.0):
            pass  # nobody waits for the same dead twice


def test_who_was_taken_for_dead_is_told(home: Place) -> None:
    run, work = home / "lost", home / "lost" / ".work"
    if not isinstance(work, Remote):
        pytest.skip("on a disk the kernel keeps the lock while its holder lives")
    with claim(run, work, beat=0.05, patience=1.0) as lease:
        (mine,) = store.files(work / "lease")
        store.write(mine.parent / f"{mine.name}.dead", b"")  # as another build does that has watched it in vain
        for _ in range(100):
            if lease.lost:
                break
            time.sleep(0.05)
        with pytest.raises(RootsError, match="taken over"):
            lease.check()


def test_a_place_travels_as_its_url_alone() -> None:
    here = place("s3://bucket/folder/")
    assert pickle.loads(pickle.dumps(here)) == here
    assert b"s3://bucket/folder" in pickle.dumps(here) and len(pickle.dumps(here)) < 200
    assert str(here / "a" / "b") == "s3://bucket/folder/a/b" and (here / "a").parent == here and (here / "a").name == "a"
    assert place("/tmp/x") == Path("/tmp/x") == place("file:///tmp/x")


@pytest.mark.parametrize("address", ["s3://key:secret@bucket/x", "gs://bucket/x?token=secret", "hdfs://me:secret@node/x",
                                     "hdfs://me@node/x"])
def test_no_secret_stands_in_an_address(address: str) -> None:
    with pytest.raises(RootsError) as error:
        place(address)
    assert "secret" not in str(error.value)


def test_what_a_store_says_is_told_with_a_way_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving("gs") as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        remote.forget()
        with pytest.raises(RootsError, match="gs://nowhere/x"):
            store.write(place("gs://nowhere/x"), b"")
    remote.forget()
    with pytest.raises(RootsError, match="nothing-like-it"):
        place("nothing-like-it://a/b").exists()
