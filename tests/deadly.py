"""Functions for a child process that may die: stages to which some texts are deadly, and some that answer."""
from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pyarrow as pa

from roots import document
from roots.errors import RootsError
from roots.pipelines.stages import Done, chain


def poisoned(stages: tuple[str, ...], where: str) -> Callable[[Any], Iterator[str | Done]]:
    """Stages that only mark what they saw; in the stage `where`, three texts are deadly."""
    def stage_of(name: str) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
        def stage(batch: pa.RecordBatch) -> pa.RecordBatch:
            for text in batch.column("text").to_pylist() if name == where else ():
                if text in DEADLY:
                    DEADLY[text]()
            return document.with_columns(batch, {f"m.{name}": pa.array([1.0] * len(batch), pa.float32())})
        return stage

    with patch("roots.pipelines.stages.function_of", lambda name, rules: stage_of(name)):
        return chain(stages, None)  # type: ignore[arg-type]


def endless() -> None:
    while True:
        pass


def segfault() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


DEADLY: dict[str, Callable[[], None]] = {"mlipuko": os.abort, "कभी-नहीं": endless, "انهيار": segfault}


def tells(*arguments: int) -> Callable[[int], Iterator[int]]:
    def function(value: int) -> Iterator[int]:
        yield from arguments
        if value < 0:
            raise RootsError("here", "negative", "add")
        yield value
    return function


def never() -> Callable[[int], Iterator[int]]:
    os._exit(3)


def at_last(file: str) -> Callable[[int], Iterator[int]]:
    """Dies at its first start."""
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return tells()
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def waits() -> Callable[[int], Iterator[int]]:
    def function(value: int) -> Iterator[int]:
        time.sleep(value)
        yield value
    return function


def slowly(value: int) -> int:
    time.sleep(0.5)
    return value
