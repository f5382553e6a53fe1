"""Claims about the AI side of listed miners: contracts announced, and the share of AI in their revenue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.measures import operators
from pivot.claims.model import Kind, Part, Result, found_nowhere_else
from pivot.claims.quantities import Count, Day, Phrase, Range, Share, Usd, nearest, side
from pivot.claims.registry import claim

if TYPE_CHECKING:
    import pandas as pd

    from pivot.snapshots import Frame


@claim(
    "ai-contracts",
    kind=Kind.ATTRIBUTED,
    section="overview",
    rounding=nearest(1, "billion"),
    formula="sum of the announced contracts by company, each counted once, as far as they were public",
)
def ai_contracts(contracts: Frame, cited: Frame) -> Result:
    """The announced AI contracts of listed miners, added up without counting any twice."""
    ours = contracts[contracts["counted"] & (contracts["scope"] == "company")]
    by_company = ours.groupby("company")["total_usd"].sum().sort_values(ascending=False)
    total = float(ours["total_usd"].sum())
    claimed = float(cited.loc["ai-contracts", "low"])
    return Result(
        Usd(total),
        parts={
            "gap-usd": Part(
                "our sum against the cited one", Usd(abs(total - claimed)), nearest(1, "billion")
            ),
            "side": Part("the same in words", Phrase(side(total, claimed, claimed))),
            "contracts": Part("contracts counted", Count(len(ours))),
            "companies": Part("companies", Count(len(by_company))),
            "largest": Part("largest sum by company", Usd(float(by_company.iloc[0])), nearest(1, "billion")),
            "largest-name": Part("that company", Phrase(str(by_company.index[0]))),
            "newest": Part(
                "announcement of the newest contract counted", Day(ours["published"].max().date())
            ),
            "undated": Part(
                "coverage", Phrase("contracts whose day of announcement is unknown are left out")
            ),
        },
        rows={"contracts": ours.index, "cited": ["ai-contracts"]},
    )


@claim(
    "ai-share-now",
    kind=Kind.ATTRIBUTED,
    section="revenue",
    formula="AI and high-performance computing over total revenue, for each company that reports both",
)
def ai_share_now(statements: Frame, cited: Frame) -> Result:
    """The share of AI in the revenue of the listed miners that report it."""
    shares = operators.ai_shares(statements)
    quarters = shares[shares.index.get_level_values("period").str.match(r"Q\d ")].copy()
    year_quarter = quarters.index.get_level_values("period").str.split(" ")
    quarters["order"] = [f"{year}{quarter}" for quarter, year in year_quarter]
    newest = quarters.sort_values("order", kind="stable").groupby("company").tail(1).sort_values("share")
    (low_company, low_period), (high_company, high_period) = newest.index[0], newest.index[-1]
    used = statements[
        statements["metric"].isin(("revenue", *operators.AI_REVENUE, *operators.MINING_REVENUE))
        & statements["company"].isin(newest.index.get_level_values("company"))
    ]
    return Result(
        Range(Share(float(newest["share"].iloc[0])), Share(float(newest["share"].iloc[-1]))),
        parts={
            "companies": Part("companies that report both", Count(len(newest))),
            "spread": Part("lowest to highest, in words", Phrase(_spread(newest["share"]))),
            "lowest": Part("lowest", Share(float(newest["share"].iloc[0])), nearest(0)),
            "lowest-name": Part("company", Phrase(f"{low_company}, {low_period}")),
            "highest": Part("highest", Share(float(newest["share"].iloc[-1])), nearest(0)),
            "highest-name": Part("company", Phrase(f"{high_company}, {high_period}")),
        },
        rows={"statements": used.index, "cited": ["ai-share-now"]},
        guard=found_nowhere_else(
            float(cited.loc["ai-share-now", "low"]),
            float(cited.loc["ai-share-now", "step"]),
            newest["share"],
            lambda x: Share(x).display(nearest(1)),
        ),
    )


def _spread(shares: pd.Series[float]) -> str:
    """The ends of shares by (company, period), lowest first, in words."""
    ends = [
        f"{Share(share).display(nearest(0))} ({company}, {period})"
        for (company, period), share in (*shares.iloc[:1].items(), *shares.iloc[-1:].items())
    ]
    return " to ".join(dict.fromkeys(ends))


@claim(
    "ai-share-forecast",
    kind=Kind.FORECAST,
    rounding=nearest(0),
    section="revenue",
    formula="as published by CoinShares; it can be judged when the reports for the end of 2026 are out",
)
def ai_share_forecast(cited: Frame, ai_share_now: Result) -> Result:
    """The share of AI revenue that CoinShares thinks possible by the end of 2026."""
    forecast = Share(float(cited.loc["ai-share-forecast", "low"]))
    return Result(
        forecast,
        parts={
            "highest-now": ai_share_now.parts["highest"],
            "highest-name": ai_share_now.parts["highest-name"],
        },
        rows={"cited": ["ai-share-forecast"]},
    )
