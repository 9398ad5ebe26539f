"""Real servers on this machine, for tests: S3's and Google Cloud Storage's protocols, and HDFS itself. `make stores` gets them."""
from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent / ".stores" / "bin"
HADOOP = HERE.parent / "hadoop"
SETTINGS = """<configuration>
<property><name>fs.defaultFS</name><value>hdfs://127.0.0.1:{port}</value></property>
<property><name>hadoop.tmp.dir</name><value>{folder}</value></property>
<property><name>dfs.replication</name><value>1</value></property>
<property><name>dfs.namenode.http-address</name><value>127.0.0.1:0</value></property>
<property><name>dfs.datanode.address</name><value>127.0.0.1:0</value></property>
<property><name>dfs.datanode.http.address</name><value>127.0.0.1:0</value></property>
<property><name>dfs.datanode.ipc.address</name><value>127.0.0.1:0</value></property>
</configuration>
"""
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
def serving(scheme: str) -> Iterator[tuple[str, dict[str, str]]]:
    """A server with nothing in it; yields the address of a folder there, and the environment in which it is found."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if scheme == "hdfs":
        with _hadoop(port):
            yield f"hdfs://127.0.0.1:{port}/{BUCKET}", {}
        return
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
        yield f"{scheme}://{BUCKET}", environment
    finally:
        server.kill()
        server.wait()


@contextmanager
def _hadoop(port: int) -> Iterator[None]:
    """A name node and a data node, Hadoop's own, that take files."""
    pytest.importorskip("hdfs_native", reason="hdfs-native is not installed: pip install 'roots-corpus[hdfs]'")
    if not shutil.which("java") or not HADOOP.is_dir():
        pytest.skip("no Hadoop is installed, or no Java: `make stores`")
    from hdfs_native import Client, WriteOptions
    with tempfile.TemporaryDirectory() as folder, ExitStack() as nodes:
        for name in ("core-site.xml", "hdfs-site.xml"):
            (Path(folder) / name).write_text(SETTINGS.format(port=port, folder=folder))
        java = ["java", "-Xmx256m", "-cp", os.pathsep.join([folder, str(HADOOP / "*")])]
        server = "org.apache.hadoop.hdfs.server"
        subprocess.run([*java, f"{server}.namenode.NameNode", "-format", "-nonInteractive"], check=True, capture_output=True)
        for node in ("namenode.NameNode", "datanode.DataNode"):
            process = subprocess.Popen([*java, f"{server}.{node}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            nodes.callback(process.wait)
            nodes.callback(process.kill)
        for _ in range(300):
            try:
                with Client(f"hdfs://127.0.0.1:{port}").create("/ready", WriteOptions(overwrite=True)) as file:
                    file.write(b"yes")
                break
            except (OSError, RuntimeError):
                time.sleep(0.2)
        else:
            pytest.fail("HDFS does not answer")
        yield
