"""How do a duplicate and the document that was kept differ? The raw record read again, normalised and scrubbed, beside the stored text.

A run holds no text of what was dropped, so the raw file must be there, and must be the one that the build read.
"""
from __future__ import annotations

import glob
from collections.abc import Mapping
from typing import Any

from roots.document import PROGRAMMING
from roots.errors import RootsError
from roots.filters.difference import marked
from roots.filters.normalise import normalise
from roots.governance.scrub import Scrubber
from roots.governance.scrub_rules import Keeping, scrub_rules
from roots.pipelines.read import inputs_of, read
from roots.recipe import Replacing
from roots.store import Place
from roots.workspace import Workspace


def side_by_side(row: Mapping[str, Any], files: Mapping[str, str], kept: str, workspace: Workspace, data: Place) -> str:
    """One text: what only the dropped document has as [-…-], what only the kept one has as {+…+}; long stretches that both have are short.

    row: the dropped document's, of the ledger. files: sha256 by path, of its source. kept: the stored text of the other.
    Raises RootsError when the raw file is gone or is another than the build read.
    """
    return marked(_dropped(row, files, workspace, data), kept)


def _dropped(row: Mapping[str, Any], files: Mapping[str, str], workspace: Workspace, data: Place) -> str:
    source = workspace.sources.get(row["source"])
    path = row["locator"].split("#", 1)[0].replace("%23", "#")
    if source is None:
        raise RootsError(row["source"], "is no source of this workspace", "name the workspace of the build with --workspace")
    said = source.data
    (input,) = inputs_of(source.id, data, [glob.escape(path)], said.format, text=said.text, record_id=said.record_id,
                         language=said.language, url=said.url, html=said.html)
    if input.snapshot != files.get(path):
        raise RootsError(f"{row['source']} · {path}", "is another file than the build read", "name the data of the build with --data")
    scrubber = Scrubber(scrub_rules(workspace.personal_data, Replacing(), Keeping()))
    for block in read(input):
        ids = block.batch.column("id").to_pylist()
        if row["id"] in ids:
            found = normalise(block.batch.slice(ids.index(row["id"]), 1)).column("text")[0].as_py()
            return scrubber.scrub_text(found, row["language"], programming=row["kind"] == PROGRAMMING)[0]
    raise RootsError(row["locator"], "is not in the file any more", "name the data of the build with --data")
