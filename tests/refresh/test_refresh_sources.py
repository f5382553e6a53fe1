"""What a refresh brings from sources that answer as their documentation says."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import tomllib

import pytest

from analysis.data import DATA_SETS
from analysis.report import ARTICLE
from pivot.errors import OutputError
from pivot.snapshots import Store, Vintage
from tests.refresh.conftest import CONTACT, Ask, StoreOf
from tests.refresh.server import Handler, Server
from tests.refresh.world import TODAY, World

PRICE = "btc-price"


def table(store: Store, name: str) -> list[dict[str, str]]:
    newest = store.snapshots(name)[-1]
    return list(csv.DictReader(io.StringIO(store.read(newest).decode(), newline="")))


def test_every_source_is_brought_up_to_date_and_then_nothing_is_new(
    store_of: StoreOf, ask: Ask, server: Server
) -> None:
    store = store_of(*ARTICLE.live)
    first = ask(store)
    assert [outcome.error for outcome in first] == [None] * len(ARTICLE.live)
    assert [outcome.source for outcome in first if outcome.errors] == ["difficulty-epochs"]  # 38 days old
    added = {outcome.source for outcome in first if outcome.snapshot}
    assert added == set(ARTICLE.live) - {"difficulty-epochs"}  # no retarget in this world is new
    assert all(str(TODAY) in outcome.snapshot.path for outcome in first if outcome.snapshot)
    assert store.verify()["snapshots"] == 2 * len(ARTICLE.live) - 1

    before = len(server.asked)
    again = ask(store)
    repeated = server.asked[before:]
    assert [outcome.snapshot for outcome in again] == [None] * len(ARTICLE.live)
    assert all("nothing new" in outcome.said for outcome in again), [outcome.said for outcome in again]
    assert len(repeated) > 5
    assert all("If-None-Match" in headers for _, headers in repeated)
    assert server.unchanged == len(repeated)
    assert Store(store.root, DATA_SETS).verify()["snapshots"] == 2 * len(ARTICLE.live) - 1
    assert all(CONTACT in headers["User-Agent"] for _, headers in server.asked)


def test_new_days_are_what_the_next_vintage_reads(store_of: StoreOf, ask: Ask) -> None:
    store = store_of(PRICE, "network-days")
    ask(store, PRICE, "network-days")
    yesterday = TODAY - dt.timedelta(days=1)
    prices = Vintage(store, TODAY).data("prices").frame
    assert prices.index[-1].date() == yesterday
    assert prices["series"].iloc[-1] == "kraken"
    days = Vintage(store, TODAY).data("days").frame
    assert days.index[-1].date() == yesterday
    assert days["blocks"].iloc[-1] == 144
    assert days["fee_btc_per_block"].iloc[-1] == pytest.approx(0.02000022)
    old = Vintage(store, dt.date(2026, 8, 21)).data("days").frame
    assert old.index[-1].date() == dt.date(2026, 8, 21)


def test_the_sidecar_tells_where_each_row_is_from(store_of: StoreOf, ask: Ask) -> None:
    store = store_of(PRICE)
    (outcome,) = ask(store, PRICE)
    assert outcome.snapshot
    sidecar = tomllib.loads(
        (store.root.parent / outcome.snapshot.path).with_suffix(".toml").read_text("utf-8")
    )
    notes = "\n".join(sidecar["notes"])
    assert sidecar["method"] == "http"
    assert sidecar["retrieved"] == TODAY
    assert f"data-snapshots/btc-price/2026-10-08.csv (SHA-256 {store.snapshots(PRICE)[0].sha256})" in notes
    assert "45 rows new, 2026-10-09 to 2026-11-22" in notes
    assert notes.count("SHA-256 of the raw answer: ") == 2
    assert "at most 0.10% apart" in notes
    assert "Kraken (public OHLC)" in sidecar["publisher"]
    assert "CryptoCompare" in sidecar["publisher"]


def test_many_raw_answers_are_one_hash(store_of: StoreOf, ask: Ask) -> None:
    store = store_of("network-days")
    (outcome,) = ask(store, "network-days")
    assert outcome.snapshot
    assert any("the first of 95 raw answers" in note for note in outcome.snapshot.notes)


def test_pools_of_the_week(store_of: StoreOf, ask: Ask) -> None:
    store = store_of("pool-shares")
    before = table(store, "pool-shares")
    ask(store, "pool-shares")
    new = {row["id"]: row for row in table(store, "pool-shares") if row not in before}
    assert len(new) == 7
    top = new["2026-11-23-week-top-five-pools"]
    assert (top["share_pct"], top["blocks"], top["window_blocks"]) == ("97.50", "780", "800")
    assert top["note"].startswith("sum of Foundryusa 37.5, Antpool 22.5")


def test_hash_rate_of_the_day(store_of: StoreOf, ask: Ask) -> None:
    store = store_of("hashrate-published")
    ask(store, "hashrate-published")
    (row,) = [row for row in table(store, "hashrate-published") if row["id"] == "2026-11-23-mempool"]
    assert (row["low"], row["high"], row["relation"]) == ("941.23", "941.23", "=")


def test_figures_of_a_filing_are_primary_and_the_filing_is_to_be_read(store_of: StoreOf, ask: Ask) -> None:
    store = store_of("operator-statements")
    (outcome,) = ask(store, "operator-statements")
    new = [row for row in table(store, "operator-statements") if "0001507605-26-000099" in row["id"]]
    assert {(row["metric"], row["period"], row["value"], row["unit"]) for row in new} == {
        ("revenue", "Q3 2026", "198.765432", "USD million"),
        ("btc_held", "30 Sep 2026", "34567.5", "BTC"),
    }
    assert {row["tier"] for row in new} == {"primary"}
    assert {row["published"] for row in new} == {"2026-11-22"}
    assert new[0]["publisher"] == "MARA Holdings, Inc. (10-Q, SEC EDGAR)"
    (filing,) = [filing for filing in outcome.filings if filing.company == "MARA"]
    assert filing.form == "10-Q"
    assert filing.url.endswith("/1507605/000150760526000099/mara-20260930.htm")


def test_one_failing_source_does_not_keep_the_others(store_of: StoreOf, ask: Ask, world: World) -> None:
    world.extra["/api/v1/mining/pools/1w"] = {}
    store = store_of(PRICE, "pool-shares")
    pools, price = ask(store, PRICE, "pool-shares")
    assert pools.error
    assert price.snapshot


def test_what_is_to_be_had_on_its_day_alone_is_asked_for_first() -> None:
    assert list(ARTICLE.live)[:2] == ["hashrate-published", "pool-shares"]


def test_two_refreshes_at_once_do_not_harm_each_other(
    store_of: StoreOf, ask: Ask, server: Server, world: World
) -> None:
    store = store_of(PRICE)
    refused = []

    def meanwhile(handler: Handler) -> None:
        with pytest.raises(OutputError, match="is running") as caught:
            ask(Store(store.root, DATA_SETS), PRICE)
        refused.append(caught.value)
        handler.send(json.dumps(world.kraken()).encode())

    server.faults["/OHLC"] = [meanwhile, None]
    assert ask(store, PRICE)[0].snapshot
    assert len(refused) == 1
    assert Store(store.root, DATA_SETS).verify()["snapshots"] == 2
