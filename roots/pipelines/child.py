"""How is code run that may crash or never end? In a child process that may die; the parent lives, and can say how it died.

Libraries in C and C++ (fastText, KenLM, an HTML parser, spaCy) can take their process with them. A child costs its start and some
milliseconds for a batch, and keeps its models loaded from call to call.
"""
from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any, ClassVar

import pyarrow as pa

from roots.errors import RootsError
from roots.pipelines import lean

STARTS = 3     # tries to get a child up
PATIENCE = 10  # seconds on the clock for each second of computing time: who computes nothing waits for something
_living: weakref.WeakSet[Child] = weakref.WeakSet()

Function = Callable[[Any], Iterator[Any]]


class Died(Exception):
    """The child is gone. `how`: "SIGSEGV", "out of time", "exit 1"; `said`: what the function had yielded until then."""

    def __init__(self, how: str, said: Sequence[Any]) -> None:
        super().__init__(how)
        self.how, self.said = how, list(said)


class Child:
    """Calls `make(*arguments)`, once, and the function that this returns, as often as wanted, in a process of their own.

    Both are pickled by name. The function yields what it wants to say; the last of it is its answer. The process is started
    at the first call, and again after it died.
    """

    spent: ClassVar[float] = 0.0  # CPU seconds that the children of this process have reported so far

    def __init__(self, make: Callable[..., Function], *arguments: Any) -> None:
        self._order = (make, arguments)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def __call__(self, value: Any, seconds: float) -> list[Any]:
        """Everything that the function yields for this value.

        Raises Died when the child crashes, or when it computes for more than `seconds`; what the function itself raises; RootsError
        when not even `make` comes back.
        """
        with self._lock:
            self._ready()
            said: list[Any] = []
            try:
                self._channel.send((value, seconds))
                while True:
                    kind, content, cpu = self._channel.recv()
                    Child.spent += cpu
                    if kind == "said":
                        said.append(content)
                    elif kind == "done":
                        return said
                    else:
                        raise content
            except (EOFError, ConnectionError):
                raise Died(self._buried(), said) from None

    def _ready(self) -> None:
        """Starts the child where there is none; again, when somebody kills it before it is up."""
        how = ""
        for _ in range(STARTS if self._process is None else 0):
            try:
                self._start()
                self._channel.recv()
                return
            except (EOFError, ConnectionError):
                how = self._buried()
        if how:
            raise RootsError("a worker's child process", f"does not come up ({how})",
                             "free memory if that was it; else the installation is damaged: run `make test`")

    def close(self) -> None:
        """Ends the child; a later call would start it anew."""
        with self._lock:
            self._buried()

    def _start(self) -> None:
        mine, theirs = socket.socketpair()
        self._channel = Connection(mine.detach())
        with theirs:
            log = os.environ.get("ROOTS_LOG")
            with open(log or os.devnull, "ab") as noise:
                self._process = subprocess.Popen([sys.executable, "-c", f"import {__name__} as child; child.main()", str(theirs.fileno())],
                                                 pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=noise, stderr=noise)
        _living.add(self)
        self._channel.send(self._order)

    def _buried(self) -> str:
        """Closes, waits, and says how it ended."""
        if self._process is None:
            return "never began"
        self._channel.close()
        status = self._process.wait()
        self._process = None
        _living.discard(self)
        if -status in (signal.SIGPROF, signal.SIGALRM):
            return "out of time"
        return signal.Signals(-status).name if status < 0 else f"exit {status}"


def close_all() -> None:
    """Ends every child of this process."""
    for child in list(_living):
        child.close()


def _serve(channel: Connection) -> None:
    make, arguments = channel.recv()
    trouble, function = None, None
    try:
        function = make(*arguments)
    except Exception as error:
        trouble = error
    channel.send(True)
    before = 0.0
    while True:
        value, seconds = channel.recv()
        try:
            if trouble is not None:
                raise trouble
            signal.setitimer(signal.ITIMER_PROF, seconds)  # no handlers: the default of both is the end, whatever the code is at
            signal.setitimer(signal.ITIMER_REAL, seconds * PATIENCE)
            for item in function(value):  # type: ignore[misc]
                channel.send(("said", item, 0.0))
            answer: tuple[str, Any] = ("done", None)
        except Exception as error:
            answer = ("raised", error if isinstance(error, RootsError) else RuntimeError(type(error).__name__))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
        now = time.process_time()
        channel.send((*answer, now - before))
        before = now


def _packed(batch: pa.RecordBatch) -> tuple[Callable[[pa.Buffer], pa.RecordBatch], tuple[bytes]]:
    """Arrow IPC: pickle would send the whole parent of a slice."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return _unpacked, (sink.getvalue().to_pybytes(),)


def _unpacked(data: bytes) -> pa.RecordBatch:
    with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
        return reader.read_next_batch()


ForkingPickler.register(pa.RecordBatch, _packed)  # the pickler of connections, and no other


def main() -> None:
    """Serves the parent at the other end of the socket whose number is the last argument, until it closes it or is gone."""
    os.environ["RAYON_NUM_THREADS"] = "1"
    pa.set_cpu_count(1)
    lean.load()
    try:
        _serve(Connection(int(sys.argv[-1])))
    except (EOFError, ConnectionError, KeyboardInterrupt):
        sys.exit(0)
