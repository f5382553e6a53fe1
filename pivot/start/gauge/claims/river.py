"""Claims about the river: its mean discharge before and after the break, and the fall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gauge import measures
from gauge.data import Discharge
from pivot.claims.model import Guard, Kind, Part, Result
from pivot.claims.quantities import Percent, Phrase, nearest
from pivot.claims.registry import claim

if TYPE_CHECKING:
    from pivot.snapshots import Frame

BREAK = 1898
"""The last year of the higher level, as Cobb (1978) finds it."""


@claim(
    "flow-before",
    kind=Kind.COMPUTED,
    section="river",
    rounding=nearest(1),
    formula="mean of the years up to 1898",
)
def flow_before(years: Frame) -> Result:
    """Mean discharge up to the break."""
    flow = measures.discharge(years).loc[:BREAK]
    return Result(
        Discharge(flow.mean()),
        parts={"last": Part("last year of the mean", Phrase(str(flow.index[-1])))},
        rows={"years": flow.index},
    )


@claim(
    "flow-after",
    kind=Kind.COMPUTED,
    section="river",
    rounding=nearest(1),
    formula="mean of the years from 1899",
)
def flow_after(years: Frame) -> Result:
    """Mean discharge after the break."""
    flow = measures.discharge(years).loc[BREAK + 1 :]
    return Result(
        Discharge(flow.mean()),
        parts={
            "first": Part("first year of the mean", Phrase(str(flow.index[0]))),
            "last": Part("last year of the mean", Phrase(str(flow.index[-1]))),
        },
        rows={"years": flow.index},
    )


@claim(
    "fall",
    kind=Kind.DERIVED,
    section="river",
    rounding=nearest(1, magnitude=True),
    formula="mean after the break / mean before it - 1",
)
def fall(flow_before: Result, flow_after: Result) -> Result:
    """Change of the mean discharge at the break."""
    before, after = flow_before.value.number, flow_after.value.number
    change = measures.change(before or 0.0, after or 0.0)
    return Result(
        Percent(change),
        guard=Guard(
            "the change of the mean discharge",
            change,
            0.0,
            above=False,
            show=lambda x: Percent(x).display(nearest(1)),
        ),
    )
