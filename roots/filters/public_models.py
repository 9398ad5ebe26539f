"""How do larger public models name our languages? fastText models of others, by path, each with a map from its labels to our codes.

GlotLID v3, OpenLID v2 and v3, NLLB's LID-218 and lid.176 run in the `fasttext` package as they are; a table in `label_maps/`
says which of their labels is which of our codes. A label without an entry is another language, and keeps its own name; one that
means Chinese in either writing is "zh" in the map, and the characters then tell which.
"""
from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from roots.errors import RootsError
from roots.filters.scripts import chinese_writing

MAPS = Path(__file__).resolve().parent.parent / "models" / "langid" / "label_maps"
_PREFIX = "__label__"
_EITHER, _CHINESE = "zh", ("zh-Hans", "zh-Hant")
CHARACTERS = 2000   # of a text; what these models' own authors feed them is a sentence


@dataclass(frozen=True)
class PublicRules:
    """A public model and what its labels mean."""

    model: str
    name: str
    labels: tuple[tuple[str, str], ...]   # (their label, our code)

    @property
    def codes(self) -> tuple[str, ...]:
        """Our codes that the model can give, sorted."""
        found = {code for _, code in self.labels}
        return tuple(sorted(found - {_EITHER} | set(_CHINESE) if _EITHER in found else found))


def maps() -> dict[str, Path]:
    """The label maps that ship, by name."""
    return {path.stem: path for path in sorted(MAPS.glob("*.toml"))}


def public_rules(model: Path, name: str | None = None) -> PublicRules:
    """The rules of a public model. Its map: the one named, a `.toml` of its own name beside it, or the one that its file's name fits.

    Raises RootsError where the model is missing or no map fits.
    """
    if not model.is_file():
        raise RootsError(str(model), "is missing", "give the path of a fastText model (.bin or .ftz)")
    beside = model.with_suffix(".toml")
    plain = model.name.lower().replace("-", "").replace("_", "").replace(".", "")
    fits = [(len(alias), stem) for stem, path in maps().items() for alias in table_of(path)["files"] if alias in plain]
    if name is None and beside.is_file():
        path = beside
    elif name in maps():
        path = maps()[str(name)]
    elif name is None and fits:
        path = maps()[max(fits)[1]]
    else:
        raise RootsError(str(model), "has no label map", f"name one of {', '.join(maps())}, or write {beside.name} beside it")
    labels = table_of(path)["labels"]
    return PublicRules(str(model), path.stem, tuple(sorted((str(theirs), str(code)) for theirs, code in labels.items())))


def table_of(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _load(path: str) -> Any:
    import fasttext

    return fasttext.load_model(path)


class PublicIdentifier:
    """Names languages with a public model; the same calls as `Identifier`."""

    def __init__(self, rules: PublicRules) -> None:
        self.rules = rules

    def languages(self, texts: pa.Array, which: pa.BooleanArray | None = None) -> tuple[pa.StringArray, pa.FloatArray]:
        """Code and the model's own probability for each text; "und" without letters; null where `which` is false.

        fastText takes a list (one string at a time fails with numpy 2), refuses line feeds, and names even an empty text.
        """
        heads = pc.utf8_slice_codeunits(pc.replace_substring(pc.fill_null(texts, ""), "\n", " "), 0, CHARACTERS)
        speaks = pc.match_substring_regex(heads, r"\p{L}").to_pylist()
        wanted = [True] * len(texts) if which is None else which.to_pylist()
        asked = [at for at in range(len(texts)) if wanted[at] and speaks[at]]
        lines = heads.take(pa.array(asked, pa.int64())).to_pylist()
        labels, scores = _load(self.rules.model).predict(lines) if asked else ([], [])
        known = dict(self.rules.labels)
        codes: list[str | None] = ["und" if is_in else None for is_in in wanted]
        sure: list[float | None] = [0.0 if is_in else None for is_in in wanted]
        for at, line, label, score in zip(asked, lines, labels, scores, strict=True):
            if len(label):
                theirs = label[0].removeprefix(_PREFIX)
                code = known.get(theirs, theirs)
                codes[at], sure[at] = chinese_writing(line) if code == _EITHER else code, min(float(score[0]), 1.0)
        return pa.array(codes, pa.string()), pa.array(sure, pa.float32())
