"""What is a scrub to do? The kinds as governance says, where the recipe says otherwise, and what only the command line gives.

A recipe may ask for fakes, for tags, or for documents to be dropped, and may have names looked for; it cannot let a kind stay
that governance has replaced. The key for fakes and the models are flags: no recipe, manifest or log holds them.
"""
from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from roots.errors import RootsError
from roots.governance.personal_data import PersonalData
from roots.recipe import Replacing

SHORTEST_KEY = 16   # bytes
LONGEST_KEY = 1024
BY_MODEL = ("name", "address")  # kinds that only a model finds


@dataclass(frozen=True)
class Keeping:
    """What the command line gives to a scrub: the key for fakes, and (language, folder of a model) pairs for names."""

    key: bytes | None = field(default=None, repr=False)
    models: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, secret: Path | None, names: tuple[str, ...]) -> Keeping:
        """The key from a file, its last line end apart, and the models from "LANGUAGE=FOLDER" texts. Raises RootsError."""
        models = []
        for one in names:
            language, _, folder = one.partition("=")
            if not language or not folder:
                raise RootsError("--names", f"{one!r} names no language and folder", "write --names en=models/en_core_web_sm")
            if not Path(folder).is_dir():
                raise RootsError("--names", f"there is no folder {folder}", "give the folder of a model of spaCy or transformers")
            models.append((language, str(Path(folder).resolve())))
        return cls(_key(secret) if secret else None, tuple(sorted(models)))


@dataclass(frozen=True)
class ScrubRules:
    """What a scrub is to do: plain data, picklable.

    kinds: the records of governance/personal_data, in any order. key: the run's secret for consistent fakes, 16 bytes at
    least; without it every kind whose rule is "fake" is replaced by its tag. models: (language, folder of a model) pairs for
    the kinds in BY_MODEL; without them, or where the kind's rule is "keep", nobody looks for names. mark: tells keys apart in digests;
    whoever would guess the key from it pays for scrypt at every guess.
    """

    kinds: tuple[PersonalData, ...]
    key: bytes | None = field(default=None, repr=False)
    models: tuple[tuple[str, str], ...] = ()
    mark: str = field(default="", init=False)

    def __post_init__(self) -> None:
        if self.key is None:
            return
        if len(self.key) < SHORTEST_KEY:
            raise RootsError("the key for fakes", f"is {len(self.key)} bytes long", f"use {SHORTEST_KEY} random bytes or more")
        mark = hashlib.scrypt(self.key, salt=b"roots: which key?", n=1 << 14, r=8, p=1, dklen=16).hex()
        object.__setattr__(self, "mark", mark)

    def described(self) -> dict[str, dict[str, str]]:
        """What each kind is called and what is put in its place."""
        return {kind.kind: {"name": kind.name, "tag": kind.tag, "replace": kind.replace} for kind in self.kinds}


def scrub_rules(kinds: Mapping[str, PersonalData], asked: Replacing, keeping: Keeping) -> ScrubRules:
    """The rules of one build. Raises RootsError for fakes without a key or a template, and for names without models or the reverse."""
    made = tuple(replace(kind, replace=asked.replace.get(id, kind.replace), drop_above=asked.drop_above.get(id, kind.drop_above))
                 for id, kind in kinds.items())
    for kind in made:
        where = f"governance/personal_data/{kind.kind}.toml"
        if kind.replace == "fake" and not kind.fake:
            raise RootsError(where, "has no template for fakes", 'write fake = "{letters:8}@scrubbed.invalid", or replace by a tag')
        if kind.replace == "fake" and keeping.key is None:
            raise RootsError(where, "asks for fakes, and there is no key", "give --secret FILE with 16 random bytes or more")
    modelled = [kind.kind for kind in made if kind.kind in BY_MODEL and kind.replace != "keep"]
    if modelled and not keeping.models:
        raise RootsError(f"governance/personal_data/{modelled[0]}.toml", "is asked for, and there is no model that finds it",
                         "give --names LANGUAGE=FOLDER")
    if keeping.models and not modelled:
        raise RootsError("--names", "is given, and names are kept", 'write replace = { name = "tag" } below do = "scrub" in the recipe')
    return ScrubRules(made, keeping.key, keeping.models)


def _key(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            key = stream.read(LONGEST_KEY + 1)
    except OSError as error:
        raise RootsError("--secret", f"{path} cannot be read: {error.strerror}", "name a file with 16 random bytes or more") from None
    if len(key) > LONGEST_KEY:
        raise RootsError("--secret", f"{path} holds more than {LONGEST_KEY} bytes", "a key is short: head -c 32 /dev/urandom > key")
    return key.removesuffix(b"\n").removesuffix(b"\r")
