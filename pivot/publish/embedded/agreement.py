"""The page and the PDF say the same, and neither shows markup: held for each chapter in every build.

Compared are the two linked texts, as the browser and Typst are given them. A number that is set high, low or
struck out counts as another than one that is not: printed as it stands it would be one.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from pivot.errors import RenderError
from pivot.publish.embedded.words import CODE, END, HIGH, LOW, STRUCK, page_text, typst_text, words
from pivot.text import MARKUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pivot.prose.findings import Problems
    from pivot.publish.embedded.linker import Page

_SHOWN_AS = {HIGH: "^", LOW: "_", STRUCK: "~"}
_SET_APART = re.compile(f"[{HIGH}{LOW}{STRUCK}]")
_ALONE_MARK = re.compile("⟦[oe]:⟧")
_CODE = re.compile(f"{CODE}[^{END}]*{END}")
_NAMED = 5  # differences of a chapter that are named; more would be of one cause


def check_agreement(
    pages: Iterable[Page], bodies: Mapping[str, str], project: Mapping[str, bytes], problems: Problems
) -> None:
    """Note, for each chapter, what its page and its part of the PDF do not both say, and markup in either.

    Args:
        pages: the chapters.
        bodies: each page's text in HTML, by its address.
        project: the files that Typst is given.
        problems: takes what differs.

    Raises:
        RenderError: a chapter is not in the PDF, or more than once.
    """
    main = project["main.typ"].decode()
    for page in pages:
        source = f"{page.chapter.key}.typ"
        if main.count(f'#include "{source}"') != 1 or source not in project:
            raise RenderError(
                "a chapter is not once in the PDF",
                where=page.chapter.source,
                expected="a name that no other chapter's is too near to",
                got=page.chapter.key,
                hint="rename one of the two files",
            )
        shown, typeset = page_text(bodies[page.chapter.href]), typst_text(project[source].decode())
        for leak in sorted({*_leaks(shown), *_leaks(typeset)}):
            for file, line in page.text.places(re.escape(leak)):
                problems.add(
                    file, line, f"{leak} would be read as it stands; write it as code if it is meant"
                )
        for word, more in differences(shown, typeset):
            where = "page" if more > 0 else "PDF"
            readable = "".join(_SHOWN_AS.get(character, character) for character in word)
            plain = _SET_APART.sub("", word)
            file, line = page.text.places(re.escape(plain) if plain else r"\A")[0]
            problems.add(file, line, f"the page and the PDF differ: {readable!r} is in the {where} alone")


def without_marks(text: str) -> str:
    """Return a linked text without the marks around what one output alone shows."""
    return _ALONE_MARK.sub("", text) if "⟦" in text else text


def printed(project: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files for Typst without the marks."""
    return {
        name: without_marks(content.decode()).encode() if name.endswith(".typ") else content
        for name, content in project.items()
    }


def differences(shown: str, printed: str) -> list[tuple[str, int]]:
    """Return the words that one text has more often than the other, numbers first, and by how much."""
    if shown == printed:
        return []
    counts = Counter(words(shown))
    counts.subtract(Counter(words(printed)))
    found = [(word, count) for word, count in counts.items() if count]
    return sorted(found, key=lambda pair: (not any(map(str.isdigit, pair[0])), pair))[:_NAMED]


def _leaks(text: str) -> Iterator[str]:
    """Yield markup in a text that is not code."""
    for match in MARKUP.finditer(_CODE.sub(" ", text)):
        yield match[0]
