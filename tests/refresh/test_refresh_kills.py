"""A refresh that is killed at any write loses nothing, and the next one completes, on that day or later."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import textwrap

import pytest

from analysis.data import DATA_SETS
from pivot.snapshots import Store
from tests.refresh.conftest import CONTACT, Refreshing, StoreOf
from tests.refresh.world import TODAY, World
from tests.unit.snapshots import tree

PRICE = "btc-price"
LATER = TODAY + dt.timedelta(days=1)


class Killed(BaseException):
    """Nothing in the package catches this, as nothing catches a kill."""


class Reaper:
    """Kills at the n-th call of what puts bytes on the disk."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = 0
        self.at = 0
        for name in ("replace", "fsync"):
            monkeypatch.setattr(os, name, self.counted(getattr(os, name)))

    def counted(self, original: object) -> object:
        def call(*arguments: object) -> object:
            self.calls += 1
            if self.calls == self.at:
                raise Killed
            return original(*arguments)  # type: ignore[operator]

        return call

    def armed(self, at: int) -> Reaper:
        self.calls, self.at = 0, at
        return self


@pytest.mark.parametrize("wait", [0, 1], ids=["the same day", "a day later"])
def test_killed_at_every_write(
    wait: int, store_of: StoreOf, refreshing: Refreshing, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, server, clock = refreshing
    store = store_of(PRICE)
    before = tree(store.root)
    reaper = Reaper(monkeypatch)
    world.closes[LATER] = world.closes[TODAY]
    world.witness[TODAY] = world.closes[TODAY]
    start, at, kills = clock.moment, 0, 0
    while True:
        at += 1
        clock.moment = server.now = start
        reaper.armed(at)
        try:
            ask(store, PRICE)
        except Killed:
            kills += 1
        else:
            break
        reaper.armed(0)
        store = Store(store.root, DATA_SETS)
        assert len(store.snapshots(PRICE)) in {1, 2}
        assert all(store.read(snapshot) for snapshot in store.snapshots(PRICE))
        clock.moment = server.now = start + dt.timedelta(days=wait)
        landed = len(store.snapshots(PRICE))
        ask(store, PRICE)
        store = Store(store.root, DATA_SETS)
        assert store.verify()["snapshots"] == max(2, landed + wait)
        assert not [path for path in tree(store.root) if ".part" in path]
        _reset(store, before)
        store = Store(store.root, DATA_SETS)
    assert kills == at - 1
    assert kills > 10


def _reset(store: Store, files: dict[str, bytes]) -> None:
    for path in tree(store.root):
        if path not in files:
            (store.root / path).unlink()
    for path, content in files.items():
        (store.root / path).write_bytes(content)


def test_killed_for_good_between_the_data_and_the_list(store_of: StoreOf, refreshing: Refreshing) -> None:
    ask, server, clock = refreshing
    store = store_of(PRICE)
    script = f"""
        import os, sys
        from pathlib import Path
        from analysis.report import ARTICLE
        from pivot.snapshots.client import Client
        from pivot.snapshots.refresh import Asked, refresh
        from analysis.sources import price
        from pivot.snapshots import Store
        from tests.refresh.conftest import LIMITS, Still

        replace = os.replace
        def dies(source, target):
            if str(target).endswith("SHA256SUMS"):
                os._exit(9)
            replace(source, target)
        os.replace = dies
        price.ADDRESS = price.WITNESS = {server.url!r}
        store = Store(Path({str(store.root)!r}), ARTICLE.data_sets)
        client = Client(store.root.parent / ".pivot" / "http.sqlite", {CONTACT!r}, LIMITS, Still())
        refresh(store, ARTICLE.live, client, Asked(("btc-price",)), lambda *_: None)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False, capture_output=True)
    assert done.returncode == 9, done.stderr.decode()
    left = {path for path in tree(store.root) if str(TODAY) in path or ".part" in path}
    assert left == {f"btc-price/{TODAY}.csv", f"btc-price/{TODAY}.toml", ".SHA256SUMS.part"}
    clock.moment = server.now = server.now + dt.timedelta(days=2)
    (outcome,) = ask(Store(store.root, DATA_SETS), PRICE)
    assert outcome.snapshot
    assert Store(store.root, DATA_SETS).verify()["snapshots"] == 2
    assert not [path for path in tree(store.root) if str(TODAY) in path or ".part" in path]
