"""What happened to this document, and why? Its story in sentences, from the run folder alone."""
from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from roots import batches, manifest
from roots.document import MEASURE
from roots.errors import RootsError
from roots.filters.limits import bounds
from roots.store import Place
from roots.workspace import Workspace

NEAREST = 6  # measures that a story tells in its sentences
MOST_LINES = 10  # numbers of lines that a story names


@dataclass(frozen=True)
class Story:
    """One document's ledger row, its text where it was kept, and the sentences."""

    row: Mapping[str, Any]
    text: str | None
    sentences: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        measures = {name.removeprefix(MEASURE): value for name, value in self.row.items() if name.startswith(MEASURE) and value is not None}
        plain = {name: value for name, value in self.row.items() if not name.startswith(MEASURE)}
        return {**plain, "measures": measures, "text": self.text, "story": list(self.sentences)}


def explain(run: Place, id: str) -> Story:
    """The story of the document with this id (or the beginning of an id, 8 digits or more).

    Raises RootsError when no document, or more than one, is meant.
    """
    record = manifest.read(run)
    if len(id) < 8 or any(letter not in "0123456789abcdef" for letter in id.lower()):
        raise RootsError(id, "is no document id", "an id has 32 hexadecimal digits; the first 8 or more will do. For a sentence use --text")
    rows = _rows(run, pc.starts_with(pc.field("id"), id.lower()))
    if not rows:
        raise RootsError(str(run), f"no document with id {id} was read", "see RUN/rejected for records that could not be read")
    if len(rows) > 1:
        raise RootsError(id, f"{len(rows)} documents begin like this", "give more digits: " + ", ".join(row["id"] for row in rows[:3]))
    return tell(run, record, rows[0])


def find(run: Place, sentence: str) -> list[Story]:
    """The stories of the kept documents that hold this sentence, as it is or differing in white space, at most ten.

    Raises RootsError when the sentence is empty or nothing holds it.
    """
    record = manifest.read(run)
    wanted = " ".join(unicodedata.normalize("NFC", sentence).split())
    if not wanted:
        raise RootsError("--text", "is empty", "give a sentence of the document")
    found: list[str] = []
    for shard in record["shards"]:
        for batch in batches.each(run / shard["path"]):
            texts = pc.replace_substring_regex(batch.column("text"), r"\s+", " ")
            found += batch.column("id").filter(pc.match_substring(texts, wanted)).to_pylist()
        if len(found) >= 10:
            break
    if not found:
        kept = sum(shard["rows"] for shard in record["shards"])
        raise RootsError(str(run), f"none of the {kept} kept documents holds this sentence",
                         "personal data stands as tags in the corpus; leave such words out of the sentence")
    rows = {row["id"]: row for row in _rows(run, pc.field("id").isin(found[:10]))}
    return [tell(run, record, rows[id]) for id in found[:10]]


