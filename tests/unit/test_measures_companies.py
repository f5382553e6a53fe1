"""Concentration, the AI share of a group, and the calibrated revenue of the ten largest.

Expected values were worked out apart from this code, by the audit that asked for these measures or by hand.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures import concentration, fleets, hashprice, hashrate, operators, periods, revenue
from tests.conftest import AFTER_JUNE, AS_READ, IN_AUGUST, NEWEST, vintage_of

ISSUANCE = revenue.issuance(3.125)
SHARES = st.lists(st.floats(0.01, 1), min_size=1, max_size=20).map(lambda x: [100 * y / sum(x) for y in x])


def frame(name: str, day: dt.date = NEWEST) -> pd.DataFrame:
    return vintage_of(day).data(name).frame


def ten(day: dt.date) -> pd.DataFrame:
    network = hashrate.average(hashrate.daily(frame("days", day), frame("epochs", day)), fleets.WINDOW)
    return fleets.at_own_date(operators.latest_hash_rates(frame("statements", day)).head(10), network)


def realised(day: dt.date) -> pd.DataFrame:
    return fleets.realised(*(frame(name, day) for name in ("statements", "days", "epochs")))


# Concentration


@pytest.mark.parametrize(
    ("month", "index"), [("2025-01", 1833), ("2025-12", 1500), ("2026-03", 1691), ("2026-04", 1589)]
)
def test_herfindahl_index_of_pools_by_month(month: str, index: int) -> None:
    table = concentration.indices(frame("pool_shares"))
    assert round(table.loc[month, "hhi"]) == index
    assert 0 < table.loc[month, "hhi_most"] - table.loc[month, "hhi"] < 6


def test_three_pools_found_more_than_half_of_the_blocks_since_may_2025() -> None:
    """In January, March and April 2025 two did, Foundry USA and AntPool."""
    coefficients = concentration.indices(frame("pool_shares"))["nakamoto"]
    assert set(coefficients.loc["2025-05":]) == {3}
    assert list(coefficients.loc[:"2025-04"]) == [2, 3, 2, 2]


@pytest.mark.parametrize(
    ("shares", "coefficient"), [([50, 30, 20], 2), ([51, 49], 1), ([30, 19, 1], 0), ([], 0)]
)
def test_nakamoto_coefficient_asks_for_more_than_half(shares: list[float], coefficient: int) -> None:
    assert concentration.nakamoto(shares) == coefficient


@settings(deadline=None)
@given(SHARES)
def test_indices_lie_between_those_of_equals_and_of_one_alone(shares: list[float]) -> None:
    assert 10_000 / len(shares) - 1e-6 <= concentration.herfindahl(shares) <= 10_000 + 1e-6
    assert 1 <= concentration.nakamoto(shares) <= len(shares) // 2 + 1


@settings(deadline=None)
@given(SHARES, st.integers(0, 18))
def test_two_pools_that_are_one_raise_the_index_and_need_no_more_to_be_half(
    shares: list[float], place: int
) -> None:
    if len(shares) < 2:
        return
    place %= len(shares) - 1
    merged = [*shares[:place], shares[place] + shares[place + 1], *shares[place + 2 :]]
    assert concentration.herfindahl(merged) > concentration.herfindahl(shares)
    assert concentration.nakamoto(merged) <= concentration.nakamoto(shares)


# The AI share of a group


def test_seven_companies_drew_13_percent_of_a_quarter_from_ai() -> None:
    group = operators.ai_share_of_group(frame("statements", AFTER_JUNE), "Q1 2026")
    assert len(group) == 1 + 7
    assert (round(group.loc["all", "ai"], 1), round(group.loc["all", "total"], 1)) == (110.7, 841.4)
    assert round(group.loc["all", "share"], 1) == 13.2
    without_riot = group.loc["all", "ai"] - group.loc["Riot", "ai"]
    assert round(without_riot / group.loc["all", "total"] * 100, 1) == 9.2


def test_a_group_counts_a_company_without_ai_and_no_company_without_revenue() -> None:
    rows = [
        ("A", "revenue", 100.0, "2026-05-01"),
        ("A", "data_center_revenue", 20.0, "2026-05-01"),
        ("A", "revenue", 999.0, "2026-06-01"),
        ("B", "mining_revenue", 100.0, None),
        ("C", "net_loss", 50.0, "2026-05-01"),
        ("D", "mining_revenue", 0.0, "2026-05-01"),
    ]
    table = pd.DataFrame(rows, columns=["company", "metric", "value", "published"])
    table = table.assign(unit="USD million", period="Q1 2026", published=pd.to_datetime(table["published"]))
    group = operators.ai_share_of_group(table, "Q1 2026")
    assert list(group.index) == ["A", "B", "all"]
    assert list(group["share"]) == [20, 0, 10]


# Statements


def test_of_figures_published_on_one_day_the_latest_period_is_the_newest() -> None:
    """A deck gives four quarters at once; by the names of its rows the oldest would come last."""
    rows = [("Q4 2025", 120.0), ("Jul 2026", 430.0), ("Q1 2026", 225.0), ("target", 590.0)]
    table = pd.DataFrame(rows, columns=["period", "value"]).assign(company="A", metric="mw_billing")
    table["published"] = pd.Timestamp("2026-07-28")
    newest = operators.select(table, "A", ["mw_billing"])
    assert list(newest["value"]) == [590, 120, 225, 430]
    undated = table.assign(published=[pd.NaT, *table["published"].iloc[1:]])
    assert operators.select(undated, "A", ["mw_billing"])["value"].iloc[0] == 120
    assert operators.select(table, "B", ["mw_billing"]).empty


# The ten largest


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("31 Dec 2025", "2025-12-31", "2025-12-31"),
        ("Q2 2026 release (about 30 Jun 2026)", "2026-06-30", "2026-06-30"),
        ("Feb 2026", "2026-02-01", "2026-02-28"),
        ("Feb-Mar 2026", "2026-02-01", "2026-03-31"),
        ("4-25 Mar 2026", "2026-03-04", "2026-03-25"),
        ("mid Jun 2026", "2026-06-01", "2026-06-30"),
        ("mid 2026", "2026-06-30", "2026-06-30"),
        ("Q1 2026", "2026-01-01", "2026-03-31"),
        ("Q2 2026 (calendar quarter inferred)", "2026-04-01", "2026-06-30"),
        ("H1 2026", "2026-01-01", "2026-06-30"),
        ("FY2025", "2025-01-01", "2025-12-31"),
        ("1 Jan to 30 Jun 2026", "2026-01-01", "2026-06-30"),
        ("Jul 2025 to Mar 2026", "2025-07-01", "2026-03-31"),
        ("Jun to Aug 2026", "2026-06-01", "2026-08-31"),
        ("quarter to 31 Mar 2026", "2026-01-01", "2026-03-31"),
        ("quarter to 30 Jun 2026", "2026-04-01", "2026-06-30"),
        ("FY to 30 Jun 2026", "2025-07-01", "2026-06-30"),
        ("end Mar 2026 (inferred; article value)", "2026-03-01", "2026-03-31"),
    ],
)
def test_span_of_a_period_in_words(period: str, first: str, last: str) -> None:
    assert periods.span(period) == (pd.Timestamp(first), pd.Timestamp(last))


def test_words_without_a_time_have_no_span() -> None:
    assert periods.span("target") is None
    day = pd.Timestamp("2026-03-05")
    assert periods.stated_day("target", day) == day


def test_every_hash_rate_and_coin_count_of_a_company_is_of_a_day_that_we_can_read() -> None:
    table = frame("statements")
    table = table[table["metric"].isin((*operators.OWN_HASH_RATE, "btc_mined"))]
    assert len(table) > 50
    assert [period for period in table["period"] if periods.span(period) is None] == []


def test_a_statement_is_not_of_a_day_after_its_publication() -> None:
    table = ten(NEWEST)
    assert (table["day"] <= table["published"]).all()
    early = table.set_index("company").loc["American Bitcoin"]
    assert (early["period"], early["day"]) == ("Mar 2026", pd.Timestamp("2026-03-03"))


def test_expected_coins_of_the_whole_network_are_those_of_its_blocks() -> None:
    """A fleet as large as the network finds every block, and gets the subsidy of each."""
    days, epochs = frame("days").loc["2026-03"], frame("epochs")
    network = hashrate.daily(days, epochs)
    coins = sum(fleets.expected_coins(float(rate), days, epochs, day, day) for day, rate in network.items())
    assert coins == pytest.approx(days["blocks"].sum() * 3.125)


def test_expected_coins_of_unknown_days_are_unknown() -> None:
    days, epochs = frame("days"), frame("epochs")
    last = days.index[-1]
    assert np.isnan(fleets.expected_coins(1.0, days, epochs, last, last + pd.Timedelta(days=1)))


def test_companies_that_publish_both_mine_nine_tenths_of_what_their_machines_would() -> None:
    """72 to 95%, median 91%; a year of coins is held against no one hash rate, and no peak counts."""
    pairs = realised(NEWEST)
    assert len(pairs) == 11
    assert [round(pairs["share"].min()), round(pairs["share"].max())] == [72, 95]
    assert round(pairs["share"].median()) == 91


def test_realised_share_of_one_pair_by_hand() -> None:
    """Riot in October 2025: 36.6 EH/s of the 1,074 that 4,493 blocks of that month mean, 437 coins."""
    pair = realised(NEWEST).loc["riot-btc-mined-oct-2025"]
    october = frame("days").loc["2025-10"]
    mean = hashrate.daily(october, frame("epochs")).mean()
    by_hand = 437 / (36.6 / mean * october["blocks"].sum() * 3.125) * 100
    assert pair["share"] == pytest.approx(by_hand, abs=0.1)


@pytest.mark.parametrize(
    ("day", "share", "billions"),
    [(AS_READ, 38.5, 4.66), (AFTER_JUNE, 38.5, 4.61), (IN_AUGUST, 41.2, 4.93), (NEWEST, 42.1, 5.04)],
)
def test_calibrated_revenue_of_the_ten_largest(day: dt.date, share: float, billions: float) -> None:
    own = ten(day)["share"].sum()
    assert round(own, 1) == share
    estimate = fleets.calibrated_revenue(own, ISSUANCE, 80_000, realised(day)["share"].median())
    assert round(estimate / 1e9, 2) == billions


def test_calibrated_revenue_is_the_audits_at_its_share_and_pace() -> None:
    assert round(fleets.calibrated_revenue(38.58, ISSUANCE, 80_000, 91) / 1e9, 2) == 4.61


def test_a_network_that_halves_doubles_a_share_only_of_machines_stated_after_it() -> None:
    days = pd.date_range("2026-01-01", periods=2)
    stated = pd.DataFrame({"value": [10.0, 10.0], "period": ["1 Jan 2026", "2 Jan 2026"]})
    stated["published"] = pd.Timestamp("2026-02-01")
    own = fleets.at_own_date(stated, pd.Series([100.0, 50.0], days))
    assert list(own["share"]) == [10, 20]
    later = fleets.at_own_date(stated.assign(period="20 Jan 2026"), pd.Series([100.0, 50.0], days))
    assert list(later["network"]) == [50, 50]


def test_sensitivity_has_the_estimate_as_one_cell_and_moves_with_each_side() -> None:
    grid = fleets.sensitivity(38.58, ISSUANCE, [60_000, 80_000], [91, 100], [90, 100])
    cell = grid.loc[(100, 91), 80_000]
    assert cell == pytest.approx(fleets.calibrated_revenue(38.58, ISSUANCE, 80_000, 91))
    assert grid.loc[(100, 91), 60_000] == pytest.approx(cell * 3 / 4)
    assert grid.loc[(100, 100), 80_000] == pytest.approx(cell / 0.91)
    assert grid.loc[(90, 91), 80_000] == pytest.approx(cell / 0.9)


def test_subsidy_of_the_year_is_the_one_that_the_issuance_counts() -> None:
    assert hashprice.subsidy(int(frame("days")["last_height"].iloc[-1])) * 144 * 365 == ISSUANCE == 164_250
