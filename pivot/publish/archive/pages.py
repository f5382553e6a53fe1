"""What pages of editions share: the view of an edition, the bar, the frame; and what a book's page gets."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.claims.quantities import Day
from pivot.files import sha256
from pivot.names import slug
from pivot.publish.archive import history, metadata, paths
from pivot.publish.archive.citation import Citation
from pivot.templates import environment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from jinja2 import Environment
    from markupsafe import Markup

    from pivot.claims.stored import Entry
    from pivot.editions import Edition
    from pivot.publish.archive.history import Observation
    from pivot.publish.archive.manifest import About
    from pivot.publish.archive.reader import ReleasedEdition
    from pivot.snapshots import Snapshot

_PUBLISH = Path(__file__).parents[1]
_ASSETS = ("site.css", "site.js", "editions.css", "editions.js")
_LEDGER = "chapters/ledger.html"
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)"')
_MAIN = re.compile(r"<main\b[^>]*>")
_BAR = re.compile(r"<!--edition-->.*?<!--/edition-->", re.DOTALL)
_ENTRY = re.compile(r'(<h\d id="claim-([\w-]+)"[^>]*>.*?</h\d>)', re.DOTALL)


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
        sources: the same for the code of the claims.
        code: the code of the claims, by its path in the repository.
        chapters: the pages of its book in reading order, path from its folder to title.
    """

    about: About
    edition: Edition
    claims: Mapping[str, Entry]
    before: Sequence[ReleasedEdition]
    snapshots: Sequence[Snapshot]
    evidence: Mapping[str, str]
    sources: Mapping[str, str] = field(default_factory=dict)
    code: Mapping[str, bytes] = field(default_factory=dict)
    chapters: Mapping[str, str] = field(default_factory=dict)

    @property
    def home(self) -> str:
        """The edition's folder."""
        return paths.edition_folder(self.edition.id)

    def address(self, place: str) -> Callable[[str], str]:
        """The way from a page to any path from the root of the site, or its whole address."""

        def given(path: str) -> str:
            return self.about.address + path if self.about.address else paths.rebase("", path, place)

        return given

    def story(self, claim: str) -> tuple[Observation, ...]:
        """A claim in the earlier editions and in this one."""
        told = [(issue.manifest.edition, issue.claims) for issue in self.before]
        return history.observations(claim, [*told, (self.edition, self.claims)])


@cache
def assets() -> Mapping[str, tuple[str, bytes]]:
    """Style and script of these pages: name to place and content."""
    found = {name: (_PUBLISH / "assets" / name).read_bytes() for name in _ASSETS}
    return {name: (paths.blob_path(sha256(data), name), data) for name, data in found.items()}


def with_edition(text: str, name: str, view: View) -> str:
    """A page of the book with its edition said: metadata, the bar, how to cite it.

    Args:
        text: the page as it will stand in the edition, links and all.
        name: its path in the edition.
        view: the edition.
    """
    place = view.home + name
    title = html.unescape(found[1]) if (found := _TITLE.search(text)) else view.about.title
    description = html.unescape(found[1]) if (found := _DESCRIPTION.search(text)) else view.about.description
    first = name == "index.html"
    citation = Citation(view.about, view.edition) if first else _citation(view, name, title)
    if first:
        sources = [(one, view.evidence[one.path]) for one in view.snapshots]
        linked = metadata.report(view.about, view.edition, view.claims, sources, view.address(place))
    else:
        linked = metadata.page(view.about, view.edition, title, view.address(place))
    elements = head(view, name, citation, title, description, linked)
    cite = render(
        "cite.html",
        citation=citation,
        heading="How to cite this edition" if first else "How to cite this page",
        more="" if first else paths.relative(place, view.home + "index.html") + "#cite",
    )
    text = _ENTRY.sub(
        lambda entry: (
            entry[1] + _permalink(paths.relative(place, f"{view.home}claims/{entry[2]}.html"))
            if entry[2] in view.claims
            else entry[1]
        ),
        text,
    )
    text = text.replace("</head>", elements + "</head>", 1)
    text = _MAIN.sub(lambda main: main[0] + "\n" + bar(view, name), text, count=1)
    cut = max(text.rfind("</article>"), 0) or text.rfind("</main>")
    end = cut + len("</article>") if text.startswith("</article>", cut) else cut
    return text[:end] + "\n" + cite + text[end:]


def _permalink(address: str) -> str:
    return f'<p class="permalink"><a href="{address}">A page of its own: history, and how to cite it</a></p>'


def _citation(view: View, name: str, title: str) -> Citation:
    return Citation(view.about, view.edition, name, title.removesuffix(f" – {view.about.title}"))


