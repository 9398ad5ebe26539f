"""What stands where a datum stood? A tag, or a fake that is the same for the same datum.

A fake is drawn from HMAC-SHA256(key of the run, kind and datum): without the key nobody can try a dictionary against it.
Templates place fakes where no real datum can be (`.invalid` of RFC 2606, 240.0.0.0/4), and the shape of a template is
known, so that a second scrub leaves fakes alone.
"""
from __future__ import annotations

import hashlib
import hmac
import string

import regex  # type: ignore[import-untyped]

from roots.governance.personal_data import PersonalData
from roots.governance.recognisers import fold

_ALPHABETS = {"letters": string.ascii_lowercase, "digits": string.digits, "hex": "0123456789abcdef"}
_CLASSES = {"letters": "[a-z]", "digits": "[0-9]", "hex": "[0-9a-f]"}


def fake(template: str, key: bytes, kind: str, datum: str) -> str:
    """The fake for a datum: case, spacing and script of its digits make no difference."""
    plain = regex.sub(r"[\s.()-]+", "", fold(datum)).casefold() if kind != "email" else fold(datum).casefold()
    number = int.from_bytes(hmac.digest(key, f"{kind}\x00{plain}".encode("utf-8", "surrogatepass"), hashlib.sha512), "big")
    written = []
    for text, name, width, _ in string.Formatter().parse(template):
        written.append(text)
        for _ in range(int(width or 0)):
            number, choice = divmod(number, len(_ALPHABETS[name or "letters"]))
            written.append(_ALPHABETS[name or "letters"][choice])
    return "".join(written)


def fake_shape(template: str) -> str:
    """A regular expression for every fake of a template."""
    return "".join(
        regex.escape(text) + (f"{_CLASSES[name]}{{{width}}}" if name else "")
        for text, name, width, _ in string.Formatter().parse(template))


class Replacer:
    """What replaces the data of one kind."""

    def __init__(self, kind: PersonalData, key: bytes | None) -> None:
        self._kind, self._key = kind, key

    def __call__(self, datum: str) -> str:
        if self._kind.replace == "fake" and self._key is not None:
            return fake(self._kind.fake, self._key, self._kind.kind, datum)
        return self._kind.tag
