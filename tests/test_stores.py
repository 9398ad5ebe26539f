"""Is a run in a bucket the run that lies on a disk, byte for byte? Built, killed and resumed, verified and explained behind URLs."""
from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from roots import manifest, remote, store
from roots.pipelines.verify import faults
from roots.store import Place, place
from tests.conftest import ROOT, roots
from tests.stores import serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample without the stages that cost most: where files lie is the question here, not what is in them."""
    text = (ROOT / "pipelines" / "sample.toml").read_text("utf-8")
    path = tmp_path_factory.mktemp("recipes") / "sample.toml"
    for stage in ("judge", "scrub"):
        text = re.sub(rf"\[\[stage\]\]\ndo += \"{stage}\".*\n(?=\n|\[\[)", "", text)
    path.write_text(text.replace("= 8192", "= 1024"), "utf-8")
    assert text.count("[[stage]]") == 5
    return path


@pytest.fixture(scope="module")
def local(recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The digests of the results, by kind, of the run on a disk."""
    return built(recipe, ROOT / "pipelines" / "sample", tmp_path_factory.mktemp("runs") / "sample", {})


@pytest.fixture(params=["s3", "gs", "hdfs"])
def bucket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Place, dict[str, str]]]:
    """A bucket of a real server, and the environment in which it is found."""
    with serving(request.param) as (address, environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        remote.forget()
        yield place(address), environment
        remote.forget()


def built(recipe: Path, data: Place, run: Place, environment: dict[str, str], *more: str) -> dict[str, str]:
    done = roots("build", str(recipe), "--data", str(data), "--to", str(run), "--json", *more, **environment)
    assert done.returncode == 0, done.stderr
    results: dict[str, str] = json.loads(done.stdout)["results"]
    return results


def test_the_same_bytes_from_and_to_a_bucket(bucket: tuple[Place, dict[str, str]], recipe: Path, local: dict[str, str]) -> None:
    home, environment = bucket
    sample = ROOT / "pipelines" / "sample"
    for file in store.files(sample, "**/*"):
        store.write(home / "raw" / store.name_in(sample, file), file.read_bytes())
    run = home / "runs" / "sample"
    assert built(recipe, home / "raw", run, environment) == local
    assert list(faults(run)) == []
    left = {store.name_in(run, file).split("/")[0] for file in store.files(run, "**/*")}
    assert not left & {manifest.WORK, manifest.UNFINISHED}
    id = next(iter(_ids(run)))
    told = roots("explain", id, "--run", str(run), **environment)
    assert told.returncode == 0 and id in told.stdout, told.stderr
    assert roots("report", str(run), **environment).returncode == 0
    checked = roots("verify", str(run), **environment)
    assert checked.returncode == 0, checked.stdout
    secret = environment.get("AWS_SECRET_ACCESS_KEY", "nothing of the kind")
    assert all(secret.encode() not in file.read_bytes() for file in store.files(run, "*.json"))


def _ids(run: Place) -> list[str]:
    from roots import batches
    return batches.rows(run / "ledger").to_table(columns=["id"]).column("id").to_pylist()  # type: ignore[no-any-return]


def test_a_killed_build_in_a_bucket_goes_on(bucket: tuple[Place, dict[str, str]], recipe: Path, local: dict[str, str]) -> None:
    home, environment = bucket
    run = home / "runs" / "killed"
    build = subprocess.Popen([sys.executable, "-m", "roots", "build", str(recipe), "--data", str(ROOT / "pipelines" / "sample"),
                              "--to", str(run)], cwd=ROOT, env={**os.environ, **environment}, stderr=subprocess.DEVNULL,
                             start_new_session=True)
    for _ in range(3000):
        if any(store.name_in(run, file).startswith(".work/judged") for file in store.files(run / ".work", "**/*.json")):
            break
        time.sleep(0.1)
    os.killpg(build.pid, signal.SIGKILL)
    build.wait()
    assert (run / manifest.UNFINISHED).exists(), "killed in time"
    refused = roots("build", str(recipe), "--data", str(ROOT / "pipelines" / "sample"), "--to", str(run), **environment)
    assert refused.returncode == 1 and "--resume" in refused.stderr
    assert built(recipe, ROOT / "pipelines" / "sample", run, environment, "--resume") == local
    assert store.files(run / manifest.WORK, "**/*") == []
