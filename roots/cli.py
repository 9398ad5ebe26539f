"""What can one ask of roots? Thin commands over the library; Beam, spaCy and numba are imported only by those that need them."""
from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from roots import __version__
from roots.cli_filters import filters
from roots.cli_models import models, tokenizer
from roots.cli_runners import engine_of, runner_options
from roots.cli_scrub import scrub_options
from roots.cli_source import source
from roots.errors import RootsError
from roots.terminal import AS_JSON, AS_OF, FINDINGS, FOLDER, OK, PLACE, WORKSPACE, day, guarded, log_to_file, recipe_path, say, workspace_of

if TYPE_CHECKING:
    from roots.store import Place


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="roots")
def main() -> None:
    """A governed catalogue of sources in, a training corpus out, and an answer for every document.

    \b
    Example:
      roots plan sample
      roots build sample --data pipelines/sample --to runs/sample
      roots explain --run runs/sample --text "a sentence of the corpus"
    """


@main.command()
@click.argument("folder", type=FOLDER)
@guarded
def init(folder: Path) -> None:
    """Makes a new workspace: the five folders, as this version of roots carries them.

    \b
    Example:  roots init my-corpus && cd my-corpus && roots check
    """
    from roots.unpack import unpack
    count = unpack(folder)
    click.echo(f"{folder}: {count} files. Next: cd {folder} && roots check")


@main.command()
@WORKSPACE
@AS_JSON
@guarded
def check(workspace: Path | None, as_json: bool) -> int:
    """Lists every problem in the five folders: file:line · key · problem · mend.

    \b
    Example:  roots check
    """
    found = workspace_of(workspace)
    problems = found.check()
    say([problem.as_json() for problem in problems], as_json,
        [*map(str, problems), f"{len(problems)} problem{'s' if len(problems) != 1 else ''} in {found.folder}"])
    return FINDINGS if problems else OK


@main.command()
@click.argument("recipe")
@click.option("--estimate", is_flag=True, help="Also say what the build would take, from a little of every source.")
@click.option("--data", type=PLACE, default=None, help="With --estimate: where the sources' files lie (default: the recipe's folder).")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="With --estimate: how many workers.")
@click.option("--rates", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=None,
              help="With --estimate: a copy of roots/pipelines/rates.toml with your prices.")
@WORKSPACE
@AS_OF
@AS_JSON
@guarded
def plan(recipe: str, estimate: bool, data: Place | None, workers: int, rates: Path | None, workspace: Path | None,
         as_of: datetime | None, as_json: bool) -> int:
    """Says which sources a build admits and which it refuses, and why, before a byte is read.

    Exits with 1 when a source is refused.

    \b
    Example:  roots plan sample
              roots plan open46 --data DIR --estimate --workers 64
    """
    found = workspace_of(workspace)
    intent = found.recipe(recipe_path(found, recipe))
    verdicts = found.verdicts(intent, day(as_of))
    lines = [f"{intent.name} · profile {intent.profile} · as of {day(as_of)}", ""]
    for id in intent.sources:
        verdict = verdicts[id]
        lines.append(f"  {'admitted' if verdict.allowed else 'REFUSED '}  {id}  {found.licence_of(id)}")
        lines += [f"            {reason.sentence} ({reason.code}; {reason.file} · {reason.key})" for reason in verdict.reasons]
    refused = [id for id in intent.sources if not verdicts[id].allowed]
    lines += ["", f"{len(intent.sources) - len(refused)} admitted, {len(refused)} refused"]
    findings = {id: verdicts[id].as_json() for id in intent.sources}
    admitted = [id for id in intent.sources if verdicts[id].allowed]
    if estimate and admitted:
        from roots.pipelines.estimate import RATES
        from roots.pipelines.estimate import estimate as foresee
        from roots.rules import rules_of
        path = recipe_path(found, recipe)
        foreseen = foresee(found, admitted, data or path.parent / path.stem, rules_of(found, intent, admitted), workers, rates or RATES)
        findings = {"sources": findings, "estimate": foreseen.as_json()}
        lines += ["", *foreseen.lines()]
    say(findings, as_json, lines)
    return FINDINGS if refused else OK


@main.command()
@click.argument("recipe")
@click.option("--to", "run", type=PLACE, required=True, help="The run folder to write: a path, or s3://…, gs://…, hdfs://…")
@click.option("--data", type=PLACE, default=None, help="Where the sources' files lie: DATA/<source>/… (default: the recipe's folder).")
@click.option("--against", type=PLACE, multiple=True, metavar="RUN",
              help="An earlier run: its documents count as kept, their duplicates go. May be given several times.")
