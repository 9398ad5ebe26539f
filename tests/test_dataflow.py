"""Would Dataflow take our jobs? What is missing is said; the passes translate with Dataflow's own code; the template is well formed.

Nothing here reaches Google. Where its client libraries are not installed (`pip install 'roots-corpus[dataflow]'`), what needs them says
that it is skipped.
"""
from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from roots.errors import RootsError
from roots.pipelines import dataflow_template
from roots.pipelines.dataflow import Dataflow
from tests.conftest import ROOT, roots

METADATA = json.loads((ROOT / "deploy" / "dataflow" / "metadata.json").read_text(encoding="utf-8"))
SPEC = json.loads((ROOT / "deploy" / "dataflow" / "spec.json").read_text(encoding="utf-8"))
COMPLETE = Dataflow("a-project", "europe-west4", "gs://bucket/temp", "europe-docker.pkg.dev/a/b/roots:1", max_workers=40,
                    service_account="builder@a-project.iam.gserviceaccount.com", options=("dataflow_kms_key=a/key",))


def test_everything_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    done = roots("build", "sample", "--runner", "dataflow", "--region", "europe-west4", "--to", str(tmp_path / "run"))
    assert done.returncode == 1
    assert not (tmp_path / "run").exists()
    assert "--project, --temp-location, --container-image not given" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_contradicts_itself_is_refused() -> None:
    with pytest.raises(RootsError, match="is no bucket"):
        Dataflow("p", "r", "/tmp/here", "image").flags(1)
    with pytest.raises(RootsError, match="40 is less than --workers 41"):
        COMPLETE.flags(41)


def test_flags_are_options_that_beam_knows() -> None:
    flags = COMPLETE.flags(2)
    assert "--no_use_public_ips" in flags
    known = set(PipelineOptions().get_all_options())
    aliases = {"no_use_public_ips": "use_public_ips"}
    names = [flag[2:].partition("=")[0] for flag in flags]
    assert not {aliases.get(name, name) for name in names} - known


def test_the_template_asks_for_what_the_program_reads() -> None:
    names = {one["name"]: one for one in METADATA["parameters"]}
    assert set(names) == {*dataflow_template.PARAMETERS, "sdk_container_image"}
    required = {name for name, one in names.items() if not one.get("isOptional")}
    given = dict.fromkeys(required, "x")
    dataflow_template.command_of(given)
    for name in required - {"sdk_container_image"}:
        with pytest.raises(RootsError, match=name):
            dataflow_template.command_of({**given, name: ""})


@pytest.mark.parametrize(("name", "good", "bad"), [
    ("recipe", "open46", "../open46"), ("data", "gs://b/data", "/data"), ("run", "gs://b/runs/1", "s3://b/runs"),
    ("workspace", "", "workspace.tar"), ("workers", "100", "0"), ("passes_runner", "direct", "flink"),
    ("sdk_container_image", "europe-docker.pkg.dev/a/b/roots:1", "an image"),
])
def test_the_console_refuses_what_cannot_be(name: str, good: str, bad: str) -> None:
    (parameter,) = [one for one in METADATA["parameters"] if one["name"] == name]
    (pattern,) = parameter["regexes"]
    assert re.fullmatch(pattern, good)
    assert not re.fullmatch(pattern, bad)


def test_the_order_becomes_a_command() -> None:
    given = {"recipe": "open46", "data": "gs://b/data", "run": "gs://b/run", "project": "p", "region": "r", "temp_location": "gs://b/t",
             "sdk_container_image": "i", "workers": "8"}
    command = dataflow_template.command_of(given)
    assert command.arguments == (
        "build", "open46", "--data", "gs://b/data", "--to", "gs://b/run", "--workers", "8", "--project", "p", "--region", "r",
        "--temp-location", "gs://b/t", "--container-image", "i", "--runner", "dataflow", "--resume")
    assert "--project" not in dataflow_template.command_of({**given, "passes_runner": "direct"}).arguments


def test_the_specification_has_the_fields_that_dataflow_documents() -> None:
    types = pytest.importorskip("google.cloud.dataflow_v1beta3.types")
    from google.protobuf import json_format
    spec = json_format.ParseDict({**SPEC, "metadata": METADATA}, types.ContainerSpec.pb(types.ContainerSpec()))
    assert spec.metadata.parameters[0].name == "recipe"
    with pytest.raises(json_format.ParseError):
        json_format.ParseDict({**SPEC, "metadata": {**METADATA, "colour": "red"}}, types.ContainerSpec.pb(types.ContainerSpec()))


