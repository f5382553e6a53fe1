"""The pages of an edition: what is said around each of them, and the same page at the root of the site."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from pivot.claims import values
from pivot.claims.quantities import Day
from pivot.files import sha256
from pivot.names import slug
from pivot.publish import history
from pivot.publish.archive import metadata, paths
from pivot.publish.archive.citation import Citation
from pivot.publish.frame import PUBLISH, SEARCH, Frame, Listed, chapter, render, top, turns
from pivot.publish.numbers import Record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from pivot.claims.account import Account
    from pivot.claims.stored import Entry
    from pivot.editions import Edition
    from pivot.publish.archive.manifest import About, Code
    from pivot.publish.archive.reader import ReleasedEdition
    from pivot.publish.frame import Address, BookPage, RenderedBook
    from pivot.publish.history import Observation
    from pivot.snapshots import Snapshot

_ASSETS = ("site.css", "site.js", "numbers.js", "choice.js", "values.js", "editions.css", "editions.js")
_TITLE = re.compile(r"<title>([^<]*)</title>")
_SIDE = re.compile(
    r'<li class="part">(?P<part>[^<]*)</li>|<li><a href="(?P<href>[^"]*)"[^>]*>'
    r'(?:<span class="secno">(?P<number>[^<]*)</span> )?<span>(?P<title>(?:(?!<li).)*?)</span></a></li>'
)
_INDEX = re.compile(r'\sdata-index="([^"]+)"')
_WAYS = (
    ("All editions", f"{paths.EDITIONS}/index.html"),
    ("What moved, and why", "revisions.html"),
    ("Feed", "feed.xml"),
)
_ENTRY = re.compile(r'(<h\d id="claim-([\w-]+)"[^>]*>.*?</h\d>)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class SideBar:
    """What leads from any page of an edition into its book.

    Args:
        contents: the pages of the book in reading order.
        search: the search index, as a path from the root of the site; "" where there is none.
    """

    contents: tuple[Listed, ...] = ()
    search: str = ""

    @classmethod
    def of(cls, first: str, home: str, titles: Mapping[str, str]) -> SideBar:
        """As the frozen first page of an edition has it; of a page in another frame the titles alone.

        Args:
            first: that page.
            home: the folder of the edition.
            titles: its pages in reading order.
        """
        contents, part = [], ""
        for match in _SIDE.finditer(first.partition("</nav>")[0]):
            if match["part"]:
                part = html.unescape(match["part"])
            elif not match["href"].startswith(".."):
                title = html.unescape(match["title"])
                contents.append(Listed(match["href"], title, match["number"] or "", part))
        found = _INDEX.search(first)
        index = found[1] if found else ""
        return cls(
            tuple(contents) or tuple(Listed(name, title, "", "") for name, title in titles.items()),
            index and paths.target(f"{home}index.html", index),
        )


@dataclass(frozen=True, slots=True)
class View:
    """What the pages of one edition need to know.

    Args:
        about: the report.
        edition: the edition.
        claims: its ledger.
        before: the earlier editions, by day of evidence.
        snapshots: the newest snapshot of each source.
        evidence: path in the repository to path from the root of the site, for every snapshot.
        listing: the same for the code of the claims.
        code: that code, by its path in the repository.
        accounts: how each claim comes to its value.
        tables: the name of a long table of an account to its path from the root of the site.
        side: its side bar.
        made_by: the code that makes it.
    """

    about: About
    edition: Edition
    claims: Mapping[str, Entry]
    before: Sequence[ReleasedEdition]
    snapshots: Sequence[Snapshot]
    evidence: Mapping[str, str]
    listing: Mapping[str, str] = field(default_factory=dict)
    code: Mapping[str, bytes] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    side: SideBar = SideBar()
    made_by: Code | None = None

    @property
    def home(self) -> str:
        """The edition's folder."""
        return paths.edition_folder(self.edition.id)

    @property
    def line(self) -> str:
        """Which edition it is, in words."""
        return f"Edition {self.edition.id}, evidence as of {day(self.edition.as_of)}"

    def address(self, place: str) -> Address:
        """The way from a page to any path from the root of the site, or its whole address."""
        if self.about.address:
            return lambda path: self.about.address + path
        return lambda path: paths.rebase("", path, place)

    def observations(self, claim: str) -> tuple[Observation, ...]:
        """A claim in the earlier editions and in this one."""
        states = [one.state for one in self.before]
        return history.observations(claim, [*states, history.State(self.edition, self.claims, self.made_by)])

    def record(self, claim: str, site: Address) -> Record:
        """What this edition knows of a claim: its own page, how to cite it, its history, its code."""
        name, entry = f"claims/{claim}.html", self.claims[claim]
        listing = self.listing.get(entry.code.path)
        return Record(
            self.edition.id,
            site(self.home + name),
            Citation(self.about, self.edition, name, values.title(entry)).text(),
            self.observations(claim),
            site(listing) if listing else "",
        )


