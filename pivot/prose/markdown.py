"""Pieces of Markdown that both renderers read alike: values, cells, tables, links."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pivot.text import is_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NEGATIVE = re.compile(r"(?<![\w.,)])-(?=[\d.])")
_RANGE = re.compile(r"(?<![\w.,-])(\d[\d.,]*)-(\d[\d.,]*)(?![\w-])")
# What would begin a list, a definition, a block or a rule where it stands first.
_OPENS = re.compile(r"\A(?:(?:[-+=%]|\(?\w+[.)])(?=\s|$)|:|-(?=-)|=(?==))")
_ENDED = (".", "!", "?")


def var(name: str) -> str:
    """A value by its name, as in prose."""
    return f"{{{{< var {name} >}}}}"


def cell(text: object) -> str:
    """Text as it is, wherever it stands: what would end a table's cell or be read as markup is escaped."""
    words = "".join("\\" + c if c in r"\`*_{}[]<>#|~^$@&" else c for c in " ".join(str(text).split()))
    return _OPENS.sub(lambda opening: f"{opening[0][:-1]}\\{opening[0][-1]}", words, count=1)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numeric: Sequence[int] = ()) -> Iterable[str]:
    """A pipe table, line by line; the columns in `numeric` stand to the right."""
    yield "| " + " | ".join(head) + " |"
    yield "|" + "|".join("---:" if place in numeric else "---" for place in range(len(head))) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def link(text: str, address: str) -> str:
    """A link to an address of the web; the text alone where there is none."""
    return f"[{cell(text)}](<{address}>)" if is_address(address) else cell(text)


def bare_link(address: str) -> str:
    """An address of the web that is its own text."""
    return f"<{address}>" if is_address(address) else cell(address)


def on_paper(text: str) -> str:
    """Markdown that the PDF alone shows."""
    return f'[{text}]{{.content-visible when-format="typst"}}'


def on_screen(text: str) -> str:
    """Markdown that the page alone shows."""
    return f'[{text}]{{.content-visible when-format="html"}}'


def download(text: str, path: str) -> str:
    """A link to a file that is published with the site, at the same path as in the repository.

    An archive may keep the file under another name, so the link says under which one to save it.
    """
    parts = PurePosixPath(path).parts
    return f'[{text}](</{path}>){{download="{"-".join(parts[1:])}"}}'


def signed(text: str) -> str:
    """Text with real minus signs before numbers and in differences, and dashes within ranges."""

    def between(match: re.Match[str]) -> str:
        low, high = match.groups()
        falls = len(low) == len(high) and low > high  # "2027-28" is a range of years
        return f"{low}\N{MINUS SIGN}{high}" if falls else f"{low}\N{EN DASH}{high}"

    return _RANGE.sub(between, _NEGATIVE.sub("\N{MINUS SIGN}", text))


def sentence(text: str) -> str:
    """Text that starts with a capital and ends with one full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith(_ENDED) else ".")
