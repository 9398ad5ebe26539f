"""Is a raw file still the one whose sha256 was taken? Asked after every block, before anything is made of it.

Size and time of the last change tell, without reading. Where they differ the sha256 is taken once more, and it alone decides: a file that
was touched, or a copy on another machine, has another time and the same bytes.
"""
from __future__ import annotations

from functools import lru_cache

from roots import store
from roots.errors import RootsError
from roots.pipelines.read.parts import Input


def unchanged(input: Input) -> None:
    """Raises RootsError, which names the file, where its bytes are no longer those of `input.snapshot`, and where it is gone.

    An input without a time (`written` 0: its store tells none) is not looked at.
    """
    if not input.written:
        return
    file = store.place(input.file)
    try:
        size, written = store.size(file), store.written(file)
        if (size, written) == (input.size, input.written) or _digest(input.file, size, written) == input.snapshot:
            return
        what = f"was changed while it was read: it held {input.size:,} bytes, and is no longer the file whose sha256 was taken"
    except OSError as error:
        what = f"cannot be looked at any more: {error.strerror or error}"
    raise RootsError(f"{input.source} · {input.path}", what,
                     "let nobody write to raw files while a build reads them, then go on with --resume: the file is read anew")


@lru_cache(maxsize=1024)
def _digest(file: str, size: int, written: int) -> str:
    return store.digest(store.place(file))
