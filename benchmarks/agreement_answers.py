"""How is a peer asked, and how is what it says told? For benchmarks/agreement.py and agreement_roots.py."""
from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def answers(python: str, program: str, head: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    """What the peer's program prints, line by line: first of itself, then of each row. SystemExit with its last words where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in [head, *rows]), "utf-8")
        done = subprocess.run([python, str(HERE / program), str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the peer failed: {done.stderr.strip().splitlines()[-1]}")
    return (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))


def show(rule: str, measure: str, dropped: int, equal: Sequence[bool], traced: Sequence[bool], why: str, more: str = "") -> None:
    differ = len(equal) - sum(equal)
    found, why = (f"{sum(traced):,} of {len(traced):,}", why) if differ else ("", "")
    print(f"{rule:30}{measure:32}{dropped:8}{differ:8}{more}{found:>16}  {why}".rstrip())
