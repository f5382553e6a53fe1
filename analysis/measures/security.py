"""What the network pays for its security, and what power alone an attack on it would take.

A data set of days has one row for each UTC day, indexed by day: `blocks`, `last_height`,
`fee_btc_per_block`; one of prices has `close_usd` for each day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.measures.hashprice import subsidy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WINDOW = 30
"""Days over which the budget is averaged: a day's count of blocks is off by 8% by chance alone."""

HOURS_PER_DAY = 24


def budget(days: pd.DataFrame, prices: pd.DataFrame) -> pd.DataFrame:
    """What miners were paid on each day for which blocks, fees and a close are known.

    Formula: blocks x (subsidy + fees) x price; with blocks every ten minutes that is the security budget as
    the literature has it, and the blocks really found are counted here.

    Returns:
        A table indexed by day: `usd` (a day), `fees` (percent of it), and the means of both over the `WINDOW`
        days that end on the day, `usd_mean` and `fees_mean`; NaN before the window is full.
    """
    halved: Callable[[int], float] = subsidy
    new = days["last_height"].map(halved)
    fees = days["fee_btc_per_block"]
    table = pd.DataFrame(
        {
            "usd": days["blocks"] * (new + fees) * prices["close_usd"].reindex(days.index),
            "fees": fees / (new + fees) * 100,
        }
    ).dropna()
    # Not `mean()`, which carries the rounding of all earlier days along: of equal days it gives equal means.
    means = table.rolling(WINDOW).apply(np.mean, raw=True)
    return table.assign(usd_mean=means["usd"], fees_mean=means["fees"])


def power(hash_rate: float, efficiency: float) -> float:
    """Power in MW that machines draw: 1 EH/s at 1 J/TH is 1 MW.

    Args:
        hash_rate: EH/s.
        efficiency: J/TH.
    """
    return hash_rate * efficiency


def attack_energy(hash_rate: float, efficiency: float, power_cost: float) -> float:
    """USD an hour for the power of machines that match a hash rate: H x e x c.

    Whoever has as much hash rate as all others finds half of the blocks, and a little more is a majority.
    It is power alone: machines, sites and people are left out, and no price of machines is in the evidence.

    Args:
        hash_rate: of the others, EH/s.
        efficiency: of the attacker's machines, J/TH.
        power_cost: USD per MWh.
    """
    return power(hash_rate, efficiency) * power_cost


def attack_grid(
    hash_rate: float, efficiencies: Sequence[float], power_costs: Sequence[float]
) -> pd.DataFrame:
    """USD a day for the power to match a hash rate in EH/s.

    Returns:
        A row for each efficiency in J/TH and a column for each cost of power in USD per MWh.
    """
    table = [
        [attack_energy(hash_rate, efficiency, cost) * HOURS_PER_DAY for cost in power_costs]
        for efficiency in efficiencies
    ]
    return pd.DataFrame(table, index=pd.Index(efficiencies, name="efficiency"), columns=power_costs)
