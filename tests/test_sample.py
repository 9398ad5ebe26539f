"""Is the embedded sample what its README and planted.toml say it is?"""
from __future__ import annotations

import gzip
import ipaddress
import json
import lzma
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import zstandard
from fastwarc.warc import ArchiveIterator, WarcRecordType

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "pipelines" / "sample"
LANGUAGES = {path.stem for path in (ROOT / "filters" / "languages").glob("*.toml")}
CODE = {path.stem for path in (ROOT / "filters" / "code").glob("*.toml")}
SCRIPTS = {  # first word of the letters' Unicode names, where it is not LATIN
    "ar": "ARABIC", "as": "BENGALI", "bn": "BENGALI", "gu": "GUJARATI", "hi": "DEVANAGARI", "kn": "KANNADA", "ml": "MALAYALAM",
    "mr": "DEVANAGARI", "ne": "DEVANAGARI", "or": "ORIYA", "pa": "GURMUKHI", "ta": "TAMIL", "te": "TELUGU", "ur": "ARABIC",
    "zh-Hans": "CJK", "zh-Hant": "CJK",
}
PLANTED: dict[str, list[dict[str, Any]]] = tomllib.loads((SAMPLE / "planted.toml").read_text(encoding="utf-8"))


def unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    match path.suffix:
        case ".gz":
            return gzip.decompress(data)
        case ".xz":
            return lzma.decompress(data)
        case ".zst":
            return zstandard.ZstdDecompressor().decompress(data)
    return data


def lines_of(source: str) -> Iterator[tuple[str, int, bytes]]:
    for path in sorted((SAMPLE / source).glob("*.jsonl*")):
        if path.name != "letters-corrupt.jsonl.zst":
            for number, line in enumerate(unpacked(path).splitlines(), 1):
                yield path.name, number, line


@cache
def records(source: str) -> dict[str, dict[str, Any]]:
    """Record id -> record, without the lines that are listed under [[reject]]."""
    rejected = {(entry["file"], entry.get("line")) for entry in PLANTED["reject"] if entry["source"] == source}
    found: dict[str, dict[str, Any]] = {}
    for file, number, line in lines_of(source):
        if (file, number) not in rejected:
            record = json.loads(line)
            assert record["id"] not in found, f"{record['id']} twice"
            found[record["id"]] = record
    return found


def text_of(entry: dict[str, Any], prefix: str = "") -> str:
    text: str = records(entry[prefix + "source"])[entry[prefix + "record"]]["text"]
    return text


def clean() -> Iterator[dict[str, Any]]:
    """The records in which nothing was planted."""
    planted = {entry["record"] for part in ("duplicate", "distinct", "garbage", "foreign", "empty") for entry in PLANTED[part]}
    for source in ("sample-stories", "sample-letters", "sample-forum", "sample-nolicence", "sample-noncommercial", "sample-ended"):
        yield from (record for name, record in records(source).items() if name not in planted)


def shingles(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    if len(words) < 40:
        words = [letter for letter in text if not letter.isspace()]
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


def similarity(one: str, other: str) -> float:
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b)


def test_every_language_has_three_stories_and_a_letter() -> None:
    stories = Counter(record["lang"] for record in records("sample-stories").values())
    letters = {name.removeprefix("letter-") for name in records("sample-letters") if name.startswith("letter-")}
    assert set(stories) == LANGUAGES == letters
    assert len(LANGUAGES) == 46
    assert min(stories.values()) >= 3


def test_prose_is_long_enough_composed_and_unmarked() -> None:
    for record in clean():
        text = record["text"]
        least = 180 if record["lang"].startswith("zh") else 300
        assert least <= len(text) <= 4000, record["id"]
        assert unicodedata.is_normalized("NFC", text), record["id"]
        assert not re.search(r"\[\[|\]\]|\{\{|\}\}|@@|\ufffd", text), record["id"]
        assert not any(unicodedata.category(letter) in ("Cc", "Co", "Cn") and letter != "\n" for letter in text), record["id"]


def test_prose_is_in_the_script_of_its_language() -> None:
    for record in clean():
        wanted = SCRIPTS.get(record["lang"], "LATIN")
        scripts = Counter(unicodedata.name(letter).split()[0] for letter in record["text"] if letter.isalpha())
        if record["id"].startswith("post-") and wanted != "LATIN":
            del scripts["LATIN"]   # addresses and keys
        del scripts["MODIFIER"]    # Assamese and Fon write some apostrophes with it
        assert set(scripts) == {wanted}, (record["id"], scripts)


def test_no_two_untouched_documents_resemble_each_other() -> None:
    first: dict[tuple[str, ...], str] = {}
    shared: Counter[tuple[str, str]] = Counter()
    for record in clean():
        for shingle in shingles(record["text"]):
            other = first.setdefault(shingle, record["id"])
            if other != record["id"] and len(shingle[0]) > 1:
                shared[other, record["id"]] += 1
    assert max(shared.values(), default=0) <= 3, shared.most_common(3)   # a set phrase of seven words, never a sentence


def test_personal_data_and_look_alikes_stand_where_they_are_said_to_stand() -> None:
    for part in ("personal", "stays"):
        for entry in PLANTED[part]:
            record = records(entry["source"])[entry["record"]]
            assert entry["value"] in record[entry.get("field", "text")], entry
    look_alikes = " ".join(entry["value"] for entry in PLANTED["stays"])
    assert not any(entry["value"] in look_alikes for entry in PLANTED["personal"])


