"""How a reader finds a reference written out: "Section 1.2", "Figure 1.1", "Appendix B".

Both renderers number in the same way: chapters by figures and appendices by letters, sections within their
chapter, and each kind of exhibit within its chapter.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pivot.prose.book import Chapter

KINDS = {
    "fig": "Figure", "tbl": "Table", "eq": "Equation", "lst": "Listing",
    "nte": "Note", "tip": "Tip", "wrn": "Warning", "imp": "Important", "cau": "Caution",
    "thm": "Theorem", "lem": "Lemma", "cor": "Corollary", "prp": "Proposition", "cnj": "Conjecture",
    "def": "Definition", "exm": "Example", "exr": "Exercise", "sol": "Solution", "rem": "Remark",
    "alg": "Algorithm",
}  # fmt: skip
"""The word for each kind of exhibit, by how its label starts."""

_NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Reference:
    """What a label stands for.

    Args:
        text: how a reference to it reads; the title where it has no number.
        title: of a heading, as written; "" for an exhibit.
    """

    text: str
    title: str = ""


def labels(chapters: Iterable[Chapter]) -> Mapping[str, Reference]:
    """What each label of a book stands for whose sections are numbered."""
    return dict(label for chapter, number in _numbered(chapters) for label in _labels(chapter, number))


def _numbered(chapters: Iterable[Chapter]) -> Iterator[tuple[Chapter, str]]:
    """Each chapter with its number; "" where its heading has none."""
    counts: Counter[bool] = Counter()
    for chapter in chapters:
        heading = next((line.heading for line in chapter.lines() if line.heading), None)
        if heading and not heading.numbered:
            yield chapter, ""
            continue
        counts[chapter.appendix] += 1
        count = counts[chapter.appendix]
        yield chapter, chr(ord("A") + count - 1) if chapter.appendix else str(count)


def _labels(chapter: Chapter, number: str) -> Iterator[tuple[str, Reference]]:
    sections: list[int] = []
    counts: Counter[str] = Counter()
    opened = False
    for line in chapter.lines():
        heading = line.heading
        if heading:
            placed = "" if opened else number
            if opened and number and heading.level > 1 and heading.numbered:
                sections = [*sections, *[0] * heading.level][: heading.level - 1]
                sections[-1] += 1
                placed = ".".join([number, *map(str, sections)])
            word = "Section" if opened else "Appendix" if chapter.appendix else "Chapter"
            if heading.id:
                yield (
                    heading.id,
                    Reference(f"{word}{_NBSP}{placed}" if placed else heading.title, heading.title),
                )
            opened = True
        for _, id_ in line.ids:
            kind = id_.partition("-")[0]
            if kind in KINDS:
                counts[kind] += 1
                placed = ".".join(filter(None, (number, str(counts[kind]))))
                yield id_, Reference(f"{KINDS[kind]}{_NBSP}{placed}")
