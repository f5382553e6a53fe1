"""The retargets of the year, the deepest cut first, and the place of the March cut among all there were."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims.network import MARCH_RETARGET, QUARTER
from analysis.measures import difficulty
from pivot.charts import style
from pivot.charts.plotted import Plotted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pivot.charts.style import Palette
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

NAME = "retargets"

ROW = 17
"""Points from bar to bar."""

LEFT = 52
LABEL = 6.5
"""Percentage points that a label takes at the end of a bar."""

SHORT = 18
"""Letters of a line where the drawing is narrow."""


def data(vintage: Vintage, ledger: Ledger) -> Plotted:
    """The retargets of the year up to the day of the report.

    Returns:
        A row for each retarget, the deepest cut first: `first_block`, `date`, `change_percent`,
        `rank_in_year`, `rank_since_2009` (1 is the deepest) and `mark` (`march` for the cited cut).
    """
    table = difficulty.retargets(vintage.data("epochs").frame)
    table["rank"] = table["change"].rank(method="min").astype(int)
    year = difficulty.of_year(table, QUARTER.year).sort_values("change", kind="stable")
    rows = pd.DataFrame(
        {
            "first_block": year.index,
            "date": year["timestamp"].dt.tz_localize(None).dt.normalize(),
            "change_percent": year["change"].round(4),
            "rank_in_year": year["change"].rank(method="min").astype(int),
            "rank_since_2009": year["rank"],
            "mark": ["march" if block == MARCH_RETARGET else "" for block in year.index],
        }
    )
    record = ledger["difficulty-drop-rank-record"]
    return Plotted(
        rows.reset_index(drop=True),
        texts={
            "rank": f"{ledger['difficulty-drop-rank-year'].display} cut of {QUARTER.year},\n"
            f"{record.display} of {record.parts['retargets'].display} retargets\n"
            f"since {record.parts['since'].display}",
        },
    )


def draw(plotted: Plotted, palette: Palette) -> Figure:
    """Bars to both sides of zero, with day and change at each; the March cut hatched and explained."""
    table = plotted.table
    figure = style.sheet(len(table) * ROW + 40, palette.width)
    axes = style.panel(figure, left=LEFT, right=8, top=26, bottom=14)
    style.unit(axes, "change of difficulty at each retarget", palette, left=LEFT)
    room = LABEL * (style.WIDTH / palette.width) ** 2
    axes.set_xlim(table["change_percent"].min() - room, table["change_percent"].max() + room)
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.axvline(0, color=palette.muted, linewidth=1)
    for row, (day, change, mark) in enumerate(
        zip(table["date"], table["change_percent"], table["mark"], strict=True)
    ):
        cited, cut = mark == "march", change < 0
        axes.broken_barh(
            [(0, change)],
            (row - 0.34, 0.68),
            facecolor=palette.accent if cited else palette.main if cut else palette.quiet,
            edgecolor=palette.paper,
            linewidth=0,
            hatch="////" if cited else None,
        )
        style.label(
            axes,
            style.short_day(day),
            (0, row),
            (-6, 0),
            palette.accent if cited else palette.muted,
            where="left",
            ha="right",
            va="center_baseline",
            bold=cited,
        )
        style.label(
            axes,
            style.signed(change),
            (change, row),
            (-4 if cut else 4, 0),
            palette.accent if cited else palette.ink,
            ha="right" if cut else "left",
            va="center_baseline",
            bold=cited,
        )
        if cited:
            rank = plotted.texts["rank"]
            rank = textwrap.fill(rank, SHORT) if palette.narrow else rank
            style.label(axes, rank, (0, row), (8, 0), palette.accent, va="center", bold=True)
    return figure
