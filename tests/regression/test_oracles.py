"""Independent oracles: figures that others published and that no measure of ours was made from.

The bounds are those found when the evidence was compiled (`facts`): they may be met better, never worse. The
same tables stand, computed, in the appendix on methods.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pandas as pd
import pytest

from analysis.measures import concentration, difficulty, hashprice, oracles
from analysis.report import ARTICLE
from pivot.blocks import generated
from pivot.snapshots import Vintage
from tests.conftest import NEWEST, ROOT, ledger_of, vintage_of
from tests.regression.edited import cell, edited, everywhere

ALL = dt.date(2026, 11, 22)


def frames(*names: str, vintage: Vintage | None = None) -> list[pd.DataFrame]:
    return [(vintage or vintage_of(ALL)).data(name).frame for name in names]


def hash_prices(*, at_stated_price: bool, vintage: Vintage | None = None) -> pd.DataFrame:
    given = frames("hashprice_points", "days", "prices", "epochs", vintage=vintage)
    return oracles.hash_prices(*given, at_stated_price=at_stated_price)


def hash_rates(*, one_series: bool, vintage: Vintage | None = None) -> pd.DataFrame:
    return oracles.hash_rates(
        *frames("hashrate_points", "days", "epochs", vintage=vintage), one_series=one_series
    )


def difficulties(*, change: bool, vintage: Vintage | None = None) -> pd.DataFrame:
    return oracles.difficulties(*frames("evidence", "epochs", vintage=vintage), change=change)


# Hash price


def test_hash_price_at_the_stated_price_is_within_its_bounds() -> None:
    table = hash_prices(at_stated_price=True)
    errors = table["error"].abs()
    assert len(table) == 16
    assert errors.median() <= 0.6
    assert errors.max() <= 3.5
    assert errors.max() == pytest.approx(3.43, abs=0.01)


def test_hash_price_at_the_close_is_within_its_bounds() -> None:
    """A point is taken at some hour: on 2 February 2026 the price rose by 2.4% until the close."""
    errors = hash_prices(at_stated_price=False)["error"].abs()
    assert len(errors) == 16
    assert errors.median() <= 0.6
    assert errors.drop("2026-02-02-luxor").max() <= 3.5
    assert errors["2026-02-02-luxor"] <= 5.7


def test_marked_outlier_is_no_oracle() -> None:
    (points,) = frames("hashprice_points")
    assert not points.loc["2026-02-20-unnamed-outlier", "usable"]
    assert "2026-02-20-unnamed-outlier" not in hash_prices(at_stated_price=True).index


def test_stated_price_replaces_the_close_in_proportion() -> None:
    at_close, at_stated = hash_prices(at_stated_price=False), hash_prices(at_stated_price=True)
    points, prices = frames("hashprice_points", "prices")
    stated = points["btc_usd_stated"].reindex(at_close.index)
    close = prices["close_usd"].reindex(at_close["day"]).set_axis(at_close.index)
    expected = (stated / close).where(stated.notna(), 1.0)
    pd.testing.assert_series_equal(at_stated["ours"] / at_close["ours"], expected, check_names=False)
    assert stated.notna().sum() >= 9


# Hash rate


def test_seven_day_hash_rate_is_within_its_bounds() -> None:
    table = hash_rates(one_series=True)
    errors = table["error"].abs()
    assert len(table) == 11
    assert errors.median() <= 0.85
    assert errors.max() <= 3.2


def test_seven_day_hash_rate_of_other_series_is_near() -> None:
    table = hash_rates(one_series=False)
    assert len(table) >= 2
    assert table["error"].abs().max() <= 2.8
    assert not set(table.index) & set(hash_rates(one_series=True).index)


# Difficulty


def test_difficulty_after_the_june_cut_is_the_published_integer() -> None:
    table = difficulties(change=False)
    exact = table.loc[[id_ for id_ in table.index if "solobitaxe" in id_]]
    assert list(exact["published"]) == [138_955_357_012_247, 124_932_866_006_548]
    assert [int(ours) for ours in exact["ours"]] == list(exact["published"].astype(int))


def test_difficulty_after_the_february_and_march_cuts_shows_the_published_digits() -> None:
    table = difficulties(change=False)
    rounded = {
        day.date(): round(ours / 1e12, 2) for day, ours in zip(table["day"], table["ours"], strict=True)
    }
    assert rounded[dt.date(2026, 3, 20)] == 133.79
    assert rounded[dt.date(2026, 2, 7)] == pytest.approx(125.86, abs=0.011)
    assert table["error"].abs().max() <= 0.004


def test_changes_show_the_published_digits() -> None:
    """To one unit of the last digit given: -7.7% was cut, not rounded."""
    table = difficulties(change=True)
    by_id = table["ours"]
    assert round(by_id["difficulty-drop-rank-year-blockchain-council-0"], 2) == -11.16
    assert round(by_id["difficulty-drop-contextix-0"], 2) == -7.76
    assert int(by_id["difficulty-drop-blockto-io-0"] * 10) / 10 == -7.7
    assert round(by_id["difficulty-drop-rank-year-coinrab-com-0"], 2) == -10.09
    assert len(table) == 4


def test_june_change_follows_from_the_published_integers() -> None:
    published = difficulties(change=False)["published"]
    before, after = (
        Fraction(int(published[f"difficulty-drop-rank-year-solobitaxe-com-{i}"])) for i in (1, 2)
    )
    change = float((after / before - 1) * 100)
    assert round(change, 4) == -10.0914
    (epochs,) = frames("epochs")
    assert difficulty.retargets(epochs).loc[953_568, "change"] == pytest.approx(change, abs=1e-9)


def test_difficulty_is_the_quotient_of_integers() -> None:
    """Against exact rational arithmetic on the compact target, by another route than ours."""
    (epochs,) = frames("epochs")
    for bits in epochs["bits"]:
        size, digits = bytes.fromhex(bits)[0], bits[2:]
        target = int(digits + "00" * (size - 3), 16)
        assert difficulty.difficulty(bits) == pytest.approx(
            float(Fraction(0xFFFF * 256**26, target)), rel=1e-15
        )


def test_subsidy_against_the_table_of_halvings() -> None:
    halvings = {0: 50, 209_999: 50, 210_000: 25, 420_000: 12.5, 630_000: 6.25, 840_000: 3.125, 971_712: 3.125}
    assert {height: hashprice.subsidy(height) for height in halvings} == halvings


# Shares of pools


@pytest.mark.parametrize("name", ["pool_shares", "pool_points"])
def test_shares_are_blocks_over_all_blocks(name: str) -> None:
    (table,) = frames(name)
    counted = table.dropna(subset=["blocks", "window_blocks", "share_pct"])
    assert len(counted) > 20
    made = counted["blocks"] / counted["window_blocks"] * 100
    assert (made - counted["share_pct"]).abs().max() <= 0.0051


def test_five_largest_pools_add_up_to_the_stated_sum() -> None:
    (table,) = frames("pool_shares")
    months = table[table["period_kind"].isin(concentration.MONTHS)]
    stated = months[months["entity"] == "Top five pools"].set_index("period")["share_pct"]
    ours = concentration.top_pools(table)["share"]
    both = pd.DataFrame({"stated": stated, "ours": ours}).dropna()
    assert len(both) >= 15
    assert (both["stated"] - both["ours"]).abs().max() <= 0.025  # five shares, each rounded to 0.01


# That they bite, and that readers see them


@pytest.mark.parametrize(
    ("data_set", "column", "factor"),
    [("prices", "close_usd", 1.02), ("days", "blocks", 1.04), ("days", "fee_btc_per_block", 10.0)],
)
def test_a_shifted_series_breaks_a_bound(data_set: str, column: str, factor: float) -> None:
    tables = everywhere(data_set, lambda table: table.assign(**{column: table[column] * factor}))
    vintage = edited(ALL, tables)
    medians = (
        hash_prices(at_stated_price=False, vintage=vintage)["error"].abs().median() > 0.6,
        hash_rates(one_series=True, vintage=vintage)["error"].abs().median() > 0.85,
    )
    assert any(medians)


def test_another_target_breaks_the_difficulty() -> None:
    tables = everywhere("epochs", cell(953_568, "bits", lambda bits: f"{int(str(bits), 16) + 1:08x}"))
    table = difficulties(change=False, vintage=edited(ALL, tables))
    ours = table.loc["difficulty-drop-rank-year-solobitaxe-com-2", "ours"]
    assert int(ours) != 124_932_866_006_548


def test_readings_find_their_evidence() -> None:
    (evidence,) = frames("evidence")
    assert {reading.evidence for reading in oracles.READINGS} <= set(evidence.index)
    assert len(difficulties(change=False)) + len(difficulties(change=True)) == len(oracles.READINGS)


def test_no_error_is_shown_of_a_point_that_was_not_public() -> None:
    for day in (dt.date(2026, 5, 8), NEWEST):
        vintage = vintage_of(day)
        (points,) = frames("hashprice_points", vintage=vintage)
        assert set(hash_prices(at_stated_price=True, vintage=vintage).index) <= set(points.index)
        assert (points["published"] <= pd.Timestamp(day)).all()


def test_methods_appendix_shows_these_errors() -> None:
    shown = generated(ARTICLE, ledger_of(NEWEST), vintage_of(NEWEST))["checks"]
    assert "| 16 | 0.57% | 3.43% |" in shown
    assert "| 11 | 0.83% | 3.19% |" in shown
    assert shown.count("| Difficulty |") == 5
    assert "{{< generated checks >}}" in (ROOT / "chapters/methods.qmd").read_text("utf-8")
