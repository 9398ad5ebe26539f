"""What is a build for, and so what must every source in it permit? governance/profiles/<name>.toml."""
from __future__ import annotations

from dataclasses import dataclass

from roots.catalogue.facts import LIKELY
from roots.governance.licences import ANYONE, CONDITIONS, DUTIES, RIGHTS
from roots.records import Table

UNDERTAKINGS = tuple(condition for condition in (*DUTIES, *CONDITIONS) if condition != "agreement")


@dataclass(frozen=True)
class Profile:
    """The purpose of a build, as rights that it needs and duties that it undertakes.

    `needs`: rights that every source must give. `undertakes`: duties and conditions of licences that this build will meet;
    a licence with any other is refused. `licensee`: who uses the corpus ("anyone" or a tier, such as "developing-nation").
    `personal_data`: which answers to "are private people in it?" are acceptable before scrubbing.
    """

    id: str
    file: str
    name: str
    description: str
    needs: tuple[str, ...]
    undertakes: tuple[str, ...]
    licensee: str = ANYONE
    personal_data: tuple[str, ...] = ("yes", "author names only", "no")


def profile_from(table: Table, id: str = "") -> Profile | None:
    """The profile of a file, or None with the problems noted in the table."""
    before = len(table.problems)
    profile = Profile(
        id=id or table.file.rsplit("/", 1)[-1].removesuffix(".toml"),
        file=table.file,
        name=table.text("name", required=True),
        description=table.text("description", required=True),
        needs=table.texts("needs", required=True, among=RIGHTS),
        undertakes=table.texts("undertakes", among=UNDERTAKINGS),
        licensee=table.text("licensee", default=ANYONE),
        personal_data=table.texts("personal_data", required=True, among=LIKELY),
    )
    if table.has("needs") and not profile.needs:
        table.problem("needs", "is empty", 'a build needs some right: needs = ["train"]')
    if "unclear" in profile.personal_data:
        table.problem("personal_data", "accepts 'unclear'", "nobody can answer for what nobody has looked at: remove it")
    table.done()
    return profile if len(table.problems) == before else None
