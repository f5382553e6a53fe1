"""The picture that stands for an edition where somebody shares its address: a square for every claim."""

from __future__ import annotations

import textwrap
from io import BytesIO
from typing import TYPE_CHECKING

from pivot.charts import style
from pivot.claims.model import Group, Verdict
from pivot.publish.verdict_map import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

    from pivot.claims.stored import Entry

NAME = "card.png"
WIDTH, HEIGHT = 1200, 630
"""Pixels, in the shape that every network shows whole."""

_SCALE = WIDTH / style.WIDTH
_TALL = HEIGHT / _SCALE
_MARGIN, _SQUARES, _PITCH, _ROW = 16.0, 142.0, 12.0, 25.0
_TITLE = 15
_ACROSS = 40
"""Letters of a title in one line."""

_COLOURS = {
    Group.HOLDS: style.LIGHT.other,
    Group.FOLLOWS: style.LIGHT.muted,
    Group.DIFFERS: style.LIGHT.accent,
    Group.OVERTAKEN: style.LIGHT.main,
    Group.OPEN: style.LIGHT.quiet,
}


def card(title: str, line: str, claims: Iterable[Entry]) -> bytes:
    """A PNG with the title of the report, its claims in their groups, and which edition it is.

    Args:
        title: of the report.
        line: which edition it is, in words.
        claims: all of the edition.
    """
    groups = [Verdict(entry.verdict).group for entry in claims]
    figure = style.sheet(_TALL)
    figure.patch.set(visible=True, facecolor=style.LIGHT.paper)
    axes = style.panel(figure, left=0, right=0, top=0, bottom=0)
    axes.set_xlim(0, style.WIDTH)
    axes.set_ylim(_TALL, 0)
    lines = textwrap.wrap(title, _ACROSS)
    at = (_MARGIN, _MARGIN)
    axes.text(*at, "\n".join(lines), size=_TITLE, weight="bold", color=style.LIGHT.ink, va="top")
    axes.text(_MARGIN, _TALL - _MARGIN, line, color=style.LIGHT.muted, va="bottom")
    top = _TALL - 2 * _MARGIN - _ROW * len(Group)
    for row, group in enumerate(Group):
        _squares(axes, group, groups.count(group), top + row * _ROW)
    file = BytesIO()
    figure.savefig(file, format="png", dpi=72 * _SCALE, metadata={"Software": None})
    return file.getvalue()


def _squares(axes: Axes, group: Group, count: int, top: float) -> None:
    """One row: how many claims, what came of them, and a square for each."""
    colour = _COLOURS[group]
    middle = top + _PITCH / 2
    axes.text(_MARGIN, middle, f"{count} {WORDS[group]}", color=colour, weight="bold", va="center_baseline")
    pitch = min(_PITCH, (style.WIDTH - _SQUARES - _MARGIN) / max(count, 1))
    boxes = [(_SQUARES + place * pitch, top, pitch * 0.8, _PITCH * 0.8) for place in range(count)]
    if boxes:
        style.rectangles(axes, boxes, colour, colour)
