"""Claims about the network: difficulty, hash rate, hash price."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from analysis.measures import difficulty, hashprice, hashrate
from analysis.units import HashPrice, HashRate, PairsOfCuts, Points
from pivot.claims.model import Guard, Kind, Part, Reading, Result
from pivot.claims.quantities import (
    Count,
    Day,
    Minutes,
    Percent,
    Phrase,
    Range,
    Rank,
    Seconds,
    Share,
    Unknown,
    Usd,
    largest,
    nearest,
    side,
    truncate,
)
from pivot.claims.registry import claim

if TYPE_CHECKING:
    from pivot.snapshots import Frame

MARCH_RETARGET = 941_472
"""First block of the epoch whose difficulty the article calls a drop of 7.7%."""

QUARTER = pd.Period("2026Q1")
QUARTER_ENDS = (dt.date(2025, 12, 31), dt.date(2026, 3, 31))
"""The day before the quarter and its last: the difficulty in force as it began and as it ended."""

SHARPEST_PERCENT = 5.0
"""We read "among the sharpest on record" as: within the sharpest 5% of all retargets."""


@claim(
    "difficulty-drop",
    kind=Kind.COMPUTED,
    section="overview",
    rounding=truncate(1, magnitude=True),
    formula="difficulty(block 941,472) / difficulty(block 939,456) - 1",
)
def difficulty_drop(epochs: Frame) -> Result:
    """Change of difficulty at the retarget of block 941,472 against the epoch before."""
    table = difficulty.retargets(epochs)
    march = table.loc[MARCH_RETARGET]
    before = MARCH_RETARGET - difficulty.EPOCH_BLOCKS
    return Result(
        Percent(march["change"]),
        parts={
            "rounded": Part("rounded the usual way", Percent(march["change"]), nearest(1, magnitude=True)),
            "signed": Part("to two decimals, with its sign", Percent(march["change"]), nearest(2)),
            "day": Part("day of the retarget (UTC)", Day(march["timestamp"].date())),
            "block": Part("first block of the epoch", Count(MARCH_RETARGET)),
        },
        rows={"epochs": [before, MARCH_RETARGET]},
        guard=Guard(
            "the change of difficulty",
            float(march["change"]),
            0.0,
            above=False,
            show=lambda x: Percent(x).display(nearest(2)),
        ),
    )


@claim(
    "difficulty-drop-rank-year",
    kind=Kind.PHRASE,
    section="overview",
    formula="rank of the change among the retargets of 2026 up to the day of the report, the deepest first",
)
def difficulty_drop_rank_year(epochs: Frame) -> Result:
    """Place of the March cut among the cuts of its year."""
    year = difficulty.of_year(difficulty.retargets(epochs), QUARTER.year)
    cuts = year[year["change"] < 0].sort_values("change", kind="stable")
    rank = difficulty.rank(year, MARCH_RETARGET)
    deeper = cuts.iloc[: rank - 1]
    displaced = deeper.sort_values("timestamp", kind="stable")["timestamp"].iloc[1:]
    deepest = cuts.iloc[0]
    return Result(
        largest(rank),
        parts={
            "year": Part("the year", Phrase(str(QUARTER.year))),
            "rank": Part("place among the year's cuts", Rank(rank)),
            "cuts": Part("cuts in the year so far", Count(len(cuts))),
            "deepest": Part(
                "deepest cut of the year so far", Percent(deepest["change"]), nearest(2, magnitude=True)
            ),
            "deepest-block": Part("its block", Count(int(cuts.index[0]))),
            "deepest-day": Part("its day", Day(deepest["timestamp"].date())),
            "deeper": Part("every deeper cut of the year", Phrase(_cuts(deeper))),
            "newest-deeper": Part(
                "newest cut deeper than this one",
                Percent(deeper.sort_values("timestamp", kind="stable")["change"].iloc[-1]),
                nearest(2, magnitude=True),
            ),
            "newest-deeper-block": Part("its block", Count(int(deeper["timestamp"].idxmax()))),
            "newest-deeper-day": Part("its day", Day(deeper["timestamp"].max().date())),
            "newest-deeper-time": Part("how its day is known", Phrase(_known(epochs, deeper))),
        },
        rows={"epochs": [*(year.index - difficulty.EPOCH_BLOCKS)[:1], *year.index]},
        last_true=displaced.iloc[0].date() - dt.timedelta(days=1) if len(displaced) else None,
    )


def _known(epochs: pd.DataFrame, cuts: pd.DataFrame) -> str:
    """How the time of the newest of some cuts is known, and how likely an estimate is of another day."""
    newest = epochs.loc[cuts["timestamp"].idxmax()]
    if newest["timestamp_kind"] == "exact":
        return "known from its header"
    time, minutes = newest["timestamp"], newest["timestamp_sd_minutes"]
    chance = Share(difficulty.other_day(time, minutes)).display()
    said = f"estimated, {time:%H:%M:%S} UTC give or take {minutes} minutes"
    return f"{said}: with a chance of {chance} it was another day"


def _cuts(table: pd.DataFrame) -> str:
    """Cuts in words, the earliest first."""
    texts = [
        f"{Percent(cut.change).display(nearest(2, magnitude=True))} at block {cut.Index:,} "
        f"({Day(cut.timestamp.date()).display()})"
        for cut in table.sort_values("timestamp", kind="stable").itertuples()
    ]
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))


@claim(
    "difficulty-drop-rank-record",
    kind=Kind.PHRASE,
    section="overview",
    formula="share of all retargets since 2009 that cut deeper; the words hold below 5%",
)
def difficulty_drop_rank_record(epochs: Frame) -> Result:
    """Place of the March cut among all retargets since 2009."""
    table = difficulty.retargets(epochs)
    share = difficulty.share_sharper(table, MARCH_RETARGET)
    cuts = difficulty.cuts(table)
    return Result(
        Rank(difficulty.rank(table, MARCH_RETARGET)),
        parts={
            "since": Part("year of the first retarget", Phrase(str(table["timestamp"].iloc[0].year))),
            "retargets": Part("retargets since then", Count(len(table))),
            "cuts": Part("of them cuts", Count(len(cuts))),
            "share-sharper": Part("share of all retargets that cut deeper", Share(share)),
            "share-of-cuts": Part(
                "share of the cuts alone that were deeper",
                Share(
                    difficulty.share_sharper(table.loc[cuts.index.union([MARCH_RETARGET])], MARCH_RETARGET)
                ),
            ),
            "limit": Part("share up to which we let the words stand", Share(SHARPEST_PERCENT), nearest(0)),
            "deepest": Part(
                "deepest cut on record", Percent(float(table["change"].min())), nearest(1, magnitude=True)
            ),
            "deepest-day": Part("its day", Day(table["timestamp"].loc[table["change"].idxmin()].date())),
        },
        guard=Guard(
            "the share of retargets that cut deeper",
            share,
            SHARPEST_PERCENT,
            above=False,
            show=lambda x: Share(x).display(nearest(1)),
        ),
    )


@claim(
    "difficulty-drop-cause",
    kind=Kind.ATTRIBUTED,
    section="overview",
    formula="not computed: no published series tells miners that left for AI from others that left",
)
def difficulty_drop_cause() -> Result:
    """Whether AI conversions caused the fall of difficulty."""
    return Result(Unknown("not measured"))


@claim(
    "hashrate-q1-decline",
    kind=Kind.COMPUTED,
    section="overview",
    rounding=nearest(1, magnitude=True),
    formula="hash rate (blocks x difficulty x 2^32 / 86,400 s) at March's end against December's, "
    "averaged over 7, 14 and 30 days, and the quarter's mean against the mean of the quarter before",
)
def hashrate_q1_decline(days: Frame, epochs: Frame, cited: Frame) -> Result:
    """Fall of the network's hash rate over the first quarter, by each averaging in use."""
    table = hashrate.quarter_changes(hashrate.daily(days, epochs), QUARTER)
    falls = -table["change"]
    errors = hashrate.quarter_errors(QUARTER)
    cited_fall = float(cited.loc["hashrate-q1-decline", "low"])
    near = (falls - cited_fall).abs() <= errors
    names = {
        "7-day average": "7-day",
        "14-day average": "14-day",
        "30-day average": "30-day",
        "quarter mean": "mean",
    }
    parts = {
        names[reading]: Part(f"fall by the {reading}", Percent(fall), nearest(1))
        for reading, fall in falls.items()
    }
    parts |= {
        f"error-{names[reading]}": Part(f"sampling error of the {reading}", Points(error))
        for reading, error in errors.items()
    }
    parts |= {
        "side": Part(
            "the cited figure against these readings",
            Phrase("inside" if falls.min() <= cited_fall <= falls.max() else "outside"),
        ),
        "near": Part(
            "readings that are no further from the cited figure than their error", Phrase(_readings(near))
        ),
        "far": Part("readings that are", Phrase(_readings(~near))),
        "quarter": Part("the quarter", Phrase(f"first quarter of {QUARTER.year}")),
        "before": Part("7-day average before the quarter", HashRate(table["before"].iloc[0]), nearest(0)),
        "after": Part("7-day average at its end", HashRate(table["after"].iloc[0]), nearest(0)),
    }
    first, last = (QUARTER - 1).start_time, QUARTER.end_time
    return Result(
        Range(Percent(falls.min()), Percent(falls.max())),
        parts=parts,
        rows={"days": days.loc[first:last].index, "cited": ["hashrate-q1-decline"]},
        readings=tuple(
            Reading(falls[name], error) for name, error in hashrate.quarter_errors(QUARTER).items()
        ),
        guard=Guard(
            "the smallest fall by any reading",
            float(falls.min()),
            0.0,
            above=True,
            show=lambda x: Percent(x).display(nearest(1)),
        ),
    )


