"""The steps of what follows from the chain: difficulty, ranks of its cuts, hash rate, hash price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims import network
from analysis.measures import difficulty, hashprice, hashrate
from pivot.claims.account import Margin, Step, number, step, worked
from pivot.claims.quantities import MINUS, Percent, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pivot.claims.account import Rows, Working
    from pivot.snapshots import Frame

    Made = Iterable[Step | Rows | Margin]

_HALVING = f"{hashprice.HALVING_BLOCKS:,}"
_POINTS = nearest(2, magnitude=True)


def level(bits: str, what: str) -> Step:
    """From compact target to difficulty: 65,535 over the mantissa, times 256 for each byte it is shorter."""
    compact = int(bits, 16)
    exponent, mantissa = compact >> 24, compact & 0xFFFFFF
    label = (
        f"difficulty {what}, bits {bits}: the first byte {bits[:2]} is {exponent} as a decimal number, "
        f"the rest {bits[2:]} is {mantissa:,}"
    )
    return step(label, f"65,535 / {mantissa:,} × 256^(29 − {exponent})", difficulty.difficulty(bits))


def changed(label: str, after: str, before: str, value: float) -> Step:
    """From one number to another, in percent of the first."""
    return step(label, f"({after} / {before} − 1) × 100", value)


def _difficulty_drop(epochs: Frame) -> Made:
    march = network.MARCH_RETARGET
    yield from _change(epochs, march - difficulty.EPOCH_BLOCKS, march, "change in percent")
    yield from _quarter_decline(epochs)


def _quarter_decline(epochs: Frame) -> Made:
    table = difficulty.retargets(epochs)
    start, end = (int(table.index[table["timestamp"].dt.date <= day][-1]) for day in network.QUARTER_ENDS)
    yield from _change(epochs, start, end, "change over the quarter, in percent")


def _change(epochs: pd.DataFrame, start: int, end: int, label: str) -> Made:
    before, after = (
        level(str(epochs.loc[height, "bits"]), f"from block {height:,}") for height in (start, end)
    )
    levels = (difficulty.difficulty(str(epochs.loc[height, "bits"])) for height in (end, start))
    yield from (
        before,
        after,
        changed(label, after.result, before.result, (next(levels) / next(levels) - 1) * 100),
    )


def _changes(table: pd.DataFrame, name: str) -> Rows:
    shown = table[["difficulty", "change"]].assign(day=table["timestamp"].dt.strftime("%Y-%m-%d"))
    return worked(name, shown[["day", "difficulty", "change"]])


def _place(table: pd.DataFrame, what: str) -> Made:
    """The place of the March cut in a table of retargets, by its cell there, and its neighbours."""
    march = float(table["change"].loc[network.MARCH_RETARGET])
    rank = difficulty.rank(table, network.MARCH_RETARGET)
    yield step(f"place among {what}", f"count of change below {MINUS}{-march:.15g} + 1", rank)
    order = table["change"].sort_values(kind="stable")
    at = list(order.index).index(network.MARCH_RETARGET)
    for words, place in (("next deeper", at - 1), ("next less deep", at + 1)):
        if 0 <= place < len(order):
            other = float(order.iloc[place])
            yield Margin(
                "the place",
                f"the {words} is {Percent(other).display(nearest(2))} at block {order.index[place]:,}, "
                f"{Percent(other - march).display(_POINTS)} away in points",
            )


def _rank_year(epochs: Frame) -> Made:
    table = difficulty.of_year(difficulty.retargets(epochs), network.QUARTER.year)
    yield from _difficulty_drop(epochs)
    yield _changes(table, "retargets of the year")
    yield from _place(table, "the retargets of the year")


def _rank_record(epochs: Frame) -> Made:
    table = difficulty.retargets(epochs)
    yield from _difficulty_drop(epochs)
    yield _changes(table, "retargets")
    yield from _place(table, "all retargets")
    deeper = difficulty.rank(table, network.MARCH_RETARGET) - 1
    share = difficulty.share_sharper(table, network.MARCH_RETARGET)
    yield step("share that cut deeper, in percent", f"{deeper} / {len(table):,} × 100", share)


def _consecutive(epochs: Frame, cited: Frame) -> Made:
    threshold = float(cited.loc["consecutive-cut-threshold", "low"])
    table = difficulty.retargets(epochs)
    before = table["change"].shift(1)
    fired = table.assign(before=before)[(table["change"] < -threshold) & (before < -threshold)]
    yield worked(
        "retargets that follow a deep cut",
        fired[["before", "change"]].assign(day=fired["timestamp"].dt.strftime("%Y-%m-%d")),
    )
    yield step("how often", f"count of change below {number(-threshold)}", len(fired))
    for height, row in fired.tail(1).iterrows():
        yield Margin(
            "the newest of them",
            f"at block {height:,}, {Percent(row['before']).display(nearest(2))} and then "
            f"{Percent(row['change']).display(nearest(2))}",
        )


def _block_interval(epochs: Frame) -> Made:
    march = network.MARCH_RETARGET
    first, last = (epochs["timestamp"].loc[height] for height in (march - difficulty.EPOCH_BLOCKS, march))
    span = last - first
    yield step("the target, in minutes", f"{difficulty.BLOCK_SECONDS} / 60", difficulty.BLOCK_SECONDS / 60)
    clock = span.components
    yield step(
        f"seconds from block {march - difficulty.EPOCH_BLOCKS:,} to block {march:,}",
        f"{clock.days} × 86,400 + {clock.hours} × 3,600 + {clock.minutes} × 60 + {clock.seconds}",
        span.total_seconds(),
    )
    mean = difficulty.mean_interval(epochs, march)
    yield step("mean of the epoch, in seconds", f"{number(span.total_seconds())} / 2,016", mean)
    yield step("the same in minutes", f"{number(mean)} / 60", mean / 60)


def _day_levels(day: pd.Timestamp, days: pd.DataFrame, epochs: pd.DataFrame) -> tuple[list[Step], str, float]:
    """The mean difficulty of one day's blocks: steps, the last result, and its value."""
    last, blocks = int(days.loc[day, "last_height"]), int(days.loc[day, "blocks"])
    first = last - blocks + 1
    opened = int(epochs.index[epochs.index <= first][-1])  # the newest that is known, as the measure has it
    starts = [int(start) for start in epochs.loc[opened:last].index]
    levels = [level(str(epochs.loc[start, "bits"]), f"from block {start:,}") for start in starts]
    value = float(hashrate.day_difficulty(days.loc[[day]], epochs).iloc[0])
    if len(starts) == 1:
        return levels, levels[0].result, value
    ends = [*starts[1:], last + 1]
    counts = [end - max(start, first) for start, end in zip(starts, ends, strict=True)]
    terms = " + ".join(f"{count} × {one.result}" for count, one in zip(counts, levels, strict=True))
    mean = step(
        f"mean difficulty of the {blocks} blocks up to block {last:,}", f"({terms}) / {blocks}", value
    )
    return [*levels, mean], mean.result, value


