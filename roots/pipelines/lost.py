"""What if a worker process of the direct runner dies? The pass fails at once and says so; Beam alone would wait for it for ever.

Importing this module puts a handler in the place of Beam's own: whoever waits for an answer of a dead worker is given an error.
"""
from __future__ import annotations

import threading
import time
from typing import Any

from apache_beam.portability import python_urns
from apache_beam.portability.api import beam_fn_api_pb2
from apache_beam.runners.portability.fn_api_runner.worker_handlers import (
    BeamFnControlServicer,
    ControlFuture,
    GrpcWorkerHandler,
    SubprocessSdkWorkerHandler,
    WorkerHandler,
)

LOST = "a worker process was lost"


@WorkerHandler.register_environment(python_urns.SUBPROCESS_SDK, bytes)
class Watched(SubprocessSdkWorkerHandler):
    """A worker in a process of its own, and a thread that learns of its end."""

    def start_worker(self) -> None:
        from apache_beam.runners.portability.local_job_service import SubprocessSdkWorker
        self.worker = SubprocessSdkWorker(self._worker_command_line, self.control_address, self.provision_info, self.worker_id)
        self.worker_thread = threading.Thread(name="run_worker", target=self._watch, daemon=True)
        self.worker_thread.start()

    def close(self) -> None:
        """Ends the worker. One that has not called yet hears of it when it calls: Beam alone would leave it, and us, waiting for ever."""
        self.control_conn.push(BeamFnControlServicer._DONE_MARKER)
        if isinstance(self.control_conn, _Dead):  # Beam would wait for the stream of a connection that may never have been made
            self.data_conn.close()
            self.stop_worker()
        else:
            GrpcWorkerHandler.close(self)

    def _watch(self) -> None:
        try:
            self.worker.run()
        except RuntimeError as error:  # it did not end well
            how, connection = f"{LOST} ({error})", self.control_conn
            self.control_conn = _Dead(how)  # type: ignore[assignment]
            for pause in (0.0, 1.0):  # again for a request that was on its way to the connection that was
                time.sleep(pause)
                for waiting in list(connection._futures_by_id.values()):
                    if not waiting.is_done():
                        waiting.set(_failed(waiting.instruction_id, how))


class _Dead:
    """A connection to nobody: every request is answered with an error."""

    def __init__(self, how: str) -> None:
        self.how = how

    def push(self, request: beam_fn_api_pb2.InstructionRequest | Any) -> ControlFuture | None:
        if not isinstance(request, beam_fn_api_pb2.InstructionRequest):
            return None
        return ControlFuture(request.instruction_id, _failed(request.instruction_id, self.how))


def _failed(instruction: str, how: str) -> beam_fn_api_pb2.InstructionResponse:
    return beam_fn_api_pb2.InstructionResponse(instruction_id=instruction, error=how)
