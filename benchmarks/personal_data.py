"""How rightly and how fast is personal data found, beside Presidio alone, datatrove's formatter and dolma's expressions?

    python -m benchmarks.personal_data [DATA] [--presidio CHECKOUT] [--code FOLDER ...]

DATA: the shared data (default ../shared/data, or $ROOTS_DATA). CHECKOUT: a copy of microsoft/presidio, whose own test cases are then
read (its packages hold none). FOLDER: source text in which to look for false alarms. datatrove, dolma and detect-secrets are measured
when they can be imported. Seconds are CPU seconds of this thread.
"""
from __future__ import annotations

import argparse
import ast
import io
import json
import os
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import zstandard

from roots.digest import value_digest
from roots.document import batch_of
from roots.governance import scan
from roots.governance.personal_data import personal_data_from
from roots.governance.scrub import Scrubber
from roots.governance.scrub_rules import ScrubRules
from roots.records import Table

ROOT = Path(__file__).resolve().parent.parent
Spans = set[tuple[str, int, int]]
Finder = Callable[[list[dict[str, Any]]], list[Spans]]
GOLD = {"Gold set": "personal_data", "Second gold set": "personal_data_unseen", "Independent gold set": "personal_data_independent"}
RESEARCH = {"PHONE_NUMBER": "phone", "CREDIT_CARD": "card", "EMAIL_ADDRESS": "email", "IBAN_CODE": "iban", "IP_ADDRESS": "ip",
            "US_SSN": "id"}
CARRIERS = [("en", "You can call me on {} after six."), ("fr", "Appelez-moi au {} demain matin."), ("hi", "मेरा फोन नंबर {} है।"),
            ("sw", "Piga simu {} jioni."), ("zh-Hans", "联系电话：{}，谢谢。"), ("en", "It said {} and nothing else.")]
SPEED = [("xquad", "en"), ("xquad", "es"), ("xquad", "hi"), ("tico19", "fr"), ("tico19", "zh-Hans"), ("flores_sib200", "sw"),
         ("pb_stories", "en"), ("asp_stories", "en"), ("softcatala_web", "ca"), ("opensource_guides", "en")]
NOT_PROSE = {"benchmarks", "catalogue_bigscience", "dup_gold", "html_wikipedia_pages", "pii_phone_examples", "pii_presidio_research",
             "afrisenti_tweets"}  # tweets: every line holds @user
SUFFIXES = {"go": ".go", "c": ".h .c", "cpp": ".hpp .cc .cpp", "javascript": ".js .mjs", "typescript": ".ts", "java": ".java",
            "scala": ".scala", "python": ".py", "rust": ".rs", "php": ".php", "ruby": ".rb", "lua": ".lua", "csharp": ".cs"}
TESTS = {"email": "email", "phone": "phone", "ip": "ip", "credit_card": "card", "iban": "iban", "crypto": "crypto", "mac": "mac",
         "us_ssn": "id", "es_nif": "id", "in_pan": "id", "in_aadhaar": "id", "uk_nhs": "id", "za_id_number": "id"}


def lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.suffix == ".zst":
        with zstandard.open(path, "rb") as stream:
            yield from map(json.loads, io.TextIOWrapper(stream, "utf-8"))
    else:
        yield from map(json.loads, path.read_text("utf-8").splitlines())


def scrubber() -> Scrubber:
    tables = [Table.parse(file.name, file.read_text("utf-8"), []) for file in sorted((ROOT / "governance/personal_data").glob("*.toml"))]
    return Scrubber(ScrubRules(tuple(record for table in tables if table and (record := personal_data_from(table)))))


def ours(one: Scrubber) -> Finder:
    def find(rows: list[dict[str, Any]]) -> list[Spans]:
        found = one.judge.found(pa.array([row["text"] for row in rows], pa.large_string()), pa.array([True] * len(rows)),
                                [row["language"] for row in rows], [row.get("kind") == "programming" for row in rows])
        return [{(span.kind, span.start, span.end) for span in found.get(index, [])} for index in range(len(rows))]

    return find


def presidio() -> Finder:
    """AnalyzerEngine as its documentation sets it up, without a language model, all texts as English."""
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    vars(tldextract)["extract"] = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    engine = NoOpNlpEngine(models=[{"lang_code": "en", "model_name": ""}])
    engine.load()
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    registry.remove_recognizer("SpacyRecognizer")
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"], default_score_threshold=0.4)
    names = [name for name in RESEARCH if name != "US_SSN"]

    def find(rows: list[dict[str, Any]]) -> list[Spans]:
        return [{(RESEARCH[hit.entity_type], hit.start, hit.end) for hit in analyzer.analyze(row["text"], "en", names)} for row in rows]

    return find


