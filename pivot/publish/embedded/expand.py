"""Expand the shortcodes of a chapter, and remember from which file and line each line came.

A value does not become text here but a hole, `⟦v:claim.x⟧`: what pandoc makes of a chapter then does not
depend on the numbers, and a changed number costs a link, not a compilation.
"""

from __future__ import annotations

import difflib
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from pivot.names import BOOK_FILE
from pivot.prose.book import lookup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pivot.prose.book import Book, Chapter, Problems
    from pivot.publish.render import Inputs

_SHORTCODE = re.compile(
    r"(?P<literal>\{\{\{<.*?>\}\}\})|\{\{<\s*(?P<name>[\w-]+)\s*(?P<argument>.*?)\s*>\}\}", re.DOTALL
)
_FRONT = re.compile(r"\A---[ \t]*\n.*?^---[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^[ >]*(`{3,}|~{3,})")
_EQUATION = re.compile(r"(\$\$[^$]+\$\$\s?)\{#(eq-[\w-]+)\}")
_GUARD = re.compile(r"[ \t]*<!--\s*holds:\s*(.*?)\s*-->")


@dataclass(frozen=True, slots=True)
class Expanded:
    """A chapter's text ready for pandoc.

    Attributes:
        text: Markdown with holes.
        origins: for each line of `text`, its file and line.
        keys: the variables it uses, sorted.
        broken: the guards it names that no longer hold, sorted.
        description: the page's description, with holes.
    """

    text: str
    origins: list[tuple[str, int]]
    keys: tuple[str, ...]
    broken: tuple[str, ...]
    description: str

    def places(self, pattern: str) -> list[tuple[str, int]]:
        """Return file and line of each match of a pattern; of the first line if there is none."""
        found = [
            self.origins[self.text.count("\n", 0, match.start())] for match in re.finditer(pattern, self.text)
        ]
        return found or self.origins[:1]


class _Source(NamedTuple):
    """A text being expanded: its name, the folder its includes start from, and the files that led to it."""

    file: str
    folder: PurePosixPath
    trail: tuple[str, ...]


class _Expander:
    """Expands one chapter; pieces are appended in order, each with its place."""

    def __init__(self, book: Book, chapter: Chapter, inputs: Inputs, problems: Problems) -> None:
        self.book, self.chapter, self.inputs, self.problems = book, chapter, inputs, problems
        self.source = _Source(chapter.source, PurePosixPath(chapter.source).parent, (chapter.source,))
        self.pieces: list[str] = []
        self.origins: list[tuple[str, int]] = [(chapter.source, 1)]
        self.keys: set[str] = set()

    def add(self, piece: str, place: tuple[str, int]) -> None:
        """Append literal text that starts at a place."""
        if not piece:
            return
        file, line = place
        if not self.pieces or self.pieces[-1].endswith("\n"):
            self.origins[-1] = place
        self.pieces.append(piece)
        self.origins.extend((file, line + i) for i in range(1, piece.count("\n") + 1))

    def expand(self, text: str, line: int, source: _Source) -> None:
        """Append a text that starts on a line of its source, with its shortcodes expanded."""
        for row in re.finditer("⟦", text):
            self.problems.add(
                source.file, line + text.count("\n", 0, row.start()), "the character ⟦ is the renderer's own"
            )
        text = text.replace("⟦", "[")
        at = 0
        for match in _SHORTCODE.finditer(text):
            self.add(text[at : match.start()], (source.file, line))
            line += text.count("\n", at, match.start())
            if match["literal"]:
                self.add(match["literal"][1:-1], (source.file, line))
            else:
                self.shortcode(match["name"], match["argument"].strip("\"'"), (source.file, line), source)
            line += match[0].count("\n")
            at = match.end()
        self.add(text[at:], (source.file, line))

    def shortcode(self, name: str, argument: str, place: tuple[str, int], source: _Source) -> None:
        match name:
            case "var":
                self.variable(argument, place)
            case "meta":
                self.meta(argument, place)
            case "include":
                folder = PurePosixPath() if argument.startswith("/") else source.folder
                target = PurePosixPath(posixpath.normpath(folder / argument.lstrip("/")))
                inner = _Source(target.as_posix(), target.parent, (*source.trail, target.as_posix()))
                self.insert(self.book.root / target, f"include {argument}", place, inner)
            case "generated":
                path = self.inputs.generated / f"{argument}.md"
                file = f"generated:{argument}.md"
                inner = _Source(file, PurePosixPath(), (*source.trail, file))
                self.insert(path, f"generated {argument}", place, inner)
            case _:
                self.problems.add(
                    *place, f"unknown shortcode {name}; known are var, meta, include and generated"
                )

    def variable(self, key: str, place: tuple[str, int]) -> None:
        value = self.inputs.variables.get(key)
        if value is None:
            self.problems.add(*place, f"variable {key} is not defined{nearest(key, self.inputs.variables)}")
        elif not value.strip():
            self.problems.add(*place, f"variable {key} is empty")
        else:
            self.keys.add(key)
            self.add(f"⟦v:{key}⟧", place)

    def meta(self, key: str, place: tuple[str, int]) -> None:
        value = lookup(self.chapter.meta, key)
        value = lookup(self.book.config, key) if value is None else value
        if value is None or isinstance(value, dict | list):
            self.problems.add(*place, f"meta {key} is not defined in the front matter or {BOOK_FILE}")
        else:
            self.add(str(value), place)

    def insert(self, path: Path, what: str, place: tuple[str, int], inner: _Source) -> None:
        """Append the expanded content of another file."""
        if inner.file in inner.trail[:-1]:
            self.problems.add(*place, f"{what} includes itself: {' > '.join(inner.trail)}")
            return
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            near = nearest(path.name, [sibling.name for sibling in path.parent.glob(f"*{path.suffix}")])
            self.problems.add(*place, f"{what} does not exist or is not readable{near}")
            return
        first = 1
        if front := _FRONT.match(text):
            text, first = text[front.end() :], front[0].count("\n") + 1
        self.expand(text.rstrip("\n"), first, inner)


