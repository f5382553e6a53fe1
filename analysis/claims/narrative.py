"""Statements that the article makes in words: for what, under which heading, with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.claims.revenue import SCENARIO_YEARS
from analysis.measures import operators
from pivot.claims.model import Kind, Part, Result
from pivot.claims.quantities import Percent, Phrase, Share, Usd, Years, nearest
from pivot.claims.registry import claim

if TYPE_CHECKING:
    from pivot.snapshots import Frame

MILLION = 1e6
MILLIONS = nearest(1, "million")
WHOLE = 100
AI_SHARE = "AI in Riot's revenue of the first quarter"


def _evidence(evidence: Frame, id_: str) -> Result:
    """The newest row on a claim, in its publisher's words."""
    rows = evidence[evidence["claim"] == id_].sort_values("published", kind="stable")
    text = str(rows["value"].iloc[-1]) if len(rows) else "nothing stated by then"
    return Result(Phrase(text), rows={"evidence": rows.index})


@claim(
    "sold-to-fund",
    kind=Kind.ATTRIBUTED,
    section="overview",
    formula="as stated by the company that stated a purpose",
)
def sold_to_fund(evidence: Frame) -> Result:
    """For what coins were sold: the purpose that a company stated."""
    return _evidence(evidence, "sold-to-fund")


@claim(
    "table1-direction",
    kind=Kind.ATTRIBUTED,
    section="security",
    formula="as stated by the company",
)
def table1_direction(evidence: Frame) -> Result:
    """Where the article's table says that MARA's money goes, and what the company's release says."""
    return _evidence(evidence, "table1-direction")


@claim(
    "hut8-counterparty",
    kind=Kind.ATTRIBUTED,
    section="operations",
    formula="the tenant of the lease, as the company's release names it",
)
def hut8_counterparty(leases: Frame) -> Result:
    """With whom Hut 8 signed the lease of December 2025."""
    row = leases[leases["lease"] == "hut-8-river-bend"].iloc[0]
    return Result(Phrase(row["tenant"]), rows={"leases": [row.name]})


@claim(
    "table1-hybrid",
    kind=Kind.COMPUTED,
    section="security",
    formula="Riot's revenue from AI over all its revenue, of the newest quarter with both",
)
def table1_hybrid(statements: Frame, cited: Frame) -> Result:
    """Whether Riot earns by mining and by AI alike: the share of AI in its revenue."""
    own = statements[statements["company"] == "Riot"]
    share = float(operators.ai_share_of_group(own, "Q1 2026")["share"].get("Riot", float("nan")))
    words = str(cited.loc["table1-hybrid", "cited"])
    if not 0 < share < WHOLE:
        nothing = Phrase("not published by then")
        return Result(
            nothing,
            parts={"share": Part(AI_SHARE, nothing)},
            rows={"cited": ["table1-hybrid"]},
            testable=False,
        )
    used = own[(own["period"] == "Q1 2026") & own["metric"].isin(("revenue", *operators.AI_REVENUE))]
    return Result(
        Phrase(words),
        parts={"share": Part(AI_SHARE, Share(share))},
        rows={"statements": used.index, "cited": ["table1-hybrid"]},
    )


@claim(
    "table2-origin",
    kind=Kind.DERIVED,
    section="revenue",
    formula="what the article's text calls the figures that its table has in this column",
)
def table2_origin(cited: Frame) -> Result:
    """What stands under the heading of a projection for the end of the year."""
    low, high = (
        Usd(float(cited.loc[id_, "low"])).display(nearest(2, "billion"))
        for id_ in ("ai-ten-year", "ai-doubled")
    )
    return Result(
        Phrase(f"{low} and {high}, over {Years(SCENARIO_YEARS).display()}"),
        rows={"cited": ["table2-origin", "ai-ten-year", "ai-doubled"]},
    )


@claim(
    "top10-reported",
    kind=Kind.DERIVED,
    section="revenue",
    formula="what the article's text says of the same figure: a price that is assumed, times coins",
)
def top10_reported(cited: Frame) -> Result:
    """Whether the revenue of the ten was reported: the article makes it from a price that it assumes."""
    price = Usd(float(cited.loc["btc-price-assumption", "low"])).display()
    return Result(
        Phrase(f"a model at {price} for a bitcoin"),
        rows={"cited": ["top10-reported", "top10-btc-revenue", "btc-price-assumption"]},
    )


@claim(
    "substantial-margin",
    kind=Kind.DERIVED,
    section="revenue",
    rounding=nearest(0),
    formula="$4.652 billion / $4.14 billion - 1",
)
def substantial_margin(cited: Frame) -> Result:
    """By how much the cited mining revenue of a year is above the larger AI scenario, which spans ten."""
    mined, rival = (float(cited.loc[id_, "low"]) for id_ in ("top10-btc-revenue", "ai-doubled"))
    return Result(
        Percent((mined / rival - 1) * 100),
        rows={"cited": ["top10-btc-revenue", "ai-doubled"]},
    )


@claim(
    "bitdeer-profitable",
    kind=Kind.ATTRIBUTED,
    section="revenue",
    formula="net result of the company by quarter, as stated; what mining alone earned is not stated",
)
def bitdeer_profitable(statements: Frame) -> Result:
    """Whether Bitdeer shows that mining pays: the company's net result of the newest quarter stated."""
    own = operators.select(statements, "Bitdeer", ["net_loss", "net_profit"])
    texts = [
        f"net {row.metric.removeprefix('net_')} of {Usd(row.value * MILLION).display(MILLIONS)} "
        f"in {row.period}"
        for row in own.itertuples()
    ]
    return Result(
        Phrase(texts[-1] if texts else "nothing stated by then"),
        parts={"quarters": Part("quarter by quarter", Phrase("; ".join(texts) or "nothing stated by then"))},
        rows={"statements": own.index},
    )
