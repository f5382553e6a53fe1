"""Restated rows of an append-only series: an error, until a person accepts them with a reason."""

from __future__ import annotations

import datetime as dt

import pytest

from analysis.data import DATA_SETS
from pivot.errors import ContractError
from pivot.snapshots import Store
from pivot.snapshots.sidecar import RESTATED
from tests.refresh.conftest import Ask, Refreshing, StoreOf
from tests.refresh.world import TODAY, World
from tests.unit.snapshots import tree

PRICE = "btc-price"
OLD = dt.date(2026, 3, 1)
NEW = dt.date(2026, 11, 1)


@pytest.fixture
def refreshed(store_of: StoreOf, refreshing: Refreshing, world: World) -> Store:
    """A store that was refreshed yesterday, so that some rows are from the source itself."""
    ask, server, clock = refreshing
    store = store_of(PRICE, "network-days")
    yesterday = clock.moment - dt.timedelta(days=1)
    world.closes.pop(TODAY)
    clock.moment = server.now = yesterday
    assert all(outcome.snapshot for outcome in ask(store, PRICE, "network-days"))
    world.closes[TODAY] = world.closes[TODAY - dt.timedelta(days=1)]
    clock.moment = server.now = yesterday + dt.timedelta(days=1)
    return store


def test_a_small_change_of_what_others_gave_is_no_restatement(
    refreshed: Store, ask: Ask, world: World
) -> None:
    world.closes[OLD] = f"{float(world.closes[OLD]) * 1.01:.1f}"
    assert ask(refreshed, PRICE)[0].snapshot


@pytest.mark.parametrize(
    ("day", "factor"), [(OLD, 1.025), (NEW, 1.0001)], ids=["transcribed", "from the source"]
)
def test_a_restated_row_stops_the_snapshot(
    day: dt.date, factor: float, refreshed: Store, ask: Ask, world: World
) -> None:
    world.closes[day] = f"{float(world.closes[day]) * factor:.2f}"
    world.witness[day] = world.closes[day]
    before = tree(refreshed.root)
    (outcome,) = ask(refreshed, PRICE)
    assert isinstance(outcome.error, ContractError)
    assert f"{day} close_usd " in outcome.said
    assert '--accept "REASON"' in outcome.said
    assert tree(refreshed.root) == before


def test_rows_before_since_are_not_held_against_the_source(refreshed: Store, ask: Ask, world: World) -> None:
    world.closes[OLD] = world.witness[OLD] = f"{float(world.closes[OLD]) * 1.1:.2f}"
    assert ask(refreshed, PRICE, since=OLD)[0].error
    assert ask(refreshed, PRICE, since=OLD + dt.timedelta(days=1))[0].snapshot


def test_a_fee_may_differ_within_its_bound(refreshed: Store, ask: Ask, world: World) -> None:
    world.fees[OLD] += 90_000
    assert ask(refreshed, "network-days")[0].snapshot
    world.fees[OLD] += 20_000
    (outcome,) = ask(refreshed, "network-days")
    assert f"{OLD} fee_btc_per_block" in outcome.said


def test_an_accepted_row_is_taken_over_with_its_reason(refreshed: Store, ask: Ask, world: World) -> None:
    world.closes[NEW] = world.witness[NEW] = f"{float(world.closes[NEW]) * 1.001:.2f}"
    (outcome,) = ask(refreshed, PRICE, accepted="Kraken corrected a candle, see its status page")
    assert outcome.snapshot, outcome.said
    (note,) = [note for note in outcome.snapshot.notes if note.startswith(RESTATED)]
    assert "Kraken corrected a candle" in note
    assert f"{NEW} close_usd" in note
    assert Store(refreshed.root, DATA_SETS).verify()["snapshots"] == 5
    assert refreshed.table(outcome.snapshot).loc[str(NEW), "close_usd"] == float(world.closes[NEW])
