"""Which figures does the report show? All of them in one plain structure, from the manifest, the ledger and the timings."""
from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from roots import store
from roots.document import NATURAL, PROGRAMMING
from roots.ledger import KEPT
from roots.pipelines.report.ledger_rows import LedgerRows
from roots.pipelines.report.speed import speed_of
from roots.pipelines.report.words import meanings
from roots.store import Place

ENOUGH = 50          # documents of a language that a limit must have seen before its share says anything
DENIED, FEW = 20, 10  # replacements in a million bytes of kept text, and in all, that a source which says "no" may not exceed
TOO_MUCH = 0.3       # a limit that drops more of a language is suspect
Figures = dict[str, Any]


def figures_of(run: Place) -> Figures:
    """Everything that the report says, in the order in which it says it; counts are documents, sizes bytes of UTF-8 text."""
    record = json.loads((run / "manifest.json").read_bytes())
    with LedgerRows(run) as ledger:
        fates = ledger.fates()
        personal = ledger.personal_data()
        outside = ledger.limits(record["limits"])
    sources = _sources(record, fates, personal)
    languages, others = _languages(record, fates, personal)
    figures = {
        "name": record["recipe"]["name"], "purpose": record["recipe"]["purpose"], "recipe": record["recipe"],
        "recipe_file": record["recipe_file"], "as_of": record["as_of"], "roots": record["roots"],
        "sources": sources, "conditions": _conditions(record), "reasons": _reasons(fates, record),
        "languages": languages, "other_languages": others,
        "flows": [{key: row[key] for key in ("source", "language", "reason", "documents", "bytes")} for row in fates],
        "duplicates": _duplicates(record), "personal_data": _personal(record, personal), "tokenizer": record["tokenizer"],
        "tokens": record["tokens"], "limits": _limits(record, outside, fates), "rejected": _rejected(record, run),
        "failures": dict(sorted(Counter(failure.get("stage", "") for failure in record["failures"]).items())),
        "speed": speed_of(run), "digests": record["digests"], "results": record.get("results", {}), "shards": record["shards"],
    }
    return {**figures, "totals": _totals(figures)}


def meaning(reason: str) -> tuple[str, str]:
    """(family, sentence) of a reason for dropping a document."""
    known = meanings()["reason"]
    stem = max((key for key in known if not key or reason == key or reason.startswith(f"{key}.")), key=len)
    measure, _, side = reason.rpartition(".")
    sentence = known[stem]["sentence"].format(
        name=reason.removeprefix(f"{stem}."), measure=(measure or reason).replace("_", " ").capitalize(),
        side={"low": "below", "high": "above"}.get(side, "outside"))
    return known[stem]["family"], sentence


def family_of(reason: str) -> str:
    """The family of a fate: "kept", or that of the reason for dropping."""
    return KEPT if reason == KEPT else meaning(reason)[0]


def _sources(record: Mapping[str, Any], fates: Iterable[Mapping[str, Any]], personal: Iterable[Mapping[str, Any]]) -> list[Figures]:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for row in fates:
        mine, fate = counted[row["source"]], KEPT if row["reason"] == KEPT else "dropped"
        mine[fate] += row["documents"]
        mine[f"family {family_of(row['reason'])}"] += row["documents"]
        mine[f"bytes_{fate}"] += row["bytes"]
    rejected: Counter[str] = Counter()
    for row in record["ledger"]["rejected"]:
        rejected[row["source"]] += row["records"]
        counted[row["source"]]["family rejected"] += row["records"]
    replaced: dict[str, Counter[str]] = defaultdict(Counter)
    for row in personal:
        replaced[row["source"]][row["kind"]] += row["replacements"]
    described = ("name", "custodian", "homepage", "licence", "languages", "allowed", "reasons", "personal_data", "files")
    return [{
        "id": id, **{key: known.get(key) for key in described}, "raw_bytes": sum(file["bytes"] for file in known["files"]),
        "read": record["ledger"]["read"].get(id, 0), "rejected": rejected[id],
        "kept": counted[id]["kept"], "dropped": counted[id]["dropped"],
        "bytes_kept": counted[id]["bytes_kept"], "bytes": counted[id]["bytes_kept"] + counted[id]["bytes_dropped"],
        "families": {family: counted[id][f"family {family}"] for family in meanings()["family"]},
        "personal_found": _most(replaced[id]),
        "personal_denied": _denied(known.get("personal_data"), replaced[id], counted[id]["bytes_kept"]),
    } for id, known in sorted(record["sources"].items())]


