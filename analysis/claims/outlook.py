"""Claims about what may come: horizons, classes of redundancy, the two views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.claims.model import Kind, Part, Result
from pivot.claims.quantities import Day, Months, Phrase, Range, Years
from pivot.claims.registry import claim

if TYPE_CHECKING:
    from pivot.snapshots import Frame


@claim(
    "redundancy-class",
    kind=Kind.DEFINITION,
    section="infrastructure",
    formula="names of redundancy classes: one spare unit beyond need, or everything twice",
)
def redundancy_class(cited: Frame) -> Result:
    """The classes of power redundancy that AI tenants ask for."""
    return Result(Phrase(cited.loc["redundancy-class", "cited"]), rows={"cited": ["redundancy-class"]})


@claim(
    "bifurcation-horizon",
    kind=Kind.FORECAST,
    section="infrastructure",
    formula="as published; no method is given",
)
def bifurcation_horizon(cited: Frame) -> Result:
    """The time in which the article expects a split of the mining market."""
    row = cited.loc["bifurcation-horizon"]
    return Result(
        Range(Months(float(row["low"])), Months(float(row["high"]))), rows={"cited": ["bifurcation-horizon"]}
    )


@claim(
    "watch-horizon",
    kind=Kind.FORECAST,
    section="risk-vectors",
    formula="as published; no method is given",
)
def watch_horizon(cited: Frame) -> Result:
    """The time over which the article would watch hash rate and contracts."""
    row = cited.loc["watch-horizon"]
    return Result(
        Range(Years(float(row["low"])), Years(float(row["high"]))), rows={"cited": ["watch-horizon"]}
    )


@claim(
    "edwards-back",
    kind=Kind.ATTRIBUTED,
    section="divergent-views",
    formula="as reported; the debate is dated 17 April 2026 by the reports we hold",
)
def edwards_back(evidence: Frame) -> Result:
    """The two views: Edwards sees a risk in the pivot, Back sees better margins for those who stay."""
    dated = evidence[(evidence["claim"] == "edwards-back") & (evidence["unit"] == "date")]
    return Result(
        Phrase("two views, neither tested"),
        parts={"day": Part("day of the debate, as reported", Day(dated["published"].iloc[0].date()))},
        rows={"evidence": dated.index},
    )
