"""Rounding and display: what a reader sees, and how far it is from changing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.units import Btc, HashPrice
from pivot.claims.quantities import (
    Count,
    Day,
    Months,
    Percent,
    Quantity,
    Range,
    Rank,
    Ratio,
    Rounding,
    Usd,
    largest,
    nearest,
    points,
    side,
    truncate,
)

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("quantity", "rounding", "shown"),
    [
        (Percent(-7.755688), truncate(1, magnitude=True), "7.7%"),
        (Percent(-7.755688), nearest(1), "−7.8%"),
        (Percent(-0.04), nearest(1), "0.0%"),
        (Usd(4.652e9), nearest(3, "billion"), f"$4.652{NBSP}billion"),
        (Usd(80_000), nearest(0), "$80,000"),
        (Usd(67.1e6), nearest(1, "million"), f"$67.1{NBSP}million"),
        (Btc(58_150), None, f"58,150{NBSP}BTC"),
        (HashPrice(28.0353), None, f"$28.04 per{NBSP}PH/s/day"),
        (Rank(2), None, "2nd"),
        (Rank(11), None, "11th"),
        (Rank(21), None, "21st"),
        (Rank(113), None, "113th"),
        (Count(1_234), None, "1,234"),
        (Ratio(69.33), nearest(0), f"69{NBSP}times"),
    ],
)
def test_display(quantity: Quantity, rounding: Rounding | None, shown: str) -> None:
    assert quantity.display(rounding) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Range(Percent(3.4724), Percent(7.4169)), "3.5–7.4%"),
        (Range(Months(12), Months(36)), f"12–36{NBSP}months"),
        (Range(HashPrice(28), HashPrice(30)), f"$28.00–$30.00 per{NBSP}PH/s/day"),
        (Range(Percent(67.2), Percent(67.2)), "67.2%"),
        (Day(dt.date(2026, 5, 8)), f"8{NBSP}May 2026"),
    ],
)
def test_display_of_other_values(value: Range | Day, shown: str) -> None:
    assert value.display() == shown


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (Btc(0.00001), f"0.00001{NBSP}BTC"),
        (Btc(0.000123456), f"0.0001235{NBSP}BTC"),
        (Percent(-0.00001), "−0.00001%"),
        (Percent(-0.0), "0%"),
        (Percent(-7.755688), "−7.7557%"),
        (Percent(0.03123), "0.0312%"),
        (Btc(0), f"0{NBSP}BTC"),
        (Count(12_000), "12,000"),
        (Usd(-1e-7), "−$0.0000001"),
    ],
)
def test_exact_is_never_nothing_of_something(value: Quantity, exact: str) -> None:
    assert value.exact() == exact


def test_a_range_of_places_names_both() -> None:
    assert Range(Rank(1), Rank(2)).display() == "1st–2nd"


@pytest.mark.parametrize(
    ("shown", "apart"),
    [
        ("1.2%", f"1.2{NBSP}percentage{NBSP}points"),
        (f"1.2{NBSP}BTC", f"1.2{NBSP}BTC"),
        (f"1{NBSP}percentage{NBSP}points", f"1{NBSP}percentage{NBSP}points"),
    ],
)
def test_percentages_are_points_apart(shown: str, apart: str) -> None:
    assert points(shown) == apart


@pytest.mark.parametrize(("rank", "words"), [(1, "largest"), (2, "second-largest"), (11, "11th-largest")])
def test_superlatives(rank: int, words: str) -> None:
    assert (largest(rank).display(), largest(rank).number) == (words, rank)


@given(
    value=st.floats(-1e12, 1e12, allow_nan=False),
    digits=st.integers(0, 4),
    scale=st.sampled_from(["", "million", "billion"]),
    make=st.sampled_from([nearest, truncate]),
)
def test_a_value_lies_between_the_edges_of_what_it_shows(
    value: float, digits: int, scale: str, make: Callable[..., Rounding]
) -> None:
    rounding = make(digits, scale)
    low, high = rounding.edges(value)
    slack = 1e-9 * max(1.0, abs(value))
    assert low - slack <= value <= high + slack
    assert high - low == pytest.approx(rounding.step, abs=2 * slack)


@given(value=st.floats(0, 1e9, allow_nan=False), digits=st.integers(0, 4))
def test_a_truncated_number_is_never_larger(value: float, digits: int) -> None:
    assert truncate(digits)(value) <= nearest(digits)(value)


@given(st.floats(-1e3, 1e3, allow_nan=False), st.floats(-1e3, 0), st.floats(0, 1e3))
def test_side_is_one_of_three(value: float, low: float, high: float) -> None:
    assert side(value, low, high) == ("below" if value < low else "above" if value > high else "within")
