"""Claims about the first quarter as a whole: what difficulty did, why machines left, who remained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.claims.concentration import EVE, LAST_MONTH
from analysis.claims.network import QUARTER_ENDS
from analysis.measures import concentration, difficulty
from analysis.units import Difficulty, Points
from pivot.claims.model import Kind, Part, Result
from pivot.claims.quantities import Count, Percent, Phrase, Share, nearest
from pivot.claims.registry import claim

if TYPE_CHECKING:
    from pivot.snapshots import Frame


@claim(
    "difficulty-q1-decline",
    kind=Kind.COMPUTED,
    section="overview",
    rounding=nearest(2, magnitude=True),
    formula="difficulty in force at the end of March 2026 / at the end of December 2025 - 1",
)
def difficulty_q1_decline(epochs: Frame) -> Result:
    """Change of difficulty over the first quarter as a whole, and not at one retarget of it."""
    table = difficulty.retargets(epochs)
    in_force = [table.index[table["timestamp"].dt.date <= day][-1] for day in QUARTER_ENDS]
    first, last = (difficulty.at(table, day) / 1e12 for day in QUARTER_ENDS)
    return Result(
        Percent(difficulty.change_between(table, *QUARTER_ENDS)),
        parts={
            "first": Part("difficulty as the quarter began", Difficulty(first), nearest(3)),
            "last": Part("difficulty as it ended", Difficulty(last), nearest(3)),
        },
        rows={"epochs": sorted({in_force[0] - difficulty.EPOCH_BLOCKS, *in_force})},
    )


@claim(
    "shutdowns",
    kind=Kind.ATTRIBUTED,
    section="overview",
    formula="not computed: the chain counts work done, and says nothing of work left undone",
)
def shutdowns() -> Result:
    """Whether machines were switched off by choice and did not fail."""
    return Result(Phrase("not measured"))


@claim(
    "concentrated-base",
    kind=Kind.ATTRIBUTED,
    section="overview",
    formula="not computed: no series gives hash rate by owner; beside it pools in December and in March",
)
def concentrated_base(pool_shares: Frame) -> Result:
    """Whether the hash rate that remained after the quarter lay with larger operators than before."""
    top, indices = concentration.top_pools(pool_shares)["share"], concentration.indices(pool_shares)
    pools = pool_shares[
        pool_shares["period"].isin((EVE, LAST_MONTH))
        & pool_shares["period_kind"].isin(concentration.MONTHS)
        & (pool_shares["entity_type"] == "pool")
    ]
    return Result(
        Phrase("not measured"),
        parts={
            "december": Part("five largest pools in December", Share(float(top[EVE]))),
            "march": Part("five largest pools in March", Share(float(top[LAST_MONTH]))),
            "move": Part("what that moved", Points(float(abs(top[LAST_MONTH] - top[EVE])))),
            "hhi-december": Part(
                "index of concentration in December", Count(round(float(indices["hhi"][EVE])))
            ),
            "hhi-march": Part("the same in March", Count(round(float(indices["hhi"][LAST_MONTH])))),
        },
        rows={"pool_shares": pools.index},
    )
