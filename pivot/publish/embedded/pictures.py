"""Find the pictures the chapters show, with their dark twins, their data and their sizes."""

from __future__ import annotations

import html
import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote

from pivot.folders import within

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.prose.book import Book, Chapter
    from pivot.prose.findings import Problems

_SVG = re.compile(rb"<svg\b[^>]*>", re.DOTALL)
_LENGTH = re.compile(r"([\d.]+)\s*(pt|px|in|cm|mm|)$")
_PIXELS = {"": 1.0, "px": 1.0, "pt": 96 / 72, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
_FIGURES = "figures/"
_NO_SOURCE = r"!\[[^\]]*\]\(\s*\)"


class _Text(Protocol):
    """The text of a page, which knows where a pattern stands in the prose."""

    def places(self, pattern: str) -> list[tuple[str, int]]: ...


class _Page(Protocol):
    """A page that shows pictures, of either renderer."""

    @property
    def chapter(self) -> Chapter: ...

    @property
    def text(self) -> _Text: ...

    @property
    def up(self) -> str: ...


class Pictures:
    """The pictures of one build.

    `/figures/NAME.svg` is what the analysis drew, for paper; pages show its twins for screens where there are
    any. Any other path is a file of the book, relative to its chapter or, with a slash in front, to the book.

    Attributes:
        files: path in the site to the file it is copied from, for all that was linked so far.
        shown: path in the Typst project to the file, for all that the PDF shows.
    """

    def __init__(self, book: Book, figures: Path, problems: Problems) -> None:
        self._root, self._figures, self._problems = book.root, figures, problems
        self.files: dict[str, Path] = {}
        self.shown: dict[str, Path] = {}

    @cached_property
    def _drawn(self) -> frozenset[str]:
        return (
            frozenset(path.name for path in self._figures.glob("*"))
            if self._figures.is_dir()
            else frozenset()
        )

    def html(self, page: _Page, source: str, rest: str) -> str:
        """Return the `<img>` of a picture, or those of its twins for light and dark screens.

        Both are lazy and one is not displayed, so the browser fetches only the one it shows.
        """
        name = self._find(page, source)
        if not name:
            return ""
        if 'alt=""' in rest:
            text = f"picture {source} has no words; say what it shows in fig-alt"
            self._complain(page, rf"!\[\]\({re.escape(source)}\)(?!.*fig-alt)", text)
        dark, light = _with_suffix(name, "-dark.svg"), _with_suffix(name, "-light.svg")
        shown = {"": name}
        if self._is_drawn(dark):
            shown = {"only-light": light if self._is_drawn(light) else name, "only-dark": dark}
        images = "".join(self._image(page, file, class_, rest.rstrip()) for class_, file in shown.items())
        return images + self._values(page, _with_suffix(name, ".json"))

    def _image(self, page: _Page, name: str, class_: str, rest: str) -> str:
        """One picture, with another drawing of it for narrow screens where there is one."""
        class_ = class_ and f' class="{class_}"'
        if self._is_drawn(narrow := _with_suffix(name, "-narrow.svg")):
            source = self._address(page, narrow, "srcset")
            image = f'<img {self._address(page, name, "src", rest)} loading="lazy" decoding="async">'
            return f'<picture{class_}><source media="(max-width: 40rem)" {source}>{image}</picture>'
        return f'<img{class_} {self._address(page, name, "src", rest)} loading="lazy" decoding="async">'

    def _values(self, page: _Page, name: str) -> str:
        """What a script makes say the value under a pointer, where the chart says its values."""
        if not self._is_drawn(name):
            return ""
        return f'<span class="values needs-script" {self._address(page, name, "data-src")}></span>'

    def _address(self, page: _Page, name: str, attribute: str, rest: str = "") -> str:
        path = self.files[name] = self._path(name)
        size = "" if re.search(r"\swidth=", rest) else _size(path)
        return f'{attribute}="{page.up}{html.escape(name)}"{rest}{size}'

    def typst(self, page: _Page, source: str) -> str:
        """Return the path of a picture in the Typst project, the light one."""
        name = self._find(page, source)
        if not name:
            return ""
        self.shown[name] = self._path(name)
        return f"/{name}"

    def data_link(self, page: _Page, source: str) -> str:
        """Return a link to the data behind a figure, or nothing."""
        name = _with_suffix(self._resolve(page, source), ".csv")
        if not self._is_drawn(name):
            return ""
        self.files[name] = self._path(name)
        return f' <a class="data" href="{page.up}{html.escape(name)}" download>Data (CSV)</a>'

    def _resolve(self, page: _Page, source: str) -> str:
        source = unquote(source)
        folder = "" if source.startswith("/") else posixpath.dirname(page.chapter.source)
        return posixpath.normpath(posixpath.join(folder, source.lstrip("/")))

    def _find(self, page: _Page, source: str) -> str:
        """Return the picture's path in the site; note a problem and return "" if there is none."""
        if re.match(r"[a-z][a-z0-9+.-]*:|//", source):
            text = f"picture {source} is on another server; a page must load nothing from elsewhere"
        else:
            name = self._resolve(page, source)
            if self._is_drawn(name) or within(self._root, name):
                return name
            text = f"picture {source} does not exist" if source else "a picture has no address"
        self._complain(page, re.escape(source) if source else _NO_SOURCE, text)
        return ""

    def _complain(self, page: _Page, pattern: str, text: str) -> None:
        for file, line in page.text.places(pattern):
            self._problems.add(file, line, text)

    def _is_drawn(self, name: str) -> bool:
        return name.startswith(_FIGURES) and name.removeprefix(_FIGURES) in self._drawn

    def _path(self, name: str) -> Path:
        if self._is_drawn(name):
            return self._figures / name.removeprefix(_FIGURES)
        return self._root / name


def _with_suffix(name: str, suffix: str) -> str:
    return name.removesuffix(".svg") + suffix if name.endswith(".svg") else f"{name}{suffix}"


def _size(path: Path) -> str:
    """Return width and height attributes in CSS pixels, from the head of an SVG; "" for other files."""
    if path.suffix != ".svg":
        return ""
    with path.open("rb") as file:
        head = file.read(4096)
    tag = match[0].decode("utf-8", "replace") if (match := _SVG.search(head)) else ""
    pixels = []
    for name in ("width", "height"):
        value = re.search(rf'\s{name}="([^"]*)"', tag)
        length = _LENGTH.match(value[1]) if value else None
        if length is None:
            return ""
        pixels.append(round(float(length[1]) * _PIXELS[length[2]]))
    return f' width="{pixels[0]}" height="{pixels[1]}"'
