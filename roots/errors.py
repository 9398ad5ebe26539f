"""What went wrong, where, and how is it mended?"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass


class RootsError(Exception):
    """An error that a person is shown as where → what → how to mend, never as a traceback."""

    def __init__(self, where: str, what: str, mend: str) -> None:
        super().__init__(f"{where}: {what} ({mend})")
        self.where, self.what, self.mend = where, what, mend

    def __reduce__(self) -> tuple[type[RootsError], tuple[str, str, str]]:
        return type(self), (self.where, self.what, self.mend)

    def __str__(self) -> str:
        return f"{self.where}\n  what: {self.what}\n  mend: {self.mend}"


@dataclass(frozen=True, order=True)
class Problem:
    """One fault of one key of one file that people edit."""

    file: str
    line: int
    key: str
    problem: str
    mend: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return " · ".join(part for part in (where, self.key, self.problem, self.mend) if part)

    def as_json(self) -> dict[str, str | int]:
        return asdict(self)


class Problems(RootsError):
    """Every problem of every file, collected: people mend a page, not a line at a time."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = tuple(sorted(set(problems)))
        count = len(self.problems)
        super().__init__(
            self.problems[0].file if count else "workspace",
            f"{count} problem{'s' if count != 1 else ''}",
            "`roots check` lists them all",
        )

    def __reduce__(self) -> tuple[type[Problems], tuple[Sequence[Problem]]]:  # type: ignore[override]
        return type(self), (self.problems,)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)
