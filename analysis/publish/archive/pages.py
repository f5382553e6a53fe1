"""The pages of editions: what is put into a page of the book, each claim's page, and the site's own pages."""

from __future__ import annotations

import html
import re
import uuid
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analysis.claims.quantities import Day
from analysis.publish.archive import history, metadata, places
from analysis.publish.archive.citation import Citation
from analysis.publish.archive.manifest import canonical
from analysis.publish.editions import KINDS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from analysis.publish.archive.history import Moment
    from analysis.publish.archive.manifest import About
    from analysis.publish.archive.site import Issue
    from analysis.publish.editions import Edition
    from analysis.snapshots import Snapshot

_PUBLISH = Path(__file__).parents[1]
_ASSETS = ("site.css", "editions.css", "editions.js")
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)"')
_MAIN = re.compile(r"<main\b[^>]*>")
_BAR = re.compile(r"<!--edition-->.*?<!--/edition-->", re.DOTALL)
_ENTRY = re.compile(r'(<h\d id="claim-([\w-]+)"[^>]*>.*?</h\d>)', re.DOTALL)
_NAMESPACE = uuid.UUID("5d0c6f0e-9d0f-5c63-8b0a-6a2f3c0f7c11")
_FILTERS = {"all": "all claims", "moved": "those that moved", "verdict": "those whose verdict changed"} | {
    kind: f"{kind}: {meaning}" for kind, meaning in KINDS.items()
}


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
    """

    about: About
    edition: Edition
    claims: Mapping[str, dict[str, Any]]
    before: Sequence[Issue]
    snapshots: Sequence[Snapshot]
    evidence: Mapping[str, str]

    @property
    def home(self) -> str:
        """The edition's folder."""
        return places.home(self.edition.id)

    def address(self, place: str) -> Callable[[str], str]:
        """The way from a page to any path from the root of the site, or its whole address."""

        def given(path: str) -> str:
            return self.about.address + path if self.about.address else places.there("", path, place)

        return given

    def story(self, claim: str) -> tuple[Moment, ...]:
        """A claim in the earlier editions and in this one."""
        told = [(issue.manifest.edition, issue.claims) for issue in self.before]
        return history.moments(claim, [*told, (self.edition, self.claims)])


@cache
def assets() -> Mapping[str, tuple[str, bytes]]:
    """Style and script of these pages: name to place and content."""
    found = {name: (_PUBLISH / "assets" / name).read_bytes() for name in _ASSETS}
    return {name: (places.shared(places.sha256(data), name), data) for name, data in found.items()}


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
    head = _head(view, name, citation, title, description, linked)
    cite = _render(
        "cite.html",
        citation=citation,
        heading="How to cite this edition" if first else "How to cite this page",
        more="" if first else places.way(place, view.home + "index.html") + "#cite",
    )
    text = _ENTRY.sub(
        lambda entry: (
            entry[1] + _permalink(places.way(place, f"{view.home}claims/{entry[2]}.html"))
            if entry[2] in view.claims
            else entry[1]
        ),
        text,
    )
    text = text.replace("</head>", head + "</head>", 1)
    text = _MAIN.sub(lambda main: main[0] + "\n" + bar(view, name), text, count=1)
    cut = max(text.rfind("</article>"), 0) or text.rfind("</main>")
    end = cut + len("</article>") if text.startswith("</article>", cut) else cut
    return text[:end] + "\n" + cite + text[end:]


def _permalink(address: str) -> str:
    return f'<p class="permalink"><a href="{address}">A page of its own: history, and how to cite it</a></p>'


def _citation(view: View, name: str, title: str) -> Citation:
    return Citation(view.about, view.edition, name, title.removesuffix(f" – {view.about.title}"))


