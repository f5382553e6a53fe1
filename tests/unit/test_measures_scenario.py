"""What a reader sets gives what the report computes elsewhere, and plain arithmetic."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.measures import scenario
from tests.conftest import NEWEST, ledger_of, vintage_of

NAMES = ("days", "prices", "epochs", "statements")
GIVEN = scenario.facts(*(vintage_of(NEWEST).data(name).frame for name in NAMES))
SETTING = scenario.Setting(80_000.0, GIVEN.network, 20.0, 60.0, GIVEN.realised, 67.1e6)


def test_the_articles_price_gives_the_revenue_of_the_claim() -> None:
    built = ledger_of(NEWEST)["top10-btc-revenue"].parts["bottom-up"].value
    out = scenario.outcome(SETTING, GIVEN)
    assert out.revenue == pytest.approx(built)
    assert out.times == pytest.approx(float(str(built)) / 67.1e6)


def test_plain_arithmetic_gives_the_same() -> None:
    out = scenario.outcome(SETTING, GIVEN)
    level = GIVEN.reward * 80_000 * 86_400 / (GIVEN.difficulty * 2**32) * 1e15
    assert out.hashprice == pytest.approx(level)
    assert out.energy == pytest.approx(level / 0.48)  # 24 hours at 20 J/TH: 0.48 MWh for a PH/s
    assert out.breakeven == pytest.approx(28.8)
    assert out.breakprice == pytest.approx(80_000 * 28.8 / level)


def test_a_network_of_twice_the_size_halves_all_that_mining_earns() -> None:
    out, other = (
        scenario.outcome(replace(SETTING, network=network), GIVEN)
        for network in (GIVEN.network, 2 * GIVEN.network)
    )
    assert scenario.difficulty_at(2 * GIVEN.network, GIVEN) == pytest.approx(2 * GIVEN.difficulty)
    assert (other.revenue, other.hashprice) == pytest.approx((out.revenue / 2, out.hashprice / 2))
    assert other.breakprice == pytest.approx(2 * out.breakprice)


def test_at_the_price_that_is_like_a_lease_mining_earns_as_much() -> None:
    price = scenario.price_like(211.0, SETTING, GIVEN)
    assert scenario.outcome(replace(SETTING, price=price), GIVEN).energy == pytest.approx(211.0)
