"""Coins sold in the quarter: what the article cites against every other published figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.publishers import named
from pivot.charts import style
from pivot.charts.plotted import Plotted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pivot.charts.style import Palette
    from pivot.claims.ledger import Ledger
    from pivot.claims.stored import Entry
    from pivot.snapshots import Vintage

NAME = "coins-sold"
CLAIMS = {"mara-btc-sold": "MARA", "riot-btc-sold": "Riot", "corz-btc-sold": "Core Scientific"}
METRIC = "btc_sold"
ARTICLE = "article"

TIERS = {
    "primary": ("s", "\N{WHITE SQUARE} primary source"),
    "mirror": ("D", "\N{WHITE DIAMOND} mirror of a filing"),
    "secondary": ("o", "\N{WHITE CIRCLE} secondary"),
    "computed": ("^", "\N{WHITE UP-POINTING TRIANGLE} computed"),
}
"""Marker of each tier of source and the key to it, the nearest to the origin first."""

ROW, TOP, BOTTOM = 58, 50, 24
LEFT, RIGHT = 104, 8
ROW_NARROW, LEFT_NARROW, OVER = 78, 16, 34
"""Where the drawing is narrow, the name of an operator stands over its row, and not beside it."""

MIDDLE = 110
"""Points from the left at which the cited figure follows a name over its row."""

LABEL = 72
"""Points that the label of a figure takes to one side of it."""

EDGE = 10


def data(vintage: Vintage, ledger: Ledger) -> Plotted:
    """The cited figure of each operator and the published ones that its claim was held against.

    Of equal figures for one period the one nearest to its origin is kept.

    Returns:
        A row for each figure: `operator`, `period`, `btc`, `against_cited_percent`, `tier` (`article` for the
        cited figure), `publisher` and `published`.
    """
    statements = vintage.data("statements").frame
    rank = {tier: place for place, tier in enumerate(TIERS)}
    rows: list[tuple[object, ...]] = []
    for id_, operator in CLAIMS.items():
        cited = float(ledger[id_].article.value)
        rows.append((operator, "", cited, 0.0, ARTICLE, "", pd.NaT))
        found = statements.loc[_used(ledger[id_])]
        found = found[found["metric"] == METRIC].assign(rank=found["tier"].map(rank))
        found = found.sort_values(["value", "period", "rank", "published"]).drop_duplicates(
            ["value", "period"]
        )
        rows += [
            (
                operator,
                row.period,
                row.value,
                (row.value / cited - 1) * 100,
                row.tier,
                named(row),
                row.published,
            )
            for row in found.itertuples()
        ]
    columns = ["operator", "period", "btc", "against_cited_percent", "tier", "publisher", "published"]
    table = pd.DataFrame(rows, columns=columns).astype({"published": "datetime64[us]"})
    return Plotted(
        table.round({"btc": 2, "against_cited_percent": 2}),
        texts={
            "unit": f"coins sold, {ledger['hashrate-q1-decline'].parts['quarter'].display}: "
            "published against cited",
            **{operator: f"cited {ledger[id_].cited}" for id_, operator in CLAIMS.items()},
        },
    )


def _used(entry: Entry) -> list[str]:
    return [row for given in entry.inputs if given.data_set == "statements" for row in given.rows]


def draw(plotted: Plotted, palette: Palette) -> Figure:
    """A row for each operator; the cited figure is the line, the others stand at their distance from it."""
    table = plotted.table[plotted.table["tier"] != ARTICLE]
    operators = list(CLAIMS.values())
    left, row_height = (LEFT_NARROW, ROW_NARROW) if palette.narrow else (LEFT, ROW)
    figure = style.sheet(len(operators) * row_height + TOP + BOTTOM, palette.width)
    axes = style.panel(figure, left=left, right=RIGHT, top=TOP, bottom=BOTTOM)
    style.unit(axes, plotted.texts["unit"], palette, left=left, above=30)
    keys = [key for tier, (_, key) in TIERS.items() if (table["tier"] == tier).any()]
    style.label(axes, "  ".join(keys), (0, 1), (-left, 14), palette.other, where="corner")
    low, high = _limits(table["against_cited_percent"].tolist(), palette.width - left)
    axes.set_xlim(low, high)
    axes.set_ylim(len(operators) - 0.5, -0.5)
    scale = {tick: style.signed(tick, 0) if tick else "as cited" for tick in style.ticks(low, high)}
    style.scale_x(axes, scale, palette, rules=True)
    axes.axvline(0, color=palette.accent, linewidth=1.6, dashes=style.DASHES)
    for row, operator in enumerate(operators):
        name, cited = ((0, OVER), (MIDDLE, OVER)) if palette.narrow else ((0, 4), (0, -11))
        for text, (right, up), colour in (
            (operator, name, palette.ink),
            (plotted.texts[operator], cited, palette.accent),
        ):
            by = (right - left, up)
            style.label(axes, text, (0, row), by, colour, where="left", bold=text == operator)
    for operator, period, btc, share, tier in zip(
        *(table[name] for name in ("operator", "period", "btc", "against_cited_percent", "tier")), strict=True
    ):
        at = (share, operators.index(operator))
        axes.plot(
            *at,
            TIERS[tier][0],
            markersize=8,
            markerfacecolor=palette.paper,
            markeredgecolor=palette.other,
            markeredgewidth=1.6,
        )
        # Labels grow away from the cited line, which would cross them.
        away = -5 if share > 0 else 5
        side: style.Side = "left" if share > 0 else "right"
        style.label(axes, f"{btc:,.0f} BTC", at, (away, 10), palette.ink, ha=side, bold=True)
        style.label(axes, period.replace("-", "\N{EN DASH}"), at, (away, -17), palette.muted, ha=side)
    return figure


def _limits(shares: list[float], width: float) -> tuple[float, float]:
    """Ends of the axis that leave room for the labels on the outer side of the outermost figures."""
    low, high = min([0.0, *shares]), max([0.0, *shares])
    left, right = (LABEL if end else EDGE for end in (low, high))
    scale = (high - low) / (width - RIGHT - left - right)
    return low - left * scale, high + right * scale
