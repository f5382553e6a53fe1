"""Mining difficulty: from compact targets to retargets, their ranks and runs.

A data set of epochs is a table with one row for each difficulty epoch, indexed by the height of its first
block, with the columns `bits` (compact target, eight hexadecimal digits) and `timestamp` (UTC).
"""

from __future__ import annotations

from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import datetime as dt

EPOCH_BLOCKS = 2016
"""Blocks in one difficulty epoch."""

BLOCK_SECONDS = 600
"""Seconds between two blocks at which the protocol aims."""

MAX_TARGET = 0xFFFF << 208
"""The highest target that the protocol allows, which is that of difficulty 1."""


def target(bits: str) -> int:
    """The 256-bit target that a compact target stands for.

    Formula: mantissa x 256^(exponent - 3), with the first byte as exponent and the other three as mantissa.
    Source: Bitcoin Core, `arith_uint256::SetCompact`.
    """
    compact = int(bits, 16)
    exponent, mantissa = compact >> 24, compact & 0xFFFFFF
    shift = 8 * (exponent - 3)
    return mantissa << shift if shift >= 0 else mantissa >> -shift


@cache
def difficulty(bits: str) -> float:
    """Difficulty of a compact target: the highest target over this one (no unit, 1 for block 0)."""
    return MAX_TARGET / target(bits)


def retargets(epochs: pd.DataFrame) -> pd.DataFrame:
    """Each retarget: the difficulty of an epoch against the epoch before.

    Returns:
        A table indexed by height, without the first epoch: `timestamp` (UTC), `difficulty`,
        `change` (percent of the difficulty before).
    """
    table = epochs[["timestamp"]].assign(difficulty=epochs["bits"].map(difficulty))
    table["change"] = (table["difficulty"] / table["difficulty"].shift(1) - 1) * 100
    return table.iloc[1:]


def of_year(table: pd.DataFrame, year: int) -> pd.DataFrame:
    """The retargets whose first block was found in a calendar year (UTC)."""
    return table[table["timestamp"].dt.year == year]


def rank(table: pd.DataFrame, height: int) -> int:
    """Place of one retarget when all are put in order, the deepest cut first (1 is the deepest)."""
    return int((table["change"] < table["change"].loc[height]).sum()) + 1


def share_sharper(table: pd.DataFrame, height: int) -> float:
    """Share of all retargets, in percent, that cut difficulty by more than this one did."""
    return float((table["change"] < table["change"].loc[height]).mean()) * 100


def cuts(table: pd.DataFrame) -> pd.DataFrame:
    """The retargets that lowered difficulty: a rank or a share among cuts alone is taken of these."""
    return table[table["change"] < 0]


def epochs_of(days: pd.DataFrame, epochs: pd.DataFrame) -> pd.Index[int]:
    """The first blocks of the epochs from some days on, the one in which the first of them began included."""
    before = int(days["last_height"].iloc[0] - days["blocks"].iloc[0])
    return epochs.loc[before - before % EPOCH_BLOCKS :].index


def consecutive_cuts(table: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Retargets that cut by more than `threshold` percent right after another that did."""
    deep = table["change"] < -threshold
    return table[deep & deep.shift(1, fill_value=False)]


def cut_runs(table: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Runs of two or more cuts, one right after another, that together pass `threshold` percent.

    Args:
        table: retargets, as `retargets` has them.
        threshold: percent, without a sign.

    Returns:
        A table indexed by the height of a run's first cut: `last` (height of its last cut), `cuts`, `total`
        (sum of their changes in percent), `height` and `timestamp` (UTC) of the cut at which the sum passed.
    """
    # Cuts between the same two rises have the same number of rises before them.
    rises = (table["change"] >= 0).cumsum()
    rows = {}
    for _, run in cuts(table).groupby(rises):
        sums = run["change"].cumsum()
        passing = sums.index[(sums < -threshold) & (sums.index > run.index[0])]
        if len(passing):
            height = passing[0]
            rows[run.index[0]] = (
                run.index[-1],
                len(run),
                sums.iloc[-1],
                height,
                run["timestamp"].loc[height],
            )
    columns = ["last", "cuts", "total", "height", "timestamp"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def drawdown(table: pd.DataFrame) -> pd.Series[float]:
    """Difficulty at each retarget against its highest so far, in percent: D / running maximum - 1."""
    level = table["difficulty"]
    return ((level / level.cummax() - 1) * 100).rename("drawdown")


def change_between(table: pd.DataFrame, start: dt.date, end: dt.date) -> float:
    """Change of difficulty in percent from the end of one day to the end of another (UTC).

    Over a quarter `start` is the day before its first: the level in force as it began.
    """
    return (at(table, end) / at(table, start) - 1) * 100


def mean_interval(epochs: pd.DataFrame, height: int) -> float:
    """Mean seconds between blocks in the epoch that ended where the epoch at `height` begins.

    Counted from first block to first block: 2,016 intervals.
    """
    before, first = epochs["timestamp"].loc[height - EPOCH_BLOCKS], epochs["timestamp"].loc[height]
    return float((first - before).total_seconds()) / EPOCH_BLOCKS


def other_day(time: pd.Timestamp, minutes: float) -> float:
    """Chance in percent that a time is of another day (UTC) than it says.

    Args:
        time: as estimated.
        minutes: the standard deviation of the estimate; 0 for a time that is known.
    """
    if not minutes:
        return 0.0
    start = time.normalize()
    error = NormalDist(sigma=minutes * 60)
    before, after = (start - time).total_seconds(), (start + pd.Timedelta(days=1) - time).total_seconds()
    return (error.cdf(before) + 1 - error.cdf(after)) * 100


def at(table: pd.DataFrame, day: dt.date) -> float:
    """Difficulty in force at the end of a day (UTC)."""
    return float(table[table["timestamp"].dt.date <= day]["difficulty"].iloc[-1])
