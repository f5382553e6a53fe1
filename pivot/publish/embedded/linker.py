"""Fill the holes: numbers, references, citations, values and pictures, into HTML and Typst alike.

Both outputs are linked from the same index, so a figure can not have one number on the web and another in
the PDF. What is missing is a problem with file and line, never blank text.
"""

from __future__ import annotations

import html
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot.prose.labels import KINDS
from pivot.publish.embedded.expand import Expanded, nearest
from pivot.publish.values import Values, classes_of, is_disputed
from pivot.text import with_times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pivot.prose.book import Book, Chapter
    from pivot.prose.findings import Problems
    from pivot.publish.embedded.objects import ChapterObject, Citations, Label
    from pivot.publish.embedded.pictures import Pictures

_HOLE = re.compile(
    r"⟦(?P<kind>\w):(?P<key>[^⟧]*)⟧"
    r'|href="(?P<scheme>xref|doc|file):(?P<target>[^"]*)"'
    r'|<img\s+src="image:(?P<image>[^"]*)"(?P<rest>[^>]*?)\s*/?>'
)

_WORDS = {**KINDS, "sec": "Section"}
_UNIQUE = (*_WORDS, "claim")
_NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Page:
    """A chapter in its place in the book.

    Attributes:
        number: "3", "B" or "" for an unnumbered chapter.
        first_citation: how many citations stand before it in the book.
    """

    chapter: Chapter
    text: Expanded
    object: ChapterObject
    number: str
    first_citation: int

    @property
    def up(self) -> str:
        """The way from this page to the root of the site."""
        return "../" * self.chapter.href.count("/")


@dataclass(frozen=True, slots=True)
class _Target:
    page: Page
    number: str
    text: str


