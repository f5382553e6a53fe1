"""Tests made for mutants that no other test noticed (`mutation.py`): branches that real data spare."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from analysis.claims import ai, concentration
from analysis.measures import operators
from analysis.measures.concentration import MONTHS
from analysis.report import ARTICLE
from pivot.claims.model import Result, Verdict
from pivot.claims.quantities import Count, Day, Range, Usd, nearest
from pivot.claims.verdicts import Case, Cited, judge
from pivot.errors import ClaimError
from tests.conftest import IN_AUGUST, NEWEST, build_ledger, ledger_of, vintage_of
from tests.regression.edited import cell, everywhere, ledger_with, reacting


def test_spread_tells_the_two_ends_of_many() -> None:
    """Two companies have AI revenue so far; with three the one in the middle is not told."""
    shares = pd.Series({"A": 10.0, "B": 20.0, "C": 30.0})
    assert ai._spread(shares) == "10% (A) to 30% (C)"
    assert ai._spread(shares[:1]) == "10% (A)"


def test_ledger_asked_for_an_unknown_claim_names_the_nearest() -> None:
    with pytest.raises(ClaimError, match="'revenue-ration'") as error:
        ledger_of(NEWEST)["revenue-ration"]
    assert "revenue-ratio" in error.value.hint


def test_thousands_are_thousands() -> None:
    assert Usd(12_345_000).display(nearest(1, "thousand")) == "$12,345.0\N{NO-BREAK SPACE}thousand"


def test_a_day_of_another_claim_is_not_the_day_of_the_debate() -> None:
    def edit(evidence: pd.DataFrame) -> pd.DataFrame:
        first = evidence.index[evidence["claim"] < "edwards-back"][0]
        evidence.loc[first, ["unit", "published"]] = ["date", pd.Timestamp("2026-03-01")]
        return evidence

    after = ledger_with(NEWEST, everywhere("evidence", edit))
    assert "edwards-back" not in reacting(ledger_of(NEWEST), after)


def test_a_figure_of_a_later_year_is_not_one_of_the_year_of_the_low() -> None:
    def edit(points: pd.DataFrame) -> pd.DataFrame:
        points.loc["2026-08-17-luxor", ["date", "low"]] = ["2027-01-05", 11.0]
        return points

    after = ledger_with(NEWEST, everywhere("hashprice_points", edit))
    assert reacting(ledger_of(NEWEST), after) == set()


def _statements(*rows: tuple[str, str, float, str, str | None]) -> pd.DataFrame:
    columns = ["company", "metric", "value", "unit", "published"]
    table = pd.DataFrame(list(rows), columns=columns).assign(period="Q1 2026")
    return table.assign(published=pd.to_datetime(table["published"]))


def test_hash_rates_are_in_hash_rates_and_of_one_day_the_closest_wording_counts() -> None:
    statements = _statements(
        ("A", "hashrate", 70.0, "EH/s", "2026-03-01"),
        ("A", "self_mining_hashrate", 60.0, "EH/s", "2026-03-01"),
        ("A", "hashrate_energized", 65.0, "EH/s", "2026-03-01"),
        ("A", "hashrate", 900.0, "MW", "2026-04-01"),
        ("A", "hashrate", 5.0, "BTC", "2026-04-01"),
        ("B", "hashrate", 10.0, "EH/s", "2026-01-01"),
        ("B", "hashrate", 20.0, "EH/s", "2026-02-01"),
    )
    rates = operators.latest_hash_rates(statements)
    assert dict(zip(rates["company"], rates["value"], strict=True)) == {"A": 60.0, "B": 20.0}


def test_what_nobody_dated_is_newest_only_where_nothing_else_is_there() -> None:
    statements = _statements(
        ("A", "hashrate", 35.0, "EH/s", None),
        ("A", "hashrate", 73.0, "EH/s", "2026-08-01"),
        ("B", "hashrate", 10.0, "EH/s", None),
    )
    rates = operators.latest_hash_rates(statements)
    assert dict(zip(rates["company"], rates["value"], strict=True)) == {"A": 73.0, "B": 10.0}
    assert list(operators.select(statements, "A", ["hashrate"])["value"]) == [35.0, 73.0]


def test_shares_of_revenue_are_of_dollars() -> None:
    statements = _statements(
        ("A", "colocation_revenue", 25.0, "USD million", "2026-05-01"),
        ("A", "revenue", 100.0, "USD million", "2026-05-01"),
        ("A", "colocation_revenue", 50.0, "BTC", "2026-01-01"),
        ("A", "revenue", 60.0, "percent", "2026-01-01"),
    )
    assert operators.ai_share_of_group(statements, "Q1 2026")["share"]["A"] == 25.0


def test_lowest_figure_of_the_year_is_none_of_an_earlier_year() -> None:
    after = ledger_with(IN_AUGUST, everywhere("hashprice_points", cell("2025-11-luxor", "low", 20.0)))
    parts = after["hashprice-low"].parts
    assert parts["published-before"].value == 20.0
    assert parts["published-lowest"].value == 28.0


def test_rows_of_pools_are_of_months() -> None:
    """Later windows, of a day or a week, are public by then and are no months; one long count is read."""
    vintage = vintage_of(dt.date(2026, 11, 22))
    used = build_ledger(vintage, ["top5-threshold"]).results["top5-threshold"].rows["pool_shares"]
    kinds = vintage.data("pool_shares").frame["period_kind"]
    months = [str(row) for row in used if kinds[row] in MONTHS]
    assert len(months) > 60
    assert (min(months)[:7], max(months)[:7]) == ("2025-01", "2026-04")
    assert {kinds[row] for row in used} == {*MONTHS, concentration.LATER} < {*kinds}


@pytest.mark.parametrize(("high", "expected"), [(5.5, Verdict.ROUNDED), (5.25, Verdict.DIFFERS)])
def test_readings_reach_a_number_from_half_a_step_on(high: float, expected: Verdict) -> None:
    readings = Result(Range(Count(1), Count(high)))
    evidence = vintage_of(NEWEST).data("evidence").frame.iloc[:0]
    assert (
        judge(Case(ARTICLE.claims["hashrate-q1-decline"], readings, Cited(6, 6, 1, ""), evidence)).verdict
        is expected
    )


def test_of_what_replaced_a_figure_the_newest_is_told() -> None:
    evidence = vintage_of(NEWEST).data("evidence").frame.iloc[:3]
    evidence = evidence.assign(
        bearing="supersedes",
        tier="mirror",
        published=pd.to_datetime(["2026-03-01", "2026-06-01", "2026-05-01"]),
        value=["first", "newest", "second"],
    )
    result, cited = Result(Usd(1e9), figures=(1e9,)), Cited(1e9, 1e9, 1e9, "up to")
    said = judge(Case(ARTICLE.claims["corz-credit"], result, cited, evidence))
    assert said.verdict is Verdict.SUPERSEDED
    assert "replaced since: newest" in said.reason


def test_a_month_is_counted_to_its_end_or_to_where_the_counting_did() -> None:
    def month(published: str) -> pd.DataFrame:
        return pd.DataFrame({"period": ["2026-04"], "published": [pd.Timestamp(published)]})

    assert concentration._last_counted(month("2026-04-22")) == Day(dt.date(2026, 4, 22))
    assert concentration._last_counted(month("2026-05-03")) == Day(dt.date(2026, 4, 30))
