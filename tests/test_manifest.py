"""Does the manifest notice every change of every byte?"""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from roots import manifest
from roots.errors import RootsError


@pytest.fixture
def run(tmp_path: Path) -> Path:
    for name, content in {"documents/sw/part-00000.arrow": b"habari", "ledger/part-00000.parquet": b"rows",
                          "report/index.html": b"<p>ripoti", "timings.json": b"{}\n"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    manifest.write(tmp_path, {"recipe": {"id": "r"}, "ñ": "ɔ"})
    return tmp_path


def test_an_untouched_run_has_no_fault(run: Path) -> None:
    assert manifest.first_fault(run) is None
    assert set(manifest.read(run)["files"]) == {"documents/sw/part-00000.arrow", "ledger/part-00000.parquet", "report/index.html",
                                                "timings.json"}


def test_any_single_byte_of_any_file_is_noticed_and_the_file_named(run: Path) -> None:
    for path in sorted(path for path in run.rglob("*") if path.is_file()):
        whole = path.read_bytes()
        for place in range(len(whole)):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            try:
                fault = manifest.first_fault(run) or ""
            except RootsError as error:
                fault = error.where
            assert path.name in fault, (path, place)
        path.write_bytes(whole)
    assert manifest.first_fault(run) is None


def test_a_missing_and_an_added_file_are_named(run: Path) -> None:
    (run / "documents/sw/extra.arrow").write_bytes(b"")
    assert manifest.first_fault(run) == "documents/sw/extra.arrow: is not of this run"
    (run / "documents/sw/extra.arrow").unlink()
    (run / "timings.json").unlink()
    assert manifest.first_fault(run) == "timings.json: is missing"


def test_results_tell_kinds_apart_and_leave_timings_out(run: Path) -> None:
    before = manifest.read(run)["results"]
    (run / "timings.json").write_bytes(b'{"seconds": 5}\n')
    (run / "ledger/part-00000.parquet").write_bytes(b"other rows")
    after = manifest.write(run, {"recipe": {"id": "r"}})["results"]
    assert [kind for kind in before if before[kind] != after[kind]] == ["ledger"]


def test_an_unfinished_run_and_no_run_say_so(run: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (run / manifest.UNFINISHED).write_text("{}")
    with pytest.raises(RootsError, match="not a complete run"):
        manifest.read(run)
    with pytest.raises(RootsError, match=r"holds no manifest\.json"):
        manifest.read(tmp_path_factory.mktemp("empty"))


WRITER = """
import os, sys
from pathlib import Path
from roots import store
with store.writing(Path(sys.argv[1])) as sink:
    sink.write(b"hab")
    os._exit(9)
"""


def test_the_draft_of_a_writer_that_was_killed_is_no_part_of_a_run(run: Path) -> None:
    before = manifest.read(run)
    done = subprocess.run([sys.executable, "-c", WRITER, str(run / "documents/sw/part-00000.arrow")], check=False)
    assert done.returncode == 9
    assert len(list((run / "documents/sw").iterdir())) == 2
    assert manifest.write(run, {"recipe": {"id": "r"}, "ñ": "ɔ"}) == before
    assert [path.name for path in (run / "documents/sw").iterdir()] == ["part-00000.arrow"]
    assert manifest.first_fault(run) is None
