"""Filings of the SEC: read up to where they were read, and one company's fault keeps no other back."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from analysis.data import DATA_SETS
from pivot.snapshots import Store
from pivot.snapshots.rows import known
from pivot.snapshots.source import marks
from tests.refresh.conftest import CONTACT, Ask, Refreshing, StoreOf
from tests.refresh.test_refresh_faults import status
from tests.refresh.world import World

NAME = "operator-statements"
INDEX, FACTS = "/submissions/CIK0001507605.json", "/api/xbrl/companyfacts/CIK0001507605.json"
REVENUE = "RevenueFromContractWithCustomerExcludingAssessedTax"


@pytest.fixture
def store(store_of: StoreOf) -> Store:
    return store_of(NAME)


def changed(world: World, path: str, change: Callable[[Any], object]) -> None:
    """Another answer of MARA's."""
    content = copy.deepcopy(world(path))
    change(content)
    world.extra[path] = content


def figures(store: Store, metric: str = "revenue") -> list[tuple[str, str, str]]:
    """Period, value and day of the figures of MARA's filings that are in."""
    rows = known(Store(store.root, DATA_SETS), Store(store.root, DATA_SETS).snapshots(NAME)[-1]).values()
    return [
        (row["period"], row["value"], row["published"])
        for row in rows
        if row["id"].startswith("mara-") and "SEC EDGAR" in row["publisher"] and row["metric"] == metric
    ]


def fact(value: int, start: str, end: str, form: str = "10-Q", **fields: str) -> dict[str, object]:
    about = {"accn": "0001507605-26-000099", "form": form, "filed": "2026-11-22", "fy": 2026, "fp": "Q3"}
    return {**about, "start": start, "end": end, "val": value, **fields}


def revenues(world: World, *facts: dict[str, object], element: str = "Revenues") -> None:
    changed(
        world,
        FACTS,
        lambda answer: answer["facts"]["us-gaap"].update({element: {"units": {"USD": list(facts)}}}),
    )


def test_filings_are_read_from_the_newest_statement_on_though_it_was_transcribed_later(
    store: Store, ask: Ask, world: World
) -> None:
    """The statements were transcribed on 22 November; a report of 4 November was never read."""
    world.filed = "2026-11-04"
    (outcome,) = ask(store, NAME)
    assert ("MARA", dt.date(2026, 11, 4)) in {(one.company, one.filed) for one in outcome.filings}
    assert figures(store) == [("Q3 2026", "198.765432", "2026-11-04")]


def test_the_mark_is_by_company_and_form_and_to_the_second(store: Store, ask: Ask, world: World) -> None:
    first = ask(store, NAME)[0]
    assert first.snapshot
    read = marks(first.snapshot.notes)
    assert read["MARA 10-Q"] == "2026-11-22T21:05:11.000Z"
    assert ask(store, NAME)[0].filings == ()
    # A second one on the same day, and a form that was never there, though of an earlier day than the 10-Q.

    def more(answer: dict[str, Any]) -> None:
        recent = answer["filings"]["recent"]
        recent["form"] += ["10-Q", "8-K", "8-K"]
        recent["filingDate"] += ["2026-11-22", "2026-11-20", "2024-01-01"]
        recent["acceptanceDateTime"] += [f"2026-11-22T21:05:1{second}.000Z" for second in (2, 0, 0)]
        recent["accessionNumber"] += [f"0001507605-26-00010{number}" for number in range(3)]
        recent["isXBRL"] += [0, 0, 0]
        recent["primaryDocument"] += ["a.htm", "b.htm", "c.htm"]

    changed(world, INDEX, more)
    (second,) = ask(store, NAME)
    assert {(one.form, str(one.filed)) for one in second.filings} == {
        ("10-Q", "2026-11-22"),
        ("8-K", "2026-11-20"),
    }
    assert second.snapshot
    assert second.snapshot.path.endswith("/2026-11-23.2.csv")
    assert marks(second.snapshot.notes)["MARA 10-Q"] == "2026-11-22T21:05:12.000Z"
    assert second.snapshot.sha256 == first.snapshot.sha256  # no figure is new
    assert ask(store, NAME)[0].filings == ()


