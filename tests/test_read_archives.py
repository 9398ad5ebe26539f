"""Does every file of an archive become a document or a rejection, and none gets out of it?"""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.reading import PACK, blocks, column, given_file, reasons, texts

FILES = {
    "src/a.py": b"print('a')\n",
    "src/b.c": "// ναί\nint main;\n".encode(),
    "logo.png": b"\x89PNG\x00\x00",
    "../../etc/passwd": b"root",
    "/abs.py": b"x",
    "C:\\win.py": b"x",
    "big.c": b"y" * 3000,
}


def tar_of(files: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        archive.addfile(_member("src", tarfile.DIRTYPE))
        archive.addfile(_member("link", tarfile.SYMTYPE, linkname="/etc/shadow"))
        for name, data in files.items():
            archive.addfile(_member(name, tarfile.REGTYPE, size=len(data)), io.BytesIO(data))
    return sink.getvalue()


def _member(name: str, type: bytes, size: int = 0, linkname: str = "") -> object:
    member = tarfile.TarInfo(name)
    member.type, member.size, member.linkname = type, size, linkname
    return member


def zip_of(files: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("src/", b"")
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, b"/etc/shadow")
        for name, data in files.items():
            archive.writestr(name, data)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("name", "make"),
    [("a.tar", tar_of), ("a.tar.gz", tar_of), ("a.tar.zst", tar_of), ("a.tar.xz", tar_of), ("a.zip", zip_of), ("a.zip.gz", zip_of)],
)
def test_archives_of_code(tmp_path: Path, name: str, make: object) -> None:
    data = make(FILES)  # type: ignore[operator]
    packed = PACK.get("." + name.rsplit(".", 1)[1], PACK[""])(data)
    found = blocks(given_file(tmp_path, name, packed, "code"), 2, record=1000, block_records=3)
    assert texts(found) == [FILES["src/a.py"].decode(), FILES["src/b.c"].decode()]
    assert column(found, "locator") == [f"{name}#src/a.py", f"{name}#src/b.c"] and set(column(found, "kind")) == {"programming"}
    assert {locator.partition("#")[2]: why for locator, why in reasons(found).items()} == {
        "link": "archive.path_outside",
        "logo.png": "code.binary",
        "../../etc/passwd": "archive.path_outside",
        "/abs.py": "archive.path_outside",
        "C:\\win.py": "archive.path_outside",
        "big.c": "record.too_large",
    }
    big = next(rejected for block in found for rejected in block.rejected if rejected.reason == "record.too_large")
    assert big.bytes == 3000
    assert not (tmp_path / "etc").exists()


def test_damaged_archives_and_bombs(tmp_path: Path) -> None:
    many = {f"f{i}.py": b"x = 1\n" * 50 for i in range(50)}
    data = tar_of(many)
    damaged = bytearray(data)
    at = data.index(b"f25.py")
    damaged[at : at + 512] = b"\xaa" * 512
    found = blocks(given_file(tmp_path, "a.tar", bytes(damaged), "code"))
    assert len(texts(found)) == 25 and reasons(found)["a.tar#rest"] == "archive.corrupt"
    cut = blocks(given_file(tmp_path, "b.tar", data[: data.index(b"f40.py") + 600], "code"))
    assert len(texts(cut)) == 40 and reasons(cut)["b.tar#rest"] == "archive.corrupt"
    bomb = zip_of({"bomb.c": b" " * 3_000_000})
    assert "archive.too_large" in reasons(blocks(given_file(tmp_path, "c.zip", bomb, "code"), ratio=50, ratio_from=1000)).values()
    again = blocks(given_file(tmp_path, "d.zip", zip_of(many)[:-40], "code"))
    assert set(reasons(again).values()) == {"archive.corrupt"}