def _denied(said: str | None, found: Counter[str], size: int) -> bool:
    """Does a source that says that it holds no personal data yield many? Handles count only where all of it is denied."""
    count = found.total() if said == "no" else found.total() - found["user"] if said == "author names only" else 0
    return count >= FEW and count > DENIED * size / 1e6


def _conditions(record: Mapping[str, Any]) -> list[Figures]:
    """What admitted sources ask of those who use the corpus, each condition once."""
    found: dict[str, Figures] = {}
    for id, known in sorted(record["sources"].items()):
        for reason in known["reasons"] if known["allowed"] else ():
            found.setdefault(reason["sentence"], {**reason, "sources": []})["sources"].append(id)
    return sorted(found.values(), key=lambda one: (-len(one["sources"]), one["sentence"]))


def _reasons(fates: Sequence[Mapping[str, Any]], record: Mapping[str, Any]) -> list[Figures]:
    total = sum(record["ledger"]["read"].values())
    found: dict[str, Figures] = {}
    for row in fates:
        if row["reason"] == KEPT:
            continue
        family, sentence = meaning(row["reason"])
        one = found.setdefault(row["reason"], {
            "reason": row["reason"], "family": family, "sentence": sentence, "documents": 0, "bytes": 0,
            "languages": Counter(), "sources": Counter()})
        one["documents"] += row["documents"]
        one["bytes"] += row["bytes"]
        one["languages"][row["language"]] += row["documents"]
        one["sources"][row["source"]] += row["documents"]
    for one in found.values():
        one["share"] = one["documents"] / max(total, 1)
        one["languages"] = _most(one["languages"])
        one["sources"] = _most(one["sources"])
    return sorted(found.values(), key=lambda one: (-one["documents"], one["reason"]))


