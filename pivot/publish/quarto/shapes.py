"""The text of a page of Quarto's in the shapes that our styles know, which the embedded renderer writes.

Figures, tables, formulas, tabs, panels and statements are brought to them; what Quarto numbered, resolved and
cited stays.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pivot.publish.frame import Heading
from pivot.publish.quarto.elements import Element, plain, read, trimmed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pivot.prose.book import Chapter
    from pivot.publish.embedded.pictures import Pictures
    from pivot.publish.quarto.elements import Content
    from pivot.publish.values import Values

_NUMBER = re.compile(r"^(?:\(\w+\)|[^\d()]*?[\w.]+)(?:: |$|(?<=\)) )")
_REFERENCE = re.compile(
    r"^(\w+) (?=[A-Z]$|[\w.]*\d)"
)  # to another page Quarto writes it so that it may break
_BEFORE = re.compile(r"(?P<before>[a-z].*)[\s\u00a0](?P<shown>(?:[A-Z]\w*[\s\u00a0])?[\dA-Z][\w.]*)")
_WIDTH = re.compile(r"width: *([\d.]+%)")
_SIDES = {"right": "right", "center": "centre"}
_SAME = {"s": "del", "b": "strong", "i": "em"}
_OF_QUARTO = re.compile(r"data-(?:number|order|filename|ref-parent|fig-|when-|unless-)")
_DRAFT = "quarto-draft-alert"
_OF_KEYS = {
    "title",
    "aria-hidden",
}  # of a key, which Quarto says twice: to those who see and to those who hear
_REGION = {"role": "group", "tabindex": "0"}


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of a page in the book; a picture that is missing is told of at its chapter's first line."""

    chapter: Chapter

    @property
    def up(self) -> str:
        return "../" * self.chapter.href.count("/")

    @property
    def text(self) -> _Place:
        return self

    def places(self, _pattern: str) -> list[tuple[str, int]]:
        return [(self.chapter.source, self.chapter.first_line)]


