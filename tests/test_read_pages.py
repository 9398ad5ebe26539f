"""Do captures, web pages and plain text give their text, and only that?"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.reading import PACK, blocks, column, given_file, jsonl, reasons, texts


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
