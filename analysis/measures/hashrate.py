"""Network hash rate, estimated from the blocks that were found.

A data set of days has one row for each UTC day, indexed by day, with the columns `blocks` and `last_height`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.measures.difficulty import difficulty

if TYPE_CHECKING:
    from numpy.typing import NDArray

HASHES_PER_DIFFICULTY = 2**32
"""Expected hashes for a block at difficulty 1 (2^48 / 65,535 is 0.0015% more; the usual rounding is kept)."""

DAY_SECONDS = 86_400
BLOCKS_PER_DAY = 144
EXA = 1e18

WINDOWS = (7, 14, 30)
"""Days of the averages in use: mempool.space and Hashrate Index quote 7 and 30, some news 14."""


def _work_up_to(epochs: pd.DataFrame, heights: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum of the difficulty of every block up to and with each height."""
    starts = epochs.index.to_numpy()
    levels = epochs["bits"].map(difficulty).to_numpy()
    before = np.concatenate(([0.0], np.cumsum(levels[:-1] * np.diff(starts))))
    epoch = np.searchsorted(starts, heights, side="right") - 1
    return np.asarray(before[epoch] + (heights - starts[epoch] + 1) * levels[epoch])


def day_difficulty(days: pd.DataFrame, epochs: pd.DataFrame) -> pd.Series[float]:
    """Mean difficulty of the blocks found on each day, indexed by day."""
    last = days["last_height"].to_numpy()
    work = _work_up_to(epochs, last) - _work_up_to(epochs, last - days["blocks"].to_numpy())
    return pd.Series(work / days["blocks"].to_numpy(), index=days.index, name="difficulty")


def daily(days: pd.DataFrame, epochs: pd.DataFrame) -> pd.Series[float]:
    """Hash rate of each day in EH/s, indexed by day.

    Formula: blocks x mean difficulty x 2^32 / 86,400 s. One day's luck moves it by about 8%
    (one standard deviation of a Poisson count of 144), so no claim rests on a single day.
    """
    work = days["blocks"] * day_difficulty(days, epochs)
    return (work * HASHES_PER_DIFFICULTY / DAY_SECONDS / EXA).rename("hashrate")


def average(hashrate: pd.Series[float], window: int) -> pd.Series[float]:
    """Mean over the `window` days that end on each day, in EH/s; NaN before the window is full."""
    return hashrate.rolling(window).mean()


def quarter_changes(hashrate: pd.Series[float], quarter: pd.Period) -> pd.DataFrame:
    """How the hash rate changed over a quarter, by every reading in common use.

    Returns:
        A table indexed by reading, with `before` and `after` in EH/s and `change` in percent: the averages of
        `WINDOWS` days at the quarter's ends, and the quarter's mean against the mean of the quarter before.
    """
    start, end = quarter.start_time.normalize(), quarter.end_time.normalize()
    eve = start - pd.Timedelta(days=1)
    previous = quarter - 1
    rows = {
        f"{window}-day average": (average(hashrate, window).loc[eve], average(hashrate, window).loc[end])
        for window in WINDOWS
    }
    rows["quarter mean"] = (
        hashrate.loc[previous.start_time : previous.end_time].mean(),
        hashrate.loc[start:end].mean(),
    )
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["before", "after"])
    return table.assign(change=(table["after"] / table["before"] - 1) * 100)


def sampling_error(after: int, before: int | None = None) -> float:
    """Standard error, in percent points, of a change of hash rate between two windows of days.

    Blocks arrive by a Poisson process, so a mean over w days rests on 144 w blocks and is off by 1 in the
    root of that. Of a change both ends are off: sqrt(1 / (144 w) + 1 / (144 v)), which is sqrt(2 / (144 w))
    for two windows of one length. Difficulty is exact and adds nothing.

    Args:
        after: days of the window at the end.
        before: days of the one before; by default as many.
    """
    return 100 * math.sqrt(sum(1 / (BLOCKS_PER_DAY * days) for days in (after, before or after)))


def quarter_errors(quarter: pd.Period) -> pd.Series[float]:
    """The sampling error of each reading of `quarter_changes`, in percent points, indexed by reading."""
    errors = {f"{window}-day average": sampling_error(window) for window in WINDOWS}
    lengths = [(one.end_time - one.start_time).days + 1 for one in (quarter, quarter - 1)]
    errors["quarter mean"] = sampling_error(*lengths)
    return pd.Series(errors, name="error")


def beside_price(
    hashrate: pd.Series[float], prices: pd.DataFrame, start: str, end: str, window: int = 30
) -> tuple[float, float]:
    """Change of the close and of the average hash rate from one day to another, both in percent.

    Args:
        hashrate: EH/s of each day.
        prices: closing price of each day, `close_usd`.
        start: first day, such as `2026-05-08`.
        end: last day.
        window: days of the average that ends on each of the two.
    """
    rate, close = average(hashrate, window), prices["close_usd"]
    price_change = (close.loc[end] / close.loc[start] - 1) * 100
    return float(price_change), float((rate.loc[end] / rate.loc[start] - 1) * 100)
