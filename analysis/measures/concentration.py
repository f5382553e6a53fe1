"""How much of the network's hash rate a few pools or companies hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

TOP = 5
"""How many of the largest are summed, as the article does."""

HALF = 50.0

MONTHS = ("month", "month (part)")


def top_pools(pool_shares: pd.DataFrame, kinds: tuple[str, ...] = MONTHS, top: int = TOP) -> pd.DataFrame:
    """The part of the blocks that the largest pools found, for each period of one kind.

    Args:
        pool_shares: one row for each pool and period: `period`, `period_kind`, `entity`, `entity_type`,
            `share_pct` (percent of the period's blocks).
        kinds: the kinds of period to read.
        top: how many pools to sum.

    Returns:
        A table indexed by period: `share` (percent) and `pools` (their names, the largest first).
    """
    pools = pool_shares[(pool_shares["entity_type"] == "pool") & pool_shares["period_kind"].isin(kinds)]
    largest = pools.sort_values(["period", "share_pct"], ascending=[True, False], kind="stable")
    largest = largest.groupby("period").head(top)
    return largest.groupby("period").agg(share=("share_pct", "sum"), pools=("entity", ", ".join))


def herfindahl(shares: Iterable[float]) -> float:
    """Herfindahl-Hirschman index of shares in percent: the sum of their squares, 10,000 for one alone.

    Source: Merger Guidelines (United States Department of Justice and Federal Trade Commission, 2023),
    guideline 1, which call a market above 1,800 highly concentrated.
    """
    return float(sum(share**2 for share in shares))


def nakamoto(shares: Iterable[float]) -> int:
    """Nakamoto coefficient: how few of the holders have more than half together, of shares in percent.

    0 where all that are named have no more than half. Source: Srinivasan and Lee, Quantifying
    Decentralization (2017).
    """
    total = 0.0
    for count, share in enumerate(sorted(shares, reverse=True), start=1):
        total += share
        if total > HALF:
            return count
    return 0


def indices(pool_shares: pd.DataFrame, kinds: tuple[str, ...] = MONTHS) -> pd.DataFrame:
    """Both indices of the pools for each period of one kind.

    Only named pools are squared. Those that no row names hold `rest` together, each of them no more than the
    smallest that is named; so the index is at most `hhi_most`.

    Args:
        pool_shares: as for `top_pools`.
        kinds: the kinds of period to read.

    Returns:
        A table indexed by period: `hhi`, `hhi_most`, `nakamoto`, `rest` (percent).
    """
    pools = pool_shares[(pool_shares["entity_type"] == "pool") & pool_shares["period_kind"].isin(kinds)]
    shares = pools.groupby("period")["share_pct"]
    hhi, rest = shares.agg(herfindahl), 100 - shares.sum()
    return pd.DataFrame(
        {
            "hhi": hhi,
            "hhi_most": hhi + rest.clip(lower=0) * shares.min(),
            "nakamoto": shares.agg(nakamoto),
            "rest": rest,
        }
    )
