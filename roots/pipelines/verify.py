"""Is this run still what was built? Every digest recomputed, the books balanced, shards and ledger compared."""
from __future__ import annotations

from collections.abc import Iterator

from roots import batches, manifest, store
from roots.ledger import KEPT, Ledger
from roots.pipelines.writing import counted
from roots.store import Place


def faults(run: Place) -> Iterator[str]:
    """Each fault as a sentence that names the file first. Raises RootsError when the manifest itself is gone or changed."""
    record = manifest.read(run)
    if changes := list(manifest.changed(run)):
        yield from changes
        return  # what follows would only repeat them
    written = Ledger.from_json(record["ledger"])
    found = Ledger()
    for part in store.files(run / "ledger", "part-*.parquet"):
        found += Ledger.of(counted(part))
    if dict(found.documents) != dict(written.documents) or dict(found.bytes) != dict(written.bytes):
        yield "ledger/: its rows do not add up to the manifest's counts"
    written.balance()
    rows = 0
    for shard in record["shards"]:
        here = sum(len(batch) for batch in batches.each(run / shard["path"]))
        rows += here
        if here != shard["rows"]:
            yield f"{shard['path']}: holds {here} documents, the manifest says {shard['rows']}"
    kept = sum(count for (_, _, reason), count in found.documents.items() if reason == KEPT)
    if rows != kept:
        yield f"documents/: hold {rows} documents, the ledger keeps {kept}"