def test_a_statement_of_a_person_moves_no_mark(store: Store, ask: Ask, world: World) -> None:
    """A form that has no mark yet is read from where the company was first asked for."""
    assert ask(store, NAME)[0].snapshot
    from pivot.snapshots import statement

    words = {
        "company": "MARA",
        "metric": "btc_held",
        "value": "40000",
        "unit": "BTC",
        "period": "31 Dec 2026",
    }
    origin = {
        "publisher": "press",
        "published": "2026-11-23",
        "tier": "secondary",
        "url": "https://example.org",
    }
    day = dt.date(2026, 11, 23)
    more = statement.addition(store, NAME, [words | origin], day)
    received = store.root.parent / "more.csv"
    received.write_bytes(more.table)
    fields = {"publisher": "a", "url": list(more.urls), "licence": "b", "method": "transcribed"}
    store.add(NAME, received, vintage=day, retrieved=day, notes=list(more.notes), **fields)

    def late(answer: dict[str, Any]) -> None:
        recent = answer["filings"]["recent"]
        recent.update(form=["10-Q", "8-K"], filingDate=["2026-11-22", "2026-11-19"])
        recent["acceptanceDateTime"][1] = "2026-11-19T12:00:00.000Z"

    changed(world, INDEX, late)
    assert [str(one.filed) for one in ask(store, NAME)[0].filings] == ["2026-11-19"]


def test_since_reads_again(store: Store, ask: Ask) -> None:
    assert ask(store, NAME)[0].filings
    assert ask(store, NAME)[0].filings == ()
    assert ask(store, NAME, since=dt.date(2026, 11, 22))[0].filings


def test_figures_that_lag_behind_the_index_are_read_when_they_are_there(
    store: Store, ask: Ask, world: World
) -> None:
    world.extra[FACTS] = {"facts": {}}
    (outcome,) = ask(store, NAME)
    assert "the figures of MARA 10-Q of 2026-11-22 are not out yet" in outcome.said
    assert outcome.snapshot
    assert "MARA 10-Q" not in marks(outcome.snapshot.notes)
    assert figures(store) == []
    world.extra.clear()
    assert ask(store, NAME)[0].snapshot
    assert figures(store) == [("Q3 2026", "198.765432", "2026-11-22")]


def test_a_changed_element_makes_no_news_of_old_figures(store: Store, ask: Ask, world: World) -> None:
    """The new element has another extent, so that even its figure for last year differs from the one then."""
    old = {"filed": "2025-11-04", "accn": "0001507605-25-000028"}
    revenues(world, fact(252_400_500, "2025-07-01", "2025-09-30", **old), element=REVENUE)
    revenues(
        world,
        fact(253_000_000, "2025-07-01", "2025-09-30"),
        fact(198_765_432, "2026-07-01", "2026-09-30"),
    )
    ask(store, NAME)
    assert figures(store) == [("Q3 2026", "198.765432", "2026-11-22")]


def test_another_value_of_the_same_element_is_a_restatement(store: Store, ask: Ask, world: World) -> None:
    old = {"filed": "2025-11-04", "accn": "0001507605-25-000028"}
    revenues(
        world,
        fact(252_400_500, "2025-07-01", "2025-09-30", **old),
        fact(251_000_000, "2025-07-01", "2025-09-30"),
    )
    ask(store, NAME)
    assert figures(store) == [("Q3 2025", "251", "2026-11-22")]


