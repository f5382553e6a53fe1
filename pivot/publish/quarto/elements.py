"""A page as a tree of elements, for what takes pages apart that another program wrote."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_VOID = frozenset(
    {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_RAW = frozenset({"script", "style"})
Content = list["Element | str"]
"""What stands in an element."""

_SPACE = re.compile(r"[ \t\n]+")


@dataclass(slots=True, eq=False)
class Element:
    """An element of HTML, its attributes and what stands in it: elements and texts."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    content: Content = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its id, or ""."""
        return self.attributes.get("id", "")

    @property
    def classes(self) -> list[str]:
        """Its classes, in order."""
        return self.attributes.get("class", "").split()

    @property
    def elements(self) -> list[Element]:
        """The elements that stand directly in it."""
        return [one for one in self.content if isinstance(one, Element)]

    def is_a(self, tag: str, *classes: str) -> bool:
        """Whether it has this tag and these classes."""
        return self.tag == tag and set(classes) <= set(self.classes)

    def walk(self) -> Iterator[Element]:
        """Yield the element and all that stand in it, in reading order."""
        yield self
        for one in self.content:
            if isinstance(one, Element):
                yield from one.walk()

    def first(self, tag: str, *classes: str) -> Element | None:
        """The first element in it with this tag and these classes."""
        return next((one for one in self.walk() if one is not self and one.is_a(tag, *classes)), None)

    def text(self) -> str:
        """Its text, white space being one space; of a formula its TeX."""
        return _SPACE.sub(" ", "".join(self.texts())).strip(" ")

    def texts(self) -> Iterator[str]:
        """Yield the texts in it, as they stand."""
        for one in self.content:
            if isinstance(one, str):
                yield one
            else:
                yield from ((one.first("annotation") if one.tag == "math" else None) or one).texts()

    def html(self) -> str:
        """The element as HTML."""
        names = "".join(f' {name}="{html.escape(value)}"' for name, value in self.attributes.items())
        if self.tag in _VOID:
            return f"<{self.tag}{names} />"
        return f"<{self.tag}{names}>{self.inner_html()}</{self.tag}>"

    def inner_html(self) -> str:
        """What stands in it as HTML."""
        return "".join(
            one.html()
            if isinstance(one, Element)
            else one
            if self.tag in _RAW
            else html.escape(one, quote=False)
            for one in self.content
        )


class _Reader(HTMLParser):
    """Builds the tree; Quarto writes well-formed pages, so an end tag closes what it names."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].content.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].content.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self.open) - 1, 0, -1):
            if self.open[depth].tag == tag:
                del self.open[depth:]
                return

    def handle_data(self, data: str) -> None:
        content = self.open[-1].content
        if content and isinstance(content[-1], str):
            content[-1] += data
        else:
            content.append(data)


def read(text: str) -> Element:
    """Return an element that holds what a text in HTML holds, without comments."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.open[0]


def plain(content: Content) -> Content:
    """Content in which no value is a link: in headings and links none can stand."""
    out: Content = []
    for one in content:
        if isinstance(one, Element):
            one.content = plain(one.content)
            out += one.content if one.is_a("a", "claim") else [one]
        else:
            out.append(one)
    return out


def trimmed(content: Content) -> Content:
    """Content without white space at its ends."""
    out = list(content)
    while out and isinstance(out[0], str) and not out[0].strip():
        del out[0]
    while out and isinstance(out[-1], str) and not out[-1].strip():
        del out[-1]
    if out and isinstance(out[0], str):
        out[0] = out[0].lstrip(" \n")
    if out and isinstance(out[-1], str):
        out[-1] = out[-1].rstrip(" \n")
    return out
