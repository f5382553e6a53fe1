"""Claims about concentration: the share of the five largest, for pools and for listed miners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.measures import concentration, fleets, hashrate, operators
from pivot.claims.model import Guard, Kind, Part, Result
from pivot.claims.quantities import Count, Day, Phrase, Range, Share, nearest, points, side
from pivot.claims.registry import claim
from pivot.words import long_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pivot.snapshots import Frame


@claim(
    "top5-threshold",
    kind=Kind.DEFINITION,
    section="monitors",
    formula="blocks of the five largest pools over all blocks of the newest month; beside it the stated hash "
    "rates of the five largest listed miners, each over the network's 30-day average of its own date",
)
def top5_threshold(  # noqa: PLR0917
    pool_shares: Frame, pool_points: Frame, statements: Frame, days: Frame, epochs: Frame, cited: Frame
) -> Result:
    """The share of the five largest, for pools and for listed miners, since the article names neither."""
    months = concentration.top_pools(pool_shares)
    newest = months.iloc[-1]
    network = hashrate.average(hashrate.daily(days, epochs), fleets.WINDOW)
    largest = operators.latest_hash_rates(statements).head(concentration.TOP)
    companies = fleets.at_own_date(largest, network)
    share = float(companies["share"].sum())
    indices = concentration.indices(pool_shares)
    whole = months.loc[:LAST_MONTH]
    limit = float(cited.loc["top5-threshold", "low"])
    pools = pool_shares[pool_shares["entity_type"] == "pool"]
    monthly = pools[pools["period_kind"].isin(concentration.MONTHS)]
    counted = monthly[monthly["period"] == months.index[-1]]
    windows = concentration.top_pools(pool_shares, (LATER,))
    return Result(
        Share(newest["share"]),
        parts={
            "threshold": Part("the article's threshold", Share(limit), nearest(0)),
            "month": Part("newest month with data", Phrase(f"{pd.Period(months.index[-1]):%B %Y}")),
            "until": Part("its last day that is counted", _last_counted(counted)),
            "pools": Part("the five pools", Phrase(newest["pools"])),
            "lowest": Part("lowest month since 2025", Share(float(months["share"].min()))),
            "highest": Part("highest month since 2025", Share(float(months["share"].max()))),
            "later": Part("blocks found since, as one count", _later(windows)),
            "proxies": Part(
                "AntPool with the pools said to work for it, an estimate for April 2025",
                Share(float(pool_points.loc[PROXIES, "share_pct"])),
                nearest(0),
            ),
            "march": Part("share in the quarter's last month", Share(float(whole["share"].iloc[-1]))),
            "december": Part("share in the month before the quarter", Share(float(months["share"].loc[EVE]))),
            "hhi": Part("index of concentration, quarter's last month", _index(indices, whole.index[-1])),
            "hhi-before": Part("the same in the month before the quarter", _index(indices, EVE)),
            "hhi-first": Part("the same in the first month", _index(indices, str(indices.index[0]))),
            "half": Part(
                "fewest pools with more than half of the blocks, quarter's last month",
                Count(int(indices["nakamoto"].loc[whole.index[-1]])),
            ),
            "group": Part("how many are summed", Phrase("five largest")),
            "miners": Part("five largest listed miners", Share(share)),
            "miners-names": Part("those miners", Phrase(", ".join(companies["company"]))),
            "pools-over": Part(
                "pools against the threshold",
                Phrase("above" if newest["share"] > limit else "below"),
            ),
            "miners-over": Part(
                "listed miners against the threshold", Phrase("above" if share > limit else "below")
            ),
        },
        rows={
            "pool_shares": [*monthly.index, *pools.index[pools["period_kind"] == LATER]],
            "pool_points": [PROXIES],
            "statements": companies.index,
            "cited": ["top5-threshold"],
        },
        guard=Guard(
            "the smaller distance from the threshold, of pools above it and of listed miners below it,",
            min(float(newest["share"]) - limit, limit - share),
            0.0,
            above=True,
            show=lambda x: points(Share(x).display(nearest(1))),
        ),
    )


EVE, LAST_MONTH = "2025-12", "2026-03"
"""The month before the quarter of the article, and its last."""


LATER = "window (end not later than)"
"""The kind of a count that spans several months, the last of them in part."""

PROXIES = "2025-04-antpool-friends"


def _later(windows: pd.DataFrame) -> Phrase:
    """What the largest pools found in the blocks after the months that are counted."""
    if windows.empty:
        return Phrase("no count was public")
    first, last = (pd.Timestamp(day) for day in str(windows.index[-1]).split(" to "))
    share = Share(float(windows["share"].iloc[-1])).display(nearest(1))
    return Phrase(f"{share}, from {long_day(first)} to the middle of {last:%B}")


def _index(indices: pd.DataFrame, month: str) -> Count:
    return Count(round(float(indices["hhi"].loc[month])))


def _last_counted(month: pd.DataFrame) -> Day:
    """The last day of a month whose blocks were counted: a month in part ends where the counting did."""
    end = pd.Period(str(month["period"].iloc[0])).end_time
    return Day(min(end, month["published"].iloc[0]).date())


@claim(
    "top5-history",
    kind=Kind.ATTRIBUTED,
    section="monitors",
    formula="blocks of the five largest pools over all blocks, by year since 2021",
)
def top5_history(pool_shares: Frame, cited: Frame) -> Result:
    """The share of the five largest pools in each year since 2021."""
    years = pool_shares[(pool_shares["period_kind"] == "year") & (pool_shares["entity"] == "Top five pools")]
    shares = years.set_index("period")["share_pct"].sort_index()
    low, high = (float(cited.loc["top5-history", end]) for end in ("low", "high"))
    return Result(
        Range(Share(shares.min()), Share(shares.max())),
        parts={
            "side": Part("every year against the cited range", Phrase(_sides(shares, low, high))),
            "lowest-year": Part("year of the lowest share", Phrase(str(shares.idxmin()))),
            "highest-year": Part("year of the highest share", Phrase(str(shares.idxmax()))),
            "first-year": Part("first year we can compute", Phrase(str(shares.index[0]))),
        },
        rows={"pool_shares": years.index, "cited": ["top5-history", "top5-threshold"]},
        figures=tuple(float(share) for share in shares),
        guard=Guard(
            "the lowest share of the five largest pools in any year",
            float(shares.min()),
            float(cited.loc["top5-threshold", "low"]),
            above=True,
            show=lambda x: Share(x).display(nearest(1)),
        ),
    )


def _sides(values: Iterable[float], low: float, high: float) -> str:
    """Where all of some values lie against a range."""
    sides = {side(value, low, high) for value in values}
    return sides.pop() if len(sides) == 1 else "partly within"


@claim(
    "top10-history",
    kind=Kind.ATTRIBUTED,
    section="monitors",
    formula="not computed: no published series gives the ten largest miners of an earlier day",
)
def top10_history() -> Result:
    """How hash rate was distributed among the ten largest miners before."""
    return Result(Phrase("no series is published"))
