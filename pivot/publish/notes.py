"""Notes beside the text: footnotes, and the sources that a page cites, where it first cites them.

A wide screen has them in the margin, next to the line that they belong to. On a narrow one a footnote opens
from its number, and a cited source is a link. Paper has the footnotes at the end of the chapter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NUMBER = re.compile(r'<a href="#(fn[^"]*)" class="footnote-ref" (id="[^"]*")[^>]*>(.*?)</a>')
_FOOTNOTE = re.compile(r'<li id="(fn[^"]*)"[^>]*>\s*<p>((?:(?!<p>).)*?)</p>\s*</li>', re.DOTALL)
_BACK = re.compile(r"\s*<a [^>]*\bfootnote-back\b.*?</a>")
_CITED = re.compile(r'<a href="[^"]*#ref-([^"]+)"[^>]*\brole="doc-biblioref".*?</a>', re.DOTALL)
_SOURCE = re.compile(r'<div id="ref-([^"]+)" class="csl-entry[^>]*>\s*(.*?)\s*</div>', re.DOTALL)
_BARE = re.compile(r'(<a href="https?://(?:www\.)?([^/"]+)[^"]*"[^>]*>)https?://[^<]*</a>')
_PARAGRAPH = re.compile(r"<p>.*?</p>", re.DOTALL)
_REFERENCES, _FOOTNOTES = 'id="refs"', '<section id="footnotes"'


def sources(bodies: Iterable[str]) -> dict[str, str]:
    """What the list of sources says of each, by its key, with the host alone of an address."""
    references = next((body for body in bodies if _REFERENCES in body), "")
    return dict(_SOURCE.findall(_BARE.sub(r"\1\2</a>", references)))


def beside(body: str, listed: Mapping[str, str]) -> str:
    """A page's text with its notes beside it.

    Args:
        body: the text, as HTML.
        listed: what is known of each source, as HTML.
    """
    text, section, end = body.partition(_FOOTNOTES)
    footnotes = {id_: _BACK.sub("", note) for id_, note in _FOOTNOTE.findall(end)}
    rest = dict(listed)

    def numbered(match: re.Match[str]) -> str:
        id_, name, number = match.groups()
        if id_ not in footnotes:  # it has more than one paragraph, and stays a link to the end
            return match[0]
        return (
            f'<button type="button" class="footnote-ref" {name} popovertarget="note-{id_}">{number}</button>'
            f'<span class="note" id="note-{id_}" popover role="note">{number} {footnotes[id_]}</span>'
        )

    def cited(match: re.Match[str]) -> str:
        source = rest.pop(match[1], "")
        return f'{match[0]}<span class="note" role="note">{source}</span>' if source else match[0]

    def paragraph(match: re.Match[str]) -> str:
        return _CITED.sub(cited, match[0])

    # A footnote is opened from wherever it is: an item of a list need not be a paragraph.
    return _NUMBER.sub(numbered, _PARAGRAPH.sub(paragraph, text)) + section + end
