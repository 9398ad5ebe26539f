"""What does only the command line tell a scrub? The key for fakes, and where the models lie that find names."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]
_OPTIONS = (
    click.option("--secret", type=click.Path(path_type=Path, dir_okay=False), default=None, metavar="FILE",
                 help="The key for consistent fakes of personal data: 16 random bytes or more. Nothing that is written holds it."),
    click.option("--names", multiple=True, metavar="LANGUAGE=FOLDER",
                 help="A model of spaCy or transformers that finds names in a language; may be repeated. Off without it."),
)


def scrub_options(command: Command) -> Command:
    """Adds the flags above to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
