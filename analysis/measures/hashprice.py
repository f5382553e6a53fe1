"""Hash price: what one petahash per second earns in a day, in US dollars.

Formula: (subsidy + mean fees) x price x 86,400 / (difficulty x 2^32) x 10^15. It is the definition that Luxor
published for its Hashprice Index, with the day's own fees in place of a moving average of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.measures.hashrate import DAY_SECONDS, HASHES_PER_DIFFICULTY, day_difficulty

if TYPE_CHECKING:
    from collections.abc import Callable

HALVING_BLOCKS = 210_000
FIRST_SUBSIDY = 50.0
PETA = 1e15


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
