"""What a chapter may bring that is not Markdown: a few elements of HTML, and addresses of the web.

Raw text goes to a page or to the PDF as it stands, so it is held to a list, and what is not on it is refused
with its place. Raw Typst and TeX are programs, and are refused whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pivot.text import is_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Foreign = tuple[str, str]
"""The format of raw text, or `LINK`; and the text, or where the link leads."""

Refusal = tuple[str, str]
"""What may not stand, as it is written, and why."""

LINK = "link"

_VOID = frozenset({"br", "hr", "wbr"})
_ELEMENTS = _VOID | {
    "abbr", "b", "bdi", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp",
    "small", "strong", "sub", "sup", "u", "var",
}  # fmt: skip
_PIECE = re.compile(
    r"[^<>\u27e6]+|<!--.*?-->"
    r"|<(?P<name>[a-z][a-z0-9]*)(?:\s+(?:title|lang|dir)=\"[^\"<>\u27e6]*\")*\s*/?>|</(?P<end>[a-z][a-z0-9]*)>",
    re.DOTALL,
)
_TAG = re.compile(r"</?[A-Za-z][\w-]*")
# Within the book, to a file or to a place: no scheme, no host, nothing that a browser leaves out of a scheme.
_WITHIN = re.compile(r"(?!//|[^/?#]*:)(?:[\w.~:/?#\[\]@!$&'()*+,;= -]|%[0-9A-Fa-f]{2})*")
_MAIL = re.compile(r"mailto:[\w.+-]+@[\w.-]+", re.ASCII)


def refusals(pieces: Iterable[Foreign]) -> Iterator[Refusal]:
    """Yield what may not stand of the pieces of one text, in order."""
    opened: list[str] = []
    for kind, text in pieces:
        if kind == LINK:
            if not (is_address(text) or _MAIL.fullmatch(text) or _WITHIN.fullmatch(text)):
                what = f"{text!a} is no address of the web"
                yield text, f"{what}; write http:// or https:// and percent-encode what is not plain"
        elif kind != "html":
            yield _first(text), f"raw {kind} is a program and is not taken; write it in Markdown"
        elif wrong := _wrong(text, opened):
            tag = _TAG.match(wrong)
            yield tag[0] if tag else wrong, f"raw HTML {wrong!a} is not taken; write it in Markdown"
    for name in opened:
        yield f"<{name}", f"raw HTML <{name}> is not closed"


def _wrong(text: str, opened: list[str]) -> str:
    """The first piece of raw HTML that may not stand; keeps in mind which elements are open."""
    at = 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None:
            return _first(text[at:])
        name, end = piece["name"], piece["end"]
        if end and not (opened and opened.pop() == end):
            return piece[0]
        if name and name not in _ELEMENTS:
            return _first(piece[0])
        if name and name not in _VOID:
            opened.append(name)
        at = piece.end()
    return ""


def _first(text: str) -> str:
    return text.strip().partition("\n")[0][:80]
