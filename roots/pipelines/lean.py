"""What do libraries load because it is installed, though nothing here needs it? pandas and scipy: a second of each process, unless …

Arrow and Beam look for pandas (which `datasets` brings along), numba for scipy (which `datasketch` does): Arrow to take its series, Beam
for its types, numba for products of matrices. Each looks once.
"""
from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from types import ModuleType

UNNEEDED = ("pandas", "scipy")


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
