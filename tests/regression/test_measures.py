"""Each measure's table at the newest edition, against what was recorded: a method that drifts shows here.

The series are append-only, so the tables of earlier editions are the first rows of these.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path

import pandas as pd
import pytest
from pytest_regressions.dataframe_regression import DataFrameRegressionFixture

from analysis import measures
from analysis.claims.network import MARCH_RETARGET, QUARTER
from analysis.measures import (
    concentration,
    difficulty,
    fleets,
    hashprice,
    hashrate,
    operators,
    oracles,
    revenue,
)
from tests.conftest import NEWEST, ROOT, vintage_of
from tests.regression.baselines import MEASURES, QUANTITIES

TOLERANCE = {"rtol": QUANTITIES["hash-rate"].rtol, "atol": QUANTITIES["percent"].atol}
"""Those of claims, with the same reason: the claims are made from these tables."""


def _frame(name: str) -> pd.DataFrame:
    return vintage_of(NEWEST).data(name).frame


def _hash_rates() -> pd.DataFrame:
    series = hashrate.daily(_frame("days"), _frame("epochs"))
    table = pd.DataFrame({"hashrate": series, "difficulty": hashrate.day_difficulty(*_two())})
    return table.assign(
        **{f"average-{window}": hashrate.average(series, window) for window in hashrate.WINDOWS}
    )


def _two() -> tuple[pd.DataFrame, pd.DataFrame]:
    return _frame("days"), _frame("epochs")


def _scalars() -> pd.DataFrame:
    epochs, statements = _frame("epochs"), _frame("statements")
    table = difficulty.retargets(epochs)
    bits = epochs["bits"].loc[MARCH_RETARGET]
    level = difficulty.at(table, NEWEST)
    network = hashrate.average(hashrate.daily(*_two()), fleets.WINDOW)
    own = fleets.at_own_date(operators.latest_hash_rates(statements), network)
    issued = revenue.issuance(hashprice.subsidy(MARCH_RETARGET))
    sold = operators.select(statements, "MARA", ["btc_sold"])
    found = {
        "target of the March cut, bits": float(difficulty.target(bits).bit_length()),
        "difficulty of the March cut": difficulty.difficulty(bits),
        "difficulty at the end of the newest day": level,
        "rank of the March cut": difficulty.rank(table, MARCH_RETARGET),
        "share of sharper cuts": difficulty.share_sharper(table, MARCH_RETARGET),
        "mean interval before it": difficulty.mean_interval(epochs, MARCH_RETARGET),
        "subsidy of its block": hashprice.subsidy(MARCH_RETARGET),
        "hash price of 3.14 BTC at 80,000 USD": hashprice.hashprice(3.14, 80_000, level),
        "price for a hash price of 30": hashprice.price_for(30, 3.14, level),
        "issuance of a year": issued,
        "production of a billion at 80,000 USD": revenue.production(1e9, 80_000),
        "revenue of a tenth of the network, mining 91%": fleets.calibrated_revenue(10, issued, 80_000, 91),
        "before a growth of 504%": revenue.before_growth(69.5, 504),
        "share of the five largest miners": float(own["share"].head(concentration.TOP).sum()),
        "sales that MARA stated": float(len(sold)),
        "their sum": float(sold["value"].sum()),
    }
    return pd.DataFrame({"value": pd.Series(found, dtype="float64")})


def _oracles() -> pd.DataFrame:
    points, rates = _frame("hashprice_points"), _frame("hashrate_points")
    days, prices, epochs, evidence = map(_frame, ("days", "prices", "epochs", "evidence"))
    tables = {
        f"hash price, {'stated price' if stated else 'close'}": oracles.hash_prices(
            points, days, prices, epochs, at_stated_price=stated
        )
        for stated in (True, False)
    }
    tables |= {
        f"hash rate, {'one series' if one else 'others'}": oracles.hash_rates(
            rates, days, epochs, one_series=one
        )
        for one in (True, False)
    }
    tables |= {
        f"difficulty{', change' if change else ''}": oracles.difficulties(evidence, epochs, change=change)
        for change in (True, False)
    }
    return pd.concat(tables, names=["measure", "point"])


def _retargets() -> pd.DataFrame:
    return difficulty.retargets(_frame("epochs"))


TABLES = {
    "retargets": _retargets,
    "retargets-of-the-year": lambda: difficulty.of_year(_retargets(), QUARTER.year),
    "consecutive-cuts": lambda: difficulty.consecutive_cuts(_retargets(), 5.0),
    "hash-rate": _hash_rates,
    "quarter-changes": lambda: hashrate.quarter_changes(hashrate.daily(*_two()), QUARTER),
    "hash-price": lambda: hashprice.daily(_frame("days"), _frame("prices"), _frame("epochs")),
    "pools": lambda: concentration.top_pools(_frame("pool_shares")),
    "largest-miners": lambda: operators.latest_hash_rates(_frame("statements"))[
        ["company", "metric", "value", "period", "published"]
    ],
    "ai-shares": lambda: operators.ai_share_of_group(_frame("statements"), "Q1 2026"),
    "scalars": _scalars,
    "oracles": _oracles,
}


@pytest.mark.parametrize("name", MEASURES)
def test_table(name: str, dataframe_regression: DataFrameRegressionFixture) -> None:
    table = TABLES[name]()
    assert len(table) > 0
    dataframe_regression.check(table, basename=name, default_tolerance=TOLERANCE)


def test_every_measure_is_in_a_table_or_held_against_an_independent_value() -> None:
    held = [Path(__file__), *sorted((ROOT / "tests" / "unit").glob("test_measures_*.py"))]
    source = "".join(path.read_text("utf-8") for path in held)
    public = [
        f"{module.name}.{name}"
        for module in pkgutil.iter_modules(measures.__path__)
        for name, function in inspect.getmembers(
            importlib.import_module(f"analysis.measures.{module.name}"), inspect.isfunction
        )
        if not name.startswith("_") and function.__module__ == f"analysis.measures.{module.name}"
    ]
    assert len(public) >= 44
    assert [name for name in public if f"{name}(" not in source] == []
