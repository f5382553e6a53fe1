"""The sentences of the book: what is read as one, where it stands, how it reads, and which claims it uses.

Prose has one sentence a line, so a line is a sentence and its number is its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pivot.claims.stored import Use
from pivot.prose.book import Book
from pivot.prose.labels import labels
from pivot.prose.presence import present
from pivot.prose.scan import REFERENCE, claim_of, fill, scan, uncommented, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pivot.prose.book import Chapter
    from pivot.prose.labels import Reference
    from pivot.prose.scan import Line, Source

_PARTS = {"title": "title", "fig-alt": "alt text", "alt": "alt text"}
"""What a text in an attribute is; the others are captions."""

_RULE = ("|-", "|:-")  # below the head of a table
_MARKUP = (
    (re.compile(r"^\s*(?:#+|[-*+:]|\d+\.)\s+"), ""),
    (re.compile(r"\[\^[^\]\s]+\]:?\s*|\s*\[-?@[^\[\]]*\]"), ""),  # notes and sources stand elsewhere
    (re.compile(r"\[((?:\\.|[^\[\]\\])*)\](?:\{[^{}]*\}|\(<?[^()\s]*>?\))"), r"\1"),
    (re.compile(r"\s*\{[#.][^{}]*\}"), ""),
    (re.compile(r"(?<!\\)(?:\*\*|`)"), ""),
    (re.compile(r"(?<![\\\w])\*(?=\S)|(?<=\S)(?<!\\)\*(?!\w)"), ""),
    (re.compile(r"(?<![\w.])@(?=\w)"), ""),  # what no label is known for
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is read as one: a sentence, a caption, an alt text, a row of a table.

    Args:
        part: `sentence`, `caption`, `alt text`, `title` or `table`.
        source: as written, with shortcodes and comments.
        address: of the place on the site.
        block: the generated block that it stands in.
        figure: the chart that it is the caption or the alt text of.
        names: the variables it uses.
        guards: the claims whose guards it names.
        labels: how references within the book read.
    """

    file: str
    line: int
    part: str
    source: str
    address: str
    block: str = ""
    figure: str = ""
    names: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    labels: Mapping[str, Reference] = field(default_factory=dict, repr=False, compare=False)

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims it uses, and those whose guards it names."""
        return tuple(dict.fromkeys(filter(None, [*map(claim_of, self.names), *self.guards])))

    @property
    def place(self) -> str:
        """Where it stands, in words: the label of its exhibit or section, with the section's title."""
        label = self.labels.get(self.address.partition("#")[2])
        return ", ".join(dict.fromkeys(filter(None, (label.text, _plain(label.title))))) if label else ""

    def read(self, texts: Mapping[str, str]) -> str:
        """The text as a reader has it, without markup."""
        text = REFERENCE.sub(
            lambda match: self.labels[match[1]].text if match[1] in self.labels else match[0],
            uncommented(self.source),
        )
        if self.part == "table":
            text = text.strip().strip("|").replace(" | ", " \N{MIDDLE DOT} ")
        return fill(_plain(text), lambda match: texts.get(match["argument"], match[0])).strip()


def _plain(text: str) -> str:
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return text


def pieces(chapters: Iterable[Chapter], blocks: Mapping[str, str]) -> Iterator[Piece]:
    """Everything of a book that is read, in order.

    Args:
        chapters: the whole book.
        blocks: Markdown of each generated block.
    """
    chapters = tuple(chapters)
    known = labels(chapters)
    for chapter in chapters:
        for piece in _pieces(chapter.lines(), chapter.href, blocks):
            yield replace(piece, labels=known)


def _pieces(lines: Iterable[Line], page: str, blocks: Mapping[str, str]) -> Iterator[Piece]:
    section = table = ""  # the labels of what is open
    for line in lines:
        is_div = line.markup.startswith(":::")
        label = next((id_ for _, id_ in line.ids if id_.startswith("tbl-")), "")
        if line.heading:
            section = line.heading.id or section
        elif is_div:
            table = label
        address = f"{page}#{label or table or section}".removesuffix("#")
        part = "table" if line.markup.startswith("|") else "caption" if label or table else "sentence"
        whole = _piece(line, part, address)
        if is_div or line.is_fence or line.figure:
            yield from _extracts(line, whole, page)
        elif names := line.arguments("generated"):
            for name in names:
                yield from _rows(scan(name, blocks.get(name, ""), 1), whole)
        elif line.markup.strip() and not line.arguments("include") and not line.markup.startswith(_RULE):
            yield whole


def _piece(line: Line, part: str, address: str) -> Piece:
    return Piece(line.file, line.number, part, line.source, address, names=line.values, guards=line.guards)


def _extracts(line: Line, whole: Piece, page: str) -> Iterator[Piece]:
    """The texts that stand in a line of markup: those of a figure, or of attributes."""
    name, address = "", whole.address
    texts = [(_PARTS.get(attribute, "caption"), text) for attribute, text in line.attributes]
    if figure := line.figure:
        name, address = figure.name, f"{page}#{figure.id}" if figure.id else address
        texts = [("caption", figure.caption), ("alt text", figure.alt)]
    for part, text in texts:
        yield replace(
            whole, part=part, source=text, address=address, figure=name, names=values(text), guards=()
        )


def _rows(block: Source, at: Piece) -> Iterator[Piece]:
    """The rows of a generated block, which stands where a shortcode does."""
    address = at.address
    for line in block.lines:
        if line.heading and line.heading.id:
            address = f"{at.address.partition('#')[0]}#{line.heading.id}"
        if line.markup.strip() and not line.markup.startswith((*_RULE, ":::")):
            yield replace(_piece(line, "table", address), file=at.file, line=at.line, block=block.file)


def sentences(root: Path, texts: Mapping[str, str]) -> Iterator[Piece]:
    """Every piece of the book's prose that uses a claim at a vintage, in reading order."""
    chapters = present(Book.load(root).chapters, texts)
    return (piece for piece in pieces(chapters, {}) if piece.claims)


def by_claim(root: Path, texts: Mapping[str, str]) -> Mapping[str, list[Use]]:
    """For each claim where the book uses it, in reading order."""
    uses: dict[str, list[Use]] = {}
    for piece in sentences(root, texts):
        use = Use(piece.read(texts), piece.part, piece.place, piece.address, piece.file, piece.line)
        for id_ in piece.claims:
            uses.setdefault(id_, []).append(use)
    return uses
