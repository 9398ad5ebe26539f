"""Is a run folder complete, or does it say that it is not? Claims, locks, and a build that is killed and goes on."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from roots import manifest
from roots.errors import RootsError
from roots.pipelines.build import claimed
from roots.pipelines.judging import SLICES, block_name, tasks_for
from roots.pipelines.read import Input
from roots.pipelines.read.parts import Span
from roots.pipelines.work import Folder
from tests.conftest import ROOT, roots


def test_a_new_folder_is_claimed_and_says_that_it_is_unfinished(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with claimed(run, resume=False):
        assert (run / ".work").is_dir()
        assert (run / manifest.UNFINISHED).exists()
        with pytest.raises(RootsError, match="unfinished run"), claimed(run, resume=False):
            pass
        with pytest.raises(RootsError, match="written by another build"), claimed(run, resume=True):
            pass
    with claimed(run, resume=True):
        pass


def test_a_complete_run_and_a_folder_of_others_are_left_alone(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    manifest.write(run, {})
    for resume in (False, True):
        with pytest.raises(RootsError, match="complete run"), claimed(run, resume=resume):
            pass
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RootsError, match="no run of roots"), claimed(tmp_path, resume=False):
        pass


def test_a_receipt_proves_its_files_whole(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert not folder.whole("a")
    folder.file("a", "arrow").write_bytes(b"rows")
    folder.receive("a", {"rows": 1}, {"arrow": folder.file("a", "arrow")})
    assert folder.whole("a")
    assert folder.count() == 1
    folder.file("a", "arrow").write_bytes(b"rowz")
    assert not folder.whole("a")
    folder.file("a", "arrow").unlink()
    assert not folder.whole("a")


def test_blocks_are_named_by_content_and_not_by_place() -> None:
    here = Input("s", "a.jsonl", "/here/a.jsonl", "ab" * 32, 5 << 20, "jsonl", "text")
    there = Input("s", "a.jsonl", "/there/a.jsonl", "ab" * 32, 5 << 20, "jsonl", "text")
    other = Input("s", "a.jsonl", "/here/a.jsonl", "cd" * 32, 5 << 20, "jsonl", "text")
    assert block_name(here, 3) == block_name(there, 3)
    assert block_name(here, 3) != block_name(other, 3)


def test_large_files_are_shared_out_and_small_ones_are_not() -> None:
    large = Input("s", "l.jsonl.gz", "l", "ab" * 32, 5 << 20, "jsonl", "text")
    spans = (Span(0, 0, 17 << 20, 0), Span(1, 17 << 20, 20 << 20, 9))
    huge = Input("s", "h.jsonl", "h", "ef" * 32, 20 << 20, "jsonl", "text", spans=spans)
    small = Input("s", "s.jsonl", "s", "cd" * 32, 5 << 10, "jsonl", "text")
    assert [(task.input.path, task.slice, task.of) for task in tasks_for([small, large], 2)] == [
        *(("l.jsonl.gz", number, 2) for number in range(2)), ("s.jsonl", 0, 1)]
    assert len(tasks_for([small, large], 1)) == 2
    assert len(tasks_for([large], 1000)) == SLICES, "what must be unpacked as a whole is not unpacked a thousand times"
    for workers in (1, 2, 1000):
        assert [task.input.span for task in tasks_for([huge], workers)] == list(spans), "spans follow from the file alone"


@pytest.mark.slow
@pytest.mark.parametrize("sign", ["judged", "finished", "documents", "tokens"])
def test_a_killed_build_goes_on_to_the_same_bytes(sign: str, sample_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-m", "roots", "build", "sample", "--to", str(run)]
    build = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 300
    while build.poll() is None and time.monotonic() < deadline:
        if any(run.glob(f".work/{sign}-*/*.json")) or any(run.glob(f"{sign}/*/*.arrow")):
            break
        time.sleep(0.02)
    os.killpg(build.pid, signal.SIGKILL)
    build.wait()
    assert (run / manifest.UNFINISHED).exists(), "killed in time"
    assert roots("verify", str(run)).returncode == 1
    assert roots("build", "sample", "--to", str(run)).returncode == 1, "it must be asked to go on"
    learned = [path.stat().st_mtime_ns for path in run.glob("tokenizer/tokenizer.json")]
    done = roots("build", "sample", "--to", str(run), "--resume")
    assert done.returncode == 0, done.stderr
    if sign == "tokens":
        assert learned == [(run / "tokenizer/tokenizer.json").stat().st_mtime_ns], "a vocabulary is not learned twice"
    assert manifest.read(run)["results"] == manifest.read(sample_run)["results"]
    assert not (run / manifest.WORK).exists()
    assert not (run / manifest.UNFINISHED).exists()
