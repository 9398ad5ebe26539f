"""How does one entry of BigScience's catalogue become a draft of ours? Field by field; every value changed or doubted is noted."""
from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from roots.catalogue.bigscience_licence import licence_of
from roots.catalogue.imports import LicenceRegister, Note, quoted
from roots.digest import value_digest

SAFE = re.compile(r"[^a-z0-9_-]+")  # what an id of ours cannot hold
_KNOWN = ("uid", "type", "description", "languages", "custodian", "availability", "processed_from_primary", "media",
          "source_category")


@cache
def vocabulary() -> Mapping[str, Any]:
    """The form's words and ours, from bigscience.toml beside this module."""
    return tomllib.loads((resources.files("roots.catalogue") / "bigscience.toml").read_text("utf-8"))


class Entry:
    """One entry on its way: reads fields as they should be, notes what they are."""

    def __init__(self, entry: Mapping[str, Any], ids: Mapping[str, str], languages: Mapping[str, str], licences: LicenceRegister,
                 notes: list[Note]) -> None:
        self.entry, self.ids, self.languages, self.licences, self.notes = entry, ids, languages, licences, notes
        self.uid = str(entry["uid"])
        self.left: dict[str, Any] = {}  # what no key of ours holds

    def note(self, kind: str, field: str, what: str, mend: str = "") -> None:
        self.notes.append(Note(self.uid, field, kind, what, mend))

    def part(self, *path: str) -> Mapping[str, Any]:
        value: Any = self.entry
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value if isinstance(value, dict) else {}

    def text(self, part: Mapping[str, Any], key: str) -> str:
        value = part.get(key)
        return value.strip() if isinstance(value, str) else ""

    def texts(self, part: Mapping[str, Any], key: str) -> list[str]:
        value = part.get(key)
        return [item.strip() for item in value if isinstance(item, str) and item.strip()] if isinstance(value, list) else []

    def _keep(self, part: Mapping[str, Any], *keys: str) -> None:
        self.left.update({key: part[key] for key in keys if part.get(key)})

    def mapped(self, table: str, field: str, value: str) -> str | None:
        """Our word for one of theirs, noted when it differs; None, noted, when we have none. Their words stand in [imported]."""
        words: Mapping[str, str] = vocabulary()[table]
        if not value:
            self.note("missing", field, "is empty", "ask whoever wrote the entry")
            return None
        if value not in words:
            self.note("unknown", field, f"{quoted(value)} is none of the form's choices", "choose one by hand")
            return None
        if words[value] != value:
            self.note("normalised", field, f"{value!r} → {words[value]!r}")
        return words[value]

    def record(self) -> dict[str, Any]:
        described = self.part("description")
        kind = self.mapped("types", "type", str(self.entry.get("type", ""))) or "primary"
        record: dict[str, Any] = {
            "name": self.text(described, "name") or self.uid,
            "type": kind,
            "description": self.text(described, "description"),
            "homepage": self.text(described, "homepage"),
            "languages": self._languages(),
            "derived_from": self._parents() or None,
            "custodian": self._custodian(),
        }
        if kind != "organisation":
            record["licence"] = licence_of(self, vocabulary())
            record["access"] = self._access()
            record["personal_data"] = self._personal_data()
            record["data"] = self._data()
        left = {**self.left, **{key: self.entry[key] for key in sorted(self.entry) if key not in _KNOWN}}
        record["imported"] = {"from": "bigscience", "uid": self.uid, "digest": value_digest(dict(self.entry)),
                              **({"rest": json.dumps(left, ensure_ascii=False, sort_keys=True)} if left else {})}
        return {key: value for key, value in record.items() if value not in (None, {})}

    def _languages(self) -> list[str]:
        part, found = self.part("languages"), list[str]()
        for name in self.texts(part, "language_names"):
            codes = [self.languages[code] for code in vocabulary()["languages"].get(name, ()) if code in self.languages]
            field = "languages.language_names"
            if len(codes) == 1:
                self.note("normalised", field, f"{name!r} → {codes[0]!r}")
                found += [code for code in codes if code not in found]
            elif codes:
                self.note("conflict", field, f"{name!r} does not say which of {' and '.join(codes)}", "choose by script, or name both")
            elif name in vocabulary()["languages"]:
                self.note("unknown", field, f"{name!r} is a group, not a language", "the languages themselves are to be named")
            else:
                self.note("unknown", field, f"{name!r} is none of our languages; it is left out",
                          "add filters/languages/<code>.toml if it is wanted")
        if not found:
            self.note("missing", "languages.language_names", "names no language of ours", "a source without language is refused")
        self._keep(part, "language_names", "language_comments", "language_locations")
        return found

    def _parents(self) -> list[str]:
        part = self.part("processed_from_primary")
        parents = []
        for uid in self.texts(part, "from_primary_entries"):
            parents.append(self.ids.get(uid) or SAFE.sub("_", uid.lower()).strip("_-"))
            if uid not in self.ids:
                self.note("unknown", "processed_from_primary.from_primary_entries", f"{uid!r} is no entry of this file",
                          "import it too: what derives from an unknown source is refused")
        self._keep(part, "from_primary", "primary_availability", "primary_license", "primary_types")
        if self.text(part, "from_primary") == "Taken from primary source" and not parents:
            self.note("missing", "processed_from_primary.from_primary_entries", "its primary source is not named",
                      "register the source that it was made from, and name it in derived_from")
        return parents

    def _custodian(self) -> dict[str, str]:
        part = self.part("custodian")
        self.left.update({f"custodian.{key}": part[key] for key in ("additional", "in_catalogue", "type", "location") if part.get(key)})
        contact = " · ".join(dict.fromkeys(filter(None, (self.text(part, "contact_name"), self.text(part, "contact_email"),
                                                         self.text(self.part("availability", "procurement"), "download_email")))))
        found = {"name": self.text(part, "name"), "type": self.mapped("custodians", "custodian.type", self.text(part, "type")) or "",
                 "country": self.mapped("countries", "custodian.location", self.text(part, "location")) or "", "contact": contact}
        return {key: value for key, value in found.items() if value}

    def _access(self) -> dict[str, Any]:
        part = self.part("availability", "procurement")
        needed = self.mapped("permissions", "availability.procurement.for_download", self.text(part, "for_download"))
        found = {"permission": "needed" if needed is None else needed, "url": self.text(part, "download_url")}
        return {key: value for key, value in found.items() if value}

    def _personal_data(self) -> dict[str, Any]:
        part, names = self.part("availability", "pii"), vocabulary()["names"]
        likely = self.mapped("personal_data", "availability.pii.has_pii", self.text(part, "has_pii")) or "unclear"
        kinds = [kind for group in ("generic", "numeric", "sensitive") for kind in self.texts(part, f"{group}_pii_list")]
        ranks = {group: self.text(part, f"{group}_pii_likely") for group in ("generic", "numeric", "sensitive")}
        expected = [group for group, rank in ranks.items() if rank in names["likely"]]
        why = ". ".join(filter(None, (self.text(part, "no_pii_justification_class"), self.text(part, "no_pii_justification_text"))))
        if likely == "no" and (kinds or expected):
            self.note("conflict", "availability.pii", f"says No, and names {', '.join(kinds or expected)}",
                      "say yes, or take the kinds away")
            likely = "unclear"
        if likely == "no" and not why:
            self.note("missing", "availability.pii.no_pii_justification_text", "says No without saying why", "a no needs a reason")
            likely = "unclear"
        if likely == "yes" and not kinds:
            self.note("missing", "availability.pii", "says Yes and names no kind", "name the kinds that are likely")
        if any(ranks.values()):
            self.left["personal_data_likely"] = {group: rank for group, rank in ranks.items() if rank}
        said = {"no": why, "unclear": why}.get(likely, "Said so in BigScience's catalogue.")
        return {"likely": likely, **({"kinds": kinds} if kinds and likely != "no" else {}), **({"why": said} if said else {})}

    def _data(self) -> dict[str, Any]:
        part, formats = self.part("media"), vocabulary()["formats"]
        found: list[str] = []
        for name in self.texts(part, "text_format"):
            ours = formats.get(name.lower().lstrip("."))
            if ours:
                self.note("normalised", "media.text_format", f"{name!r} → {ours!r}")
                found.append(ours)
            else:
                why = "has no reader here" if ours == "" else "is no format that we know"
                self.note("unknown", "media.text_format", f"{quoted(name)} {why}", "convert it, or name the format by hand")
        self.left.update({f"media.{key}": part[key] for key in sorted(part) if key != "validated" and part[key] not in ("", [])})
        self.left.update({f"source_category.{key}": value for key, value in sorted(self.part("source_category").items())
                          if key != "validated" and value})
        if len(set(found)) > 1:
            self.note("conflict", "media.text_format", f"several formats: {', '.join(sorted(set(found)))}",
                      "one record, one format: split the source")
        return {}  # the form names no files: a person does

