"""What clean text is there of each language? Read from the sources that filters/clean.toml names, for lists and limits to be made from."""
from __future__ import annotations

import io
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from roots.errors import RootsError
from roots.records import Table

SENTENCES = 6       # that are joined to a text, where a source has single sentences
JOINED = "joined"   # suffix of the name under which a source of sentences stands once more, as documents

# The address of a link or picture, behind its words: ](http://… "title")
ADDRESS = re.compile(r'\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+"[^"]*")?\)')

Texts = Mapping[str, Mapping[str, Sequence[str]]]  # language → source → texts


@dataclass(frozen=True)
class CleanSource:
    """A folder of clean text: one JSON object a line, with `text`, `lang` and, where known, `type`."""

    id: str
    file: str
    licence: str
    what: str
    lists: bool
    varied: bool    # on many topics: a list of spellings needs one such source
    markdown: bool  # its texts are Markdown: the addresses of links and pictures are no text, and are left out


def clean_sources_from(table: Table) -> tuple[CleanSource, ...]:
    """The sources of filters/clean.toml."""
    found = []
    for name in table.data:
        one = table.table(name)
        found.append(CleanSource(name, one.text("file", default="data.jsonl.zst"), one.text("licence", required=True),
                                 one.text("what", required=True), one.flag("lists", default=True) is not False,
                                 one.flag("varied", default=False) is True, one.flag("markdown", default=False) is True))
        one.done()
    table.done()
    return tuple(found)


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, compressed by zstd or plain."""
    import zstandard

    try:
        with open(path, "rb") as raw:
            stream = zstandard.ZstdDecompressor().stream_reader(raw) if path.suffix == ".zst" else raw
            for line in io.TextIOWrapper(stream, encoding="utf-8"):
                if line.strip():
                    yield json.loads(line)
    except FileNotFoundError:
        raise RootsError(str(path), "there is no such file", "give --data the folder of the sources of filters/clean.toml") from None
    except (ValueError, zstandard.ZstdError) as error:
        raise RootsError(str(path), f"cannot be read as JSON lines: {error}",
                         "remove the source from filters/clean.toml or mend the file") from None


def ends(sentence: str) -> bool:
    """Does it end as a sentence does, in a mark such as a full stop? Fragments do not, and six of them make no text."""
    from roots.filters.characters import CLOSES, TERMINAL, characters

    flags = characters().flags
    bare = sentence.rstrip()
    while bare and flags[ord(bare[-1])] & CLOSES:
        bare = bare[:-1].rstrip()
    return bool(bare and flags[ord(bare[-1])] & TERMINAL)


def clean_texts(data: Path, sources: Sequence[CleanSource], languages: Collection[str], *, join: bool = True) -> Texts:
    """Texts by language and source.

    A source with single sentences stands there once more as documents, under its name and JOINED: what is longer as it is, and of
    its sentences six in a row joined to a text; those without a mark at their end are left out of these.
    """
    texts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for source in sources:
        sentences: dict[str, list[str]] = defaultdict(list)
        documents: dict[str, list[str]] = defaultdict(list)
        for record in records(data / source.id / source.file):
            code, text = str(record.get("lang")), record.get("text")
            if source.markdown and text:
                text = ADDRESS.sub("]", text)
            if code in languages and text and text.strip():
                texts[code][source.id].append(text)
                if record.get("type") != "sentence":
                    documents[code].append(text)
                elif ends(text):
                    sentences[code].append(" ".join(text.split()))
        for code, single in sentences.items() if join else ():
            texts[code][f"{source.id} {JOINED}"] += documents[code]
            for at in range(0, len(single) - SENTENCES + 1, SENTENCES):
                glue = " " if at // SENTENCES % 2 else "\n"
                texts[code][f"{source.id} {JOINED}"].append(glue.join(single[at : at + SENTENCES]))
    return {code: dict(texts[code]) for code in sorted(texts)}
