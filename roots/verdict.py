"""May it, and if not, why? The one shape of every yes or no."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Reason:
    """Why not: a code for machines, a sentence for people, and where the rule or the fact is written."""

    code: str      # "licence.missing"
    sentence: str  # "No licence was concluded for this source."
    file: str      # "catalogue/sources/x.toml", relative to the workspace
    key: str       # "licence.concluded"

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "sentence": self.sentence, "file": self.file, "key": self.key}


@dataclass(frozen=True)
class Verdict:
    """A yes or a no; a no has reasons, a yes may carry conditions as reasons."""

    allowed: bool
    reasons: tuple[Reason, ...] = ()

    def __and__(self, other: Verdict) -> Verdict:
        return Verdict(self.allowed and other.allowed, self.reasons + other.reasons)

    def as_json(self) -> dict[str, object]:
        return {"allowed": self.allowed, "reasons": [reason.as_json() for reason in self.reasons]}


ALLOWED = Verdict(True)


def refused(code: str, sentence: str, file: str, key: str) -> Verdict:
    """A no with one reason."""
    return Verdict(False, (Reason(code, sentence, file, key),))
