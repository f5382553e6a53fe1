"""Difficulty over a year and a half, epoch by epoch, with the March cut and the deeper ones of the year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims.network import MARCH_RETARGET, QUARTER
from analysis.measures import difficulty
from pivot.charts import style
from pivot.charts.plotted import Plotted
from pivot.words import long_day

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pivot.charts.style import Palette
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

NAME = "difficulty"
MONTHS = 18
TERA = 1e12

EPOCH_DAYS = 17
"""No epoch is expected to last longer."""

LABEL_DAYS = 130
"""Days that the label of the March cut covers."""


def data(vintage: Vintage, ledger: Ledger) -> Plotted:
    """The retargets of the last 18 months, and the one in force when they begin.

    Returns:
        A row for each retarget: `first_block`, `date`, `difficulty_trillion`, `change_percent` and `mark`
        (`march` for the cut that the article cites, `deeper` for deeper ones of its year).
    """
    march = ledger["difficulty-drop"]
    table = difficulty.retargets(vintage.data("epochs").frame)
    year = difficulty.of_year(table, QUARTER.year)
    mark = pd.Series("", index=table.index)
    mark[year.index[year["change"] < table["change"].loc[MARCH_RETARGET]]] = "deeper"
    mark[MARCH_RETARGET] = "march"
    rows = pd.DataFrame(
        {
            "first_block": table.index,
            "date": table["timestamp"].dt.tz_localize(None).dt.normalize(),
            "difficulty_trillion": (table["difficulty"] / TERA).round(3),
            "change_percent": table["change"].round(4),
            "mark": mark,
        }
    )
    since = pd.Timestamp(vintage.as_of) - pd.DateOffset(months=MONTHS)
    rows = rows.loc[rows.index[rows["date"] <= since][-1] :]
    return Plotted(
        rows.reset_index(drop=True),
        texts={"march": f"{march.parts['day'].display}\n{march.parts['signed'].display}"},
        numbers={"since": style.ordinal(since), "as_of": style.ordinal(pd.Timestamp(vintage.as_of))},
    )


def values(plotted: Plotted) -> list[str]:
    """What each epoch says."""
    table = plotted.table
    return [
        f"{long_day(day)}: {level:.1f} trillion, {style.signed(change)}"
        for day, level, change in zip(
            table["date"], table["difficulty_trillion"], table["change_percent"], strict=True
        )
    ]


def draw(plotted: Plotted, palette: Palette) -> Figure:
    """Steps, a dot where each epoch begins; cuts as thick falls with their change."""
    table = plotted.table
    days, levels = style.ordinals(table["date"]), table["difficulty_trillion"].tolist()
    first, last = plotted.numbers["since"], plotted.numbers["as_of"]
    figure = style.sheet(250, palette.width)
    axes = style.panel(figure, left=30, right=12, top=26, bottom=34)
    # numeral: "trillion" the unit of the axis, which TERA makes
    style.unit(axes, "difficulty, trillion", palette, left=30)
    axes.step([*days, last], [*levels, levels[-1]], where="post", color=palette.main, linewidth=1.8)
    axes.plot(days, levels, "o", color=palette.main, markersize=3.5, gid=style.VALUES)
    style.newest(axes, f"{levels[-1]:.1f}", (last, levels[-1]), palette)
    low, high = min(levels) - 14, max(levels) + 5
    axes.set_ylim(low, high)
    style.time_axis(axes, first, last + 2, palette)
    style.scale_y(axes, {tick: f"{tick:.0f}" for tick in style.ticks(low, high)}, palette)
    for row in table.index[table["mark"] != ""]:
        day, before, after = days[row], levels[row - 1], levels[row]
        cited = table["mark"][row] == "march"
        colour = palette.accent if cited else palette.quiet
        axes.plot((day, day), (before, after), color=colour, linewidth=4, solid_capstyle="butt")
        axes.plot(day, after, "D" if cited else "o", color=colour, markersize=6)
        if cited:
            left = min(day, last - LABEL_DAYS * style.WIDTH / palette.width)
            top = max(level for begun, level in zip(days, levels, strict=True) if begun > left - EPOCH_DAYS)
            style.label(axes, plotted.texts["march"], (left, top), (2, 5), colour, va="bottom", bold=True)
        else:
            text = f"{style.short_day(table['date'][row])}\n{style.signed(table['change_percent'][row])}"
            side: style.Side = "right" if palette.narrow else "center"
            style.label(axes, text, (day, after), (0, -8), palette.muted, ha=side, va="top")
    return figure
