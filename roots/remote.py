"""What is a file behind a URL? A place that answers to the names of `pathlib.Path`; every process opens the store for itself.

`pyarrow.fs` reads and writes s3 and gs in C++, fsspec whatever else it has an implementation of: hdfs by hdfs-native, which needs no Java.
Credentials come from the environment and stand in no address.
"""
from __future__ import annotations

import io
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from roots.errors import RootsError

AHEAD = 4 << 20  # bytes that one request to a store asks for
_GROWING = ("hdfs", "viewfs")  # these show a file while it is written, and rename one in one step

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
        with plainly(self):
            return bool(self._about().type != fs.FileType.NotFound)

    def is_dir(self) -> bool:
        with plainly(self):
            return bool(self._about().type == fs.FileType.Directory)

    def is_file(self) -> bool:
        with plainly(self):
            return bool(self._about().type == fs.FileType.File)

    def size(self) -> int:
        """Bytes. Raises FileNotFoundError."""
        with plainly(self):
            about = self._about()
            if about.type != fs.FileType.File:
                raise FileNotFoundError(self.url)
            return int(about.size)

    def written(self) -> int:
        """When it was last changed, in nanoseconds since 1970; 0 where the store does not say. Raises FileNotFoundError."""
        with plainly(self):
            about = self._about()
            if about.type != fs.FileType.File:
                raise FileNotFoundError(self.url)
            return int(about.mtime_ns or 0)

    def read_bytes(self) -> bytes:
        """Raises FileNotFoundError."""
        with plainly(self), self.filesystem.open_input_file(self.path) as file:
            size = file.size()
            return file.read(size) if size else b""  # Google's refuses a request for what is behind the end

    def unlink(self, missing_ok: bool = False) -> None:
        with plainly(self):
            try:
                self.filesystem.delete_file(self.path)
            except FileNotFoundError:
                if not missing_ok:
                    raise

    @contextmanager
    def writing(self) -> Iterator[pa.NativeFile]:
        """Takes the file's bytes, which must not fail to come. When the block ends the file is there; before, no reader sees any of it."""
        growing = self.url.split(":", 1)[0] in _GROWING
        draft = self.parent / f".{self.name}.{socket.gethostname()}.{os.getpid()}" if growing else self
        with plainly(self, writing=True):
            with self.filesystem.open_output_stream(draft.path, compression=None) as sink:
                yield sink
            if growing:
                self.filesystem.handler.fs.mv(draft.path, self.path, overwrite=True)

    @property
    def filesystem(self) -> fs.FileSystem:
        return _opened(self.url)[0]

    @property
    def path(self) -> str:
        """As the file system calls it."""
        return _opened(self.url)[1]

    def _about(self) -> fs.FileInfo:
        return self.filesystem.get_file_info(self.path)


@lru_cache(maxsize=4096)
def _opened(url: str) -> tuple[fs.FileSystem, str]:
    parts = urlsplit(url)
    client = _client(parts.scheme, parts.netloc)
    return client, client.handler.fs._strip_protocol(url) if isinstance(client, fs.PyFileSystem) else f"{parts.netloc}{parts.path}"


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
        from fsspec.core import url_to_fs
        options = {} if scheme in _GROWING else {"use_listings_cache": False}
        return fs.PyFileSystem(fs.FSSpecHandler(url_to_fs(f"{scheme}://{host}/", **options)[0]))
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
def plainly(where: Remote, *, writing: bool = False) -> Iterator[None]:
    """What a store says becomes where → what → mend; that a file is not there stays what it is, but where it was to be written."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # hdfs-native says the latter for what a name node refuses
        if isinstance(error, FileNotFoundError) and not writing:
            raise
        raise RootsError(str(where), f"the store says: {_first_line(error)}",
                         "look at the address, the credentials in the environment and the network; a build goes on with --resume") from None


class Ranges(io.RawIOBase):
    """A remote file whose every read is one request."""

    def __init__(self, where: Remote) -> None:
        self._where = where
        with plainly(where):
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
        with plainly(self._where):
            data = self._file.read_at(wanted, self._at) if wanted > 0 else b""
        target[:len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()
