"""Hash price as a function of the price of a bitcoin: what the cited range and the assumed price imply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.measures import hashprice
from pivot.charts import style
from pivot.charts.plotted import Plotted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pivot.charts.style import Palette
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

NAME = "implied-price"
THOUSAND = 1000
HEIGHT, TOP, BOTTOM = 270, 26, 38

MARGIN = 14
"""Thousand USD to the left of the lowest price."""

LABELLED, LABELLED_NARROW = 0.56, 0.42
"""How far across the highest price stands; the rest is room for its label."""

_Place = tuple[tuple[float, float], tuple[float, float], style.Side, style.Height]
BASIS: _Place = ((1, 0), (0, 8), "right", "bottom")
BASIS_NARROW: _Place = ((0, 1), (6, -4), "left", "top")
"""Where the basis is said: corner, points from it, and which sides of the text are there."""

LEAD, GAP = 10, 16
"""Points by which a label hangs below its point, and from label to label."""


def data(vintage: Vintage, ledger: Ledger) -> Plotted:
    """Pairs of price and hash price at the difficulty and the fees of the newest day.

    Returns:
        A row for each `point`: `low` and `high` (the ends of the cited range), `assumed` (the article's
        price) and `market` (the close of the day), with `price_usd`, `usd_per_ph_s_day` and the `date`.
    """
    newest = hashprice.daily(
        vintage.data("days").frame, vintage.data("prices").frame, vintage.data("epochs").frame
    ).iloc[-1]
    cited, assumed = ledger["hashprice-range"], ledger["btc-price-assumption"]
    reward, level = newest["reward"], newest["difficulty"]
    low, high = (float(cited.parts[end].value) for end in ("low", "high"))
    price = float(assumed.article.value)
    implied = hashprice.hashprice(reward, price, level)
    pairs = [
        ("low", hashprice.price_for(low, reward, level), low),
        ("high", hashprice.price_for(high, reward, level), high),
        ("assumed", price, implied),
        ("market", newest["price"], newest["hashprice"]),
    ]
    table = pd.DataFrame(pairs, columns=["point", "price_usd", "usd_per_ph_s_day"])
    return Plotted(
        table.round({"price_usd": 2, "usd_per_ph_s_day": 4}).assign(date=newest.name),
        texts={
            "low": f"${low:.0f} needs {cited.parts['price-for-low'].display}",
            "high": f"${high:.0f} needs {cited.parts['price-for-high'].display}",
            "assumed": f"{assumed.cited} gives ${implied:.2f}",
            "market": f"market ${newest['price']:,.0f}: ${newest['hashprice']:.2f}",
            "basis": f"at the difficulty and fees\nof {cited.parts['day'].display}",
        },
    )


def draw(plotted: Plotted, palette: Palette) -> Figure:
    """A straight line, the cited range up to it, and a label to the right of each point."""
    table = plotted.table.set_index("point")
    prices, values = table["price_usd"] / THOUSAND, table["usd_per_ph_s_day"]
    slope = values["assumed"] / prices["assumed"]
    left = prices.min() - MARGIN
    right = left + (prices.max() - left) / (LABELLED_NARROW if palette.narrow else LABELLED)
    low, high = left * slope, right * slope
    figure = style.sheet(HEIGHT, palette.width)
    axes = style.panel(figure, left=30, right=12, top=TOP, bottom=BOTTOM)
    style.unit(axes, "hash price, USD per PH/s per day", palette, left=30)
    # numeral: "thousand" the unit of the axis, which THOUSAND makes
    style.unit_x(axes, "price of a bitcoin, thousand USD", palette)
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    style.scale_x(axes, {tick: f"{tick:.0f}" for tick in style.ticks(left, right)}, palette)
    style.scale_y(axes, {tick: f"{tick:.0f}" for tick in style.ticks(low, high)}, palette)
    axes.plot((left, right), (low, high), color=palette.main, linewidth=1.8)
    across = (left, prices["low"], prices["high"], left)
    axes.fill(across, values[["low", "low", "high", "high"]], color=palette.tint, linewidth=0)
    for end in ("low", "high"):
        axes.plot(
            (left, prices[end]),
            (values[end], values[end]),
            color=palette.accent,
            linewidth=1.2,
            dashes=style.DASHES,
        )
    heights = [(value - low) / (high - low) * (HEIGHT - TOP - BOTTOM) for value in values]
    places = style.spread([height - LEAD for height in heights], GAP)
    for point, height, place in zip(table.index, heights, places, strict=True):
        cited = point != "market"
        colour = palette.accent if cited else palette.ink
        axes.plot(
            prices[point],
            values[point],
            "D" if cited else "o",
            color=colour,
            markersize=6 if cited else 11,
            markerfacecolor=colour if cited else palette.paper,
            zorder=3 if cited else 2,
        )
        axes.annotate(
            plotted.texts[point],
            (prices[point], values[point]),
            (26, place - height),
            textcoords="offset points",
            va="center",
            color=colour,
            weight="bold" if cited else "normal",
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.8,
                "shrinkA": 1,
                "shrinkB": 4,
                "relpos": (0, 0.5),
            },
        )
    corner, by, ha, va = BASIS_NARROW if palette.narrow else BASIS
    style.label(axes, plotted.texts["basis"], corner, by, palette.muted, where="corner", ha=ha, va=va)
    return figure
