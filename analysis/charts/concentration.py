"""Share of the five largest, for pools by year and month and for listed miners, against the cited lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.measures import concentration
from pivot.charts import style
from pivot.charts.plotted import Plotted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pivot.charts.style import Palette
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

NAME = "concentration"
YEAR, MONTH, MINERS = "pools, year", "pools, month", "listed miners"
"""What a series counts; before it stands how many are summed."""

TOP_FIVE = "Top five pools"

EDGE_DAYS = 25


def data(vintage: Vintage, ledger: Ledger) -> Plotted:
    """The share of the five largest pools in each year and month, and of the five largest listed miners now.

    Returns:
        Rows of three `series`, which end with `YEAR`, `MONTH` and `MINERS`: the `first` and the `last` day of
        the period (a part of a month ends where the counting did), `share_percent` (of blocks for pools, of
        hash rate for miners) and `names`.
    """
    shares = vintage.data("pool_shares").frame
    years = shares[(shares["period_kind"] == "year") & (shares["entity"] == TOP_FIVE)].sort_values("period")
    months = concentration.top_pools(shares)
    counted = shares[shares["period_kind"].isin(concentration.MONTHS)].groupby("period")["published"].first()
    threshold, history = ledger["top5-threshold"], ledger["top5-history"]
    miners = threshold.parts["miners-names"].display
    group, day = threshold.parts["group"].display, pd.Timestamp(vintage.as_of)
    rows = [
        *(
            (f"{group} {YEAR}", *_span(period), share, note.removeprefix("sum of ").split(";")[0])
            for period, share, note in zip(years["period"], years["share_pct"], years["note"], strict=True)
        ),
        *(
            (f"{group} {MONTH}", _span(period)[0], min(_span(period)[1], counted[period]), share, names)
            for period, share, names in zip(months.index, months["share"], months["pools"], strict=True)
        ),
        (f"{group} {MINERS}", day, day, float(threshold.parts["miners"].value), miners),
    ]
    cited = vintage.data("cited").frame.loc["top5-history"]
    return Plotted(
        pd.DataFrame(rows, columns=["series", "first", "last", "share_percent", "names"]).round(
            {"share_percent": 4}
        ),
        texts={
            "threshold": f"cited threshold: {threshold.parts['threshold'].display}",
            "history": f"cited: {history.cited}",
            "newest": f"by month, up to\n{threshold.parts['until'].display}: {threshold.display}",
            "miners": f"{group} listed miners: {threshold.parts['miners'].display}",
            "unit": f"share of the {group} pools, % of blocks",
        },
        numbers={
            "threshold": float(threshold.parts["threshold"].value),
            "history-low": float(cited["low"]),
            "history-high": float(cited["high"]),
        },
    )


def _span(period: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    whole = pd.Period(period)
    return whole.start_time, whole.end_time.normalize()


def values(plotted: Plotted) -> list[str]:
    """What each month says."""
    months = plotted.table[plotted.table["series"].str.endswith(MONTH)]
    return [
        f"{first:%B %Y}: {share:.1f}% of blocks"
        for first, share in zip(months["first"], months["share_percent"], strict=True)
    ]


def draw(plotted: Plotted, palette: Palette) -> Figure:
    """Years as bars as long as they, months as dots on a line, the miners as one mark at the end."""
    table = plotted.table
    years, months, miners = (table[table["series"].str.endswith(kind)] for kind in (YEAR, MONTH, MINERS))
    start, end = style.ordinal(years["first"].iloc[0]), style.ordinal(miners["last"].iloc[0])
    low, high, threshold = (plotted.numbers[name] for name in ("history-low", "history-high", "threshold"))
    figure = style.sheet(300, palette.width)
    axes = style.panel(figure, left=30, right=12, top=30, bottom=24)
    style.unit(axes, plotted.texts["unit"], palette, left=30)
    axes.set_xlim(start, end + EDGE_DAYS)
    axes.set_ylim(0, 100)
    style.scale_y(axes, {tick: f"{tick:.0f}" for tick in style.ticks(0, 100)}, palette)
    axes.axhspan(low, high, color=palette.tint, linewidth=0, zorder=0)
    for level, dashes in ((low, style.DOTS), (high, style.DOTS), (threshold, style.DASHES)):
        axes.axhline(level, color=palette.accent, linewidth=1.4, dashes=dashes)
    for name, level in (("threshold", threshold), ("history", high)):
        style.label(axes, plotted.texts[name], (0, level), (4, -3), palette.accent, where="left", va="top")
    labels: dict[float, str] = {}
    for first, last, share in zip(years["first"], years["last"], years["share_percent"], strict=True):
        span = (style.ordinal(first), style.ordinal(last))
        middle = sum(span) / 2
        labels[middle] = str(first.year)
        axes.plot(span, (share, share), color=palette.main, linewidth=5, solid_capstyle="butt")
        # Where months are drawn too, they run along the bar and above it.
        below = (months["first"].dt.year == first.year).any()
        style.label(
            axes,
            f"{share:.0f}%",
            (middle, share),
            (0, -8 if below else 6),
            palette.ink,
            ha="center",
            va="top" if below else "bottom",
            bold=True,
        )
    this_year = miners["last"].iloc[0].year
    labels[(style.ordinal(pd.Timestamp(this_year, 1, 1)) + end) / 2] = str(this_year)
    style.scale_x(axes, labels, palette)
    middles = [
        sum(pair) / 2 for pair in zip(*(style.ordinals(months[at]) for at in ("first", "last")), strict=True)
    ]
    axes.plot(
        middles,
        months["share_percent"],
        "o-",
        color=palette.other,
        markersize=3.5,
        linewidth=1.2,
        gid=style.VALUES,
    )
    over = (1.0, months["share_percent"].max())
    style.label(
        axes,
        plotted.texts["newest"],
        over,
        (0, 24 if palette.narrow else 8),
        palette.other,
        where="left",
        ha="right",
        va="bottom",
    )
    at = (end, miners["share_percent"].iloc[0])
    axes.plot(*at, "D", color=palette.ink, markersize=7, clip_on=False)
    style.label(
        axes, plotted.texts["miners"], at, (-10, 0), palette.ink, ha="right", va="center_baseline", bold=True
    )
    return figure
