"""`pivot refresh`: what an editor types and sees, and the pull request that GitHub opens."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from analysis.data import DATA_SETS
from analysis.report import ARTICLE
from pivot import refresh_report
from pivot.cli import main
from pivot.refresh_report import RefreshReport
from pivot.revisions import pages
from pivot.snapshots import Store, client
from pivot.snapshots.refresh import Asked
from tests.conftest import ROOT
from tests.refresh.conftest import CONTACT, Still
from tests.refresh.server import Server
from tests.refresh.world import World
from tests.unit.snapshots import COMPILED, as_of, tree
from tests.unit.test_cli import place, repository

PRICE = "btc-price"

__all__ = ["place", "repository"]  # fixtures: a copy of everything the commands read


@pytest.fixture(autouse=True)
def _present(server: Server, clock: Still, monkeypatch: pytest.MonkeyPatch) -> None:
    del server
    monkeypatch.setattr(client, "Clock", lambda: clock)
    monkeypatch.setenv("PIVOT_CONTACT", CONTACT)


class Run:
    """Types a command in the copy of the repository."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.store = Store(root / "data-snapshots", DATA_SETS)
        self._capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str]:
        code = main(["--root", str(self.root), "refresh", *words])
        return code, "".join(self._capsys.readouterr())

    def printed(self, report: RefreshReport) -> str:
        refresh_report.render(report, "md")
        return self._capsys.readouterr().out


