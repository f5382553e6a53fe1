"""Tests made for mutants that no other test noticed (`mutation.py`): branches that real data spare."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.claims import revenue
from analysis.claims.ledger import Ledger
from analysis.claims.quantities import Usd, nearest
from analysis.errors import ClaimError
from tests.conftest import NEWEST, ledger_of
from tests.regression.edited import everywhere, ledger_with, reacting


def test_spread_tells_the_two_ends_of_many() -> None:
    """Two companies report both shares so far; with three the one in the middle is not told."""
    index = pd.MultiIndex.from_tuples([("A", "Q1 2026"), ("B", "Q1 2026"), ("C", "Q1 2026")])
    assert revenue._spread(pd.Series([10.0, 20.0, 30.0], index)) == "10% (A, Q1 2026) to 30% (C, Q1 2026)"
    assert revenue._spread(pd.Series([10.0], index[:1])) == "10% (A, Q1 2026)"


def test_ledger_asked_for_an_unknown_claim_names_the_nearest() -> None:
    with pytest.raises(ClaimError, match="'revenue-ration'") as error:
        Ledger(NEWEST, {})["revenue-ration"]
    assert "revenue-ratio" in error.value.hint


def test_thousands_are_thousands() -> None:
    assert Usd(12_345).display(nearest(1, "thousand")) == "$12.3\N{NO-BREAK SPACE}thousand"


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
