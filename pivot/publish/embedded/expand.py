"""Expand the shortcodes of a chapter, and remember from which file and line each line came.

A value does not become text here but a hole, `⟦v:claim.x⟧`: what pandoc makes of a chapter then does not
depend on the numbers, and a changed number costs a link, not a compilation.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot.names import BOOK_FILE
from pivot.prose.book import included_file, lookup
from pivot.prose.findings import Waiver
from pivot.prose.scan import BROKEN, HOLDS, LITERAL, SHORTCODES, Token, scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pivot.prose.book import Book, Chapter
    from pivot.prose.findings import Problems
    from pivot.prose.scan import Source
    from pivot.publish.render import Inputs

_EQUATION = re.compile(r"\$\$[^$]+\$\$\s?(\{#(eq-[\w-]+)\})")
_GENERATED = "generated:"  # how the name of a generated file starts, as a place
_HOLE, _LABEL = "a hole", "an equation's label"  # more kinds of tokens
_KEPT = {BROKEN, *Waiver.KINDS}  # tokens that stay as they are


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

    def complain(self, refusals: Iterable[tuple[str, str]], problems: Problems) -> None:
        """Note what was refused of this text, each at its places."""
        for written, words in refusals:
            for file, line in self.places(re.escape(written)):
                problems.add(file, line, words)


class _Expander:
    """Expands one chapter; pieces are appended in order, each with its place."""

    def __init__(
        self, book: Book, chapter: Chapter, inputs: Inputs, problems: Problems, *, only_ours: bool
    ) -> None:
        self.book, self.chapter, self.inputs, self.problems = book, chapter, inputs, problems
        self.only_ours = only_ours
        self.pieces: list[str] = []
        self.origins: list[tuple[str, int]] = [(chapter.source, 1)]
        self.keys: set[str] = set()
        self.broken: set[str] = set()

    def add(self, piece: str, place: tuple[str, int]) -> None:
        """Append literal text that starts at a place."""
        if not piece:
            return
        file, line = place
        if not self.pieces or self.pieces[-1].endswith("\n"):
            self.origins[-1] = place
        self.pieces.append(piece)
        self.origins.extend((file, line + i) for i in range(1, piece.count("\n") + 1))

    def expand(self, source: Source, trail: tuple[str, ...] = ()) -> None:
        """Append a text with its shortcodes expanded, settled guards dropped and equations labelled.

        Args:
            source: the text.
            trail: the files that led to it.
        """
        text, line, at = source.text, source.first_line, 0
        holes = (Token(*match.span(), _HOLE, "[") for match in re.finditer("⟦", text))
        for token in sorted((*source.tokens, *holes, *_equations(source.markup))):
            place = (source.file, line + text.count("\n", at, token.start))
            if token.kind == BROKEN:
                self.problems.add(*place, f"{token.text} is no shortcode: write {{{{< name argument >}}}}")
            if token.kind in _KEPT or (token.kind == HOLDS and not self.is_settled(token, place, text)):
                continue
            before = text[at : token.start]
            self.add(before.rstrip(" \t") if token.kind == HOLDS else before, (source.file, line))
            self.replace(token, place, (*trail, source.file))
            line, at = place[1] + text.count("\n", token.start, token.end), token.end
        self.add(text[at:], (source.file, line))

    def is_settled(self, note: Token, place: tuple[str, int], text: str) -> bool:
        """Whether all guards hold that a comment names; keeps in mind those that do not."""
        for id_ in note.ids:
            if id_ not in self.inputs.guards:
                self.problems.add(*place, f"guard {id_} is not known{nearest(id_, self.inputs.guards)}")
        if not text[: note.start].rpartition("\n")[2].strip():
            self.problems.add(*place, "a guard must stand at the end of the line of its sentence")
        broken = {id_ for id_ in note.ids if not self.inputs.guards.get(id_, True)}
        self.broken |= broken
        return not broken

    def replace(self, token: Token, place: tuple[str, int], trail: tuple[str, ...]) -> None:
        """Append what stands in the place of a token."""
        kind, text = token.kind, token.text
        if trail[-1].startswith(_GENERATED) and kind not in ("var", LITERAL, HOLDS, _HOLE, _LABEL):
            self.problems.add(*place, f"a generated block has values only, and no shortcode {kind}")
            return
        match kind:
            case "var":
                self.variable(text, place)
            case "meta":
                self.meta(text, place)
            case "include":
                self.include(text, place, trail)
            case "generated":
                self.generated(text, place, trail)
            case _ if kind == _HOLE:
                self.problems.add(*place, "the character ⟦ is the renderer's own")
            case _ if kind in (LITERAL, _LABEL):
                self.add(text, place)
            case _ if kind != HOLDS and self.only_ours:
                known = ", ".join(SHORTCODES)
                self.problems.add(
                    *place, f"unknown shortcode {kind}; known are {known}{nearest(kind, SHORTCODES)}"
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

    def include(self, target: str, place: tuple[str, int], trail: tuple[str, ...]) -> None:
        file = included_file(trail[-1], target)
        if not file:
            self.problems.add(*place, f"include {target} leads out of the book")
        elif file in trail:
            self.problems.add(*place, f"include {target} includes itself: {' > '.join((*trail, file))}")
        elif file in self.chapter.included:
            self.expand(self.chapter.included[file], trail)
        else:
            self.missing(f"include {target}", self.book.root / file, place)

    def generated(self, name: str, place: tuple[str, int], trail: tuple[str, ...]) -> None:
        path = self.inputs.generated / f"{name}.md"
        if path.is_file():
            self.expand(scan(f"{_GENERATED}{path.name}", path.read_text("utf-8").rstrip("\n"), 1), trail)
        else:
            self.missing(f"generated {name}", path, place)

    def missing(self, what: str, path: Path, place: tuple[str, int]) -> None:
        near = nearest(path.name, [sibling.name for sibling in path.parent.glob(f"*{path.suffix}")])
        self.problems.add(*place, f"{what} does not exist or is not readable{near}")


def expand(
    book: Book, chapter: Chapter, inputs: Inputs, problems: Problems, *, only_ours: bool = True
) -> Expanded:
    """Expand one chapter: shortcodes, equation labels and guards.

    A title in the front matter becomes the first heading. Comments of guards that hold are dropped; those
    that no longer hold stay in the text, for the filter to mark the sentence before them. Quarto has
    shortcodes beside `only_ours`, and tells of those that it does not know.
    """
    work = _Expander(book, chapter, inputs, problems, only_ours=only_ours)
    if chapter.head.text:
        work.expand(chapter.head)
        work.add("\n\n", (chapter.source, chapter.head.first_line))
    work.expand(chapter.body)
    summary = _Expander(book, chapter, inputs, problems, only_ours=only_ours)
    if description := chapter.meta.get("description"):
        summary.expand(scan(chapter.source, str(description), chapter.meta_line["description"]))
    return Expanded(
        "".join(work.pieces),
        work.origins,
        tuple(sorted(work.keys)),
        tuple(sorted(work.broken)),
        "".join(summary.pieces),
    )


def _equations(markup: str) -> Iterator[Token]:
    """What puts a span around each labelled equation: pandoc knows no label after one."""
    for match in _EQUATION.finditer(markup) if "{#eq-" in markup else ():
        yield Token(match.start(), match.start(), _LABEL, "[")
        yield Token(match.start(1), match.end(), _LABEL, f"]{{#{match[2]} .equation}}")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?" with the nearest known names, or ""."""
    close = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(close)}?" if close else ""
