"""The pages of the whole site, made anew at each release: editions, what moved, differences, the feed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pivot.editions import KINDS
from pivot.files import canonical
from pivot.publish.archive import history, pages, paths
from pivot.words import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pivot.publish.archive.manifest import About
    from pivot.publish.archive.reader import ReleasedEdition

_NAMESPACE = uuid.UUID("5d0c6f0e-9d0f-5c63-8b0a-6a2f3c0f7c11")
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
    issues: Sequence[ReleasedEdition], titles: Mapping[str, str], differences: Mapping[str, str]
) -> dict[str, bytes]:
    """The pages of the whole site: editions, revisions, versions, the feed, and one for what is not there.

    Args:
        issues: every edition by day of evidence.
        titles: for each page of any edition its title, in reading order.
        differences: edition to the path of the difference from the one before, where there is one.
    """
    about = issues[-1].manifest.about
    facts = {"issues": issues, "moved": _moved(issues)}
    versions = _versions(issues)

    def page(name: str, template: str, **given: object) -> bytes:
        return pages.render(
            template, **_frame(issues, titles, name), **facts, head=_plain_head(name), **given
        ).encode()

    return {
        "versions.json": canonical(versions),
        "versions.js": b"window.pivotEditions="
        + canonical(versions | {"texts": history.claim_texts(issues[-1].claims)}),
        "feed.xml": pages.render(
            "feed.xml",
            **facts,
            about=about,
            kinds=KINDS,
            id=_urn(about, ""),
            ids={one.id: _urn(about, one.id) for one in issues},
        ).encode(),
        "revisions.html": page("revisions.html", "revisions.html", **_table(issues), differences=differences),
        "editions/index.html": page(
            "editions/index.html",
            "editions.html",
            day=pages.day,
            pages=titles,
            differences={id_: f"../{path}" for id_, path in differences.items()},
        ),
        "404.html": pages.render(
            "404.html",
            **_frame(issues, titles, "404.html", about.address),
            head=_plain_head("404.html", about.address),
        ).encode(),
    }


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
    chapters = {page: title for page, title in titles.items() if page in after.pages}
    line = f"Between edition {before.id} and edition {after.id}"
    return pages.render(
        "difference.html",
        **pages.frame(after.manifest.about, name, line, after.home, chapters),
        head=_plain_head(name),
        title=compared.title,
        body=Markup(compared.body),  # noqa: S704
        edition=after.manifest.edition,
    ).encode()


def moved_page(about: About, start: str, to: str, title: str) -> bytes:
    """A page that leads on to another, at once and without scripts."""
    return pages.render("moved.html", about=about, to=paths.relative(start, to), title=title).encode()


def _frame(
    issues: Sequence[ReleasedEdition], titles: Mapping[str, str], name: str, base: str = ""
) -> dict[str, Any]:
    newest = issues[-1]
    chapters = {page: title for page, title in titles.items() if page in newest.pages}
    line = f"All editions; the newest is {newest.id}"
    return pages.frame(newest.manifest.about, name, line, "", chapters, base)


def _plain_head(name: str, base: str = "") -> Markup:
    ways = pages.asset_ways(name, base)
    return Markup(pages.render("head.html", **ways, data="", canonical="", tags=(), linked=""))  # noqa: S704


def _table(issues: Sequence[ReleasedEdition]) -> dict[str, Any]:
    """Every claim in every edition, and the kinds of revision by which rows can be chosen."""
    story = [(issue.manifest.edition, issue.claims) for issue in issues]
    rows = {}
    for id_ in dict.fromkeys(id_ for _, claims in reversed(story) for id_ in claims):
        cells = {moment.edition: moment for moment in history.observations(id_, story)}
        kinds = {"all"} | {moment.kind for moment in cells.values() if moment.changes}
        kinds |= {"moved" for moment in cells.values() if moment.changes}
        kinds |= {"verdict" for moment in cells.values() if any("verdict" in text for text in moment.changes)}
        rows[id_] = {
            "statement": next(claims[id_].statement for _, claims in reversed(story) if id_ in claims),
            "cells": [cells.get(issue.id) for issue in issues],
            "kinds": sorted(filter(None, kinds)),
        }
    counts = {name: sum(name in row["kinds"] for row in rows.values()) for name in _FILTERS}
    shown = {name: (words, counts[name]) for name, words in _FILTERS.items() if counts[name]}
    return {"rows": rows, "filters": shown}


def _moved(issues: Sequence[ReleasedEdition]) -> dict[str, str]:
    """For each edition what it moved, in a sentence."""
    return {issue.id: _told(before, issue) for before, issue in zip([None, *issues], issues, strict=False)}


def _told(before: ReleasedEdition | None, issue: ReleasedEdition) -> str:
    """In the words and counts of the difference: a claim may move in more than one way."""
    if before is None:
        return f"The first edition, with {len(issue.claims)} claims."
    moved = history.moved(before.claims, issue.claims)
    ways = (
        ("moved", "shows another number", "show another number"),
        ("verdict", "has another verdict", "have another verdict"),
        ("reads", "guard turned", "guards turned"),
    )
    counts = [
        (sum(any(text.startswith(start) for text in texts) for texts in moved.values()), one, more)
        for start, one, more in ways
    ]
    old, now = before.claims.keys(), issue.claims.keys()
    new, gone = len(now - old), len(old - now)
    counts += [(new, "is new", "are new"), (gone, "is gone", "are gone")]
    told = [text for count in counts if (text := plural(*count))]
    words = f"{len(moved) + new + gone or 'none'} moved since {before.id}"
    return f"Of {len(old | now)} claims {words}{': ' if told else ''}{', '.join(told)}."


def _versions(issues: Sequence[ReleasedEdition]) -> dict[str, Any]:
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


def _urn(about: About, edition: str) -> str:
    return uuid.uuid5(_NAMESPACE, f"{about.title}\n{edition}").urn
