"""The workflows with the real `pivot`, from fresh evidence to a pull request, a comment and a published site.

The live sources are the ones on loopback, and the embedded renderer stands for the real Quarto, which can not
be had everywhere; all else is what GitHub runs.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from analysis.data import DATA_SETS
from analysis.report import ARTICLE
from pivot.evaluation import evaluate
from pivot.new import new
from pivot.publish import archive
from pivot.snapshots import Store
from tests.conftest import ROOT
from tests.desk import Desk
from tests.refresh.conftest import CONTACT
from tests.refresh.server import Server
from tests.refresh.world import NOW, TODAY
from tests.report import copy_repository
from tests.unit.snapshots import COMPILED, as_of

pytestmark = pytest.mark.slow

# What stands after "#!" may have no blanks, so that the shell finds Python.
PIVOT = f"""#!/bin/sh
'''exec' "{sys.executable}" "$0" "$@"
' '''
import datetime, os, sys
sys.path.insert(0, {str(ROOT)!r})
from pivot.cli import main
from pivot.snapshots import client
from analysis.sources import filings, mempool, price
from tests.refresh.conftest import Still

mempool.ADDRESS = price.ADDRESS = price.WITNESS = filings.ADDRESS = os.environ["LOOPBACK"]
class Now(Still):
    def __init__(self):
        super().__init__()
        self.moment = datetime.datetime.fromisoformat(os.environ["NOW"])

