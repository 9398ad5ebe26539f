"""Does every record of every kind of file become a document or a rejection, and nothing else?"""

from __future__ import annotations

import gzip
import json
import lzma
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from roots.digest import document_id, file_digest
from roots.errors import RootsError
from roots.pipelines.read import Block, Input, ReadLimits, inputs_of, read

WORDS = ["Habari za asubuhi", "नमस्ते दुनिया", "你好，世界", "Ẹ kú àárọ̀", "שלום", "مرحبا", "a\u2028b", '𝔘 \\ "quoted"']
PACK = {"": lambda data: data, ".gz": gzip.compress, ".xz": lzma.compress, ".zst": zstandard.ZstdCompressor().compress}


def given_file(folder: Path, name: str, data: bytes, format: str = "jsonl", **fields: str) -> Input:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return Input("src", name, str(path), file_digest(path), len(data), format, **fields)


def jsonl(*records: object) -> bytes:
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)


def blocks(input: Input, of: int = 1, **limits: int) -> list[Block]:
    """All blocks, read by `of` slices; what must hold of any file is checked here."""
    found = sorted((block for k in range(of) for block in read(input, k, of, limits=ReadLimits(**limits))), key=lambda block: block.number)
    assert [block.number for block in found] == list(range(len(found)))
    assert [block.last for block in found] == [False] * (len(found) - 1) + [True]
    for block in found:
        block.batch.validate(full=True)
        assert block.read == len(block.batch) + len(block.rejected)
        assert len(set(block.batch.column("id").to_pylist())) == len(block.batch)
    return found


def texts(found: list[Block]) -> list[str]:
    return [text for block in found for text in block.batch.column("text").to_pylist()]


def column(found: list[Block], name: str) -> list[object]:
    return [value for block in found for value in block.batch.column(name).to_pylist()]


def reasons(found: list[Block]) -> dict[str, str]:
    return {rejected.locator: rejected.reason for block in found for rejected in block.rejected}


@pytest.mark.parametrize("suffix", PACK)
def test_json_lines_plain_and_packed(tmp_path: Path, suffix: str) -> None:
    data = jsonl(
        *({"id": f"r{i}", "text": word, "lang": "sw", "url": f"https://example.org/{i}", "more": [i]} for i, word in enumerate(WORDS))
    )
    input = given_file(tmp_path, "a.jsonl" + suffix, PACK[suffix](data), record_id="id", language="lang", url="url")
    found = blocks(input)
    assert texts(found) == WORDS
    assert column(found, "id") == [document_id("src", f"r{i}") for i in range(len(WORDS))]
    assert column(found, "locator") == [f"a.jsonl{suffix}#{i}" for i in range(len(WORDS))]
    assert column(found, "declared") == ["sw"] * len(WORDS)
    assert column(found, "url")[2] == "https://example.org/2"
    assert set(column(found, "kind")) == {"natural"} and set(column(found, "snapshot")) == {input.snapshot}


def test_only_the_faulty_records_of_a_block_are_rejected(tmp_path: Path) -> None:
    lines = [
        b'{"text": "sound"}',
        b'{"text": "cut',
        b'{"text": "\xff\xfe"}',
        b'{"txt": "none"}',
        b'{"text": null}',
        b'{"text": 7}',
        b"[1]",
        b"",
        b"  ",
        b'{"text": "\\ud83d\\ude00 \\ud800"}',
        b'{"text": "two"}{"text": "three"}',
        b"[" * 100_000,
        b'{"text": "last"}',
    ]
    found = blocks(given_file(tmp_path, "a.jsonl", b"\n".join(lines)))
    assert texts(found) == ["sound", "😀 \ufffd", "last"]
    assert column(found, "locator") == ["a.jsonl#0", "a.jsonl#9", "a.jsonl#12"]
    assert reasons(found) == {
        "a.jsonl#1": "json.invalid",
        "a.jsonl#2": "utf8.invalid",
        "a.jsonl#3": "field.missing",
        "a.jsonl#4": "field.missing",
        "a.jsonl#5": "field.not_text",
        "a.jsonl#6": "json.invalid",
        "a.jsonl#10": "json.invalid",
        "a.jsonl#11": "json.invalid",
    }
    assert found[0].rejected[1].excerpt == '{"text": "\ufffd\ufffd"}'


values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers(), max_size=2))


