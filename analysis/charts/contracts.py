"""Leases and cloud contracts company by company, each counted once, against the cited sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.measures import leases
from pivot.charts import style
from pivot.charts.plotted import Plotted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pivot.charts.style import Palette
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

NAME = "contracts"
BILLION = 1e9
ROW = 25
HALF = 0.34
"""Half the height of a bar, in rows."""


def data(vintage: Vintage, ledger: Ledger) -> Plotted:
    """The leases and cloud contracts of each company that count.

    Returns:
        A row for each contract, companies by falling sum and contracts by falling size: `company`,
        `counterparty`, `usd_billion`, `starts_at_usd_billion` (the sum of all rows above) and `published`.
    """
    frame = leases.in_force(vintage.data("leases").frame)
    ours = frame[(frame["holder"] != leases.JOINT) & frame["total_usd"].notna()]
    ours = ours.assign(sum=ours.groupby("company")["total_usd"].transform("sum"))
    ours = ours.sort_values(["sum", "company", "total_usd"], ascending=[False, True, False], kind="stable")
    billions = ours["total_usd"] / BILLION
    table = pd.DataFrame(
        {
            "company": ours["company"],
            "counterparty": ours["tenant"],
            "usd_billion": billions.round(3),
            "starts_at_usd_billion": (billions.cumsum() - billions).round(3),
            "published": ours["published"],
        }
    )
    claim = ledger["ai-contracts"]
    return Plotted(
        table.reset_index(drop=True),
        texts={"total": claim.display, "cited": f"cited: {claim.cited}"},
        numbers={"cited": float(vintage.data("cited").frame.loc["ai-contracts", "low"]) / BILLION},
    )


def draw(plotted: Plotted, palette: Palette) -> Figure:
    """Bars that begin where those of the company above end; the last is the sum, the dashed line is cited."""
    table, cited = plotted.table, plotted.numbers["cited"]
    companies = table["company"].unique().tolist()
    total, right = len(companies), max(cited, table["usd_billion"].sum()) * 1.09
    figure = style.sheet((total + 1) * ROW + 70, palette.width)
    axes = style.panel(figure, left=90 if palette.narrow else 94, right=14, top=30, bottom=38)
    # numeral: "billion" the unit of the axis, which BILLION makes
    style.unit_x(axes, "billion USD over the terms of the contracts", palette)
    axes.set_xlim(0, right)
    axes.set_ylim(total + 0.6, -0.6)
    style.scale_x(axes, {tick: f"{tick:.0f}" for tick in style.ticks(0, right, 8)}, palette, rules=True)
    style.scale_y(axes, dict(enumerate([*companies, "all of them"])), palette, rules=False)
    for row, company in enumerate(companies):
        own = table[table["company"] == company]
        starts, sizes = own["starts_at_usd_billion"], own["usd_billion"]
        spans = list(zip(starts, sizes, strict=True))
        axes.broken_barh(spans, (row - HALF, 2 * HALF), facecolor=palette.main, linewidth=0)
        axes.vlines(starts.iloc[1:], row - HALF, row + HALF, palette.paper, linewidth=1.2)
        # A label stands after its bar, and before it where the cited line is near.
        before = starts.iloc[0] > cited / 2
        style.label(
            axes,
            f"{sizes.sum():.1f}",
            (starts.iloc[0] if before else starts.iloc[0] + sizes.sum(), row),
            (-5 if before else 5, 0),
            palette.ink,
            ha="right" if before else "left",
            va="center_baseline",
        )
    end = table["usd_billion"].sum()
    axes.broken_barh([(0, end)], (total - HALF, 2 * HALF), facecolor=palette.muted, linewidth=0)
    style.label(
        axes,
        plotted.texts["total"],
        (end, total),
        (-6, 0),
        palette.paper,
        ha="right",
        va="center_baseline",
        bold=True,
    )
    axes.axvline(cited, color=palette.accent, linewidth=1.6, dashes=style.DASHES)
    above = (cited, 1.0)
    style.label(
        axes, plotted.texts["cited"], above, (16, 9), palette.accent, where="bottom", ha="right", bold=True
    )
    return figure
