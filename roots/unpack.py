"""How does one begin a workspace? With the copy of the five folders that the package carries."""
from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

from roots.errors import RootsError
from roots.folders import FOLDERS


def unpack(folder: Path) -> int:
    """Makes a new workspace from the copy that the package carries, or from this checkout; returns the number of files.

    Raises RootsError when the folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise RootsError(str(folder), "is not empty", "name a new folder")
    carried = Path(str(resources.files("roots"))) / "workspace_copy"
    origin = carried if carried.is_dir() else Path(__file__).resolve().parent.parent
    missing = [name for name in FOLDERS if not (origin / name).is_dir()]
    if missing:
        raise RootsError(str(origin), f"carries no copy of {', '.join(missing)}", "install roots again")
    for name in FOLDERS:
        shutil.copytree(origin / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*"))
    return sum(1 for path in folder.rglob("*") if path.is_file())
