"""Real servers that speak the protocols of Amazon S3 and Google Cloud Storage, on this machine, for tests: `make stores` installs them."""
from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent / ".stores" / "bin"
PROGRAMS = {"s3": "moto_server", "gs": "fake-gcs-server"}
BUCKET = "corpus"


def program(scheme: str) -> str:
    """Where the server lies; a test that needs it says that it is skipped without it."""
    places = os.pathsep.join([str(HERE), str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which(PROGRAMS[scheme], path=places)
    if not found:
        pytest.skip(f"no {PROGRAMS[scheme]} is installed: `make stores`")
    return found


@contextmanager
def serving(scheme: str) -> Iterator[dict[str, str]]:
    """A server with an empty bucket, kept in memory; yields the environment in which it is found."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    at = f"http://127.0.0.1:{port}"
    if scheme == "s3":
        command = [program(scheme), "-H", "127.0.0.1", "-p", str(port)]
        bucket = urllib.request.Request(f"{at}/{BUCKET}", method="PUT")  # noqa: S310  our own server
        environment = {"AWS_ENDPOINT_URL": at, "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "k3y-0f-these-t3sts"}
    else:
        command = [program(scheme), "-backend", "memory", "-scheme", "http", "-host", "127.0.0.1", "-port", str(port)]
        bucket = urllib.request.Request(f"{at}/storage/v1/b?project=none", data=b'{"name": "%s"}' % BUCKET.encode(),  # noqa: S310
                                        headers={"Content-Type": "application/json"})
        environment = {"STORAGE_EMULATOR_HOST": at}
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(bucket, timeout=30):  # noqa: S310
                    break
            except OSError:
                time.sleep(0.2)
        else:
            pytest.fail(f"{command[0]} does not answer")
        yield environment
    finally:
        server.kill()
        server.wait()
