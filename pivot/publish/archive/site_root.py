"""The root of a site: made anew at each release from the editions that stand in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from pivot.editions import Edition
from pivot.files import sha256
from pivot.publish.archive import metadata, pages, paths, provenance, reader, site_pages
from pivot.publish.archive.composition import reading_order
from pivot.publish.archive.manifest import Listed, Root
from pivot.publish.archive.site_pages import Compared

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence
    from pathlib import Path

    from pivot.publish.archive.reader import Files, ReleasedEdition

Way = Callable[[str], str]
"""From a path in an edition to its address, "" where the edition has no such page."""

Difference = Callable[[Edition, Edition, tuple[Way, Way, Way, Way, Way]], Compared | None]
"""Compares two neighbouring editions, where it can.

It is given the ways into them, the titles of pages, and the pictures of each by the address of a figure.
"""

_DIFFERENCES = "revisions/"
_NARROW = re.compile(
    r'<picture class="(only-\w+)"><source [^>]*?srcset="([^"]*)"([^>]*)><img [^>]*?( alt="[^"]*")'
)
_BAR, _BAR_END = "<!--edition-->", "<!--/edition-->"


def renew(place: Path, difference: Difference | None) -> None:
    """Make everything at the root of a site anew from the editions in it.

    Args:
        place: the folder of the site.
        difference: makes the differences that the site has not yet.
    """
    files = reader.opened(place)
    released = reader.released(files)
    old = _files(place)
    new = dict(own_files(files, released, old, difference))
    for name in sorted(old - set(new)):
        (place / name).unlink(missing_ok=True)
    for name, data in {**new, paths.MANIFEST: listing(released, new)}.items():
        write(place / name, data)


def own_files(
    files: Files,
    released: tuple[ReleasedEdition, ...],
    old: Container[str],
    difference: Difference | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Each file at the root of a site, but the list of them: all that follows from the editions in it.

    Args:
        files: the site.
        released: its editions.
        old: the files that stand at its root; of these, differences stay as they are.
        difference: makes the differences that the site has not yet.
    """
    editions = reader.by_evidence(released)
    titles = _titles(files, editions)
    differences = _differences(files, editions, titles, old, difference)
    site = site_pages.site_pages(editions, titles, {id_: name for id_, (name, _) in differences.items()})
    names: set[str] = set()
    for name, data in chain(site.items(), differences.values(), _newest_pages(editions)):
        if name not in names:  # the site's own pages come before those of a book, and new ones before old
            names.add(name)
            yield name, data
    pages_ = {name for name in names if name.endswith(".html") and not name.startswith("latest/")}
    for one in editions:
        yield provenance.path(one.id), provenance.statement(one)
    yield from site_pages.for_robots(editions[-1].manifest.about, pages_ - {"404.html"}).items()


def is_difference(name: str) -> bool:
    """Whether a file at the root is the page of a difference, which stays as it was made."""
    return name.startswith(_DIFFERENCES)


def listing(released: Sequence[ReleasedEdition], own: Mapping[str, bytes]) -> bytes:
    """The list of a site's own files, which names its editions too."""
    head = Root(
        schema=1,
        newest=reader.by_evidence(tuple(released))[-1].id,
        editions=tuple(Listed(one.id, one.sha256) for one in released),
        files={name: sha256(data) for name, data in own.items()},
    )
    return head.to_json()


