"""Claims about the AI side of listed miners: contracts announced, and the share of AI in their revenue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from analysis.measures import leases as lease_measures
from analysis.measures import operators
from pivot.claims.model import Kind, Part, Result, found_nowhere_else
from pivot.claims.quantities import Count, Day, Phrase, Share, Usd, nearest, side
from pivot.claims.registry import claim

if TYPE_CHECKING:
    from pivot.snapshots import Frame


@claim(
    "ai-contracts",
    kind=Kind.ATTRIBUTED,
    section="overview",
    rounding=nearest(1, "billion"),
    formula="sum of the base terms of the leases that were public, each lease once, without joint ventures: "
    "a floor",
)
def ai_contracts(leases: Frame, cited: Frame) -> Result:
    """The leases and cloud contracts of listed miners, added up without counting any twice."""
    by_company = lease_measures.base_terms(leases)
    total = float(by_company.sum())
    in_force = lease_measures.in_force(leases)
    counted = in_force[(in_force["holder"] != lease_measures.JOINT) & in_force["total_usd"].notna()]
    claimed = float(cited.loc["ai-contracts", "low"])
    return Result(
        Usd(total),
        parts={
            "gap-usd": Part(
                "our sum against the cited one", Usd(abs(total - claimed)), nearest(1, "billion")
            ),
            "side": Part("the same in words", Phrase(side(total, claimed, claimed))),
            "contracts": Part("leases and contracts counted", Count(len(counted))),
            "companies": Part("companies", Count(len(by_company))),
            "largest": Part("largest sum by company", Usd(float(by_company.iloc[0])), nearest(1, "billion")),
            "largest-name": Part("that company", Phrase(str(by_company.index[0]))),
            "newest": Part(
                "announcement of the newest contract counted", Day(counted["published"].max().date())
            ),
        },
        rows={"cited": ["ai-contracts"]},
        figures=(total,) if total >= claimed else (),
    )


@claim(
    "ai-share-now",
    kind=Kind.ATTRIBUTED,
    section="revenue",
    formula="AI and high-performance computing over total revenue, of all companies with figures for "
    "the quarter that has most of them",
)
def ai_share_now(statements: Frame, cited: Frame) -> Result:
    """The share of AI in the revenue of the listed miners, taken together."""
    used = statements[
        statements["metric"].isin(("revenue", *operators.AI_REVENUE, *operators.MINING_REVENUE))
    ]
    quarters = sorted({one for one in used["period"] if re.fullmatch(r"Q\d \d{4}", one)}, key=_order)
    groups = {one: operators.ai_share_of_group(statements, one) for one in quarters}
    # Of quarters with as many companies the newest.
    quarter = max(groups, key=lambda one: (len(groups[one]), _order(one)))
    group = groups[quarter]
    companies, whole = group.drop(index="all"), group.loc["all"]
    with_ai = companies[companies["ai"] > 0].sort_values("share", kind="stable")
    without = with_ai.index[with_ai.index == FITTING_OUT]
    shares = pd.concat({one: table["share"].drop("all") for one, table in groups.items()})
    highest_quarter, highest_company = shares.idxmax()
    rest = (whole["ai"] - with_ai["ai"].reindex(without).sum()) / whole["total"] * 100
    return Result(
        Share(float(whole["share"])),
        parts={
            "companies": Part("companies with figures", Count(len(companies))),
            "quarter": Part("the quarter", Phrase(quarter)),
            "names": Part("those companies", Phrase(", ".join(companies.index))),
            "with-ai": Part("of them with revenue from AI", Count(len(with_ai))),
            "without-riot": Part("the share without Riot's AI revenue", Share(float(rest))),
            "spread": Part("lowest to highest of those with AI revenue", Phrase(_spread(with_ai["share"]))),
            "highest": Part("highest of a company in any quarter", Share(float(shares.max())), nearest(0)),
            "highest-name": Part("that company", Phrase(f"{highest_company}, {highest_quarter}")),
        },
        rows={"statements": used.index, "cited": ["ai-share-now"]},
        guard=found_nowhere_else(
            float(cited.loc["ai-share-now", "low"]),
            float(cited.loc["ai-share-now", "step"]),
            [float(whole["share"])],
            lambda x: Share(x).display(nearest(1)),
        ),
    )


FITTING_OUT = "Riot"
"""Most of its AI revenue of the first quarter was work on a tenant's halls, which is billed once."""


def _order(quarter: str) -> tuple[str, str]:
    number, year = quarter.split(" ")
    return year, number


def _spread(shares: pd.Series[float]) -> str:
    """The ends of shares by company, lowest first, in words."""
    ends = [
        f"{Share(share).display(nearest(0))} ({company})"
        for company, share in (*shares.iloc[:1].items(), *shares.iloc[-1:].items())
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