def _head(  # noqa: PLR0917
    view: View, name: str, citation: Citation, title: str, description: str, linked: Markup, data: str = ""
) -> str:
    place = view.home + name
    pdf = places.way(place, view.home + view.about.pdf)
    return _render(
        "head.html",
        **_common(place),
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
    return _render(
        "bar.html",
        edition=view.edition,
        day=_day(view.edition.as_of),
        page=name,
        top=_top(place),
        root=root,
        here=places.way(place, view.home + name),
        newest=places.way(place, f"latest/{name}" if claim else name),
        everywhere=f"revisions.html#claim-{Path(name).stem}"
        if claim
        else f"editions/index.html#{_slug(name)}",
        previous=previous
        and {
            "id": previous.id,
            "href": places.way(
                place,
                previous.home + (name if previous.home + name in previous.manifest.files else "index.html"),
            ),
        },
        accepted=[one for one in view.edition.accepted if name in _uses(view, one.claim)],
    )


def _uses(view: View, claim: str) -> set[str]:
    """The pages that rest on a claim."""
    used = view.claims.get(claim, {}).get("sentences", ())
    return {one["address"].partition("#")[0] for one in used} | {f"claims/{claim}.html"}


def at_root(text: str, name: str, view: View, pages: Sequence[str]) -> str:
    """The newest edition's page as it stands at the root of the site.

    Args:
        text: the page as it stands in the edition.
        name: its path in the edition.
        view: the edition.
        pages: the edition's pages; links among them stay at the root.
    """
    own = {view.home + page: page for page in pages}
    text = places.moved(text, view.home + name, name, lambda path: own.get(path, path))
    text = metadata.moved(text, view.home + name, name)
    return _BAR.sub(lambda _: bar(view, name, root=True).strip(), text, count=1)


def claim_pages(view: View) -> dict[str, bytes]:
    """For each claim its permanent page and the same as JSON, by path in the edition."""
    found: dict[str, bytes] = {}
    for id_, entry in view.claims.items():
        name = f"claims/{id_}.html"
        place, story = view.home + name, view.story(id_)
        title = f"{id_}: {entry['display']}"
        citation = Citation(view.about, view.edition, name, title)
        found[name] = _render(
            "claim.html",
            **_common(place),
            home="../index.html",
            about=view.about,
            edition=view.edition,
            day=_day(view.edition.as_of),
            entry=entry,
            story=story,
            picture=history.picture(story),
            head=Markup(  # noqa: S704
                _head(
                    view,
                    name,
                    citation,
                    title,
                    f"{entry['statement']} {entry['display']}, {entry['verdict']}.",
                    metadata.claim(view.about, view.edition, id_, entry, view.address(place)),
                    data=f"{id_}.json",
                )
            ),
            bar=Markup(bar(view, name)),  # noqa: S704
            evidence={path: places.way(place, file) for path, file in view.evidence.items()},
            ledger_page=f"../chapters/ledger.html#claim-{id_}",
            cite=Markup(_render("cite.html", citation=citation, heading="How to cite this number", more="")),  # noqa: S704
        ).encode()
        found[f"claims/{id_}.json"] = canonical(
            {
                "edition": view.edition.id,
                "as_of": view.edition.as_of.isoformat(),
                **{
                    key: entry[key]
                    for key in entry
                    if key not in {"evidence", "inputs", "sentences", "parts"}
                },
                "parts": [
                    {key: part[key] for key in ("name", "label", "display")} for part in entry["parts"]
                ],
                "history": [asdict(moment) | {"as_of": moment.as_of.isoformat()} for moment in story],
                "citation": citation.csl(),
                "ledger": f"../ledger.json#/claims/{id_}",
            }
        )
    return found


def site_pages(
    issues: Sequence[Issue], titles: Mapping[str, str], differences: Mapping[str, str]
) -> dict[str, bytes]:
    """The pages of the whole site: editions, revisions, versions, the feed.

    Args:
        issues: every edition by day of evidence.
        titles: for each page of any edition its title.
        differences: edition to the path of the difference from the one before, where there is one.
    """
    newest = issues[-1]
    about = newest.manifest.about
    story = [(issue.manifest.edition, issue.claims) for issue in issues]
    told = {}
    for before, issue in zip([None, *issues], issues, strict=False):
        told[issue.id] = _told(before, issue)
    rows = {}
    for id_ in dict.fromkeys(id_ for _, claims in reversed(story) for id_ in claims):
        cells = {moment.edition: moment for moment in history.moments(id_, story)}
        kinds = {"all"} | {moment.kind for moment in cells.values() if moment.changes}
        kinds |= {"moved" for moment in cells.values() if moment.changes}
        kinds |= {"verdict" for moment in cells.values() if any("verdict" in text for text in moment.changes)}
        rows[id_] = {"cells": [cells.get(issue.id) for issue in issues], "kinds": sorted(filter(None, kinds))}
    facts = {"about": about, "issues": issues, "moved": told}
    versions = _versions(issues)
    return {
        "versions.json": canonical(versions),
        "versions.js": b"window.pivotEditions="
        + canonical(versions | {"texts": history.texts(newest.claims)}),
        "feed.xml": _render(
            "feed.xml",
            **facts,
            kinds=KINDS,
            id=_urn(about, ""),
            ids={one.id: _urn(about, one.id) for one in issues},
        ).encode(),
        "revisions.html": _render(
            "revisions.html",
            **facts,
            **_common("revisions.html"),
            home="index.html",
            head=_plain_head("revisions.html"),
            rows=rows,
            filters=_FILTERS,
            differences={id_: differences.get(id_, "") for id_ in told},
        ).encode(),
        "editions/index.html": _render(
            "editions.html",
            **facts,
            **_common("editions/index.html"),
            home="../index.html",
            head=_plain_head("editions/index.html"),
            day=_day,
            pages=titles,
            differences={id_: differences.get(id_) and f"../{differences[id_]}" for id_ in told},
        ).encode(),
    }


def moved_page(about: About, start: str, to: str, title: str) -> bytes:
    """A page that leads on to another, at once and without scripts."""
    return _render("moved.html", about=about, to=places.way(start, to), title=title).encode()


def title_of(text: str, about: About) -> str:
    """The title of a page without the report's."""
    found = _TITLE.search(text)
    return html.unescape(found[1]).removesuffix(f" – {about.title}") if found else about.title


def _versions(issues: Sequence[Issue]) -> dict[str, Any]:
    return {
        "schema": 1,
        "newest": issues[-1].id,
        "editions": [
            {
                "id": issue.id,
                "as_of": issue.manifest.edition.as_of.isoformat(),
                "title": issue.manifest.edition.title,
                "kinds": sorted({revision.kind for revision in issue.manifest.edition.revision}),
                "number": issue.manifest.number,
                "manifest": issue.sha256,
                "pages": list(issue.pages),
                "claims": sorted(issue.claims),
            }
            for issue in issues
        ],
    }


def _told(before: Issue | None, issue: Issue) -> str:
    if before is None:
        return f"The first edition, with {len(issue.claims)} claims."
    moved = history.moved(before.claims, issue.claims)
    numbers = sum(any(text.startswith("moved") for text in texts) for texts in moved.values())
    verdicts = sum(any("verdict" in text for text in texts) for texts in moved.values())
    guards = sum(any(text.startswith("reads") for text in texts) for texts in moved.values())
    text = (
        f"Of {len(issue.claims)} claims {_many(numbers, 'shows', 'show')} another number than in {before.id},"
        " "
        f"{_many(verdicts, 'has', 'have')} another verdict"
    )
    return text + (f", and {_many(guards, 'guard', 'guards')} turned." if guards else ".")


def _many(count: int, one: str, more: str) -> str:
    return f"{count or 'none'} {one if count == 1 else more}"


def _common(place: str) -> dict[str, str]:
    style, script = assets()["editions.css"][0], assets()["editions.js"][0]
    return {
        "top": _top(place),
        "style": places.way(place, style),
        "script": places.way(place, script),
        "site_style": places.way(place, assets()["site.css"][0]),
    }


def _plain_head(place: str) -> Markup:
    return Markup(_render("head.html", **_common(place), data="", canonical="", tags=(), linked=""))  # noqa: S704


def _top(place: str) -> str:
    return "../" * place.count("/")


def _urn(about: About, edition: str) -> str:
    return uuid.uuid5(_NAMESPACE, f"{about.title}\n{edition}").urn


def _day(day: dt.date) -> str:
    return Day(day).display()


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _render(name: str, **given: object) -> str:
    return _environment().get_template(f"editions/{name}").render(**given)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_PUBLISH / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.filters["slug"] = _slug
    return environment