client.Clock = Now
sys.exit(main(["embedded" if word == "quarto" else word for word in sys.argv[1:]]))
"""

ANOTHER = """
[[edition]]
id = "second-again"
as_of = 2026-11-25
published = 2026-11-26
title = "The same evidence once more"
"""


def small_report(to: Path) -> None:
    """What `pivot new` writes; the engine runs from here."""
    with TemporaryDirectory() as folder:
        new(Path(folder))
        shutil.copytree(folder, to, ignore=shutil.ignore_patterns("pivot"), dirs_exist_ok=True)


def with_code(to: Path) -> Path:
    """The repository as it was before the pretended day, with the code that makes its numbers."""
    for package in ("analysis", "pivot"):
        shutil.copytree(ROOT / package, to / package, ignore=shutil.ignore_patterns("__pycache__"))
    copy_repository(to)
    as_of(Store(to / "data-snapshots", DATA_SETS), COMPILED)
    return to


@pytest.fixture
def desk(tmp_path: Path, server: Server) -> Desk:
    return Desk(tmp_path, with_code, PIVOT, {"LOOPBACK": server.url, "NOW": NOW.isoformat()})


def kept(desk: Desk, names: tuple[str, ...], to: str) -> Callable[[], None]:
    """What one job keeps and the next one fetches."""
    store = desk.folder / "artifact"
    shutil.rmtree(store, ignore_errors=True)
    for name in names:
        whole = shutil.copytree if (desk.clone / name).is_dir() else shutil.copy
        (store / name).parent.mkdir(parents=True, exist_ok=True)
        whole(desk.clone / name, store / name)

    def fetch() -> None:
        shutil.copytree(store, desk.clone / to, dirs_exist_ok=True)

    return fetch


def test_fresh_evidence_becomes_a_pull_request(desk: Desk) -> None:
    # One source stands still in this world: told by the exit code, and no news is held back for it.
    before = Store(desk.clone / "data-snapshots", DATA_SETS).verify()["snapshots"]
    assert desk.job("refresh.refresh", {}, OUTCOME="failure", PIVOT_CONTACT=CONTACT) == [0, 2, 0, 1]
    assert desk.output.read_text("utf-8") == "new=true\nbase=\n"
    news = kept(desk, ("data-snapshots", "refresh.md"), "news")
    assert desk.job("refresh.pull-request", {"actions/download-artifact": news}) == [0, 0]
    body = (desk.clone / "news" / "refresh.md").read_text("utf-8")
    assert body.startswith("**3 claims moved, 36 sentences read differently")
    assert "by prices `2026-11-22` added" in body
    assert any(
        "pr create --head refresh" in line and "--label evidence,reads-right" in line for line in desk.said()
    )
    # What a reviewer checks out has the new vintages, and the numbers are made from them.
    desk.git("switch", "--quiet", "refresh")
    store = Store(desk.clone / "data-snapshots", DATA_SETS)
    assert store.verify()["snapshots"] == before + len(ARTICLE.live) - 1
    made_from = evaluate(ARTICLE, desk.clone, TODAY).ledger["hashprice-range"].inputs
    assert {(used.snapshot, used.rows[-1]) for used in made_from if used.data_set == "prices"} == {
        (f"data-snapshots/btc-price/{TODAY}.csv", str(TODAY - dt.timedelta(days=1)))
    }
    assert (
        desk.git("diff", "--name-only", "--diff-filter=d", "main").split()[0] == "data-snapshots/SHA256SUMS"
    )
    assert set(desk.git("diff", "--name-only", "--diff-filter=A", "main").split()) == {
        f"data-snapshots/{name}/{TODAY}.{kind}"
        for name in ("network-days", "btc-price", "hashrate-published", "pool-shares", "operator-statements")
        for kind in ("csv", "toml")
    }


def test_a_pull_request_is_told_what_it_moves(desk: Desk) -> None:
    (desk.clone / "chapters" / "overview.qmd").write_text(
        (desk.clone / "chapters" / "overview.qmd")
        .read_text("utf-8")
        .replace("So the article truncates where most would round", "The article truncates where most round")
    )
    desk.git("switch", "--quiet", "--create", "words")
    desk.push("Say it shorter")
    desk.git("switch", "--quiet", "main")
    desk.git("merge", "--quiet", "--no-ff", "--message", "Merge the words", "words")
    desk.git("push", "--quiet", "origin", "main")
    assert desk.job("ci.difference", {}) == [0, 0]
    comment = (desk.clone / "difference" / "comment.md").read_text("utf-8")
    assert comment.startswith("**1 sentence reads differently")
    assert "<del>So the</del>" in comment
    assert "chapters/overview.qmd:" in comment
    assert desk.summary.read_text("utf-8") == comment
    assert "<ins>The</ins>" in (desk.clone / "difference" / "report.html").read_text("utf-8")
    told = kept(desk, ("difference/comment.md",), ".")
    assert desk.job("ci.comment", {"actions/download-artifact": told}, NUMBER="7") == [0]
    assert desk.said()[-1] == "pr comment 7 --edit-last --create-if-none --body-file comment.md"


def test_what_is_published_is_carried_over(tmp_path: Path, server: Server) -> None:
    desk = Desk(tmp_path, small_report, PIVOT, {"LOOPBACK": server.url, "NOW": NOW.isoformat()})
    editions = desk.clone / "editions.toml"
    more = editions.read_text("utf-8") + ANOTHER

    def publish() -> set[str]:
        desk.output.write_text("", "utf-8")
        assert set(desk.job("publish.build", {})) == {0}
        if desk.output.read_text("utf-8"):
            site = kept(desk, ("site",), ".")
            assert desk.job("publish.keep", {"actions/download-artifact": site}, COMMIT="abc") == [0]
        return set(desk.git("ls-tree", "-r", "editions", at=desk.remote).splitlines())

    first = publish()
    assert publish() == first
    desk.anew()
    editions.write_text(more, "utf-8")
    desk.push("Announce another one")
    then = publish()
    frozen = {line for line in first if "\teditions/second/" in line}
    assert len(frozen) > 15
    assert frozen <= then
    clone = desk.folder / "published"
    desk.git("clone", "--quiet", "--branch", "editions", str(desk.remote), str(clone), at=desk.folder)
    found = archive.verify(clone)
    assert not found.findings
    ids = [edition["id"] for edition in tomllib.loads(more)["edition"]]
    assert sorted(path.name for path in (clone / "editions").iterdir() if path.is_dir()) == ids
