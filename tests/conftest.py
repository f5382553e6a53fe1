"""What every test may use: the repository, its store, and the ledgers of its editions, each built once."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from analysis.data import DATA_SETS
from analysis.report import ARTICLE
from pivot.claims import ledger as ledgers
from pivot.claims.ledger import Ledger
from pivot.snapshots import Store, Vintage
from tests import shared

ROOT = Path(__file__).parents[1]


def pytest_configure() -> None:
    """Let a busy machine be no finding. Imported here, since pytest wants to load the library first."""
    from hypothesis import settings

    settings.register_profile("no deadline", deadline=None)
    settings.load_profile("no deadline")


AS_READ = dt.date(2026, 5, 8)
AFTER_JUNE = dt.date(2026, 6, 30)
IN_AUGUST = dt.date(2026, 8, 21)
NEWEST = dt.date(2026, 10, 8)
DAYS = (AS_READ, AFTER_JUNE, IN_AUGUST, NEWEST)


@cache
def vintage_of(day: dt.date) -> Vintage:
    return Vintage(Store(ROOT / "data-snapshots", DATA_SETS), day)


def build_ledger(vintage: Vintage, ids: Iterable[str] | None = None) -> Ledger:
    return ledgers.build(vintage, ARTICLE.claims, ids)


@cache
def ledger_of(day: dt.date) -> Ledger:
    return build_ledger(vintage_of(day))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Random cases by the thousand run where they are asked for."""
    if "many" not in config.getoption("markexpr", ""):
        skip = pytest.mark.skip(reason="asked for with -m many")
        for item in items:
            if item.get_closest_marker("many"):
                item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def _shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The folder that the processes of this run share, in which nobody changes a file."""
    own = tmp_path_factory.getbasetemp()
    shared.run.append(own.parent if hasattr(request.config, "workerinput") else own)
    yield
    assert shared.changed() == []


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(params=DAYS, ids=str)
def day(request: pytest.FixtureRequest) -> dt.date:
    """Each edition's day in turn."""
    value: dt.date = request.param
    return value


@pytest.fixture
def vintage(day: dt.date) -> Vintage:
    return vintage_of(day)


@pytest.fixture
def ledger(day: dt.date) -> Ledger:
    return ledger_of(day)


CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
# No sandbox, because tests run as root in containers; no background traffic, because there is no network.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed; `.ci/run` installs Debian's")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield chromium
        chromium.close()
