"""What can be said of a source, table by table? Custodian, licence, access, personal data, files."""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from roots.records import Table

CUSTODIANS = ("university", "government", "library", "company", "nonprofit", "community", "person", "other")
PERMISSIONS = ("granted", "needed", "refused")
USES = ("train", "redistribute", "derive", "commercial", "evaluate")  # the rights that licences and agreements speak of
LIKELY = ("yes", "author names only", "no", "unclear")
FORMATS = ("jsonl", "parquet", "arrow", "text", "html", "warc", "code")
RECORDS = ("jsonl", "parquet", "arrow")  # formats whose records have named fields
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class Custodian:
    """Who keeps the text. `contact` is personal: it never leaves the workspace, no report, shard or export has it."""

    name: str = ""
    type: str = ""     # one of CUSTODIANS
    country: str = ""  # ISO 3166-1, two letters
    contact: str = ""


@dataclass(frozen=True)
class Evidence:
    """Which licence the custodian declares, which one a person here concluded, and what shows it."""

    declared: str = ""         # the custodian's own words
    concluded: str = ""        # an SPDX expression over governance/licences
    evidence: str = ""         # URL or text
    evidence_sha256: str = ""  # of what was seen there, where it was kept
    unclear: bool = False
    why: str = ""              # the reasoning from what is declared to what is concluded


@dataclass(frozen=True)
class Agreement:
    """A paper signed with the custodian; `ends` is its last day."""

    document: str = ""
    sha256: str = ""
    signed: date | None = None
    ends: date | None = None
    uses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Access:
    """What the custodian's terms and agreements add to the licence; None and "" mean that it is not said."""

    rehost: bool | None = None     # may copies be handed on from another place?
    permission: str = ""           # one of PERMISSIONS; "" = none is asked for beyond the licence
    uses: tuple[str, ...] | None = None  # None = whatever the licence permits; else these uses and no other
    why: str = ""
    url: str = ""                  # where the terms stand, or where the files are asked for
    agreement: Agreement | None = None


@dataclass(frozen=True)
class PersonalDataStatement:
    """Are private people in the text, and why do we think so?"""

    likely: str = "unclear"
    kinds: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Data:
    """Which files, in which format, and which field of a record holds what ("" = no such field).

    Exactly one of `text` and `html` names the content's field where records have fields (jsonl, parquet, arrow).
    """

    files: tuple[str, ...] = ()    # globs below DATA/<source id>/, or URLs
    format: str = ""               # one of FORMATS, each plain or .gz, .zst, .xz
    text: str = ""
    html: str = ""
    record_id: str = ""
    language: str = ""
    url: str = ""
    sha256: Mapping[str, str] = field(default_factory=dict)  # file name → digest


def custodian_from(table: Table) -> Custodian:
    """[custodian]: type from CUSTODIANS, country in two capital letters."""
    found = Custodian(table.text("name"), table.choice("type", CUSTODIANS), table.text("country"), table.text("contact"))
    if found.country and not _COUNTRY.fullmatch(found.country):
        table.problem("country", f"is {found.country!r}", "write the two capital letters of ISO 3166, such as KE")
    table.done()
    return found


def evidence_from(table: Table) -> Evidence:
    """[licence]; whether the expression parses is asked where licences are known (roots/governance/licences.py)."""
    found = Evidence(
        declared=table.text("declared"),
        concluded=table.text("concluded").strip(),
        evidence=table.text("evidence"),
        evidence_sha256=_digest(table, "evidence_sha256"),
        unclear=bool(table.flag("unclear", default=False)),
        why=table.text("why"),
    )
    table.done()
    return found


def access_from(table: Table) -> Access:
    """[access] and [access.agreement]."""
    agreement = table.table("agreement") if table.has("agreement") else None
    found = Access(
        rehost=table.flag("rehost"),
        permission=table.choice("permission", PERMISSIONS),
        uses=table.texts("uses", among=USES) if table.has("uses") else None,
        why=table.text("why"),
        url=table.text("url"),
        agreement=_agreement(agreement) if agreement else None,
    )
    if found.uses is not None and not found.why.strip():
        table.problem("why", "is missing", 'write why = "…": who limited the uses, and where is it written?')
    table.done()
    return found


def _agreement(table: Table) -> Agreement:
    found = Agreement(
        document=table.text("document", required=True),
        sha256=_digest(table, "sha256"),
        signed=table.day("signed", required=True),
        ends=table.day("ends"),
        uses=table.texts("uses", required=True, among=USES),
    )
    if found.signed and found.ends and found.ends < found.signed:
        table.problem("ends", f"is {found.ends}, before it was signed", "correct one of the two dates")
    table.done()
    return found


def personal_data_from(table: Table) -> PersonalDataStatement:
    """[personal_data]; "no" needs a why, as in the form of BigScience (roots.md §1.2)."""
    found = PersonalDataStatement(table.choice("likely", LIKELY, default="unclear"), table.texts("kinds"), table.text("why"))
    if found.likely == "no" and not found.why.strip():
        table.problem("why", "is missing", 'write why = "…": how can it be known that no private person is in it?')
    if found.likely == "no" and found.kinds:
        table.problem("kinds", "names kinds of personal data although likely is \"no\"", 'write likely = "yes", or remove the kinds')
    table.done()
    return found


def data_from(table: Table) -> Data:
    """[data]; an absent table is a draft's, and refused by the gate."""
    found = Data(
        files=table.texts("files"),
        format=table.choice("format", FORMATS, required=bool(table.data)),
        text=table.text("text"),
        html=table.text("html"),
        record_id=table.text("record_id"),
        language=table.text("language"),
        url=table.text("url"),
        sha256=table.mapping("sha256"),
    )
    for file in found.files:
        parts = file.split("/")
        if "://" not in file and (file.startswith("/") or ".." in parts or "\\" in file):
            table.problem("files", f"{file!r} leaves the source's folder", "name files below DATA/<source id>/, or a URL")
    if found.format in RECORDS:
        if bool(found.text) == bool(found.html):
            table.problem("text", "is missing" if not found.text else "stands beside html",
                          'name the one field that holds the content: text = "…", or html = "…" for HTML')
    elif found.format:
        for key in ("text", "html", "record_id", "language"):
            if getattr(found, key):
                table.problem(key, f"means nothing where format is {found.format!r}",
                              "remove it: only jsonl, parquet and arrow have fields")
    for name, digest in found.sha256.items():
        if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
            table.problem("sha256", f"of {name!r} is {digest!r}", "write the 64 hex digits that `sha256sum FILE` prints")
    table.done()
    return found


def _digest(table: Table, key: str) -> str:
    value = table.text(key)
    if value and not _SHA256.fullmatch(value):
        table.problem(key, f"is {value!r}", "write the 64 hex digits that `sha256sum FILE` prints")
    return value
