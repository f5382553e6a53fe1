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

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pivot.prose.book import Chapter
    from pivot.prose.labels import Label

_VAR = re.compile(r"\{\{<\s*var\s+(\S+)\s*>\}\}")
_GENERATED = re.compile(r"\{\{<\s*generated\s+(\S+)\s*>\}\}")
_HOLDS = re.compile(r"<!--\s*holds:\s*(.*?)\s*-->")
_COMMENT = re.compile(r"\s*<!--.*?-->")
_ID = re.compile(r"\{[^{}]*#([\w-]+)[^{}]*\}")
_FIGURE = re.compile(r"^!\[(?P<caption>.*)\]\((?:[^()]*/)?(?P<name>[^()/]*)\.svg\)\{(?P<attributes>.*)\}\s*$")
_ALT = re.compile(r'fig-alt="((?:[^"\\]|\\.)*)"')
_TITLE = re.compile(r'^:::.*title="([^"]*)"')
_REFERENCE = re.compile(r"(?<![\w.\\])@([A-Za-z][\w-]*\w)")
_OF_CLAIM = ("claim", "exact", "cited", "verdict", "part")
_MARKUP = (
    (re.compile(r"^\s*(?:#+|[-*+]|\d+\.)\s+"), ""),
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
        source: as written, with shortcodes.
        address: of the place on the site.
        block: the generated block that it stands in.
        figure: the chart that it is the caption or the alt text of.
        labels: how references within the book read.
    """

    file: str
    line: int
    part: str
    source: str
    address: str
    block: str = ""
    figure: str = ""
    labels: Mapping[str, Label] = field(default_factory=dict, repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The variables it uses."""
        return tuple(dict.fromkeys(_VAR.findall(self.source)))

    @property
    def guards(self) -> tuple[str, ...]:
        """The claims whose guards it names."""
        return tuple(id_ for said in _HOLDS.findall(self.source) for id_ in re.findall(r"[\w-]+", said))

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims it uses, and those whose guards it names."""
        used = [name.split(".")[1] for name in self.names if name.split(".")[0] in _OF_CLAIM]
        return tuple(dict.fromkeys([*used, *self.guards]))

    @property
    def place(self) -> str:
        """Where it stands, in words: the label of its exhibit or section, with the section's title."""
        label = self.labels.get(self.address.partition("#")[2])
        return ", ".join(dict.fromkeys(filter(None, (label.text, _plain(label.title))))) if label else ""

    def read(self, texts: Mapping[str, str]) -> str:
        """The text as a reader has it, without markup."""
        said = _REFERENCE.sub(
            lambda found: self.labels[found[1]].text if found[1] in self.labels else found[0],
            _COMMENT.sub("", self.source),
        )
        if self.part == "table":
            said = said.strip().strip("|").replace(" | ", " \N{MIDDLE DOT} ")
        return _VAR.sub(lambda found: texts.get(found[1], found[0]), _plain(said)).strip()


def _plain(said: str) -> str:
    for pattern, put in _MARKUP:
        said = pattern.sub(put, said)
    return said


def pieces(chapters: Iterable[Chapter], blocks: Mapping[str, str]) -> Iterator[Piece]:
    """Everything of a book that is read, in order.

    Args:
        chapters: the whole book.
        blocks: Markdown of each generated block.
    """
    chapters = tuple(chapters)
    known = labels(chapters)
    for piece in _pieces(chapters, blocks):
        yield replace(piece, labels=known)


def _pieces(chapters: Iterable[Chapter], blocks: Mapping[str, str]) -> Iterator[Piece]:
    for chapter in chapters:
        file, section, table = chapter.source, "", ""
        for number, line in enumerate(chapter.text.splitlines(), chapter.first_line):
            if line.startswith("#") and (found := _ID.search(line)):
                section = found[1]
            elif line.startswith("::: {#tbl-") and (found := _ID.search(line)):
                table = found[1]
            anchor = table or section
            address = f"{chapter.href}#{anchor}" if anchor else chapter.href
            if figure := _FIGURE.match(line):
                found = re.search(r"#([\w-]+)", figure["attributes"])
                at = f"{chapter.href}#{found[1]}" if found else address
                texts = [
                    ("caption", figure["caption"]),
                    *(("alt text", x) for x in _ALT.findall(figure["attributes"])),
                ]
                yield from (
                    Piece(file, number, part, said, at, figure=figure["name"]) for part, said in texts
                )
            elif block := _GENERATED.search(line):
                yield from _rows(
                    Piece(file, number, "table", "", address, block[1]), blocks.get(block[1], "")
                )
            elif title := _TITLE.match(line):
                yield Piece(file, number, "title", title[1], address)
            elif line.startswith(":::"):
                table = ""
            elif line.strip():
                yield Piece(file, number, "caption" if table else "sentence", line, address)


def _rows(at: Piece, block: str) -> Iterator[Piece]:
    address = at.address
    for row in block.splitlines():
        if row.startswith("#") and (found := _ID.search(row)):
            address = f"{at.address.split('#')[0]}#{found[1]}"
        if row.strip() and not row.startswith(("|---", ":::")):
            yield Piece(at.file, at.line, "table", row, address, at.block)


def sentences(root: Path) -> Iterator[Piece]:
    """Every piece of the book's prose that uses a claim, in reading order."""
    return (piece for piece in pieces(Book.load(root).chapters, {}) if piece.claims)


def by_claim(root: Path, texts: Mapping[str, str]) -> Mapping[str, list[Use]]:
    """For each claim where the book uses it, in reading order."""
    found: dict[str, list[Use]] = {}
    for piece in sentences(root):
        use = Use(piece.read(texts), piece.part, piece.place, piece.address, piece.file, piece.line)
        for id_ in piece.claims:
            found.setdefault(id_, []).append(use)
    return found
