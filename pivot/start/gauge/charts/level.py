"""The yearly discharge, with its mean before and after the break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gauge import measures
from pivot.charts import style
from pivot.charts.plotted import Plotted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pivot.charts.style import Palette
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

NAME = "level"


def data(vintage: Vintage, ledger: Ledger) -> Plotted:
    """A row for each year: `year`, `discharge_km3`, and the `mean_km3` of its side of the break."""
    flow = measures.discharge(vintage.data("years").frame)
    before, after = ledger["flow-before"], ledger["flow-after"]
    late = flow.index >= int(after.parts["first"].display)
    table = pd.DataFrame({"year": flow.index, "discharge_km3": flow.round(1).to_numpy()})
    table["mean_km3"] = 0.0
    table.loc[~late, "mean_km3"] = round(float(before.value), 2)
    table.loc[late, "mean_km3"] = round(float(after.value), 2)
    return Plotted(table, texts={"before": before.display, "after": after.display})


def draw(plotted: Plotted, palette: Palette) -> Figure:
    """A line by year; the two means as level strokes with their values."""
    table = plotted.table
    years, values = table["year"].tolist(), table["discharge_km3"].tolist()
    figure = style.sheet(240, palette.width)
    axes = style.panel(figure, left=30, right=12, top=26, bottom=34)
    # numeral: "km³" the unit, in which the digit is a power
    style.unit(axes, "discharge, km³ a year", palette, left=30)
    low, high = min(values) - 5, max(values) + 8
    axes.set_ylim(low, high)
    axes.set_xlim(years[0] - 1, years[-1] + 1)
    style.scale_y(axes, {tick: f"{tick:.0f}" for tick in style.ticks(low, high)}, palette)
    style.scale_x(axes, {tick: f"{tick:.0f}" for tick in style.ticks(years[0], years[-1])}, palette)
    axes.plot(years, values, color=palette.main, linewidth=1.2)
    for name, side in zip(("before", "after"), table.groupby("mean_km3", sort=False), strict=True):
        mean, rows = side
        axes.plot(rows["year"].iloc[[0, -1]], [mean, mean], color=palette.accent, linewidth=2)
        at = (float(rows["year"].iloc[0]), float(mean))
        style.label(axes, plotted.texts[name], at, (4, 4), palette.accent, va="bottom", bold=True)
    return figure