@cache
def assets() -> Mapping[str, tuple[str, bytes]]:
    """Style and script of these pages: name to place and content."""
    contents = {name: (PUBLISH / "assets" / name).read_bytes() for name in _ASSETS}
    return {name: (paths.blob_path(sha256(data), name), data) for name, data in contents.items()}


def around(  # noqa: PLR0917
    about: About,
    place: str,
    line: str,
    side: SideBar,
    home: str = "",
    base: str = "",
) -> Frame:
    """The frame of a page that is none of the book's.

    Args:
        about: the report.
        place: the page, as a path from the root of the site.
        line: which edition it is of, in words.
        side: the side bar of that edition.
        home: the folder of that edition; "" for the newest one's pages at the root.
        base: the address of the site, for a page that is shown at any path below it; "" for relative ways.
    """

    def site(path: str) -> str:
        return base + path if base else paths.relative(place, path)

    return Frame(
        title=about.title,
        lang=about.lang,
        authors=about.authors,
        line=line,
        pdf=about.pdf,
        asset=lambda name: site(assets()[name][0]),
        book=lambda path: site(home + path),
        site=site,
        up=(base or top(place)) + home,
        search=side.search and site(side.search),
        contents=side.contents,
        place=place,
        ways=_WAYS,
        head=head(site, canonical=about.address + place if about.address and not base else ""),
    )


def book_pages(book: RenderedBook, view: View, where: Address) -> Iterator[tuple[str, str]]:
    """The pages of the book as they stand in an edition, by their path in it.

    Args:
        book: the pages as a renderer gave them.
        view: the edition.
        where: gives for a path in the book the path from the root of the site.
    """

    def body(page: BookPage) -> str:
        place = view.home + page.href
        return _with_permalinks(paths.relocate(page.body, page.href, place, where), view, place)

    moved = replace(book, pages=tuple(replace(page, body=body(page)) for page in book.pages))
    for page in moved.pages:
        yield page.href, chapter(moved, page, _edition_frame(moved, page, view, where))


def _edition_frame(book: RenderedBook, page: BookPage, view: View, where: Address) -> Frame:
    def site(path: str) -> str:
        return paths.relative(view.home + page.href, path)

    def address(path: str) -> str:
        return site(where(path))

    before, after = turns(book, page, address)
    additions = _additions(view, page.href, book.whole_title(page), page.description)
    return Frame(
        title=book.title,
        lang=book.lang,
        authors=book.authors,
        line=book.line,
        pdf=book.pdf,
        asset=lambda name: address(f"assets/{name}"),
        book=address,
        site=site,
        record=lambda claim: view.record(claim, site),
        up=top(page.href),
        search=address(SEARCH),
        contents=book.contents,
        here=page.href,
        ways=_WAYS,
        previous=before,
        next=after,
        head=additions.head,
        bar=additions.bar,
        cite=additions.cite,
    )


class _Additions(NamedTuple):
    """What an edition adds to a page of its book: metadata, the bar, how to cite it."""

    head: Markup
    bar: Markup
    cite: Markup


def _additions(view: View, name: str, title: str, description: str) -> _Additions:
    place = view.home + name
    first = name == "index.html"
    if first:
        citation = Citation(view.about, view.edition)
        sources = [(one, view.evidence[one.path]) for one in view.snapshots]
        linked = metadata.report(view.about, view.edition, view.claims, sources, view.address(place))
    else:
        part = title.removesuffix(f" – {view.about.title}")
        citation = Citation(view.about, view.edition, name, part)
        linked = metadata.page(view.about, view.edition, title, view.address(place))
    return _Additions(
        edition_head(view, name, citation, title, description or view.about.description, linked),
        bar(view, name),
        cite(
            citation,
            heading="How to cite this edition" if first else "How to cite this page",
            more="" if first else paths.relative(place, view.home + "index.html") + "#frame-cite",
        ),
    )


