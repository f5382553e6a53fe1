"""Our measures against what others published for the same moment: each point, ours beside it, and the error.

None of these figures went into ours, so a fault in a formula, a series or a reading of dates shows here.
Each table is indexed by the id of the published point, in the order of time, with the columns `day`,
`published`, `ours` and `error` (percent of the published value).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from analysis.measures import difficulty, hashprice, hashrate

if TYPE_CHECKING:
    from collections.abc import Mapping

TERA = 1e12
WINDOW = 7
"""Days of the average in which most figures for hash rate are quoted."""

ONE_SERIES = "7-day SMA"
"""How the points of Hashrate Index say that they are 7-day averages; others average in other ways."""


class Reading(NamedTuple):
    """Where in the words of a piece of evidence a figure on difficulty stands.

    Args:
        evidence: its id.
        place: which of the numbers in its `value`, counted from 0.
        height: first block of the epoch that the figure is about.
        change: whether it is the change at that retarget in percent; else it is the difficulty from there on.
        scale: what the number is counted in.
    """

    evidence: str
    place: int
    height: int
    change: bool = False
    scale: float = 1.0


READINGS = (
    Reading("difficulty-drop-rank-year-blockchain-council", 0, 935_424, change=True),
    Reading("difficulty-drop-rank-year-blockchain-council", 1, 935_424, scale=TERA),
    Reading("difficulty-drop-contextix", 0, 941_472, change=True),
    Reading("difficulty-drop-blockto-io", 0, 941_472, change=True),
    Reading("difficulty-drop-blockto-io", 1, 941_472, scale=TERA),
    Reading("difficulty-drop-rank-year-coinrab-com", 0, 953_568, change=True),
    Reading("difficulty-drop-rank-year-solobitaxe-com", 1, 951_552),
    Reading("difficulty-drop-rank-year-solobitaxe-com", 2, 953_568),
)
"""The published figures of the February, March and June retargets."""


def hash_prices(
    points: pd.DataFrame,
    days: pd.DataFrame,
    prices: pd.DataFrame,
    epochs: pd.DataFrame,
    *,
    at_stated_price: bool,
) -> pd.DataFrame:
    """Hash price in USD per PH/s per day against every point that states one number for one exact day.

    Args:
        points: published hash prices: `day`, `date_precision`, `relation`, `low`, `btc_usd_stated`, `usable`.
        days: blocks and fees of each day.
        prices: closing price of each day.
        epochs: compact targets.
        at_stated_price: whether to take the price that was published with the point, where one was; a point
            is taken at some hour, and by the day's close the price may have moved by several percent.
    """
    exact = _exact(points[points["usable"]])
    daily = hashprice.daily(days, prices, epochs).reindex(exact["day"]).set_index(exact.index)
    ours = daily["hashprice"]
    if at_stated_price:
        ours = ours * (exact["btc_usd_stated"] / daily["price"]).fillna(1.0)
    return _compared(exact["day"], exact["low"], ours)


def hash_rates(
    points: pd.DataFrame, days: pd.DataFrame, epochs: pd.DataFrame, *, one_series: bool
) -> pd.DataFrame:
    """7-day hash rate in EH/s against the published ones of an exact day.

    Args:
        points: published hash rates: `day`, `date_precision`, `relation`, `low`, `averaging`.
        days: blocks of each day.
        epochs: compact targets.
        one_series: whether to compare with Hashrate Index, or with all others that average over seven days.
    """
    exact = _exact(points)
    chosen = exact["averaging"].str.startswith(ONE_SERIES)
    exact = exact[chosen if one_series else exact["averaging"].str.startswith(f"{WINDOW}-day") & ~chosen]
    ours = hashrate.average(hashrate.daily(days, epochs), WINDOW).reindex(exact["day"]).set_axis(exact.index)
    return _compared(exact["day"], exact["low"], ours)


def difficulties(evidence: pd.DataFrame, epochs: pd.DataFrame, *, change: bool) -> pd.DataFrame:
    """Difficulty (no unit), or its change in percent, against the figures in `READINGS` public by then.

    Raises:
        IndexError: a piece of evidence has fewer numbers than its reading supposes.
    """
    table = difficulty.retargets(epochs)
    readings: Mapping[str, Reading] = {
        f"{one.evidence}-{one.place}": one
        for one in READINGS
        if one.change is change and one.evidence in evidence.index and one.height in table.index
    }
    published = {
        id_: _numbers(evidence.loc[one.evidence, "value"])[one.place] * one.scale
        for id_, one in readings.items()
    }
    at = table.loc[[one.height for one in readings.values()]].set_axis(list(readings))
    day = at["timestamp"].dt.tz_localize(None).dt.normalize()
    return _compared(day, pd.Series(published, dtype="float64"), at["change" if change else "difficulty"])


def readable(evidence: pd.DataFrame) -> pd.Series[bool]:
    """Which pieces of evidence (`id`, `value`) have each number that is read of them, none of them zero."""
    places: dict[str, list[int]] = {}
    for one in READINGS:
        places.setdefault(one.evidence, []).append(one.place)

    def holds(id_: str, value: str) -> bool:
        found = dict(enumerate(_numbers(value)))
        return all(found.get(place) for place in places.get(id_, ()))

    pairs = zip(evidence["id"], evidence["value"], strict=True)
    return pd.Series([holds(*pair) for pair in pairs], evidence.index, dtype=bool)


def _numbers(text: str) -> list[float]:
    return [float(found.replace(",", "")) for found in re.findall(r"-?\d[\d,]*(?:\.\d+)?", text)]


def _exact(points: pd.DataFrame) -> pd.DataFrame:
    """Points that state one number for one day; of two for a day the later publication counts."""
    chosen = points[(points["date_precision"] == "day") & (points["relation"] == "=")]
    return chosen.sort_values(["day", "published"], kind="stable").drop_duplicates("day", keep="last")


def _compared(day: pd.Series[Any], published: pd.Series[float], ours: pd.Series[float]) -> pd.DataFrame:
    table = pd.DataFrame({"day": day, "published": published, "ours": ours}).dropna()
    return table.assign(error=(table["ours"] / table["published"] - 1) * 100).sort_values(
        "day", kind="stable"
    )
