"""Whichever program renders the book, a reader meets the same pages: held for each page, word by word.

What a real Quarto made stands in `recordings/quarto`; where Quarto is installed it is run as well.
"""

from __future__ import annotations

import difflib
import json
import posixpath
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader
from pypdf.generic import Destination

from pivot.prose.book import Book
from pivot.prose.findings import Problems
from pivot.publish.embedded.pictures import Pictures
from pivot.publish.quarto import QuartoSite
from pivot.publish.quarto.elements import Element, read
from pivot.publish.quarto.pages import rendered
from pivot.publish.render import silent
from tests.site import recording
from tests.site.conftest import tiny_inputs
from tests.site.pdf_tags import tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pypdf import PageObject

    from pivot.publish.embedded import EmbeddedRenderer
    from pivot.publish.frame import BookPage, RenderedBook

needs_quarto = pytest.mark.skipif(
    shutil.which("quarto") is None, reason="the real Quarto is not installed here"
)
LIVE = pytest.param("live", marks=[pytest.mark.quarto, needs_quarto])

BLOCKS = re.compile(
    "p|div|h[1-6]|[uo]l|li|table|thead|tbody|t[rdh]|fig(ure|caption)|section|blockquote|d[ltd]|pre|details|summary|hr"
)


SAME = (  # what each writes in its way, and no reader sees
    (r"(<br></br>)\s+", r"\1"),  # the end of a line in the source after a break
    (r"<(/?)i>", r"<\1em>"),  # in raw HTML for the page alone
)


def opened(one: Element, folder: str) -> str:
    """The tag that opens an element, its attributes by name; a link as seen from the root of the book."""
    named = dict(one.attributes)
    path, mark, anchor = named.get("href", "").partition("#")
    if path and ":" not in path:
        named["href"] = posixpath.normpath(posixpath.join(folder, path)) + mark + anchor
    if one.tag == "h1" and not named.get("id", "").startswith("sec-"):
        named = {}  # without a label Quarto gives a chapter's heading no id
    shown = "".join(f' {name}="{value}"' for name, value in sorted(named.items()))
    return f"<{one.tag}{shown}>"


def pieces(parent: Element, folder: str) -> Iterator[str]:
    """Yield what stands in an element, each block on a line of its own."""
    for one in parent.content:
        if isinstance(one, str):
            yield one
        elif (one.tag == "span" and not one.attributes) or (one.tag, parent.tag) == ("p", "figcaption"):
            yield from pieces(one, folder)  # it says nothing
        else:
            end = "\0" if BLOCKS.fullmatch(one.tag) else ""
            yield f"{end}{opened(one, folder)}{end}"
            yield from pieces(one, folder)
            yield f"{end}</{one.tag}>{end}"


def lines(page: BookPage) -> list[str]:
    """The text of a page: a line for each block that begins or ends, and for what stands in one."""
    text = re.sub(r"[ \n]+", " ", "".join(pieces(read(page.body), posixpath.dirname(page.href))))
    for pattern, same in SAME:
        text = re.sub(pattern, same, text)
    return [line.strip(" ") for line in text.split("\0") if line.strip(" ")]


@pytest.fixture(scope="module")
def book() -> Book:
    return Book.load(recording.BOOK)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the embedded renderer writes the book."""
    return tmp_path_factory.mktemp("drivers") / "site"


@pytest.fixture(scope="module")
def embedded(book: Book, renderer: EmbeddedRenderer, site: Path) -> RenderedBook:
    return renderer.render(book, tiny_inputs(), site, silent)


@pytest.fixture(scope="module", params=["recorded", LIVE])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """What Quarto made: the folder of its pages, and its PDF."""
    folder = tmp_path_factory.mktemp("quarto")
    if request.param == "live":
        site = recording.render(folder)
        return site, site / "report.pdf"
    return recording.PAGES, recording.typeset(folder)


@pytest.fixture(scope="module")
def quarto(made: tuple[Path, Path], book: Book) -> RenderedBook:
    problems = Problems()
    inputs = tiny_inputs()
    pages = rendered(book, made[0], inputs, Pictures(book, inputs.figures, problems))
    problems.check()
    return pages


def test_the_recording_is_of_this_book_and_this_extension() -> None:
    """Else it proves nothing; where Quarto is installed, `python -m tests.site.recording` makes it anew."""
    noted = json.loads(recording.NOTE.read_text("utf-8"))
    assert recording.note(noted["quarto"]) == noted
    assert len(noted["pages"]) == len(Book.load(recording.BOOK).chapters) > 5


@pytest.mark.parametrize("place", range(7))
def test_the_pages_are_the_same(embedded: RenderedBook, quarto: RenderedBook, place: int) -> None:
    ours, theirs = embedded.pages[place], quarto.pages[place]
    assert len(embedded.pages) == len(quarto.pages) == 7
    for name in ("href", "title", "number", "part", "appendix", "description", "headings"):
        assert getattr(theirs, name) == getattr(ours, name), name
    difference = list(
        difflib.unified_diff(lines(ours), lines(theirs), "embedded", "quarto", lineterm="", n=0)
    )
    assert not difference, "\n".join(difference)


def test_what_quarto_rendered_is_put_into_the_frame(
    book: Book, embedded: RenderedBook, tmp_path: Path
) -> None:
    """As after a plain `quarto render`: the pages that the embedded renderer writes, and no others."""
    site, out = tmp_path / "site", tmp_path / "out"
    shutil.copytree(recording.PAGES, site)
    (site / "report.pdf").write_bytes(b"%PDF")
    QuartoSite(site).render(book, tiny_inputs(), out, silent)
    page = (out / "chapters" / "one.html").read_text("utf-8")
    for own in ("Content-Security-Policy", '<main id="frame-main"', 'src="../assets/site.js"', "Data (CSV)"):
        assert own in page
    assert "quarto" not in page.lower()
    assert "bootstrap" not in page.lower()
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.html")} == {
        one.href for one in embedded.pages
    }


@pytest.mark.usefixtures("embedded")
def test_the_pdf_is_the_same(made: tuple[Path, Path], site: Path) -> None:
    """To a reader, who sees its pages and its outline, and to a screen reader, which has its tags."""
    ours, theirs = PdfReader(site / "report.pdf"), PdfReader(made[1])
    for page, other in zip(ours.pages, theirs.pages, strict=True):
        assert other.extract_text() == page.extract_text()
        assert painted(other) == painted(page)
    assert len(ours.pages) > 5
    assert theirs.metadata == ours.metadata
    assert outline(theirs) == outline(ours)
    assert tags(made[1]) == tags(site / "report.pdf")


def painted(page: PageObject) -> bytes:
    """What paints a page."""
    content = page.get_contents()
    return content.get_data() if content else b""


def outline(pdf: PdfReader) -> list[str]:
    """The bookmarks of a PDF, each with its depth."""

    def lines(entries: Iterable[object], depth: int) -> Iterator[str]:
        for entry in entries:
            if isinstance(entry, list):
                yield from lines(entry, depth + 1)
            elif isinstance(entry, Destination):
                yield f"{depth} {entry.title}"

    return [*lines(pdf.outline, 0)]
