"""What did an import make of a foreign catalogue? Drafts, and a note for every value that it changed or could not believe."""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

LONGEST = 80  # characters of a quotation
SHOWN = 3     # entries named in one line of the report
_ADDRESS = re.compile(r"\S+@\S+")
KINDS = ("conflict", "missing", "unknown", "normalised")  # the gravest first


class LicenceRegister(Protocol):
    """What an import asks of governance: which licences may words mean, and what do these permit?"""

    def candidates(self, spelling: str) -> tuple[str, ...]: ...
    def ids(self, expression: str) -> tuple[str, ...]: ...
    def answer(self, id: str, question: str) -> str: ...


class NoLicences:
    """A register that knows nothing."""

    def candidates(self, spelling: str) -> tuple[str, ...]:
        return ()

    def ids(self, expression: str) -> tuple[str, ...]:
        return ()

    def answer(self, id: str, question: str) -> str:
        return ""


@dataclass(frozen=True, order=True)
class Note:
    """One value of one entry: what was met, what became of it, and how to mend it. Contacts never stand in a note."""

    entry: str  # the entry's id in the foreign catalogue
    field: str  # its field there, dotted
    kind: str   # one of KINDS
    what: str
    mend: str = ""


@dataclass(frozen=True)
class Import:
    """Drafts (id → the text of catalogue/sources/<id>.toml) and notes, in the order of the file."""

    drafts: Mapping[str, str]
    notes: tuple[Note, ...]
    types: Mapping[str, int]
    unreadable: int = 0

    def as_json(self) -> dict[str, Any]:
        return {"entries": len(self.drafts), "unreadable": self.unreadable, "types": dict(sorted(self.types.items())),
                "drafts": sorted(self.drafts), "notes": [asdict(note) for note in self.notes],
                "counts": dict(sorted(Counter(note.kind for note in self.notes).items()))}

    def lines(self) -> list[str]:
        """The report for people: conflicts one by one, everything else once with the entries that it was met in."""
        return list(self._lines())

    def _lines(self) -> Iterator[str]:
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(self.types.items()))
        yield f"{len(self.drafts)} entries read ({kinds}), {self.unreadable} unreadable. Each is a draft: no licence was concluded."
        for kind in KINDS:
            notes = [note for note in self.notes if note.kind == kind]
            if notes:
                yield from ("", f"{kind} ({len(notes)})")
            if kind == "conflict":
                yield from (_joined(note.entry, note.field, note.what, note.mend) for note in notes)
                continue
            same: dict[tuple[str, str, str], list[str]] = {}
            for note in notes:
                same.setdefault((note.field, note.what, note.mend if kind != "normalised" else ""), []).append(note.entry)
            for (field, what, mend), entries in sorted(same.items()):
                yield _joined(field, what, mend, _few(entries))


def quoted(value: str) -> str:
    """A quotation that fits into a line and holds nobody's address."""
    plain = _ADDRESS.sub("…", " ".join(value.split()))
    return repr(plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…")


def _joined(*parts: str) -> str:
    return "  " + " · ".join(part for part in parts if part)


def _few(entries: list[str]) -> str:
    return ", ".join(entries[:SHOWN]) + (f" and {len(entries) - SHOWN} more" if len(entries) > SHOWN else "")
