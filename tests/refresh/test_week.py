"""An editor's week: two refreshes, a statement between them, a pull request that waits, a release.

Everything runs as GitHub and an editor run it, on a bare remote; the live sources are those on loopback.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.data import DATA_SETS
from analysis.report import ARTICLE
from pivot.publish import archive
from pivot.snapshots import Store
from tests.conftest import DAYS
from tests.desk import Desk
from tests.editions import published
from tests.refresh.conftest import CONTACT, Ask, StoreOf
from tests.refresh.server import Server
from tests.refresh.test_workflows_run import PIVOT, kept
from tests.refresh.world import NOW, TODAY, World
from tests.report import copy_repository
from tests.unit.snapshots import COMPILED, as_of

WEEK = dt.timedelta(days=7)
STATEMENTS = "operator-statements"
NEWS = ("data-snapshots", "refresh.md")
HELD = ("company=Hut 8", "ticker=HUT", "metric=btc_held", "value=9999", "unit=BTC", "period=31 Oct 2026")
ORIGIN = ("publisher=Hut 8 (news)", "published=2026-11-20", "tier=primary", "url=https://example.org/hut")


@pytest.fixture
def desk(tmp_path: Path, server: Server) -> Desk:
    def of_then(to: Path) -> Path:
        as_of(Store(copy_repository(to) / "data-snapshots", DATA_SETS), COMPILED)
        return to

    desk = Desk(tmp_path, of_then, PIVOT, {"LOOPBACK": server.url, "NOW": NOW.isoformat()})
    # The editions of then are published, on the branch where they are kept.
    desk.git("switch", "--quiet", "--orphan", "editions")
    shutil.copytree(published(), desk.clone, dirs_exist_ok=True)
    desk.push("Release the editions of then")
    return desk


def refreshed(desk: Desk, base: str) -> str:
    """Runs the whole workflow, and gives the text of the pull request."""
    desk.output.write_text("", "utf-8")
    # One source stands still in this world, and that keeps back nothing.
    assert desk.job("refresh.refresh", {}, OUTCOME="failure", PIVOT_CONTACT=CONTACT) == [0, 2, 0, 1]
    assert desk.output.read_text("utf-8") == f"new=true\nbase={base}\n"
    fetch = {"actions/download-artifact": kept(desk, NEWS, "news")}
    assert desk.job("refresh.pull-request", fetch, BASE=base, RUN="1", RESULT="failure") == [0, 0]
    assert any("source-failed" in line for line in desk.said())
    return (desk.clone / "news" / "refresh.md").read_text("utf-8")


def typed(desk: Desk, *words: str) -> None:
    """What an editor types in a clone."""
    script = desk.folder / "pivot"
    script.write_text(PIVOT, "utf-8")
    done = subprocess.run(
        [sys.executable, script, *words],
        cwd=desk.clone,
        env=desk.environment(),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def newest(desk: Desk, source: str) -> dict[str, dict[str, str]]:
    """The rows of the newest snapshot in the clone."""
    path = Store(desk.clone / "data-snapshots", DATA_SETS).snapshots(source)[-1].path
    with (desk.clone / path).open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.mark.slow
def test_nothing_of_a_week_is_lost(desk: Desk, server: Server) -> None:
    first = refreshed(desk, "")
    waiting = desk.git("rev-parse", "refresh", at=desk.remote).strip()

    # While it waits an editor adds a statement, on the same day and to the same source.
    desk.anew()
    typed(desk, "add", STATEMENTS, "--row", *HELD, *ORIGIN, "--vintage", str(TODAY))
    desk.push("Add a statement of Hut 8")
    statement = desk.git("show", f"main:data-snapshots/{STATEMENTS}/{TODAY}.csv", at=desk.remote)

    server.content, server.now = World(TODAY + WEEK), NOW + WEEK
    desk.variables["NOW"] = server.now.isoformat()
    second = refreshed(desk, waiting)
    assert "MARA 10-Q, filed 2026-11-22" in first
    assert any(line.startswith(("pr comment", "pr create")) for line in desk.said())

    # The editor merges it, and pastes what the text of the pull request says.
    desk.anew()
    desk.git("merge", "--quiet", "--no-ff", "--message", "Merge the fresh evidence", "origin/refresh")
    desk.git("merge-base", "--is-ancestor", waiting, "HEAD")
    shown = desk.git("show", f"HEAD:data-snapshots/{STATEMENTS}/{TODAY}.csv")
    assert shown == statement, "what has landed on main is as it was"
    store = Store(desk.clone / "data-snapshots", DATA_SETS)
    store.verify()
    days = [str(TODAY), str(TODAY + WEEK)]
    pools, rates, statements = (
        newest(desk, name) for name in ("pool-shares", "hashrate-published", STATEMENTS)
    )
    assert [day for day in days if f"{day}-week-top-five-pools" in pools] == days
    assert [day for day in days if f"{day}-mempool" in rates] == days
    assert {"hut-8-btc-held-31-oct-2026", "mara-revenue-q3-2026-0001507605-26-000099"} <= statements.keys()
    names = [snapshot.path.rpartition("/")[2] for snapshot in store.snapshots(STATEMENTS)]
    assert names == ["2026-11-22.csv", f"{TODAY}.csv", f"{TODAY}.2.csv", f"{TODAY + WEEK}.csv"]
    pasted = re.search(r"```sh\n(cat >> editions.toml <<'END'\n.*?\nEND\n)", second, re.DOTALL)
    assert pasted
    subprocess.run(["bash", "-ec", pasted[1]], cwd=desk.clone, check=True)
    desk.push("Announce an edition")

    desk.output.write_text("", "utf-8")
    assert set(desk.job("publish.build", {})) == {0}
    assert desk.output.read_text("utf-8").count("new=true") == 1
    result = archive.verify(desk.clone / "site", article=ARTICLE, recompute=True)
    assert not result.findings
    released = {path.name for path in (desk.clone / "site" / "editions").iterdir() if path.is_dir()}
    assert released == {str(day) for day in (*DAYS, TODAY + WEEK)}


def test_three_months_ask_for_no_more_than_is_missing(
    store_of: StoreOf, ask: Ask, server: Server, world: World
) -> None:
    """From the shipped state on, the polite wait between requests is what a refresh takes."""
    store = store_of("network-days", "btc-price", "pool-shares", "hashrate-published")
    assert all(outcome.snapshot for outcome in ask(store, *store.sources()))
    missing = (TODAY - dt.date(2026, 8, 21)).days - 1
    assert missing > 90
    # One for each day, and fees, newest block, two prices, pools and hash rate.
    assert len(server.asked) == missing + 6
    del world
