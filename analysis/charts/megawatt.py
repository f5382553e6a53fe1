"""What a megawatt-hour brings: in each lease to AI, and by mining in machines from efficient to old."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.measures import energy, hashprice, leases
from pivot.charts import style
from pivot.charts.plotted import Plotted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pivot.charts.style import Palette
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

NAME = "megawatt"
LEASE, MINING = "lease", "mining"
ROW = 21
HALF = 0.34
"""Half the height of a bar, in rows."""


def data(vintage: Vintage, ledger: Ledger) -> Plotted:  # noqa: ARG001
    """Leases that have a sum, a term and a power, the dearest first, and mining at the 30-day mean.

    Cloud contracts are left out: the company buys their machines too, so their price is no price of power.

    Returns:
        A row for each bar: `what` (lease or mining), `name`, `usd_per_mwh`, and of a lease the day on which
        it was `published`.
    """
    days, prices, epochs = (vintage.data(name).frame for name in ("days", "prices", "epochs"))
    level = hashprice.level(hashprice.daily(days, prices, epochs)["hashprice"]).mean
    priced = energy.lease_revenues(leases.in_force(vintage.data("leases").frame))
    own = priced[priced["kind"] == LEASE].iloc[::-1]
    leased = pd.DataFrame(
        {
            "what": LEASE,
            "name": own["company"].where(own["site"] == "", own["company"] + ", " + own["site"]),
            "usd_per_mwh": own["usd_per_mwh"],
            "published": own["published"],
        }
    )
    mined = pd.DataFrame(
        {
            "what": MINING,
            "name": [f"mining, {efficiency:.0f} J/TH" for efficiency in energy.EFFICIENCIES],
            "usd_per_mwh": [energy.mining_revenue(level, one) for one in energy.EFFICIENCIES],
            "published": pd.NaT,
        }
    )
    table = pd.concat([leased, mined], ignore_index=True)
    return Plotted(table.assign(usd_per_mwh=table["usd_per_mwh"].round(2)))


def draw(plotted: Plotted, palette: Palette) -> Figure:
    """Bars with their value at the end; mining below the leases, hatched and in the quieter colour."""
    table = plotted.table
    figure = style.sheet(len(table) * ROW + 62, palette.width)
    axes = style.panel(figure, left=148 if palette.narrow else 186, right=34, top=8, bottom=38)
    style.unit_x(axes, "USD per MWh", palette)
    right = table["usd_per_mwh"].max() * 1.02
    axes.set_xlim(0, right)
    axes.set_ylim(len(table) - 0.4, -0.6)
    style.scale_x(axes, {tick: f"{tick:.0f}" for tick in style.ticks(0, right, 5)}, palette, rules=True)
    style.scale_y(axes, dict(enumerate(table["name"])), palette, rules=False)
    for row, (what, value) in enumerate(zip(table["what"], table["usd_per_mwh"], strict=True)):
        leased = what == LEASE
        axes.broken_barh(
            [(0, value)],
            (row - HALF, 2 * HALF),
            facecolor=palette.main if leased else palette.quiet,
            edgecolor=palette.paper,
            linewidth=0,
            hatch=None if leased else "////",
        )
        style.label(axes, f"{value:.0f}", (value, row), (4, 0), palette.ink, va="center_baseline")
    return figure
