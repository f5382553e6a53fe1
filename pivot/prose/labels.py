"""How a reader finds a reference written out: "Section 1.2", "Figure 1.1", "Appendix B".

Both renderers number in the same way: chapters by figures and appendices by letters, sections within their
chapter, and each kind of exhibit within its chapter.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot.prose.passages import readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pivot.prose.book import Chapter

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*(?:\{([^{}]*)\})?\s*$")
_EXHIBIT = re.compile(r"\{[^{}]*#((fig|tbl|eq|lst)-[\w-]+)")
_WORDS = {"fig": "Figure", "tbl": "Table", "eq": "Equation", "lst": "Listing"}
_NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Label:
    """What can be referred to.

    Args:
        text: how a reference to it reads; the title where it has no number.
        title: of a heading, as written; "" for an exhibit.
    """

    text: str
    title: str = ""


def labels(chapters: Iterable[Chapter]) -> Mapping[str, Label]:
    """The label of every id in a book whose sections are numbered."""
    return dict(label for chapter, number in _numbered(chapters) for label in _labels(chapter, number))


def _numbered(chapters: Iterable[Chapter]) -> Iterator[tuple[Chapter, str]]:
    """Each chapter with its number; "" where its heading has none."""
    counts: Counter[bool] = Counter()
    for chapter in chapters:
        first = next((found for line in _lines(chapter) if (found := _HEADING.match(line))), None)
        if first and ".unnumbered" in (first[3] or ""):
            yield chapter, ""
            continue
        counts[chapter.appendix] += 1
        count = counts[chapter.appendix]
        yield chapter, chr(ord("A") + count - 1) if chapter.appendix else str(count)


def _labels(chapter: Chapter, number: str) -> Iterator[tuple[str, Label]]:
    sections: list[int] = []
    counts: Counter[str] = Counter()
    opened = False
    for line in _lines(chapter):
        if found := _HEADING.match(line):
            level, title, said = len(found[1]), found[2], found[3] or ""
            within = ""
            if opened and number and level > 1 and ".unnumbered" not in said:
                sections = [*sections, *[0] * level][: level - 1]
                sections[-1] += 1
                within = ".".join([number, *map(str, sections)])
            word = "Section" if opened else "Appendix" if chapter.appendix else "Chapter"
            placed = within if opened else number
            if id_ := re.search(r"#([\w-]+)", said):
                yield id_[1], Label(f"{word}{_NBSP}{placed}" if placed else title, title)
            opened = True
        for id_, kind in _EXHIBIT.findall(line):
            counts[kind] += 1
            placed = ".".join(filter(None, (number, str(counts[kind]))))
            yield id_, Label(f"{_WORDS[kind]}{_NBSP}{placed}")


def _lines(chapter: Chapter) -> list[str]:
    return readable(chapter.text).splitlines()