def datatrove() -> Finder:
    """PIIFormatter's two expressions; documentation addresses count as public, else it would find none of the gold set's."""
    from datatrove.pipeline.formatters import PIIFormatter

    formatter = PIIFormatter(only_remove_public_ips=False)
    parts = [("email", formatter.emails_replacer), ("ip", formatter.ip_replacer)]

    def find(rows: list[dict[str, Any]]) -> list[Spans]:
        return [{(kind, *match.span()) for kind, part in parts for match in part.regex.finditer(row["text"])
                 if part.validator is None or part.validator(match[0])} for row in rows]

    return find


def dolma() -> Finder:
    from dolma.core.data_types import Document
    from dolma.taggers.pii import PiiRegexV2

    tagger = PiiRegexV2()
    kinds = {name: kind for name, kind in RESEARCH.items() if kind in ("email", "phone", "ip")}

    def find(rows: list[dict[str, Any]]) -> list[Spans]:
        return [{(kinds[span.type], span.start, span.end) for span in tagger.predict(Document(source="", id="0", text=row["text"])).spans
                 if span.type in kinds} for row in rows]

    return find


def finders(one: Scrubber) -> dict[str, Finder]:
    known: dict[str, Finder] = {"roots": ours(one)}
    for name, make in (("Presidio", presidio), ("datatrove", datatrove), ("dolma", dolma)):
        try:
            known[name] = make()
        except ImportError as error:
            print(f"({name} is not measured: {error})")
    return known


