"""Sources that stand still, know a part of a day or are slow: nothing old passes for new."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest

from analysis.data import DATA_SETS
from pivot.snapshots import Store
from pivot.snapshots.refresh import Outcome, line
from tests.refresh.conftest import LIMITS, Ask, Refreshing, Still, StoreOf
from tests.refresh.server import Fault, Handler, Server
from tests.refresh.test_refresh_faults import status
from tests.refresh.test_refresh_sources import table
from tests.refresh.world import TODAY, World, unix
from tests.unit.snapshots import tree

PRICE, DAYS = "btc-price", "network-days"
ONE = dt.timedelta(days=1)
YESTERDAY = TODAY - ONE
FEES = "/api/v1/mining/blocks/fees/all"


def still(outcome: Outcome) -> list[str]:
    """Who stands still, and since when."""
    return [f"{error.where}: {error.got}" for error in outcome.errors if "stands still" in error.what]


def test_the_age_of_the_newest_row_is_told(store_of: StoreOf, ask: Ask) -> None:
    for outcome in ask(store_of(PRICE, DAYS), PRICE, DAYS):
        assert "newest of 2026-11-22, 1 day old" in outcome.said
        assert not outcome.failures


@pytest.mark.parametrize(("days", "names"), [(3, []), (4, ["btc-price, Kraken", "btc-price, Coin Metrics"])])
def test_a_source_without_new_days_is_a_failure_past_its_bound(
    days: int, names: list[str], store_of: StoreOf, refreshing: Refreshing
) -> None:
    ask, server, clock = refreshing
    store = store_of(PRICE)
    assert ask(store, PRICE)[0].snapshot
    before = tree(store.root)
    clock.moment = server.now = clock.moment + dt.timedelta(days=days - 1)
    (outcome,) = ask(store, PRICE)
    assert outcome.error is None
    assert f"nothing new; newest of {YESTERDAY}, {days} days old" in outcome.said
    assert [one.partition(":")[0] for one in still(outcome)] == names
    assert tree(store.root) == before


def test_a_witness_that_stopped_is_a_failure_though_the_price_moves_on(
    store_of: StoreOf, ask: Ask, world: World
) -> None:
    stopped = TODAY - dt.timedelta(days=10)
    world.witness = {day: price for day, price in world.witness.items() if day <= stopped}
    store = store_of(PRICE)
    (outcome,) = ask(store, PRICE)
    assert outcome.snapshot, "the days that both know are in"
    assert table(store, PRICE)[-1]["date"] == str(stopped)
    assert still(outcome) == [f"btc-price, Coin Metrics: {stopped}, 10 days old"]


def test_a_hash_rate_without_means_of_the_last_days_is_told(
    store_of: StoreOf, ask: Ask, world: World
) -> None:
    path = "/api/v1/mining/hashrate/3d"
    old = {"timestamp": unix(TODAY - 5 * ONE), "avgHashrate": 9e20}
    world.extra[path] = {"hashrates": [old], "currentHashrate": 9e20}
    (outcome,) = ask(store_of("hashrate-published"), "hashrate-published")
    assert still(outcome) == [f"hashrate-published, mempool.space: {TODAY - 5 * ONE}, 5 days old"]


def test_fees_of_half_a_day_store_nothing_for_it(store_of: StoreOf, ask: Ask, world: World) -> None:
    """An answer that was cached at noon has the mean height of the blocks of the morning."""
    answer = world.block_fees()
    assert isinstance(answer, list)
    day = next(each for each in answer if each["timestamp"] == unix(YESTERDAY) + 43_000)
    day["avgHeight"] -= 36
    world.extra[FEES] = answer
    store = store_of(DAYS)
    (outcome,) = ask(store, DAYS)
    assert table(store, DAYS)[-1]["date"] == str(YESTERDAY - ONE)
    assert f"the fees of {YESTERDAY} are of a part of it" in outcome.said
    assert not outcome.failures
    world.extra.clear()
    assert ask(store, DAYS)[0].snapshot
    assert table(store, DAYS)[-1]["date"] == str(YESTERDAY)


def test_a_day_whose_end_the_source_has_not_seen_stores_nothing(
    store_of: StoreOf, ask: Ask, world: World
) -> None:
    """A node that stopped in the evening: its last block of the day is not the day's last block."""
    stopped = unix(TODAY) - 4 * 3600
    for end in (unix(TODAY), unix(TODAY + ONE)):
        world.extra[f"/api/v1/mining/blocks/timestamp/{end - 1}"] = world.block_at(str(stopped))
    store = store_of(DAYS)
    (outcome,) = ask(store, DAYS)
    assert table(store, DAYS)[-1]["date"] == str(YESTERDAY - ONE)
    assert f"{YESTERDAY} is not over for the source, whose newest block is of {YESTERDAY}" in outcome.said


def ten(server: Server, within: Callable[[list[float]], list[float]], clock: Still) -> Fault:
    """A limit of ten requests; those count that are `within` it, refused ones too."""
    asked: list[float] = []

    def fault(handler: Handler) -> None:
        asked.append(clock.monotonic())
        if len(within(asked)) > 10:
            status(429)(handler)
        else:
            handler.send(json.dumps(server.content(handler.path)).encode())

    return fault


def test_a_limit_of_ten_a_minute_slows_a_refresh_down_and_stops_nothing(
    store_of: StoreOf, refreshing: Refreshing
) -> None:
    ask, server, clock = refreshing
    store = store_of("pool-shares", DAYS, "hashrate-published")
    server.faults["/"] = [ten(server, lambda asked: [one for one in asked if one > asked[-1] - 60], clock)]
    outcomes = ask(store, *store.sources())
    assert not [failure for outcome in outcomes for failure in outcome.failures]
    assert all(outcome.snapshot for outcome in outcomes)
    assert table(store, DAYS)[-1]["date"] == str(YESTERDAY)
    # The pace of the host settled once, and was kept from then on.
    refused = [wait for wait in clock.waits if wait >= LIMITS.crowded]
    assert len(refused) == 3, clock.waits
    assert sum(clock.waits) < len(server.asked) * LIMITS.slowest + sum(refused)


def test_after_a_limit_that_no_pace_keeps_the_next_run_goes_on(
    store_of: StoreOf, refreshing: Refreshing
) -> None:
    ask, server, clock = refreshing
    store = store_of(DAYS)
    reached = []
    for _ in range(3):
        server.faults["/blocks/timestamp"] = [ten(server, list, clock)]
        (outcome,) = ask(store, DAYS)
        assert outcome.snapshot, outcome.said
        (error,) = [error for error in outcome.errors if "stands still" not in error.what]
        assert "HTTP 429 Too Many Requests" in error.got
        assert "are in, and the next refresh goes on from there" in line(error)
        reached.append(table(store, DAYS)[-1]["date"])
    # One request in ten is for the newest block.
    assert reached == ["2026-08-30", "2026-09-08", "2026-09-17"]
    server.faults.clear()
    assert ask(store, DAYS)[0].snapshot
    assert table(store, DAYS)[-1]["date"] == str(YESTERDAY)
    assert [path.rpartition("/")[2] for path in _paths(store)][1:] == [
        "2026-11-23.csv",
        "2026-11-23.2.csv",
        "2026-11-23.3.csv",
        "2026-11-23.4.csv",
    ]
    assert Store(store.root, DATA_SETS).verify()["snapshots"] == 5


def _paths(store: Store) -> list[str]:
    return [snapshot.path for snapshot in Store(store.root, DATA_SETS).snapshots(DAYS)]