def _with_permalinks(text: str, view: View, place: str) -> str:
    """The ledger of an edition, with a link below the heading of each claim to the claim's own page."""

    def linked(entry: re.Match[str]) -> str:
        if entry[2] not in view.claims:
            return entry[1]
        address = paths.relative(place, f"{view.home}claims/{entry[2]}.html")
        words = "A page of its own: history, and how to cite it"
        return f'{entry[1]}<p class="permalink"><a href="{address}">{words}</a></p>'

    return _ENTRY.sub(linked, text)


def head(
    site: Address,
    tags: Sequence[tuple[str, str, str]] = (),
    linked: Markup | str = "",
    canonical: str = "",
    data: str = "",
) -> Markup:
    """The elements that a page of the archive has in its head beside those of every page.

    Args:
        site: gives the address of a path from the root of the site.
        tags: attribute, name and content of each `<meta>`.
        linked: its linked data.
        canonical: its address, where the site has one.
        data: the address of the same as JSON, where there is one.
    """
    return _markup(
        "head.html",
        style=site(assets()["editions.css"][0]),
        script=site(assets()["editions.js"][0]),
        feed=site("feed.xml"),
        data=data,
        canonical=canonical,
        tags=tags,
        linked=linked,
    )


def edition_head(  # noqa: PLR0917
    view: View, name: str, citation: Citation, title: str, description: str, linked: Markup, data: str = ""
) -> Markup:
    """The elements that say to machines what a page of an edition is: style, feed, citation, linked data.

    Args:
        view: the edition.
        name: the page's path in it.
        citation: how to cite it.
        title: of the page.
        description: in a sentence.
        linked: its linked data.
        data: the address of the same as JSON, where there is one.
    """
    place, address = view.home + name, view.about.address
    pdf = view.home + view.about.pdf
    return head(
        lambda path: paths.relative(place, path),
        metadata.tags(citation, title, description, address + pdf if address else paths.relative(place, pdf)),
        linked,
        address and address + (place if data else name),
        data,
    )


def cite(citation: Citation, heading: str, more: str = "") -> Markup:
    """How to cite a page: all forms, or one and the way to `more`."""
    return _markup("cite.html", citation=citation, heading=heading, more=more)


def bar(view: View, name: str, *, root: bool = False) -> Markup:
    """The bar that says which edition a page belongs to, with the ways to the others.

    Args:
        view: the edition.
        name: the page's path in the edition.
        root: whether it is for the copy of the newest edition's page at the root of the site.
    """
    place = name if root else view.home + name
    is_claim = name.startswith("claims/")
    previous = view.before[-1] if view.before else None
    return _markup(
        "bar.html",
        edition=view.edition,
        day=day(view.edition.as_of),
        page=name,
        top=top(place),
        root=root,
        here=paths.relative(place, view.home + name),
        newest=paths.relative(place, f"latest/{name}" if is_claim else name),
        everywhere=f"revisions.html#claim-{Path(name).stem}"
        if is_claim
        else f"editions/index.html#{slug(name)}",
        previous=previous
        and {
            "id": previous.id,
            "href": paths.relative(
                place,
                previous.home + (name if previous.home + name in previous.manifest.files else "index.html"),
            ),
        },
        statements={id_: entry.statement for id_, entry in view.claims.items()},
        accepted=[one for one in view.edition.accepted if name in _uses(view, one.claim)],
    )


def _uses(view: View, claim: str) -> set[str]:
    """The pages that rest on a claim."""
    uses = view.claims[claim].sentences if claim in view.claims else ()
    return {use.address.partition("#")[0] for use in uses} | {f"claims/{claim}.html"}


def title_of(text: str, about: About) -> str:
    """The title of a page without the report's."""
    match = _TITLE.search(text)
    return html.unescape(match[1]).removesuffix(f" – {about.title}") if match else about.title


def day(date: dt.date) -> str:
    """A day as readers have it."""
    return Day(date).display()


def _markup(name: str, **context: object) -> Markup:
    return Markup(render(f"editions/{name}", **context))  # noqa: S704 -- escaped by the template
