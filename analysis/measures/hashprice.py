"""Hash price: what one petahash per second earns in a day, in US dollars.

Formula: (subsidy + mean fees) x price x 86,400 / (difficulty x 2^32) x 10^15. It is the definition that Luxor
published for its Hashprice Index, with the day's own fees in place of a moving average of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.measures.difficulty import difficulty
from analysis.measures.hashrate import DAY_SECONDS, HASHES_PER_DIFFICULTY, day_difficulty

if TYPE_CHECKING:
    from collections.abc import Callable

HALVING_BLOCKS = 210_000
FIRST_SUBSIDY = 50.0
PETA = 1e15

WINDOW = 30
"""Days of the mean that heads a page: one day's price may be a spike."""

LAST_DAYS = 3


def subsidy(height: int) -> float:
    """New coins in the block at a height, in BTC: 50, halved every 210,000 blocks."""
    return FIRST_SUBSIDY / float(2 ** (height // HALVING_BLOCKS))


def hashprice(reward_btc: float, price_usd: float, difficulty: float) -> float:
    """USD per PH/s per day from the reward of a block in BTC, the price in USD and the difficulty."""
    return reward_btc * price_usd * DAY_SECONDS / (difficulty * HASHES_PER_DIFFICULTY) * PETA


def price_for(hashprice_usd: float, reward_btc: float, difficulty: float) -> float:
    """The price of a bitcoin, in USD, at which the hash price is `hashprice_usd` per PH/s per day."""
    return hashprice_usd / hashprice(reward_btc, 1.0, difficulty)


def daily(days: pd.DataFrame, prices: pd.DataFrame, epochs: pd.DataFrame) -> pd.DataFrame:
    """The hash price of each day for which blocks, fees and a close are known.

    Returns:
        A table indexed by day: `price` (USD), `reward` (BTC a block, fees included), `difficulty` (mean of
        the day's blocks) and `hashprice` (USD per PH/s per day).
    """
    halved: Callable[[int], float] = subsidy
    table = pd.DataFrame(
        {
            "price": prices["close_usd"].reindex(days.index),
            "reward": days["last_height"].map(halved) + days["fee_btc_per_block"],
            "difficulty": day_difficulty(days, epochs),
        }
    ).dropna()
    return table.assign(
        hashprice=table["reward"]
        * table["price"]
        * DAY_SECONDS
        / (table["difficulty"] * HASHES_PER_DIFFICULTY)
        * PETA
    )


def without_fees(prices: pd.DataFrame, epochs: pd.DataFrame, first: pd.Timestamp) -> pd.Series[float]:
    """The least that the hash price can have been on days whose blocks and fees are not known.

    Formula: as above with the subsidy alone, and the difficulty in force at the end of the day. Fees added
    0.4 to 1.3% on the last days on which they are known.

    Args:
        prices: closing price of each day.
        epochs: compact targets; the last one counts up to the newest close.
        first: the first day wanted.

    Returns:
        USD per PH/s per day, indexed by day.
    """
    close = prices["close_usd"].loc[first:]
    ends = pd.DatetimeIndex(close.index + pd.Timedelta(days=1)).tz_localize("UTC")
    epoch = epochs.index[epochs["timestamp"].searchsorted(ends, side="left") - 1]
    halved: Callable[[int], float] = subsidy
    levels = epochs.loc[epoch, "bits"].map(difficulty).to_numpy()
    rewards = epoch.to_series().map(halved).to_numpy()
    return (close * rewards * DAY_SECONDS / (levels * HASHES_PER_DIFFICULTY) * PETA).rename("hashprice")


@dataclass(frozen=True, slots=True)
class Level:
    """Where a daily series stands: its mean over a month, its newest day, and what the last days did.

    Attributes:
        mean: of the `WINDOW` days that end on the day.
        day: the newest day.
        value: of that day.
        before: value `LAST_DAYS` days earlier.
        change: from then to the newest day, in percent.
        rank: place of that move among all moves over as many days up to the day, by size; 1 is the largest.
    """

    mean: float
    day: pd.Timestamp
    value: float
    before: float
    change: float
    rank: int


def level(series: pd.Series[float]) -> Level:
    """Mean, newest day and last days of a series indexed by day, such as hash prices or closes.

    Raises:
        ValueError: if the series is shorter than the window.
    """
    if len(series) < WINDOW:
        raise ValueError(f"{WINDOW} days are needed, {len(series)} are there")
    moves = (series / series.shift(LAST_DAYS) - 1) * 100
    newest = float(moves.iloc[-1])
    return Level(
        mean=float(series.tail(WINDOW).mean()),
        day=series.index[-1],
        value=float(series.iloc[-1]),
        before=float(series.iloc[-1 - LAST_DAYS]),
        change=newest,
        rank=int((moves.abs() > abs(newest)).sum()) + 1,
    )


def new_lows(series: pd.Series[float]) -> pd.Series[float]:
    """The days whose value is below that of every day before; the first day has none before it."""
    return series[series < series.cummin().shift(1)]
