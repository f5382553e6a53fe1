"""Which lines a vintage has: none about a claim that the article has no row for yet.

The chapters are those of today, and each edition reads them with the evidence of its day. A claim that was
added since then has no value there, so the lines that use it, or name its guard, are left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pivot.prose.scan import claim_of, scan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pivot.prose.book import Chapter
    from pivot.prose.scan import Line, Source

_PREFIX = "claim."


def absent(texts: Mapping[str, str]) -> frozenset[str]:
    """The claims that the article has no row for, by what prose may say of them: nothing."""
    return frozenset(
        name.removeprefix(_PREFIX) for name, text in texts.items() if name.startswith(_PREFIX) and not text
    )


def is_present(line: Line, ids: Collection[str]) -> bool:
    """Whether a line uses none of some absent claims."""
    return not any(id_ in ids for id_ in (*map(claim_of, line.values), *line.guards))


def present(chapters: Iterable[Chapter], texts: Mapping[str, str]) -> tuple[Chapter, ...]:
    """The chapters, and what they include, without the lines that use an absent claim."""
    ids = absent(texts)
    if not ids:
        return tuple(chapters)
    return tuple(
        replace(
            chapter,
            text=_without(chapter.body, ids),
            included={
                name: scan(source.file, _without(source, ids), source.first_line)
                for name, source in chapter.included.items()
            },
        )
        for chapter in chapters
    )


def _without(source: Source, ids: Collection[str]) -> str:
    lines: list[str] = []
    gone = 0
    for line in source.lines:
        if not is_present(line, ids):
            gone += 1
            continue
        lines.append(line.source)
        if not line.source.strip():  # below a paragraph or table, lines have the numbers of the file again
            lines += [""] * gone
            gone = 0
    return "\n".join(lines)
