"""The values we hold ourselves against, and the verdicts that follow from them."""

from __future__ import annotations

import datetime as dt

import pytest

from pivot.claims.ledger import Ledger
from tests.conftest import AFTER_JUNE, AS_READ, DAYS, NEWEST, ledger_of

CLAIMS = 58


def test_every_claim_has_an_entry(ledger: Ledger) -> None:
    assert len(ledger.entries) == CLAIMS


def test_march_retarget_is_exact(ledger: Ledger) -> None:
    entry = ledger["difficulty-drop"]
    assert entry.exact == "−7.7557%"
    assert entry.display == "7.7%"
    assert entry.verdict == "reproduced, rounded"
    assert entry.parts["rounded"].display == "7.8%"
    assert entry.parts["day"].display == "20\N{NO-BREAK SPACE}March 2026"


@pytest.mark.parametrize(
    ("day", "words", "verdict"),
    [
        (AS_READ, "second-largest", "reproduced"),
        (dt.date(2026, 6, 13), "second-largest", "reproduced"),
        (dt.date(2026, 6, 14), "third-largest", "superseded"),
        (AFTER_JUNE, "third-largest", "superseded"),
    ],
)
def test_rank_of_the_year_turns_on_the_day_of_the_june_cut(day: dt.date, words: str, verdict: str) -> None:
    entry = ledger_of(day)["difficulty-drop-rank-year"]
    assert (entry.display, entry.verdict) == (words, verdict)


def test_june_cut_is_named() -> None:
    parts = ledger_of(AFTER_JUNE)["difficulty-drop-rank-year"].parts
    assert parts["newest-deeper"].display == "10.09%"
    assert parts["newest-deeper-block"].display == "953,568"
    assert "13 June 2026" in ledger_of(AFTER_JUNE)["difficulty-drop-rank-year"].reason


@pytest.mark.parametrize(
    ("day", "price", "low_day"),
    [
        (AS_READ, "$28.04", "24\N{NO-BREAK SPACE}February 2026"),
        (AFTER_JUNE, "$27.73", "30\N{NO-BREAK SPACE}June 2026"),
        (NEWEST, "$27.73", "30\N{NO-BREAK SPACE}June 2026"),
    ],
)
def test_lowest_daily_hash_price(day: dt.date, price: str, low_day: str) -> None:
    entry = ledger_of(day)["hashprice-low"]
    assert entry.display.startswith(price)
    assert entry.parts["day"].display == low_day
    assert entry.guard is not None
    assert entry.guard.holds


def test_share_of_issuance_behind_the_revenue(ledger: Ledger) -> None:
    entry = ledger["top10-btc-production"]
    assert entry.display == "58,150\N{NO-BREAK SPACE}BTC"
    assert entry.parts["issuance"].display == "164,250\N{NO-BREAK SPACE}BTC"
    assert entry.parts["share"].display == "35.40%"


def test_hash_rate_behind_the_growth(ledger: Ledger) -> None:
    assert ledger["bitdeer-growth"].parts["before"].display == "11.51\N{NO-BREAK SPACE}EH/s"


def test_revenue_ratio_and_gap(ledger: Ledger) -> None:
    assert ledger["revenue-ratio"].value == pytest.approx(69.33, abs=0.005)
    assert ledger["revenue-gap"].display == "$4.58\N{NO-BREAK SPACE}billion"
    assert ledger["ai-run-rate"].parts["sum"].display == "$67.1\N{NO-BREAK SPACE}million"
    assert ledger["ai-run-rate"].hypothesis
    assert ledger["ai-run-rate"].ours is None, "a guess is no evidence"


def test_hash_rate_fall_depends_on_the_window(ledger: Ledger) -> None:
    entry = ledger["hashrate-q1-decline"]
    assert entry.ours
    assert entry.ours.low == pytest.approx(3.4724, abs=5e-5)
    assert entry.ours.high == pytest.approx(7.4169, abs=5e-5)
    assert [round(one.error, 1) for one in entry.ours.errors] == [4.5, 3.1, 2.2, 1.2]
    assert {"7-day", "14-day", "30-day", "mean"} <= set(entry.parts)


def test_interval_of_the_epoch_before_the_cut(ledger: Ledger) -> None:
    assert ledger["block-interval"].parts["epoch-mean"].display == "650.8\N{NO-BREAK SPACE}seconds"


def test_rank_on_record(ledger: Ledger) -> None:
    entry = ledger["difficulty-drop-rank-record"]
    assert entry.value == (18 if ledger.as_of == AS_READ else 19)
    assert entry.guard is not None
    assert entry.guard.holds


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_eighty_thousand_does_not_imply_the_cited_hash_price(day: dt.date) -> None:
    parts = ledger_of(day)["btc-price-assumption"].parts
    assert float(str(parts["hashprice"].value)) > 30
    assert parts["hashprice-side"].display == "above"


TURNED = {
    "corz-credit": ["reproduced"] * len(DAYS),  # no dated source says that it was repaid
    "bitdeer-ai-arr": ["attributed only", "differs", "differs", "differs"],
    "mara-filing": ["attributed only", "attributed only", "reproduced", "reproduced"],
    "ai-contracts": ["attributed only", "attributed only", "reproduced", "reproduced"],
    "hut8-contract": ["reproduced"] * len(DAYS),
    "difficulty-drop-cause": ["unsupported"] * len(DAYS),
}


def test_verdicts_that_time_turns() -> None:
    assert {id_: [ledger_of(day)[id_].verdict for day in DAYS] for id_ in TURNED} == TURNED


def test_a_run_rate_is_taken_at_the_pace_of_the_newest_quarter() -> None:
    """Figures of an older quarter that came out later do not take its place."""
    quarters = [ledger_of(day)["ai-run-rate"].parts["core-quarter"].display for day in DAYS]
    assert quarters == ["Q1 2026", "Q1 2026", "Q2 2026", "Q2 2026"]


@pytest.mark.parametrize("day", DAYS)
def test_what_follows_from_the_article_reads_nothing_else_and_is_counted_apart(day: dt.date) -> None:
    ledger = ledger_of(day)

    def reads(id_: str) -> set[str]:
        entry = ledger[id_]
        return {used.data_set for used in entry.inputs}.union(*map(reads, entry.derived_from))

    follow = {id_ for id_, entry in ledger.entries.items() if entry.verdict == "follows from the article"}
    assert follow == {
        "top10-btc-production",
        "ai-doubled",
        "btc-over-ai",
        "revenue-ratio",
        "revenue-gap",
        "substantial-margin",
    }
    assert {id_: reads(id_) for id_ in follow} == {id_: {"cited"} for id_ in follow}
    counts = ledger.counts()
    assert counts["follows from the article"] == len(follow)
    assert sum(counts.values()) == len(ledger.entries)
    reproduced = {id_ for id_, entry in ledger.entries.items() if entry.verdict.startswith("reproduced")}
    assert len(reproduced) >= 5
    assert all(reads(id_) - {"cited"} or ledger[id_].evidence for id_ in reproduced)
