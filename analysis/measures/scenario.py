"""What follows from a price, a network and a cost: mining revenue, hash price, earnings of power, break-even.

The page of scenarios computes the same in a browser (`analysis/scripts/scenario.js`); a test holds the
two together over a grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.measures import energy, fleets, hashprice, hashrate, operators, revenue

if TYPE_CHECKING:
    import pandas as pd

TOP = 10
EFFICIENCY = energy.EFFICIENCIES[1]
"""J/TH where nothing else is set: of a fleet neither new nor old."""

POWER_COST = energy.POWER_COSTS[2]
"""USD per MWh where nothing else is set."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the evidence of a vintage holds fixed.

    Args:
        subsidy: new coins in a block, in BTC.
        reward: subsidy and fees of a block on the newest day, in BTC.
        difficulty: of that day.
        network: hash rate over the window that ends with it, in EH/s; difficulty moves in proportion to it.
        share: of the network that the ten largest listed miners have, each at its own date, in percent.
        realised: coins that companies mined of those that their machines would have found, in percent.
        close: price of a bitcoin at the newest close, in USD.
    """

    subsidy: float
    reward: float
    difficulty: float
    network: float
    share: float
    realised: float
    close: float


@dataclass(frozen=True, slots=True)
class Setting:
    """What a reader sets.

    Args:
        price: of a bitcoin, in USD.
        network: hash rate of the network, in EH/s.
        efficiency: of the machines, in J/TH.
        power: its cost, in USD per MWh.
        uptime: share of the coins that machines which never stop would find, in percent.
        ai: revenue from AI, in USD a year.
    """

    price: float
    network: float
    efficiency: float
    power: float
    uptime: float
    ai: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows.

    Args:
        revenue: of the ten miners, in USD a year, without fees.
        times: how often the revenue from AI goes into it.
        hashprice: USD per PH/s per day.
        energy: USD that mining earns per MWh.
        breakeven: the hash price that just pays for power.
        breakprice: the price of a bitcoin that just pays for power.
    """

    revenue: float
    times: float
    hashprice: float
    energy: float
    breakeven: float
    breakprice: float


def facts(days: pd.DataFrame, prices: pd.DataFrame, epochs: pd.DataFrame, statements: pd.DataFrame) -> Facts:
    """What the evidence says of the newest day."""
    newest = hashprice.daily(days, prices, epochs).iloc[-1]
    network = hashrate.average(hashrate.daily(days, epochs), fleets.WINDOW)
    ten = fleets.at_own_date(operators.latest_hash_rates(statements).head(TOP), network)
    return Facts(
        subsidy=hashprice.subsidy(int(days["last_height"].iloc[-1])),
        reward=float(newest["reward"]),
        difficulty=float(newest["difficulty"]),
        network=float(network.iloc[-1]),
        share=float(ten["share"].sum()),
        realised=float(fleets.realised(statements, days, epochs)["share"].median()),
        close=float(prices["close_usd"].iloc[-1]),
    )


def outcome(setting: Setting, given: Facts) -> Outcome:
    """What follows from a setting."""
    difficulty = difficulty_at(setting.network, given)
    hash_price = hashprice.hashprice(given.reward, setting.price, difficulty)
    income = fleets.calibrated_revenue(
        given.share * given.network / setting.network,
        revenue.issuance(given.subsidy),
        setting.price,
        setting.uptime,
    )
    even = energy.break_even(setting.efficiency, setting.power)
    return Outcome(
        revenue=income,
        times=income / setting.ai,
        hashprice=hash_price,
        energy=energy.mining_revenue(hash_price, setting.efficiency),
        breakeven=even,
        breakprice=hashprice.price_for(even, given.reward, difficulty),
    )


def price_like(lease: float, setting: Setting, given: Facts) -> float:
    """The price of a bitcoin, in USD, at which mining earns as much per MWh as a lease."""
    difficulty = difficulty_at(setting.network, given)
    return hashprice.price_for(energy.break_even(setting.efficiency, lease), given.reward, difficulty)


def difficulty_at(network: float, given: Facts) -> float:
    """The difficulty that belongs to a hash rate of the network in EH/s, in proportion to that of the day."""
    return given.difficulty * network / given.network
