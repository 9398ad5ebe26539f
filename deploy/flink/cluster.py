"""A real Flink cluster on this machine: what does `make flink-up` start, and how does `make flink-down` find it again?

One job manager, task managers of one slot each, Beam's job server, and Beam's worker pool that starts our Python workers; processes of
their own on the loopback interface, jars from Maven Central. Everything lies in one folder (`.flink`): lib/, conf/, log/, pid/, tmp/.

    python deploy/flink/cluster.py up | down | status | fetch [--folder .flink] [--managers 2] [--offset 0]

Tests and benchmarks use the class `Cluster`; `kill` is there for those that ask what a lost machine does to a build.
"""
from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
PORTS = {"rest": 8081, "rpc": 6123, "jobs": 8099, "artifacts": 8098, "expansion": 8097, "pool": 50000}
PATIENCE = 120.0  # seconds for one process to answer


class ClusterError(Exception):
    """Says in one sentence what is missing, and what to do."""


@dataclass
class Cluster:
    """`offset` is added to every port, so that several clusters can stand side by side."""

    folder: Path = Path(".flink")
    managers: int = 2
    offset: int = 0
    ports: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()
        self.ports = {name: port + self.offset for name, port in PORTS.items()}

    @property
    def master(self) -> str:
        return f"localhost:{self.ports['rest']}"

    @property
    def job_server(self) -> str:
        return f"localhost:{self.ports['jobs']}"

    @property
    def pool(self) -> str:
        return f"localhost:{self.ports['pool']}"

    def flags(self) -> list[str]:
        """What `roots build` is to be told so that it uses this cluster."""
        return ["--runner", "flink", "--flink-master", self.master, "--job-server", self.job_server, "--worker-environment",
                f"pool={self.pool}", "--workers", str(self.managers)]

    def up(self) -> None:
        """Starts what does not run yet, and waits until all answer. Raises ClusterError."""
        java = _needed("java", "install Java 17 (Debian: openjdk-17-jre-headless), or JRE of another maker")
        self.fetch()
        for name in ("conf", "log", "pid", "tmp"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        text = (HERE / "config.yaml").read_text().replace("@TMP@", str(self.folder / "tmp"))
        for name, port in self.ports.items():
            text = text.replace(f"@{name.upper()}@", str(port))
        (self.folder / "conf" / "config.yaml").write_text(text)
        opens = (HERE / "jvm.options").read_text().split()
        self._java = [java, *opens, "-cp", str(self.folder / "lib" / "*")]
        self._start("jobmanager", [*self._java, "-Xmx512m", "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                                   "-c", str(self.folder / "conf")], lambda: bool(self._overview()))
        for number in range(1, self.managers + 1):
            self.start_manager(number)
        self.start_pool()
        self._start("jobserver", [*self._java, "-Xmx512m", "org.apache.beam.runners.flink.FlinkJobServerDriver",
                                  "--job-host=localhost", f"--job-port={self.ports['jobs']}", f"--artifact-port={self.ports['artifacts']}",
                                  f"--expansion-port={self.ports['expansion']}", f"--flink-master={self.master}",
                                  f"--artifacts-dir={self.folder / 'tmp' / 'artifacts'}"], lambda: _answers(self.ports["jobs"]))
        for number in range(1, self.managers + 1):
            self._until(lambda number=number: self._overview().get("taskmanagers", 0) >= number, f"taskmanager-{number}")

    def start_manager(self, number: int) -> None:
        """Task manager number 1, 2, …; the job manager knows it some seconds later."""
        self._start(f"taskmanager-{number}", [
            *self._java, "-Xmx640m", "-XX:MaxDirectMemorySize=320m", "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
            "-c", str(self.folder / "conf")], lambda: True)

    def start_pool(self) -> None:
        """Beam's worker pool: starts a process of ours for each task manager and job that asks for one."""
        worker = Path(sys.executable).with_name("roots-worker")
        if not worker.exists():
            raise ClusterError(f"{worker} is not there: install roots into the environment that runs this script (`make .venv/.ready`)")
        self._start("pool", [sys.executable, "-m", "apache_beam.runners.worker.worker_pool_main",
                             f"--service_port={self.ports['pool']}", f"--container_executable={worker}"],
                    lambda: _answers(self.ports["pool"]))

    def down(self) -> None:
        """Stops everything that `up` started, last started first; what does not stop in 10 s is killed."""
        for name in sorted(self.running(), key=lambda name: ("pool", "jobserver", "taskmanager", "jobmanager").index(name.split("-")[0])):
            self.kill(name, signal.SIGTERM)
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)

    def running(self) -> dict[str, int]:
        """The processes that are alive, by name."""
        found = {}
        for file in sorted((self.folder / "pid").glob("*.pid")):
            pid = int(file.read_text())
            if _alive(pid):
                found[file.stem] = pid
            else:
                file.unlink()
        return found

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Ends one process with its whole group, as a lost machine would; returns when it is gone."""
        pid = self.running()[name]
        with suppress(ProcessLookupError):
            os.killpg(pid, number)
        deadline = time.monotonic() + 10
        while _alive(pid):
            if time.monotonic() > deadline:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
            time.sleep(0.05)
        (self.folder / "pid" / f"{name}.pid").unlink(missing_ok=True)

    def fetch(self) -> None:
        """Every jar that deploy/flink/pom.xml asks for, once; a change of that file fetches anew."""
        lib, wanted = self.folder / "lib", (HERE / "pom.xml").read_text()
        if (lib / "pom.xml").exists() and (lib / "pom.xml").read_text() == wanted:
            return
        maven = _needed("mvn", "install Maven 3 (Debian: maven)")
        shutil.rmtree(lib, ignore_errors=True)
        lib.mkdir(parents=True)
        print("fetching Flink and Beam's job server from Maven Central (150 MB, a minute)", file=sys.stderr, flush=True)
        done = subprocess.run([maven, "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies",
                               "-DincludeScope=runtime", f"-DoutputDirectory={lib}"], capture_output=True, text=True, check=False)
        if done.returncode:
            faults = [line for line in done.stdout.splitlines() if "[ERROR]" in line]
            raise ClusterError(f"Maven could not fetch the jars: {(faults or ['it said nothing'])[0]}")
        (lib / "pom.xml").write_text(wanted)

    def _start(self, name: str, command: list[str], ready: Callable[[], bool]) -> None:
        if name in self.running():
            return
        with (self.folder / "log" / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        (self.folder / "pid" / f"{name}.pid").write_text(str(process.pid))
        self._until(ready, name)

    def _until(self, ready: Callable[[], bool], name: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            log = self.folder / "log" / f"{name}.log"
            if name not in self.running():
                last = (log.read_text(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
                raise ClusterError(f"{name} ended at once: {last} (whole story: {log})")
            if time.monotonic() > deadline:
                raise ClusterError(f"{name} does not answer after {PATIENCE:.0f} s: see {log}")
            time.sleep(0.2)

    def _overview(self) -> dict[str, int]:
        try:
            with urllib.request.urlopen(f"http://{self.master}/overview", timeout=5) as answer:
                found: dict[str, int] = json.load(answer)
        except OSError:
            return {}
        return found


def available() -> str:
    """Empty when a cluster can be started here; else the sentence that says what is missing."""
    try:
        _needed("java", "install Java 17")
        _needed("mvn", "install Maven 3")
    except ClusterError as error:
        return str(error)
    return ""


def _needed(program: str, mend: str) -> str:
    found = shutil.which(program)
    if not found:
        raise ClusterError(f"`{program}` is not on the PATH: {mend}")
    return found


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("localhost", port), timeout=2):
        return True
    return False


def _alive(pid: int) -> bool:
    """Is there such a process, and not merely its unread exit status?"""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def main() -> int:
    """The command line; exit status 1 when something is missing or does not run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("do", choices=["up", "down", "status", "fetch"])
    parser.add_argument("--folder", type=Path, default=Path(".flink"), help="where jars, logs and process ids lie")
    parser.add_argument("--managers", type=int, default=2, help="task managers of one slot each")
    parser.add_argument("--offset", type=int, default=0, help="added to every port")
    given = parser.parse_args()
    cluster = Cluster(given.folder, given.managers, given.offset)
    try:
        if given.do == "up":
            cluster.up()
            print(f"Flink answers on http://{cluster.master}. Next: roots build sample --to runs/on-flink {' '.join(cluster.flags())}")
        elif given.do == "down":
            cluster.down()
        elif given.do == "fetch":
            cluster.fetch()
        else:
            print("\n".join(f"{name}: process {pid}" for name, pid in cluster.running().items()) or "nothing runs")
    except ClusterError as error:
        print(f"flink: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