def test_personal_data_come_in_many_languages_and_kinds() -> None:
    languages = {records(entry["source"])[entry["record"]]["lang"] for entry in PLANTED["personal"]}
    assert len(languages) >= 15
    assert {entry["kind"] for entry in PLANTED["personal"]} == {
        "email", "phone", "ip", "key", "card", "iban", "id", "mac", "crypto", "url", "user"}


@pytest.mark.parametrize("entry", PLANTED["personal"], ids=lambda entry: f"{entry['record']}-{entry['kind']}")
def test_personal_data_are_invented(entry: dict[str, Any]) -> None:
    value: str = entry["value"]
    match entry["kind"]:
        case "email":
            assert re.search(r"example\W+\w*\W*(org|com|net)$", value)
        case "ip":
            reserved = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
            address = ipaddress.ip_address(value)
            assert any(address in network for network in map(ipaddress.ip_network, reserved) if network.version == address.version)
        case "card":
            digits = [int(digit) for digit in value if digit.isdigit()][::-1]
            assert (sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0
        case "iban":
            turned = value.replace(" ", "")[4:] + value[:4]
            assert int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1
        case "phone":
            assert 9 <= sum(letter.isdigit() for letter in value) <= 13
        case "key":
            assert len(value) >= 20


@pytest.mark.parametrize("entry", PLANTED["duplicate"], ids=lambda entry: entry["record"])
def test_copies_are_as_near_as_said(entry: dict[str, Any]) -> None:
    def canonical(text: str) -> list[str]:
        return re.sub(r"[^\w\s]|_", "", unicodedata.normalize("NFC", text).casefold()).split()

    copy, original = text_of(entry), text_of(entry, "of_")
    if entry["kind"] == "exact":
        assert canonical(copy) == canonical(original)
        assert (copy == original) == entry["how"].startswith("the same bytes")
    else:
        assert canonical(copy) != canonical(original)
        assert similarity(copy, original) == pytest.approx(entry["similarity"], abs=0.001)
        assert entry["similarity"] > 0.9


def test_near_copies_come_in_six_scripts_and_a_quotation_is_no_copy() -> None:
    languages = {records(entry["source"])[entry["record"]]["lang"] for entry in PLANTED["duplicate"] if entry["kind"] == "near"}
    assert len({SCRIPTS.get(language, "LATIN") for language in languages}) >= 6
    for entry in PLANTED["distinct"]:
        assert 0.1 < similarity(text_of(entry), text_of(entry, "of_")) < 0.5


def test_garbage_foreign_and_empty_records_exist() -> None:
    for part in ("garbage", "foreign"):
        assert all(len(text_of(entry)) >= 200 for entry in PLANTED[part])
    assert not LANGUAGES & {entry["language"] for entry in PLANTED["foreign"]}
    assert all(not text_of(entry).strip() for entry in PLANTED["empty"])
    for entry in PLANTED["withdrawn"]:
        assert entry["says"] in text_of(entry)


def test_broken_records_are_broken() -> None:
    lines = {(file, number): line for file, number, line in lines_of("sample-letters")}
    broken = 0
    for entry in PLANTED["reject"]:
        if "line" not in entry:
            with pytest.raises(zstandard.ZstdError):
                unpacked(SAMPLE / entry["source"] / entry["file"])
            continue
        try:
            record = json.loads(lines[entry["file"], entry["line"]].decode("utf-8"))
        except ValueError:
            broken += 1
        else:
            assert not isinstance(record.get("text"), str), entry
    assert broken == 2


def test_programs_in_thirteen_languages() -> None:
    folder = SAMPLE / "sample-code"
    odd = {entry["file"]: entry for entry in PLANTED["code"]}
    plain = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and str(path.relative_to(folder)) not in odd]
    assert set(Counter(path.parts[0] for path in plain)) == CODE
    assert len(CODE) == 13
    assert min(Counter(path.parts[0] for path in plain).values()) >= 2
    assert all(25 <= len((folder / path).read_text(encoding="utf-8").splitlines()) <= 130 for path in plain)
    for name, entry in odd.items():
        text = (folder / name).read_text(encoding="utf-8")
        if "licence" in entry:
            assert f"SPDX-License-Identifier: {entry['licence']}" in text
        if "of" in entry:
            original = (folder / entry["of"]).read_text(encoding="utf-8")
            assert (text == original) == entry["what"].startswith("exact")
            assert similarity(text, original) > 0.8


def test_other_formats_open() -> None:
    table = pq.read_table(SAMPLE / "sample-recipes" / "recipes.parquet").to_pylist()
    assert {row["lang"] for row in table} <= LANGUAGES and len(table) >= 4
    for path in (SAMPLE / "sample-notes").iterdir():
        assert len(unpacked(path).decode("utf-8")) >= 300
    for path in (SAMPLE / "sample-pages").rglob("*.html"):
        assert {"<nav>", "<script>", "<footer>"} <= set(re.findall(r"<\w+>", path.read_text(encoding="utf-8")))
    with (SAMPLE / "sample-crawl" / "crawl.warc.gz").open("rb") as stream:
        answers = {
            record.headers["WARC-Target-URI"]: (record.http_headers.status_code, record.http_content_type)
            for record in ArchiveIterator(stream, record_types=WarcRecordType.response)
        }
    assert sum(answer == (200, "text/html") for answer in answers.values()) >= 3
    assert all(answers[entry["url"]] != (200, "text/html") for entry in PLANTED["skipped"])


def test_the_refused_sources_hold_something_to_refuse() -> None:
    for entry in PLANTED["refused"]:
        assert len(records(entry["source"])) == entry["documents"] >= 3


def test_the_sample_stays_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 1_000_000
