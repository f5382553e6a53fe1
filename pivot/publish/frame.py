"""The frame around the content of a page, whichever page it is: one object, one family of templates.

A renderer gives the pages of the book (`RenderedBook`); the frame is put around each where its place in the
site is known: in a site of its own, or in an edition of the archive.

frame.html                  head, header, foot
  chapter.html              a page of the book: side bar, contents, previous and next
  editions/around.html      a page beside the book: the ways to it
    claim, difference, revisions, editions, 404
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from pivot.publish.numbers import accounts
from pivot.templates import environment

if TYPE_CHECKING:
    from jinja2 import Environment

    from pivot.claims.stored import Entry
    from pivot.publish.numbers import Record

Address = Callable[[str], str]
"""The address of a path, as seen from a page."""

PUBLISH = Path(__file__).parent
_NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that the contents of a page list."""

    level: int
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class BookPage:
    """A page of the book, as a renderer gives it.

    Args:
        href: its path from the root of the book.
        title: its title as plain text.
        number: of the chapter, "3" or "B"; "" for one that has none.
        part: the part of the book that it stands in, or "".
        appendix: whether it is one.
        description: one sentence, or "".
        headings: those that its contents list.
        body: its text as HTML; links are as seen from its place in the book.
    """

    href: str
    title: str
    number: str
    part: str
    appendix: bool
    description: str
    headings: tuple[Heading, ...]
    body: str


@dataclass(frozen=True, slots=True)
class RenderedBook:
    """The pages of a book in reading order, and what the frame of each says of the whole.

    Args:
        title: of the report.
        lang: its language, as in HTML.
        authors: their names.
        pdf: the path of the PDF from the root of the book.
        line: which edition it is, in words; "" where there are none.
        links: words and path of what is published with it.
        repo_url: the address of source and data, or "".
        issue_url: the address at which a mistake is reported.
        claims: the ledger; empty where the book has none.
        pages: in reading order.
    """

    title: str
    lang: str
    authors: tuple[str, ...]
    pdf: str
    line: str
    links: tuple[tuple[str, str], ...]
    repo_url: str
    issue_url: str
    claims: Mapping[str, Entry]
    pages: tuple[BookPage, ...]

    def whole_title(self, page: BookPage) -> str:
        """The title of a page with the report's."""
        return self.title if page.title == self.title else f"{page.title} – {self.title}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around the content of one page.

    Args:
        title: of the report.
        lang: its language, as in HTML.
        authors: their names.
        line: which edition the page is of, in words; "" where there are none.
        pdf: the path of the PDF in the book.
        asset: gives the address of a style sheet or a script by its name.
        book: gives the address of a path from the root of the book.
        site: gives the address of a path from the root of the site.
        chapters: the pages of the book in reading order, path to title, for a page beside it.
        head: elements of the head beside those of every page.
        bar: which edition the page is of, and the ways to the others.
        cite: how to cite it.
        record: gives what the archive knows of a claim; None in a site that is no archive.
    """

    title: str
    lang: str
    authors: tuple[str, ...]
    line: str
    pdf: str
    asset: Address
    book: Address
    site: Address
    chapters: Mapping[str, str] = field(default_factory=dict)
    head: Markup = _NOTHING
    bar: Markup = _NOTHING
    cite: Markup = _NOTHING
    record: Callable[[str], Record] | None = None


def chapter(book: RenderedBook, page: BookPage, frame: Frame) -> str:
    """A page of the book in its frame."""
    place = book.pages.index(page)
    return render(
        "chapter.html",
        book=book,
        page=page,
        frame=frame,
        body=Markup(page.body),  # noqa: S704 -- a renderer's HTML
        accounts=accounts(page.body, book.claims, frame),
        up=top(page.href),
        previous=book.pages[place - 1] if place else None,
        next=book.pages[place + 1] if place + 1 < len(book.pages) else None,
    )


def own_site(book: RenderedBook, page: BookPage) -> Frame:
    """The frame of a page in a site that is the book and nothing else."""

    def address(path: str) -> str:
        return top(page.href) + path

    return Frame(
        title=book.title,
        lang=book.lang,
        authors=book.authors,
        line=book.line,
        pdf=book.pdf,
        asset=lambda name: address(f"assets/{name}"),
        book=address,
        site=address,
    )


def top(place: str) -> str:
    """The way from a page to the root that its path counts from."""
    return "../" * place.count("/")


def render(template: str, **context: object) -> str:
    """Fill in a template."""
    return _environment().get_template(template).render(**context)


@cache
def _environment() -> Environment:
    return environment(PUBLISH / "templates")