def _readings(chosen: pd.Series[bool]) -> str:
    """The readings that are marked, in words."""
    texts = [f"the {reading}" for reading in chosen.index[chosen]]
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:]))) or "none"


@claim(
    "block-interval",
    kind=Kind.DEFINITION,
    section="security",
    formula="protocol target: 600 s; beside it the time from first to first block of an epoch, over 2,016",
)
def block_interval(epochs: Frame) -> Result:
    """The time between blocks at which the protocol aims, and what it was before the March cut."""
    mean = difficulty.mean_interval(epochs, MARCH_RETARGET)
    return Result(
        Minutes(difficulty.BLOCK_SECONDS / 60),
        parts={
            "epoch-mean": Part("mean of the epoch before the March cut", Seconds(mean)),
            "epoch-minutes": Part("the same", Minutes(mean / 60), nearest(1)),
            "epoch-blocks": Part("blocks in an epoch", Count(difficulty.EPOCH_BLOCKS)),
        },
        rows={"epochs": [MARCH_RETARGET - difficulty.EPOCH_BLOCKS, MARCH_RETARGET]},
        beside="epoch-minutes",
    )


@claim(
    "consecutive-cut-threshold",
    kind=Kind.DEFINITION,
    section="monitors",
    rounding=nearest(0),
    formula="retargets below -5% that follow a retarget below -5%, since 2009; beside it runs of cuts whose "
    "sum passes -5%",
)
def consecutive_cut_threshold(epochs: Frame, cited: Frame, as_of: dt.date) -> Result:
    """How often two cuts of more than 5% came in a row, and whether it happened this year."""
    threshold = float(cited.loc["consecutive-cut-threshold", "low"])
    table = difficulty.retargets(epochs)
    fired = difficulty.consecutive_cuts(table, threshold)
    this_year = difficulty.of_year(fired, as_of.year)
    deep = difficulty.of_year(table[table["change"] < -threshold], as_of.year)
    runs = difficulty.cut_runs(table, threshold)
    last = runs.iloc[-1]
    run_this_year = difficulty.of_year(runs, as_of.year)
    return Result(
        PairsOfCuts(len(fired)),
        parts={
            "threshold": Part("the article's threshold", Percent(threshold), nearest(0)),
            "last": Part("last time it fired", Day(fired["timestamp"].iloc[-1].date())),
            "this-year": Part("this year", Phrase("has fired" if len(this_year) else "has not fired")),
            "deep-cuts": Part("single cuts over the threshold this year", Count(len(deep))),
            "runs": Part("runs of cuts that together pass the threshold, since 2009", Count(len(runs))),
            "run-this-year": Part(
                "by such a run, this year", Phrase("has fired" if len(run_this_year) else "has not fired")
            ),
            "run-day": Part("day on which the newest run passed it", Day(last["timestamp"].date())),
            "run-cuts": Part("cuts in that run", Count(int(last["cuts"]))),
            "run-total": Part("their sum", Percent(float(last["total"])), nearest(2)),
        },
        rows={"cited": ["consecutive-cut-threshold"]},
    )


