"""What does a finished build say on the terminal? The figures that one looks for first, and where the rest is."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from roots.ledger import KEPT
from roots.store import Place

DROPPED = "dropped."  # and a reason: what a stage dropped for it, among its costs
SLOW = 5e6  # microseconds in a stage that are worth a line
MOST = 4  # reasons that a line of progress names


def lines_of_pass(stages: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """What a pass dropped by reason, and how much longer than the mean one its slowest batch took, from the costs of its stages."""
    dropped: Counter[str] = Counter()
    for costs in stages.values():
        dropped.update({what.removeprefix(DROPPED): int(number) for what, number in costs.items() if what.startswith(DROPPED)})
    if dropped:
        named = ", ".join(f"{reason} {number:,}" for reason, number in dropped.most_common(MOST))
        yield f"  {'':<14} {dropped.total():,} dropped: {named}{' …' if len(dropped) > MOST else ''}"
    skewed = {stage: costs for stage, costs in stages.items() if skew_of(costs) is not None and costs.get("microseconds", 0) >= SLOW}
    if skewed:
        stage = max(skewed, key=lambda stage: skewed[stage]["microseconds"])
        yield f"  {'':<14} most time in {stage}; its slowest batch took {skew_of(skewed[stage]):.1f} times the mean"


def skew_of(costs: Mapping[str, float]) -> float | None:
    """The slowest batch of a stage against the mean one; None when no batch was measured."""
    mean = costs.get("microseconds", 0) / max(costs.get("batches", 0), 1)
    return costs.get("slowest_microseconds", 0) / mean if mean else None


def lines_of(record: Mapping[str, Any], run: Place) -> Iterator[str]:
    """A dozen lines from the manifest."""
    sources = record["sources"]
    admitted = [id for id in sources if sources[id]["allowed"]]
    read = sum(record["ledger"]["read"].values())
    rows = record["ledger"]["documents"]
    kept = [row for row in rows if row["reason"] == KEPT]
    rejected = sum(row["records"] for row in record["ledger"]["rejected"])
    dropped: Counter[str] = Counter()
    for row in rows:
        if row["reason"] != KEPT:
            dropped[row["reason"]] += row["documents"]
    yield ""
    yield f"{record['recipe']['name']} · {record['recipe']['purpose']}"
    yield f"  sources    {len(admitted)} admitted, {len(sources) - len(admitted)} refused"
    for id in sources:
        for reason in sources[id]["reasons"] if not sources[id]["allowed"] else ():
            yield f"             {id}: {reason['sentence']} ({reason['file']} · {reason['key']})"
    documents, megabytes = sum(row["documents"] for row in kept), sum(row["bytes"] for row in kept) / 1e6
    yield (f"  documents  {read} read = {documents} kept + {sum(dropped.values())} dropped + {rejected} rejected"
           f" · {megabytes:.2f} MB of text kept")
    yield f"  languages  {len({row['language'] for row in kept})} among the kept documents"
    for reason, count in dropped.most_common(8):
        yield f"             {count:>7} dropped: {reason}"
    if len(dropped) > 8:
        yield f"             … and {len(dropped) - 8} further reasons, see the report"
    if record["tokenizer"]:
        splits = record["tokens"]["splits"]
        total = sum(split.get("tokens", 0) for split in splits.values())
        sequences = sum(split.get('sequences', 0) for split in splits.values())
        yield f"  tokens     {total} in {sequences} sequences, vocabulary {record['tokenizer']['vocabulary']}"
    yield f"  shards     {len(record['shards'])} in {run / 'documents'}"
    yield f"  report     {run / 'report' / 'index.html'}"