@settings(max_examples=80, deadline=None)
@given(
    records=st.lists(st.dictionaries(st.sampled_from(["text", "id", "lang", "x"]), values, max_size=4), min_size=1, max_size=12),
    size=st.integers(1, 200),
)
def test_at_once_and_line_by_line_agree(tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]], size: int) -> None:
    """A block is read at once or line by line; a broken line at the end forces the second way for all of them."""
    folder = tmp_path_factory.mktemp("agree")
    data = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    fields = {"record_id": "id", "language": "lang"}
    quick = blocks(given_file(folder, "a.jsonl", data, **fields), block=size)
    slow = blocks(given_file(folder, "a.jsonl", data + b"{\n", **fields), block=1 << 20)
    for name in ("text", "locator", "declared"):
        assert column(quick, name) == column(slow, name)
    assert reasons(slow) == {**reasons(quick), f"a.jsonl#{len(records)}": "json.invalid"}
    assert len(column(quick, "text")) + len(reasons(quick)) == len(records)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.binary(max_size=300).map(lambda b: b.replace(b"\n", b"")), max_size=60),
    st.integers(20, 400),
    st.integers(1, 9),
    st.integers(1, 4),
)
def test_slices_share_a_file_whatever_their_number(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], size: int, count: int, of: int
) -> None:
    lines = [b"first", *lines]  # no byte order mark
    input = given_file(tmp_path_factory.mktemp("slices"), "a.jsonl.gz", gzip.compress(b"\n".join(lines)))
    limits = {"block": size, "block_records": count, "record": 150}
    one, many = blocks(input, **limits), blocks(input, of, **limits)
    assert [(b.number, b.batch, b.rejected) for b in one] == [(b.number, b.batch, b.rejected) for b in many]
    assert sum(block.read for block in one) == sum(1 for line in lines if line.strip())
    assert sum(why == "record.too_large" for why in reasons(one).values()) == sum(len(line) > 150 for line in lines)


def test_empty_lines_are_no_records_and_fill_no_blocks(tmp_path: Path) -> None:
    data = b"\n\n" + b'{"text": "a"}\n' + b"\n" * 5000 + b'{"text": "b"}\r\n\r\n{"text": "c"}'
    found = blocks(given_file(tmp_path, "a.jsonl", data), block_records=2)
    assert texts(found) == ["a", "b", "c"] and column(found, "locator") == ["a.jsonl#2", "a.jsonl#5003", "a.jsonl#5005"]
    assert len(found) == 2 and [block.read for block in found] == [2, 1]


def test_a_record_id_is_a_string_and_never_meets_itself_in_a_block(tmp_path: Path) -> None:
    found = blocks(given_file(tmp_path, "a.jsonl", jsonl(*({"id": i, "text": "t"} for i in (7, 8, 7))), record_id="id"))
    assert column(found, "id") == [document_id("src", "7"), document_id("src", "8"), document_id("src", "a.jsonl#2")]
    deep = blocks(
        given_file(tmp_path, "b.jsonl", jsonl({"meta": {"id": "x", "l": "zu"}, "text": "t"}), record_id="meta.id", language="meta.l")
    )
    assert column(deep, "id") == [document_id("src", "x")] and column(deep, "declared") == ["zu"]