class Shaper:
    """Brings the text of one page to the shapes that our styles know, and lists its headings.

    Args:
        chapter: the chapter that the page is of.
        number: its number, or "".
        values: where the values of claims lead.
        pictures: finds the pictures.
        numbers: of the sections of the book, by the address of their page and their id.
    """

    def __init__(
        self,
        chapter: Chapter,
        number: str,
        values: Values,
        pictures: Pictures,
        numbers: Mapping[tuple[str, str], str],
    ) -> None:
        self._chapter, self._number, self._values, self._pictures = chapter, number, values, pictures
        self._numbers = numbers
        self._place = _Place(chapter)
        self._seen: set[str] = set()
        self.headings: list[Heading] = []

    def shaped(self, parent: Element) -> Content:
        """What stands in an element, in our shapes."""
        out: Content = []
        for one in parent.content:
            out += [one] if isinstance(one, str) else self._shape(one)
        return out

    def _shape(self, one: Element) -> Content:
        if (
            one.tag in {"script", "style"}
            or {"hidden", "visually-hidden"} & {*one.classes}
            or one.id == _DRAFT
        ):
            return []
        if one.id == "refs" and "style" in one.attributes:  # Quarto's own, for citations that open on hover
            return []
        if one.tag == "math":
            return self._formula(one)
        shape = self._shape_of(one)
        if shape is not None:
            return shape(one)
        one.content = self.shaped(one)
        if "callout-title" in one.classes:
            one.content = plain(one.content)
        return self._plainest(one)

    def _shape_of(self, one: Element) -> Callable[[Element], Content] | None:
        """The rule for an element, by its tag and its classes."""
        if one.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            return self._heading
        by_tag = {"img": self._picture, "table": self._table, "a": self._link, "figure": self._loose_figure}
        by_class = {
            "quarto-layout-panel": self._panel,
            "quarto-float": self._exhibit,
            "quarto-figure": self.shaped,
            "columns": self._columns,
            "panel-tabset": self._tabs,
            "theorem": self._statement,
            "proof": self._statement,
            "code-with-filename": self._code_file,
        }
        if one.tag == "div":
            return next((by_class[name] for name in one.classes if name in by_class), None)
        if one.tag == "span" and one.id.startswith("eq-"):
            return self._equation
        return by_tag.get(one.tag)

    def _plainest(self, one: Element) -> Content:
        """An element without what is Quarto's alone; a block or span that says nothing is its content."""
        one.tag = _SAME.get(one.tag, one.tag)
        classes = ["aside" if name == "column-margin" else name for name in one.classes]
        if "callout-kind" in classes and (order := one.attributes.get("data-order")):
            one.content.append("\N{NO-BREAK SPACE}" + ".".join(filter(None, (self._number, order))))
        attributes = {
            name: value
            for name, value in one.attributes.items()
            if name not in {"style", "class"}
            and not _OF_QUARTO.match(name)
            and not (one.tag == "kbd" and name in _OF_KEYS)
        }
        if classes:
            attributes["class"] = " ".join(classes)
        one.attributes = attributes
        return one.content if one.tag in {"div", "span"} and not attributes else [one]

    def _heading(self, one: Element) -> Content:
        level, number = int(one.tag[1]), one.first("span", "header-section-number")
        if number:
            one.content.remove(number)
        words = trimmed(plain(self.shaped(one)))
        title = Element("", content=words).text()
        if "unlisted" not in one.classes:
            self.headings.append(Heading(level, one.id, title))
        if number:
            words = [Element("span", {"class": "secno"}, [number.text()]), " ", *words]
        return [Element(one.tag, {"id": one.id} if one.id else {}, words)]

    def _link(self, one: Element) -> Content:
        one.content = self.shaped(one)
        key = one.attributes.get("data-var")
        if key:
            return read(self._values.html(key, self._chapter.href, self._seen)).content
        one.content = plain(one.content)
        return self._cross_reference(one) if "quarto-xref" in one.classes else [one]

    def _cross_reference(self, one: Element) -> Content:
        href = one.attributes["href"]
        if "#" not in href:  # to a chapter, whose heading may have a label
            href += self._top(href)
        words = self._reference(href) or _REFERENCE.sub("\\1\N{NO-BREAK SPACE}", one.text())
        found = _BEFORE.fullmatch(words)
        before, shown = found.group("before", "shown") if found else ("", words)
        link = Element("a", {"href": href, "class": "xref"}, [shown])
        return [f"{before}\N{NO-BREAK SPACE}", link] if before else [link]

    def _top(self, href: str) -> str:
        page = self._page_of(href)
        number = self._numbers.get((page, ""))
        ids = (id_ for (place, id_), own in self._numbers.items() if (place, own) == (page, number) and id_)
        return "".join(f"#{id_}" for id_ in islice(ids, 1))

    def _page_of(self, href: str) -> str:
        path = href.partition("#")[0]
        folder = posixpath.dirname(self._chapter.href)
        return posixpath.normpath(posixpath.join(folder, path)) if path else self._chapter.href

    def _reference(self, href: str) -> str:
        """How a page without a number refers to a section, of which Quarto gives the title; "" elsewhere."""
        if self._number:
            return ""
        number = self._numbers.get((self._page_of(href), href.partition("#")[2]), "")
        if not number:
            return ""
        word = "Section" if "." in number else "Chapter" if number.isdigit() else "Appendix"
        return f"{word}\N{NO-BREAK SPACE}{number}"

    def _picture(self, one: Element) -> Content:
        share = _WIDTH.search(one.attributes.get("style", ""))
        width = share[1] if share else one.attributes.get("width", "")
        if width.endswith("%"):
            width = f"{float(width[:-1]):g}%"
        rest = Element("img", {"alt": one.attributes.get("alt", "")} | ({"width": width} if width else {}))
        names = rest.html().removeprefix("<img").removesuffix(" />")
        return read(self._pictures.html(self._place, one.attributes["src"], names)).content

    def _exhibit(self, one: Element) -> Content:
        """A figure, table or listing that has a label."""
        inner = one.first("figure") or Element("figure")
        kind = next(
            name.rpartition("-")[2]
            for name in inner.classes
            if re.fullmatch(r"quarto-(?:sub)?float-\w+", name)
        )
        return [self._figure(kind, one.id, inner)]

    def _loose_figure(self, one: Element) -> Content:
        return [self._figure("fig", "", one)]

    def _figure(self, kind: str, id_: str, inner: Element, made: Content | None = None) -> Element:
        """An exhibit in our shape: the caption of a figure below it, of any other above."""
        caption = next((child for child in inner.elements if child.tag == "figcaption"), None)
        source = next((child.attributes["src"] for child in inner.walk() if child.tag == "img"), "")
        named = {"aria-labelledby": f"{id_}-caption"} if id_ and caption else {}
        said = caption.text() if caption else ""
        if caption and _is_numbered(caption):
            said = _NUMBER.sub("", said)
        for child in inner.walk():
            if child.tag == "img" and said and not child.attributes.get("alt"):
                child.attributes["alt"] = said
        content = made
        if content is None:
            content = []
            for child in inner.elements:
                if child.tag in {"div", "p"}:
                    content += self._within(child, named)
                elif child.tag != "figcaption":
                    content += self._shape(child)
            if kind == "fig" and source:
                region = {"class": "picture-scroll", **_REGION, **(named or {"aria-label": "Figure"})}
                content = [Element("div", region, ["\n", *trimmed(content), "\n"])]
        cap = (
            [self._caption(caption, id_, source if kind == "fig" and made is None else "")] if caption else []
        )
        order = [*content, *cap] if kind == "fig" else [*cap, *content]
        attributes = ({"id": id_} if id_ else {}) | {"class": f"exhibit exhibit-{kind}"}
        return Element("figure", attributes, ["\n", *(piece for part in order for piece in (part, "\n"))])

    def _within(self, child: Element, named: Mapping[str, str]) -> Content:
        """What an exhibit shows; a table in it is named by its caption."""
        out: Content = []
        for one in child.content:
            if isinstance(one, Element) and one.tag == "table":
                out += self._table(one, named)
            elif isinstance(one, Element):
                out += self._shape(one)
            else:
                out.append(one)
        return trimmed(out)

    def _caption(self, caption: Element, id_: str, source: str) -> Element:
        words = trimmed(self.shaped(caption))
        if (
            _is_numbered(caption)
            and words
            and isinstance(words[0], str)
            and (found := _NUMBER.match(words[0]))
        ):
            number = Element("span", {"class": "caption-number"}, [found[0]])
            words = [number, words[0][found.end() :], *words[1:]]
        if source and words:
            words += read(self._pictures.data_link(self._place, source)).content
        return Element("figcaption", {"id": f"{id_}-caption"} if id_ else {}, ["\n", *words, "\n"])

    def _panel(self, one: Element) -> Content:
        """Parts side by side; with a label they are a figure or table together."""
        rows = [child for child in one.walk() if child.is_a("div", "quarto-layout-row")]
        cells = [cell for row in rows for cell in row.elements]
        across = len(rows[0].elements) if rows else 1
        parts: Content = [piece for cell in cells for piece in (*trimmed(self.shaped(cell)), "\n")]
        panel = Element("div", {"class": f"panel panel-{across}"}, ["\n", *parts])
        inner = one.first("figure", "quarto-float")
        if not one.id or inner is None:
            return [panel]
        return [self._figure(one.id.partition("-")[0], one.id, inner, [panel])]

    def _columns(self, one: Element) -> Content:
        cells = [Element("div", {}, self.shaped(child)) for child in one.elements]
        return [Element("div", {"class": f"panel panel-{len(cells)}"}, ["\n", *cells, "\n"])]

    def _tabs(self, one: Element) -> Content:
        names = [child for child in one.walk() if child.tag == "a" and "href" in child.attributes]
        inside = one.first("div", "tab-content") or Element("div")
        tabs: Content = []
        for name, tab in zip(names, inside.elements, strict=False):
            head = Element("p", {}, [Element("strong", {}, self.shaped(name))])
            tabs += [Element("div", {"class": "tab"}, ["\n", head, *self.shaped(tab)]), "\n"]
        return tabs

    def _statement(self, one: Element) -> Content:
        """A theorem, a proof and their like: the head of its first paragraph is no more than set apart."""
        for child in one.walk():
            if child.is_a("span", "theorem-title") or child.is_a("span", "proof-title"):
                head = next(iter(child.elements), Element("em"))
                if child.is_a("span", "proof-title"):
                    head.content.append(".")
                    child.content = [head, " "]
                elif isinstance(head.content[0], str):
                    head.content[0] = head.content[0].replace(" ", "\N{NO-BREAK SPACE}", 1)
                child.attributes = {}
        named = {"id": one.id} if one.id else {}
        return [Element("div", {**named, "class": "statement"}, self.shaped(one))]

    def _code_file(self, one: Element) -> Content:
        name = one.first("pre") or Element("pre")
        code = [child for child in one.elements if not child.is_a("div", "code-with-filename-file")]
        head = Element("p", {}, [Element("code", {}, [name.text()])])
        inner = [piece for child in code for piece in self._shape(child)]
        return [Element("div", {"class": "code-file"}, ["\n", head, "\n", *inner, "\n"])]

    def _formula(self, one: Element) -> Content:
        if one.attributes.get("display") != "block":
            return [one]
        return [Element("span", {"class": "math-scroll", **_REGION, "aria-label": "Formula"}, [one])]

    def _equation(self, one: Element) -> Content:
        """A formula that has a label. Quarto writes its number into the formula, where no reader finds it."""
        row, note = one.first("mrow"), one.first("annotation")
        number = ""
        if row and note and (found := re.search(r"\s*\\qquad\((.*?)\)$", note.text())):
            number = found[1]
            last = max(i for i, child in enumerate(row.elements) if child.tag == "mspace")
            row.content = list(row.elements[:last])
            note.content = [re.sub(r" \\qquad\([^()]*\)$", "", "".join(map(str, note.content)))]
        shown = Element("span", {"class": "equation-number"}, [f"({number})"])
        return [Element("span", {"id": one.id, "class": "equation"}, [*self.shaped(one), shown])]

    def _table(self, one: Element, named: Mapping[str, str] | None = None) -> Content:
        """A table, its heads named for those who hear it, in a region that scrolls."""
        caption = next((child for child in one.elements if child.tag == "caption"), None)
        content = [child for child in one.content if child is not caption]
        table = Element("table", {}, content)
        head = table.first("thead") or _made_head(table)
        for group in table.elements:
            if group.tag == "colgroup":
                for column in group.elements:
                    share = _WIDTH.search(column.attributes.get("style", ""))
                    column.attributes = {"width": share[1]} if share else {}
            for row in group.elements if group.tag in {"thead", "tbody", "tfoot"} else ():
                self._row(row, is_head=group.tag == "thead")
        words = ", ".join(cell.text() for cell in head.walk() if cell.tag == "th") if head else ""
        label = dict(named or {"aria-label": f"Table: {words}"})
        table.attributes = dict(named or {})
        scroll = Element("div", {"class": "table-scroll", **_REGION, **label}, ["\n", table, "\n"])
        if caption is None:
            return [scroll]
        cap = Element("figcaption", {}, ["\n", *trimmed(self.shaped(caption)), "\n"])
        return [Element("figure", {"class": "exhibit exhibit-tbl"}, ["\n", cap, "\n", scroll, "\n"])]

    def _row(self, row: Element, *, is_head: bool) -> None:
        row.attributes = {}
        for i, cell in enumerate(row.elements):
            side = re.search(r"text-align: *(\w+)", cell.attributes.get("style", ""))
            name = _SIDES.get(side[1], "") if side else ""
            spans = {key: value for key, value in cell.attributes.items() if key in {"colspan", "rowspan"}}
            scope = "col" if is_head else "row" if i == 0 else ""
            cell.tag = "th" if scope else "td"
            cell.attributes = spans | ({"class": name} if name else {}) | ({"scope": scope} if scope else {})
            words = trimmed(self.shaped(cell))
            if len(words) == 1 and isinstance(words[0], Element) and words[0].tag == "p":
                words = words[0].content  # around a value that fills a cell Quarto puts a paragraph
            cell.content = words


def _made_head(table: Element) -> Element | None:
    """The head of a table that has its heads in its first row, as raw HTML may have them."""
    body = table.first("tbody")
    first = body.elements[0] if body and body.elements else None
    if body is None or first is None or any(cell.tag != "th" for cell in first.elements):
        return None
    body.content.remove(first)
    head = Element("thead", {}, [first])
    table.content.insert(table.content.index(body), head)
    return head


def _is_numbered(caption: Element) -> bool:
    return any("caption" in name for name in caption.classes)
