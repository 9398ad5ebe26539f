"""Does any damage to a file make a reader crash, hang, or lose count?

Each case damages a sound file of one format in one way, chosen by a seeded generator: cut off, bits flipped, a stretch
overwritten, doubled or removed, another format's bytes under its name, packed once more, a lie in a length.
"""

from __future__ import annotations

import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from roots.digest import file_digest
from roots.pipelines.read import Input, ReadLimits, read

TEXTS = ["Habari za asubuhi ", "नमस्ते दुनिया ", "你好，世界", "Ẹ kú àárọ̀ ", "مرحبا بالعالم "]
LIMITS = ReadLimits(record=1 << 16, block=1 << 14, block_records=64, ratio=100, ratio_from=1 << 22, depth=200)
Damage = Callable[[bytes, random.Random], bytes]


def records() -> list[dict[str, str]]:
    return [{"id": f"r{n}", "text": TEXTS[n % 5] * (n % 30 + 1), "lang": "sw"} for n in range(200)]


def jsonl() -> bytes:
    return b"".join(json.dumps(record, ensure_ascii=bool(n % 2)).encode() + b"\n" for n, record in enumerate(records()))


def table() -> pa.Table:
    return pa.Table.from_pylist(records())


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(table(), sink, row_group_size=50, compression="zstd")
    return sink.getvalue()


def arrow(make: Callable[..., pa.ipc.RecordBatchStreamWriter]) -> bytes:
    sink = io.BytesIO()
    with make(sink, table().schema) as writer:
        writer.write_table(table(), max_chunksize=40)
    return sink.getvalue()


def html() -> bytes:
    body = "".join(f"<div><p>{record['text']}</p><ul><li>x</ul></div>" for record in records()[:60])
    return f"<!doctype html><html><head><meta charset=utf-8></head><body>{body}</body></html>".encode()


def warc() -> bytes:
    parts = []
    for number in range(20):
        body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(html()[:3000])
        parts.append(
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/{number}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
            + b"\r\n\r\n"
        )
    return b"".join(parts)


def tar() -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for number, record in enumerate(records()):
            member = tarfile.TarInfo(f"src/f{number}.py")
            data = record["text"].encode()
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return sink.getvalue()


def zipped() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, record in enumerate(records()):
            archive.writestr(f"src/f{number}.c", record["text"])
    return sink.getvalue()


SOUND: dict[str, tuple[str, bytes]] = {
    "a.jsonl": ("jsonl", jsonl()),
    "a.parquet": ("parquet", parquet()),
    "s.arrow": ("arrow", arrow(pa.ipc.new_stream)),
    "f.arrow": ("arrow", arrow(pa.ipc.new_file)),
    "a.html": ("html", html()),
    "a.txt": ("text", "\n".join(TEXTS * 40).encode()),
    "a.warc": ("warc", warc()),
    "a.tar": ("code", tar()),
    "a.zip": ("code", zipped()),
    "a.py": ("code", b"print('x')\n" * 50),
}
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    ".gz": gzip.compress,
    ".zst": zstandard.ZstdCompressor().compress,
    ".xz": lambda data: lzma.compress(data, preset=0),
}


def cut_off(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def flip(data: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 3, 40))):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def overwrite(data: bytes, chance: random.Random) -> bytes:
    start, length = chance.randrange(len(data)), chance.choice((1, 8, 512))
    return data[:start] + chance.choice((b"\x00" * length, b"\xff" * length, chance.randbytes(length))) + data[start + length :]


def double(data: bytes, chance: random.Random) -> bytes:
    start, stop = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:stop] + data[start:stop] + data[stop:]


def remove(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.choice((1, 7, 512, 4096)) :]


def other_format(data: bytes, chance: random.Random) -> bytes:
    return chance.choice([sound for _, sound in SOUND.values()])


def packed_again(data: bytes, chance: random.Random) -> bytes:
    return chance.choice(list(PACKERS.values())[1:])(data)


def bomb(data: bytes, chance: random.Random) -> bytes:
    return chance.choice(list(PACKERS.values())[1:])(data[:100] + bytes([chance.choice((0, 10, 32, 60))]) * 8_000_000)


def lie(data: bytes, chance: random.Random) -> bytes:
    """A run of digits, or four bytes, become a huge number."""
    digits = [place for place in range(len(data) - 8) if data[place : place + 3].isdigit()][:500]
    if digits and chance.random() < 0.7:
        place = chance.choice(digits)
        return data[:place] + b"9" * chance.choice((3, 11)) + data[place + 3 :]
    place = chance.randrange(max(1, len(data) - 4))
    return data[:place] + chance.choice((b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\x00\x00\x00\x80")) + data[place + 4 :]


def long_line(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + chance.choice((b"x", b"[", b'"', b"<div>", b"\xf0")) * 200_000 + data[start:]


DAMAGES: list[Damage] = [cut_off, flip, overwrite, double, remove, other_format, packed_again, bomb, lie, long_line]


def check(seed: int, folder: Path) -> None:
    chance = random.Random(seed)
    name = chance.choice(sorted(SOUND))
    suffix = chance.choice(sorted(PACKERS))
    damage = DAMAGES[seed % len(DAMAGES)]
    format, data = SOUND[name]
    outside = chance.random() < 0.5
    data = damage(PACKERS[suffix](data), chance) if outside else PACKERS[suffix](damage(data, chance))
    path = folder / f"{seed}-{name}{suffix}"
    path.write_bytes(data)
    fields = {"record_id": "id", "language": "lang"} if format in ("jsonl", "parquet", "arrow") else {}
    input = Input("src", path.name, str(path), file_digest(path), len(data), format, **fields)
    blocks = [block for slice in range(2) for block in read(input, slice, 2, limits=LIMITS)]
    path.unlink()
    assert sorted(block.number for block in blocks) == list(range(len(blocks)))
    assert [block.number for block in blocks if block.last] == [len(blocks) - 1]
    for block in blocks:
        block.batch.validate(full=True)
        assert block.read == len(block.batch) + len(block.rejected)
        assert block.batch.column("text").null_count == 0
        for rejected in block.rejected:
            assert rejected.locator.startswith(path.name) and rejected.reason and rejected.detail and rejected.mend
            rejected.excerpt.encode()
            assert len(rejected.detail) < 1000


@pytest.mark.parametrize("damage", range(len(DAMAGES)), ids=[damage.__name__ for damage in DAMAGES])
def test_no_damage_is_too_much(tmp_path: Path, damage: int) -> None:
    for seed in range(damage, 160, len(DAMAGES)):
        check(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("lot", range(20))
def test_two_thousand_damaged_files(tmp_path: Path, lot: int) -> None:
    for seed in range(1_000 + 100 * lot, 1_100 + 100 * lot):
        check(seed, tmp_path)
