"""What live sources really answered, each with its right reading; `recordings/README.md` says whose it is."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analysis.sources import headers, price
from pivot.snapshots import Store
from pivot.snapshots.client import Client
from pivot.snapshots.rows import known
from pivot.snapshots.source import Known
from tests.refresh.conftest import CONTACT, LIMITS, Ask, Refreshing, Still, StoreOf
from tests.refresh.server import Fault, Server
from tests.refresh.world import EPOCHS, PRICES, World, rows
from tests.unit.snapshots import tree

RECORDINGS = Path(__file__).parent / "recordings"
STATEMENTS = "operator-statements"
MARA_INDEX, MARA_FACTS = "/submissions/CIK0001507605.json", "/api/xbrl/companyfacts/CIK0001507605.json"
RIOT_INDEX, RIOT_FACTS = "/submissions/CIK0001167419.json", "/api/xbrl/companyfacts/CIK0001167419.json"


def recorded(name: str) -> Any:  # noqa: ANN401 - any JSON there is
    return json.loads((RECORDINGS / name).read_text("utf-8"))


def answered(name: str, status: int, kind: str) -> Fault:
    data = (RECORDINGS / name).read_bytes()
    return lambda handler: handler.send(data, status=status, kind=kind)


@pytest.fixture
def statements(store_of: StoreOf) -> Store:
    return store_of(STATEMENTS)


def test_each_recording_is_read_here() -> None:
    names = {path.name for path in RECORDINGS.iterdir()} - {"README.md"}
    text = Path(__file__).read_text("utf-8")
    assert len(names) == 7
    assert [name for name in names if f'"{name}"' not in text] == []


def _index(form: str, filed: str, accession: str) -> dict[str, Any]:
    """The index of a company that has filed one report."""
    return {
        "name": "MARA Holdings, Inc.",
        "tickers": ["MARA"],
        "fiscalYearEnd": "1231",
        "filings": {
            "recent": {
                "accessionNumber": [accession],
                "filingDate": [filed],
                "acceptanceDateTime": [f"{filed}T20:00:00.000Z"],
                "form": [form],
                "isXBRL": [1],
                "primaryDocument": ["report.htm"],
            }
        },
    }


@pytest.mark.parametrize(
    ("filed", "accession", "expected"),
    [
        ("2024-07-24", "0001652044-24-000079", {("Q2 2024", "84742", "RevenueFromContract")}),
        ("2025-07-24", "0001652044-25-000062", {("Q2 2025", "96428", "Revenues")}),
        ("2026-02-05", "0001652044-26-000018", set()),
    ],
    ids=["the filing that gave it first", "a later filing under another element", "a comparative only"],
)
def test_a_figure_is_of_the_filing_that_gave_it_first_whatever_its_element(
    filed: str,
    accession: str,
    expected: set[tuple[str, str, str]],
    statements: Store,
    refreshing: Refreshing,
) -> None:
    ask, server, _ = refreshing
    world = server.content
    assert isinstance(world, World)
    world.extra[MARA_INDEX] = _index("10-Q", filed, accession)
    world.extra[MARA_FACTS] = recorded("sec-companyfacts-alphabet-tag-changed.json")
    before = set(_rows(statements))
    (outcome,) = ask(statements, STATEMENTS, since=dt.date.fromisoformat(filed))
    new = [row for id_, row in _rows(statements).items() if id_ not in before]
    assert {
        (row["period"], row["value"], row["unit_note"].split(":")[1][: len("RevenueFromContract")])
        for row in new
    } == expected
    assert {row["published"] for row in new} <= {filed}
    assert ("MARA", "10-Q") in {(one.company, one.form) for one in outcome.filings}


def test_a_company_without_a_ticker_is_said_and_the_others_are_read(
    store_of: StoreOf, ask: Ask, world: World
) -> None:
    world.extra[RIOT_INDEX] = recorded("sec-submissions-no-tickers-carbo.json")
    (outcome,) = ask(store_of(STATEMENTS), STATEMENTS)
    assert outcome.snapshot, outcome.said
    assert "2 rows new, mara-" in outcome.said
    (error,) = [error for error in outcome.errors if "was not read" in error.what]
    assert error.what == "Riot was not read: it has no ticker any more."
    assert error.got == "none; the name is CARBO CERAMICS INC"
    assert "OPERATORS of analysis/sources/filings.py" in error.hint


@pytest.mark.parametrize("path", [RIOT_INDEX, RIOT_FACTS], ids=["no index", "no facts"])
def test_a_company_without_a_file_is_said_and_the_others_are_read(
    path: str, store_of: StoreOf, ask: Ask, server: Server
) -> None:
    server.faults[path] = [answered("sec-404-no-such-key.xml", 404, "application/xml")]
    (outcome,) = ask(store_of(STATEMENTS), STATEMENTS, since=dt.date(2026, 7, 1))
    assert outcome.snapshot, outcome.said
    assert "2 rows new, mara-" in outcome.said
    lines = [f"{error.what} {error.got}" for error in outcome.errors]
    if path == RIOT_FACTS:
        assert "Riot has no tagged figures" in outcome.said
        assert ("Riot", "8-K") in {(filing.company, filing.form) for filing in outcome.filings}
        assert lines == []
    else:
        (line,) = lines
        assert line.startswith(
            "Riot was not read: a source refuses to answer. HTTP 404 Not Found: NoSuchKey: "
        )


def test_what_a_publisher_says_with_its_refusal_is_shown(store_of: StoreOf, ask: Ask, server: Server) -> None:
    server.faults["PriceUSD"] = [answered("coinmetrics-403-forbidden.json", 403, "application/json")]
    store = store_of("btc-price")
    before = tree(store.root)
    (outcome,) = ask(store, "btc-price")
    assert (
        "got HTTP 403 Forbidden: forbidden: Requested resource is not available with supplied credentials. "
        in outcome.said
    )
    assert "it may want a key" in outcome.said
    assert "moved" not in outcome.said
    assert tree(store.root) == before


def test_pools_of_a_recorded_week(store_of: StoreOf, ask: Ask, world: World) -> None:
    world.extra["/api/v1/mining/pools/1w"] = recorded("mempool-pools-1w-2026.json")
    store = store_of("pool-shares")
    before = set(_rows(store))
    assert ask(store, "pool-shares")[0].snapshot
    new = {row["entity"]: row for id_, row in _rows(store).items() if id_ not in before}
    assert len(new) == 19
    assert (new["Foundry USA"]["blocks"], new["Foundry USA"]["share_pct"]) == ("283", "26.33")
    assert (new["Top five pools"]["blocks"], new["Top five pools"]["window_blocks"]) == ("823", "1075")


def test_recorded_difficulties_are_those_of_the_shipped_targets() -> None:
    stated = [
        (day, Decimal(str(number)))
        for day, number in recorded("mempool-difficulty-80-values-2026-09-15.json")
    ]
    shipped = {row["timestamp"][:10]: row["bits"] for row in rows(EPOCHS)}
    assert len(stated) == 80
    for day, number in stated:
        assert headers.fits(shipped[day], number), day


def test_the_last_candle_is_open_and_is_not_read(
    tmp_path: Path, server: Server, world: World, clock: Still
) -> None:
    del server
    answer = recorded("kraken-ohlc-xbtusd-1440-2026-08.json")
    world.extra[price.OHLC] = answer
    shipped = {row["date"]: row for row in rows(PRICES)}
    with Client(tmp_path / "http.sqlite", CONTACT, LIMITS, clock) as client:
        update = price.SOURCE.read(client, Known(shipped, dt.date(2026, 10, 8), world.today, None))
    assert list(update.rows) == [f"2026-08-{day:02}" for day in range(8, 17)]
    assert len(answer["result"]["XXBTZUSD"]) == len(update.rows) + 1
    for day, row in update.rows.items():
        assert price.SOURCE.near("close_usd", shipped[day]["close_usd"], row["close_usd"], row)
    assert update.newest["Kraken"] == dt.date(2026, 8, 16)


def _rows(store: Store) -> dict[str, dict[str, str]]:
    (name,) = store.sources()
    return {key: dict(row) for key, row in known(store, store.snapshots(name)[-1]).items()}
