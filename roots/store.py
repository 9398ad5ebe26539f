"""Where do files lie, and how are they read and written there? Here a path is a `pathlib.Path`; behind a URL, a place that answers alike.

Whoever reads or writes a run or raw files does it by what stands here, so that a run in a bucket needs no other code than one on a disk.
A disk is read through memory maps and written by renaming a draft. In an object store a file is made beside, on the local disk, and put
there in one piece: no reader ever sees a part of it. No byte is packed or unpacked on the way, whatever a file is called. Credentials
come from the environment and stand in no address.
"""
from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from roots.digest import file_digest
from roots.errors import RootsError
from roots.remote import AHEAD, Ranges, Remote, plainly

_URL = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+)://")

Place = Path | Remote


def place(where: str | os.PathLike[str] | Remote) -> Place:
    """The place that a path or a URL names. Raises RootsError for a URL that holds a password, or of a kind that nothing here reads."""
    if isinstance(where, Remote):
        return where
    text = os.fspath(where)
    if not _URL.match(text):
        return Path(where)
    parts = urlsplit(text)
    if parts.scheme == "file":
        return Path(parts.path)
    if "@" in parts.netloc or parts.query:
        raise RootsError(f"{parts.scheme}://…", "holds credentials or options", "leave them to the environment: docs/storage.md says which")
    return Remote(text.rstrip("/"))


def files(folder: Place, pattern: str = "*") -> list[Place]:
    """The files below a folder that a pattern such as `*.json` or `**/*.py` names, sorted; none when there is no such folder."""
    if isinstance(folder, Path):
        return sorted(path for path in folder.glob(pattern) if path.is_file())
    from fsspec.utils import glob_translate
    wanted = re.compile(glob_translate(pattern))
    deep = "/" in pattern or "**" in pattern
    with plainly(folder):
        root = folder.path.rstrip("/")
        found = folder.filesystem.get_file_info(fs.FileSelector(root, allow_not_found=True, recursive=deep))
    names = (info.path[len(root):].lstrip("/") for info in found if info.type == fs.FileType.File)
    return sorted(folder / name for name in names if wanted.match(name))


def empty(folder: Place) -> bool:
    """Is there nothing in it, or no such folder?"""
    if isinstance(folder, Path):
        return not folder.exists() or not any(folder.iterdir())
    with plainly(folder):
        return not folder.filesystem.get_file_info(fs.FileSelector(folder.path, allow_not_found=True, recursive=True))


def size(file: Place) -> int:
    """Bytes. Raises FileNotFoundError."""
    return file.stat().st_size if isinstance(file, Path) else file.size()


def written(file: Place) -> int:
    """When it was last changed, in nanoseconds since 1970; 0 where its store does not say. Raises FileNotFoundError."""
    return file.stat().st_mtime_ns if isinstance(file, Path) else file.written()


def digest(file: Place) -> str:
    """sha256 of a file's bytes, in hex."""
    if isinstance(file, Path):
        return file_digest(file)
    total = hashlib.sha256()
    with reading(file) as stream:
        while chunk := stream.read(AHEAD):
            total.update(chunk)
    return total.hexdigest()


def name_in(folder: Place, file: Place) -> str:
    """The file's name as seen from the folder, with slashes."""
    return file.relative_to(folder).as_posix() if isinstance(file, Path) and isinstance(folder, Path) else str(file)[len(str(folder)) + 1:]


def remove(folder: Place) -> None:
    """A folder and all below it; nothing when there is none."""
    if isinstance(folder, Path):
        shutil.rmtree(folder, ignore_errors=True)
        return
    with plainly(folder):
        try:
            folder.filesystem.delete_dir(folder.path)
        except OSError:  # Google's has no folders, deletes what is below, and then says that there was none
            if not empty(folder):
                raise


def reading(file: Place) -> IO[bytes]:
    """The bytes from the beginning, or after a seek, some megabytes at a time. Raises FileNotFoundError, and OSError of a local file."""
    return open(file, "rb") if isinstance(file, Path) else io.BufferedReader(Ranges(file), AHEAD)


def whole(file: Place) -> pa.NativeFile:
    """All bytes at once: memory-mapped where they lie on a disk, fetched where not."""
    return pa.memory_map(str(file)) if isinstance(file, Path) else pa.BufferReader(file.read_bytes())


def ranges(file: Place) -> pa.NativeFile:
    """Some bytes here and some there: memory-mapped where they lie on a disk, a request for each where not."""
    return pa.memory_map(str(file)) if isinstance(file, Path) else pa.PythonFile(Ranges(file), "r")


def passing(file: Place) -> pa.NativeFile:
    """The bytes from front to back: memory-mapped where they lie on a disk, some megabytes at a time where not."""
    if isinstance(file, Path):
        return pa.memory_map(str(file))
    return pa.PythonFile(reading(file), "r")


@contextmanager
def writing(file: Place) -> Iterator[pa.NativeFile]:
    """Takes a file's bytes. When the block ends the file is there whole; when it fails nothing of it is."""
    if isinstance(file, Path):
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            with pa.OSFile(str(draft), "wb") as sink:
                yield sink
            os.replace(draft, file)
        finally:
            draft.unlink(missing_ok=True)
        return
    with tempfile.TemporaryFile() as draft_of:  # a store shows an upload when it is closed, and it is closed on errors, too
        yield pa.PythonFile(draft_of, "w")
        draft_of.seek(0)
        with file.writing() as sink:
            shutil.copyfileobj(draft_of, sink, AHEAD)


def sweep(folder: Place) -> None:
    """Removes the drafts below a folder: those of writers that were killed, for nobody may be writing there any more."""
    for file in files(folder, "**/*"):
        if file.name.startswith("."):
            file.unlink(missing_ok=True)


def write(file: Place, content: bytes | pa.Buffer) -> None:
    """The file is there whole, or not at all."""
    if isinstance(file, Path):
        with writing(file) as sink:
            sink.write(content)
        return
    with file.writing() as sink:
        sink.write(content)