def head(  # noqa: PLR0917
    view: View, name: str, citation: Citation, title: str, description: str, linked: Markup, data: str = ""
) -> str:
    """The elements that say to machines what a page is: style, feed, citation, linked data.

    Args:
        view: the edition.
        name: the page's path in it.
        citation: how to cite it.
        title: of the page.
        description: in a sentence.
        linked: its linked data.
        data: the address of the same as JSON, where there is one.
    """
    place = view.home + name
    pdf = paths.relative(place, view.home + view.about.pdf)
    return render(
        "head.html",
        **asset_ways(place),
        data=data,
        canonical=view.about.address and view.about.address + (place if data else name),
        tags=metadata.tags(
            citation,
            title,
            description,
            f"{citation.about.address}{view.home}{view.about.pdf}" if view.about.address else pdf,
        ),
        linked=linked,
    )


def bar(view: View, name: str, *, root: bool = False) -> str:
    """The bar that says which edition a page belongs to, with the ways to the others.

    Args:
        view: the edition.
        name: the page's path in the edition.
        root: whether it is for the copy of the newest edition's page at the root of the site.
    """
    place = name if root else view.home + name
    claim = name.startswith("claims/")
    previous = view.before[-1] if view.before else None
    return render(
        "bar.html",
        edition=view.edition,
        day=day(view.edition.as_of),
        page=name,
        top=top(place),
        root=root,
        here=paths.relative(place, view.home + name),
        newest=paths.relative(place, f"latest/{name}" if claim else name),
        everywhere=f"revisions.html#claim-{Path(name).stem}"
        if claim
        else f"editions/index.html#{slug(name)}",
        previous=previous
        and {
            "id": previous.id,
            "href": paths.relative(
                place,
                previous.home + (name if previous.home + name in previous.manifest.files else "index.html"),
            ),
        },
        accepted=[one for one in view.edition.accepted if name in _uses(view, one.claim)],
    )


def _uses(view: View, claim: str) -> set[str]:
    """The pages that rest on a claim."""
    uses = view.claims[claim].sentences if claim in view.claims else ()
    return {use.address.partition("#")[0] for use in uses} | {f"claims/{claim}.html"}


def at_root(text: str, name: str, view: View, pages: Sequence[str]) -> str:
    """The newest edition's page as it stands at the root of the site.

    Args:
        text: the page as it stands in the edition.
        name: its path in the edition.
        view: the edition.
        pages: the edition's pages; links among them stay at the root.
    """
    own = {view.home + page: page for page in pages}
    text = paths.relocate(text, view.home + name, name, lambda path: own.get(path, path))
    text = metadata.moved(text, view.home + name, name)
    return _BAR.sub(lambda _: bar(view, name, root=True).strip(), text, count=1)


def title_of(text: str, about: About) -> str:
    """The title of a page without the report's."""
    found = _TITLE.search(text)
    return html.unescape(found[1]).removesuffix(f" – {about.title}") if found else about.title


def frame(  # noqa: PLR0917
    about: About,
    place: str,
    line: str,
    home: str = "",
    chapters: Mapping[str, str] | None = None,
    base: str = "",
) -> dict[str, Any]:
    """What `frame.html` needs: the ways from a page to the report, its editions and their style.

    Args:
        about: the report.
        place: the page, as a path from the root of the site.
        line: which edition it is of, in words.
        home: the folder of that edition; "" for the newest one's pages at the root.
        chapters: the pages of its book in reading order, with their titles.
        base: the address of the site, for a page that is shown at any path below it; "" for relative ways.
    """
    to = _way(place, base)
    return asset_ways(place, base) | {
        "about": about,
        "line": line,
        "home": to(f"{home}index.html"),
        "ledger_page": to(home + _LEDGER),
        "pdf": to(home + about.pdf),
        "editions_page": to(f"{paths.EDITIONS}/index.html"),
        "revisions_page": to("revisions.html"),
        "feed": to("feed.xml"),
        "chapters": [(to(home + name), title) for name, title in (chapters or {}).items()],
    }


def asset_ways(place: str, base: str = "") -> dict[str, str]:
    """The ways to the root of the site, and to style and script; arguments as of `frame`."""
    to = _way(place, base)
    named = {
        "style": "editions.css",
        "script": "editions.js",
        "site_style": "site.css",
        "site_script": "site.js",
    }
    return {"top": base or top(place)} | {key: to(assets()[name][0]) for key, name in named.items()}


def _way(place: str, base: str) -> Callable[[str], str]:
    return lambda path: base + path if base else paths.relative(place, path)


def top(place: str) -> str:
    """The way from a page to the root of the site."""
    return "../" * place.count("/")


def day(date: dt.date) -> str:
    """A day as readers have it."""
    return Day(date).display()


def render(name: str, **given: object) -> str:
    """Fill in a template of the editions."""
    return _environment().get_template(f"editions/{name}").render(**given)


@cache
def _environment() -> Environment:
    return environment(_PUBLISH / "templates")