def figures(rows: list[dict[str, Any]], wanted: list[Spans], finder: Finder, kinds: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Precision and recall by kind; a datum is found when a span of its kind overlaps it."""
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for gold, got in zip(wanted, finder(rows), strict=True):
        for kind, start, end in gold:
            (right if any(k == kind and a < end and b > start for k, a, b in got) else missed)[kind] += 1
        wrong.update(kind for kind, a, b in got if not any(k == kind and a < end and b > start for k, start, end in gold))
    return {kind: (right[kind] / max(1, right[kind] + wrong[kind]), right[kind] / max(1, right[kind] + missed[kind])) for kind in kinds}


def accuracy(title: str, rows: list[dict[str, Any]], wanted: list[Spans], tools: dict[str, Finder]) -> None:
    counts = Counter(kind for spans in wanted for kind, _, _ in spans)
    results = {name: figures(rows, wanted, finder, counts) for name, finder in tools.items()}
    print(f"\n{title}: precision / recall, {len(rows)} texts\n{'':10}{'data':>6}" + "".join(f"{name:>17}" for name in tools))
    for kind, count in counts.most_common():
        print(f"{kind:10}{count:6}" + "".join("{:>9.3f} / {:.3f}".format(*results[name][kind]) for name in tools))


def secrets(rows: list[dict[str, Any]], find: Finder) -> None:
    """Beside detect-secrets, which speaks of lines: is there something in texts that hold a key, and nothing in those that hold none?"""
    try:
        from detect_secrets import SecretsCollection
        from detect_secrets.settings import default_settings
    except ImportError as error:
        print(f"\n(detect-secrets is not measured: {error})")
        return
    theirs: list[set[str]] = []
    with default_settings(), tempfile.TemporaryDirectory() as folder:
        for row in rows:
            path = Path(folder, "text.txt")
            path.write_text(row["text"] + "\n", "utf-8")
            collection = SecretsCollection()
            collection.scan_file(str(path))
            theirs.append({secret.type for _, secret in collection})
    ours = [any(kind in ("key", "url") for kind, _, _ in spans) for spans in find(rows)]
    held = [any(span["kind"] in ("key", "url") for span in row["spans"]) for row in rows]
    print(f"\nSecrets, by text: of {sum(held)} that hold one / of {len(rows) - sum(held)} that hold none")
    for name, hits in (("roots", ours), ("detect-secrets", [bool(types) for types in theirs])):
        print(f"  {name:16} {sum(hit and one for hit, one in zip(hits, held, strict=True)):4} / "
              f"{sum(hit and not one for hit, one in zip(hits, held, strict=True))}")


def phones(data: Path, find: Finder) -> None:
    rows = list(lines(data / "pii_phone_examples/numbers.jsonl.zst"))
    print(f"\nPhone numbers of {len({row['region'] for row in rows})} regions in sentences: share found whole")
    for language, carrier in CARRIERS:
        shares = []
        for form in ("e164", "international", "national"):
            texts = [{"text": carrier.format(row[form]), "language": language} for row in rows]
            start = carrier.index("{")
            found = sum(any(a <= start + 1 and b >= start + len(row[form]) for _, a, b in spans)
                        for row, spans in zip(rows, find(texts), strict=True))
            shares.append(f"{form} {found / len(rows):.3f}")
        print(f"  {carrier:40} {'  '.join(shares)}")


def presidio_tests(checkout: Path, find: Finder) -> None:
    """Cases (text, how many) of Presidio's tests: does a text with such data yield some, and one without none?"""
    print("\nPresidio's own test cases: agreement where data is expected, where none is")
    for name, kind in TESTS.items():
        path = checkout / f"presidio-analyzer/tests/test_{name}_recognizer.py"
        cases = []
        for node in ast.walk(ast.parse(path.read_text("utf-8"))) if path.exists() else ():
            if isinstance(node, ast.Tuple) and len(node.elts) >= 3:
                values = [element.value if isinstance(element, ast.Constant) else None for element in node.elts[:2]]
                if isinstance(values[0], str) and isinstance(values[1], int):
                    cases.append((values[0], values[1]))
        found = find([{"text": text, "language": "es" if name == "es_nif" else "en"} for text, _ in cases])
        hits = [any(span[0] == kind for span in spans) for spans in found]
        some = [hit for hit, (_, count) in zip(hits, cases, strict=True) if count]
        none = [not hit for hit, (_, count) in zip(hits, cases, strict=True) if not count]
        print(f"  {name:14} {sum(some):3} of {len(some):3}   {sum(none):3} of {len(none):3}")


def prose(data: Path) -> dict[str, dict[str, list[str]]]:
    """Source → language → texts."""
    texts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted(data.glob("*/*.jsonl.zst")):
        if path.parent.name not in NOT_PROSE and path.stem != "other.jsonl":
            for row in lines(path):
                if "text" in row:
                    texts[path.parent.name][row["lang"]].append(row["text"])
    return texts


def alarms(texts: dict[str, dict[str, list[str]]], find: Finder, languages: set[str]) -> None:
    """Spans per million characters by language. Guides and web pages hold real addresses and are told apart."""
    real = {"softcatala_web", "opensource_guides", "stackexchange_mixed", "ud_english_ewt"}
    characters, spans = Counter[str](), Counter[tuple[str, str]]()
    for source, by_language in sorted(texts.items()):
        for language, documents in sorted(by_language.items()):
            if source not in real and language in languages:
                characters[language] += sum(map(len, documents))
                found = find([{"text": text, "language": language} for text in documents])
                spans.update((language, kind) for one in found for kind, _, _ in one)
    total = sum(characters.values())
    print(f"\nAlarms on clean prose, {len(characters)} languages, {total / 1e6:.1f} million characters "
          f"(all: {sum(spans.values()) / total * 1e6:.2f} per million)")
    for language in sorted(languages):
        said = ", ".join(f"{kind} {count}" for (code, kind), count in sorted(spans.items()) if code == language)
        per = sum(count for (code, _), count in spans.items() if code == language) / max(1, characters[language]) * 1e6
        print(f"  {language:8} {characters[language] / 1e3:9.0f} thousand  {per:7.2f} per million  {said}")


def sources(place: Path, most: int = 6_000_000) -> Iterator[tuple[str, str]]:
    """(name, text) of source files below a folder, or in an archive of them, in the order of their digests, up to `most` characters."""
    names = {suffix: language for language, suffixes in SUFFIXES.items() for suffix in suffixes.split()}
    files: list[tuple[str, Callable[[], bytes]]] = []
    for archive in sorted(place.rglob("*-sources.jar")) if place.is_dir() else [place]:
        zipped = zipfile.ZipFile(archive)
        files += [(f"{archive.name}/{name}", lambda zipped=zipped, name=name: zipped.read(name)) for name in zipped.namelist()]  # type: ignore[misc]
    files += [(str(file.relative_to(place)), file.read_bytes) for file in place.rglob("*") if file.is_file() and not file.is_symlink()]
    size = 0
    for name, read in sorted(files, key=lambda file: value_digest(file[0])):
        if Path(name).suffix in names and size < most:
            text = read().decode("utf-8", "replace")
            size += len(text)
            yield names[Path(name).suffix], text


def alarms_in_code(one: Scrubber, places: list[Path]) -> None:
    """Finds by kind in real source text. Authors' addresses are real finds, and so are those that an IP library gives as examples."""
    print("\nFinds in source text, up to 6 million characters a place")
    for place in places:
        size, counts, languages = 0, Counter[str](), Counter[str]()
        for language, text in sources(place):
            size += len(text)
            languages[language] += 1
            counts.update(kind for kind, _, _ in ours(one)([{"text": text, "language": language, "kind": "programming"}])[0])
        print(f"  {place.name:24} {size / 1e6:4.1f} million characters {dict(languages.most_common(3))}: {dict(counts.most_common())}")


def timed(work: Callable[[], object], repeat: int = 3) -> float:
    best = float("inf")
    for _ in range(repeat):
        start = time.thread_time()
        work()
        best = min(best, time.thread_time() - start)
    return best


def throughput(texts: dict[str, dict[str, list[str]]], one: Scrubber, tools: dict[str, Finder]) -> None:
    others = {name: tool for name, tool in tools.items() if name != "roots"}
    print(f"\nMegabytes per core-second\n{'':34}{'MB':>6}{'scan':>8}{'scrub':>8}{''.join(f'{name:>11}' for name in others)}")
    for source, language in SPEED:
        documents = texts.get(source, {}).get(language, [])
        if documents:
            rates = speeds(documents, language, one, others)
            beside = "".join(f"{rate:11.2f}" for rate in rates[3:])
            print(f"  {source + ' ' + language:32}{rates[0]:6.2f}{rates[1]:8.0f}{rates[2]:8.1f}{beside}")


def speeds(documents: list[str], language: str, one: Scrubber, others: dict[str, Finder]) -> list[float]:
    """Megabytes; then megabytes a core-second of the scan, of the whole stage, and of the others on the first 0.3 MB."""
    size = sum(len(text.encode()) for text in documents) / 1e6
    column = pa.array(documents, pa.large_string())
    values, offsets = (np.frombuffer(column.buffers()[n], kind) for n, kind in ((2, np.uint8), (1, np.int64)))
    wanted, at, dot = np.ones(len(documents), bool), scan.packed(["at"]), scan.packed(["dot"])
    batch = batch_of({"id": [str(n) for n in range(len(documents))], "text": column, "kind": ["natural"] * len(documents),
                      "language": [language] * len(documents)})
    rows = [{"text": text} for text in documents[: max(1, int(len(documents) * min(1.0, 0.3 / size)))]]
    part = sum(len(row["text"].encode()) for row in rows) / 1e6
    return [size, size / timed(lambda: scan.scan(values, offsets, wanted, at, dot)), size / timed(lambda: one.scrub(batch)),
            *(part / timed(lambda tool=tool: tool(rows), 1) for tool in others.values())]  # type: ignore[misc]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=Path(os.environ.get("ROOTS_DATA", ROOT.parent / "shared" / "data")))
    parser.add_argument("--presidio", type=Path)
    parser.add_argument("--code", type=Path, action="append", default=[Path(os.__file__).parent], help="a folder of source text")
    given = parser.parse_args()
    one = scrubber()
    tools = finders(one)
    for title, file in GOLD.items():
        gold = list(lines(ROOT / f"tests/gold/{file}.jsonl"))
        accuracy(title, gold, [{(s["kind"], s["start"], s["end"]) for s in row["spans"]} for row in gold], tools)
    secrets([row for file in GOLD.values() for row in lines(ROOT / f"tests/gold/{file}.jsonl")], tools["roots"])
    alarms_in_code(one, given.code)
    if given.presidio:
        presidio_tests(given.presidio, tools["roots"])
    if not given.data.is_dir():
        print(f"\nno real text at {given.data}: the rest is skipped")
        return
    rows = [{**row, "language": "en"} for row in lines(given.data / "pii_presidio_research/synth_dataset_v2.jsonl.zst")]
    accuracy("presidio-research", rows, [{(RESEARCH[s["type"]], s["start"], s["end"]) for s in row["spans"] if s["type"] in RESEARCH}
                                         for row in rows], tools)
    phones(given.data, tools["roots"])
    texts = prose(given.data)
    alarms(texts, tools["roots"], {file.stem for file in (ROOT / "filters/languages").glob("*.toml")})
    throughput(texts, one, tools)


if __name__ == "__main__":
    main()
