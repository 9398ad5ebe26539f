"""Does a build that was killed, however often and wherever, go on to the same bytes and leave nothing behind?

    python -m benchmarks.kills [--builds 100] [--seed 46] [--sample]     --sample: the whole embedded sample, not three of its sources

Every build is killed with SIGKILL at a moment drawn from the length of an undisturbed build, once or twice, then resumed to its end. What
is killed: the driver alone, everything at once, a worker of two, or the child in which a stage runs (that one the build must survive by
itself). The driver is forked from a process that has imported everything, so that most of a build's time is the build; it is the
command's own code.
"""
from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from roots import manifest

ROOT = Path(__file__).resolve().parent.parent
MARK = "ROOTS_BENCHMARK_KILLS"  # in the environment of every process of a build
WHAT = ("driver", "everything", "everything", "worker", "child")
LONGEST = 1800.0  # seconds after which a build counts as hung
SOURCES = ("sample-letters", "sample-notes", "sample-pages")


def workspace(folder: Path, whole: bool) -> Path:
    """A workspace of its own with one recipe, `killed`."""
    for name in ("catalogue", "governance", "filters", "pipelines", "tokenizer"):
        shutil.copytree(ROOT / name, folder / name)
    text = (ROOT / "pipelines/sample.toml").read_text("utf-8")
    if not whole:
        listed = text[text.index("sources = ["):text.index("]", text.index("sources = [")) + 1]
        text = text.replace(listed, "sources = [" + ", ".join(f'"{source}"' for source in SOURCES) + "]")
        text = text.replace("trust     = [\"sample-stories\"]\n", "").replace("vocabulary = 8192", "vocabulary = 512")
    (folder / "pipelines/killed.toml").write_text(text, "utf-8")
    return folder


def start(place: Path, run: Path, workers: int, resume: bool) -> int:
    """Forks a driver into a process group of its own; returns its process id."""
    driver = os.fork()
    if driver:
        return driver
    status = 70
    try:
        os.setpgid(0, 0)
        log = os.open(f"{run}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        from roots.cli import main
        from roots.pipelines import engine
        if workers > 1:
            engine.GRAIN = dict.fromkeys(engine.GRAIN, 1)  # as many processes as asked for, however small the work
        main(["build", "killed", "--workspace", str(place), "--data", str(ROOT / "pipelines/sample"), "--to", str(run), "--as-of",
              "2026-11-21", "--workers", str(workers), *(["--resume"] if resume else [])], standalone_mode=False)
    except SystemExit as ended:
        status = int(ended.code or 0)
    finally:
        os._exit(status)


def waited(process: int, seconds: float) -> int | None:
    """The exit status, negative for a signal; None when it still runs after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.02)


def ours(mark: str) -> Iterator[tuple[int, str]]:
    """Process id and command line of every process of this build but this one."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if f"{MARK}={mark}".encode() in (entry / "environ").read_bytes() and (entry / "stat").read_text().split()[2] != "Z":
                    yield int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue


def kill(what: str, driver: int, mark: str, chance: random.Random) -> str:
    """Kills; says what was there to be killed."""
    if what == "everything":
        os.killpg(driver, signal.SIGKILL)
        return what
    if what in ("worker", "child"):
        sign = "roots.pipelines.worker" if what == "worker" else "roots.pipelines.child"
        found = sorted(process for process, command in ours(mark) if sign in command and "/bin/sh" not in command[:12])
        if found:
            os.kill(chance.choice(found), signal.SIGKILL)
            return what
    os.kill(driver, signal.SIGKILL)
    return "driver"


def left_over(run: Path, mark: str) -> list[str]:
    """What should not be there any more: files of the work, drafts, and processes, after they had ten seconds to end."""
    files = [path.relative_to(run).as_posix() for path in run.rglob("*") if path.name.startswith(".") or path.name == manifest.UNFINISHED]
    deadline = time.monotonic() + 10
    while (alive := [command for _, command in ours(mark)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    for process, _ in ours(mark):
        os.kill(process, signal.SIGKILL)
    return files + alive


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--builds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=46)
    parser.add_argument("--sample", action="store_true")
    asked = parser.parse_args(arguments or sys.argv[1:])
    chance = random.Random(asked.seed)
    import roots.pipelines.build
    import roots.pipelines.stages  # noqa: F401  what a driver needs is imported before the first fork
    with tempfile.TemporaryDirectory() as folder:
        place = workspace(Path(folder) / "workspace", asked.sample)
        lengths = {}
        wanted = {}
        for workers in (1, 2):
            began = time.monotonic()
            run = Path(folder) / f"undisturbed-{workers}"
            os.environ[MARK] = run.name
            if waited(start(place, run, workers, False), LONGEST) != 0:
                raise SystemExit(Path(f"{run}.log").read_text())
            lengths[workers], wanted[workers] = time.monotonic() - began, manifest.read(run)["results"]
        print(f"undisturbed: {lengths[1]:.1f} s with one worker, {lengths[2]:.1f} s with two; "
              f"results {'equal' if wanted[1] == wanted[2] else 'DIFFER'}", flush=True)
        killed: Counter[str] = Counter()
        bad: Counter[str] = Counter({"differ": int(wanted[1] != wanted[2])})
        for number in range(asked.builds):
            what = WHAT[number % len(WHAT)]
            workers = 2 if what == "worker" else 1
            run = Path(folder) / f"killed-{number}"
            os.environ[MARK] = run.name
            fault, resume = "", False
            for _ in range(1 + (chance.random() < 0.25)):
                driver = start(place, run, workers, resume)
                if waited(driver, chance.random() * lengths[workers]) is None:
                    lengths[workers] *= 1.02  # the machine is busier at times: what is drawn from follows it
                    was = kill(what, driver, run.name, chance)
                    killed[was] += 1
                    status = waited(driver, LONGEST)
                    if status is None:
                        fault = f"hung after its {was} was killed"
                        os.killpg(driver, signal.SIGKILL)
                        waited(driver, LONGEST)
                    elif was == "child" and status:
                        fault = f"ended with {status} after a child was killed"
                else:
                    killed["nothing: it was done before"] += 1
                    lengths[workers] *= 0.8
                resume = (run / manifest.UNFINISHED).exists()
                if not resume and (run / manifest.NAME).exists():
                    break
            if not (run / manifest.NAME).exists() or resume:
                driver = start(place, run, workers, resume)
                status = waited(driver, LONGEST)
                if status is None:
                    fault = "hung when resumed"
                    os.killpg(driver, signal.SIGKILL)
                    waited(driver, LONGEST)
                elif status:
                    fault = f"ended with {status} when resumed"
            if not fault:
                fault = "differs" if manifest.read(run)["results"] != wanted[1] else manifest.first_fault(run) or ""
            over = left_over(run, run.name)
            if fault or over:
                bad[fault or "left over"] += 1
                print(f"  build {number} ({what}): {fault} {over}\n" + Path(f"{run}.log").read_text()[-3000:], flush=True)
            shutil.rmtree(run)
            if (number + 1) % 10 == 0:
                print(f"  {number + 1} builds, faults: {sum(bad.values())}", flush=True)
    print(f"{asked.builds} builds; killed: {dict(sorted(killed.items()))}")
    print(f"faults: {dict(+bad) or 'none'}; every other result is equal to the undisturbed one, and nothing was left over")
    return 1 if +bad else 0


if __name__ == "__main__":
    sys.exit(main())
