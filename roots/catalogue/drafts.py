"""What does an empty record look like? A file to fill in, with a comment beside each line, for somebody who is no programmer."""
from __future__ import annotations

from importlib import resources

from roots.catalogue.source import ID
from roots.errors import RootsError


def draft(id: str) -> str:
    """The text of a new catalogue/sources/<id>.toml. Raises RootsError when the id cannot be a source's."""
    if not ID.fullmatch(id):
        raise RootsError(id, "cannot be the id of a source", "use a-z, 0-9, - and _ only, beginning with a letter or a digit, at most 80")
    return (resources.files("roots.catalogue") / "draft.toml").read_text("utf-8").replace("@id@", id)
