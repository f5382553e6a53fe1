"""The files that prose reads from anywhere in a repository: includes, pictures, bibliographies, styles."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pivot.prose.book import Book

if TYPE_CHECKING:
    from pathlib import Path

_TARGET = re.compile(
    r"\{\{<\s*include\s+[\"']?(.+?)[\"']?\s*>\}\}|\]\(\s*<?([^)\s>]+)|\bsrc=[\"']?([^\"'\s>]+)"
)
_PROSE = frozenset({".qmd", ".md"})


def reads(root: Path) -> dict[str, Path]:
    """Return what the chapters of a book read besides themselves, by its path in the repository.

    A chapter that includes a file reads what that file names too. Whatever looks like a target and is a file
    counts; one too many makes a build too often, and one too few would let a stale site stand.

    Raises:
        ProseError: the book can not be read.
    """
    book = Book.load(root)
    files: dict[str, Path] = {}
    for name in filter(None, (*book.bibliography, book.csl)):
        files[name] = root / name
    for chapter in book.chapters:
        folder = PurePosixPath(chapter.source).parent
        waiting = [(folder, chapter.text)]
        while waiting:
            beside, text = waiting.pop()
            for name in {name for start in (folder, beside) for name in _targets(start, text)}:
                path = root / name
                if name in files or not path.is_file():
                    continue
                files[name] = path
                if path.suffix in _PROSE:
                    waiting.append((PurePosixPath(name).parent, path.read_text("utf-8", "replace")))
    return dict(sorted(files.items()))


def _targets(folder: PurePosixPath, text: str) -> set[str]:
    """Return the paths that a text names, as seen from the root; none that leads out of it."""
    names = set()
    for match in _TARGET.finditer(text):
        target = next(filter(None, match.groups())).partition("#")[0]
        start = PurePosixPath() if target.startswith("/") else folder
        parts: list[str] = []
        for part in (start / unquote(target).lstrip("/")).parts:
            if part != "..":
                parts.append(part)
            elif parts:
                parts.pop()
            else:
                break
        else:
            names.add("/".join(parts))
    return names - {""}
