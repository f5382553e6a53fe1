"""What a PDF says to a screen reader: its tags in their order, and where each page paints what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf


@dataclass(frozen=True, slots=True)
class Tag:
    """An element of the structure tree: its standard role, alternative text, and the roles of its children.

    Attributes:
        links: how many link annotations it holds that have words of their own.
        marks: what it holds of each page, as page (from 1) and number.
    """

    role: str
    alt: str
    children: tuple[str, ...]
    links: int
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of a document.

    Attributes:
        all: in reading order.
        reading: of each page, the numbers of its marks as they are read.
        painting: of each page, the numbers of its marks as they are painted.
        language, title_shown, standard: what the document declares.
    """

    all: tuple[Tag, ...]
    reading: tuple[tuple[int, ...], ...]
    painting: tuple[tuple[int, ...], ...]
    language: str
    title_shown: bool
    standard: str

    def of(self, *roles: str) -> list[Tag]:
        """The elements of some roles."""
        return [tag for tag in self.all if tag.role in roles]


def tags(path: Path) -> Tags:
    """Read the tags of a PDF."""
    with pikepdf.open(path) as pdf:
        root: Any = pdf.Root
        tree = _Tree(pdf)
        found = tuple(tree.walk(root.StructTreeRoot["/K"], 0))
        painting = tuple(tuple(_painted(page)) for page in pdf.pages)
        with pdf.open_metadata() as metadata:
            standard = str(metadata.get("pdfuaid:part", ""))
        return Tags(
            found,
            tuple(tuple(tree.reading.get(number, ())) for number in range(1, len(painting) + 1)),
            painting,
            str(root.get("/Lang", "")),
            bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False)),
            standard,
        )


def _painted(page: pikepdf.Page) -> Iterator[int]:
    for one in pikepdf.parse_content_stream(page, "BDC"):
        properties = one.operands[1] if str(one.operator) == "BDC" else None
        if isinstance(properties, pikepdf.Dictionary) and "/MCID" in properties:
            yield int(properties["/MCID"])


class _Tree:
    """Walks the elements; `reading` collects the marks of each page in the order of the walk."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
        self._roles: Any = pdf.Root.StructTreeRoot.get("/RoleMap", {})
        self.reading: dict[int, list[int]] = {}

    def walk(self, node: Any, page: int) -> Iterator[Tag]:  # noqa: ANN401 -- pikepdf's objects have no types
        """Yield what a node of the tree is and holds; `page` is that of the element around it."""
        for kid in _kids(node):
            own = self._page(kid, page)
            if _is_element(kid):
                yield self._tag(kid, own)
                yield from self.walk(kid.get("/K", []), own)
            elif (number := _mark(kid)) is not None:
                self.reading.setdefault(own, []).append(number)

    def _tag(self, element: Any, page: int) -> Tag:  # noqa: ANN401
        kids = _kids(element.get("/K", []))
        role = str(element["/S"])
        annotations = [kid["/Obj"] for kid in kids if not isinstance(kid, int) and "/Obj" in kid]
        return Tag(
            str(self._roles.get(role, role)).removeprefix("/"),
            str(element.get("/Alt", "")),
            tuple(str(kid["/S"]).removeprefix("/") for kid in kids if _is_element(kid)),
            sum(bool(str(one.get("/Contents", ""))) for one in annotations),
            tuple((self._page(kid, page), number) for kid in kids if (number := _mark(kid)) is not None),
        )

    def _page(self, kid: Any, page: int) -> int:  # noqa: ANN401
        return self._pages[kid["/Pg"].objgen] if not isinstance(kid, int) and "/Pg" in kid else page


def _kids(node: Any) -> list[Any]:  # noqa: ANN401
    return list(node) if isinstance(node, pikepdf.Array) else [node]


def _is_element(kid: Any) -> bool:  # noqa: ANN401
    return not isinstance(kid, int) and "/S" in kid


def _mark(kid: Any) -> int | None:  # noqa: ANN401
    if isinstance(kid, int):
        return kid
    return int(kid["/MCID"]) if "/MCID" in kid else None
