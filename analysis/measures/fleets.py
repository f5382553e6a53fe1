"""What the machines of listed miners earn: their stated hash rates, each against the network of its own day.

A hash rate stated for December is held against the network of December: over a network of another day it
grows and shrinks with that network, though nobody plugged in a machine. Machines also stop, for heat, for
repairs, for the price of power; how many of the expected coins really come is read off the companies that
publish both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.measures.hashprice import subsidy
from analysis.measures.hashrate import DAY_SECONDS, EXA, HASHES_PER_DIFFICULTY, day_difficulty
from analysis.measures.operators import OWN_HASH_RATE
from analysis.measures.periods import span, stated_day

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WINDOW = 30
"""Days of the network's average that ends on a statement's day."""

LONGEST_DAYS = 92
"""Days of a quarter: over a longer time one stated hash rate says little of a fleet that grows."""


def at_own_date(hash_rates: pd.DataFrame, network: pd.Series[float]) -> pd.DataFrame:
    """Each company's share of the network on the day that its hash rate is of.

    Args:
        hash_rates: one row a company: EH/s in `value`, `period`, `published`.
        network: average hash rate in EH/s, indexed by day, which may end before a stated day.

    Returns:
        Those rows with `day`, `network` (EH/s, the newest average up to that day) and `share` (percent).
    """
    pairs = zip(hash_rates["period"], hash_rates["published"], strict=True)
    day = pd.Series([stated_day(*pair) for pair in pairs], hash_rates.index)
    own = pd.Series(network.asof(pd.DatetimeIndex(day)).to_numpy(), hash_rates.index)
    return hash_rates.assign(day=day, network=own, share=hash_rates["value"] / own * 100)


def expected_coins(
    hash_rate: float, days: pd.DataFrame, epochs: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp
) -> float:
    """Coins in BTC, without fees, that machines which never stop find from one day to another.

    Formula: sum over the days of H x 86,400 / (D x 2^32) x subsidy. NaN if a day is not in `days`.

    Args:
        hash_rate: EH/s.
        days: blocks of each day.
        epochs: compact targets.
        first: first day.
        last: last day.
    """
    own = days.reindex(pd.date_range(first, last))
    if own["blocks"].isna().any():
        return float("nan")
    own = own.astype({"blocks": "int64", "last_height": "int64"})
    halved: Callable[[int], float] = subsidy
    blocks = hash_rate * EXA * DAY_SECONDS / (day_difficulty(own, epochs) * HASHES_PER_DIFFICULTY)
    return float((blocks * own["last_height"].map(halved)).sum())


def realised(statements: pd.DataFrame, days: pd.DataFrame, epochs: pd.DataFrame) -> pd.DataFrame:
    """Coins that companies mined against those that their stated machines would have found.

    A pair is a company's coins of a month or quarter and the largest hash rate that it stated as of a day
    within it. Coins are counted with fees and expected without: the share takes a revenue made of new coins
    to all that miners earn.

    Returns:
        A table indexed by the id of the coins' statement: `company`, `period`, `hashrate` (EH/s), `mined` and
        `expected` (BTC) and `share` (percent), the lowest share first.
    """
    rates = statements[statements["metric"].isin(OWN_HASH_RATE) & (statements["unit"] == "EH/s")]
    ends = rates["period"].map(span).map(lambda days_: days_[1] if days_ else pd.NaT)
    coins = statements[(statements["metric"] == "btc_mined") & (statements["unit"] == "BTC")]
    rows = {}
    for id_, row in coins.drop_duplicates(["company", "period"]).iterrows():
        first, last = span(row["period"]) or (pd.NaT, pd.NaT)
        own = rates[(rates["company"] == row["company"]) & ends.between(first, last)]
        if own.empty or (last - first).days >= LONGEST_DAYS:
            continue
        largest = float(own["value"].max())
        expected = expected_coins(largest, days, epochs, first, last)
        rows[id_] = (row["company"], row["period"], largest, row["value"], expected)
    columns = ["company", "period", "hashrate", "mined", "expected"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).dropna()
    return table.assign(share=table["mined"] / table["expected"] * 100).sort_values("share", kind="stable")


def calibrated_revenue(share: float, issuance_btc: float, price_usd: float, realised_share: float) -> float:
    """Revenue in USD a year of companies with a share of the network, mining as such companies do.

    Args:
        share: of the network, in percent: the sum of `at_own_date`.
        issuance_btc: new coins of a year.
        price_usd: of a bitcoin.
        realised_share: mined over expected coins, in percent: the median of `realised`.
    """
    return share / 100 * issuance_btc * price_usd * realised_share / 100


def sensitivity(
    share: float,
    issuance_btc: float,
    prices: Sequence[float],
    uptimes: Sequence[float],
    networks: Sequence[float],
) -> pd.DataFrame:
    """Revenue in USD a year over price, uptime and the size of the network.

    Args:
        share: of the network as it is, in percent.
        issuance_btc: new coins of a year.
        prices: USD for a bitcoin, a column each.
        uptimes: mined over expected coins, in percent.
        networks: the network against the one that `share` is of, in percent: 110 has grown by a tenth.

    Returns:
        A row for each (network, uptime).
    """
    rows = pd.MultiIndex.from_product([networks, uptimes], names=["network", "uptime"])
    factors = np.array([uptime / network for network, uptime in rows])
    table = np.outer(factors, np.asarray(prices)) * share / 100 * issuance_btc
    return pd.DataFrame(table, index=rows, columns=prices)
