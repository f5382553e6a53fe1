"""Energy and security: revenue per MWh, break-even, leases, the security budget, the power of an attack.

Expected values were worked out apart from this code, by the audit that asked for these measures or by hand.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures import energy, hashprice, security
from tests.conftest import AFTER_JUNE, AS_READ, IN_AUGUST, vintage_of

POSITIVE = st.floats(0.01, 1e6)


def frame(name: str, day: dt.date = IN_AUGUST) -> pd.DataFrame:
    return vintage_of(day).data(name).frame


def newest_hashprice(day: dt.date) -> float:
    table = hashprice.daily(frame("days", day), frame("prices", day), frame("epochs", day))
    assert table.index[-1].date() == day
    return float(table["hashprice"].iloc[-1])


@pytest.mark.parametrize(("day", "revenues"), [(AS_READ, [106, 80, 64, 53]), (AFTER_JUNE, [77, 58, 46, 39])])
def test_mining_revenue_per_mwh_at_each_efficiency(day: dt.date, revenues: list[int]) -> None:
    grid = energy.mining_grid([newest_hashprice(day)])
    assert list(grid.columns) == [15, 20, 25, 30]
    assert list(grid.iloc[0].round()) == revenues


def test_a_machine_of_20_joules_at_60_dollars_breaks_even_inside_the_cited_range() -> None:
    assert energy.break_even(20, 60) == pytest.approx(28.8)
    assert energy.break_even_grid().loc[20, 60] == pytest.approx(28.8)


@settings(deadline=None)
@given(hashprice=POSITIVE, efficiency=POSITIVE)
def test_break_even_is_the_hash_price_whose_revenue_pays_for_power(
    hashprice: float, efficiency: float
) -> None:
    cost = energy.mining_revenue(hashprice, efficiency)
    assert energy.break_even(efficiency, cost) == pytest.approx(hashprice)


def test_eight_leases_earn_140_to_243_dollars_per_mwh_and_a_cloud_contract_far_more() -> None:
    """By the older table of contracts; the report's own, of one lease a row, gives 142 to 258.

    There Cipher's lease to Amazon has the 216 MW that earn rent for the 300 MW that its site draws, the
    expansion of Barber Lake (243) is one lease with its first part, and Abernathy (258) has a term.
    """
    leases = energy.lease_revenues(frame("contracts").drop("core-scientific-coreweave-first"))
    cloud = leases.loc["iren-microsoft", "usd_per_mwh"]
    colocation = leases.drop("iren-microsoft")["usd_per_mwh"]
    assert len(colocation) == 8
    assert [round(colocation.min()), round(colocation.max())] == [140, 243]
    assert round(cloud) == 1107


def test_a_lease_without_term_or_capacity_has_no_revenue_per_mwh() -> None:
    leases = pd.DataFrame(
        {"total_usd": [8.76e6, 1.0, 1.0], "years": [1.0, None, 1.0], "mw": [10.0, 1.0, None]}
    )
    assert energy.lease_revenues(leases)["usd_per_mwh"].to_dict() == {0: pytest.approx(100)}


@settings(deadline=None)
@given(total=POSITIVE, years=POSITIVE, megawatts=POSITIVE, power=POSITIVE)
def test_mining_at_the_hash_price_of_a_lease_earns_what_the_lease_does(
    total: float, years: float, megawatts: float, power: float
) -> None:
    lease = energy.lease_revenue(total, years, megawatts)
    assert energy.mining_revenue(energy.break_even(power, lease), power) == pytest.approx(lease)


@pytest.mark.parametrize(
    ("day", "millions", "fees"), [(AS_READ, 34.2, 0.6), (AFTER_JUNE, 27.9, 0.8), (IN_AUGUST, 29.3, 0.7)]
)
def test_security_budget_is_the_mean_of_thirty_days(day: dt.date, millions: float, fees: float) -> None:
    table = security.budget(frame("days", day), frame("prices", day))
    assert table.index[-1].date() == day
    assert round(table["usd_mean"].iloc[-1] / 1e6, 1) == millions
    assert round(table["fees_mean"].iloc[-1], 1) == fees
    assert table["usd_mean"].first_valid_index() == table.index[security.WINDOW - 1]


def test_budget_of_one_day_by_hand() -> None:
    day = pd.DatetimeIndex(["2026-01-01"])
    days = pd.DataFrame({"blocks": [144], "last_height": [930_000], "fee_btc_per_block": [0.125]}, day)
    table = security.budget(days, pd.DataFrame({"close_usd": [100_000.0]}, day))
    assert table["usd"].iloc[0] == pytest.approx(46_800_000)
    assert table["fees"].iloc[0] == pytest.approx(100 / 26)


def test_power_and_cost_of_an_attack_by_hand() -> None:
    """A zettahash at 20 J/TH draws 20 GW; at $50 per MWh that is a million dollars an hour."""
    assert security.power(1000, 20) == 20_000
    assert security.attack_energy(1000, 20, 50) == 1_000_000
    grid = security.attack_grid(1000, (15, 20), (40, 50))
    assert grid.loc[20, 50] == 24_000_000
    assert grid.shape == (2, 2)


def test_attack_costs_less_than_the_hash_price_pays_where_mining_pays() -> None:
    """The power to match the network is what its miners pay for theirs: at break-even, all they earn."""
    earned = newest_hashprice(IN_AUGUST) * 1000 * 950
    cost = energy.mining_revenue(newest_hashprice(IN_AUGUST), 20)
    assert security.attack_grid(950, [20], [cost]).iloc[0, 0] == pytest.approx(earned)
