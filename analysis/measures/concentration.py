"""How much of the network's hash rate a few pools or companies hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

TOP = 5
"""How many of the largest are summed, as the article does."""

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


def top_companies(hash_rates: pd.DataFrame, network: float, top: int = TOP) -> float:
    """Share of the network, in percent, of the largest listed miners.

    Args:
        hash_rates: one row a company, largest first, EH/s in `value`.
        network: the network's hash rate in EH/s.
        top: how many companies to sum.
    """
    return float(hash_rates["value"].head(top).sum()) / network * 100