def day_price(day: pd.Timestamp, days: pd.DataFrame, epochs: pd.DataFrame, price: float) -> Made:
    """The hash price of one day at a price of a bitcoin."""
    last = int(days.loc[day, "last_height"])
    halvings = last // hashprice.HALVING_BLOCKS
    subsidy = hashprice.subsidy(last)
    fee = float(days.loc[day, "fee_btc_per_block"])
    steps, level, value = _day_levels(day, days, epochs)
    yield from steps
    yield step(
        f"subsidy in BTC after {halvings} halvings ({last:,} / {_HALVING}, cut to whole)",
        f"50 / 2^{halvings}",
        subsidy,
    )
    reward = step(
        "reward of a block in BTC, with mean fees", f"{number(subsidy)} + {number(fee)}", subsidy + fee
    )
    yield reward
    yield step(
        f"hash price on {day:%Y-%m-%d}, in USD per PH/s per day",
        f"{reward.result} × {number(price)} × 86,400 / ({level} × 2^32) × 10^15",
        hashprice.hashprice(subsidy + fee, price, value),
    )


def _hashprice_range(days: Frame, prices: Frame, epochs: Frame) -> Made:
    table = hashprice.daily(days, prices, epochs)
    yield worked("hash price of each day", table)
    day = table.index[-1]
    yield from day_price(day, days, epochs, float(table["price"].loc[day]))
    month = table["hashprice"].tail(hashprice.WINDOW)
    expression = f"sum of hashprice from {month.index[0]:%Y-%m-%d} to {day:%Y-%m-%d} / {len(month)}"
    yield step("mean of the days that end on it, in USD per PH/s per day", expression, float(month.mean()))


