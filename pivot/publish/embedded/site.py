"""The site: a page a chapter, the search index, style and script. It works from any folder."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING

from pivot.publish.embedded.engine import ASSETS
from pivot.publish.frame import SEARCH, BookPage, Heading, RenderedBook, chapter, own_site

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pivot.claims.stored import Entry
    from pivot.folders import OutputFolder
    from pivot.prose.book import Book
    from pivot.publish.embedded.linker import Linker, Page
    from pivot.publish.embedded.pictures import Pictures
    from pivot.publish.render import Inputs

_HEADING = re.compile(r'(?=<h[23] id=")')
_HEADING_TEXT = re.compile(r'<h[23] id="([^"]*)"[^>]*>(.*?)</h[23]>', re.DOTALL)
_NOT_TEXT = re.compile(
    r'<annotation.*?</annotation>|<h1\b.*?</h1>|<a [^>]*\bfootnote-\w+".*?</a>'
    r'|<a [^>]*\bdownload\b.*?</a>|<a [^>]*\bclass="uri".*?</a>|<code>[0-9a-f]{12,}</code>',
    re.DOTALL,
)
_BLOCK = re.compile(r"</?(?:p|div|li|t[dhr]|d[dt]|h\d|figcaption|pre|summary|br|math)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_ADDRESS = re.compile(r"https?://(?:www\.)?([^/\s]+)\S*")
_SPACE = re.compile(r"\s+")

_FOUND = 140
"""Letters by which a search finds a section of an appendix; what is longer is a table or describes a file."""


def link_pages(linker: Linker) -> dict[str, str]:
    """Return the linked body of each page by its address; problems go to the linker's list."""
    return {page.chapter.href: linker.html(page) for page in linker.pages}


def rendered(book: Book, linker: Linker, bodies: dict[str, str], inputs: Inputs) -> RenderedBook:
    """Return the linked book as the frame takes it."""
    pages = (_page(book, linker, page, bodies[page.chapter.href]) for page in linker.pages)
    return RenderedBook.of(book, inputs, pages)


def _page(book: Book, linker: Linker, page: Page, body: str) -> BookPage:
    return BookPage(
        href=page.chapter.href,
        title=linker.plain(page, page.object.title) or page.chapter.source,
        number=page.number,
        part=page.chapter.part,
        appendix=page.chapter.appendix,
        description=linker.plain(page, page.text.description) or book.description or book.subtitle,
        headings=tuple(
            Heading(heading.level, heading.id, linker.plain(page, heading.text))
            for heading in page.object.headings
            if heading.listed and heading.level <= _depth(book, page)
        ),
        body=body,
    )


def write_site(book: RenderedBook, pictures: Pictures, out: OutputFolder) -> None:
    """Write pages, search index, assets and pictures.

    Raises:
        OutputError: a file can not be written.
    """
    for page in book.pages:
        out.write(page.href, chapter(book, page, own_site(book, page)))
    index = [row for page in book.pages for row in _search_rows(page, book.claims)]
    rows = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    out.write(SEARCH, f"window.pivotIndex={rows}\n")
    for name in ("site.css", "site.js", "numbers.js", "choice.js", "values.js"):
        out.write(f"assets/{name}", (ASSETS / name).read_bytes())
    for name, path in book.scripts.items():
        out.write(f"assets/{name}.js", path.read_bytes())
    for name, path in sorted(pictures.files.items()):
        out.write(name, path.read_bytes())


def _depth(book: Book, page: Page) -> int:
    depth = page.chapter.meta.get("toc-depth", book.toc_depth)
    return depth if isinstance(depth, int) else book.toc_depth


def _search_rows(page: BookPage, claims: Mapping[str, Entry]) -> Iterator[list[str]]:
    """Yield address, title, section and text of each section of a page."""
    for part in _HEADING.split(page.body):
        match = _HEADING_TEXT.match(part)
        anchor, title = (f"#{match[1]}", _plain(match[2])) if match else ("", "")
        entry = claims.get(anchor.removeprefix("#claim-"))
        text = _account(entry) if entry else _plain(part[match.end() :] if match else part)
        text = _ADDRESS.sub(r"\1", text)
        if page.appendix and not entry:
            text = text[:_FOUND]
        if text or title:
            yield [page.href + anchor, page.title, title, text]


def _account(entry: Entry) -> str:
    """What a search finds of a claim: its values, its figures and who published on it.

    The formula, labels of figures and what each publisher gave are left to the claim's account: a page that
    is searched loads the text of all claims.
    """
    told = dict.fromkeys(
        (*(figure.display for figure in entry.figures), *(piece.publisher for piece in entry.evidence))
    )
    given = entry.display if entry.exact == entry.display else f"{entry.display}, {entry.exact}"
    head = f"The article: {entry.cited}. The evidence: {given}; {entry.verdict}, {entry.reason}."
    return _SPACE.sub(" ", " ".join((head, *(f"{one}." for one in told)))).strip()


def _plain(fragment: str) -> str:
    text = _TAG.sub("", _BLOCK.sub(" ", _NOT_TEXT.sub("", fragment)))
    return _SPACE.sub(" ", html.unescape(text)).strip()
