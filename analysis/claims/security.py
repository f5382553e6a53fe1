"""Claims about what keeps the network safe: its budget, its years of less hash rate, falls of the price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.measures import difficulty, hashrate, security
from pivot.claims.model import Guard, Kind, Part, Result
from pivot.claims.quantities import Day, Percent, Phrase, Ratio, Share, Usd, nearest
from pivot.claims.registry import claim

if TYPE_CHECKING:
    import datetime as dt

    from pivot.snapshots import Frame

FALL = ("2026-05-08", "2026-06-30")
"""From the day of the article to the lowest hash price: the one fall of the price since it was written."""

SURGE_YEAR = 2021
"""Of the summer in which the miners of China were switched off."""

FAR = 2.0
"""We read "far lower" as less than half."""


@claim(
    "security-budget",
    kind=Kind.ATTRIBUTED,
    section="risk-vectors",
    formula="blocks x (subsidy + mean fees) x close, as a mean of 30 days; who gets it is not published",
)
def security_budget(days: Frame, prices: Frame) -> Result:
    """What miners are paid a day; on how many operators that budget of security depends is not known."""
    paid = security.budget(days, prices).iloc[-1]
    mean = Usd(float(paid["usd_mean"]))
    millions = nearest(1, "million")
    window = days.index[-security.WINDOW :]
    return Result(
        Phrase(f"{mean.display(millions)} a day, to whom is not published"),
        parts={
            "mean": Part("paid a day, mean of 30 days", mean, millions),
            "fees": Part("fees in it", Share(float(paid["fees_mean"]))),
            "day": Part("the last of those days", Day(paid.name.date())),
        },
        rows={"days": window, "prices": window},
    )


@claim(
    "lower-hashrate-works",
    kind=Kind.PHRASE,
    section="security",
    formula="difficulty in force now / lowest difficulty of the fall of 2021; beside it how deep that was",
)
def lower_hashrate_works(epochs: Frame) -> Result:
    """How much more work a block takes now than in the summer of 2021, when blocks went on all the same."""
    table = difficulty.retargets(epochs)
    fall = difficulty.drawdown(table)
    deepest = fall[table["timestamp"].dt.year == SURGE_YEAR].idxmin()
    ratio = float(table["difficulty"].iloc[-1] / table["difficulty"].loc[deepest])
    return Result(
        Ratio(ratio),
        parts={
            "fall": Part(
                "fall of difficulty from its maximum to that", Percent(float(fall[deepest])), nearest(1)
            ),
            "day": Part("its day", Day(table["timestamp"].loc[deepest].date())),
            "now": Part("difficulty now against its maximum", Percent(float(fall.iloc[-1])), nearest(1)),
        },
        guard=Guard(
            "difficulty now, in multiples of the lowest of 2021,",
            ratio,
            FAR,
            above=True,
            show=lambda x: Ratio(x).display(nearest(1)),
        ),
    )


@claim(
    "price-falls-pivot",
    kind=Kind.ATTRIBUTED,
    section="risk-vectors",
    formula="change of the close and of the 30-day hash rate from 8 May to 30 June 2026; the pivot itself is "
    "in no series",
)
def price_falls_pivot(days: Frame, prices: Frame, epochs: Frame, as_of: dt.date) -> Result:
    """Whether a falling price hastens the pivot; beside it what the hash rate did when the price fell."""
    start, end = FALL
    if str(as_of) < end:
        nothing = Phrase("not measured by then")
        names = ("price", "hash-rate")
        return Result(
            nothing, parts={name: Part(name, nothing) for name in names}, rows={"days": [], "prices": []}
        )
    price, rate = hashrate.beside_price(hashrate.daily(days, epochs), prices, start, end)
    return Result(
        Phrase(
            f"the price moved by {Percent(price).display(nearest(1))}, "
            f"the hash rate by {Percent(rate).display(nearest(1))}"
        ),
        parts={
            "price": Part("move of the close", Percent(price), nearest(1)),
            "hash-rate": Part("move of the 30-day hash rate", Percent(rate), nearest(1)),
        },
        rows={"prices": [pd.Timestamp(start), pd.Timestamp(end)], "days": days.loc["2026-04-09":end].index},
    )
