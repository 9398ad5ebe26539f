"""Is what people's five folders say sound, and what does it decide?"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from roots.digest import folder_digest
from roots.errors import Problem, Problems
from roots.filters import languages as tongues
from roots.folders import Folders
from roots.governance.consistency import inconsistencies
from roots.governance.gate import admit
from roots.recipe import Recipe, recipe_from
from roots.records import Table, suggestion
from roots.verdict import Verdict

MODELS = Path(__file__).resolve().parent / "models"  # those that the package carries


class Workspace(Folders):
    """The five folders, checked against each other: problems, verdicts, and what a run says of them."""

    def recipe(self, path: Path) -> Recipe:
        """A recipe that can be followed. Raises Problems with all that is wrong with it."""
        table = self.table(path)
        recipe = recipe_from(table, path.stem) if table else None
        if table and recipe:
            self._refer(table, recipe)
        own = [problem for problem in self.problems if problem.file == self.relative(path)]
        if recipe is None or own:
            raise Problems(own)
        return recipe

    def _refer(self, table: Table, recipe: Recipe) -> None:
        for source in recipe.sources:
            if source not in self.sources and not (self.folder / "catalogue/sources" / f"{source}.toml").exists():
                table.problem("sources", f"names {source!r}, of which there is no record", suggestion(source, self.sources))
        if recipe.profile not in self.profiles:
            table.problem("profile", f"is {recipe.profile!r}", suggestion(recipe.profile, self.profiles))
        if recipe.tokenizer and recipe.tokenizer not in self.tokenizers:
            table.problem("tokenizer", f"names {recipe.tokenizer!r}", suggestion(recipe.tokenizer, self.tokenizers))
        for kind in sorted({*recipe.replacing.replace, *recipe.replacing.drop_above}):
            if kind not in self.personal_data:
                table.problem("stage", f"speaks of {kind!r}, which is no kind of personal data", suggestion(kind, self.personal_data))
        for source in recipe.deduplication.trust:
            if source not in recipe.sources:
                table.problem("stage", f"trusts {source!r}, which is no source of this recipe", suggestion(source, recipe.sources))

    def check(self) -> Sequence[Problem]:
        """Every problem of every file of the five folders."""
        self._load()
        self.problems += inconsistencies(self.sources, self.licences, self.profiles, self.people, self.takedowns)
        self.problems += self._unnamed()
        for list_file in self.lists():
            self.words(list_file)
        for path in sorted((self.folder / "pipelines").glob("*.toml")):
            with suppress(Problems):  # they are in self.problems too
                self.recipe(path)
        return sorted(set(self.problems))

    def _unnamed(self) -> Sequence[Problem]:
        """Languages of ours, and so of sources and recipes, whose documents the identifier would never find."""
        from roots.filters.identify import default_rules
        return [Problem(self.languages[code].file, 1, "", "the identifier cannot name this language: none of its documents would stay",
                        "train one that can: roots models train langid, or remove the language")
                for code in default_rules().unnamed(self.languages)]

    def _load(self) -> None:
        """Reads every record once."""
        for _ in (self.codes, self.sources, self.licences, self.profiles, self.people, self.takedowns, self.personal_data,
                  self.licence_headers, self.path_signs, self.line_rules, self.clean_sources, self.policies, self.code_policies,
                  self.tokenizers):
            pass

    def verdicts(self, recipe: Recipe, as_of: date) -> Mapping[str, Verdict]:
        """Admitted or refused, and why, for every source of the recipe. Raises Problems where a record that matters is faulty."""
        self._load()
        self.sound(recipe)
        return admit(self.sources, self.licences, self.profiles[recipe.profile], self.people, as_of, recipe.sources)

    def sound(self, recipe: Recipe) -> None:
        """Raises Problems where a record that matters to this recipe is faulty."""
        records = {f"catalogue/sources/{source}.toml" for source in recipe.sources}
        serious = [problem for problem in self.problems
                   if problem.file in records or not problem.file.startswith(("catalogue/sources/", "pipelines/"))]
        if serious:
            raise Problems(serious)

    def licence_of(self, source: str) -> str:
        """The licence concluded for a source; empty where there is none."""
        return self.sources[source].licence.concluded if source in self.sources else ""

    def describe(self, source: str) -> dict[str, Any]:
        """What may leave the workspace of a source's record: everything but the custodian's contact."""
        one = self.sources.get(source)
        if one is None:
            return {"name": source, "licence": "", "custodian": "", "homepage": "", "languages": [], "type": "", "digest": ""}
        return {
            "name": one.name, "type": one.type, "description": one.description, "homepage": one.homepage,
            "languages": list(one.languages), "derived_from": list(one.derived_from), "custodian": one.custodian.name,
            "licence": one.licence.concluded, "licence_declared": one.licence.declared, "licence_evidence": one.licence.evidence,
            "personal_data": one.personal_data.likely, "digest": one.digest,
        }

    def limits(self) -> dict[str, dict[str, Any]]:
        """Each limit with where it is written and why: language → measure → limit. For the manifest and for `explain`."""
        found: dict[str, dict[str, Any]] = {}
        everything: list[tongues.Language | tongues.CodeLanguage] = [*self.languages.values(), *self.code_languages.values()]
        for one in everything:
            found[one.code] = {
                limit.measure: {"at_least": limit.at_least, "at_most": limit.at_most, "why": limit.why, "from": limit.origin,
                                "agreed": limit.agreed, "file": one.file, "line": limit.line} for limit in one.limits}
            if isinstance(one, tongues.Language):
                found[one.code]["language_score"] = {
                    "at_least": one.floor, "at_most": None, "why": one.floor_why, "from": "", "agreed": "", "file": one.file,
                    "line": one.floor_line}
        return found

    def names(self) -> dict[str, dict[str, str]]:
        """What each language is called, in English and by its speakers."""
        natural = {one.code: {"name": one.name, "own_name": one.own_name} for one in self.languages.values()}
        return natural | {one.code: {"name": one.name, "own_name": one.name} for one in self.code_languages.values()}

    def digests(self) -> dict[str, str]:
        """What decided: the digests of the folders that people edit, and of the models."""
        models = folder_digest(MODELS, ["**/*.bin", "**/*.ftz", "**/*.klm", "**/*.toml", "**/*.json", "**/*.tsv"])
        return {"catalogue": folder_digest(self.folder / "catalogue", ["sources/*.toml"]),
                "governance": folder_digest(self.folder / "governance", ["**/*.toml"]),
                "filters": folder_digest(self.folder / "filters", ["**/*.toml", "**/*.txt"]),
                "tokenizer": folder_digest(self.folder / "tokenizer", ["*.toml"]),
                "models": models}