@claim(
    "hashprice-range",
    kind=Kind.COMPUTED,
    section="operations",
    formula="(subsidy + mean fees) x price x 86,400 / (difficulty x 2^32) x 10^15 for each day, and the mean "
    "of the 30 days that end on the newest",
)
def hashprice_range(days: Frame, prices: Frame, epochs: Frame, cited: Frame) -> Result:
    """The hash price as a mean of 30 days, the newest day beside it, and the days in the cited range."""
    table = hashprice.daily(days, prices, epochs)
    low, high = (float(cited.loc["hashprice-range", end]) for end in ("low", "high"))
    inside = table[table["hashprice"].between(low, high)]
    newest = table.iloc[-1]
    level, close = hashprice.level(table["hashprice"]), hashprice.level(table["price"])
    return Result(
        HashPrice(level.mean),
        parts={
            "low": Part("lower end of the cited range", HashPrice(low), nearest(0)),
            "high": Part("upper end of the cited range", HashPrice(high), nearest(0)),
            "side": Part("the mean against the cited range", Phrase(side(level.mean, low, high))),
            "newest": Part("the newest day", HashPrice(level.value)),
            "newest-side": Part(
                "the newest day against the cited range", Phrase(side(level.value, low, high))
            ),
            "window": Part("days of the mean", Count(hashprice.WINDOW)),
            "span": Part("days of the move", Count(hashprice.LAST_DAYS)),
            "price-move": Part("what the close did over those days", Percent(close.change), nearest(1)),
            "price-rank": Part("that move among all over as many days, by size", largest(close.rank)),
            "days": Part("days inside the cited range", Count(len(inside))),
            "first": Part("first of them", Day(inside.index[0].date())),
            "last": Part("last of them", Day(inside.index[-1].date())),
            "day": Part("newest day with price and fees", Day(table.index[-1].date())),
            "price-for-low": Part(
                "price of a bitcoin that the lower end implies on that day",
                Usd(hashprice.price_for(low, newest["reward"], newest["difficulty"])),
                nearest(0),
            ),
            "price-for-high": Part(
                "price that the upper end implies",
                Usd(hashprice.price_for(high, newest["reward"], newest["difficulty"])),
                nearest(0),
            ),
        },
        rows={"cited": ["hashprice-range"], "epochs": difficulty.epochs_of(days, epochs)},
        last_true=inside.index[-1].date() if len(inside) else None,
    )


