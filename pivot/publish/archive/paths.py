"""Where things stand in a published site, and the way from one to another.

Every address in a page is relative, so that the site works at the root of a host, below any path, and from
a folder.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EDITIONS = "editions"
FILES = "files"
MANIFEST = "manifest.json"
LEDGER = "ledger.json"

_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_LINK = re.compile(r'(?<=\s)((?:data-)?\b(?:href|src|srcset|index))="([^"]*)"')
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|#|$")


def edition_folder(edition: str) -> str:
    """The folder of an edition, with a slash at its end."""
    return f"{EDITIONS}/{edition}/"


def blob_path(digest: str, name: str) -> str:
    """The place of a file that several editions may share; `name` gives the suffix."""
    return f"{FILES}/{digest}{posixpath.splitext(name)[1]}"


def relative(start: str, to: str) -> str:
    """The relative address of a file as seen from another; both as paths from the root of the site."""
    return posixpath.relpath(to, posixpath.dirname(start) or ".")


def rebase(start: str, link: str, to: str) -> str:
    """A link on one page as it reads on another; one that leads out of the site stays."""
    if not is_internal(link):
        return link
    return relative(to, target(start, link)) + ("/" if link.endswith("/") else "")


def target(page: str, link: str) -> str:
    """The path that a relative link on a page leads to, without its anchor."""
    path = link.partition("#")[0].partition("?")[0]
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page


def is_internal(link: str) -> bool:
    """Whether a link leads to a file of the same site."""
    return not _ELSEWHERE.match(link)


def links(text: str) -> list[str]:
    """Every address in the tags of a page."""
    return [link for tag in _TAG.findall(text) for _, link in _LINK.findall(tag)]


def relink(text: str, change: Callable[[str], str]) -> str:
    """Change every internal address in the tags of a page; text and scripts are left alone."""

    def in_tag(tag: re.Match[str]) -> str:
        return _LINK.sub(
            lambda link: f'{link[1]}="{change(link[2]) if is_internal(link[2]) else link[2]}"', tag[0]
        )

    return _TAG.sub(in_tag, text)


def relocate(text: str, start: str, to: str, place: Callable[[str], str]) -> str:
    """A page that goes from one place to another, with its links put right.

    Args:
        text: the page.
        start: where it stood, a path.
        to: where it will stand, a path from the root of the site.
        place: gives for each path the page could link to its path from the root of the site.
    """

    def change(link: str) -> str:
        path = target(start, link)
        return relative(to, place(path)) + link[len(link.partition("#")[0].partition("?")[0]) :]

    return relink(text, change)
