"""How does a pipeline get onto a Flink cluster? Through Beam's job server; its machines start our workers as they are told.

Driver, task managers and workers see one file system: passes leave their files in the run folder, and only names travel through Flink.
Versions, worker environments and what a cluster must have: docs/runners.md.
"""
from __future__ import annotations

import json
import shutil
import socket
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.portable_runner import PortableRunner

from roots.errors import RootsError

PATIENCE = 5.0  # seconds to wait for an answer before a build begins


@dataclass(frozen=True)
class Flink:
    """A cluster by its REST address, the job server in front of it, and how a machine of it starts Python.

    `environment`: `pool=HOST:PORT` (Beam's worker pool, seen from each task manager), `process` or `process=COMMAND` (the task manager
    starts it itself), `container=IMAGE`. `options`: further options of Beam or its Flink runner, as NAME=VALUE.
    """

    master: str = "localhost:8081"
    job_server: str = "localhost:8099"
    environment: str = "pool=localhost:50000"
    options: tuple[str, ...] = ()

    def pipeline(self, workers: int) -> beam.Pipeline:
        """A pipeline that runs on `workers` slots, and waits for those that are lost just now. Raises RootsError when no Flink answers."""
        slots, managers = self._slots()
        each = -(-slots // managers) if managers else 1  # as many worker processes it needs: Python runs one bundle at a time
        flags = [f"--job_endpoint={self.job_server}", f"--flink_master={self.master}", f"--parallelism={workers}",
                 f"--sdk_worker_parallelism={each}", *self._environment(), *(f"--{option}" for option in self.options)]
        return beam.Pipeline(PortableRunner(), options=PipelineOptions(flags))

    def _environment(self) -> list[str]:
        kind, _, value = self.environment.partition("=")
        if kind == "pool" and value:
            return ["--environment_type=EXTERNAL", f"--environment_config={value}"]
        if kind == "process":
            command = value or shutil.which("roots-worker", path=str(Path(sys.executable).parent)) or "roots-worker"
            return ["--environment_type=PROCESS", f"--environment_config={json.dumps({'command': command})}"]
        if kind == "container" and value:
            return ["--environment_type=DOCKER", f"--environment_config={value}"]
        raise RootsError("--worker-environment", f"`{self.environment}` is none that Flink can start",
                         "say pool=HOST:PORT, process, process=COMMAND or container=IMAGE")

    def check(self, workers: int) -> None:
        """Raises RootsError, before anything is begun, for no cluster, no job server, fewer slots than workers, no such environment."""
        self._environment()
        slots, managers = self._slots()
        if slots < workers:
            raise RootsError(f"--flink-master {self.master}", f"{managers} task managers with {slots} slots, {workers} workers asked for",
                             "start more task managers, or ask for fewer --workers")
        host, _, port = self.job_server.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=PATIENCE).close()
        except (OSError, ValueError) as error:
            raise RootsError(f"--job-server {self.job_server}", f"Beam's job server does not answer there: {error}",
                             "`make flink-up` starts one; for another cluster see docs/runners.md") from None

    def _slots(self) -> tuple[int, int]:
        """How many slots has the cluster, on how many task managers?"""
        try:
            with urllib.request.urlopen(f"http://{self.master}/overview", timeout=PATIENCE) as answer:
                overview = json.load(answer)
        except (OSError, ValueError) as error:
            raise RootsError(f"--flink-master {self.master}", f"no Flink answers there: {error}",
                             "`make flink-up` starts a cluster on this machine; else name the address of its web page") from None
        return int(overview.get("slots-total", 0)), int(overview.get("taskmanagers", 0))