@claim(
    "hashprice-low",
    kind=Kind.PHRASE,
    section="operations",
    formula="lowest daily hash price up to the day of the report; the words hold while it is below every "
    "figure that was published for the years before",
)
def hashprice_low(days: Frame, prices: Frame, epochs: Frame, hashprice_points: Frame) -> Result:
    """The lowest daily hash price and its day, against the lowest published figure of earlier years."""
    table = hashprice.daily(days, prices, epochs)
    day = table["hashprice"].idxmin()
    lowest = float(table["hashprice"].loc[day])
    earlier = hashprice_points[
        hashprice_points["usable"]
        & (hashprice_points["relation"] == "=")
        & (hashprice_points["date"].str[:4].astype(int) < day.year)
    ]
    before = float(earlier["low"].min())
    same_year = hashprice_points[
        hashprice_points["usable"]
        & hashprice_points["relation"].isin(("=", "~"))
        & (hashprice_points["date"].str[:4].astype(int) == day.year)
    ]
    published = same_year.loc[same_year["low"].idxmin()]
    return Result(
        HashPrice(lowest),
        parts={
            "day": Part("its day", Day(day.date())),
            "price": Part("closing price of that day", Usd(table["price"].loc[day]), nearest(0)),
            "new-lows": Part(
                "days whose hash price was below that of every day before",
                Count(len(hashprice.new_lows(table["hashprice"]))),
            ),
            "days": Part("days of the series", Count(len(table))),
            "published-before": Part("lowest published figure of earlier years", HashPrice(before)),
            "published-lowest": Part("lowest published figure of its year", HashPrice(published["low"])),
            "published-lowest-series": Part("its series", Phrase(published["series"])),
        },
        rows={"hashprice_points": [earlier["low"].idxmin(), published.name]},
        guard=Guard(
            "the lowest daily hash price",
            lowest,
            before,
            above=False,
            show=lambda x: HashPrice(x).display(),
        ),
    )
