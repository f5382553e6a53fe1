"""Who published a row, in words for people: whose text it is, of which day, and who copied it.

A row has it as whoever read it wrote it down: `filing as summarised by subtlyart/TexasBitcoin (10-Q)`. Every
table, popover and verdict takes the words from here, so that a source reads the same everywhere.
"""

from __future__ import annotations

import re
from typing import Any

from pivot.words import long_day

_COPY = r"(?:a|two)(?: public GitHub)? documents?(?: in (?:a )?public repositor(?:y|ies))?|GitHub note"
_CITED = "as cited in a public repository"
_FORMS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (
            r"(?P<what>filing) as summarised by (?:\w+/)?(?P<by>\w+)(?P<detail> \([^():]*\))?.*",
            "as copied by {by}",
        ),
        (rf"(?:{_COPY}),? (?:citing|quoting)(?: the)? (?P<what>[^;]+).*", _CITED),
        (rf"(?P<what>.+), (?:as cited in|named by|by) (?:{_COPY})", _CITED),
        (rf"(?P<what>.+?) \((?:{_COPY}).*", "in a public repository"),
        (r"(?P<by>[\w-]+/[\w-]+)(?: data script)?, citing(?: the)? (?P<what>[^;]+).*", "as copied by {by}"),
        (r"(?P<what>.+), (?:as )?(?:quoted|listed) by (?P<by>.+)", "as quoted by {by}"),
        (r"(?P<what>[^;()]+) via (?P<by>[^;,]+)", "as copied by {by}"),
    )
)
_ASIDE = re.compile(r" \(address(?:es)? not known\)|; (?:full )?address not .*$| without a page address")
_DOCUMENT = re.compile(r"filing|(?:company )?(?:release|update)|10-|8-K|6-K|20-F|Q\d |shareholder letter")


def named(row: Any) -> str:  # noqa: ANN401  # a row of a table or a tuple of one, which have no common type
    """The publisher of a row as readers see it: `MARA's filing of 26 March 2026, as copied by TexasBitcoin`.

    Args:
        row: with `publisher`, `published` and `published_precision`; its `company` owns the document.
    """
    text = _ASIDE.sub("", row.publisher)
    for pattern, words in _FORMS:
        if match := pattern.fullmatch(text):
            given = match.groupdict()
            origin = given["what"]
            if _DOCUMENT.match(origin):
                company = getattr(row, "company", "")
                origin = f"{company}'s {origin.removeprefix('company ')}" if company else origin
                origin += f" of {long_day(row.published)}" if row.published_precision == "day" else ""
            return f"{origin}{given.get('detail') or ''}, {words.format_map(given)}"
    return text
