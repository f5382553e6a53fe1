"""The frame around the content of a page, whichever page it is: one object, one family of templates.

A renderer gives the pages of the book (`RenderedBook`); the frame is put around each where its place in the
site is known: in a site of its own, or in an edition of the archive.

frame.html                  head, header, side bar, the edition's bar, previous and next, foot
  chapter.html              a page of the book, with its contents and the accounts of its numbers
  editions/around.html      a page beside the book: claim, difference, revisions, editions, 404
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from markupsafe import Markup

from pivot.names import LEDGER, LEDGER_CSV
from pivot.publish import claims_table, notes, verdict_map
from pivot.publish.numbers import accounts
from pivot.templates import environment

if TYPE_CHECKING:
    from jinja2 import Environment

    from pivot.claims.stored import Entry
    from pivot.prose.book import Book
    from pivot.publish.numbers import Record
    from pivot.publish.render import Inputs

Address = Callable[[str], str]
"""The address of a path, as seen from a page."""

PUBLISH = Path(__file__).parent
SEARCH = "assets/search-index.js"
_LISTED = 60
"""Pages that a side bar lists at most; a longer book is listed whole on its first page."""
_NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that the contents of a page list."""

    level: int
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the book in the side bar.

    Args:
        href: its path from the root of the book.
        title: its title.
        number: of the chapter, or "".
        part: the heading that it stands under, or "".
    """

    href: str
    title: str
    number: str
    part: str


@dataclass(frozen=True, slots=True)
class Turn:
    """The page before or after: its address, title, and number or ""."""

    address: str
    title: str
    number: str = ""


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


@dataclass(frozen=True)
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
        scripts: the article's own, each by the id of the block that it fills.
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
    scripts: Mapping[str, Path]
    pages: tuple[BookPage, ...]

    @classmethod
    def of(cls, book: Book, inputs: Inputs, pages: Iterable[BookPage]) -> Self:
        """The pages of a book, with what the frame says of the whole."""
        return cls(
            title=book.title,
            lang=book.lang,
            authors=book.authors,
            pdf=f"{book.output_file}.pdf",
            line=inputs.edition_line,
            links=inputs.links,
            repo_url=book.repo_url,
            issue_url=book.issue_url,
            claims=inputs.claims,
            scripts=inputs.scripts,
            pages=tuple(pages),
        )

    @cached_property
    def contents(self) -> tuple[Listed, ...]:
        """Its pages as the side bar lists them."""
        return tuple(
            Listed(page.href, page.title, page.number, page.part or ("Appendices" if page.appendix else ""))
            for page in self.pages
        )

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
        up: the way to the root of the book, which search puts before what it finds.
        search: the address of the search index, "" where there is none.
        contents: the pages of the book in reading order.
        here: the path of the page in the book; "" for a page beside it.
        place: its path from the root of the site.
        ways_up: ways to the root of the site, of which one is right: of a page shown at any depth there are
            several, since nobody can say from where its addresses are seen.
        ways: words and path, from the root of the site, of the pages about editions.
        previous: the page before.
        next: the page after.
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
    up: str
    search: str
    contents: tuple[Listed, ...]
    here: str = ""
    place: str = ""
    ways_up: tuple[str, ...] = ("",)
    ways: tuple[tuple[str, str], ...] = ()
    previous: Turn | None = None
    next: Turn | None = None
    head: Markup = _NOTHING
    bar: Markup = _NOTHING
    cite: Markup = _NOTHING
    record: Callable[[str], Record] | None = None

    @property
    def near(self) -> tuple[Listed, ...]:
        """The contents as a side bar has them: of a long book the first page and those around this one.

        The first page lists all. If every one did, the weight of a site would grow with the square of its
        chapters.
        """
        if len(self.contents) <= _LISTED or self.here == self.contents[0].href:
            return self.contents
        place = next((place for place, one in enumerate(self.contents) if one.href == self.here), 0)
        start = max(place - _LISTED // 2, 1)
        return (self.contents[0], *self.contents[start : start + _LISTED - 1])


def chapter(book: RenderedBook, page: BookPage, frame: Frame) -> str:
    """A page of the book in its frame."""
    listed = notes.sources(one.body for one in book.pages)
    body = _filled(book, notes.beside(page.body, listed), frame)
    return render(
        "chapter.html",
        book=book,
        page=page,
        frame=frame,
        body=Markup(body),  # noqa: S704 -- a renderer's HTML
        accounts=accounts(page.body, book.claims, frame),
    )


def _filled(book: RenderedBook, body: str, frame: Frame) -> str:
    """The body with the picture and the table of all claims, where it asks for them."""
    if not book.claims:
        return body
    if verdict_map.PLACE in body:
        heaps = verdict_map.heaps(book.claims, verdict_map.addresses(book, frame))
        drawn = render("verdict_map.html", heaps=heaps)
        body = body.replace(verdict_map.PLACE, drawn)
    if claims_table.PLACE in body:
        rows = claims_table.rows(book, frame)
        files = {"csv": frame.book(LEDGER_CSV), "json": frame.book(LEDGER)}
        made = render("claims_table.html", rows=rows, choices=claims_table.choices(rows), **files)
        body = body.replace(claims_table.PLACE, made)
    return body


def turns(book: RenderedBook, page: BookPage, address: Address) -> tuple[Turn | None, Turn | None]:
    """The pages before and after a page of the book."""
    place = book.pages.index(page)
    around = (book.pages[place - 1 : place], book.pages[place + 1 : place + 2])
    before, after = (
        next((Turn(address(one.href), one.title, one.number) for one in pages), None) for pages in around
    )
    return before, after


def own_site(book: RenderedBook, page: BookPage) -> Frame:
    """The frame of a page in a site that is the book and nothing else."""

    def address(path: str) -> str:
        return top(page.href) + path

    before, after = turns(book, page, address)
    return Frame(
        title=book.title,
        lang=book.lang,
        authors=book.authors,
        line=book.line,
        pdf=book.pdf,
        asset=lambda name: address(f"assets/{name}"),
        book=address,
        site=address,
        up=top(page.href),
        search=address(SEARCH),
        contents=book.contents,
        here=page.href,
        place=page.href,
        previous=before,
        next=after,
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
