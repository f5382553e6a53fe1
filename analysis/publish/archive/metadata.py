"""What machines read of a page: Highwire tags for scholars' indexes, Open Graph, schema.org."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.publish.archive.citation import Citation
    from analysis.publish.archive.manifest import About
    from analysis.publish.editions import Edition
    from analysis.snapshots import Snapshot

_CONTEXT = "https://schema.org"


def tags(cited: Citation, title: str, description: str, pdf: str) -> tuple[tuple[str, str, str], ...]:
    """The `<meta>` tags of a page as attribute, name and content.

    Args:
        cited: the page.
        title: its title.
        description: one sentence, or "".
        pdf: the address of the edition's PDF; relative as long as the site has none of its own.
    """
    about, edition = cited.about, cited.edition
    day = edition.as_of
    found = [
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
        found += [
            ("name", "citation_public_url", cited.address),
            ("property", "og:url", cited.address),
        ]
    return tuple((kind, name, text) for kind, name, text in found if text)


def report(
    about: About,
    edition: Edition,
    claims: Mapping[str, dict[str, Any]],
    snapshots: Iterable[Snapshot],
    place: Mapping[str, str],
) -> Markup:
    """The edition with its data sets and its claims, for its first page.

    Args:
        about: the report.
        edition: the edition.
        claims: its ledger.
        snapshots: the newest of each source.
        place: path in the repository to the address from this page, for each snapshot.
    """
    graph = {
        "@context": _CONTEXT,
        "@type": "Report",
        "@id": f"{about.address}editions/{edition.id}/",
        "name": about.title,
        "alternativeHeadline": edition.title,
        "description": about.description,
        "author": _authors(about),
        "inLanguage": about.lang,
        "version": edition.id,
        "reportNumber": f"Edition {edition.id}",
        "datePublished": edition.as_of.isoformat(),
        "encoding": {"@type": "MediaObject", "encodingFormat": "application/pdf", "contentUrl": about.pdf},
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
                    "contentUrl": place[one.path],
                    "sha256": one.sha256,
                },
            }
            for one in snapshots
        ],
        "hasPart": [_claim(id_, entry) | {"@id": f"claims/{id_}.html"} for id_, entry in claims.items()],
    }
    return script(graph)


def page(about: About, edition: Edition, title: str, up: str) -> Markup:
    """A page as a part of its edition."""
    whole = f"{about.address}editions/{edition.id}/" if about.address else up
    return script(
        {
            "@context": _CONTEXT,
            "@type": "Chapter",
            "name": title,
            "inLanguage": about.lang,
            "isPartOf": {"@type": "Report", "@id": whole, "name": about.title, "version": edition.id},
        }
    )


def claim(about: About, edition: Edition, id_: str, entry: Mapping[str, Any]) -> Markup:
    """One claim of an edition, for its own page."""
    return script(
        {
            "@context": _CONTEXT,
            **_claim(id_, entry),
            "isPartOf": {"@type": "Report", "@id": "../", "name": about.title, "version": edition.id},
            "datePublished": edition.as_of.isoformat(),
            "author": _authors(about),
        }
    )


def script(graph: Mapping[str, Any]) -> Markup:
    """Linked data as an element; no text of it can end the element."""
    text = json.dumps(_filled(graph), ensure_ascii=False, separators=(",", ":"))
    return Markup('<script type="application/ld+json">{}</script>').format(
        Markup(text.replace("<", "\\u003c"))  # noqa: S704
    )


def _filled(content: Any) -> Any:  # noqa: ANN401
    """Without the keys that have nothing to say."""
    if isinstance(content, dict):
        return {key: _filled(value) for key, value in content.items() if value not in (None, "", [])}
    return [_filled(one) for one in content] if isinstance(content, list) else content


def _claim(id_: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "Claim",
        "identifier": id_,
        "text": entry["statement"],
        "about": {
            "@type": "PropertyValue",
            "name": id_,
            "value": entry["value"],
            "unitText": entry["unit"],
            "description": f"{entry['display']}; cited as {entry['cited']}: {entry['verdict']}",
        },
    }


def _authors(about: About) -> list[dict[str, str]]:
    return [{"@type": "Organization", "name": name} for name in about.authors]