@click.option("--resume", is_flag=True, help="Go on with an unfinished run; what is proven whole is not done again.")
@runner_options
@scrub_options
@WORKSPACE
@AS_OF
@AS_JSON
@guarded
def build(recipe: str, run: Place, data: Place | None, against: tuple[Place, ...], resume: bool, secret: Path | None,
          names: tuple[str, ...], workspace: Path | None, as_of: datetime | None, as_json: bool, **runner: Any) -> None:
    """Builds a corpus: documents, ledger, tokenizer, tokens, report.

    \b
    Example:  roots build sample --data pipelines/sample --to runs/sample --workers 2
              roots build sample --data pipelines/sample --to runs/sample --runner flink --workers 2
    """
    found = workspace_of(workspace)
    path = recipe_path(found, recipe)
    intent = found.recipe(path)
    data = data or path.parent / path.stem
    log_to_file()
    from roots.pipelines import lean
    lean.load("apache_beam")
    from roots.governance.scrub_rules import Keeping
    from roots.pipelines.build import build as build_run
    from roots.pipelines.passes import Order
    from roots.pipelines.summary import lines_of
    order = Order(found, intent, data, run, day(as_of), resume, Keeping.of(secret, names), against)
    record = build_run(order, engine_of(**runner))
    say({"run": str(run), "results": record["results"]}, as_json, lines_of(record, run))


@main.command()
@click.argument("id", required=False)
@click.option("--text", "sentence", default=None, help="A sentence of the document instead of its id.")
@click.option("--run", type=PLACE, default=None, help="The run folder (default: the newest in runs/).")
@click.option("--data", type=PLACE, default=None, help="Where the sources' files lie: shows a duplicate beside the document that was kept.")
@WORKSPACE
@AS_JSON
@guarded
def explain(id: str | None, sentence: str | None, run: Place | None, data: Place | None, workspace: Path | None, as_json: bool) -> None:
    """Tells the story of one document, kept or not, in sentences.

    With --data also how a duplicate differs: [-what only it has-], {+what only the kept document has+}.

    \b
    Example:  roots explain 3f2a9c41 --run runs/sample
              roots explain --text "a sentence of the corpus" --run runs/sample
    """
    if (id is None) == (sentence is None):
        raise click.UsageError("give a document's id, or --text with a sentence of it")
    from roots.pipelines import explain as telling
    folder = run or newest_run()
    stories = [telling.explain(folder, id)] if id else telling.find(folder, sentence or "")
    lines = []
    found = []
    for story in stories:
        beside = telling.compared(folder, story, workspace_of(workspace), data) if data else None
        lines += [*story.sentences, *([beside] if beside else []), ""]
        found.append(story.as_json() | ({"difference": beside} if beside else {}))
    say(found, as_json, lines[:-1])


def newest_run() -> Path:
    """The one run in runs/ that was finished last. Raises RootsError when there is none."""
    from roots.manifest import NAME
    runs = sorted(Path("runs").glob(f"*/{NAME}"), key=lambda path: path.stat().st_mtime)
    if not runs:
        raise RootsError("runs/", "holds no run", "name one with --run")
    return runs[-1].parent


@main.command()
@click.argument("run", type=PLACE)
@AS_JSON
@guarded
def verify(run: Place, as_json: bool) -> int:
    """Recomputes every digest of a run and balances its books; names the first fault.

    \b
    Example:  roots verify runs/sample
    """
    from roots import manifest
    from roots.pipelines.verify import faults
    found = list(faults(run))
    record = manifest.read(run) if not found else {"files": {}}
    good = f"{run}: {len(record['files'])} files are as they were sealed, and the books balance"
    say({"run": str(run), "faults": found}, as_json, [f"{run}: {fault}" for fault in found] or [good])
    return FINDINGS if found else OK


@main.command()
@click.argument("run", type=PLACE)
@guarded
def report(run: Place) -> None:
    """Writes RUN/report anew from the manifest and the ledger, and seals the run again.

    \b
    Example:  roots report runs/sample
    """
    from roots.pipelines.reseal import report_again
    report_again(run)
    click.echo(str(run / "report" / "index.html"))


for group in (source, filters, models, tokenizer):
    main.add_command(group)

if __name__ == "__main__":
    main()
