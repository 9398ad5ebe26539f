"""A worker process: how does Beam's own harness start, without its chatter on standard error, and on one core?

The direct runner hands its addresses over as environment variables. A worker pool, a task manager and a container call the program
`roots-worker` as Beam calls the boot program of its containers: with --id, --provision_endpoint and, at will, the other addresses
(https://beam.apache.org/contribute/runner-guide/, container contract).
"""
from __future__ import annotations

import argparse
import faulthandler
import logging
import os
import sys

from roots.pipelines import lean


def main() -> None:
    """Serves until the pipeline is done."""
    if not os.environ.get("ROOTS_LOG"):
        logging.disable(logging.WARNING)  # else Beam hands what is logged here on to the driver, who writes the file
    os.environ["RAYON_NUM_THREADS"] = "1"  # a worker is one core
    os.dup2(2, 1)  # nobody reads a worker's standard output, and a pool leaves it in a pipe that fills up
    handed = handed_over(sys.argv[1:])
    if handed:
        faulthandler.enable()  # a native library that dies says so in the pool's log
    os.environ.update(handed)
    lean.load("apache_beam")
    from apache_beam.runners.worker import sdk_worker_main
    sdk_worker_main.main(sys.argv)


def handed_over(arguments: list[str]) -> dict[str, str]:
    """The environment variables that Beam's harness reads, from the flags of the container contract; nothing without them."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("id", "provision_endpoint", "control_endpoint", "logging_endpoint"):
        parser.add_argument(f"--{name}", default="")
    given, _ = parser.parse_known_args(arguments)
    if not given.id:
        return {}
    import grpc
    from apache_beam.portability.api import beam_provision_api_pb2, beam_provision_api_pb2_grpc
    from google.protobuf import json_format

    found = {"WORKER_ID": given.id}
    control, log = given.control_endpoint, given.logging_endpoint
    if given.provision_endpoint:
        with grpc.insecure_channel(given.provision_endpoint) as channel:
            service = beam_provision_api_pb2_grpc.ProvisionServiceStub(channel)
            info = service.GetProvisionInfo(beam_provision_api_pb2.GetProvisionInfoRequest(), metadata=[("worker_id", given.id)],
                                            timeout=60, wait_for_ready=True).info
        control, log = control or info.control_endpoint.url, log or info.logging_endpoint.url
        found["PIPELINE_OPTIONS"] = json_format.MessageToJson(info.pipeline_options)
        found["RUNNER_CAPABILITIES"] = " ".join(info.runner_capabilities)
    found["CONTROL_API_SERVICE_DESCRIPTOR"] = f'url: "{control}"'
    if log:
        found["LOGGING_API_SERVICE_DESCRIPTOR"] = f'url: "{log}"'
    return found


if __name__ == "__main__":
    main()
