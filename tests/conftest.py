"""What every test may lean on: the shared data where it exists, and the reference workspace."""
from __future__ import annotations

import os
from pathlib import Path

import pytest

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