def test_a_line_without_end_is_measured_not_held(tmp_path: Path) -> None:
    import hashlib

    long = b'{"text": "' + b"x" * 5_000_000 + b'"}'
    found = blocks(given_file(tmp_path, "a.jsonl", b'{"text": "a"}\n' + long + b'\n{"text": "b"}\n'), record=1 << 20)
    assert texts(found) == ["a", "b"] and column(found, "locator") == ["a.jsonl#0", "a.jsonl#2"]
    (rejected,) = [r for block in found for r in block.rejected]
    assert (rejected.reason, rejected.bytes, rejected.locator) == ("record.too_large", len(long), "a.jsonl#1")
    assert rejected.sha256 == hashlib.sha256(long).hexdigest() and len(rejected.excerpt) <= 2000


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".xz"])
def test_what_was_read_before_a_stream_broke_stays(tmp_path: Path, suffix: str) -> None:
    import random

    chance = random.Random(1)
    records = [{"text": f"{chance.getrandbits(2000):x}"} for _ in range(2000)]
    packed = PACK[suffix](jsonl(*records))
    found = blocks(given_file(tmp_path, "cut.jsonl" + suffix, packed[: len(packed) // 2]))
    kept = texts(found)
    assert 100 < len(kept) < 1500 and kept == [record["text"] for record in records][: len(kept)]
    assert list(reasons(found).values()) == ["compression.corrupt"]
    twice = blocks(given_file(tmp_path, "twice.jsonl" + suffix, packed + packed))  # packed files may be joined
    assert len(texts(twice)) == 4000 and not reasons(twice)
    assert reasons(blocks(given_file(tmp_path, "plain.jsonl" + suffix, b'{"text": "a"}\n'))) == {f"plain.jsonl{suffix}#0": "format.wrong"}
    nested = given_file(tmp_path, "nested.jsonl" + suffix, PACK[suffix](PACK[suffix](b'{"text": "a"}\n')))
    assert set(reasons(blocks(nested)).values()) == {"format.wrong"}


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".xz"])
def test_a_small_broken_stream_gives_what_it_holds(tmp_path: Path, suffix: str) -> None:
    """Two packed stretches, the second one cut short: all of the first stays."""
    records = [{"text": f"sentensi ya {n}"} for n in range(50)]
    packed = PACK[suffix](jsonl(*records))
    found = blocks(given_file(tmp_path, "a.jsonl" + suffix, packed + packed[: len(packed) // 3]))
    assert texts(found)[:50] == [record["text"] for record in records] and "compression.corrupt" in reasons(found).values()


def test_a_bomb_is_put_out(tmp_path: Path) -> None:
    bomb = zstandard.ZstdCompressor().compress(b"\n" * 20_000_000)
    found = blocks(given_file(tmp_path, "bomb.jsonl.zst", bomb), ratio_from=1 << 20)
    assert list(reasons(found).values()) == ["archive.too_large"]


def test_a_file_without_records_is_said_to_be_empty(tmp_path: Path) -> None:
    for format in ("jsonl", "warc"):
        (found,) = blocks(given_file(tmp_path, "empty", b"", format), 3)
        assert reasons([found]) == {"empty": "file.empty"} and found.read == 1
    for format in ("parquet", "arrow"):
        assert list(reasons(blocks(given_file(tmp_path, "empty", b"", format))).values()) == ["format.wrong"]
    for format in ("text", "html", "code"):  # the file is the record: normalising drops it as empty
        (found,) = blocks(given_file(tmp_path, "empty", b"", format), 3)
        assert texts([found]) == [""] and found.read == 1


def table(**columns: object) -> pa.Table:
    return pa.table({"text": WORDS, "n": list(range(len(WORDS))), "lang": ["sw"] * len(WORDS), **columns})


@pytest.mark.parametrize("form", ["parquet", "parquet.zst", "stream", "file", "stream.gz"])
def test_columnar_files(tmp_path: Path, form: str) -> None:
    sink = pa.BufferOutputStream()
    if form.startswith("parquet"):
        pq.write_table(table(), sink, row_group_size=3)
    else:
        with (pa.ipc.new_file if form == "file" else pa.ipc.new_stream)(sink, table().schema) as writer:
            writer.write_table(table(), max_chunksize=5)
    data = sink.getvalue().to_pybytes()
    suffix = "." + form.split(".")[1] if "." in form else ""
    input = given_file(
        tmp_path, "a" + suffix, PACK[suffix](data), "parquet" if "parquet" in form else "arrow", record_id="n", language="lang"
    )
    found = blocks(input, 2, block_records=2)
    assert texts(found) == WORDS and column(found, "id") == [document_id("src", str(i)) for i in range(len(WORDS))]
    assert column(found, "locator")[-1] == f"a{suffix}#{len(WORDS) - 1}" and set(column(found, "declared")) == {"sw"}
    cut = blocks(given_file(tmp_path, "cut", data[: len(data) * 2 // 3], input.format))
    assert set(reasons(cut).values()) <= {"format.wrong", "format.corrupt"} and reasons(cut)


def test_cells_that_are_no_text(tmp_path: Path) -> None:
    cells = pa.table({"text": pa.array([b"sound", b"\xff", None], pa.binary())})
    sink = pa.BufferOutputStream()
    pq.write_table(cells, sink)
    found = blocks(given_file(tmp_path, "a.parquet", sink.getvalue().to_pybytes(), "parquet"))
    assert texts(found) == ["sound"] and reasons(found) == {"a.parquet#1": "utf8.invalid", "a.parquet#2": "field.missing"}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"content": ["x"]}), sink)
    assert reasons(blocks(given_file(tmp_path, "b.parquet", sink.getvalue().to_pybytes(), "parquet"))) == {"b.parquet": "field.missing"}


def test_missing_files_and_patterns_that_lead_outside(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "b.jsonl").write_bytes(jsonl({"text": "b"}))
    (tmp_path / "src" / "a.jsonl").write_bytes(jsonl({"text": "a"}))
    (tmp_path / "secret").write_text("x")
    found = inputs_of("src", tmp_path, ["*.jsonl", "a*"], "jsonl")
    assert [input.path for input in found] == ["a.jsonl", "b.jsonl"] and found[0].size == len(jsonl({"text": "a"}))
    for patterns in (["../secret"], ["/etc/passwd"], ["*.parquet"], ["a/../../secret"]):
        with pytest.raises(RootsError, match=r"data\.files"):
            inputs_of("src", tmp_path, patterns, "jsonl")
    (tmp_path / "src" / "link.jsonl").symlink_to(tmp_path / "secret")
    with pytest.raises(RootsError, match="leads out"):
        inputs_of("src", tmp_path, ["*.jsonl"], "jsonl")
    with pytest.raises(RootsError, match="no folder"):
        inputs_of("other", tmp_path, ["*"], "jsonl")
    with pytest.raises(RootsError, match="sha256"):
        inputs_of("src", tmp_path, ["a.jsonl"], "jsonl", known={"a.jsonl": "0" * 64})
    with pytest.raises(RootsError, match="cannot be opened"):
        list(read(Input("src", "gone.jsonl", str(tmp_path / "gone.jsonl"), "", 0, "jsonl")))


def warc_record(kind: str, number: int, body: bytes, media: str = "application/http; msgtype=response") -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://example.org/{number}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{number}>\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def response(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


PAGE = (
    "<html><head><title>x</title><script>var no</script></head><body><nav><a href=/>Menu</a></nav><main><p>नमस्ते दुनिया, यह एक पन्ना है।</p>"
    "<p>Ẹ kú àárọ̀ o.</p></main></body></html>"
)
HTML = {"Content_Type": "text/html"}


@pytest.mark.parametrize("suffix", PACK)
def test_warc_captures(tmp_path: Path, suffix: str) -> None:
    records = [
        warc_record("warcinfo", 0, b"software: x\r\n", "application/warc-fields"),
        warc_record("response", 1, response(PAGE.encode(), **HTML)),
        warc_record("response", 2, response(gzip.compress(PAGE.encode()), Content_Encoding="gzip", **HTML)),
        warc_record("response", 3, response(b"\x89PNG", Content_Type="image/png")),
        warc_record("response", 4, response(b"gone", "404 Not Found", **HTML)),
        warc_record("response", 5, response("naïve café".encode("latin-1"), Content_Type="text/plain; charset=iso-8859-1")),
        warc_record("response", 6, response(b"x", Transfer_Encoding="nonsense", **HTML)),
        warc_record("request", 7, b"GET / HTTP/1.1\r\n\r\n", "application/http; msgtype=request"),
        warc_record("resource", 8, PAGE.encode(), "text/html"),
    ]
    data = b"".join(PACK[suffix](record) for record in records) if suffix != ".zst" else PACK[suffix](b"".join(records))
    name = "a.warc" + suffix
    found = blocks(given_file(tmp_path, name, data, "warc"), 2, block_records=2)
    page = "नमस्ते दुनिया, यह एक पन्ना है।\n\nẸ kú àárọ̀ o."
    assert texts(found) == [page, page, "naïve café", page]
    assert column(found, "url") == [f"https://example.org/{n}" for n in (1, 2, 5, 8)]
    assert column(found, "locator")[0] == f"{name}#<urn:uuid:1>"
    assert {locator[-2]: why for locator, why in reasons(found).items()} == {"3": "warc.not_text", "4": "warc.status", "6": "warc.corrupt"}
    plain = b"".join(records)
    cut = blocks(given_file(tmp_path, "cut.warc", plain[: plain.index(b"nonsense")], "warc"))
    assert len(texts(cut)) == 3 and "warc.corrupt" in reasons(cut).values()
    liar = plain.replace(f"Content-Length: {len(response(PAGE.encode(), **HTML))}".encode(), b"Content-Length: 99999999999999", 1)
    assert "warc.corrupt" in reasons(blocks(given_file(tmp_path, "liar.warc", liar, "warc"))).values()
    assert reasons(blocks(given_file(tmp_path, "no.warc", b"no such thing " * 9, "warc"))).popitem()[1] in ("warc.corrupt", "format.wrong")


def test_html_files_and_html_in_records(tmp_path: Path) -> None:
    page = (
        PAGE.replace("<head>", '<head><meta charset="windows-1251">')
        .replace("Ẹ kú àárọ̀ o.", "Добрый день")
        .replace("नमस्ते दुनिया, यह एक पन्ना है।", "да")
    )
    found = blocks(given_file(tmp_path, "a.html", page.encode("cp1251"), "html"))
    assert "Добрый день" in texts(found)[0] and "Menu" not in texts(found)[0] and column(found, "locator") == ["a.html"]
    found = blocks(
        given_file(
            tmp_path, "a.jsonl", jsonl({"html": PAGE, "id": "x"}, {"html": 3}, {"html": "<div>" * 50_000}), html="html", record_id="id"
        )
    )
    assert texts(found) == ["नमस्ते दुनिया, यह एक पन्ना है।\n\nẸ kú àárọ̀ o."]
    assert reasons(found) == {"a.jsonl#1": "field.not_text", "a.jsonl#2": "html.unreadable"}
    assert set(reasons(blocks(given_file(tmp_path, "b.html", b"\x00\x01\x02" * 99, "html"))).values()) == {"html.unreadable"}


@pytest.mark.parametrize(
    ("many", "readable"),
    [
        ("<div>" * 3000 + "deep", False),
        ("<b>x" * 3000, False),  # each level costs the extraction more than the one before
        ("<select>" + "<option>x" * 40_000 + "</select>", True),  # each option costs the parser more than the one before
        ("<svg>" + "<path d='M0 0'/>" * 40_000 + "</svg>", True),
        ("<p>x" * 5000, True),
        ("<ul>" + "<li>x" * 5000 + "</ul>", True),
    ],
)
@pytest.mark.timeout(20)
def test_pages_made_to_cost_time(tmp_path: Path, many: str, readable: bool) -> None:
    found = blocks(given_file(tmp_path, "a.html", f"<html><body><p>Ukurasa huu unasomeka.</p>{many}</body></html>".encode(), "html"))
    assert texts(found)[0].startswith("Ukurasa huu unasomeka.") if readable else reasons(found) == {"a.html": "html.unreadable"}


def test_text_files_whole_by_line_and_by_paragraph(tmp_path: Path) -> None:
    data = "Mstari wa kwanza\nwa pili\r\n\r\n\nहिन्दी\n".encode()
    whole = blocks(given_file(tmp_path, "a#1.txt", data, "text"))
    assert texts(whole) == [data.decode()] and column(whole, "locator") == ["a%231.txt"]
    by_line = blocks(given_file(tmp_path, "a.txt", data, "text", text="line"))
    assert list(zip(column(by_line, "locator"), texts(by_line), strict=True)) == [
        ("a.txt#0", "Mstari wa kwanza"),
        ("a.txt#1", "wa pili"),
        ("a.txt#4", "हिन्दी"),
    ]
    for size in (1, 5, 1000):
        paragraphs = blocks(given_file(tmp_path, "a.txt", data, "text", text="paragraph"), block=size)
        assert list(zip(column(paragraphs, "locator"), texts(paragraphs), strict=True)) == [
            ("a.txt#0", "Mstari wa kwanza\nwa pili"),
            ("a.txt#4", "हिन्दी"),
        ]
    assert reasons(blocks(given_file(tmp_path, "b.txt", b"caf\xe9", "text"))) == {"b.txt": "utf8.invalid"}
    assert texts(blocks(given_file(tmp_path, "u.txt", "ሰላም".encode("utf-16"), "text"))) == ["ሰላም"]
    assert reasons(blocks(given_file(tmp_path, "c.txt", b"x" * 99, "text"), record=50)) == {"c.txt": "record.too_large"}


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
    import io
    import tarfile

    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        archive.addfile(_member("src", tarfile.DIRTYPE))
        archive.addfile(_member("link", tarfile.SYMTYPE, linkname="/etc/shadow"))
        for name, data in files.items():
            archive.addfile(_member(name, tarfile.REGTYPE, size=len(data)), io.BytesIO(data))
    return sink.getvalue()


def _member(name: str, type: bytes, size: int = 0, linkname: str = "") -> object:
    import tarfile

    member = tarfile.TarInfo(name)
    member.type, member.size, member.linkname = type, size, linkname
    return member


def zip_of(files: dict[str, bytes]) -> bytes:
    import io
    import zipfile

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
