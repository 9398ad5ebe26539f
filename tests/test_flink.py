"""Does a real Flink cluster yield the bytes that the laptop yields, also when machines are lost? What is said when there is none?"""
from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from apache_beam.options.pipeline_options import PortableOptions

from deploy.flink.cluster import Cluster, available
from roots import remote, store
from roots.errors import RootsError
from roots.pipelines.flink import Flink
from roots.pipelines.verify import faults
from roots.pipelines.worker import handed_over
from roots.store import place
from tests.conftest import ROOT, roots
from tests.stores import serving

SAMPLE = ("build", "sample", "--data", "pipelines/sample")


def results(run: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((run / "manifest.json").read_bytes())["results"]
    return found


def test_without_a_cluster_the_build_says_where_it_looked(tmp_path: Path) -> None:
    done = roots(*SAMPLE, "--runner", "flink", "--flink-master", "localhost:9", "--to", str(tmp_path / "run"))
    assert done.returncode == 1
    assert "no Flink answers there" in done.stderr
    assert "make flink-up" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("said", "kind", "config"), [
    ("pool=host:5", "EXTERNAL", "host:5"), ("process=/bin/w", "PROCESS", '{"command": "/bin/w"}'),
    ("container=image:1", "DOCKER", "image:1"),
])
def test_worker_environments(said: str, kind: str, config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Flink, "_slots", lambda _: (5, 2))
    options = Flink(environment=said, options=("parallelism=7",)).pipeline(2)._options.view_as(PortableOptions)
    assert (options.environment_type, options.environment_config, options.sdk_worker_parallelism) == (kind, config, "3")


@pytest.mark.parametrize("said", ["pool", "container=", "thread", ""])
def test_an_environment_that_flink_cannot_start_is_refused(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Flink, "_slots", lambda _: (1, 1))
    with pytest.raises(RootsError, match="none that Flink can start"):
        Flink(environment=said).pipeline(1)


def test_a_worker_is_called_as_a_container_is() -> None:
    handed = handed_over(["--id=1-1", "--logging_endpoint=localhost:1", "--artifact_endpoint=localhost:2",
                          "--control_endpoint=localhost:3"])
    assert handed == {"WORKER_ID": "1-1", "CONTROL_API_SERVICE_DESCRIPTOR": 'url: "localhost:3"',
                      "LOGGING_API_SERVICE_DESCRIPTOR": 'url: "localhost:1"'}
    assert handed_over([]) == {}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of its own beside any that runs; jars are fetched once into the checkout's .flink."""
    why = available()
    if why:
        pytest.skip(f"no Flink here: {why}")
    folder = tmp_path_factory.mktemp("flink")
    jars = Cluster(ROOT / ".flink")
    jars.fetch()
    (folder / "lib").symlink_to(jars.folder / "lib")
    found = Cluster(folder, offset=700)
    try:
        found.up()
        yield found
    finally:
        found.down()


@pytest.mark.slow
def test_the_sample_on_flink_is_the_sample(cluster: Cluster, sample_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    done = roots(*SAMPLE, "--to", str(run), *cluster.flags())
    assert done.returncode == 0, done.stderr
    assert results(run) == results(sample_run)
    costs = json.loads((run / "timings.json").read_bytes())["passes"]["judge"]["read"]
    assert costs["documents"] == json.loads((sample_run / "timings.json").read_bytes())["passes"]["judge"]["read"]["documents"]


@pytest.mark.slow
def test_a_task_manager_and_the_pool_are_lost_and_the_build_goes_on(cluster: Cluster, sample_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-m", "roots", *SAMPLE, "--to", str(run), *cluster.flags()]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as build:
        deadline = time.monotonic() + 300
        while not list(run.glob(".work/judged-*/*.arrow")) and build.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        cluster.kill("taskmanager-2")
        cluster.kill("pool")
        cluster.start_pool()
        cluster.start_manager(2)
        said = build.communicate()[1]
    for _ in range(3):
        if build.returncode == 0:
            break
        build = subprocess.run([*command, "--resume"], cwd=ROOT, capture_output=True, text=True, check=False)  # type: ignore[assignment]
        said = build.stderr  # type: ignore[assignment]
    assert build.returncode == 0, said
    assert results(run) == results(sample_run)


@pytest.mark.slow
def test_raw_files_and_run_lie_in_a_bucket(cluster: Cluster, sample_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving("s3") as (address, environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        remote.forget()
        cluster.kill("pool")  # workers open stores from the environment that the pool was started in
        cluster.start_pool()
        home, sample = place(address), ROOT / "pipelines" / "sample"
        for file in store.files(sample, "**/*"):
            store.write(home / "raw" / store.name_in(sample, file), file.read_bytes())
        done = roots("build", "sample", "--data", str(home / "raw"), "--to", str(home / "run"), *cluster.flags())
        assert done.returncode == 0, done.stderr
        assert json.loads((home / "run" / "manifest.json").read_bytes())["results"] == results(sample_run)
        assert list(faults(home / "run")) == []
    remote.forget()
