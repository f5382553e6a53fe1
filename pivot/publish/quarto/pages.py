"""Quarto's pages as the frame takes them: titles, numbers, bibliography, and each text in our shapes.

Quarto is told to put no frame around a chapter (`_extensions/pivot`). What it numbered, resolved and cited
stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pivot.errors import RenderError
from pivot.publish.embedded.limits import FRONT
from pivot.publish.frame import BookPage, RenderedBook
from pivot.publish.quarto.elements import Element, plain, read, trimmed
from pivot.publish.quarto.shapes import Shaper
from pivot.publish.values import Values
from pivot.text import with_times

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pivot.prose.book import Book, Chapter
    from pivot.publish.embedded.pictures import Pictures
    from pivot.publish.quarto.elements import Content
    from pivot.publish.render import Inputs

_BODY = re.compile(r"<body\b[^>]*>(.*)</body>", re.DOTALL)
_DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)"')
_APPENDIX = re.compile(r"^\S+ (\w+) — ")
_UNRESOLVED = re.compile(r"\?(?:var|meta):[\w.-]+|\?@[\w-]+|\{\{<.*?>\}\}")


@dataclass(slots=True)
class _Page:
    """One page of Quarto's, while it is taken apart."""

    chapter: Chapter
    body: Element
    description: str
    title: str = ""
    number: str = ""
    heading: Element = field(default_factory=lambda: Element("h1"))
    front: Content = field(default_factory=list)

    def take_title(self) -> None:
        """Take the title off the page: the first page has the book's name over its own heading."""
        header = next(one for one in self.body.elements if one.tag == "header")
        self.body.content.remove(header)
        title, self.front = header.first("h1") or Element("h1"), list(_front(header, self.chapter))
        if own := next((one for one in self.body.elements if one.tag == "h1"), None):
            self.body.content.remove(own)
            title, self.front = own, []
        named = next((one for one in title.walk() if one.id), title)
        if number := title.first("span", "chapter-number"):
            self.number = number.text()
        words = plain((title.first("span", "chapter-title") or named).content)
        if (
            self.chapter.appendix
            and words
            and isinstance(words[0], str)
            and (found := _APPENDIX.match(words[0]))
        ):
            self.number = found[1]
            words = [words[0][found.end() :], *words[1:]]
        self.title = Element("", content=words).text()
        if self.number:
            words = [Element("span", {"class": "secno"}, [self.number]), " ", *words]
        self.heading = Element("h1", {"id": named.id} if named.id else {}, words)

    def numbers(self) -> Iterable[tuple[tuple[str, str], str]]:
        """Yield the numbers of its sections by address and id; that of the page under its id and none."""
        if self.number:
            yield from (((self.chapter.href, id_), self.number) for id_ in ("", self.heading.id))
        for one in self.body.walk():
            if one.id and (number := one.first("span", "header-section-number")):
                yield (self.chapter.href, one.id), number.text()


def unresolved_by_quarto(where: str, found: Iterable[str]) -> RenderError:
    """The error for what Quarto leaves as it stood, though it ends well."""
    return RenderError(
        "Quarto could not resolve everything",
        where=where,
        expected="a value for each variable, a target for each reference",
        got="\n            ".join(dict.fromkeys(found)),
        hint="mend these names where the chapters have them",
    )


def rendered(book: Book, site: Path, inputs: Inputs, pictures: Pictures) -> RenderedBook:
    """Return the book that Quarto made, as the frame takes it.

    Args:
        book: the book.
        site: the folder that Quarto wrote.
        inputs: what Quarto was given.
        pictures: finds the pictures.

    Raises:
        RenderError: Quarto left something unresolved.
    """
    pages = [_read(chapter, (site / chapter.href).read_text("utf-8")) for chapter in book.chapters]
    values = Values(
        inputs.variables,
        {
            one.id: page.chapter.href
            for page in reversed(pages)
            for one in page.body.walk()
            if one.id.startswith("claim-")
        },
        {
            page.chapter.href: {one.attributes.get("data-var", "") for one in page.body.walk()}
            for page in pages
        },
    )
    unresolved = [f"{page.chapter.source}: {text}" for page in pages for text in _unresolved(page.body)]
    if unresolved:
        raise unresolved_by_quarto("the pages that it made", unresolved)
    _share_bibliography(pages)
    for page in pages:
        page.take_title()
    numbers = dict(pair for page in pages for pair in page.numbers())
    shapers = (Shaper(page.chapter, page.number, values, pictures, numbers) for page in pages)
    finished = (_finished(book, page, shaper) for page, shaper in zip(pages, shapers, strict=True))
    return RenderedBook.of(book, inputs, finished)


def _finished(book: Book, page: _Page, shaper: Shaper) -> BookPage:
    chapter = page.chapter
    body = Element("", content=[page.heading, "\n", *page.front, *shaper.shaped(page.body)])
    depth = chapter.meta.get("toc-depth", book.toc_depth)
    return BookPage(
        href=chapter.href,
        title=page.title,
        number=page.number,
        part=chapter.part,
        appendix=chapter.appendix,
        description=page.description,
        headings=tuple(one for one in shaper.headings if not isinstance(depth, int) or one.level <= depth),
        body=with_times(body.inner_html().strip() + "\n"),
    )


def _share_bibliography(pages: Iterable[_Page]) -> None:
    """Show the bibliography as each chapter has it, unseen: the one that Quarto adds knows no language."""
    lists = [one for page in pages for one in page.body.walk() if one.id == "refs"]
    whole = max(
        (one for one in lists if "style" in one.attributes), key=lambda one: len(one.content), default=None
    )
    for one in lists:
        if whole and "style" not in one.attributes:
            one.content = whole.content


def _read(chapter: Chapter, text: str) -> _Page:
    body = _BODY.search(text)
    description = _DESCRIPTION.search(text)
    meta = read(description[1]).text() if description else ""
    return _Page(chapter, read(body[1] if body else ""), meta)


def _unresolved(element: Element) -> Iterable[str]:
    """Yield what Quarto prints in place of a thing it does not know; what stands in code is only shown."""
    for one in element.content:
        if isinstance(one, str):
            yield from (match[0] for match in _UNRESOLVED.finditer(one))
        elif one.is_a("span", "quarto-unresolved-ref"):
            yield one.text()
        elif one.tag not in {"code", "annotation"}:
            yield from _unresolved(one)


def _front(header: Element, chapter: Chapter) -> Iterable[Element | str]:
    """What a chapter's front matter says below its title."""
    lines: dict[str, Content] = {}
    for one in header.elements:
        name = next(iter(one.classes), "")
        if name == "abstract":
            one.content = [child for child in one.content if child is not one.first("div", "abstract-title")]
        if name == "author" and name in lines:
            lines[name] += [", ", *one.content]
        elif name in {"subtitle", "author", "date", "abstract"}:
            lines[name] = trimmed(one.content)
    if doi := chapter.meta.get("doi"):
        lines["doi"] = [Element("a", {"href": f"https://doi.org/{doi}"}, [str(doi)])]
    shown = [
        Element("div", {"class": f"front-{name}"}, [Element("p", {}, lines[name])])
        for name in FRONT
        if name in lines
    ]
    if shown:
        yield Element("div", {"class": "front"}, ["\n", *(piece for one in shown for piece in (one, "\n"))])
        yield "\n"