def write(path: Path, data: bytes) -> None:
    """Write a new file; a second name that another site has for the old one keeps the old bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def _files(place: Path) -> set[str]:
    """The files that the last release made at the root."""
    try:
        return set(json.loads((place / paths.MANIFEST).read_text("utf-8"))["files"])
    except FileNotFoundError:
        return set()


def _titles(files: Files, editions: Sequence[ReleasedEdition]) -> dict[str, str]:
    """For each page of any edition its title, in reading order; the newest title is the one that stays."""
    newest = editions[-1]
    first = files.read(f"{newest.home}index.html").decode()
    titles = dict.fromkeys(reading_order(first, newest.pages), "")
    for one in editions:
        for name in one.pages:
            titles[name] = pages.title_of(files.read(one.home + name).decode(), one.manifest.about)
    return titles


def _differences(
    files: Files,
    editions: Sequence[ReleasedEdition],
    titles: Mapping[str, str],
    old: Container[str],
    difference: Difference | None,
) -> dict[str, tuple[str, bytes]]:
    """For each edition the path and the page of the difference from the one before, where there is one."""
    made: dict[str, tuple[str, bytes]] = {}
    for before, after in pairwise(editions):
        name = f"{_DIFFERENCES}{before.id}--{after.id}.html"
        if name in old:  # it was made when both were new; a later code may word it otherwise
            made[after.id] = name, files.read(name)
        elif difference:
            ways = (
                _into(before, name),
                _into(after, name),
                lambda path: titles.get(path, path),
                _pictures(files, before, name),
                _pictures(files, after, name),
            )
            if compared := difference(before.manifest.edition, after.manifest.edition, ways):
                made[after.id] = name, site_pages.difference_page((before, after), titles, name, compared)
    return made


def _into(edition: ReleasedEdition, start: str) -> Way:
    """The way from a page of the site to any page of an edition; "" to one that it has not."""

    def way(path: str) -> str:
        exists = edition.home + path.partition("#")[0] in edition.manifest.files
        return paths.relative(start, edition.home + path) if exists else ""

    return way


def _pictures(files: Files, edition: ReleasedEdition, start: str) -> Way:
    """From the address of a figure in an edition to its drawing for narrow screens; "" where it has none."""

    def way(path: str) -> str:
        name, _, id_ = path.partition("#")
        page = edition.home + name
        if page not in edition.manifest.files:
            return ""
        figure = files.read(page).decode().partition(f'<figure id="{id_}"')[2].partition("</figure>")[0]
        return "".join(
            f'<img class="{side}" src="{paths.rebase(page, address, start)}"{size}{alt} loading="lazy">'
            for side, address, size, alt in _NARROW.findall(figure)
        )

    return way


def _newest_pages(editions: Sequence[ReleasedEdition]) -> Iterator[tuple[str, bytes]]:
    """The newest edition's pages at the root, and a way on from every page and claim that it lacks."""
    newest = editions[-1]
    files, manifest = newest.files, newest.manifest
    view = pages.View(manifest.about, manifest.edition, newest.claims, editions[:-1], (), {})
    own = [name.removeprefix(newest.home) for name in manifest.files if name.startswith(newest.home)]
    for name in own:
        if name in newest.pages:
            text = files.read(newest.home + name).decode()
            yield name, at_root(text, name, view, newest.pages).encode()
        elif not name.startswith("claims/") and name != paths.MANIFEST:
            yield name, files.read(newest.home + name)
    for one in reversed(editions):  # a later edition's page takes the place of an earlier one's
        words = f"in edition {one.id}"
        for name in one.pages:
            if name not in newest.pages:
                page = site_pages.moved_page(manifest.about, name, one.home + name, f"This page {words}")
                yield name, page
        for id_ in one.claims:
            name, to = f"latest/claims/{id_}", f"{one.home}claims/{id_}"
            title = f"{one.claims[id_].statement.rstrip('.')}, {words}"
            page = site_pages.moved_page(manifest.about, name, f"{to}.html", title)
            yield f"{name}.html", page
            yield f"{name}.json", files.read(f"{to}.json")


def at_root(text: str, name: str, view: pages.View, own: Sequence[str]) -> str:
    """The newest edition's page as it stands at the root of the site.

    It is made from the frozen page, because that is all that a site has of an edition.

    Args:
        text: the page as it stands in the edition.
        name: its path in the edition.
        view: the edition.
        own: the edition's pages; links among them stay at the root.
    """
    theirs = {view.home + page: page for page in own}
    text = paths.relocate(text, view.home + name, name, lambda path: theirs.get(path, path))
    text = metadata.relocate(text, view.home + name, name)
    before, _, after = split_bar(text)
    return f"{before}{pages.bar(view, name, root=True).strip()}{after}" if after else text


def split_bar(text: str) -> tuple[str, str, str]:
    """A page before the bar of its edition, the bar, and the page after it; all before where it has none."""
    start = text.find(_BAR)
    end = text.find(_BAR_END, start)
    if start < 0 or end < 0:
        return text, "", ""
    end += len(_BAR_END)
    return text[:start], text[start:end], text[end:]
