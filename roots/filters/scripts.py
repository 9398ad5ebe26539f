"""Which writing system is a letter of, and what is left of it once case and ornament are gone?

Tables over code points, built once per process: what a character becomes before its language is judged, which writing
system it belongs to, and which of the two Chinese writings. The ranges are data, in `scripts.tsv` beside this file.
"""
from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

LIMIT = 0x32000        # the supplementary ideographs of Unicode 16 end below; nothing above is a letter of ours
GAP, SKIP, APOSTROPHE = 0, -1, -2
SIMPLIFIED, TRADITIONAL = 1, 2
_APOSTROPHES = "'\u2018\u2019\u02bc\u02bb\u0060\u00b4\ua78c"
_FIRST_HARAKAT, _LAST_HARAKAT = 0x064B, 0x0652   # vowel signs that a children's book writes and a newspaper does not
_UNSEEN = (0x00AD, 0x0640, 0x0670, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10),
           *range(_FIRST_HARAKAT, _LAST_HARAKAT + 1))


class Scripts(NamedTuple):
    """Tables over code points below LIMIT; `names[script[c]]` is the writing system of c, "Zyyy" for none."""

    fold: npt.NDArray[np.int32]     # the folded code point, or GAP, SKIP, APOSTROPHE
    script: npt.NDArray[np.uint8]   # index into names
    variant: npt.NDArray[np.uint8]  # SIMPLIFIED, TRADITIONAL or neither
    names: tuple[str, ...]


def _ranges() -> list[tuple[int, int, str]]:
    lines = Path(__file__).with_name("scripts.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [(int(first, 16), int(last, 16), name) for first, last, name in rows]


def _folded(code: int) -> int:
    character = chr(code)
    if unicodedata.category(character)[0] not in "LM":
        return GAP
    lower = character.lower()
    return ord(lower) if len(lower) == 1 else ord(lower[0])


def _within(text: str, encoding: str) -> npt.NDArray[np.bool_]:
    """Which characters does an encoding have?"""
    return np.array([bool(character.encode(encoding, "ignore")) for character in text])


def _variants() -> npt.NDArray[np.uint8]:
    """Ideographs of only one of the two Chinese writings: those of GB 2312 that Big5 lacks, and the other way round.

    The two standards were each drawn up for one writing, and Python carries both as codecs.
    """
    first, last = 0x4E00, 0x9FFF
    ideographs = "".join(map(chr, range(first, last + 1)))
    mainland, taiwan = _within(ideographs, "gb2312"), _within(ideographs, "big5")
    out = np.zeros(LIMIT, np.uint8)
    out[first:last + 1] = np.where(mainland & ~taiwan, SIMPLIFIED, np.where(taiwan & ~mainland, TRADITIONAL, 0))
    return out


@cache
def scripts() -> Scripts:
    """The tables (1.2 MB, a fifth of a second, once per process)."""
    ranges = _ranges()
    names = ("Zyyy", *sorted({name for _, _, name in ranges}))
    fold = np.full(LIMIT, GAP, np.int32)
    script = np.zeros(LIMIT, np.uint8)
    for first, last, name in ranges:
        script[first:last + 1] = names.index(name)
        if last - first > 5000:   # ideographs and hangul have no case; asking for each would take most of the time
            fold[first:last + 1] = np.arange(first, last + 1)
        else:
            fold[first:last + 1] = [_folded(code) for code in range(first, last + 1)]
    marks = [code for code in range(0x0300, 0x0370) if unicodedata.category(chr(code))[0] == "M"]
    fold[marks] = marks           # combining accents belong to the letter that they follow, whatever its script
    fold[list(_UNSEEN)] = SKIP
    fold[[ord(character) for character in _APOSTROPHES]] = APOSTROPHE
    return Scripts(fold, script, _variants(), names)


def chinese_writing(text: str) -> str:
    """Is a Chinese text in simplified or traditional characters? By the ideographs that only one of them has; simplified in doubt."""
    codes = np.frombuffer(text.encode("utf-32-le", "ignore"), np.uint32)
    found = np.bincount(scripts().variant[codes[codes < LIMIT]], minlength=3)
    return "zh-Hant" if found[TRADITIONAL] > found[SIMPLIFIED] else "zh-Hans"
