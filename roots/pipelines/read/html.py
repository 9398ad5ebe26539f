"""What does a web page say? Its main text, without navigation, scripts and boilerplate, by resiliparse, in a child that may die."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from roots.pipelines.child import Child, Died
from roots.pipelines.read.parts import Fault, Raw, ReadLimits

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)")
_OPTION = re.compile(r"</?option\b[^<]*", re.I)
_FOREIGN = ("svg", "math")  # in these a tag may close itself
_VOID = frozenset((  # elements that have no end tag, or may lack it
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "p", "li", "dt", "dd", "tr", "td", "th", "option"))
_SECONDS, _SECONDS_PER_MEGABYTE = 20.0, 60.0  # of computing for one page: a hundred times what a large one takes
_SHALLOW = 1_000  # tags: with no more of them, no page is deep


def text_of(html: str, limits: ReadLimits) -> str:
    """The main text of a page, with a line for every block; "" when there is none.

    Raises Fault (html.unreadable) when the page cannot be parsed, or is nested so deep that reading it costs minutes.
    """
    if html.count("<") > _SHALLOW:
        html = _OPTION.sub("", html)  # the parser's time grows with the square of their number, and nobody reads them
    if depth(html) > limits.depth:
        raise Fault("html.unreadable", f"elements inside each other more than {limits.depth} deep", "look whether the file is a web page")
    seconds = _SECONDS + _SECONDS_PER_MEGABYTE * len(html) / 1e6
    for _ in range(2):  # a child that somebody else killed is no fault of the page
        try:
            text: str = _PARSER(html, seconds)[-1]
            return text
        except Died as death:
            what = f"the parser did not live through it ({death.how})"
        except ValueError as error:
            what = f"the page cannot be parsed ({str(error)[:200]})"
            break
    raise Fault("html.unreadable", what, "look whether the file is a web page")


def _parser() -> Callable[[str], Iterator[str]]:
    from resiliparse.extract.html2text import extract_plain_text

    def parse(html: str) -> Iterator[str]:
        try:
            yield extract_plain_text(html, main_content=True, preserve_formatting=True, list_bullets=False, alt_texts=False,
                                     links=False, form_fields=False, noscript=False, comments=False, post_meta=False)
        except Exception as error:  # the parser's own exceptions share no name of their own
            raise ValueError(str(error)) from None
    return parse


_PARSER = Child(_parser)  # one for the whole process, started at the first page


def depth(html: str) -> int:
    """How deep do elements nest, at most? Counted on the tags, so never less than in the tree that a parser builds."""
    if html.count("<") <= _SHALLOW:
        return 0
    deepest = level = foreign = 0
    for closing, tag, rest in _TAG.findall(html):
        name = tag.lower()
        if name in _VOID or (foreign and rest.endswith("/")):
            continue
        step = -1 if closing else 1
        foreign = max(foreign + step, 0) if name in _FOREIGN else foreign
        level = max(level + step, 0)
        deepest = max(deepest, level)
    return deepest


def decode(raw: Raw) -> str:
    """The page's characters: a byte order mark, the charset that came with it, its own `<meta>`, then what the bytes look like.

    Raises Fault (html.unreadable) for bytes that are no text at all.
    """
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    data = raw.data
    if data.count(b"\x00", 0, 4096) > 0 and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Fault("html.unreadable", "holds null bytes: it is no text", "look whether the file is a web page")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    encoding = ("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else raw.charset
                or detect_encoding(data, from_html_meta=True) or "windows-1252")
    text: str = bytes_to_str(data, encoding, errors="replace")
    return text