@pytest.fixture
def typed(repository: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    as_of(Store(repository / "data-snapshots", DATA_SETS), COMPILED)
    return Run(repository, capsys)


def test_the_body_of_a_pull_request(typed: Run) -> None:
    before = typed.store.verify()["snapshots"]
    code, body = typed("--format", "md")
    assert code == 2  # only because no retarget of this world is new
    (line,) = [line for line in body.splitlines() if "stands still" in line]
    assert line.startswith(
        "  - `A source stands still. difficulty-epochs, mempool.space: expected something of "
    )
    assert "the last 21 days; got 2026-10-16, 38 days old. Look at the publisher's own page" in line
    assert re.match(r"\*\*\d+ claims? moved", body)
    assert "by prices `2026-11-22` added" in body
    assert "`chapters/operations.qmd:" in body
    assert "### Sources" in body
    assert (
        "`btc-price: 45 rows new, 2026-10-09 to 2026-11-22; newest of 2026-11-22, 1 day old -> data" in body
    )
    assert "### Filings to read" in body
    assert "`MARA 10-Q, filed 2026-11-22: https://www.sec.gov/" in body
    assert "attributed claims on the company: mara-btc-sold" in body
    assert typed.store.verify()["snapshots"] == before + len(ARTICLE.live) - 1
    _, again = typed("--format", "md")
    assert again.startswith("Nothing was added, so nothing moves.")


def test_one_price_row_tried_out(typed: Run, world: World) -> None:
    world.closes = {day: close for day, close in world.closes.items() if day <= dt.date(2026, 10, 10)}
    before = tree(typed.store.root)
    code, said = typed(PRICE, "--dry-run", "--format", "json")
    assert code == 2
    told = json.loads(said)
    assert told["sources"][0]["said"].startswith("btc-price: 1 row new, 2026-10-09; newest of 2026-11-22,")
    # What it brings is told, and that it stands still is a failure all the same.
    assert told["sources"][0]["failed"] is True
    assert told["sources"][0]["errors"][0].startswith(
        "A source stands still. btc-price, Kraken: expected some"
    )
    assert told["filings"] == []
    (prices,) = [rows for rows in told["difference"]["rows"] if rows["name"] == "prices"]
    assert "2026-10-09" in json.dumps(prices)
    assert "81,659.50" in said or "81,660" in said
    assert told["dry_run"] is True
    assert tree(typed.store.root) == before


def test_one_price_row_as_a_fact_checker_reads_it(typed: Run, world: World) -> None:
    """One row restated: the body says which, what it moved, which sentences, why, and what is to be done."""
    day = dt.date(2026, 8, 21)
    world.closes = {one: close for one, close in world.closes.items() if one <= dt.date(2026, 10, 9)}
    world.closes[day] = world.witness[day] = f"{float(world.closes[day]) * 1.03:.1f}"
    code, said = typed(PRICE, "--format", "md")
    assert code == 1
    assert "got 2026-08-21 close_usd 78456.69 -> 80810.40. Nothing was added. Find out why" in said
    code, body = typed(PRICE, "--format", "md", "--accept", "Kraken corrected a candle")
    assert code == 2
    assert (
        "  - `A source stands still. btc-price, Kraken: expected something of the last 3 days; got 2026-10-08"
        in body
    )
    assert body.startswith("**1 claim moved, ")
    for expected in (
        "**hashprice-range**: &#36;32.38 per PH/s/day → &#36;32.42 per PH/s/day *correction*",
        "- by prices `2026-08-21` revised",
        "> before: On that day itself it stood at <del>&#36;39.13</del> per PH/s/day",
        "| 2026-08-21 | close\\_usd | 78456.69 | 80810.4 |",
        "- `btc-price: 1 cell restated and accepted (Kraken corrected a candle); newest of 2026-11-22, ",
        "### What to do",
        "give them an edition of their own in `editions.toml`",
    ):
        assert expected in body.replace("\N{NO-BREAK SPACE}", " ")
    assert body.count("<summary>prices: 1 row revised") == 1
    assert "rows added" not in body


def test_a_body_never_outgrows_a_pull_request(
    typed: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/submissions/CIK0001507605.json"
    index: Any = world(path)
    count = 2_000
    index["filings"]["recent"] = {
        "accessionNumber": [f"0001507605-26-{number:06}" for number in range(count)],
        "filingDate": ["2026-11-22"] * count,
        "form": ["8-K"] * count,
        "acceptanceDateTime": ["2026-11-22T21:00:00.000Z"] * count,
        "isXBRL": [0] * count,
        "primaryDocument": ["mara-20261122.htm"] * count,
    }
    world.extra[path] = index
    report = refresh_report.run(typed.root, CONTACT, Asked(()), lambda *_: None, dry_run=True)
    body = typed.printed(report)
    assert len(body.encode()) <= pages.COMMENT_BYTES
    assert re.search(r"- 19\d\d more; `pivot refresh --format json` lists all", body)
    # The difference makes room for what must be said below it.
    monkeypatch.setattr(pages, "COMMENT_BYTES", len(body.encode()) - 1_000)
    body = typed.printed(report)
    assert len(body.encode()) <= pages.COMMENT_BYTES
    assert "### What to do" in body


def test_a_failing_source_is_one_line_and_the_exit_code(typed: Run, server: Server) -> None:
    server.faults["/OHLC"] = [lambda handler: handler.send(b"<html>", kind="text/html")]
    code, said = typed(PRICE)
    assert code == 2
    first, *others = said.splitlines()
    assert first.startswith("btc-price: A source answers with something else than data.")
    assert first.endswith("Run `pivot refresh` again later.")
    assert others == ["", "Nothing was added, so nothing moves."]


def test_what_has_landed_is_told_even_where_the_difference_can_not_be(typed: Run) -> None:
    (typed.root / "chapters" / "overview.qmd").unlink()
    code, said = typed(PRICE)
    assert code == 2
    assert "-> data-snapshots/btc-price/2026-11-23.csv" in said
    assert "overview.qmd" in said.split("\n\n", 1)[1]


@pytest.mark.parametrize(
    ("words", "expected"),
    [(("nowhere",), "There is no live source 'nowhere'"), (("--contact", "me"), "whom to write to")],
    ids=["source", "contact"],
)
def test_what_can_not_be_asked(typed: Run, words: tuple[str, ...], expected: str) -> None:
    code, said = typed(*words)
    assert code == 2
    assert expected in said


def test_no_build_knows_the_client() -> None:
    """Every module but those of the refresh, imported in a new process, loads nothing that could ask."""
    script = """
import importlib, pathlib, sys
live = ("refresh", "client", "transport", "refusal", "waiting", "lock", "source", "answers")
names = []
for path in sorted(path for package in ("analysis", "pivot") for path in pathlib.Path(package).rglob("*.py")):
    parts = path.with_suffix("").parts
    place = parts[1] in ("sources", "start") or (parts[1] == "snapshots" and parts[2] in live)
    if parts[-1] in ("__main__", "refresh_report") or place:
        continue
    names.append(".".join(part for part in parts if part != "__init__"))
for name in names:
    importlib.import_module(name)
asking = {"requests", "requests_cache", "urllib3", *(f"pivot.snapshots.{name}" for name in live)}
print(len(names), sorted(asking & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    count, _, loaded = done.stdout.partition(" ")
    assert int(count) > 50
    assert loaded.strip() == "[]"