@pytest.mark.parametrize(
    ("stated", "year", "expected"),
    [
        ("0630", ("2025-01-01", "2025-12-31"), {"Q3 2026", "FY2025"}),
        ("1231", ("2025-07-01", "2026-06-30"), {"quarter to 30 Sep 2026", "fiscal year to 30 Jun 2026"}),
        ("1231", ("2024-12-30", "2025-12-28"), {"Q3 2026", "FY2025"}),
    ],
    ids=["a year of the calendar", "a year to June", "a year of whole weeks"],
)
def test_the_years_of_the_reports_decide_and_not_the_fiscal_year_end_of_the_index(
    stated: str, year: tuple[str, str], expected: set[str], store: Store, refreshing: Refreshing
) -> None:
    ask, server, _ = refreshing
    world = server.content
    assert isinstance(world, World)
    changed(world, INDEX, lambda answer: answer.update(fiscalYearEnd=stated))
    revenues(
        world,
        fact(900_000_000, *year, form="10-K"),
        fact(198_765_432, "2026-07-01", "2026-09-30"),
    )
    ask(store, NAME)
    assert {period for period, _, _ in figures(store)} == expected


FAULTS: dict[str, tuple[str, Callable[[Any], object], str]] = {
    "another company's number": (
        INDEX,
        lambda a: a.update(tickers=["RKLB"]),
        "number at the SEC is not that of the company",
    ),
    "an index without filings": (INDEX, lambda a: a.pop("filings"), "with 'filings'"),
    "no filings": (
        INDEX,
        lambda a: a["filings"].update(recent={name: [] for name in a["filings"]["recent"]}),
        "it has filed none",
    ),
    "a day that is none": (
        INDEX,
        lambda a: a["filings"]["recent"].update(filingDate=["soon", "2026-08-01"]),
        "expected a date such as 2026-05-08; got 'soon'",
    ),
    "revenue in words": (
        FACTS,
        lambda a: a["facts"]["us-gaap"]["Revenues"]["units"]["USD"][3].update(val="much"),
        "expected a number; got 'much'",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_of_one_company_keeps_no_other_back(
    name: str, store: Store, ask: Ask, world: World
) -> None:
    from pivot.snapshots.refresh import line

    path, change, expected = FAULTS[name]
    changed(world, path, change)
    (outcome,) = ask(store, NAME)
    assert outcome.error is None
    (error,) = outcome.errors
    assert line(error).startswith("MARA was not read: ")
    assert expected in line(error)
    assert "Nothing was added" not in line(error) or "the others were read" in line(error)
    assert outcome.snapshot
    assert "BitFuFu" in marks(outcome.snapshot.notes)
    assert "MARA" not in marks(outcome.snapshot.notes)
    # Once the company is well, nothing of it is lost.
    world.extra.clear()
    assert "MARA" in {filing.company for filing in ask(store, NAME)[0].filings}


def test_a_refused_user_agent_stops_the_source_and_names_the_rule(
    store: Store, refreshing: Refreshing
) -> None:
    ask, server, _ = refreshing
    server.faults["/submissions"] = [status(403)]
    (outcome,) = ask(store, NAME)
    assert outcome.error
    assert "The SEC wants a User-Agent with a name and a mail address" in outcome.said
    assert len(server.asked) == 1
    assert server.asked[0][1]["User-Agent"] == f"miner-pivot-report {CONTACT}"


def test_companies_behind_a_slow_limit_are_read_next_time(store: Store, refreshing: Refreshing) -> None:
    ask, server, _ = refreshing
    server.faults["CIK0001507605"] = [status(429)]  # the tenth of twelve
    (outcome,) = ask(store, NAME)
    assert outcome.snapshot
    assert [error.what for error in outcome.errors] == ["MARA was not read: a source does not answer."]
    assert not any("CIK0001083301" in path for path, _ in server.asked)
    server.faults.clear()
    assert "MARA" in {filing.company for filing in ask(store, NAME)[0].filings}


def test_a_company_that_files_no_more_is_told(store: Store, refreshing: Refreshing) -> None:
    ask, server, clock = refreshing
    assert not ask(store, NAME)[0].errors
    later = dt.timedelta(days=20)
    clock.moment = server.now = clock.moment + later
    (outcome,) = ask(store, NAME)
    assert len(outcome.errors) == 11
    assert all(error.what == "A source stands still." for error in outcome.errors)
    assert "operator-statements, MARA" not in {error.where for error in outcome.errors}
