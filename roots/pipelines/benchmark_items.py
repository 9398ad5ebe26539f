"""Which test items must not be in the corpus? Those in the files that a recipe's `decontaminate` names."""
from __future__ import annotations

import json

from roots import store
from roots.errors import RootsError
from roots.filters.decontaminate import DecontaminationRules, Passage, passages
from roots.pipelines.read.parts import Fault, Input, ReadLimits
from roots.pipelines.read.streams import chunks
from roots.recipe_duplicates import Decontamination
from roots.store import Place

_WHERE = "the recipe · decontaminate.files"


def decontamination_rules(asked: Decontamination, data: Place) -> DecontaminationRules:
    """The rules with the texts of all files under `data`, by path and line. A benchmark is called as its file, up to the first dot.

    Raises RootsError for a pattern that finds nothing, a file that is no JSON Lines, and one in which no field of those named holds a text.
    """
    found: list[Passage] = []
    for pattern in sorted(asked.files):
        files = store.files(data, pattern)
        if not files:
            raise RootsError(_WHERE, f"no file matches {pattern!r} in {data}", "mend the pattern, or name the folder above it with --data")
        for file in files:
            found += _texts(Input("decontaminate", store.name_in(data, file), str(file), "", 0, "jsonl"), asked.fields)
    return DecontaminationRules(tuple(found), asked.size, asked.shortest, asked.share)


def _texts(input: Input, fields: tuple[str, ...]) -> list[Passage]:
    try:
        lines = b"".join(chunks(input, ReadLimits())).decode().splitlines()
        found = list(passages(input.path.rsplit("/", 1)[-1].split(".")[0], lines, fields))
    except Fault as fault:
        raise RootsError(f"{_WHERE} · {input.path}", fault.args[0], fault.mend) from None
    except (json.JSONDecodeError, UnicodeDecodeError, AttributeError):
        raise RootsError(f"{_WHERE} · {input.path}", "is not JSON Lines", "write one object in each line") from None
    if not found:
        raise RootsError(f"{_WHERE} · {input.path}", f"holds no text under {', '.join(fields)}",
                         "name in decontaminate.fields where the items' texts stand")
    return found
