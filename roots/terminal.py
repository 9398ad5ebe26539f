"""How does a command speak? Options that several commands share, findings for people or machines, errors without tracebacks."""
from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from roots.errors import Problems, RootsError

OK, FINDINGS, WRONG_USE = 0, 1, 2


def say(value: Any, as_json: bool, lines: Iterable[str]) -> None:
    """Findings for machines or for people."""
    if as_json:
        click.echo(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str))
    else:
        for line in lines:
            click.echo(line)


def guarded(command: Callable[..., int | None]) -> Callable[..., None]:
    """Runs a command; an error becomes where → what → mend on standard error, and exit status 1."""
    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            status = command(*arguments, **options)
        except Problems as error:
            click.echo(str(error), err=True)
            status = FINDINGS
        except RootsError as error:
            click.echo(f"roots: {error}", err=True)
            status = FINDINGS
        except BrokenPipeError:
            status = OK
        except KeyboardInterrupt:
            click.echo("\nroots: stopped; an unfinished build goes on with --resume", err=True)
            status = 130
        sys.exit(status or OK)
    return run


AS_JSON = click.option("--json", "as_json", is_flag=True, help="Findings as JSON.")
WORKSPACE = click.option("--workspace", type=click.Path(path_type=Path), default=None,
                         help="The folder with catalogue/, governance/, filters/, pipelines/, tokenizer/ (default: from here upwards).")
AS_OF = click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), default=None,
                     help="The day on which agreements are looked at (default: today).")
FOLDER = click.Path(path_type=Path, file_okay=False)


class _PlaceType(click.ParamType):  # type: ignore[type-arg, unused-ignore]  # generic in some versions of click
    """A folder on a disk, or a URL."""

    name = "folder or url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from roots.store import place  # Arrow's file systems are loaded by the commands that need them
        try:
            found = place(value)
        except RootsError as error:
            self.fail(f"{error.what}: {error.mend}", param, ctx)
        return FOLDER.convert(found, param, ctx) if isinstance(found, Path) else found


PLACE = _PlaceType()


def log_to_file() -> None:
    """Beam's chatter goes nowhere, or to the file that ROOTS_LOG names: messages to people come from roots."""
    target = os.environ.get("ROOTS_LOG")
    if target:
        logging.basicConfig(filename=target, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    else:
        logging.disable(logging.CRITICAL)


def workspace_of(folder: Path | None) -> Any:
    from roots.workspace import Workspace
    return Workspace.find(folder)


def day(as_of: datetime | None) -> date:
    return as_of.date() if as_of else date.today()


def recipe_path(workspace: Any, recipe: str) -> Path:
    """A recipe by its path, or by its name in pipelines/."""
    given = Path(recipe)
    return given if given.suffix == ".toml" else workspace.folder / "pipelines" / f"{recipe}.toml"
