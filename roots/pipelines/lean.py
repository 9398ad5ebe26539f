"""What do libraries load because it is installed, though nothing here needs it? pandas, scipy and bson: a second of each process, unless …

Arrow and Beam look for pandas (which `datasets` brings along), to take its series and types; numba for scipy (`datasketch`), to multiply
matrices; Beam for bson (itself), to read from MongoDB. Each looks once.
"""
from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from types import ModuleType

UNNEEDED = ("bson", "pandas", "scipy")


class _NotInstalled(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if name in UNNEEDED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def load(*modules: str) -> None:
    """Imports Arrow, numba and these modules as if what is unneeded were not installed. Afterwards, whoever imports that gets it."""
    finder = _NotInstalled()
    sys.meta_path.insert(0, finder)
    try:
        for module in ("numba.np.arraymath", *modules):
            import_module(module)
        import numpy as np
        import pyarrow as pa
        for values in ([0], np.zeros(1)):  # Arrow looks at its first list, and at its first array of numpy's
            pa.array(values)
    finally:
        sys.meta_path.remove(finder)
