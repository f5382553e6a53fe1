"""What listed operators state: hash rates, coins sold and held, the part of revenue that is AI.

A data set of statements has one row for each figure a publisher gave, indexed by id, with the columns
`company`, `metric`, `value`, `unit`, `period`, `published`, `tier`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.measures.periods import span

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN_HASH_RATE = (
    "self_mining_hashrate",
    "hashrate_self",
    "hashrate_self_owned",
    "hashrate_owned",
    "hashrate_energized",
    "hashrate_deployed",
    "hashrate_operational",
    "hashrate_operating",
    "hashrate",
)
"""Metrics read as the hash rate a company runs for itself, the closest wording first.

Averages, peaks, targets and managed hash rate are other quantities and stay out.
"""

AI_REVENUE = ("colocation_revenue", "hpc_lease_revenue", "data_center_revenue")
MINING_REVENUE = ("self_mining_revenue", "hosted_mining_revenue", "mining_revenue")

_NOT_ONE_COMPANY = ("Network", "miners", "listed", " and ")


def select(statements: pd.DataFrame, company: str, metrics: Sequence[str]) -> pd.DataFrame:
    """Statements of one company on some metrics, the newest publication last.

    Of those published on one day, as a report gives figures of several quarters, the one of the latest
    period is the newest. A statement whose day of publication is unknown is never the newest where another
    one has a day.
    """
    chosen = statements[(statements["company"] == company) & statements["metric"].isin(metrics)]
    spans = chosen["period"].map(span)
    ends = pd.to_datetime(spans.map(lambda days: days[1] if days else pd.NaT))
    order = chosen.assign(end=ends).sort_values(["published", "end"], kind="stable", na_position="first")
    return order.drop(columns="end")


def latest_hash_rates(statements: pd.DataFrame) -> pd.DataFrame:
    """Each listed company's newest stated hash rate, the largest first.

    Returns:
        The rows of `statements` (EH/s in `value`), one a company. Of figures published on one day, the metric
        that stands first in `OWN_HASH_RATE` counts; one of an unknown day only where there is no other.
    """
    one = ~statements["company"].str.contains("|".join(_NOT_ONE_COMPANY), regex=True)
    # Same-day figures are ordered by metric so that the closest wording comes last, where tail() finds it.
    rates = statements[one & statements["metric"].isin(OWN_HASH_RATE) & (statements["unit"] == "EH/s")]
    order = rates["metric"].map({metric: -place for place, metric in enumerate(OWN_HASH_RATE)})
    newest = rates.assign(order=order).sort_values(["published", "order"], kind="stable", na_position="first")
    return (
        newest.groupby("company", sort=True)
        .tail(1)
        .sort_values("value", ascending=False, kind="stable")
        .drop(columns="order")
    )


def ai_share_of_group(statements: pd.DataFrame, period: str) -> pd.DataFrame:
    """The share of AI in the revenue of all companies with figures for one period, taken together.

    A company that states a revenue and nothing on AI counts with none; one that states its mining revenue
    alone counts with that. Of several statements the first stands.

    Args:
        statements: as above.
        period: as the statements word it, such as `Q1 2026`.

    Returns:
        A table indexed by company: `ai` and `total` (USD million), with a last row `all` for the group, and
        `share` (percent).
    """
    rows = statements[(statements["unit"] == "USD million") & (statements["period"] == period)]
    rows = rows.sort_values("published", kind="stable").drop_duplicates(["company", "metric"])
    table = rows.pivot_table(index="company", columns="metric", values="value", aggfunc="first")

    def summed(metrics: Sequence[str]) -> pd.Series[float]:
        return table.reindex(columns=list(metrics)).sum(axis=1, min_count=1)

    ai = summed(AI_REVENUE).fillna(0.0)
    total = table.reindex(columns=["revenue"])["revenue"].fillna(summed(AI_REVENUE + MINING_REVENUE))
    group = pd.DataFrame({"ai": ai, "total": total})
    group = group[group["total"] > 0]  # who states nothing, or that nothing was earned, has no share
    group.loc["all"] = group.sum()
    return group.assign(share=group["ai"] / group["total"] * 100)