def _rows(run: Place, condition: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = batches.rows(run / "ledger").to_table(filter=condition).to_pylist()
    return found


def tell(run: Place, record: Mapping[str, Any], row: Mapping[str, Any]) -> Story:
    """The sentences of one ledger row."""
    text = None
    if row["shard"]:
        text = _text(run, row)
    parts = [*_origin(record, row), *_language(record, row), *_fate(run, record, row), *_measured(record, row)]
    return Story(row, text, tuple(parts))


def _text(run: Place, row: Mapping[str, Any]) -> str:
    seen = 0
    for batch in batches.each(run / row["shard"]):
        if row["row"] < seen + len(batch):
            return str(batch.column("text")[row["row"] - seen].as_py())
        seen += len(batch)
    raise RootsError(row["shard"], f"has no row {row['row']}", "`roots verify` says what is wrong with the run")


def _origin(record: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[str]:
    source = record["sources"][row["source"]]
    path = row["locator"].split("#", 1)[0].replace("%23", "#")
    digest = next((file["sha256"] for file in source["files"] if path == file["path"]), None)
    yield (f"Document {row['id']} is {row['locator']} of the source “{source['name']}” ({row['source']}), "
           f"in the care of {source['custodian'] or 'nobody named'}, under {source['licence'] or 'no licence'}.")
    if digest:
        yield f"The raw file has the sha256 {digest}."
    if row["url"]:
        yield f"The source found it at {row['url']}."


def _language(record: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[str]:
    declared = f"The source declares it as {row['declared']}; it" if row["declared"] else "It"
    if row["language"]:
        score = f" with a score of {row['language_score']:.2f}" if row["language_score"] is not None else ""
        yield f"{declared} was identified as {row['language']}{score}."
    if len(row.get("languages") or ()) > 1:
        shares = ", ".join(f"{part['language']} {100 * part['share']:.0f} %" for part in row["languages"])
        yield f"It is written in more than one language, by bytes: {shares}."


def _fate(run: Place, record: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[str]:
    dropped = row["dropped"]
    if dropped is None:
        yield f"It was kept: row {row['row']} of {row['shard']}."
        yield from _edits(row)
        return
    name, _, how = dropped.rpartition(".")
    if name == "duplicate":
        yield _duplicate(run, record, row, how)
        return
    if name == "benchmark":
        asked = record["recipe"]["decontamination"]
        yield (f"It was dropped because it holds {100 * row['similarity']:.0f} % of the test item {row['duplicate_of']}, counted in "
               f"runs of {asked['size']} words; {100 * asked['share']:.0f} % are enough ({record['recipe_file']}: decontaminate).")
        return
    limit = record["limits"].get(row["language"], {}).get(name)
    value = row["language_score"] if name == "language_score" else row.get(MEASURE + name)
    if limit and value is not None:
        bound = limit["at_least"] if how == "low" else limit["at_most"]
        least = "the least" if how == "low" else "the most"
        yield (f"It was dropped because its {name} is {value:.4g}, and {least} allowed for {row['language']} is {bound:g}: "
               f"{limit['file']}:{limit['line']} says why: {limit['why']}")
        return
    yield f"It was dropped: {_PLAIN.get(dropped) or _PLAIN.get(name) or 'the reason is'} ({dropped})."


_HOW = {"exact": "an exact copy", "near": "a near duplicate", "url": "another copy from the address"}


def _duplicate(run: Place, record: Mapping[str, Any], row: Mapping[str, Any], how: str) -> str:
    """For the sake of which document it went: one of this run, or of an earlier one that the build was given."""
    id, where = row["duplicate_of"], ""
    found = kept_of(run, record, id)
    if found is None and record.get("against"):
        where = f" of an earlier run ({', '.join(one['run'] for one in record['against'])})"
    if found:
        folder, kept = found
        earlier = f" of the earlier run {folder.name}" if folder != run else ""
        where = f" of the source {kept['source']}{earlier}, row {kept['row']} of {kept['shard']}"
    rule = f"{record['recipe_file']}: threshold = {record['recipe']['deduplication']['threshold']}"
    return f"It was dropped as {_HOW[how]} of document {id}{where}: measured similarity {row['similarity']:.3f} ({rule})."


def kept_of(run: Place, record: Mapping[str, Any], id: str) -> tuple[Place, dict[str, Any]] | None:
    """The run that holds a document, and its row there: this one, or an earlier one, which is looked for beside it."""
    for folder, seal in [(run, record["seal"]), *((run.parent / one["run"], one["seal"]) for one in record.get("against", ()))]:
        if (folder / manifest.NAME).exists() and manifest.read(folder)["seal"] == seal:
            rows = [found for found in _rows(folder, pc.field("id") == id) if found["shard"]]
            if rows:
                return folder, rows[0]
    return None


def compared(run: Place, story: Story, workspace: Workspace, data: Place) -> str | None:
    """A duplicate beside the document for whose sake it went, the difference marked; None when the story is not of a duplicate.

    Raises RootsError when either text cannot be had any more.
    """
    from roots.pipelines.side_by_side import side_by_side
    record, row = manifest.read(run), story.row
    if not (row["dropped"] or "").startswith("duplicate."):
        return None
    found = kept_of(run, record, row["duplicate_of"])
    if found is None:
        raise RootsError(row["duplicate_of"], "stands in an earlier run that is not here", f"put that run beside {run}")
    files = {file["path"]: file["sha256"] for file in record["sources"][row["source"]]["files"]}
    return side_by_side(row, files, _text(*found), workspace, data)


_PLAIN = {
    "repeated": "everything in it stands in other documents too, and the recipe keeps it there",
    "empty": "nothing is left of it after normalising",
    "language.other": "its language is none that this build collects",
    "language.undeclared": "its language is not among those that its source declares",
    "takedown": "its withdrawal was asked for and granted, see governance/takedowns.toml",
    "licence_header": "a licence header in the file does not agree with the licence of its source",
    "personal_data": "it holds more personal data than may be replaced",
    "failed": "a stage failed on it",
}


def _edits(row: Mapping[str, Any]) -> Iterator[str]:
    kinds: dict[tuple[str, str], int] = {}
    cuts: dict[str, list[int]] = {}
    for edit in row["edits"] or ():
        if edit["line"] is not None:
            cuts.setdefault(edit["kind"], []).append(edit["line"])
            continue
        key = (edit["kind"], edit["replacement"])
        kinds[key] = kinds.get(key, 0) + 1
    for kind, lines in sorted(cuts.items()):
        where = ", ".join(map(str, lines[:MOST_LINES])) + (f" and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else "")
        yield f"Left out of it as {kind.replace('_', ' ')}: {len(lines)} × (line{'s' if len(lines) > 1 else ''} {where} of what was read)."
    if kinds:
        said = ", ".join(f"{count} × {kind} by {replacement}" for (kind, replacement), count in sorted(kinds.items()))
        yield f"Personal data was replaced: {said}."


def _measured(record: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[str]:
    limits = record["limits"].get(row["language"], {})
    found = []
    for name in sorted(limits):
        value = row["language_score"] if name == "language_score" else row.get(MEASURE + name)
        if value is not None:
            low, high = limits[name]["at_least"], limits[name]["at_most"]
            where = f"{limits[name]['file']}:{limits[name]['line']}"
            found.append((-_strain(value, low, high), f"{name} {value:.4g} ({bounds(low, high)}; {where})"))
    if found:
        nearest = [said for _, said in sorted(found)[:NEAREST]]
        others = f"; {len(found) - NEAREST} others are further inside (--json shows all)" if len(found) > NEAREST else ""
        yield f"Measured, nearest to their limits first: {'; '.join(nearest)}{others}."


def _strain(value: float, low: float | None, high: float | None) -> float:
    """How near is a value to its limit? 1 on the limit, more beyond it, 0 far inside."""
    below = low / value if low and value > 0 else float(bool(low)) * 2
    above = value / high if high else float(high is not None and value > 0) * 2
    return max(below, above)