def _hashprice_low(days: Frame, prices: Frame, epochs: Frame) -> Made:
    table = hashprice.daily(days, prices, epochs)
    yield worked("hash price of each day", table)
    day = table["hashprice"].idxmin()
    lowest = float(table["hashprice"].loc[day])
    yield from day_price(day, days, epochs, float(table["price"].loc[day]))
    yield step("the lowest of all days", "smallest of hashprice", lowest)
    second = table["hashprice"].drop(day)
    yield Margin(
        "its place",
        f"the next lowest day is {second.idxmin():%Y-%m-%d} with {number(round(float(second.min()), 4))}",
    )


def _rates(days: pd.DataFrame, epochs: pd.DataFrame, name: str) -> Rows:
    """Each day's hash rate: blocks x difficulty x 2^32 / 86,400 / 10^18."""
    table = days[["last_height", "blocks"]].assign(
        difficulty=hashrate.day_difficulty(days, epochs), ehs=hashrate.daily(days, epochs)
    )
    return worked(name, table)


def one_rate(day: pd.Timestamp, days: pd.DataFrame, epochs: pd.DataFrame) -> Made:
    """How the table of rates is made, for one of its days."""
    steps, level, _ = _day_levels(day, days, epochs)
    yield from steps
    blocks = int(days.loc[day, "blocks"])
    rate = float(hashrate.daily(days.loc[[day]], epochs).iloc[0])
    yield step(
        f"hash rate on {day:%Y-%m-%d}, in EH/s, as in the table",
        f"{blocks} × {level} × 2^32 / 86,400 / 10^18",
        rate,
    )


def _mean_rate(label: str, rates: pd.Series[float]) -> Step:
    first, last = rates.index[0], rates.index[-1]
    expression = f"sum of ehs from {first:%Y-%m-%d} to {last:%Y-%m-%d} / {len(rates)}"
    return step(label, expression, float(rates.mean()))


def _hashrate_decline(days: Frame, epochs: Frame) -> Made:
    quarter = network.QUARTER
    first, last = (quarter - 1).start_time, quarter.end_time
    used = days.loc[first:last]
    yield _rates(used, epochs, "hash rate of each day")
    yield from one_rate(used.index[-1], days, epochs)
    rates = hashrate.daily(days, epochs)
    eve = quarter.start_time - pd.Timedelta(days=1)
    falls: list[float] = []
    for window in hashrate.WINDOWS:
        ends = [rates.loc[:end].tail(window) for end in (eve, last)]
        yield from _fall(f"{window}-day average", ends, falls)
    yield from _fall("quarter mean", [rates.loc[first:eve], rates.loc[quarter.start_time : last]], falls)
    yield Step("from the smallest to the largest fall", "", f"{number(min(falls))} to {number(max(falls))}")


def _fall(reading: str, ends: Sequence[pd.Series[float]], falls: list[float]) -> Made:
    before, after = (
        _mean_rate(f"{reading} {words}, in EH/s", rates)
        for words, rates in zip(("before the quarter", "at its end"), ends, strict=True)
    )
    fall = -(float(ends[1].mean()) / float(ends[0].mean()) - 1) * 100
    falls.append(fall)
    yield from (before, after)
    yield step(f"fall by the {reading}, in percent", f"(1 − {after.result} / {before.result}) × 100", fall)


WORKINGS: Mapping[str, Working] = {
    "difficulty-drop": _difficulty_drop,
    "difficulty-q1-decline": _quarter_decline,
    "difficulty-drop-rank-year": _rank_year,
    "difficulty-drop-rank-record": _rank_record,
    "consecutive-cut-threshold": _consecutive,
    "block-interval": _block_interval,
    "hashrate-q1-decline": _hashrate_decline,
    "hashprice-range": _hashprice_range,
    "hashprice-low": _hashprice_low,
}
