"""What an author asks for that the embedded renderer does not do: named with its place, never left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pivot.names import BOOK_FILE
from pivot.prose.book import lookup
from pivot.text import unseen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pivot.prose.book import Book, Chapter
    from pivot.prose.findings import Problems
    from pivot.publish.embedded.expand import Expanded
    from pivot.publish.embedded.objects import Complaint

FRONT = ("subtitle", "author", "date", "doi", "abstract")
"""Keys of a chapter's front matter that stand below its title, in this order."""

_SETTINGS = ("title", "description", "number-sections", "toc-depth")
_META = re.compile(r"(?:\{\{<\s*meta\s+|(?:when|unless)-meta=[\"']?)([\w.-]+)")
_NOTES = re.compile(r"<style\b[^>]*\bclass=\"note\"")
_BEFORE_PERCENT = re.compile(r"(?<!\\)%")
_ENTRY = re.compile(r"^\s*@(\w+)\s*[{(]\s*([^,\s]+)\s*,", re.MULTILINE)
_CLOCK = ("today", "now", "last-modified")
_NO_ENTRY = frozenset({"comment", "string", "preamble"})


def book_limits(book: Book, problems: Problems) -> None:
    """Note what the settings of a book, its front matter and its bibliography hold that is not done."""
    for line, key in book.ignored:
        problems.add(BOOK_FILE, line, f"the embedded renderer ignores {key}")
    if book.lang.partition("-")[0] != "en":
        line = book.line("lang")
        problems.add(
            BOOK_FILE, line, f"the embedded renderer has its words in English alone, not in {book.lang}"
        )
    if book.csl and _NOTES.search((book.root / book.csl).read_text("utf-8-sig")):
        problems.add(BOOK_FILE, book.line("csl"), f"{book.csl} sets citations as notes, which is not done")
    for chapter in book.chapters:
        for file, line, text in _chapter_faults(chapter):
            problems.add(file, line, text)
    for name in book.bibliography:
        if name.endswith(".bib"):
            for line, text in bibliography_faults((book.root / name).read_text("utf-8-sig")):
                problems.add(name, line, text)


def _chapter_faults(chapter: Chapter) -> Iterator[tuple[str, int, str]]:
    for line, text in front_faults(chapter):
        yield chapter.source, line, text
    for source in (chapter.body, *chapter.included.values()):
        for at, name in unseen(source.text):
            line = source.first_line + source.text.count("\n", 0, at)
            yield source.file, line, f"{name} is a character that nobody sees; take it out"


def front_faults(chapter: Chapter) -> Iterator[tuple[int, str]]:
    """Yield line and words of each key of front matter that is not known, or whose value can not be shown."""
    used = {name.split(".")[0] for name in _META.findall(chapter.text)}
    for key in chapter.meta:
        if key not in {*FRONT, *_SETTINGS} | used:
            yield chapter.meta_line[key], f"the embedded renderer ignores {key} in front matter"
    for key in FRONT:
        value = chapter.meta.get(key)
        if value is not None and "{{<" in str(value):
            yield chapter.meta_line[key], f"{key} in front matter must be plain text without shortcodes"
        elif key != "author" and isinstance(value, dict | list):
            yield chapter.meta_line[key], f"{key} in front matter must be a text"
        elif key == "date" and value in _CLOCK:
            yield chapter.meta_line[key], f"a build reads no clock, so date can not be {value}"
    people = chapter.meta.get("author")
    for one in people if isinstance(people, list) else [people]:
        if isinstance(one, dict) and set(one) != {"name"}:
            yield (
                chapter.meta_line["author"],
                "of an author the name alone is shown, no " + ", ".join(key for key in one if key != "name"),
            )
    numbered = chapter.meta.get("number-sections")
    if numbered is not None and not isinstance(numbered, bool):
        yield chapter.meta_line["number-sections"], "number-sections must be true or false"


def front(chapter: Chapter) -> list[dict[str, str]]:
    """Return what stands below a chapter's title, as Markdown."""
    lines = []
    for key in FRONT:
        value = chapter.meta.get(key)
        if value is None:
            continue
        if key == "author":
            people = value if isinstance(value, list) else [value]
            text = ", ".join(
                str(one.get("name", "")) if isinstance(one, dict) else str(one) for one in people
            )
        elif key == "doi":
            text = f"[{value}](https://doi.org/{value})"
        else:
            text = str(value)
        lines.append({"key": key, "text": text})
    return lines


def metas(book: Book, chapter: Chapter, text: str) -> dict[str, bool]:
    """Return whether each key that conditional content names is set, in the front matter or the book."""
    names = set(re.findall(r"(?:when|unless)-meta=[\"']?([\w.-]+)", text))
    values = {name: lookup(chapter.meta, name) for name in names}
    return {
        name: (lookup(book.config, name) if value is None else value) is True
        for name, value in sorted(values.items())
    }


def bibliography_faults(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and words of what a BibTeX file would cut or give twice."""
    lines: dict[str, int] = {}
    entries = [match for match in _ENTRY.finditer(text) if match[1].lower() not in _NO_ENTRY]
    for entry, after in zip(entries, [*entries[1:], None], strict=True):
        key, start = entry[2], text.count("\n", 0, entry.start(1)) + 1
        body = text[entry.end() : after.start() if after else len(text)]
        if key in lines:
            yield start, f"the key {key} is given twice; it also stands on line {lines[key]}"
        lines.setdefault(key, start)
        first = text.count("\n", 0, entry.end()) + 1
        for number, row in enumerate(body.split("\n"), first):
            if (
                "=" in row.partition("%")[0]
                and _BEFORE_PERCENT.search(row)
                and "url" not in row.split("=")[0]
            ):
                yield number, "an unescaped % ends the line for BibTeX and cuts the text; write \\%"


def complain(complaints: Iterable[Complaint], text: Expanded, problems: Problems) -> None:
    """Note what the compiler said of a chapter, at its places in the text."""
    for one in complaints:
        if one.kind == "line":
            places = [text.origins[min(int(one.name), len(text.origins)) - 1]]
        else:
            places = text.places(_pattern(one.kind, one.name))
        for file, line in places:
            problems.add(file, line, one.text)


_PATTERNS: Mapping[str, str] = {
    "class": r"[{{\s]\.{0}(?![\w-])|(?m:^[ >]*:::+[ \t]*{0}[ \t]*:*[ \t]*$)|class=[\"'][^\"']*{0}",
    "attribute": r"(?<![\w-]){0}[ \t]*=",
    "heading": r"(?m)^#[ \t]+(?:.*?){0}",
    "section": r"(?m)^#+[ \t]+{0}",
    "cell": r"(?m)^[ >]*(?:`{{3,}}|~{{3,}})[ \t]*\{{[ \t]*{0}",
    "text": "{0}",
}


def _pattern(kind: str, name: str) -> str:
    """Return how to find what the compiler named; white space may be any."""
    escaped = r"\s+".join(re.escape(word) for word in name.split()) or r"(?!)"
    return _PATTERNS[kind].format(escaped)
