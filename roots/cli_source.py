"""What can one ask of the catalogue from the command line? new, list, show, import, submit, approve."""
from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from roots.errors import RootsError
from roots.terminal import AS_JSON, WORKSPACE, day, guarded, say, workspace_of

ON = click.option("--on", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day of the signature (default: today).")
BY = click.option("--by", required=True, help="Your id in governance/people.toml.")


@click.group()
def source() -> None:
    """The catalogue: register, look at, submit and approve sources.

    \b
    Example:  roots source new my-letters
    """


@source.command()
@click.argument("id")
@WORKSPACE
@guarded
def new(id: str, workspace: Path | None) -> None:
    """Begins a record: a file to fill in, with a comment beside each line.

    \b
    Example:  roots source new my-letters
    """
    from roots.catalogue.drafts import draft
    found = workspace_of(workspace)
    path = found.folder / "catalogue" / "sources" / f"{id}.toml"
    text = draft(id)
    if path.exists():
        raise RootsError(found.relative(path), "exists already", "choose another id, or edit the file")
    path.write_text(text, encoding="utf-8")
    click.echo(f"{found.relative(path)}: fill it in, then: roots check, and roots source submit {id} --by YOUR-ID")


@source.command(name="list")
@WORKSPACE
@AS_JSON
@guarded
def list_(workspace: Path | None, as_json: bool) -> None:
    """Every source: its id, state, licence and languages.

    \b
    Example:  roots source list
    """
    from roots.catalogue.approval import state
    sources = workspace_of(workspace).sources
    rows = [{"id": id, "state": state(one).name, "licence": one.licence.concluded, "languages": list(one.languages), "name": one.name}
            for id, one in sources.items()]
    width = max((len(id) for id in sources), default=0)
    lines = [f"{row['id']:<{width}}  {row['state']:<9}  {row['licence'] or '(no licence)':<18}  {_few(row['languages'])}" for row in rows]
    say(rows, as_json, lines)


def _few(languages: list[str]) -> str:
    return " ".join(languages) if len(languages) <= 12 else f"{len(languages)} languages"


@source.command()
@click.argument("id")
@WORKSPACE
@AS_JSON
@guarded
def show(id: str, workspace: Path | None, as_json: bool) -> None:
    """One source, with its state in a sentence. The custodian's contact is not shown.

    \b
    Example:  roots source show tico19
    """
    from roots.catalogue.approval import state
    found = workspace_of(workspace)
    one = source_of(found, id)
    facts = found.describe(id) | {"file": one.file, "state": state(one).name}
    lines = [f"{key:<14} {', '.join(value) if isinstance(value, list) else value}" for key, value in facts.items() if value]
    say(facts, as_json, [*lines, "", state(one).sentence])


def source_of(workspace: Any, id: str) -> Any:
    """The record of a source. Raises RootsError with the nearest id when there is none, Problems when it cannot be read."""
    from roots.errors import Problems
    from roots.records import suggestion
    sources = workspace.sources
    if id in sources:
        return sources[id]
    faults = [problem for problem in workspace.problems if problem.file.endswith(f"/{id}.toml")]
    if faults:
        raise Problems(faults)
    raise RootsError(f"catalogue/sources/{id}.toml", "does not exist", suggestion(id, sources))


@source.command(name="import")
@click.option("--from", "kind", type=click.Choice(["bigscience"]), required=True, help="Whose form the file has.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), default=None, help="Write the drafts here (default: only report).")
@AS_JSON
@WORKSPACE
@guarded
def import_(kind: str, file: Path, to: Path | None, as_json: bool, workspace: Path | None) -> None:
    """Reads another catalogue's entries as drafts, and reports every value that was normalised or that conflicts.

    \b
    Example:  roots source import --from bigscience entries.jsonl --to drafts
    """
    from roots.catalogue.bigscience import import_entries
    here = workspace_of(workspace)
    found = import_entries(file, here.codes, here.licences)
    if to is not None:
        to.mkdir(parents=True, exist_ok=True)
        for id, text in found.drafts.items():
            (to / f"{id}.toml").write_text(text, encoding="utf-8")
    say(found.as_json(), as_json, found.lines())


@source.command()
@click.argument("id")
@BY
@ON
@WORKSPACE
@guarded
def submit(id: str, by: str, on: datetime | None, workspace: Path | None) -> None:
    """Signs a record as ready to be looked at by somebody else.

    \b
    Example:  roots source submit my-letters --by registrar
    """
    _sign("submit", id, by, on, workspace)


@source.command()
@click.argument("id")
@BY
@ON
@WORKSPACE
@guarded
def approve(id: str, by: str, on: datetime | None, workspace: Path | None) -> None:
    """Signs a record that somebody else submitted; from now on builds may use it.

    \b
    Example:  roots source approve my-letters --by reviewer
    """
    _sign("approve", id, by, on, workspace)


def _sign(act: str, id: str, by: str, on: datetime | None, workspace: Path | None) -> None:
    from roots.catalogue import approval
    found = workspace_of(workspace)
    one = source_of(found, id)
    path = found.folder / one.file
    text = path.read_bytes().decode("utf-8")
    sign = approval.submit if act == "submit" else approval.approve
    path.write_bytes(sign(text, one, by, day(on), found.people).encode())
    click.echo(approval.state(source_of(type(found)(found.folder), id)).sentence)
