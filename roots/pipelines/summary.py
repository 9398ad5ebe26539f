"""What does a finished build say on the terminal? The figures that one looks for first, and where the rest is."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from roots.ledger import KEPT
from roots.store import Place


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
