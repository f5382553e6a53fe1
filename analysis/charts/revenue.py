"""Mining revenue against the AI run-rate and its two scenarios, in squares of the run-rate's worth."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from pivot.charts import style
from pivot.charts.plotted import Plotted
from pivot.claims.quantities import Ratio, nearest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pivot.charts.style import Palette
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

NAME = "revenue"
MILLION = 1e6

CLAIMS = {
    "mining": "top10-btc-revenue",
    "run-rate": "ai-run-rate",
    "ten-year": "ai-ten-year",
    "doubled": "ai-doubled",
}
"""The claim for each sum."""

ACROSS = 20
"""Squares in a row; they are counted in tens."""

TENS = ACROSS // 2
PITCH, SIDE = 19.0, 16.0
GAP = 6.0
"""Points between the two tens of a row."""

LINE, LEADING = 40, 12
"""Letters of a caption's line where the drawing is narrow, and points from line to line."""

EDGE = 0.5
CAPTION, BELOW = 20.0, 8.0
"""Points for the outline at the edge, for the line of text over each group, and for the space under it."""


def data(vintage: Vintage, ledger: Ledger) -> Plotted:
    """The four cited sums, and how often the run-rate goes into each.

    Returns:
        A row for each `sum`: the `claim`, `usd_million` as the article gives it, and `squares`.
    """
    cited = vintage.data("cited").frame["low"]
    square = float(cited["ai-run-rate"])
    rows = [(name, id_, cited[id_] / MILLION, cited[id_] / square) for name, id_ in CLAIMS.items()]
    table = pd.DataFrame(rows, columns=["sum", "claim", "usd_million", "squares"])
    words = {
        "mining": f"mining revenue of the {ledger['top10-count'].cited} miners, a year",
        "run-rate": "AI run-rate, a year",
        "ten-year": f"AI scenario, {ledger['ai-ten-year'].parts['years'].display} together",
        "doubled": f"{Ratio(cited['ai-doubled'] / cited['ai-ten-year']).display(nearest(0))} that scenario",
    }
    return Plotted(
        table.round({"usd_million": 3, "squares": 4}),
        texts={
            **{name: f"{ledger[id_].cited} \N{EN DASH} {words[name]}" for name, id_ in CLAIMS.items()},
            "mining-beside": f"{ledger['revenue-ratio'].display} the run-rate",
            "run-rate-beside": "a square, the measure of all",
        },
    )


def draw(plotted: Plotted, palette: Palette) -> Figure:
    """Four groups under each other: yearly sums as filled squares, scenarios as hatched ones."""
    hatches = {"ten-year": "////", "doubled": "\\\\\\\\"}
    squares = plotted.table.set_index("sum")["squares"]
    lines = {
        name: textwrap.wrap(plotted.texts[name], LINE) if palette.narrow else [plotted.texts[name]]
        for name in squares.index
    }
    captions = {name: CAPTION + LEADING * (len(text) - 1) for name, text in lines.items()}
    # One measure for all: what is narrow is drawn to the same scale in smaller squares.
    scale = palette.width / style.WIDTH
    height = sum(map(_rows, squares)) * PITCH * scale + sum(captions.values()) + len(squares) * BELOW
    figure = style.sheet(height, palette.width)
    axes = style.panel(figure, left=0, right=0, top=0, bottom=0)
    axes.set_xlim(-EDGE, palette.width - EDGE)
    axes.set_ylim(height, 0)
    top = 0.0
    for name, count in squares.items():
        colour = palette.ink if name == "mining" else palette.accent
        yearly = name not in hatches
        for place, line in enumerate(lines[name]):
            at = (0, top + CAPTION / 2 + 5 + place * LEADING)
            style.label(axes, line, at, (0, 0), colour, bold=yearly)
        top += captions[name]
        marks = palette.main if name == "mining" else palette.accent
        face = marks if yearly else palette.paper
        boxes = [
            (x * scale, top + y * scale, wide * scale, high * scale) for x, y, wide, high in _squares(count)
        ]
        style.rectangles(axes, boxes, face, marks, hatch=hatches.get(name))
        end = (
            _left(math.ceil(count) % ACROSS) * scale,
            top + ((_rows(count) - 1) * PITCH + SIDE / 2) * scale,
        )
        beside = plotted.texts.get(f"{name}-beside", "")
        style.label(axes, beside, end, (4, 0), colour, va="center_baseline")
        top += _rows(count) * PITCH * scale + BELOW
    return figure


def _squares(count: float) -> list[style.Rectangle]:
    """`count` squares in rows from the left, the last one as wide as its part."""
    places = [(place, *divmod(place, ACROSS)) for place in range(math.ceil(count))]
    return [
        (_left(column), row * PITCH, SIDE * min(1.0, count - place), SIDE) for place, row, column in places
    ]


def _left(column: int) -> float:
    return column * PITCH + (GAP if column >= TENS else 0)


def _rows(count: float) -> int:
    return math.ceil(count / ACROSS)
