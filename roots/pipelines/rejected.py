"""What could not be read? RUN/rejected: file, record, reason, and the bytes' length and digest; nothing is lost, nothing leaks."""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from roots import store
from roots.pipelines.stages import loaded
from roots.rules import Rules
from roots.store import Place

PER_FILE = 100_000


def write_rejected(records: Sequence[Mapping[str, Any]], rules: Rules, run: Place) -> None:
    """JSON Lines, one object per record, in the order of reading; the excerpt goes through the scrub like any text.

    The record itself still lies in the raw file at its locator: `bytes` and `sha256` say which bytes are meant.
    """
    if not records:
        return
    from roots.governance.scrub import Scrubber
    scrubber = loaded(Scrubber, rules.scrub)
    lines = []
    for record in records:
        clean = dict(record)
        clean["excerpt"] = scrubber.scrub_text(clean["excerpt"], None)[0]
        lines.append(json.dumps(clean, ensure_ascii=False, sort_keys=True) + "\n")
    for number, start in enumerate(range(0, len(lines), PER_FILE)):
        store.write(run / "rejected" / f"part-{number:05d}.jsonl", "".join(lines[start : start + PER_FILE]).encode())
