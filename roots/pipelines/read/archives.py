"""Which files lie in a zip or tar archive? Read in place: nothing is ever unpacked to disk, and no name leads outside."""
from __future__ import annotations

import hashlib
import io
import re
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Self

from roots.pipelines.read.parts import EXCERPT, Fault, Input, Piece, Raw, ReadLimits, Rejected, reject
from roots.pipelines.read.streams import CHUNK, SUFFIXES, Unpacked, chunks, open_raw, packing

_CORRUPT = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, KeyError,
            IndexError, OverflowError, UnicodeError)
_AGAIN = "fetch the archive again from its custodian, or pack it again"
_TAR = re.compile(r"\.(tar(\.(gz|zst|xz))?|tgz|txz)$", re.I)
_ZIP = re.compile(r"\.(zip|jar|whl)(\.(gz|zst|xz))?$", re.I)


def kind(input: Input) -> str:
    """tar, zip, or "" by the file's name."""
    return "tar" if _TAR.search(input.path) else "zip" if _ZIP.search(input.path) else ""


def cut(input: Input, limits: ReadLimits) -> Iterator[Piece]:
    """Members in the archive's own order; a member's name is its record. Folders are no records, links are rejected.

    The second member of the same name is called name~2, and so on.
    """
    members = _zip(input, limits) if kind(input) == "zip" else _tar(input, limits)
    held: list[Raw] = []
    rejected: list[Rejected] = []
    size = count = 0
    seen: dict[str, int] = {}
    fault: Fault | None = None
    while True:
        try:
            member = next(members, None)
        except Fault as found:
            fault = found
            break
        except _CORRUPT as error:
            fault = Fault("archive.corrupt", f"the archive is damaged ({str(error)[:200]})", _AGAIN)
            break
        if member is None:
            break
        if isinstance(member, Raw):
            name = _once(str(member.record), seen)
            try:
                check_inside(str(member.record))
                held.append(Raw(name, member.data))
            except Fault as outside:
                rejected.append(reject(input, name, outside, member.data))
            size += len(member.data)
        else:
            rejected.append(member)
        count += 1
        if size >= limits.block or count >= limits.block_records:
            yield Piece(held, tuple(rejected))
            held, rejected, size, count = [], [], 0, 0
    if fault:
        rejected.append(reject(input, "rest", Fault(fault.reason, f"{fault.detail}; after {sum(seen.values())} members", fault.mend)))
    if held or rejected:
        yield Piece(held, tuple(rejected))


def _once(name: str, seen: dict[str, int]) -> str:
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}~{seen[name]}"


def check_inside(name: str) -> None:
    """Raises Fault (archive.path_outside) for a name that would leave the folder it is unpacked in."""
    parts = re.split(r"[/\\]", name)
    if ".." in parts or name.startswith(("/", "\\")) or re.match(r"^[A-Za-z]:", name) or "\x00" in name:
        raise Fault("archive.path_outside", f"the member's name leads out of the archive: {name[:200]!r}",
                    "pack the archive again with relative names")


def _read(input: Input, name: str, stream: IO[bytes], limits: ReadLimits, budget: _Budget) -> Raw | Rejected:
    """A member's bytes; of one too large only size and digest."""
    parts: list[bytes] = []
    length = 0
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        length += len(chunk)
        budget.spend(len(chunk))
        digest.update(chunk)
        if length <= limits.record:
            parts.append(chunk)
        else:
            parts = parts[:1]
    if length <= limits.record:
        return Raw(name, b"".join(parts))
    problem = Fault("record.too_large", f"a member of {length:,} bytes, the limit is {limits.record:,}",
                    "split the file, or raise record_megabytes in the recipe")
    return reject(input, name, problem, b"".join(parts)[:EXCERPT], bytes=length, sha256=digest.hexdigest())


class _Budget:
    """How much may all members together unpack to?"""

    def __init__(self, packed: int, limits: ReadLimits) -> None:
        self.spent, self.limits = 0, limits
        self.most = min(limits.total, max(limits.ratio_from, limits.ratio * max(packed, 1)))

    def spend(self, count: int) -> None:
        self.spent += count
        if self.spent > self.most:
            raise Fault("archive.too_large", f"unpacks to more than {self.limits.ratio} times its size",
                        "unpack it by hand and look at what it holds")


def _link(input: Input, name: str) -> Rejected:
    return reject(input, name, Fault("archive.path_outside", "is a link or a device, not a file", "pack the file that it points to"))


class _Member(tarfile.TarInfo):
    """Between members, tarfile takes a damaged header for the archive's end and says nothing."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            return super().frombuf(buf, encoding, errors)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError) as error:  # type: ignore[attr-defined]
            raise tarfile.ReadError(str(error)) from None


def _tar(input: Input, limits: ReadLimits) -> Iterator[Raw | Rejected]:
    source = Unpacked(input, limits)
    budget = _Budget(limits.total, limits)  # the stream itself watches the ratio
    try:
        with tarfile.open(fileobj=source, mode="r|", errors="replace", encoding="utf-8", tarinfo=_Member) as archive:
            while member := archive.next():
                archive.members = []  # type: ignore[attr-defined]  # it would remember every member
                if member.isdir():
                    continue
                if not member.isfile() or member.issparse():
                    yield _link(input, member.name)
                    continue
                stream = archive.extractfile(member)
                yield _read(input, member.name, stream or io.BytesIO(), limits, budget)
    except _CORRUPT:
        if not source.fault:
            raise
    if source.fault:
        raise source.fault from None


def _zip(input: Input, limits: ReadLimits) -> Iterator[Raw | Rejected]:
    with open_raw(input) as file:
        if packing(file.read(8)) or input.path.lower().endswith(tuple(SUFFIXES)):
            with tempfile.TemporaryFile() as whole:
                for chunk in chunks(input, limits):
                    whole.write(chunk)
                whole.seek(0)
                yield from _members(input, whole, limits)
        else:
            file.seek(0)
            yield from _members(input, file, limits)


def _members(input: Input, file: IO[bytes], limits: ReadLimits) -> Iterator[Raw | Rejected]:
    budget = _Budget(input.size, limits)
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            if (member.external_attr >> 16) & 0o170000 == 0o120000:
                yield _link(input, member.filename)
                continue
            try:
                with archive.open(member) as stream:
                    yield _read(input, member.filename, stream, limits, budget)
            except _CORRUPT as error:
                if member.flag_bits & 1:
                    fault = Fault("archive.corrupt", "is encrypted", "pack the archive without a password")
                else:
                    fault = Fault("archive.corrupt", f"cannot be unpacked ({str(error)[:200]})", _AGAIN)
                yield reject(input, member.filename, fault)
