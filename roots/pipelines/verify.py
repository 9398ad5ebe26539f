"""Is this run still what was built? Every digest recomputed, the books balanced, shards and ledger compared."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from roots import manifest
from roots.ledger import KEPT, Ledger
from roots.pipelines.work import batches_of


def faults(run: Path) -> Iterator[str]:
    """Each fault as a sentence that names the file first. Raises RootsError when the manifest itself is gone or changed."""
    record = manifest.read(run)
    fault = manifest.first_fault(run)
    if fault:
        yield fault
        return  # what follows would only repeat it
    written = Ledger.from_json(record["ledger"])
    counted = Ledger()
    for path in sorted((run / "ledger").glob("part-*.parquet")):
        counted += Ledger.of(pq.read_table(path, columns=["source", "language", "dropped", "bytes"]))
    if dict(counted.documents) != dict(written.documents) or dict(counted.bytes) != dict(written.bytes):
        yield "ledger/: its rows do not add up to the manifest's counts"
    written.balance()
    rows = 0
    for shard in record["shards"]:
        found = sum(len(batch) for batch in batches_of(run / shard["path"]))
        rows += found
        if found != shard["rows"]:
            yield f"{shard['path']}: holds {found} documents, the manifest says {shard['rows']}"
    kept = sum(count for (_, _, reason), count in counted.documents.items() if reason == KEPT)
    if rows != kept:
        yield f"documents/: hold {rows} documents, the ledger keeps {kept}"
