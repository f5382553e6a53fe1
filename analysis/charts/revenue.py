"""Mining revenue against the AI run-rate and its two scenarios, in squares of the run-rate's worth."""

from __future__ import annotations

import math
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
    height = sum(map(_rows, squares)) * PITCH + len(squares) * (CAPTION + BELOW)
    figure = style.sheet(height)
    axes = style.panel(figure, left=0, right=0, top=0, bottom=0)
    axes.set_xlim(-EDGE, style.WIDTH - EDGE)
    axes.set_ylim(height, 0)
    top = 0.0
    for name, count in squares.items():
        colour = palette.ink if name == "mining" else palette.accent
        yearly = name not in hatches
        style.label(axes, plotted.texts[name], (0, top + CAPTION / 2 + 5), (0, 0), colour, bold=yearly)
        marks = palette.main if name == "mining" else palette.accent
        face = marks if yearly else palette.paper
        style.rectangles(axes, _squares(top + CAPTION, count), face, marks, hatch=hatches.get(name))
        end = (_left(math.ceil(count) % ACROSS), top + CAPTION + (_rows(count) - 1) * PITCH + SIDE / 2)
        beside = plotted.texts.get(f"{name}-beside", "")
        style.label(axes, beside, end, (4, 0), colour, va="center_baseline")
        top += CAPTION + _rows(count) * PITCH + BELOW
    return figure


def _squares(top: float, count: float) -> list[style.Rectangle]:
    """`count` squares in rows from the left, the last one as wide as its part."""
    places = [(place, *divmod(place, ACROSS)) for place in range(math.ceil(count))]
    return [
        (_left(column), top + row * PITCH, SIDE * min(1.0, count - place), SIDE)
        for place, row, column in places
    ]


def _left(column: int) -> float:
    return column * PITCH + (GAP if column >= TENS else 0)


def _rows(count: float) -> int:
    return math.ceil(count / ACROSS)