@contextmanager
def translating(jobs: list[Any], monkeypatch: pytest.MonkeyPatch, staged: Path) -> Iterator[None]:
    """Every pipeline that runs here is also translated by Dataflow's own code, up to the request that would start it."""
    apiclient = pytest.importorskip("apache_beam.runners.dataflow.internal.apiclient")
    from apache_beam.runners.dataflow import DataflowRunner
    from apache_beam.transforms import environments

    def stage(_: Any, __: str, name: str, stream: Any, **___: Any) -> None:
        data = stream.read() if hasattr(stream, "read") else Path(stream).read_bytes()
        (staged / f"{len(jobs)}-{name}").write_bytes(data)

    monkeypatch.setattr(apiclient.DataflowApplicationClient, "stage_file_with_retry", stage)
    monkeypatch.setattr(apiclient, "create_storage_client", lambda *_: None)
    run = beam.Pipeline.run

    def both(pipeline: beam.Pipeline, *arguments: Any) -> Any:
        if isinstance(pipeline.runner, DataflowRunner):
            return run(pipeline, *arguments)
        options = PipelineOptions([*COMPLETE.flags(2), "--dry_run=True", "--no_auth", "--job_name=roots-test"])
        graph = pipeline.to_runner_api(default_environment=environments.DockerEnvironment(container_image=COMPLETE.image))
        runner = DataflowRunner()
        job = runner.run_pipeline(None, options, graph).job
        apiclient.DataflowApplicationClient(options, job.root_staging_location).create_job_description(job)
        jobs.append(job)
        return run(pipeline, *arguments)

    monkeypatch.setattr(beam.Pipeline, "run", both)
    yield


@pytest.mark.slow
def test_every_pass_is_translated_by_dataflows_own_code(monkeypatch: pytest.MonkeyPatch, sample_run: Path, tmp_path: Path) -> None:
    from datetime import date

    from apache_beam.portability.api import beam_runner_api_pb2

    from roots.pipelines.build import build
    from roots.pipelines.engine import Engine
    from roots.pipelines.passes import Order
    from roots.workspace import Workspace
    workspace = Workspace(ROOT)
    jobs: list[Any] = []
    with translating(jobs, monkeypatch, tmp_path):
        record = build(Order(workspace, workspace.recipe(ROOT / "pipelines" / "sample.toml"), ROOT / "pipelines" / "sample",
                             tmp_path / "run", date.today()), Engine())
    assert record["results"] == json.loads((sample_run / "manifest.json").read_bytes())["results"]
    assert len(jobs) == 5  # judge, deduplicate, finish, write, tokens
    for number, job in enumerate(jobs):
        environment = job.proto.environment
        (pool,) = environment.worker_pools
        assert (pool.machine_type, pool.num_workers, pool.autoscaling_settings.max_num_workers) == ("n2-standard-4", 2, 40)
        assert pool.ip_configuration.name == "WORKER_IP_PRIVATE"
        assert [image.container_image for image in pool.sdk_harness_container_images] == [COMPLETE.image]
        assert environment.service_account_email == COMPLETE.service_account
        graph = beam_runner_api_pb2.Pipeline.FromString((tmp_path / f"{number}-pipeline.pb").read_bytes())
        assert graph.components.transforms
        assert {one.urn for one in graph.components.environments.values()} == {"beam:env:docker:v1"}
        bounded = {one.is_bounded for one in graph.components.pcollections.values()}
        assert bounded == {beam_runner_api_pb2.IsBounded.BOUNDED}


@pytest.mark.slow
def test_the_templates_job_drives_a_build(sample_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    order = ["--recipe", "sample", "--data", str(ROOT / "pipelines" / "sample"), "--run", str(run), "--passes_runner", "direct"]
    dataflow_template.main([*order, "--runner", "FnApiRunner"])
    results = json.loads((sample_run / "manifest.json").read_bytes())["results"]
    assert json.loads((run / "manifest.json").read_bytes())["results"] == results
    dataflow_template.main([*order, "--runner", "FnApiRunner"])  # the machine was lost after its last step: nothing is left to do
    (run / "manifest.json").unlink()
    with pytest.raises(Exception, match="roots build ended with 1"):
        dataflow_template.main([*order, "--runner", "FnApiRunner"])
