"""How does somebody without Python start a build on Dataflow? A Flex Template: a job of one machine that drives the passes.

A template launches exactly one job and must not wait for it, but a build is a few jobs with decisions between them. So the template's
job holds one element, the order; whichever machine takes it runs `roots build --resume`, which starts the passes as jobs of their own.
When that machine is lost, Dataflow hands the element to another one, and `--resume` goes on from what is proven whole.
"""
from __future__ import annotations

import argparse
import logging
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions

from roots.errors import RootsError
from roots.unpack import unpack

# The template's parameters (deploy/dataflow/metadata.json says what each is), and the flag of `roots build` that each becomes.
PARAMETERS = {"recipe": "", "workspace": "", "data": "--data", "run": "--to", "passes_runner": "--runner", "workers": "--workers",
              "passes_machine_type": "--machine-type", "passes_max_workers": "--max-workers"}
OF_DATAFLOW = {"project": "--project", "region": "--region", "temp_location": "--temp-location",
               "sdk_container_image": "--container-image", "service_account_email": "--service-account"}
COMPLETE = "holds a complete run"


@dataclass(frozen=True)
class Command:
    """What the driving machine is to do: `roots build` with these arguments, in a workspace from here (empty: the image's own)."""

    arguments: tuple[str, ...]
    workspace: str = ""


def command_of(given: dict[str, str]) -> Command:
    """The template's parameters as a command. Raises RootsError when recipe, data or run is not given."""
    missing = [name for name in ("recipe", "data", "run") if not given.get(name)]
    if missing:
        raise RootsError("Flex Template", f"{', '.join(missing)} not given", "see deploy/dataflow/metadata.json")
    on_dataflow = given.get("passes_runner", "dataflow") == "dataflow"
    flags = PARAMETERS | (OF_DATAFLOW if on_dataflow else {})
    arguments = [word for name, flag in flags.items() if flag and given.get(name) for word in (flag, given[name])]
    if "--runner" not in arguments:
        arguments += ["--runner", "dataflow"]
    return Command(("build", given["recipe"], *arguments, "--resume"), given.get("workspace", ""))


def drive(command: Command) -> int:
    """Runs the command on this machine and returns 0. Raises RuntimeError with what `roots` said, so that Dataflow tries again."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        if command.workspace:
            with FileSystems.open(command.workspace) as stream, tarfile.open(fileobj=stream, mode="r|*") as archive:
                archive.extractall(workspace, filter="data")
        else:
            unpack(workspace)
        arguments = [sys.executable, "-m", "roots", *command.arguments, "--workspace", str(workspace)]
        done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)
    logging.getLogger("roots").warning("%s", done.stdout[-4000:] + done.stderr[-4000:])
    if done.returncode and COMPLETE not in done.stderr:  # the machine was lost after the build's last step
        raise RuntimeError(f"roots build ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    return 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Builds the driving job and hands it to the runner that the launcher names; does not wait for it."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in PARAMETERS:
        parser.add_argument(f"--{name}", default="")
    given, others = parser.parse_known_args(arguments)
    options = PipelineOptions(others)
    theirs = options.get_all_options(drop_default=True, retain_unknown_options=True)
    command = command_of(vars(given) | {name: str(theirs[name]) for name in OF_DATAFLOW if theirs.get(name)})
    pipeline = beam.Pipeline(options=options)
    _ = pipeline | "Order" >> beam.Create([command]) | "Drive the build" >> beam.Map(drive)
    pipeline.run()


if __name__ == "__main__":
    main()
