"""What does a recipe say of what stands twice? Its stages `decontaminate`, `deduplicate` and `repetitions`, as plain data."""
from __future__ import annotations

from dataclasses import dataclass

from roots.records import Table

KEEP_ORDERS = ("licence", "trust", "longest", "id")
COPIES = FIRST, NONE = "first", "none"


@dataclass(frozen=True)
class Decontamination:
    """Which test items must not be in the corpus, and how much of one is too much? See filters/decontaminate.py for the definition."""

    files: tuple[str, ...] = ()      # JSON Lines of test items: patterns under --data; a file is called as its benchmark
    fields: tuple[str, ...] = ()     # where in a line its texts stand
    size: int = 13                   # words of an n-gram
    shortest: int = 8                # words of a text that is looked for at all
    share: float = 0.5               # of a text's n-grams


@dataclass(frozen=True)
class Deduplication:
    """How alike is too alike, and which copy stays?"""

    threshold: float = 0.7           # Jaccard similarity of shingles, measured against the kept document
    containment: float | None = None  # share of a shorter document's shingles in the kept one that is too much too; None = not applied
    shingle: int = 5                 # words, or characters where words are not separated
    permutations: int = 256
    by_url: tuple[str, ...] = ()     # sources in which one address is one document
    keep: tuple[str, ...] = KEEP_ORDERS
    trust: tuple[str, ...] = ()      # source ids, most trusted first; the others follow alike


@dataclass(frozen=True)
class Repetitions:
    """Of lines, paragraphs and long passages that stand more than once, which copies stay? FIRST, NONE, or empty: left alone."""

    lines: str = ""
    paragraphs: str = ""
    passages: str = ""
    across: bool = False             # counted across all sources; else within each
    documents: int = 2               # in which a line or a paragraph must stand
    shortest: int = 20               # characters of the normal form of a line or a paragraph
    bytes: int = 500                 # of a passage


def decontamination_from(stage: Table) -> Decontamination:
    plain = Decontamination()
    share = stage.number("share", default=plain.share)
    found = Decontamination(
        files=stage.texts("files", required=True), fields=stage.texts("fields", required=True),
        size=stage.whole("size", default=plain.size) or 0, shortest=stage.whole("shortest", default=plain.shortest) or 0,
        share=plain.share if share is None else share,
    )
    for key, values in (("files", found.files), ("fields", found.fields)):
        if not values and stage.has(key):
            stage.problem(key, "is empty", "name one, or leave the stage out")
    for file in found.files:
        if file.startswith("/") or ".." in file.split("/"):
            stage.problem("files", f"holds {file!r}", "write a path under the folder that --data names")
    if not 1 <= found.shortest <= found.size:
        stage.problem("shortest", f"is {found.shortest}", f"write a number from 1 to size = {found.size}")
    if not 0 < found.share <= 1:
        stage.problem("share", f"is {found.share}", "write a share above 0, up to 1")
    return found


def deduplication_from(stage: Table) -> Deduplication:
    plain = Deduplication()
    threshold = stage.number("threshold", default=plain.threshold) or 0.0
    if not 0.3 <= threshold <= 1:
        stage.problem("threshold", f"is {threshold}", "write a similarity from 0.3 to 1")
    found = Deduplication(
        threshold=threshold,
        containment=stage.number("containment"),
        shingle=stage.whole("shingle", default=plain.shingle) or plain.shingle,
        permutations=stage.whole("permutations", default=plain.permutations) or plain.permutations,
        by_url=stage.texts("by_url"),
        keep=stage.texts("keep", among=KEEP_ORDERS) or plain.keep,
        trust=stage.texts("trust"),
    )
    if found.containment is not None and not 0.3 <= found.containment <= 1:
        stage.problem("containment", f"is {found.containment}", "write a share from 0.3 to 1, or leave it out")
    if not 1 <= found.shingle <= 50:
        stage.problem("shingle", f"is {found.shingle}", "write a number from 1 to 50")
    if not 16 <= found.permutations <= 1024:
        stage.problem("permutations", f"is {found.permutations}", "write a number from 16 to 1024")
    return found


def repetitions_from(stage: Table) -> Repetitions:
    plain = Repetitions()
    found = Repetitions(
        lines=stage.choice("lines", COPIES), paragraphs=stage.choice("paragraphs", COPIES), passages=stage.choice("passages", COPIES),
        across=bool(stage.flag("across")), documents=stage.whole("documents", default=plain.documents) or 0,
        shortest=stage.whole("shortest", default=plain.shortest) or 0, bytes=stage.whole("bytes", default=plain.bytes) or 0,
    )
    if not (found.lines or found.paragraphs or found.passages):
        stage.problem("lines", "is missing, as are paragraphs and passages", 'write passages = "first", or leave the stage out')
    for key, least in (("documents", 2), ("shortest", 1), ("bytes", 50)):
        if getattr(found, key) < least:
            stage.problem(key, f"is {getattr(found, key)}", f"write {least} or more")
    return found
