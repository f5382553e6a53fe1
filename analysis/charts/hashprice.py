"""The daily hash price with the cited range, its lows, and the figures that others published for a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.measures import hashprice
from pivot.charts import style
from pivot.charts.plotted import Plotted
from pivot.words import long_day

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pivot.charts.style import Palette
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

NAME = "hashprice"
COMPUTED, MEAN, LOW, PUBLISHED = "computed", "mean", "low", "published"

MARKS = {
    "=": ("o", "\N{WHITE CIRCLE} exact"),
    "~": ("D", "\N{WHITE DIAMOND} about"),
    "<": ("v", "\N{WHITE DOWN-POINTING TRIANGLE} below"),
    ">": ("^", "\N{WHITE UP-POINTING TRIANGLE} above"),
    "range": ("s", "\N{WHITE SQUARE} range, its middle"),
}
"""For each relation in which a published figure stands to the hash price, its marker and the key to it."""

ROOM = 8
"""USD that a label under a point takes."""

EDGE = 30
"""Days before the end of the axis from which a centred label no longer fits."""


def data(vintage: Vintage, ledger: Ledger) -> Plotted:
    """The hash price of each day, the lows, and what was published for an exact day.

    A low is the lowest day of a quarter, the first one aside, if no day before it was lower.

    Returns:
        Rows of four `series`, by `date` and in `usd_per_ph_s_day`: `computed`, its `mean` over the days that
        the claim takes, `low`, and `published`, with
        the `relation` (`=`, `~`, `<`, `>`, or `range`, of which the middle is given) and the `source`.
    """
    daily = hashprice.daily(
        vintage.data("days").frame, vintage.data("prices").frame, vintage.data("epochs").frame
    )["hashprice"]
    deepest = daily.groupby(daily.index.to_period("Q")).idxmin().iloc[1:]
    lows = daily.loc[[day for day in deepest if daily[day] == daily[:day].min()]]
    mean = daily.rolling(hashprice.WINDOW).mean().dropna()
    points = vintage.data("hashprice_points").frame
    points = points[points["usable"] & (points["date_precision"] == "day") & points["day"].notna()]
    columns = ("series", "date", "usd_per_ph_s_day", "relation", "source")
    parts = [
        (COMPUTED, daily.index, daily, "", ""),
        (MEAN, mean.index, mean, "", ""),
        (LOW, lows.index, lows, "", ""),
        (
            PUBLISHED,
            points["day"],
            points[["low", "high"]].mean(axis=1),
            points["relation"],
            points["series"],
        ),
    ]
    frames = [pd.DataFrame(dict(zip(columns, part, strict=True))) for part in parts]
    cited = {end: float(ledger["hashprice-range"].parts[end].value) for end in ("low", "high")}
    return Plotted(
        pd.concat(frames, ignore_index=True).round({"usd_per_ph_s_day": 4}),
        texts={"range": f"cited: ${cited['low']:.0f} to ${cited['high']:.0f}"},
        numbers=cited,
    )


def values(plotted: Plotted) -> list[str]:
    """What each day says."""
    line = plotted.table[plotted.table["series"] == COMPUTED]
    return [
        f"{long_day(day)}: ${value:.2f}"
        for day, value in zip(line["date"], line["usd_per_ph_s_day"], strict=True)
    ]


def draw(plotted: Plotted, palette: Palette) -> Figure:
    """The range as a band behind the line, published figures as open marks, lows as filled ones."""
    table = plotted.table
    line, mean, lows, published = (
        table[table["series"] == name] for name in (COMPUTED, MEAN, LOW, PUBLISHED)
    )
    days, levels = style.ordinals(line["date"]), line["usd_per_ph_s_day"].tolist()
    low, high = plotted.numbers["low"], plotted.numbers["high"]
    figure = style.sheet(296, palette.width)
    axes = style.panel(figure, left=30, right=12, top=46, bottom=34)
    style.unit(axes, "hash price, USD per PH/s per day", palette, left=30, above=26)
    bottom, top = min(levels) - 13, max(levels) + 2
    axes.set_ylim(bottom, top)
    style.time_axis(axes, days[0], days[-1] + 3, palette)
    style.scale_y(axes, {tick: f"{tick:.0f}" for tick in style.ticks(bottom, top, 6)}, palette)
    axes.axhspan(low, high, color=palette.tint, linewidth=0, zorder=0)
    for end in (low, high):
        axes.axhline(end, color=palette.accent, linewidth=1.2, dashes=style.DASHES)
    style.label(
        axes, plotted.texts["range"], (0, low), (4, -4), palette.accent, where="left", va="top", bold=True
    )
    axes.plot(days, levels, color=palette.main, linewidth=0.9, gid=style.VALUES)
    axes.plot(style.ordinals(mean["date"]), mean["usd_per_ph_s_day"], color=palette.ink, linewidth=1.8)
    _published(axes, published, palette)
    if line["date"].iloc[-1] not in lows["date"].array:  # a low says its value itself
        style.newest(axes, f"${levels[-1]:.2f}", (days[-1], levels[-1]), palette)
    for day, value in zip(lows["date"], lows["usd_per_ph_s_day"], strict=True):
        at = (style.ordinal(day), value)
        axes.plot(*at, "o", color=palette.ink, markersize=5, clip_on=False)
        # Right above the range a label under the point would lie across it.
        beside = 0 < value - high < ROOM
        style.label(
            axes,
            f"{style.short_day(day)}{' ' if beside and not palette.narrow else chr(10)}${value:.2f}",
            at,
            (-6, -3) if beside else (0, -7),
            palette.ink,
            ha="right" if beside or palette.narrow or days[-1] - at[0] < EDGE else "center",
            va="top",
            bold=True,
        )
    return figure


def _published(axes: Axes, points: pd.DataFrame, palette: Palette) -> None:
    """Open marks, with the key to them in one line over the axes."""
    keys = ["published:"]
    for relation, (marker, key) in MARKS.items():
        own = points[points["relation"] == relation]
        if len(own):
            keys.append(key)
            axes.plot(
                style.ordinals(own["date"]),
                own["usd_per_ph_s_day"],
                marker,
                markersize=5.5,
                markerfacecolor=palette.paper,
                markeredgecolor=palette.other,
                markeredgewidth=1.4,
                clip_on=False,
            )
    style.label(axes, "  ".join(keys), (0, 1), (-30, 10), palette.other, where="corner")
