"""Leases count once, whatever became of them, and their sum is the documented one."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures import energy, leases
from tests.conftest import AS_READ, IN_AUGUST, vintage_of

OCTOBER = dt.date(2026, 9, 30)
STATES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 28), st.integers(1, 9)),
    min_size=1,
    unique_by=lambda state: state[:2],
)


def frame(day: dt.date) -> pd.DataFrame:
    return vintage_of(day).data("leases").frame


@pytest.mark.parametrize(("day", "billions"), [(AS_READ, 53.441), (IN_AUGUST, 116.541), (OCTOBER, 126.411)])
def test_documented_base_terms(day: dt.date, billions: float) -> None:
    """On 30 September as the compilation adds them up by company; before it by hand from the same rows."""
    assert leases.base_terms(frame(day)).sum() / 1e9 == pytest.approx(billions)


def test_base_terms_by_company_are_those_that_companies_state() -> None:
    """Hut 8 states 26.6 billion for its three leases, and Core Scientific more than 24.0 in all."""
    terms = (leases.base_terms(frame(OCTOBER)) / 1e9).round(3)
    assert terms.to_dict() == {
        "Hut 8": 26.6,
        "Core Scientific": 24.0,
        "TeraWulf": 22.7,
        "Cipher": 16.5,
        "IREN": 15.9,
        "Riot": 9.411,
        "CleanSpark": 6.6,
        "Bitdeer": 4.7,
    }
    assert list(terms) == sorted(terms, reverse=True)


def test_an_extended_lease_counts_with_its_newest_state() -> None:
    assert (
        leases.in_force(frame(IN_AUGUST)).set_index("lease").loc["cipher-barber-lake", "total_usd"] == 3.83e9
    )
    assert leases.in_force(frame(OCTOBER)).set_index("lease").loc["cipher-barber-lake", "total_usd"] == 9e9


@settings(deadline=None)
@given(STATES)
def test_each_lease_counts_once_and_as_it_was_last(states: list[tuple[str, int, int]]) -> None:
    table = pd.DataFrame(states, columns=["lease", "day", "total_usd"]).assign(company="A", holder="company")
    table["published"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(table["day"], unit="D")
    last = {lease: total for lease, _, total in sorted(states)}
    assert leases.in_force(table).set_index("lease")["total_usd"].to_dict() == last
    assert leases.base_terms(table).to_dict() == {"A": sum(last.values())}


def test_a_state_without_a_day_stands_only_where_no_other_does() -> None:
    table = pd.DataFrame(
        {"lease": ["a", "a", "b"], "total_usd": [2.0, 1.0, 4.0], "company": "A", "holder": "company"}
    )
    table["published"] = [pd.NaT, pd.Timestamp("2026-01-01"), pd.NaT]
    assert leases.base_terms(table)["A"] == 5


def test_joint_ventures_stand_aside() -> None:
    table = frame(OCTOBER)
    joint = leases.in_force(table)["holder"] == leases.JOINT
    assert joint.sum() == 1
    assert leases.base_terms(table.assign(holder="company")).sum() - 9.5e9 == pytest.approx(126.411e9)


def test_a_lease_earns_more_per_mwh_than_mining_did_at_the_cited_hash_price() -> None:
    """At $30 and 20 J/TH mining earned $62.5; the leases 142 (Riot and AMD) to 277 (Bitdeer)."""
    revenues = energy.lease_revenues(leases.in_force(frame(OCTOBER)))
    own = revenues[revenues["kind"] == "lease"]["usd_per_mwh"]
    assert len(own) >= 14
    assert [round(own.min()), round(own.max())] == [142, 277]
    assert energy.mining_revenue(30, 20) == pytest.approx(62.5)
    assert revenues[revenues["kind"] == "cloud"]["usd_per_mwh"].min() > 1000
