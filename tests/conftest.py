"""What every test may lean on: the shared data where it exists, and the reference workspace."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
settings.load_profile("calm")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real text; tests that need it say that they are skipped without it."""
    folder = Path(os.environ.get("ROOTS_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real text at {folder}: set ROOTS_DATA to the folder that holds it")
    return folder


@pytest.fixture(scope="session")
def reference() -> Path:
    """The reference workspace: the five folders of this repository."""
    return ROOT


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded sample, built by the command that people use, once for all tests: read it, never write into it."""
    run = tmp_path_factory.mktemp("runs") / "sample"
    done = roots("build", "sample", "--to", str(run))
    assert done.returncode == 0, done.stderr
    return run


def roots(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the `roots` command as a user would."""
    return subprocess.run([sys.executable, "-m", "roots", *arguments], cwd=cwd, capture_output=True, text=True, check=False,
                          env={**os.environ, **environment})
