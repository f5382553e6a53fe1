"""What a megawatt-hour earns: in mining, and in a lease to somebody who computes.

A machine's efficiency is in J/TH: one PH/s of machines draws as many kilowatts as that number says, and
0.024 MWh a day for each J/TH. Mining earns the hash price for it; a lease earns its total over the hours of
its term. The two are not the same megawatt: a mine pays for all that its site draws, a lease counts the
critical power at the racks or that of the site, and who pays for power and for the building differs from
lease to lease.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HOURS_PER_YEAR = 8760
"""Hours of a year of 365 days."""

MWH_PER_DAY = 0.024
"""MWh that one PH/s draws in a day for each J/TH: 1,000 TH/s x 1 J/TH = 1 kW, for 24 hours."""

EFFICIENCIES = (15.0, 20.0, 25.0, 30.0)
"""J/TH of the grids, from efficient fleets to old ones."""

POWER_COSTS = (40.0, 50.0, 60.0, 70.0, 80.0)
"""USD per MWh of the grids."""


def mining_revenue(hashprice: float, efficiency: float) -> float:
    """USD that mining earns per MWh: h / (0.024 e).

    Args:
        hashprice: USD per PH/s per day.
        efficiency: of the machines, in J/TH.
    """
    return hashprice / (MWH_PER_DAY * efficiency)


def break_even(efficiency: float, power_cost: float) -> float:
    """The hash price that just pays for power, in USD per PH/s per day: 0.024 e c.

    With a lease's revenue in place of the cost, it is the hash price at which mining earns as much as the
    lease.

    Args:
        efficiency: of the machines, in J/TH.
        power_cost: USD per MWh.
    """
    return MWH_PER_DAY * efficiency * power_cost


def lease_revenue(total_usd: float, years: float, megawatts: float) -> float:
    """USD that a lease earns per MWh of its capacity: total / (years x MW x 8,760).

    The capacity counts as used at every hour of the term, as leases bill it.
    """
    return total_usd / (years * megawatts * HOURS_PER_YEAR)


def mining_grid(hashprices: Sequence[float], efficiencies: Sequence[float] = EFFICIENCIES) -> pd.DataFrame:
    """Mining revenue in USD per MWh, a row for each hash price and a column for each efficiency in J/TH."""
    return _grid(mining_revenue, "hashprice", hashprices, efficiencies)


def break_even_grid(
    efficiencies: Sequence[float] = EFFICIENCIES, power_costs: Sequence[float] = POWER_COSTS
) -> pd.DataFrame:
    """Hash price in USD per PH/s per day that just pays for power.

    Returns:
        A row for each efficiency in J/TH and a column for each cost of power in USD per MWh.
    """
    return _grid(break_even, "efficiency", efficiencies, power_costs)


def lease_revenues(leases: pd.DataFrame) -> pd.DataFrame:
    """The revenue of each lease per MWh, the lowest first.

    Args:
        leases: one row a lease: `total_usd`, `years` and `mw`; a lease that lacks one of them is left out.

    Returns:
        Those rows with `usd_per_mwh`.
    """
    whole = leases.dropna(subset=["total_usd", "years", "mw"])
    revenue = lease_revenue(whole["total_usd"], whole["years"], whole["mw"])
    return whole.assign(usd_per_mwh=revenue).sort_values("usd_per_mwh", kind="stable")


def _grid(
    cell: Callable[[float, float], float], name: str, rows: Sequence[float], columns: Sequence[float]
) -> pd.DataFrame:
    table = [[cell(row, column) for column in columns] for row in rows]
    return pd.DataFrame(table, index=pd.Index(rows, name=name), columns=columns)
