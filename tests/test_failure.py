"""What if the disk is full, a file changes under a build, a clock jumps, or a worker is lost?"""
from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.transforms.environments import SubprocessSDKEnvironment

from roots import manifest
from roots.errors import RootsError
from roots.pipelines import engine, lost  # noqa: F401  lost: as `local_pipeline` has it
from roots.pipelines.engine import Engine
from roots.pipelines.read import ReadLimits, inputs_of, read
from tests.conftest import ROOT, roots
from tests.deadly import slowly


def test_a_file_that_vanished_between_plan_and_reading_is_named(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.jsonl").write_text('{"text": "habari"}\n', "utf-8")
    (input,) = inputs_of("src", tmp_path, ["*.jsonl"], "jsonl")
    (tmp_path / "src/a.jsonl").unlink()
    with pytest.raises(RootsError, match=r"src · a.jsonl\n  what: cannot be opened"):
        list(read(input))


def test_a_file_that_changes_between_plan_and_reading_is_named(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    file = tmp_path / "src/a.jsonl"
    lines = [f'{{"text": "habari {number} ya asubuhi"}}\n' for number in range(3000)]
    file.write_text("".join(lines), "utf-8")
    (input,) = inputs_of("src", tmp_path, ["*.jsonl"], "jsonl")
    small = ReadLimits(block_records=1000)
    whole = [block.batch for block in read(input, limits=small)]
    os.utime(file, ns=(1, 1))
    assert [block.batch for block in read(input, limits=small)] == whole, "only touched: the same bytes"
    blocks = read(input, limits=small)
    assert next(blocks).batch == whole[0]
    file.write_text("".join(lines).replace("2999", "9992"), "utf-8")
    with pytest.raises(RootsError, match=r"src · a.jsonl\n  what: was changed while it was read"):
        next(blocks)
    file.write_text("".join(lines), "utf-8")
    assert [block.batch for block in read(input, limits=small)] == whole, "as it was: it is read"
    file.write_text("".join(lines) + lines[0], "utf-8")
    with pytest.raises(RootsError, match="changed"):
        next(read(input, limits=small))


def test_a_lost_worker_fails_the_pass_and_leaves_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "GRAIN", dict.fromkeys(engine.GRAIN, 1))
    monkeypatch.setenv("ROOTS_TEST_OF", str(os.getpid()))

    def workers() -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            try:
                mine = f"ROOTS_TEST_OF={os.getpid()}".encode() in (entry / "environ").read_bytes()
                if mine and b"-m\0roots.pipelines.worker" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return sorted(found)

    def kill_one() -> None:
        while len(workers()) < 2:
            time.sleep(0.1)
        time.sleep(2)
        os.kill(workers()[0], signal.SIGKILL)

    thread = threading.Thread(target=kill_one, daemon=True)
    thread.start()
    with pytest.raises(RootsError, match="a worker process was lost"):
        Engine("direct", 2).run("judge", lambda pipeline: pipeline | beam.Create(range(400)) | beam.Reshuffle() | beam.Map(slowly),
                                lambda: "", 10)
    thread.join()
    deadline = time.monotonic() + 60
    while workers() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert workers() == []


@pytest.mark.timeout(120)
@pytest.mark.parametrize("late", ["[13579]", "[02468]"])  # whichever of the two is asked first
def test_a_worker_that_calls_late_is_not_waited_for_when_the_other_died(late: str) -> None:
    command = f"case $WORKER_ID in *{late}) sleep 6; exec {sys.executable} -m roots.pipelines.worker;; *) exit 9;; esac"
    runner = FnApiRunner(SubprocessSDKEnvironment.from_command_string(command))
    options = PipelineOptions(["--direct_num_workers=2"])
    with pytest.raises(RootsError, match="a worker process was lost"):
        Engine("direct", 2, lambda workers: beam.Pipeline(runner, options=options)).run(
            "judge", lambda pipeline: pipeline | beam.Create(range(400)) | beam.Reshuffle() | beam.Map(slowly), lambda: "", 1 << 30)


def small(folder: Path) -> tuple[str, ...]:
    """Arguments of a build of one small source without a tokenizer, in a workspace of its own."""
    for name in ("catalogue", "governance", "filters", "pipelines", "tokenizer"):
        shutil.copytree(ROOT / name, folder / "workspace" / name)
    recipe = folder / "workspace/pipelines/sample.toml"
    text = recipe.read_text("utf-8")
    head, rest = text[:text.index("sources = [")], text[text.index("]", text.index("sources = [")) + 1:]
    rest = rest[:rest.index("[tokenizer]")] + rest[rest.index("[write]"):]
    recipe.write_text(f'{head}sources = ["sample-stories"]{rest}', "utf-8")
    return ("build", "sample", "--workspace", str(folder / "workspace"), "--data", str(ROOT / "pipelines/sample"), "--as-of", "2026-11-21")


def limited(bytes: int) -> None:
    """No file may grow beyond: what a full disk does to a writer, without a disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, bytes))


@pytest.mark.slow
def test_a_full_disk_is_said_plainly_and_the_build_goes_on_when_there_is_room(tmp_path: Path) -> None:
    build = small(tmp_path)
    assert roots(*build, "--to", str(tmp_path / "whole")).returncode == 0
    run = tmp_path / "run"
    full = subprocess.run([sys.executable, "-m", "roots", *build, "--to", str(run)], cwd=ROOT, capture_output=True, text=True, check=False,
                          preexec_fn=lambda: limited(20_000))
    assert full.returncode == 1
    assert "roots: " in full.stderr
    assert "mend: " in full.stderr
    assert "Traceback" not in full.stderr
    assert (run / manifest.UNFINISHED).exists()
    again = roots(*build, "--to", str(run), "--resume")
    assert again.returncode == 0, again.stderr
    assert manifest.read(run)["results"] == manifest.read(tmp_path / "whole")["results"]


@pytest.mark.slow
def test_no_result_depends_on_the_clock(tmp_path: Path) -> None:
    build = small(tmp_path)
    assert roots(*build, "--to", str(tmp_path / "now")).returncode == 0
    elsewhen = tmp_path / "elsewhen"
    elsewhen.mkdir()
    (elsewhen / "sitecustomize.py").write_text(  # in every process of the build, every look at the clock jumps by hours, to and fro
        "import itertools, time\n_real, _jump = time.time, itertools.cycle([0, -9e6, 4e7, 3600])\n"
        "time.time = lambda: _real() + next(_jump)\n")
    path = os.pathsep.join([str(elsewhen), os.environ.get("PYTHONPATH", "")])
    jumped = roots(*build, "--to", str(tmp_path / "jumped"), PYTHONPATH=path)
    assert jumped.returncode == 0, jumped.stderr
    assert manifest.read(tmp_path / "jumped")["results"] == manifest.read(tmp_path / "now")["results"]
