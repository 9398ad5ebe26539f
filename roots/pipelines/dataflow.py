"""How does a pipeline get onto Dataflow? With its own runner, in our worker image, on machines without addresses of the Internet.

What could be checked without Google's service, and what could not: docs/runners.md.
"""
from __future__ import annotations

from dataclasses import dataclass

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from roots.errors import RootsError

MACHINE = "n2-standard-4"  # 4 GB to a core; what a worker process takes: docs/runners.md


@dataclass(frozen=True)
class Dataflow:
    """Who pays, where, on which machines, in which image. Empty means: not said. `options`: further options of Beam, as NAME=VALUE."""

    project: str = ""
    region: str = ""
    temp_location: str = ""
    image: str = ""
    machine_type: str = ""
    max_workers: int | None = None
    autoscaling: bool = True
    service_account: str = ""
    public_ips: bool = False
    options: tuple[str, ...] = ()

    def pipeline(self, workers: int) -> beam.Pipeline:
        """A pipeline that starts on `workers` machines. Raises RootsError as `check` does."""
        self.check(workers)
        from apache_beam.runners.dataflow import DataflowRunner
        return beam.Pipeline(DataflowRunner(), options=PipelineOptions(self.flags(workers)))

    def check(self, workers: int) -> None:
        """Raises RootsError for what is missing here, before anything is begun."""
        self.flags(workers)
        try:
            from apache_beam.runners.dataflow.internal import apiclient  # noqa: F401  # fails where Google's clients are not installed
        except ImportError:
            raise RootsError("--runner dataflow", "Google's client libraries are not installed",
                             "pip install 'roots-corpus[dataflow]'") from None

    def flags(self, workers: int) -> list[str]:
        """Dataflow's own options. Raises RootsError for what is missing, all of it at once."""
        needed = {"--project": self.project, "--region": self.region, "--temp-location": self.temp_location,
                  "--container-image": self.image}
        missing = [flag for flag, value in needed.items() if not value]
        if missing:
            raise RootsError("--runner dataflow", f"{', '.join(missing)} not given", "see docs/runners.md, Dataflow")
        if not self.temp_location.startswith("gs://"):
            raise RootsError("--temp-location", f"`{self.temp_location}` is no bucket", "name a folder of a bucket: gs://…")
        if self.max_workers is not None and self.max_workers < workers:
            raise RootsError("--max-workers", f"{self.max_workers} is less than --workers {workers}", "raise the one or lower the other")
        temp = self.temp_location.rstrip("/")
        flags = [f"--project={self.project}", f"--region={self.region}", f"--temp_location={temp}", f"--staging_location={temp}/staging",
                 f"--sdk_container_image={self.image}", f"--machine_type={self.machine_type or MACHINE}", f"--num_workers={workers}",
                 f"--autoscaling_algorithm={'THROUGHPUT_BASED' if self.autoscaling else 'NONE'}"]
        if self.max_workers is not None:
            flags.append(f"--max_num_workers={self.max_workers}")
        if self.service_account:
            flags.append(f"--service_account_email={self.service_account}")
        flags.append("--use_public_ips" if self.public_ips else "--no_use_public_ips")
        return [*flags, *(f"--{option}" for option in self.options)]
