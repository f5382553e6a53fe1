"""The pages of the whole site, made anew at each release: editions, what moved, differences, the feed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pivot.claims import stored
from pivot.claims.changes import CITED, GUARD
from pivot.editions import KINDS
from pivot.files import canonical
from pivot.publish import history
from pivot.publish.archive import pages, paths
from pivot.publish.frame import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pivot.publish.archive.manifest import About
    from pivot.publish.archive.reader import ReleasedEdition
    from pivot.publish.frame import Frame

_NAMESPACE = uuid.UUID("5d0c6f0e-9d0f-5c63-8b0a-6a2f3c0f7c11")
_UPWARDS = tuple("../" * depth for depth in range(5))
_FILTERS = {"all": "all claims", "moved": "those that moved", "verdict": "those whose verdict changed"} | {
    kind: f"{kind}: {meaning}" for kind, meaning in KINDS.items()
}


@dataclass(frozen=True, slots=True)
class Compared:
    """What changed between two neighbouring editions, as the page of it says.

    Args:
        title: the heading, as text.
        body: what stands below it, as HTML.
    """

    title: str
    body: str


def site_pages(
    editions: Sequence[ReleasedEdition], titles: Mapping[str, str], differences: Mapping[str, str]
) -> dict[str, bytes]:
    """The pages of the whole site: editions, revisions, versions, the feed, and one for what is not there.

    Args:
        editions: every edition by day of evidence.
        titles: for each page of any edition its title, in reading order.
        differences: edition to the path of the difference from the one before, where there is one.
    """
    about = editions[-1].manifest.about
    states = [edition.state for edition in editions]
    wrong = {state.edition.id: [*history.errata(state, states)] for state in states}
    facts = {"editions": editions, "moved": _moved(editions), "wrong": wrong}
    versions = _versions(editions)

    def page(name: str, template: str, **context: object) -> bytes:
        frame = _frame(editions, titles, name)
        return render(f"editions/{template}", frame=frame, **facts, **context).encode()

    return {
        "versions.json": canonical(versions),
        "versions.js": b"window.pivotEditions=" + canonical(versions | _newest_texts(editions)),
        "feed.xml": render(
            "editions/feed.xml",
            **facts,
            about=about,
            kinds=KINDS,
            id=_urn(about, ""),
            ids={one.id: _urn(about, one.id) for one in editions},
        ).encode(),
        "revisions.html": page(
            "revisions.html", "revisions.html", **_table(editions), differences=differences
        ),
        "editions/index.html": page(
            "editions/index.html",
            "editions.html",
            day=pages.day,
            pages=titles,
            differences={id_: f"../{path}" for id_, path in differences.items()},
        ),
        "404.html": _not_here(editions, titles),
    }


def for_robots(about: About, names: Iterable[str]) -> dict[str, bytes]:
    """What robots read first: that they may, and every page where the site has an address.

    Args:
        about: the report.
        names: the pages of the site that are not frozen.
    """
    if not about.address:
        return {"robots.txt": b"User-agent: *\nAllow: /\n"}
    pages_ = [name.removesuffix("index.html") for name in sorted(names)]
    return {
        "robots.txt": f"User-agent: *\nAllow: /\nSitemap: {about.address}sitemap.xml\n".encode(),
        "sitemap.xml": render(
            "editions/sitemap.xml", addresses=[about.address + one for one in pages_]
        ).encode(),
    }


def _not_here(editions: Sequence[ReleasedEdition], titles: Mapping[str, str]) -> bytes:
    """The page that a host shows at every address that has none, whatever its depth."""
    address = editions[-1].manifest.about.address
    frame = _frame(editions, titles, "404.html", address)
    return render("editions/404.html", frame=frame if address else replace(frame, ways_up=_UPWARDS)).encode()


def difference_page(
    pair: tuple[ReleasedEdition, ReleasedEdition], titles: Mapping[str, str], name: str, compared: Compared
) -> bytes:
    """The page of a difference; it stays as it is made, and so it leads to the report of the later edition.

    Args:
        pair: the two editions, the later one last.
        titles: as of `site_pages`.
        name: where it will stand.
        compared: what changed.
    """
    before, after = pair
    line = f"Between edition {before.id} and edition {after.id}"
    return render(
        "editions/difference.html",
        frame=pages.around(after.manifest.about, name, line, _side(after, titles), after.home),
        title=compared.title,
        body=Markup(compared.body),  # noqa: S704
        edition=after.manifest.edition,
    ).encode()


def moved_page(about: About, start: str, to: str, title: str) -> bytes:
    """A page that leads on to another, at once and without scripts."""
    return render("editions/moved.html", about=about, to=paths.relative(start, to), title=title).encode()


def _frame(
    editions: Sequence[ReleasedEdition], titles: Mapping[str, str], name: str, base: str = ""
) -> Frame:
    newest = editions[-1]
    line = f"All editions; the newest is {newest.id}"
    return pages.around(newest.manifest.about, name, line, _side(newest, titles), "", base)


def _side(edition: ReleasedEdition, titles: Mapping[str, str]) -> pages.SideBar:
    first = edition.files.read(f"{edition.home}index.html").decode()
    own = {page: title for page, title in titles.items() if page in edition.pages}
    return pages.SideBar.of(first, edition.home, own)


def _table(editions: Sequence[ReleasedEdition]) -> dict[str, Any]:
    """Every claim in every edition, and the kinds of revision by which rows can be chosen."""
    states = [edition.state for edition in editions]
    rows = {}
    for id_ in dict.fromkeys(id_ for state in reversed(states) for id_ in state.claims):
        cells = {observation.edition: observation for observation in history.observations(id_, states)}
        kinds = {"all"} | {observation.kind for observation in cells.values() if observation.changes}
        kinds |= {"moved" for observation in cells.values() if observation.changes}
        kinds |= {
            "verdict"
            for observation in cells.values()
            if any("verdict" in text for text in observation.changes)
        }
        rows[id_] = {
            "statement": next(one.claims[id_].statement for one in reversed(states) if id_ in one.claims),
            "article": next(one.claims[id_].cited for one in reversed(states) if id_ in one.claims),
            "cells": [cells.get(edition.id) for edition in editions],
            "kinds": sorted(filter(None, kinds)),
        }
    counts = {name: sum(name in row["kinds"] for row in rows.values()) for name in _FILTERS}
    shown = {name: (words, counts[name]) for name, words in _FILTERS.items() if counts[name]}
    return {"rows": rows, "filters": shown}


def _moved(editions: Sequence[ReleasedEdition]) -> dict[str, str]:
    """For each edition what it moved, in a sentence."""
    return {
        edition.id: _moved_sentence(before, edition)
        for before, edition in zip([None, *editions], editions, strict=False)
    }


def _moved_sentence(before: ReleasedEdition | None, edition: ReleasedEdition) -> str:
    """In the words and counts of the difference: a claim may move in more than one way."""
    if before is None:
        return f"The first edition, with {len(edition.claims)} claims."
    moved = history.moved(before.claims, edition.claims)
    ways = (
        ("moved", "shows another number", "show another number"),
        ("verdict", "has another verdict", "have another verdict"),
        (GUARD, "guard turned", "guards turned"),
        (CITED, "has another cited text", "have another cited text"),
    )
    counts = [
        (sum(any(text.startswith(start) for text in texts) for texts in moved.values()), one, more)
        for start, one, more in ways
    ]
    old, now = before.claims.keys(), edition.claims.keys()
    new, gone = len(now - old), len(old - now)
    counts += [(new, "is new", "are new"), (gone, "is gone", "are gone")]
    counted = [f"{count} {one if count == 1 else more}" for count, one, more in counts if count]
    words = f"{len(moved) + new + gone or 'none'} moved since {before.id}"
    return f"Of {len(old | now)} claims {words}{': ' if counted else ''}{', '.join(counted)}."


def _newest_texts(editions: Sequence[ReleasedEdition]) -> dict[str, dict[str, str]]:
    """What the newest edition says where a reader may have quoted something else from an earlier one.

    Each claim's value and verdict are there in any case, for its page says too that it has not moved.
    The article's words do not move.
    """
    claims = editions[-1].claims
    newest, *earlier = (stored.texts(one.claims) for one in reversed(editions))
    moved = {
        name: text
        for name, text in newest.items()
        if not name.startswith("cited.") and any(one.get(name, text) != text for one in earlier)
    }
    ids = dict.fromkeys(name.split(".")[1] for name in moved)
    now = {name: newest[name] for id_ in claims for name in (f"claim.{id_}", f"verdict.{id_}")}
    return {"texts": now | moved, "statements": {id_: claims[id_].statement.rstrip(".") for id_ in ids}}


def _versions(editions: Sequence[ReleasedEdition]) -> dict[str, Any]:
    return {
        "schema": 1,
        "newest": editions[-1].id,
        "editions": [
            {
                "id": edition.id,
                "as_of": edition.manifest.edition.as_of.isoformat(),
                "title": edition.manifest.edition.title,
                "kinds": sorted({revision.kind for revision in edition.manifest.edition.revision}),
                "number": edition.manifest.number,
                "manifest": edition.sha256,
                "pages": list(edition.pages),
                "claims": sorted(edition.claims),
            }
            for edition in editions
        ],
    }


def _urn(about: About, edition: str) -> str:
    return uuid.uuid5(_NAMESPACE, f"{about.title}\n{edition}").urn
