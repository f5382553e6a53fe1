"""A pretended present: live sources on loopback, a clock that never waits, stores to be refreshed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analysis.data import DATA_SETS
from analysis.report import ARTICLE
from analysis.sources import filings, mempool, price
from pivot.snapshots import Store, sidecar
from pivot.snapshots.client import Client
from pivot.snapshots.refresh import Asked, Outcome, refresh
from pivot.snapshots.transport import Clock, Limits
from tests.refresh.server import Server
from tests.refresh.world import NOW, SNAPSHOTS, TODAY, World
from tests.unit.snapshots import relisted

StoreOf = Callable[..., Store]
Ask = Callable[..., tuple[Outcome, ...]]

Refreshing = tuple[Ask, Server, "Still"]

CONTACT = "editor@example.org"
ROWS = 250
LIMITS = Limits(connect=2.0, read=0.4, total=0.6, size=1 << 20)


class Still(Clock):
    """A clock that stands still but for the waits, which take no time."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.moment = NOW

    def now(self) -> dt.datetime:
        return self.moment + dt.timedelta(seconds=sum(self.waits))

    def monotonic(self) -> float:
        return super().monotonic() + sum(self.waits)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.fixture
def clock() -> Still:
    return Still()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def server(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """All live sources on one loopback address."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with Server(world, NOW) as running:
        for module, name in (
            (mempool, "ADDRESS"),
            (price, "ADDRESS"),
            (price, "WITNESS"),
            (filings, "ADDRESS"),
        ):
            monkeypatch.setattr(module, name, running.url)
        yield running


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newest rows of the newest snapshots."""
    root = tmp_path_factory.mktemp("evidence") / "data-snapshots"
    shipped = Store(SNAPSHOTS, DATA_SETS)
    for name in ARTICLE.live:
        newest = [one for one in shipped.snapshots(name) if one.vintage < TODAY][-1]
        head, *rows = shipped.read(newest).decode().splitlines(keepends=True)
        data = "".join([head, *rows[-ROWS:]]).encode()
        fields = dataclasses.replace(newest, bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
        (root / name).mkdir(parents=True)
        (root / name / f"{newest.vintage}.csv").write_bytes(data)
        (root / name / f"{newest.vintage}.toml").write_text(sidecar.render(fields), "utf-8")
    relisted(Store(root, DATA_SETS))
    return root.parent


@pytest.fixture
def store_of(tmp_path: Path, evidence: Path) -> StoreOf:
    """Makes a store with one snapshot of each of some sources."""

    def make(*names: str) -> Store:
        for name in names:
            shutil.copytree(evidence / "data-snapshots" / name, tmp_path / "data-snapshots" / name)
        return relisted(Store(tmp_path / "data-snapshots", DATA_SETS))

    return make


@pytest.fixture
def ask(server: Server, clock: Still) -> Ask:
    """Refreshes a store against the loopback sources."""
    del server

    def run(store: Store, *names: str, **options: object) -> tuple[Outcome, ...]:
        with Client(store.root.parent / ".pivot" / "http.sqlite", CONTACT, LIMITS, clock) as client:
            return refresh(store, ARTICLE.live, client, Asked(names, **options), lambda *_: None)  # type: ignore[arg-type]

    return run


@pytest.fixture
def refreshing(ask: Ask, server: Server, clock: Still) -> Refreshing:
    """What a test needs that looks at both ends of the wire."""
    return ask, server, clock
