"""Difficulty over a quarter and in runs, the error of a hash rate, and where the hash price stands.

Expected values were worked out apart from this code, by the audit that asked for these measures or by hand.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.claims.network import MARCH_RETARGET, QUARTER
from analysis.measures import difficulty, hashprice, hashrate, oracles
from tests.conftest import AFTER_JUNE, IN_AUGUST, NEWEST, vintage_of

CHANGES = st.lists(st.floats(-30, 30), min_size=1, max_size=40)


def frame(name: str, day: dt.date = NEWEST) -> pd.DataFrame:
    return vintage_of(day).data(name).frame


def retargets(day: dt.date = NEWEST) -> pd.DataFrame:
    return difficulty.retargets(frame("epochs", day))


def changed(changes: list[float]) -> pd.DataFrame:
    """Retargets with these changes, 2,016 blocks and a fortnight apart."""
    index = pd.RangeIndex(2016, 2016 * (len(changes) + 1), 2016)
    timestamp = pd.date_range("2026-01-01", periods=len(changes), freq="14D", tz="UTC")
    levels = np.cumprod(1 + np.array(changes) / 100)
    return pd.DataFrame({"timestamp": timestamp, "difficulty": levels, "change": changes}, index)


def hashprices(day: dt.date = NEWEST) -> pd.DataFrame:
    return hashprice.daily(frame("days", day), frame("prices", day), frame("epochs", day))


def test_difficulty_fell_by_more_over_the_quarter_than_at_the_cited_retarget() -> None:
    table, (eve, end) = retargets(), (dt.date(2025, 12, 31), dt.date(2026, 3, 31))
    assert round(difficulty.at(table, eve) / 1e12, 3) == 148.258
    assert round(difficulty.at(table, end) / 1e12, 3) == 133.793
    assert round(difficulty.change_between(table, eve, end), 2) == -9.76


def test_sixteen_percent_of_cuts_were_deeper_than_the_cited_one() -> None:
    """Of all retargets it is 3.8%: rises count there, and none of them is deeper."""
    cuts = difficulty.cuts(retargets(IN_AUGUST))
    assert len(cuts) == 108
    assert round(difficulty.share_sharper(cuts, MARCH_RETARGET), 1) == 16.7
    assert round(difficulty.share_sharper(retargets(IN_AUGUST), MARCH_RETARGET), 1) == 3.8
    assert difficulty.rank(cuts, MARCH_RETARGET) == difficulty.rank(retargets(), MARCH_RETARGET)


def test_three_cuts_passed_five_percent_together_on_7_february() -> None:
    run = difficulty.cut_runs(retargets(), 5.0).loc[931_392]
    assert list(retargets()["change"].loc[[931_392, 933_408, 935_424]].round(2)) == [-1.20, -3.28, -11.16]
    assert run["timestamp"].date() == dt.date(2026, 2, 7)
    assert (run["height"], run["last"], run["cuts"]) == (935_424, 935_424, 3)
    assert round(run["total"], 2) == -15.64


@pytest.mark.parametrize(
    ("changes", "heights"),
    [
        ([-6.0], []),
        ([-6.0, 1.0, -6.0], []),
        ([-6.0, -0.1], [2016 * 2]),
        ([-2.0, -2.0, -2.0, -9.0], [2016 * 3]),
        ([1.0, -3.0, -3.0, 0.0, -4.0, -4.0], [2016 * 3, 2016 * 6]),
        ([-2.5, -2.5], []),
    ],
)
def test_a_run_passes_where_its_sum_does_and_never_at_its_first_cut(
    changes: list[float], heights: list[int]
) -> None:
    assert list(difficulty.cut_runs(changed(changes), 5.0)["height"]) == heights


@settings(deadline=None)
@given(CHANGES)
def test_runs_are_cuts_in_a_row_that_pass_the_threshold(changes: list[float]) -> None:
    table = changed(changes)
    for first, run in difficulty.cut_runs(table, 5.0).iterrows():
        own = table["change"].loc[first : run["last"]]
        assert (own < 0).all()
        assert len(own) == run["cuts"] >= 2
        assert own.loc[: run["height"]].sum() < -5
        assert own.sum() == pytest.approx(run["total"])


@settings(deadline=None)
@given(CHANGES)
def test_drawdown_is_nothing_at_a_record_and_never_a_gain(changes: list[float]) -> None:
    table = changed(changes)
    drawdown = difficulty.drawdown(table)
    assert ((drawdown <= 0) & (drawdown > -100)).all()
    assert drawdown.loc[table["difficulty"].idxmax()] == 0


def test_the_deepest_drawdown_was_that_of_2021() -> None:
    """Three epochs at 45.4% below May 2021: 13.673 of 25.046 T, as explorers have both."""
    drawdown = difficulty.drawdown(retargets())
    assert drawdown.idxmin() == 691_488
    assert drawdown.min() == pytest.approx((13.673 / 25.046 - 1) * 100, abs=0.01)
    assert drawdown.loc[953_568] == pytest.approx(-19.90, abs=0.005)


@pytest.mark.parametrize(("window", "points"), [(7, 4.5), (14, 3.1), (30, 2.2)])
def test_sampling_error_of_two_windows(window: int, points: float) -> None:
    assert round(hashrate.sampling_error(window), 1) == points
    assert hashrate.quarter_errors(QUARTER)[f"{window}-day average"] == hashrate.sampling_error(window)


@pytest.mark.parametrize(("after", "before"), [(90, 92), (90, 10), (10, 90)])
def test_sampling_error_is_the_spread_of_simulated_changes(after: int, before: int) -> None:
    """Blocks of two windows drawn a hundred thousand times at a steady hash rate: what luck alone changes."""
    draw = np.random.default_rng(7).poisson([[144 * after], [144 * before]], (2, 100_000))
    changes = (draw[0] / after) / (draw[1] / before) - 1
    assert hashrate.sampling_error(after, before) == pytest.approx((changes * 100).std(), rel=0.01)


def test_means_of_quarters_have_the_error_of_their_own_lengths() -> None:
    assert hashrate.quarter_errors(QUARTER)["quarter mean"] == hashrate.sampling_error(90, 92)


def test_price_fell_by_a_quarter_and_hash_rate_by_little() -> None:
    rates = hashrate.daily(frame("days"), frame("epochs"))
    price, rate = hashrate.beside_price(rates, frame("prices"), "2026-05-08", "2026-06-30")
    assert (round(price, 1), round(rate, 1)) == (-27.0, -3.9)


def test_the_newest_hash_price_was_a_spike() -> None:
    level = hashprice.level(hashprices()["hashprice"])
    assert (round(level.value, 2), round(level.mean, 2)) == (39.13, 32.38)
    assert round(hashprices()["hashprice"].loc["2026-08-17"], 2) == 31.96
    closes = frame("prices", IN_AUGUST)["close_usd"]
    close = hashprice.level(closes)
    assert (round(close.change, 1), close.rank) == (21.5, 1)
    assert close.before == closes.loc["2026-08-18"]


def test_hash_price_without_fees_is_the_least_that_it_was() -> None:
    """After the last day with fees: as the compilation of November has it, from the same closes."""
    vintage = vintage_of(dt.date(2026, 10, 8))
    frames = (vintage.data("prices").frame, vintage.data("epochs").frame)
    least = hashprice.without_fees(*frames, pd.Timestamp("2026-08-22"))
    assert (len(least), round(least.min(), 2), round(least.max(), 2)) == (48, 37.38, 40.85)
    known = {"2026-08-22": 37.89, "2026-08-23": 38.79, "2026-10-07": 39.40, "2026-10-08": 38.68}
    assert {day: round(least.loc[day], 2) for day in known} == known
    table = hashprices()["hashprice"].tail(90)
    share = table / hashprice.without_fees(*frames, table.index[0]).loc[table.index]
    assert share.median() == pytest.approx(1.007, abs=0.001)


def test_the_hash_price_of_30_june_is_28_dollars_rounded() -> None:
    level = hashprice.level(hashprices(AFTER_JUNE)["hashprice"])
    assert level.day.date() == AFTER_JUNE
    assert round(level.value, 2) == 27.73


def test_a_level_needs_a_whole_window() -> None:
    days = pd.date_range("2026-01-01", periods=hashprice.WINDOW)
    series = pd.Series(100.0, days)
    assert hashprice.level(series).mean == 100
    with pytest.raises(ValueError, match="30 days are needed, 29 are there"):
        hashprice.level(series.iloc[1:])


def test_27_of_598_days_set_a_new_low() -> None:
    table = hashprices()["hashprice"]
    assert (len(hashprice.new_lows(table)), len(table)) == (27, 598)


@settings(deadline=None)
@given(st.lists(st.floats(1, 100), min_size=1, max_size=30))
def test_new_lows_fall_from_one_to_the_next_down_to_the_lowest(values: list[float]) -> None:
    lows = hashprice.new_lows(pd.Series(values))
    assert list(lows) == sorted(set(lows), reverse=True)
    assert min([values[0], *lows]) == min(values)


def test_epochs_of_days_begin_with_the_one_in_which_the_first_day_began() -> None:
    epochs = pd.DataFrame(index=pd.RangeIndex(0, 5 * 2016, 2016))
    for first, expected in ((4_031, [2016, 4032, 6048, 8064]), (4_032, [4032, 6048, 8064])):
        days = pd.DataFrame({"last_height": [first + 144, first + 288], "blocks": [144, 144]})
        assert list(difficulty.epochs_of(days, epochs)) == expected
    assert list(difficulty.epochs_of(days.iloc[1:], epochs.loc[:4032])) == [4032]


def test_evidence_is_readable_where_it_has_each_number_that_is_read_of_it() -> None:
    id_ = "difficulty-drop-rank-year-solobitaxe-com"  # of which the second and the third are read
    values = ["1; 2,000; 3.5", "1; 2,000", "1; 0; 3.5", "0; 2; 3", "no number"]
    evidence = pd.DataFrame({"id": [*[id_] * 5, "another"], "value": [*values, "no number"]})
    assert list(oracles.readable(evidence)) == [True, False, False, True, False, True]


@pytest.mark.parametrize(
    ("time", "minutes", "chance"),
    [
        ("2026-06-14T00:17:19Z", 12, 50 * math.erfc(1_039 / 720 / math.sqrt(2))),
        ("2026-06-14T23:42:41Z", 12, 50 * math.erfc(1_039 / 720 / math.sqrt(2))),
        ("2026-06-14T12:00:00Z", 12, 0.0),
        ("2026-06-14T00:00:01Z", 0, 0.0),
    ],
)
def test_an_estimated_time_may_be_of_another_day(time: str, minutes: float, chance: float) -> None:
    assert difficulty.other_day(pd.Timestamp(time), minutes) == pytest.approx(chance, abs=1e-9)
