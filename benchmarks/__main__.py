"""`make bench`: every benchmark of this folder in turn, each in a process of its own."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    for path in sorted(HERE.glob("*.py")):
        alone = '__name__ == "__main__"' in path.read_text("utf-8")  # peers and parts are started by the benchmark that they are for
        if alone and not path.stem.startswith("_") and not path.stem.endswith(("_peer", "_peers")):
            print(f"\n== benchmarks.{path.stem}", flush=True)
            subprocess.run([sys.executable, "-m", f"benchmarks.{path.stem}"], cwd=HERE.parent, check=False)


if __name__ == "__main__":
    main()
