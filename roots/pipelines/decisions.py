"""Which document goes, and for the sake of which? What the file of decisions says, and what follows for a block of documents."""
from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from roots import batches, document
from roots.pipelines.ranges import lines_of
from roots.store import place

SCHEMA = pa.schema([
    ("document", pa.int64()),      # global row number
    ("kept", pa.int64()),          # global row number of the document that stays
    ("duplicate_of", pa.string()),  # its id
    ("how", pa.string()),          # exact | near | url
    ("similarity", pa.float32()),  # Jaccard of the shingles, or containment where that decided; 1 for exact copies
])


def counts(to: str) -> dict[str, Any]:
    """What the decisions in a file came to: components, pairs compared, capped documents, removed by how, matrix source × source."""
    found: dict[str, Any] = json.loads(batches.schema(place(to)).metadata[b"summary"])
    return found


def decided(batch: pa.RecordBatch, file: str, offset: int) -> pa.RecordBatch:
    """The batch with the duplicates among its rows dropped; `offset` is the global number of its first row."""
    here = lines_of(place(file), offset, len(batch))
    if not len(here):
        return batch
    of = np.full(len(batch), -1, np.int64)
    of[here.column("document").to_numpy() - offset] = np.arange(len(here))
    index = pa.array(of, mask=of < 0)
    how = pc.take(pc.binary_join_element_wise("duplicate", here.column("how"), "."), index)
    batch = document.with_columns(batch, {name: pc.take(here.column(name), index) for name in ("duplicate_of", "similarity")})
    return document.drop(batch, pc.is_valid(index), how)
