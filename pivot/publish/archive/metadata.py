"""Metadata of a page for machines: Highwire tags for scholars' indexes, Open Graph, schema.org."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pivot.claims import values
from pivot.publish.archive import card, paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pivot.claims.stored import Entry
    from pivot.editions import Edition
    from pivot.publish.archive.citation import Citation
    from pivot.publish.archive.manifest import About
    from pivot.snapshots import Snapshot

    Address = Callable[[str], str]

_CONTEXT = "https://schema.org"
_SCRIPT = re.compile(r'<script type="application/ld\+json">([^<]*)</script>')  # `script` leaves no `<` in it
_ADDRESSES = ("@id", "contentUrl")


def tags(cited: Citation, title: str, description: str, pdf: str) -> tuple[tuple[str, str, str], ...]:
    """The `<meta>` tags of a page as attribute, name and content.

    Args:
        cited: the page.
        title: its title.
        description: one sentence, or "".
        pdf: the address of the edition's PDF; relative as long as the site has none of its own.
    """
    about, edition = cited.about, cited.edition
    day = edition.issued
    tags_ = [
        ("name", "citation_title", title),
        *(("name", "citation_author", name) for name in about.authors),
        ("name", "citation_publication_date", f"{day:%Y/%m/%d}"),
        ("name", "citation_technical_report_number", f"Edition {edition.id}"),
        ("name", "citation_language", about.lang),
        ("name", "citation_pdf_url", pdf),
        ("property", "og:type", "article"),
        ("property", "og:title", title),
        ("property", "og:site_name", about.title),
        ("property", "og:description", description),
        ("property", "article:published_time", day.isoformat()),
    ]
    if about.address:
        tags_ += [
            ("name", "citation_public_url", cited.address),
            ("property", "og:url", cited.address),
            ("property", "og:image", about.address + paths.edition_folder(edition.id) + card.NAME),
            ("property", "og:image:width", str(card.WIDTH)),
            ("property", "og:image:height", str(card.HEIGHT)),
            ("property", "og:image:alt", f"A square for each claim of {about.title}, by what came of it"),
            ("name", "twitter:card", "summary_large_image"),
        ]
    return tuple((kind, name, text) for kind, name, text in tags_ if text)


def report(
    about: About,
    edition: Edition,
    claims: Mapping[str, Entry],
    sources: Iterable[tuple[Snapshot, str]],
    address: Address,
) -> Markup:
    """The edition with its data sets and its claims, for its first page.

    Args:
        about: the report.
        edition: the edition.
        claims: its ledger.
        sources: the newest snapshot of each, with its path from the root of the site.
        address: gives the address of a path from the root of the site.
    """
    home = paths.edition_folder(edition.id)
    graph = {
        "@context": _CONTEXT,
        "@type": "Report",
        "@id": address(home),
        "name": about.title,
        "alternativeHeadline": edition.title,
        "description": about.description,
        "author": _authors(about),
        "inLanguage": about.lang,
        "version": edition.id,
        "reportNumber": f"Edition {edition.id}",
        **_days(edition),
        "encoding": {
            "@type": "MediaObject",
            "encodingFormat": "application/pdf",
            "contentUrl": address(home + about.pdf),
        },
        "isBasedOn": [
            {
                "@type": "Dataset",
                "name": one.title,
                "description": one.notes[0] if one.notes else one.title,
                "creator": {"@type": "Organization", "name": one.publisher},
                "license": one.licence,
                "version": one.vintage.isoformat(),
                "sameAs": one.url[0] if one.url else None,
                "distribution": {
                    "@type": "DataDownload",
                    "encodingFormat": one.media_type,
                    "contentUrl": address(file),
                    "sha256": one.sha256,
                },
            }
            for one, file in sources
        ],
        "hasPart": [
            _claim(id_, entry) | {"@id": address(f"{home}claims/{id_}.html")} for id_, entry in claims.items()
        ],
    }
    return script(graph)


def page(about: About, edition: Edition, title: str, address: Address) -> Markup:
    """A page as a part of its edition."""
    return script(
        {
            "@context": _CONTEXT,
            "@type": "Chapter",
            "name": title,
            "inLanguage": about.lang,
            "isPartOf": _whole(about, edition, address),
        }
    )


def claim(about: About, edition: Edition, id_: str, entry: Entry, address: Address) -> Markup:
    """One claim of an edition, for its own page."""
    return script(
        {
            "@context": _CONTEXT,
            **_claim(id_, entry),
            "@id": address(f"{paths.edition_folder(edition.id)}claims/{id_}.html"),
            "isPartOf": _whole(about, edition, address),
            **_days(edition),
            "author": _authors(about),
        }
    )


def script(graph: Mapping[str, Any]) -> Markup:
    """Linked data as an element; no text of it can end the element."""
    text = json.dumps(_filled(graph), ensure_ascii=False, separators=(",", ":"))
    return Markup('<script type="application/ld+json">{}</script>').format(
        Markup(text.replace("<", "\\u003c"))  # noqa: S704
    )


def relocate(text: str, start: str, to: str) -> str:
    """A page that goes from one place to another: what its linked data name stays what it is.

    Args:
        text: the page.
        start: where it stood, a path from the root of the site.
        to: where it will stand.
    """

    def change(content: Any) -> Any:  # noqa: ANN401
        if isinstance(content, list):
            return [change(one) for one in content]
        if not isinstance(content, dict):
            return content
        return {
            key: paths.rebase(start, value, to) if key in _ADDRESSES else change(value)
            for key, value in content.items()
        }

    return _SCRIPT.sub(lambda match: str(script(change(json.loads(match[1])))), text)


def _filled(content: Any) -> Any:  # noqa: ANN401
    """Without the keys that have nothing to say."""
    if isinstance(content, dict):
        return {key: _filled(value) for key, value in content.items() if value not in (None, "", [])}
    return [_filled(one) for one in content] if isinstance(content, list) else content


def _claim(id_: str, entry: Entry) -> dict[str, Any]:
    """A review of the article's claim: what it says, what we found of it, and the value that we give."""
    ours = entry.ours
    return {
        "@type": "ClaimReview",
        "identifier": id_,
        "claimReviewed": f"{entry.statement} {values.ARTICLE}: {entry.cited}",
        "reviewRating": {
            "@type": "Rating",
            "alternateName": entry.verdict,
            "ratingExplanation": values.description(entry),
        },
        "about": ours
        and {
            "@type": "PropertyValue",
            "name": id_,
            "value": ours.single,
            "minValue": ours.low,
            "maxValue": ours.high,
            "unitText": ours.unit,
            "description": ours.display,
        },
    }


def _whole(about: About, edition: Edition, address: Address) -> dict[str, str]:
    home = address(paths.edition_folder(edition.id))
    return {"@type": "Report", "@id": home, "name": about.title, "version": edition.id}


def _days(edition: Edition) -> dict[str, str]:
    return {"datePublished": edition.issued.isoformat(), "temporalCoverage": edition.as_of.isoformat()}


def _authors(about: About) -> list[dict[str, str]]:
    return [{"@type": "Organization", "name": name} for name in about.authors]
