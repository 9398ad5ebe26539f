"""What does a licence permit? One record a licence, in governance/licences/<SPDX id>.toml, and nothing guessed."""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from roots.records import Table

RIGHTS = ("train", "redistribute", "derive", "commercial")  # what a licensee may do
DUTIES = ("attribution", "share_alike")                     # what a licensee must do
ANSWERS = ("yes", "no", "conditions")
CONDITIONS = (
    "agreement",         # a live agreement of ours must name the use
    "benefit_sharing",   # value must flow back to the community
    "notices",           # licence text and notices must travel along
    "source_form",       # source must be offered with what is derived
    "network_source",    # …also to those who use it over a network
    "database_notice",   # a database made from it keeps its notice
    "use_restrictions",  # forbidden uses must be handed on
)
ANYONE = "anyone"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")


@dataclass(frozen=True)
class Licence:
    """One licence's answers; `why` says for each answer where in the text it stands.

    Rights and duties are "yes", "no" or "conditions"; `conditions` names, for a right answered "conditions", what must be
    undertaken. `for_whom` lists the licensees to whom the answers are given ("anyone", or tiers such as "developing-nation").
    """

    id: str
    file: str
    name: str
    url: str
    train: str
    redistribute: str
    derive: str
    commercial: str
    attribution: str
    share_alike: str
    conditions: Mapping[str, tuple[str, ...]]
    for_whom: tuple[str, ...]
    why: Mapping[str, str]
    note: str = ""
    spellings: tuple[str, ...] = ()  # dirty names met in the wild, folded on comparison
    urls: tuple[str, ...] = ()       # addresses that name this licence, by prefix
    huggingface: str = ""            # the Hub's own id

    def answer(self, question: str) -> str:
        """The answer to one of RIGHTS or DUTIES."""
        return str(getattr(self, question))


def licence_from(table: Table, id: str = "") -> Licence | None:
    """The licence of a file, or None with the problems noted in the table."""
    before = len(table.problems)
    id = id or table.file.rsplit("/", 1)[-1].removesuffix(".toml")
    if not _ID.fullmatch(id):
        table.problem("", f"the file's name makes the id {id!r}", "name it after the SPDX id, or LicenseRef-…")
    asked = table.table("conditions")
    conditions = {right: asked.texts(right, among=CONDITIONS) for right in RIGHTS if asked.has(right)}
    asked.done()
    reasons = table.table("why", required=True)
    why = {question: reasons.text(question) for question in (*RIGHTS, *DUTIES, "for_whom") if reasons.has(question)}
    reasons.done()
    licence = Licence(
        id=id,
        file=table.file,
        name=table.text("name", required=True),
        url=table.text("url"),
        **{question: table.choice(question, ANSWERS, required=True, default="no") for question in (*RIGHTS, *DUTIES)},
        conditions=conditions,
        for_whom=table.texts("for_whom", required=True),
        why=why,
        note=table.text("note"),
        spellings=table.texts("spellings"),
        urls=table.texts("urls"),
        huggingface=table.text("huggingface"),
    )
    for right in RIGHTS:
        if (licence.answer(right) == "conditions") != bool(conditions.get(right)):
            asked.problem(right, "does not fit the answer", f'{right} = "conditions" needs conditions.{right} = ["…"], and only then')
    for question in (*RIGHTS, *DUTIES):
        if not why.get(question, "").strip():
            reasons.problem(question, "is missing", f'write why.{question} = "…": where in the licence does the answer stand?')
    table.done()
    return licence if len(table.problems) == before else None
