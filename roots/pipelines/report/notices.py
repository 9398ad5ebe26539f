"""What should one look at first? Sentences on what is absent, suspect or broken in a corpus."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from roots.document import NATURAL, PROGRAMMING
from roots.pipelines.report.figures import TOO_MUCH
from roots.pipelines.report.words import number, percent

LISTED = 6  # examples in a sentence


def notices_of(figures: dict[str, Any]) -> list[str]:
    """Sentences, the gravest first; none when nothing stands out."""
    return list(_notices(figures))


def _notices(figures: dict[str, Any]) -> Iterator[str]:
    failures = figures["failures"]
    if failures:
        where = _joined([f"{stage} on {number(n)}" for stage, n in failures.items()])
        yield f"Stages failed on single documents, which were set apart: {where}."
    if figures["rejected"]:
        counts: dict[str, int] = {}
        for row in figures["rejected"]:
            counts[row["reason"]] = counts.get(row["reason"], 0) + row["records"]
        why = _joined([f"{reason} {number(n)}" for reason, n in sorted(counts.items())])
        yield f"{number(sum(counts.values()))} records could not be read: {why}."
    barren = [one["id"] for one in figures["sources"] if one["allowed"] and one["read"] and not one["kept"]]
    if barren:
        yield f"Nothing was kept of {_joined(barren)}."
    kinds = {one["kind"]: one["name"] for one in figures["personal_data"]}
    for one in figures["sources"]:
        if one["personal_denied"]:
            found = _joined([f"{kinds.get(kind, kind)} {number(count)}" for kind, count in one["personal_found"]])
            yield (f"{one['id']} says of personal data “{one['personal_data']}”, and {number(sum(n for _, n in one['personal_found']))} "
                   f"pieces were replaced in it ({found}): its steward should look at it in catalogue/sources/{one['id']}.toml.")
    for kind, plural in ((NATURAL, "languages"), (PROGRAMMING, "programming languages")):
        of_kind = [one for one in figures["languages"] if one["kind"] == kind]
        absent = [one["name"] for one in of_kind if not one["kept"]]
        if absent:
            yield (f"{len(absent)} of {len(of_kind)} {plural} are absent: {_joined(absent, 16)}." if len(absent) < len(of_kind)
                   else f"There is nothing in any of the {len(of_kind)} {plural}.")
    names = {one["code"]: one["name"] for one in figures["languages"]}
    heavy = [one for one in figures["limits"] if one["warning"] == "heavy"]
    heavy.sort(key=lambda one: (-one["share"], one["language"], one["measure"]))
    if heavy:
        examples = [f"{one['measure'].replace('_', ' ')} in {names.get(one['language'], one['language'])} ({percent(one['share'])})"
                    for one in heavy]
        count = "1 limit" if len(heavy) == 1 else f"{len(heavy)} limits"
        yield f"{count} would drop more than {percent(TOO_MUCH)} of a language: {_joined(examples)}."
    total = figures["totals"]
    if total["read"] and total["kept"] < 0.5 * total["read"]:
        yield f"Less than half of what was read was kept ({percent(total['kept'] / total['read'])})."


def _joined(names: list[str], most: int = LISTED) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
