"""What has the tokenizer team asked for? A frozen recipe out of `tokenizer/<name>.toml`."""
from __future__ import annotations

from dataclasses import dataclass

from roots.records import Table

BYTES = 256  # the alphabet of a byte-level vocabulary: nothing is ever unknown


@dataclass(frozen=True)
class TokenizerRecipe:
    """Everything that decides a tokenizer's bytes, apart from the documents and the seed."""

    name: str
    vocabulary: int             # entries, reserved ones included; fewer where the sample has no more to teach
    multiple_of: int            # the size of the vocabulary is padded to a multiple of it
    alpha: float                # a language with share p of the bytes is sampled ∝ p^alpha
    sample_bytes: int           # UTF-8 bytes of text to learn from; all of it where there is less
    at_least: int               # a merge is learned only from pairs seen so often in the sample
    unique_lines: bool          # learn from a repeated line of natural text once, so that boilerplate makes no tokens
    pattern: str                # what one pre-token is; what lies between two of them is one as well
    unknown: str
    begin: str
    end: str
    padding: str
    tags: tuple[str, ...]       # stand in text where personal data stood, and are one token each
    spare: int                  # entries kept free for later use

    @property
    def control(self) -> tuple[str, ...]:
        """The tokens that no text can produce, in the order of their ids."""
        return self.unknown, self.begin, self.end, self.padding

    @property
    def reserved(self) -> tuple[str, ...]:
        """All entries that are not learned, in the order of their ids."""
        return *self.control, *self.tags, *(f"<reserved_{number}>" for number in range(self.spare))


def tokenizer_from(table: Table) -> TokenizerRecipe | None:
    """Which tokenizer does this file describe? None, with every problem noted in the table, when it describes none."""
    before = len(table.problems)
    tokens = table.table("tokens", required=True)
    recipe = TokenizerRecipe(
        name=table.text("name", required=True),
        vocabulary=table.whole("vocabulary", required=True) or 0,
        multiple_of=table.whole("multiple_of", default=128) or 0,
        alpha=_number(table, "alpha", 0.3),
        sample_bytes=table.whole("sample_bytes", required=True) or 0,
        at_least=table.whole("at_least", default=2) or 0,
        unique_lines=bool(table.flag("unique_lines", default=True)),
        pattern=table.text("pattern", required=True),
        unknown=tokens.text("unknown", required=True),
        begin=tokens.text("begin", required=True),
        end=tokens.text("end", required=True),
        padding=tokens.text("padding", required=True),
        tags=tokens.texts("tags"),
        spare=tokens.whole("spare", default=0) or 0,
    )
    _check(recipe, table, tokens)
    tokens.done()
    table.done()
    return recipe if len(table.problems) == before else None


def _number(table: Table, key: str, default: float) -> float:
    value = table.number(key, default=default)
    return default if value is None else value


def _check(recipe: TokenizerRecipe, table: Table, tokens: Table) -> None:
    fixed = len(recipe.reserved) + BYTES
    if table.has("vocabulary") and recipe.vocabulary < fixed + recipe.multiple_of:
        table.problem("vocabulary", f"is {recipe.vocabulary}, but {fixed} entries are reserved or single bytes",
                      f"write at least {fixed + recipe.multiple_of}")
    if recipe.multiple_of < 1:
        table.problem("multiple_of", f"is {recipe.multiple_of}", "write 1 or more; 128 suits accelerators")
    if not 0 <= recipe.alpha <= 1:
        table.problem("alpha", f"is {recipe.alpha}", "write a number from 0 (all languages alike) to 1 (as they come)")
    if table.has("sample_bytes") and recipe.sample_bytes < 1:
        table.problem("sample_bytes", f"is {recipe.sample_bytes}", "write how many bytes of text to learn from")
    if recipe.at_least < 1:
        table.problem("at_least", f"is {recipe.at_least}", "write 1 or more")
    if recipe.spare < 0:
        tokens.problem("spare", f"is {recipe.spare}", "write 0 or more")
    twice = sorted({token for token in recipe.reserved if token and recipe.reserved.count(token) > 1})
    if twice:
        tokens.problem("tags", f"names {', '.join(twice)} twice", "give each reserved token a text of its own")
    if recipe.pattern:
        _check_pattern(recipe.pattern, table)


def _check_pattern(pattern: str, table: Table) -> None:
    from tokenizers import Regex

    try:
        Regex(pattern)
    except Exception as error:
        table.problem("pattern", f"is no pattern that Oniguruma reads: {error}", "see tokenizer/README.md")
        return
    depth = _depth(pattern)
    if depth > 1:
        table.problem("pattern", "has a character class inside a character class, which regex engines read differently",
                      "write one flat class [^…]")


def _depth(pattern: str) -> int:
    """How deep do the pattern's character classes nest?"""
    depth = deepest = 0
    escaped = False
    for character in pattern:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "[":
            depth += 1
            deepest = max(depth, deepest)
        elif character == "]":
            depth -= 1
    return deepest
