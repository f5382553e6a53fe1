"""What the network pays its miners a day: subsidy and fees at the day's close."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.measures import security
from pivot.charts import style
from pivot.charts.plotted import Plotted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pivot.charts.style import Palette
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

NAME = "budget"
MILLION = 1e6


def data(vintage: Vintage, ledger: Ledger) -> Plotted:
    """The security budget of each day with a full window before it.

    Returns:
        A row for each day: `date`, `usd_million` and its mean of 30 days, `usd_million_mean`.
    """
    paid = security.budget(vintage.data("days").frame, vintage.data("prices").frame).dropna()
    table = pd.DataFrame(
        {
            "date": paid.index,
            "usd_million": (paid["usd"] / MILLION).round(3),
            "usd_million_mean": (paid["usd_mean"] / MILLION).round(3),
        }
    )
    return Plotted(
        table.reset_index(drop=True), texts={"mean": ledger["security-budget"].parts["mean"].display}
    )


def draw(plotted: Plotted, palette: Palette) -> Figure:
    """The days as a thin line, their mean as a strong one, the newest mean as a label."""
    table = plotted.table
    days, means = style.ordinals(table["date"]), table["usd_million_mean"].tolist()
    figure = style.sheet(250, palette.width)
    axes = style.panel(figure, left=30, right=58, top=28, bottom=34)
    # numeral: "million" the unit of the axis, which MILLION makes
    style.unit(axes, "million USD a day", palette, left=30)
    top = table["usd_million"].max() * 1.05
    axes.set_ylim(0, top)
    style.time_axis(axes, days[0], days[-1], palette)
    style.scale_y(axes, {tick: f"{tick:.0f}" for tick in style.ticks(0, top, 6)}, palette)
    axes.plot(days, table["usd_million"].tolist(), color=palette.quiet, linewidth=0.7)
    axes.plot(days, means, color=palette.main, linewidth=2)
    text = plotted.texts["mean"].replace("\N{NO-BREAK SPACE}", "\n")
    style.label(axes, text, (days[-1], means[-1]), (6, 0), palette.main, va="center", bold=True)
    return figure
