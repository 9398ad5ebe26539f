"""Does source code parse? The share of a file that its language's grammar cannot place, by tree-sitter.

Parsing is dear beside the other measures (4 to 5 MB per core-second), so who judges asks only for what every cheap limit let pass. No file
can hang it: a file over `LONGEST` bytes is not parsed, and a parse that needs far more steps than code of its length does is given
up. Steps are counted, no clock is read: the same text has the same value everywhere. Grammars are packages that bring their tables along;
nothing is fetched.
"""
from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib import import_module

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from tree_sitter import Language, Node, Parser

from roots.errors import RootsError
from roots.filters.languages import CodeLanguage

LONGEST = 1 << 20    # bytes of a file that is parsed
CHUNK = 1 << 16      # bytes handed to the parser at a time
PATIENCE = 16        # bytes for each report of progress (a hundred steps of the parser): code needs one for about 200
AT_LEAST = 2_000     # reports that any file may take


def misplaced(root: Node) -> int:
    """Bytes of the words and signs that stand directly in an error of the tree, each missing one counted as a byte.

    What the parser could put together within an error is not counted: where an `#ifdef` opens one brace twice, tree-sitter calls the
    whole file an error, and the functions in it are functions all the same.
    """
    total = 0
    open_nodes = [root] if root.has_error else []
    while open_nodes:
        node = open_nodes.pop()
        if node.is_missing:
            total += 1
            continue
        if node.is_error and not node.child_count:
            total += node.end_byte - node.start_byte
            continue
        for child in node.children:
            if child.has_error:
                open_nodes.append(child)
            elif node.is_error and not child.child_count and not child.is_extra:
                total += child.end_byte - child.start_byte
    return total


class Grammar:
    """One language's parsers: a file is read by each, and the one that understands most of it is believed."""

    def __init__(self, language: CodeLanguage) -> None:
        self.language = language

    @cached_property
    def parsers(self) -> tuple[Parser, ...]:
        """Loaded at first use. Raises RootsError where the grammar's package is not there or is another than the file says."""
        try:
            package = import_module(self.language.grammar)
            return tuple(Parser(Language(getattr(package, entry)())) for entry in self.language.grammar_entries)
        except (ImportError, AttributeError) as error:
            raise RootsError(self.language.file, f"the grammar {self.language.grammar} cannot be loaded: {error}",
                             "install roots with its dependencies, or empty `grammar`") from None

    def errors(self, data: bytes) -> float:
        """Share of the bytes of one file in errors; NaN where it was not parsed to its end."""
        best = np.nan
        for parser in self.parsers:
            share = _errors(parser, data)
            best = share if np.isnan(best) else min(best, share)
            if best == 0:
                break
        return float(best)


def _errors(parser: Parser, data: bytes) -> float:
    left = AT_LEAST + len(data) // PATIENCE

    def enough(*_: object) -> bool:
        nonlocal left
        left -= 1
        return left < 0

    try:
        tree = parser.parse(lambda at, _: data[at : at + CHUNK], encoding="utf8", progress_callback=enough)
    except ValueError:  # given up
        parser.reset()
        return np.nan
    return min(misplaced(tree.root_node) / max(len(data), 1), 1.0)  # what is missing counts, too, and could make more of it


class Syntax:
    """Parses files of many languages; one to a process."""

    def __init__(self, code: Sequence[CodeLanguage]) -> None:
        self.grammars = {one.code: Grammar(one) for one in code if one.grammar}

    def errors(self, text: pa.LargeStringArray, language: pa.StringArray, asked: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Share of bytes in errors for each row that is asked for; NaN for the others and for what was not parsed."""
        found = np.full(len(text), np.nan, np.float32)
        for row in np.flatnonzero(asked):
            grammar = self.grammars.get(language[int(row)].as_py())
            value = text[int(row)]
            if grammar is not None and value.is_valid and value.as_buffer().size <= LONGEST:
                found[row] = grammar.errors(value.as_buffer().to_pybytes())
        return found
