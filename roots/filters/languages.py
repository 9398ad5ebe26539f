"""What do we know of a language? Records of filters/languages/<code>.toml and filters/code/<code>.toml, and their other names."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from roots.document import NATURAL, PROGRAMMING
from roots.filters.limits import Limit, limits_from
from roots.filters.measures import names
from roots.records import Table

LONGEST_SIZE = 500
WORDS = ("unicode", "characters", "syllables")


@dataclass(frozen=True)
class Language:
    """One natural language, as its file says."""

    code: str
    name: str
    own_name: str
    iso639_3: str
    bcp47: str
    script: str               # ISO 15924
    letters: tuple[str, ...]  # first words of the Unicode names of its letters
    older: tuple[tuple[str, str], ...]  # letter, what stood for it in an older orthography that is still printed
    family: str               # whose data are pooled with its own where there is too little
    aliases: tuple[str, ...]
    words: str                # unicode: words as UAX 29 finds them | characters: each ideograph | syllables: space-separated syllables
    character_ngram: int      # length of the strings of character_repetition
    word_ngram: int           # of word_repetition
    longest_gap: int          # words in a row without a small word that are nothing strange: bare_words counts longer stretches
    floor: float              # of language_score
    floor_why: str
    closed_class: str         # list files, relative to filters/; empty = none
    flagged: str
    boilerplate: str
    spelling: str
    limits: tuple[Limit, ...]
    file: str
    floor_line: int


def respelt(text: str, older: Sequence[tuple[str, str]]) -> str:
    """The text in the letters of an older orthography: each of today's letters, small or capital, and what stood for it."""
    small = {ord(letter): then for letter, then in older}
    return text.translate(small | {ord(letter.upper()): then.capitalize() for letter, then in older})


@dataclass(frozen=True)
class CodeLanguage:
    """One programming language, as its file says."""

    code: str
    name: str
    aliases: tuple[str, ...]
    extensions: tuple[str, ...]
    line_comments: tuple[str, ...]
    block_comments: tuple[tuple[str, str], ...]
    strings: tuple[tuple[str, str], ...]  # stepped over when comments are sought
    grammar: str                          # Python package of its tree-sitter grammar; empty = not parsed
    grammar_entries: tuple[str, ...]      # its functions, one for each dialect; the dialect that reads a file best is believed
    limits: tuple[Limit, ...]
    file: str
    opening: tuple[str, ...] = ()         # what may stand before a file's first comment


def _code(table: Table) -> str:
    return PurePosixPath(table.file).stem


def _share(table: Table, key: str) -> float:
    value = table.number(key, default=0.0) or 0.0
    if not 0 <= value <= 1:
        table.problem(key, f"is {value:g}", "write a share between 0 and 1")
    return value


def language_from(table: Table) -> Language | None:
    """The record of one natural language, or None when problems were noted."""
    before = len(table.problems)
    parameters, lists, identification = table.table("parameters"), table.table("lists"), table.table("identification")
    older = table.table("older_letters")
    record = Language(
        code=_code(table),
        name=table.text("name", required=True),
        own_name=table.text("own_name", required=True),
        iso639_3=table.text("iso639_3", required=True),
        bcp47=table.text("bcp47", required=True),
        script=table.text("script", required=True),
        letters=table.texts("letters", required=True),
        older=tuple((letter, older.text(letter, required=True)) for letter in sorted(older.data)),
        family=table.text("family", required=True),
        aliases=table.texts("aliases"),
        words=table.choice("words", WORDS, required=True, default="unicode"),
        character_ngram=parameters.whole("character_ngram", default=10) or 10,
        word_ngram=parameters.whole("word_ngram", default=5) or 5,
        longest_gap=parameters.whole("longest_gap", default=50) or 50,
        floor=_share(identification, "floor"),
        floor_why=identification.text("why", required=True),
        closed_class=lists.text("closed_class"),
        flagged=lists.text("flagged"),
        boilerplate=lists.text("boilerplate"),
        spelling=lists.text("spelling"),
        limits=limits_from(table, names(NATURAL)),
        file=table.file,
        floor_line=identification.line("floor"),
    )
    for key, size in (("character_ngram", record.character_ngram), ("word_ngram", record.word_ngram), ("longest_gap", record.longest_gap)):
        if not 1 <= size <= LONGEST_SIZE:
            parameters.problem(key, f"is {size}", f"write a length between 1 and {LONGEST_SIZE}")
    for letter in older.data:
        if len(letter) != 1:
            older.problem(letter, "is no single letter", 'write the letter of today, then what stood for it: "ɔ" = "ò"')
    for part in (parameters, lists, identification, older, table):
        part.done()
    return record if len(table.problems) == before else None


def _pairs(table: Table, key: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for text in table.texts(key):
        parts = text.split()
        if len(parts) == 1:
            parts *= 2
        if len(parts) != 2:
            table.problem(key, f"holds {text!r}", 'write "opening closing", or one mark that does both')
            continue
        pairs.append((parts[0], parts[1]))
    return tuple(pairs)


def code_language_from(table: Table) -> CodeLanguage | None:
    """The record of one programming language, or None when problems were noted."""
    before = len(table.problems)
    record = CodeLanguage(
        code=_code(table),
        name=table.text("name", required=True),
        aliases=table.texts("aliases"),
        extensions=table.texts("extensions", required=True),
        line_comments=table.texts("line_comments"),
        block_comments=_pairs(table, "block_comments"),
        strings=_pairs(table, "strings"),
        grammar=table.text("grammar"),
        grammar_entries=table.texts("grammar_entries") or ("language",),
        limits=limits_from(table, names(PROGRAMMING)),
        file=table.file,
        opening=table.texts("opening"),
    )
    table.done()
    return record if len(table.problems) == before else None


def aliases(languages: Iterable[Language | CodeLanguage]) -> Mapping[str, str]:
    """Every name by which a language is called, each code itself included → its code. A code always wins over an alias."""
    records = sorted(languages, key=lambda record: record.code)
    known = {alias: record.code for record in records for alias in record.aliases}
    return {**known, **{record.code: record.code for record in records}}


def clashes(languages: Iterable[Language | CodeLanguage]) -> Mapping[str, tuple[str, ...]]:
    """Names that two languages claim → their codes."""
    claims: dict[str, set[str]] = {}
    for record in languages:
        for name in {record.code, *record.aliases}:
            claims.setdefault(name, set()).add(record.code)
    return {name: tuple(sorted(codes)) for name, codes in sorted(claims.items()) if len(codes) > 1}


def resolve(code: str, known: Mapping[str, str], table: Table, key: str = "languages") -> str | None:
    """The code that a name stands for; None with a problem noted when it could be several ("zh": in which script?).

    A well-formed code that is none of ours ("gl") is returned as it is: an "other" language.
    """
    if code in known:
        return known[code]
    scripts = sorted({ours for ours in known.values() if ours.startswith(f"{code}-")})
    if scripts:
        table.problem(key, f"holds {code!r}, which is written in more than one script", f"write {' or '.join(map(repr, scripts))}")
        return None
    return code


def words_from(text: str) -> tuple[str, ...]:
    """The entries of a list file: one a line; what follows # on a line is for people."""
    lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line)
