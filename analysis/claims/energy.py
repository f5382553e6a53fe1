"""The claim at the heart of the article: what a megawatt earns by mining and by a lease."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.measures import energy, hashprice
from analysis.measures import leases as lease_measures
from analysis.units import Efficiency, HashPrice, PowerPrice
from pivot.claims.model import Guard, Kind, Part, Result
from pivot.claims.quantities import Count, Range, Ratio, nearest
from pivot.claims.registry import claim

if TYPE_CHECKING:
    from pivot.snapshots import Frame

MIDDLING = 20.0
"""J/TH of a fleet that is neither new nor old."""

FLEETS = {"efficient": 15.0, "middling": MIDDLING, "old": 30.0}

POWER_COST = 60.0
"""USD per MWh of the one break-even that is told in prose; the table has others."""


@claim(
    "per-mw-economics",
    kind=Kind.PHRASE,
    section="revenue",
    formula="total / (years x MW x 8,760) of each lease, against h / (0.024 x J/TH) of mining at the 30-day "
    "mean of the hash price",
)
def per_mw_economics(leases: Frame, days: Frame, prices: Frame, epochs: Frame) -> Result:
    """What leases to AI bring per megawatt-hour, against mining in machines of 20 J/TH."""
    priced = energy.lease_revenues(lease_measures.in_force(leases))
    leased, cloud = (priced.loc[priced["kind"] == kind, "usd_per_mwh"] for kind in ("lease", "cloud"))
    level = hashprice.level(hashprice.daily(days, prices, epochs)["hashprice"])
    mined = energy.mining_revenue(level.mean, MIDDLING)
    return Result(
        Range(PowerPrice(float(leased.min())), PowerPrice(float(leased.max()))),
        parts={
            "leases": Part("leases with a sum, a term and a power", Count(len(leased))),
            "median": Part("their median", PowerPrice(float(leased.median()))),
            "cloud": Part(
                "the lowest of the cloud contracts, machines included", PowerPrice(float(cloud.min()))
            ),
            **{name: Part(f"{name} machines", Efficiency(efficiency)) for name, efficiency in FLEETS.items()},
            **{
                f"mined-{name}": Part(
                    "mining in them at the 30-day mean of the hash price",
                    PowerPrice(energy.mining_revenue(level.mean, efficiency)),
                )
                for name, efficiency in FLEETS.items()
            },
            "times": Part("the lowest lease against middling machines", Ratio(float(leased.min()) / mined)),
            "hashprice-for-lease": Part(
                "the hash price at which middling machines would earn as much as the median lease",
                HashPrice(energy.break_even(MIDDLING, float(leased.median()))),
                nearest(0),
            ),
            "break-even": Part(
                "the hash price that pays for power in middling machines",
                HashPrice(energy.break_even(MIDDLING, POWER_COST)),
                nearest(1),
            ),
            "cost": Part("at this cost of power", PowerPrice(POWER_COST)),
        },
        guard=Guard(
            "the lowest revenue per MWh of any lease, against mining at 20 J/TH,",
            float(leased.min()),
            mined,
            above=True,
            show=lambda x: PowerPrice(x).display(),
        ),
    )
