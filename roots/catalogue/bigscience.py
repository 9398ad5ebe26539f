"""How does BigScience's catalogue become drafts of ours? Every value that is changed or doubted is noted.

The form is that of github.com/bigscience-workshop/data_sourcing (roots.md §1.2). An import concludes no licence: it proposes
what the entry declares, says where it contradicts itself, and leaves the conclusion to a person. What no key of ours holds
stands as JSON in imported.rest; the form's `validated` marks are dropped, since one person could set them all.
"""
from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from roots.catalogue.bigscience_entry import SAFE, Entry
from roots.catalogue.imports import Import, LicenceRegister, NoLicences, Note
from roots.catalogue.toml import rendered
from roots.errors import RootsError

LARGEST = 64 << 20  # bytes of a catalogue


def import_entries(path: Path, languages: Mapping[str, str], licences: LicenceRegister | None = None) -> Import:
    """Drafts and notes for every entry of a file: one JSON object a line, or one JSON list.

    `languages` maps every known code to its code; `licences` is governance's register (nothing is recognised without it).
    Raises RootsError when the file cannot be read or holds no entry; an unreadable line is noted and the others are read.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise RootsError(str(path), "is larger than 64 MB", "a catalogue is small: is this data?")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RootsError(str(path), f"cannot be read: {error.strerror}", "look at the path") from None
    except UnicodeDecodeError:
        raise RootsError(str(path), "is not UTF-8", "save it as UTF-8") from None
    notes: list[Note] = []
    entries = _entries(text, notes)
    unreadable = len(notes)
    if not entries:
        raise RootsError(str(path), "holds no entry of BigScience's catalogue",
                         "each line is one JSON object with uid, type and description")
    ids = _ids([str(entry["uid"]) for entry in entries], notes)
    drafts: dict[str, str] = {}
    types: Counter[str] = Counter()
    for entry in entries:
        record = Entry(entry, ids, languages, licences or NoLicences(), notes).record()
        types[record["type"]] += 1
        drafts[ids[str(entry["uid"])]] = _DRAFT + rendered(record)
    return Import(drafts, tuple(notes), types, unreadable)


_DRAFT = """\
# A draft, imported from BigScience's catalogue. Before it can be used a person must conclude its licence ([licence]
# concluded, evidence), name its files ([data]), and two people must sign it: roots source submit, roots source approve.

"""


def _entries(text: str, notes: list[Note]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    whole = text.lstrip().startswith("[")
    for number, line in enumerate([text] if whole else text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            read = json.loads(line)
        except (ValueError, RecursionError) as error:
            notes.append(Note(f"line {number}", "", "unknown", f"is not JSON: {error}", "mend the line"))
            continue
        for entry in read if isinstance(read, list) else [read]:
            uid = entry.get("uid") if isinstance(entry, dict) else None
            if not isinstance(uid, str) or not uid or uid in seen:
                what = f"the uid {uid!r} stands twice" if uid in seen and uid else "has no uid"
                notes.append(Note(f"line {number}", "uid", "unknown", what, "every entry needs a uid of its own"))
                continue
            seen.add(uid)
            found.append(entry)
    return found


def _ids(uids: list[str], notes: list[Note]) -> dict[str, str]:
    """An id of ours for every uid, distinct, and a note wherever it differs."""
    ids: dict[str, str] = {}
    for uid in uids:
        plain = unicodedata.normalize("NFKD", uid).encode("ascii", "ignore").decode().lower()
        id = wanted = SAFE.sub("_", plain).strip("_-")[:72].rstrip("_-") or "entry"
        number = 2
        while id in ids.values():
            id, number = f"{wanted}_{number}", number + 1
        ids[uid] = id
        if id != uid:
            notes.append(Note(uid, "uid", "normalised", f"{uid!r} → {id!r}"))
    return ids
