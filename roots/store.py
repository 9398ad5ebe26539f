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
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from roots.digest import file_digest
from roots.errors import RootsError

AHEAD = 4 << 20  # bytes that one request to a store asks for
_URL = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+)://")
_NATIVE = ("s3", "gs", "hdfs", "viewfs")  # the others: whatever fsspec has an implementation of


@dataclass(frozen=True, order=True)
class Remote:
    """A file or folder behind a URL; picklable, since it is nothing but the URL. Names are those of `pathlib.Path`.

    Every method that asks the store raises RootsError when the store refuses or does not answer.
    """

    url: str

    def __str__(self) -> str:
        return self.url

    def __truediv__(self, name: str) -> Remote:
        return Remote(f"{self.url}/{name}")

    @property
    def name(self) -> str:
        return self.url.rsplit("/", 1)[-1]

    @property
    def parent(self) -> Remote:
        return Remote(self.url.rsplit("/", 1)[0])

    def under(self, folder: Remote) -> str:
        return self.url.removeprefix(folder.url + "/")

    def mkdir(self, *, parents: bool = True, exist_ok: bool = True) -> None:
        """Nothing: folders of an object store are made of the names of its files."""

    def exists(self) -> bool:
        with _plainly(self):
            return bool(self._about().type != fs.FileType.NotFound)

    def is_dir(self) -> bool:
        with _plainly(self):
            return bool(self._about().type == fs.FileType.Directory)

    def is_file(self) -> bool:
        with _plainly(self):
            return bool(self._about().type == fs.FileType.File)

    def size(self) -> int:
        """Bytes. Raises FileNotFoundError."""
        with _plainly(self):
            about = self._about()
            if about.type != fs.FileType.File:
                raise FileNotFoundError(self.url)
            return int(about.size)

    def read_bytes(self) -> bytes:
        """Raises FileNotFoundError."""
        with _plainly(self), self.filesystem.open_input_file(self.path) as file:
            size = file.size()
            return file.read(size) if size else b""  # Google's refuses a request for what is behind the end

    def unlink(self, missing_ok: bool = False) -> None:
        with _plainly(self):
            try:
                self.filesystem.delete_file(self.path)
            except FileNotFoundError:
                if not missing_ok:
                    raise

    @property
    def filesystem(self) -> fs.FileSystem:
        return _opened(self.url)[0]

    @property
    def path(self) -> str:
        """As the file system calls it."""
        return _opened(self.url)[1]

    def _about(self) -> fs.FileInfo:
        return self.filesystem.get_file_info(self.path)


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
    if ("@" in parts.netloc and (parts.scheme != "hdfs" or ":" in parts.netloc.split("@")[0])) or parts.query:
        raise RootsError(f"{parts.scheme}://…", "holds credentials or options", "leave them to the environment: docs/storage.md says which")
    return Remote(text.rstrip("/"))


@lru_cache(maxsize=4096)
def _opened(url: str) -> tuple[fs.FileSystem, str]:
    parts = urlsplit(url)
    if parts.scheme in ("s3", "gs", "gcs"):
        return _client(parts.scheme, parts.netloc), f"{parts.netloc}{parts.path}"
    if parts.scheme in _NATIVE:
        return _client(parts.scheme, parts.netloc), parts.path or "/"
    system = _client(parts.scheme, "")
    return system, system.handler.fs._strip_protocol(url)


@lru_cache(maxsize=64)
def _client(scheme: str, host: str) -> fs.FileSystem:
    """Once per process: what is pickled is the URL, and every worker opens its own."""
    try:
        if scheme == "s3":
            endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None
            region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
            return fs.S3FileSystem(
                region=region or ("us-east-1" if endpoint else fs.resolve_s3_region(host)), endpoint_override=endpoint,
                anonymous=os.environ.get("ROOTS_S3_ANONYMOUS") == "1", allow_delayed_open=True,
                retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=6))
        if scheme in ("gs", "gcs"):
            from datetime import timedelta
            emulator = os.environ.get("STORAGE_EMULATOR_HOST", "")
            at = urlsplit(emulator if "//" in emulator else f"http://{emulator}")
            patience = timedelta(seconds=60)
            return (fs.GcsFileSystem(anonymous=True, scheme=at.scheme, endpoint_override=at.netloc, retry_time_limit=patience) if emulator
                    else fs.GcsFileSystem(anonymous=os.environ.get("ROOTS_GS_ANONYMOUS") == "1", retry_time_limit=patience))
        if scheme in _NATIVE:
            user, _, name = host.rpartition("@")
            node, _, port = name.partition(":")
            return fs.HadoopFileSystem(f"{scheme}://{node}" if scheme == "viewfs" else node or "default", int(port or 0), user=user or None)
        import fsspec
        return fs.PyFileSystem(fs.FSSpecHandler(fsspec.filesystem(scheme, use_listings_cache=False)))
    except (OSError, ValueError, ImportError) as error:
        raise RootsError(f"{scheme}://{host}", f"cannot be opened: {_first_line(error)}",
                         "docs/storage.md says what each kind of address needs") from None