class Linker:
    """Links one book; made anew for every build.

    Args:
        texts, objects: of each chapter, in order.
        problems: takes what is undefined or doubly defined.

    Attributes:
        notes: the number of each claim's account by its anchor, by which a value on paper refers to it.
    """

    def __init__(
        self,
        book: Book,
        *,
        texts: Sequence[Expanded],
        objects: Sequence[ChapterObject],
        citations: Citations,
        variables: Mapping[str, str],
        pictures: Pictures,
        problems: Problems,
    ) -> None:
        self._variables, self._citations = variables, citations
        self._pictures, self._problems = pictures, problems
        self.pages = _paginate(book, texts, objects)
        self._by_source = {page.chapter.source: page for page in self.pages}
        self._targets: dict[str, _Target] = {}
        self._claims: dict[str, Page] = {}
        self._rows: set[str] = set()
        self._noted, self._noted_at = "", 0
        self._bibliography = next((page for page in self.pages if "⟦b:⟧" in page.object.html), None)
        for page in self.pages:
            self._index(page)
            self._check_headings(page)
        self.notes = {claim: number for number, claim in enumerate(self._claims, 1)}
        self._check_citations()
        self._values = Values(
            variables,
            {claim: page.chapter.href for claim, page in self._claims.items()},
            {page.chapter.href: page.text.keys for page in self.pages},
        )

    def html(self, page: Page) -> str:
        """Return the page's body in HTML; a date is marked as one, and so is never broken at a hyphen.

        What the page alone shows stands between marks, here and in `typst`; see `agreement`.
        """
        self._rows.clear()
        text = _HOLE.sub(lambda match: self._html(page, match), page.object.html)
        return with_times(text)

    def typst(self, page: Page) -> str:
        """Return the chapter in Typst."""
        self._noted, self._noted_at = "", 0
        return _HOLE.sub(lambda match: self._typst(page, match), page.object.typst)

    def plain(self, page: Page, text: str) -> str:
        """Return a title or heading as plain text."""
        return _HOLE.sub(lambda match: self._text(page, match["kind"], match["key"]), text)

    def _index(self, page: Page) -> None:
        seen: set[str] = set()
        for name in page.object.ids:
            prefix = name.partition("-")[0]
            elsewhere = name in self._targets or name in self._claims
            if name in seen or (prefix in _UNIQUE and elsewhere):
                self._duplicate(page, name)
            seen.add(name)
            if prefix == "claim":
                self._claims.setdefault(name, page)
            for label in page.object.labels:
                if label.id == name and name not in self._targets:
                    self._targets[name] = _target(page, label)

    def _duplicate(self, page: Page, name: str) -> None:
        first = self._targets[name].page if name in self._targets else self._claims.get(name, page)
        pattern = rf"\{{[^}}\n]*#{re.escape(name)}(?![\w-])"
        places = sorted({*first.text.places(pattern), *page.text.places(pattern)})
        for file, line in places:
            others = [f"{f}:{n}" for f, n in places if (f, n) != (file, line)]
            where = f"; also at {', '.join(others)}" if others else ""
            self._problems.add(file, line, f"label {name} is used twice{where}")

    def _check_headings(self, page: Page) -> None:
        """A level that is left out misleads those who move by headings; PDF/UA forbids it."""
        level = 1
        for heading in page.object.headings:
            if heading.level > level + 1:
                first = re.escape(heading.text.split()[0]) if heading.text else ""
                for file, line in page.text.places(rf"(?m)^{'#' * heading.level}\s+{first}"):
                    self._problems.add(
                        file, line, f"heading of level {heading.level} follows one of level {level}"
                    )
            level = heading.level

    def _check_citations(self) -> None:
        for page in self.pages:
            for key in sorted({key for keys in page.object.citation_keys for key in keys}):
                if key not in self._citations.known:
                    hint = nearest(key, sorted({*self._citations.known, *self._targets}))
                    self._missing(page, f"@{key}", f"citation @{key} is not in the bibliography{hint}")
            if page.object.citations and self._bibliography is None:
                self._missing(page, "@", "the chapters cite, but no chapter has a `::: {#refs}` block")

    def _missing(self, page: Page, written: str, text: str) -> None:
        for file, line in page.text.places(rf"{re.escape(written)}(?![\w-])"):
            self._problems.add(file, line, text)

    def _target(self, page: Page, name: str) -> _Target:
        if name not in self._targets:
            hint = nearest(name, self._targets)
            self._missing(page, f"@{name}", f"reference @{name} has no target{hint}")
            return _Target(page, "", name)
        return self._targets[name]

    def _text(self, page: Page, kind: str, key: str) -> str:
        """Return the plain text of a hole: a number, a reference or a value."""
        key = key.replace("\\", "")  # the Typst writer escapes underscores
        match kind:
            case "s":
                text = ".".join(part for part in (page.number, key) if part)
            case "t":
                text = self._target(page, key).text
            case "n":
                target = self._target(page, key)
                text = target.number or target.text
            case _:
                text = self._variables[key]
        return text

    def _citation(self, page: Page, texts: Sequence[str], kind: str, key: str) -> str:
        if not texts:
            return ""
        return texts[-1] if kind == "b" else texts[page.first_citation + int(key) - 1]

    def _html(self, page: Page, match: re.Match[str]) -> str:
        if match["image"] is not None:
            rest = _HOLE.sub(lambda inner: self._html(page, inner), match["rest"])
            return self._pictures.html(page, html.unescape(match["image"]), rest)
        if match["scheme"]:
            return f'href="{html.escape(self._href(page, match["scheme"], html.unescape(match["target"])))}"'
        key = match["key"]
        match match["kind"]:
            case "c" | "b" as kind:
                to = self._way(page, self._bibliography)
                text = self._citation(page, self._citations.html, kind, key)
                text = text.replace('href="#ref-', f'href="{to}#ref-')
            case "o" | "e":
                text = match[0]
            case "d":
                text = self._pictures.data_link(page, html.unescape(key))
            case "v":
                text = self._values.html(key, page.chapter.href, self._rows)
            case kind:
                text = html.escape(self._text(page, kind, key))
        return text

    def _typst(self, page: Page, match: re.Match[str]) -> str:
        key = match["key"]
        match match["kind"]:
            case None | "o" | "e":  # the first is what looks like our attributes, in a code block
                text = match[0]
            case "c" | "b" as kind:
                text = self._citation(page, self._citations.typst, kind, key)
            case "l":
                text = _typst_label(*self._resolve(page, key))
            case "x":
                name = key.replace("\\", "")
                text = _typst_label(self._target(page, name).page, name)
            case "f":
                text = self._pictures.typst(page, key)
            case "q":
                text = _typst_string(self._text(page, "q", key))
            case "v":
                text = self._typst_value(page, key.replace("\\", ""), match)
            case "k":
                text = str(self.notes[key])
            case kind:
                text = f'#"{_typst_string(self._text(page, kind, key))}";'
        return text

    def _typst_value(self, page: Page, key: str, match: re.Match[str]) -> str:
        text, classes = _typst_string(self._variables[key]), classes_of(key, self._variables[key])
        if not classes:
            return f'#"{text}";'
        claim, home = self._entry(page, key)
        if home is None or "verdict" in classes:
            badge = classes.rpartition("verdict-")[2] if "verdict" in classes else ""
            return f'#claim({f"<{claim}>" if home else "none"}, "{badge}", "{text}");'
        note = "" if self._is_noted(claim, match) else f", note: {self.notes[claim]}"
        disputed = ", disputed: true" if is_disputed(key, self._variables) else ""
        return f'#claim(<{claim}>, "", "{text}"{note}{disputed});'

    def _is_noted(self, claim: str, match: re.Match[str]) -> bool:
        """Whether the value before it in its sentence is of the same claim; then one note is enough."""
        is_noted = claim == self._noted and "\n" not in match.string[self._noted_at : match.start()]
        self._noted, self._noted_at = claim, match.end()
        return is_noted

    def _entry(self, page: Page, key: str) -> tuple[str, Page | None]:
        """Return a value's anchor in the ledger and the page that has it; None where no link is wanted."""
        claim = f"claim-{key.split('.')[1]}"
        home = self._claims.get(claim)
        return claim, None if home is page else home

    def _way(self, page: Page, other: Page | None) -> str:
        return "" if other is None or other is page else page.up + other.chapter.href

    def _href(self, page: Page, scheme: str, target: str) -> str:
        if scheme == "xref":
            return f"{self._way(page, self._target(page, target).page)}#{target}"
        if scheme == "file":
            if target.startswith("/"):
                return page.up + target[1:]
            return target
        other, anchor = self._resolve(page, target)
        return f"{self._way(page, other)}#{anchor}" if anchor else self._way(page, other) or "#frame-main"

    def _resolve(self, page: Page, target: str) -> tuple[Page, str]:
        """Return the page and anchor of a link to a chapter (`other.qmd#sec-x`, `#sec-x`)."""
        file, _, anchor = target.partition("#")
        source = page.chapter.source
        if file:
            folder = "" if file.startswith("/") else posixpath.dirname(source)
            source = posixpath.normpath(posixpath.join(folder, file.lstrip("/")))
        other = self._by_source.get(source)
        if other is None:
            self._missing(page, target, f"link to {target}: the book has no chapter {source}")
            return page, anchor
        if anchor and anchor not in other.object.ids:
            self._missing(
                page, target, f"link to {target}: no such anchor{nearest(anchor, list(other.object.ids))}"
            )
        return other, anchor