def _most(counts: Counter[str]) -> list[list[Any]]:
    return [[name, count] for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _languages(record: Mapping[str, Any], fates: Sequence[Mapping[str, Any]],
               personal: Sequence[Mapping[str, Any]]) -> tuple[list[Figures], list[Figures]]:
    """Every language of ours, absent ones too, and the others that were met."""
    named = record.get("languages", {})
    ours = {code: named.get(code, {}) for code in record["limits"]}
    kinds = {code: NATURAL if "language_score" in limits else PROGRAMMING for code, limits in record["limits"].items()}
    tokens = record["tokens"].get("languages", {})
    found: dict[tuple[str, str], Figures] = {}
    for row in fates:
        one = found.setdefault((row["language"], row["kind"]), _nobody())
        one["read"] += row["documents"]
        one["families"][family_of(row["reason"])] += row["documents"]
        if row["reason"] == KEPT:
            one["kept"] += row["documents"]
            one["bytes_kept"] += row["bytes"]
        else:
            one["reasons"][row["reason"]] += row["documents"]
    replaced: Counter[str] = Counter()
    for row in personal:
        replaced[row["language"]] += row["replacements"]
    languages = []
    for code, names in ours.items():
        one = found.pop((code, kinds[code]), _nobody())
        languages.append({"code": code, "name": names.get("name") or code, "own_name": names.get("own_name", ""), "kind": kinds[code],
                          **one, "reasons": _most(one["reasons"]), "personal_data": replaced[code], **_fertility(tokens.get(code))})
    languages.sort(key=lambda one: (one["kind"], -one["bytes_kept"], one["code"]))
    # "lua" is a programming language, and ISO 639's code of Luba-Lulua
    others = [{"code": code, "kind": kind, **one, "reasons": _most(one["reasons"])} for (code, kind), one in found.items()]
    return languages, sorted(others, key=lambda one: (-one["read"], one["code"]))


def _nobody() -> Figures:
    return {"read": 0, "kept": 0, "bytes_kept": 0, "reasons": Counter(), "families": dict.fromkeys(meanings()["family"], 0)}


def _fertility(tokens: Mapping[str, int] | None) -> Figures:
    if not tokens or not tokens.get("tokens"):
        return {"tokens": 0, "bytes_per_token": None, "characters_per_token": None, "tokens_per_word": None}
    words = tokens.get("words", 0)
    return {"tokens": tokens["tokens"], "bytes_per_token": tokens["bytes"] / tokens["tokens"],
            "characters_per_token": tokens["characters"] / tokens["tokens"], "tokens_per_word": tokens["tokens"] / words if words else None}


def _duplicates(record: Mapping[str, Any]) -> Figures:
    """Who lost documents to whom: `matrix` of source of the dropped × source of the kept document."""
    known = record["duplicates"] or {}
    pairs: Counter[tuple[str, str]] = Counter()
    for row in known.get("matrix", ()):
        pairs[row["source"], row["kept"]] += row["documents"]
    names = sorted({name for pair in pairs for name in pair})
    return {**{key: known.get(key, 0) for key in ("components", "compared", "capped")}, "removed": known.get("removed", {}),
            "sources": names, "matrix": [[pairs[dropped, kept] for kept in names] for dropped in names],
            "across": sum(count for (dropped, kept), count in pairs.items() if dropped != kept)}


def _personal(record: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> list[Figures]:
    def nothing(kind: str) -> Figures:
        return {"kind": kind, "name": kind, "tag": "", "replacements": 0, "documents": 0, "languages": Counter()}

    found = {kind: {**nothing(kind), **names} for kind, names in record["personal_data"].items()}
    for row in rows:
        one = found.setdefault(row["kind"], nothing(row["kind"]))
        one["replacements"] += row["replacements"]
        one["documents"] += row["documents"]
        one["languages"][row["language"]] += row["replacements"]
    for one in found.values():
        one["languages"] = _most(one["languages"])
    return sorted(found.values(), key=lambda one: (-one["replacements"], one["kind"]))


def _limits(record: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], fates: Iterable[Mapping[str, Any]]) -> list[Figures]:
    removed: Counter[tuple[str, str]] = Counter()
    for fate in fates:
        removed[fate["language"], fate["reason"].rpartition(".")[0]] += fate["documents"]
    found = []
    for row in rows:
        limit = record["limits"][row["language"]][row["measure"]]
        share = row["outside"] / row["measured"] if row["measured"] else 0.0
        warning = ""
        if row["measured"] >= ENOUGH:
            warning = "idle" if not row["outside"] else "heavy" if share > TOO_MUCH else ""
        found.append({**row, **limit, "removed": removed[row["language"], row["measure"]], "share": share, "warning": warning})
    return found


def _rejected(record: Mapping[str, Any], run: Place) -> list[Figures]:
    """Unreadable records by source and reason, each with its first example."""
    examples: dict[tuple[str, str], Figures] = {}
    for file in store.files(run / "rejected", "*.jsonl"):
        for line in file.read_bytes().splitlines():
            one = json.loads(line)
            examples.setdefault((one["source"], one["reason"]), {key: one[key] for key in ("locator", "detail", "mend")})
    return [{**row, "example": examples.get((row["source"], row["reason"]), {})} for row in record["ledger"]["rejected"]]


def _totals(figures: Figures) -> Figures:
    sources, languages = figures["sources"], figures["languages"]
    splits = (figures["tokens"] or {}).get("splits", {})
    return {
        "admitted": sum(one["allowed"] for one in sources), "refused": sum(not one["allowed"] for one in sources),
        **{key: sum(one[key] for one in sources) for key in ("read", "kept", "dropped", "rejected", "bytes", "bytes_kept", "raw_bytes")},
        "natural": sum(one["kind"] == NATURAL for one in languages), "programming": sum(one["kind"] == PROGRAMMING for one in languages),
        "natural_kept": sum(one["kind"] == NATURAL and one["kept"] > 0 for one in languages),
        "programming_kept": sum(one["kind"] == PROGRAMMING and one["kept"] > 0 for one in languages),
        "duplicates": sum(one["documents"] for one in figures["reasons"] if one["family"] == "duplicate"),
        "replacements": sum(one["replacements"] for one in figures["personal_data"]),
        "tokens": sum(split.get("tokens", 0) for split in splits.values()),
        "sequences": sum(split.get("sequences", 0) for split in splits.values()),
        "vocabulary": (figures["tokenizer"] or {}).get("vocabulary", 0), "shards": len(figures["shards"]),
    }