def forget() -> None:
    """Opens every store anew: for tests, which change the environment."""
    _opened.cache_clear()
    _client.cache_clear()


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]


@contextmanager
def _plainly(where: Remote, *, writing: bool = False) -> Iterator[None]:
    """What a store says becomes where → what → mend; that a file is not there stays what it is, but where it was to be written."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not writing:
            raise
        raise RootsError(str(where), f"the store says: {_first_line(error)}",
                         "look at the address, the credentials in the environment and the network; a build goes on with --resume") from None


def files(folder: Place, pattern: str = "*") -> list[Place]:
    """The files below a folder that a pattern such as `*.json` or `**/*.py` names, sorted; none when there is no such folder."""
    if isinstance(folder, Path):
        return sorted(path for path in folder.glob(pattern) if path.is_file())
    from fsspec.utils import glob_translate
    wanted = re.compile(glob_translate(pattern))
    deep = "/" in pattern or "**" in pattern
    with _plainly(folder):
        root = folder.path.rstrip("/")
        found = folder.filesystem.get_file_info(fs.FileSelector(root, allow_not_found=True, recursive=deep))
    names = (info.path[len(root):].lstrip("/") for info in found if info.type == fs.FileType.File)
    return sorted(folder / name for name in names if wanted.match(name))


def empty(folder: Place) -> bool:
    """Is there nothing in it, or no such folder?"""
    if isinstance(folder, Path):
        return not folder.exists() or not any(folder.iterdir())
    with _plainly(folder):
        return not folder.filesystem.get_file_info(fs.FileSelector(folder.path, allow_not_found=True, recursive=True))


def size(file: Place) -> int:
    """Bytes. Raises FileNotFoundError."""
    return file.stat().st_size if isinstance(file, Path) else file.size()


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
    with _plainly(folder):
        try:
            folder.filesystem.delete_dir(folder.path)
        except OSError:  # Google's has no folders, deletes what is below, and then says that there was none
            if not empty(folder):
                raise


class _Ranges(io.RawIOBase):
    """A remote file whose every read is one request."""

    def __init__(self, where: Remote) -> None:
        self._where = where
        with _plainly(where):
            self._file = where.filesystem.open_input_file(where.path)
            self._size, self._at = int(self._file.size()), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, target: Any) -> int:
        wanted = min(len(target), self._size - self._at)  # a store may refuse to look behind the end
        with _plainly(self._where):
            data = self._file.read_at(wanted, self._at) if wanted > 0 else b""
        target[:len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def reading(file: Place) -> IO[bytes]:
    """The bytes from the beginning, or after a seek, some megabytes at a time. Raises FileNotFoundError, and OSError of a local file."""
    return open(file, "rb") if isinstance(file, Path) else io.BufferedReader(_Ranges(file), AHEAD)


def whole(file: Place) -> pa.NativeFile:
    """All bytes at once: memory-mapped where they lie on a disk, fetched where not."""
    return pa.memory_map(str(file)) if isinstance(file, Path) else pa.BufferReader(file.read_bytes())


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
        with _plainly(file, writing=True), file.filesystem.open_output_stream(file.path, compression=None) as sink:
            shutil.copyfileobj(draft_of, sink, AHEAD)


def write(file: Place, content: bytes | pa.Buffer) -> None:
    """The file is there whole, or not at all."""
    if isinstance(file, Path):
        with writing(file) as sink:
            sink.write(content)
        return
    with _plainly(file, writing=True), file.filesystem.open_output_stream(file.path, compression=None) as sink:
        sink.write(content)
