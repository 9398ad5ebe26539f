"""Who is building here? Of two builds in one folder the second is refused, and a build that died is told from one that works.

On a disk the kernel keeps the lock and gives it back when its holder dies. An object store has no locks, but what one has written, the
next listing shows (Amazon S3 and Google Cloud Storage since 2020, HDFS always): each build writes a lease of its own name first and looks
for others after that, so that of two builds at least one sees the other. A lease that lives is written anew every `BEAT`; one that has not
changed while somebody watched it for `PATIENCE` is dead: it is told so by a file beside it, in case it was only slow. Nobody's clock is
compared with anybody else's.
"""
from __future__ import annotations

import fcntl
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from roots import store
from roots.errors import RootsError
from roots.remote import Remote
from roots.store import Place

BEAT = 10.0      # seconds between two signs of life
PATIENCE = 60.0  # seconds without one, after which a lease is dead
_DEAD = ".dead"


class Lease:
    """The right to write a run folder; `check` says whether it still stands."""

    def __init__(self, run: Place) -> None:
        self.run, self.lost = run, False

    def check(self) -> None:
        """Raises RootsError when another build has taken this one for dead."""
        if self.lost:
            raise RootsError(str(self.run), "was taken over by another build while this one gave no sign of life",
                             "let the other one finish: what this one has done is not lost to it")


@contextmanager
def claim(run: Place, work: Place, beat: float = BEAT, patience: float = PATIENCE) -> Iterator[Lease]:
    """Holds the run folder. Raises RootsError when another build does."""
    with (_locked(run, work) if isinstance(work, Path) else _leased(run, work / "lease", beat, patience)) as lease:
        yield lease


def _taken(run: Place) -> RootsError:
    return RootsError(str(run), "is being written by another build", "wait for it, or name another folder")


@contextmanager
def _locked(run: Place, work: Path) -> Iterator[Lease]:
    with (work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise _taken(run) from None
        yield Lease(run)


@contextmanager
def _leased(run: Place, folder: Remote, beat: float, patience: float) -> Iterator[Lease]:
    name = secrets.token_hex(8)
    lease, mine, stopped = Lease(run), folder / name, threading.Event()

    def live() -> None:
        count = 0
        while not stopped.wait(beat):
            try:
                lease.lost = (folder / f"{name}{_DEAD}").exists()
                if lease.lost:
                    return
                count += 1
                store.write(mine, str(count).encode())
            except RootsError:  # a store that does not answer now may answer at the next beat
                continue

    store.write(mine, b"0")
    heart = threading.Thread(target=live, daemon=True)
    heart.start()
    try:
        found = {file.name: file for file in store.files(folder)}
        _outlive([file for other, file in found.items() if other != name and not other.endswith(_DEAD) and other + _DEAD not in found],
                 run, patience)
        yield lease
    finally:
        stopped.set()
        heart.join()
        mine.unlink(missing_ok=True)


def _outlive(others: list[Place], run: Place, patience: float) -> None:
    """Tells the dead that they are. Raises RootsError as soon as one lives."""
    seen = {other: _said(other) for other in others}
    for _ in range(12 if seen else 0):
        sleep(patience / 12)
        if any(_said(other) not in (was, None) for other, was in seen.items()):
            raise _taken(run)
    for other in others:
        store.write(other.parent / f"{other.name}{_DEAD}", b"")


def _said(other: Place) -> bytes | None:
    try:
        return other.read_bytes()
    except FileNotFoundError:
        return None  # it has gone by itself
