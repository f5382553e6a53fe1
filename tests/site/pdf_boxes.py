"""Where the text of a PDF stands: each piece that is shown in one go, with its edges and its line.

pypdf reads the content streams and the widths of the glyphs; this adds them up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs shown by one operator: the page (from 1), the edges and the line's height on it, in points."""

    page: int
    left: float
    right: float
    line: float


def runs(pdf: PdfReader) -> Iterator[Run]:
    """Every run of glyphs in a document, in the order of drawing."""
    for number, page in enumerate(pdf.pages, 1):
        for left, right, line in _edges(pdf, page):
            yield Run(number, left, right, line)


def _times(a: Matrix, b: Matrix) -> Matrix:
    return (
        a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4], a[4] * b[1] + a[5] * b[3] + b[5],
    )  # fmt: skip


def _widths(font: Any) -> Mapping[int, float]:  # noqa: ANN401 -- pypdf's dictionaries have no types
    """Width of each glyph of a composite font, in thousandths of its size; -1 stands for all others."""
    assert font["/Subtype"] == "/Type0", font["/Subtype"]
    inner = font["/DescendantFonts"][0].get_object()
    found = {-1: float(inner.get("/DW", 1000))}
    table = list(inner.get("/W", []))
    while table:
        first, second = int(table.pop(0)), table.pop(0)
        if isinstance(second, list):
            found |= {first + i: float(width) for i, width in enumerate(second)}
        else:
            found |= dict.fromkeys(range(first, int(second) + 1), float(table.pop(0)))
    return found


class _Canvas:
    """What is known while a content stream is read: where it draws, and with which font."""

    def __init__(self, fonts: Mapping[str, Mapping[int, float]]) -> None:
        self._fonts = fonts
        self._matrix, self._text = _SAME, _SAME
        self._kept: list[Matrix] = []
        self._font: Mapping[int, float] = {}
        self._size = self._spacing = 0.0

    def do(self, operator: bytes, given: Any) -> tuple[float, float, float] | None:  # noqa: ANN401
        """Carry out one operator; the edges and the line of what it shows, if it shows something."""
        if operator in {b"Tj", b"TJ"}:
            return self._show(given[0] if operator == b"TJ" else given)
        if operator in {b"q", b"Q", b"cm"}:
            self._draw(operator, given)
        elif operator in {b"BT", b"Tm", b"Td"}:
            self._move(operator, given)
        elif operator == b"Tf":
            self._font, self._size = self._fonts[given[0]], float(given[1])
        elif operator == b"Tc":
            self._spacing = float(given[0])
        else:
            assert operator not in {b"T*", b"TD", b"Tw", b"Tz", b"'", b'"'}, f"{operator!r} moves text too"
        return None

    def _draw(self, operator: bytes, given: Any) -> None:  # noqa: ANN401
        if operator == b"q":
            self._kept.append(self._matrix)
        elif operator == b"Q":
            self._matrix = self._kept.pop()
        else:
            self._matrix = _times(_matrix(given), self._matrix)

    def _move(self, operator: bytes, given: Any) -> None:  # noqa: ANN401
        if operator == b"Td":
            self._text = _times((1, 0, 0, 1, float(given[0]), float(given[1])), self._text)
        else:
            self._text = _SAME if operator == b"BT" else _matrix(given)

    def _show(self, parts: Any) -> tuple[float, float, float]:  # noqa: ANN401
        width = 0.0
        for part in parts:
            if isinstance(part, str | bytes):
                raw = getattr(part, "original_bytes", part)
                assert isinstance(raw, bytes)
                glyphs = [int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)]
                width += sum(self._font.get(glyph, self._font[-1]) for glyph in glyphs) * self._size / 1000
                width += len(glyphs) * self._spacing
            else:
                width -= float(part) * self._size / 1000
        start, line = _times(self._text, self._matrix)[4:]
        self._text = _times((1, 0, 0, 1, width, 0), self._text)
        return start, _times(self._text, self._matrix)[4], line


def _matrix(given: Any) -> Matrix:  # noqa: ANN401
    a, b, c, d, e, f = map(float, given)
    return a, b, c, d, e, f


def _edges(pdf: PdfReader, page: PageObject) -> Iterator[tuple[float, float, float]]:
    resources: Any = page["/Resources"]
    fonts = resources.get("/Font", {})
    canvas = _Canvas({name: _widths(font.get_object()) for name, font in fonts.items()})
    for given, operator in ContentStream(page.get_contents(), pdf).operations:
        if edges := canvas.do(operator, given):
            yield edges