def expand(book: Book, chapter: Chapter, inputs: Inputs, problems: Problems) -> Expanded:
    """Expand one chapter: shortcodes, equation labels and guards.

    A title in the front matter becomes the first heading. Comments of guards that hold are dropped; those
    that no longer hold stay in the text, for the filter to mark the sentence before them.
    """
    work = _Expander(book, chapter, inputs, problems)
    if title := chapter.meta.get("title"):
        plain = " {.unnumbered}" if chapter.meta.get("number-sections") is False else ""
        work.expand(f"# {title}{plain}\n\n", chapter.meta_line["title"], work.source)
    work.expand(chapter.text, chapter.first_line, work.source)
    summary = _Expander(book, chapter, inputs, problems)
    if description := chapter.meta.get("description"):
        summary.expand(str(description), chapter.meta_line["description"], summary.source)
    text, broken = _settle_guards("".join(work.pieces), work.origins, inputs.guards, problems)
    if "{#eq-" in text:  # pandoc knows no label after an equation, but a span around one
        text = _outside_fences(text, lambda part: _EQUATION.sub(r"[\1]{#\2 .equation}", part))
    return Expanded(text, work.origins, tuple(sorted(work.keys)), broken, "".join(summary.pieces))


def _settle_guards(
    text: str, origins: list[tuple[str, int]], guards: Mapping[str, bool], problems: Problems
) -> tuple[str, tuple[str, ...]]:
    """Drop the comments of guards that hold; return the text and the guards that do not."""
    if "<!--" not in text:
        return text, ()
    rows, broken = text.split("\n"), set()
    for number, row in _outside_code(rows):
        for match in _GUARD.finditer(row):
            names = re.split(r"[,\s]+", match[1])
            for name in names:
                if name not in guards:
                    problems.add(*origins[number], f"guard {name} is not known{nearest(name, guards)}")
            if not row[: match.start()].strip():
                problems.add(*origins[number], "a guard must stand at the end of the line of its sentence")
            fallen = {name for name in names if not guards.get(name, True)}
            broken |= fallen
            if not fallen:
                rows[number] = rows[number].replace(match[0], "", 1)
    return "\n".join(rows), tuple(sorted(broken))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?" with the nearest known names, or ""."""
    close = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(close)}?" if close else ""


def _outside_code(rows: list[str]) -> list[tuple[int, str]]:
    """Return number and text of the lines that are not in a fenced code block."""
    found, fence = [], ""
    for number, row in enumerate(rows):
        match = _FENCE.match(row)
        if fence:
            if match and match[1].startswith(fence) and not row.strip(" >`~"):
                fence = ""
        elif match:
            fence = match[1]
        else:
            found.append((number, row))
    return found


def _outside_fences(text: str, change: Callable[[str], str]) -> str:
    """Apply a change that keeps the number of lines to the runs of lines outside fenced code."""
    rows = text.split("\n")
    open_rows = {number for number, _ in _outside_code(rows)}
    runs: list[tuple[bool, list[str]]] = []
    for number, row in enumerate(rows):
        is_open = number in open_rows
        if not runs or runs[-1][0] != is_open:
            runs.append((is_open, []))
        runs[-1][1].append(row)
    return "\n".join(change("\n".join(part)) if is_open else "\n".join(part) for is_open, part in runs)