def _paginate(book: Book, texts: Sequence[Expanded], objects: Sequence[ChapterObject]) -> list[Page]:
    pages, citations = [], 0
    counts = {False: 0, True: 0}
    for chapter, text, one in zip(book.chapters, texts, objects, strict=True):
        number = ""
        if one.numbered:
            counts[chapter.appendix] += 1
            count = counts[chapter.appendix]
            number = chr(ord("A") + count - 1) if chapter.appendix else str(count)
        pages.append(Page(chapter, text, one, number, citations))
        citations += len(one.citations)
    return pages


def _target(page: Page, label: Label) -> _Target:
    number = ".".join(part for part in (page.number, label.number) if part)
    word = _WORDS[label.kind]
    if label.chapter:
        word = "Appendix" if page.chapter.appendix else "Chapter"
    if label.kind == "sec" and (not number or not (label.number or label.chapter)):
        titles = {heading.id: heading.text for heading in page.object.headings}
        return _Target(page, "", titles.get(label.id, page.object.title))
    return _Target(page, number, f"{word}{_NBSP}{number}")


def _typst_string(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _typst_label(page: Page, anchor: str) -> str:
    """Return the label of an anchor, or of a chapter's heading; `engine.lua` names them in the same way."""
    name = anchor or page.object.id
    is_unique = name.partition("-")[0] in _UNIQUE
    return name if is_unique else f"{page.chapter.key}--{name}"
