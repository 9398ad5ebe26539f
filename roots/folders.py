"""What do people's five folders hold? The only opener of them."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Self, TypeVar

from roots.catalogue.source import Source, source_from
from roots.errors import Problem, RootsError
from roots.filters import languages as tongues
from roots.filters.calibrate import CodePolicy, Policy, code_policies_from, policies_from
from roots.filters.clean import CleanSource, clean_sources_from
from roots.filters.licence_headers import LicenceHeader, licence_headers_from
from roots.filters.lines import LineRule, line_rules_from
from roots.filters.paths import PathSigns, path_signs_from
from roots.governance import takedowns as withdrawals
from roots.governance.expressions import Licences, licences_of
from roots.governance.licences import licence_from
from roots.governance.people import People, people_from
from roots.governance.personal_data import PersonalData, personal_data_from
from roots.governance.profiles import Profile, profile_from
from roots.records import Table, suggestion
from roots.tokenizer.recipe import TokenizerRecipe, tokenizer_from

FOLDERS = ("catalogue", "governance", "filters", "pipelines", "tokenizer")
LARGEST = 4 << 20  # bytes of a file that people edit
Record = TypeVar("Record")


class Folders:
    """A folder with the five folders in it. Records are read when they are asked for; `problems` gathers what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.problems: list[Problem] = []

    @classmethod
    def find(cls, folder: Path | None = None) -> Self:
        """The workspace of this folder, or of the current one or the nearest above it. Raises RootsError when there is none."""
        if folder is not None:
            missing = [name for name in FOLDERS if not (folder / name).is_dir()]
            if missing:
                raise RootsError(str(folder), f"is no workspace: {', '.join(missing)} is not there", "`roots init DIR` makes a new one")
            return cls(folder)
        here = Path.cwd()
        for candidate in (here, *here.parents):
            if all((candidate / name).is_dir() for name in FOLDERS):
                return cls(candidate)
        raise RootsError(str(here), "neither this folder nor one above it is a workspace",
                         "name one with --workspace, or make one: roots init DIR")

    def relative(self, path: Path) -> str:
        """A file as messages name it: from the workspace where it lies inside, as it was given elsewhere."""
        try:
            return path.resolve().relative_to(self.folder).as_posix()
        except ValueError:
            return str(path)

    def table(self, path: Path) -> Table | None:
        """A TOML file as a Table, or None with the problem noted."""
        name = self.relative(path)
        try:
            if path.stat().st_size > LARGEST:
                self.problems.append(Problem(name, 0, "", "is larger than 4 MB", "records are small: is this data?"))
                return None
            return Table.parse(name, path.read_bytes(), self.problems)
        except FileNotFoundError:
            self.problems.append(Problem(name, 0, "", "does not exist", _nearest(path)))
        except OSError as error:
            self.problems.append(Problem(name, 0, "", f"cannot be read: {error.strerror}", "look at the file's permissions"))
        return None

    def _records(self, folder: str, parse: Callable[[Table, str], Record | None]) -> dict[str, Record]:
        found: dict[str, Record] = {}
        for path in sorted((self.folder / folder).glob("*.toml")):
            table = self.table(path)
            record = parse(table, path.stem) if table else None
            if record is not None:
                found[path.stem] = record
        return found

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        return self._records("catalogue/sources", lambda table, id: source_from(table, self.codes, id))

    @cached_property
    def licences(self) -> Licences:
        return licences_of(self._records("governance/licences", licence_from).values())

    @cached_property
    def profiles(self) -> Mapping[str, Profile]:
        return self._records("governance/profiles", profile_from)

    @cached_property
    def people(self) -> People:
        table = self.table(self.folder / "governance/people.toml")
        return people_from(table) if table else People()

    @cached_property
    def takedowns(self) -> tuple[withdrawals.Takedown, ...]:
        table = self.table(self.folder / "governance/takedowns.toml")
        return withdrawals.takedowns_from(table) if table else ()

    @cached_property
    def personal_data(self) -> Mapping[str, PersonalData]:
        return self._records("governance/personal_data", lambda table, id: personal_data_from(table))

    @cached_property
    def languages(self) -> Mapping[str, tongues.Language]:
        return self._records("filters/languages", lambda table, id: tongues.language_from(table))

    @cached_property
    def code_languages(self) -> Mapping[str, tongues.CodeLanguage]:
        return self._records("filters/code", lambda table, id: tongues.code_language_from(table))

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """Every code and alias of a language, natural or programming → its code here."""
        everything: list[tongues.Language | tongues.CodeLanguage] = [*self.languages.values(), *self.code_languages.values()]
        for alias, claimed in tongues.clashes(everything).items():
            self.problems.append(Problem(f"filters/languages/{claimed[0]}.toml", 0, "aliases",
                                         f"{alias!r} is claimed by {' and '.join(claimed)}", "keep it in one of them"))
        return tongues.aliases(everything)

    @cached_property
    def tokenizers(self) -> Mapping[str, TokenizerRecipe]:
        return self._records("tokenizer", lambda table, id: tokenizer_from(table))

    def words(self, list_file: str) -> tuple[str, ...]:
        """A word list of filters/, or nothing with the problem noted."""
        if not list_file:
            return ()
        path = (self.folder / "filters" / list_file).resolve()
        if not path.is_relative_to(self.folder / "filters") or not path.is_file():
            self.problems.append(Problem(f"filters/{list_file}", 0, "", "is not a file of filters/",
                                         "write the list, or leave the key out"))
            return ()
        return tongues.words_from(path.read_text("utf-8"))

    def lists(self) -> list[str]:
        """Every list file that a language names, and those for all languages, relative to filters/."""
        named = {name for one in self.languages.values() for name in (one.closed_class, one.flagged, one.boilerplate, one.spelling) if name}
        common = {path.relative_to(self.folder / "filters").as_posix() for path in (self.folder / "filters/words/any").glob("*.txt")}
        return sorted(named | common)

    @cached_property
    def licence_headers(self) -> tuple[LicenceHeader, ...]:
        table = self.table(self.folder / "filters/licence_headers.toml")
        return licence_headers_from(table) if table else ()

    @cached_property
    def path_signs(self) -> tuple[PathSigns, ...]:
        """Patterns of paths, by what they say of a source file."""
        table = self.table(self.folder / "filters/code_paths.toml")
        return path_signs_from(table) if table else ()

    @cached_property
    def line_rules(self) -> tuple[LineRule, ...]:
        """Which lines are the furniture of a web page."""
        path = self.folder / "filters/lines.toml"
        table = self.table(path) if path.exists() else None
        return line_rules_from(table, tuple(self.languages)) if table else ()

    @cached_property
    def clean_sources(self) -> tuple[CleanSource, ...]:
        """Which text is clean, for limits and lists to be made from; none where the workspace has no such file."""
        path = self.folder / "filters/clean.toml"
        table = self.table(path) if path.exists() else None
        return clean_sources_from(table) if table else ()

    @cached_property
    def policies(self) -> Mapping[str, Policy]:
        """How limits may be set from data, by measure; none where the workspace has no such file."""
        path = self.folder / "filters/calibration.toml"
        table = self.table(path) if path.exists() else None
        return policies_from(table) if table else {}

    @cached_property
    def code_policies(self) -> tuple[CodePolicy, ...]:
        """The same for limits of source code."""
        path = self.folder / "filters/code_calibration.toml"
        table = self.table(path) if path.exists() else None
        return code_policies_from(table) if table else ()


def _nearest(path: Path) -> str:
    """Did you mean another file of that folder?"""
    names = [one.name for one in path.parent.glob("*.toml")] if path.parent.is_dir() else []
    return suggestion(path.name, names) if names else "look at the path"
