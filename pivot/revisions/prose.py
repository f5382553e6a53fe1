"""What a report says besides its data: chapters, titles, editions, sources cited, and how pages look."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot.editions import editions
from pivot.files import sha256
from pivot.folders import files_in
from pivot.names import BOOK_FILE, EDITIONS_FILE
from pivot.prose.book import Book
from pivot.prose.scan import values
from pivot.prose.sentences import Piece, pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pivot.prose.book import Chapter

TITLE, EDITION, SOURCE = "title", "edition", "source"
"""Kinds of pieces beside the chapters: settings that readers see, editions, entries of a bibliography."""

_SHOWN = ("book", "keywords", "lang")
"""What readers see of the book's settings; the others only make pages look as they do, or run the build."""
_RUNS = ("pivot", "project", "bibliography", *_SHOWN)
_ENTRY = re.compile(r"^@\w+\s*\{.*?(?=^@|\Z)", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"[ \t]*<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Prose:
    """What a report says besides its data.

    Args:
        chapters: in reading order.
        pieces: what is read outside of the chapters' text.
        looks: SHA-256 of what makes pages look as they do, by file; of a chapter its form, blanks aside.
    """

    chapters: tuple[Chapter, ...]
    pieces: tuple[Piece, ...]
    looks: Mapping[str, str]

    @classmethod
    def load(cls, root: Path, packages: Iterable[Path]) -> Prose:
        """Read a repository, whose pages are made by some packages.

        Raises:
            ProseError: the book, a chapter or the list of editions is missing or malformed.
        """
        book = Book.load(root)
        return cls(
            book.chapters,
            (*_settings(book), *_editions(root), *_sources(root, book)),
            dict(_looks(root, book, packages)),
        )

    def read(self, blocks: Mapping[str, str]) -> list[Piece]:
        """Everything that is read, in order.

        Args:
            blocks: Markdown of each generated block.
        """
        return [*pieces(self.chapters, blocks), *self.pieces]


def _settings(book: Book) -> Iterator[Piece]:
    """The title of the book and whatever else its settings say to readers; the front matter of chapters."""
    for key in _SHOWN:
        for name, value in _leaves(book.config.get(key), key):
            if not name.startswith(("book.chapters", "book.appendices")):
                yield Piece(BOOK_FILE, 1, TITLE, f"{name.removeprefix('book.')}: {value}", "index.html")
    for chapter in book.chapters:
        others = {key: value for key, value in chapter.meta.items() if key != "title"}  # which is a heading
        for name, value in _leaves(others, ""):
            line = chapter.meta_line.get(name.partition(".")[0], 1)
            yield Piece(
                chapter.source, line, TITLE, f"{name}: {value}", chapter.href, names=values(str(value))
            )


def _leaves(value: object, name: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}".strip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    elif value is not None:
        yield name, value


def _editions(root: Path) -> Iterator[Piece]:
    for one in editions(root):
        texts = [
            f"title: {one.title}",
            f"evidence as of {one.as_of}",
            f"published on {one.published}" if one.published else "",
            f"note: {one.note}" if one.note else "",
            *(
                f"revision of {', '.join(why.claims) or 'all else'}, {why.kind}: {why.why}"
                for why in one.revision
            ),
            *(f"accepted although {claim.claim} is broken: {claim.why}" for claim in one.accepted),
        ]
        for text in filter(None, texts):
            yield Piece(EDITIONS_FILE, 1, EDITION, f"edition {one.id}, {text}", "index.html")


def _sources(root: Path, book: Book) -> Iterator[Piece]:
    """The entries of the bibliography, each on one line."""
    for name in book.bibliography:
        text = (root / name).read_text("utf-8", "replace")
        for entry in _ENTRY.finditer(text):
            line = text.count("\n", 0, entry.start()) + 1
            yield Piece(name, line, SOURCE, " ".join(entry[0].split()), "index.html")


def _looks(root: Path, book: Book, packages: Iterable[Path]) -> Iterator[tuple[str, str]]:
    settings = {key: value for key, value in book.config.items() if key not in _RUNS}
    yield BOOK_FILE, sha256(json.dumps(settings, sort_keys=True, default=str).encode())
    for chapter in book.chapters:
        text = re.sub(r"[ \t]+", " ", _COMMENT.sub("", "\n".join(line.source for line in chapter.lines())))
        yield chapter.source, sha256(re.sub(r"\s*\n(\s*\n)+", "\n\n", text).strip().encode())
    if book.csl:
        yield book.csl, sha256((root / book.csl).read_bytes())
    folders = [(root, root / "_extensions"), *((package, package / "publish") for package in packages)]
    for base, folder in folders:
        for path in files_in(folder):
            if path.suffix != ".py":
                yield path.relative_to(base).as_posix(), sha256(path.read_bytes())
