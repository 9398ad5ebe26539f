"""Where shall a build run? The flags of `roots build` that choose a runner, and the engine that they name."""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from roots.errors import RootsError

if TYPE_CHECKING:
    from roots.pipelines.engine import Engine

Command = Callable[..., Any]
_RUNNERS = ("direct", "flink", "dataflow")
_OPTIONS = (
    click.option("--runner", type=click.Choice(_RUNNERS), default="direct", show_default=True, help="Where Beam runs."),
    click.option("--workers", type=click.IntRange(1, 4096), default=1, show_default=True,
                 help="Worker processes; on Flink, slots; on Dataflow, machines to begin with."),
    click.option("--flink-master", default="localhost:8081", show_default=True, metavar="HOST:PORT", help="Flink's REST address."),
    click.option("--job-server", default="localhost:8099", show_default=True, metavar="HOST:PORT", help="Beam's job server for Flink."),
    click.option("--worker-environment", default="pool=localhost:50000", show_default=True,
                 metavar="pool=HOST:PORT|process[=COMMAND]|container=IMAGE", help="How a machine of Flink starts Python."),
    click.option("--project", default="", help="Dataflow: the project that pays."),
    click.option("--region", default="", help="Dataflow: where its machines stand, e.g. europe-west4."),
    click.option("--temp-location", default="", metavar="gs://…", help="Dataflow: where it stages and shuffles."),
    click.option("--container-image", default="", help="Dataflow: the worker image (deploy/Dockerfile)."),
    click.option("--machine-type", default="", help="Dataflow: a worker's machine, e.g. n2-highmem-4."),
    click.option("--max-workers", type=click.IntRange(1, 4096), default=None, help="Dataflow: the most machines it may take."),
    click.option("--autoscaling/--no-autoscaling", default=True, help="Dataflow: may it choose the number of machines?"),
    click.option("--service-account", default="", help="Dataflow: on whose behalf its machines work."),
    click.option("--public-ips/--no-public-ips", default=False, help="Dataflow: do its machines have addresses of the Internet?"),
    click.option("--beam-option", "beam_options", multiple=True, metavar="NAME=VALUE", help="A further option of Beam; may be repeated."),
)


def runner_options(command: Command) -> Command:
    """Adds the flags above to a command; `engine_of` takes what they are given."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def engine_of(runner: str, workers: int, flink_master: str, job_server: str, worker_environment: str, project: str, region: str,
              temp_location: str, container_image: str, machine_type: str, max_workers: int | None, autoscaling: bool,
              service_account: str, public_ips: bool, beam_options: tuple[str, ...]) -> Engine:
    """The engine that the flags name. Raises RootsError for what is missing or malformed, before anything is begun."""
    for option in beam_options:
        if "=" not in option or option.startswith("-"):
            raise RootsError("--beam-option", f"`{option}` is not NAME=VALUE", "for example --beam-option execution_mode_for_batch=BATCH")
    from roots.pipelines.engine import Engine
    if runner == "flink":
        from roots.pipelines.flink import Flink
        flink = Flink(flink_master, job_server, worker_environment, beam_options)
        flink.check(workers)
        return Engine(runner, workers, flink.pipeline)
    if runner == "dataflow":
        from roots.pipelines.dataflow import Dataflow
        dataflow = Dataflow(project, region, temp_location, container_image, machine_type, max_workers, autoscaling, service_account,
                            public_ips, beam_options)
        dataflow.check(workers)
        return Engine(runner, workers, dataflow.pipeline)
    if beam_options:
        raise RootsError("--beam-option", "the local runner takes none", "name --runner flink or dataflow, or leave it out")
    return Engine(runner, workers)
