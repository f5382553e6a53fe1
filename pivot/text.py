"""Text that came from outside and that readers will see: which characters it may hold."""

from __future__ import annotations

import csv
import re
import unicodedata
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Blocks of Unicode for which the fonts of the PDF, those that Typst brings, have every character; a test sets
# them all. What is invisible or not assigned there is refused by its category.
_BLOCKS = (
    (0x0020, 0x04FF),  # Latin, accents, Greek, Cyrillic
    (0x1E00, 0x1EFF),  # more Latin
    (0x2010, 0x205E),  # punctuation
    (0x2070, 0x20BF),  # superscripts, subscripts, currencies
    (0x2100, 0x2184),  # letterlike, fractions
    (0x2190, 0x22FF),  # arrows, mathematics
    (0x25A0, 0x25FF),  # geometry
)
_WITHOUT_GLYPH = frozenset(map(chr, (0x2041, 0x2043, 0x2053, 0x211F, 0x2121, 0x2123, 0x2125, 0x2152)))
_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_SHARED = frozenset({"Zyyy", "Zinh"})  # scripts of what all scripts use: digits, points, accents

ADDRESS = (
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
    r"(?:[/?#](?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?"
)
"""An address of the web as RFC 3986 writes it: nothing in it that could end a link or begin a tag."""

MARKUP = re.compile(
    r":::|```|~~~|\{[#.][\w-]|\^\[|\[\^|\{\{|\$\$|\]\(|\\(?:[A-Za-z]+\{|frac|text|left|right|sum|cdot)"
)
"""Marks that no text for readers holds: where one is seen, markup was left over, or is meant to run."""

_FORMULA = re.compile(r"[=+\-@\t\r'].", re.DOTALL)
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?")

_NUMBER_DIGITS = 40
_LONG_NUMBER = re.compile(rf"[0-9][0-9.,]{{{_NUMBER_DIGITS},}}")
_DAY = re.compile(r"(?<![0-9-])([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?(?![0-9-])")
_QUARTER = re.compile(r"\b[QH]([0-9])\b")


def inert(cell: object) -> object:
    """A cell that a spreadsheet takes for what it is: before what would be a formula stands an apostrophe.

    So it does before an apostrophe, and every cell can be had back. A number, or a sign alone, is no formula.
    """
    runs = isinstance(cell, str) and _FORMULA.match(cell) and not _PLAIN_NUMBER.fullmatch(cell)
    return f"'{cell}" if runs else cell


def csv_of(rows: Iterable[Iterable[object]], end: str = "\n") -> str:
    """Rows as the CSV that a reader downloads, each cell inert."""
    file = StringIO(newline="")
    csv.writer(file, lineterminator=end).writerows(map(inert, row) for row in rows)
    return file.getvalue()


def problem(text: str) -> str:
    """What keeps a text from being shown as it is; "" if nothing does."""
    if _LONG_NUMBER.search(text):
        return f"a number of more than {_NUMBER_DIGITS} characters"
    if mark := MARKUP.search(text):
        return f"{mark[0]}, which a reader would take for markup that was left over"
    return "" if text.isascii() and text.isprintable() else _problem_of_characters(text)


def unseen(text: str) -> Iterator[tuple[int, str]]:
    """Yield place and name of each character that nobody sees and that may turn or part what one does see."""
    if not text.isascii():
        yield from ((at, _named(char)) for at, char in enumerate(text) if unicodedata.category(char) == "Cf")


def is_address(text: str) -> bool:
    """Whether a text is an address of the web, written so that it can stand in any markup."""
    return re.fullmatch(ADDRESS, text) is not None


def is_latin(text: str) -> bool:
    """Whether all letters of a name are Latin."""
    return _scripts(text) <= {"Latn"}


def time_problem(text: str) -> str:
    """A day, month, quarter or half-year in a text that no calendar has; "" if there is none."""
    for year, month, day in _DAY.findall(text):
        if not day and int(month) == (int(year) + 1) % 100:
            continue  # two years, as in 2027-28
        try:
            date(int(year), int(month), int(day or 1))
        except ValueError:
            return "-".join(filter(None, (year, month, day)))
    for found in _QUARTER.finditer(text):
        if not 1 <= int(found[1]) <= (4 if found[0].startswith("Q") else 2):
            return found[0]
    return ""


def _problem_of_characters(text: str) -> str:
    for char in text:
        if unicodedata.category(char) in _INVISIBLE:
            return f"{_named(char)}, which nobody sees"
        if char in _WITHOUT_GLYPH or not any(low <= ord(char) <= high for low, high in _BLOCKS):
            return f"{_named(char)}, for which the fonts of the PDF have no picture"
    if text != unicodedata.normalize("NFC", text):
        return "accents apart from their letters; write it in Unicode's form NFC"
    return next((mixed for word in re.findall(r"\w+", text) if (mixed := _mixed(word))), "")


def _mixed(word: str) -> str:
    """Letters of several scripts in a word: one of them may only look like its neighbours (Unicode TS 39)."""
    scripts = _scripts(word)
    if len(scripts) < 2:  # noqa: PLR2004 -- of one script, or of none
        return ""
    other = next(char for char in word if _scripts(char) and _scripts(char) != {"Latn"})
    return f"{_named(other)} among letters of another script"


def _scripts(text: str) -> set[str]:
    if text.isascii():
        return {"Latn"} if any(char.isalpha() for char in text) else set()
    from fontTools.unicodedata import script  # its tables cost some milliseconds, and few texts need them

    return {script(char) for char in text} - _SHARED


def _named(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, 'without a name')}"


# A day or month in text, not in a tag: a > outside of one is escaped.
_DATE = re.compile(
    r"(?<![\w-])((?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T[\d:]+Z)?)?)(?![\w-])(?![^<>]*>)"
)


def with_times(text: str) -> str:
    """Mark each date in a text in HTML as one, so that it is never broken at a hyphen."""
    return _DATE.sub(r"<time>\1</time>", text)
