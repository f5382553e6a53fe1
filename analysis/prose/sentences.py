"""The sentences of the book: where each claim is used, and how it reads.

Prose has one sentence a line, so a line is a sentence and its number is its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.prose.book import Book

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_VAR = re.compile(r"\{\{<\s*var\s+(\S+)\s*>\}\}")
_HOLDS = re.compile(r"<!--\s*holds:\s*(.*?)\s*-->")
_COMMENT = re.compile(r"\s*<!--.*?-->")
_OF_CLAIM = ("claim", "exact", "cited", "verdict", "part")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of a chapter that rests on claims.

    Args:
        file: the chapter, relative to the repository.
        line: its line.
        source: as written, with shortcodes.
        claims: the ids of the claims it uses or whose guard it names.
    """

    file: str
    line: int
    source: str
    claims: tuple[str, ...]

    def read(self, variables: Mapping[str, str]) -> str:
        """The sentence as a reader sees it."""
        text = _COMMENT.sub("", self.source)
        return _VAR.sub(lambda found: variables.get(found[1], found[0]), text).strip()


def sentences(root: Path) -> Iterator[Sentence]:
    """Every sentence of the book that uses a claim, in reading order."""
    for chapter in Book.load(root).chapters:
        for number, line in enumerate(chapter.text.splitlines(), chapter.first_line):
            named = [name.split(".")[1] for name in _VAR.findall(line) if name.split(".")[0] in _OF_CLAIM]
            held = [id_ for note in _HOLDS.findall(line) for id_ in re.findall(r"[\w-]+", note)]
            used = tuple(dict.fromkeys([*named, *held]))
            if used:
                yield Sentence(chapter.source, number, line, used)


def by_claim(root: Path, variables: Mapping[str, str]) -> Mapping[str, list[str]]:
    """For each claim its sentences as `file:line: text`."""
    found: dict[str, list[str]] = {}
    for sentence in sentences(root):
        for id_ in sentence.claims:
            found.setdefault(id_, []).append(f"{sentence.file}:{sentence.line}: {sentence.read(variables)}")
    return found
