"""`pivot add` of a single row: a statement or a contract, in a form or in one command."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import pty
import select
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from analysis.data import DATA_SETS
from pivot.blocks import _names, _notes
from pivot.cli import main
from pivot.snapshots import Store, Vintage
from pivot.snapshots.lock import exclusive
from tests.conftest import ROOT
from tests.unit.snapshots import COMPILED, relisted, shipped_copy, tree

STATEMENTS, CONTRACTS = "operator-statements", "ai-contracts"
TODAY = dt.datetime.now(dt.UTC).date()
ORIGIN = ("publisher=MARA (10-Q)", "published=2026-11-04", "tier=primary", "url=https://example.org/10q")
HELD = ("company=MARA", "ticker=MARA", "metric=btc_held", "value=34567.5", "unit=BTC", "period=30 Sep 2026")
LEASE = ("company=Riot", "counterparty=Somebody", "total_usd=1000000000", "announced=2026-10")
COUNTED = ("scope=company", "counted=true", "url=https://example.org/lease")
SEEN = ("publisher=Riot", "published=2026-10", "tier=primary")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "_quarto.yml").write_text(
        "project:\n  type: book\npivot:\n  article: analysis.report\n", "utf-8"
    )
    return shipped_copy(tmp_path, COMPILED)


def add(store: Store, *words: str) -> int:
    return main(["--root", str(store.root.parent), "add", *words])


def counted(store: Store) -> int:
    """How many snapshots there are, each as it landed."""
    return Store(store.root, DATA_SETS).verify()["snapshots"]


def added(store: Store, source: str) -> list[dict[str, str]]:
    """The rows that the newest snapshot has and the one before has not."""
    before, after = (
        csv.DictReader(io.StringIO(store.read(snapshot).decode(), newline=""))
        for snapshot in Store(store.root, DATA_SETS).snapshots(source)[-2:]
    )
    known = list(before)
    return [row for row in after if row not in known]


def test_a_statement_in_one_command(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    shipped = counted(store)
    assert add(store, STATEMENTS, "--row", *HELD, *ORIGIN, "--note", "read by a person") == 0
    (row,) = added(store, STATEMENTS)
    assert row["id"] == "mara-btc-held-30-sep-2026"
    assert (row["value"], row["tier"], row["publisher"]) == ("34567.5", "primary", "MARA (10-Q)")
    assert (row["published"], row["published_precision"]) == ("2026-11-04", "day")
    newest = Store(store.root, DATA_SETS).snapshots(STATEMENTS)[-1]
    assert (newest.vintage, newest.method, newest.notes[-1]) == (TODAY, "transcribed", "read by a person")
    assert "https://example.org/10q" in newest.url
    seen = Vintage(Store(store.root, DATA_SETS), dt.date(2026, 11, 4)).data("statements").frame
    assert row["id"] in seen.index
    assert "next   pivot diff data-snapshots/operator-statements/" in capsys.readouterr().out
    assert counted(store) == shipped + 1


def test_an_unlikely_number_is_taken_with_a_reason_that_readers_see(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    rate = (*HELD[:2], "metric=hashrate", "value=9999999", "unit=EH/s", "period=31 Oct 2026")
    before, shipped = tree(store.root), counted(store)
    assert add(store, STATEMENTS, "--row", *rate, *ORIGIN) == 1
    assert "highest hash rate" in (error := capsys.readouterr().err)
    assert "--accept" in error
    assert tree(store.root) == before
    assert add(store, STATEMENTS, "--row", *rate, *ORIGIN, "--accept", "so it stands in the filing") == 0
    newest = Store(store.root, DATA_SETS).snapshots(STATEMENTS)[-1]
    note = (
        "Unlikely numbers, accepted by a person: so it stands in the filing (id 'mara-hashrate-31-oct-2026'"
    )
    assert newest.notes[-1].startswith(note)
    assert any(one.startswith("Added by a person: ") for one in newest.notes)
    assert counted(store) == shipped + 1
    assert "\n".join(_notes([newest], _names([[newest]]), set())).count("so it stands in the filing") == 1


def test_the_first_cell_may_be_written_with_the_option(store: Store) -> None:
    assert add(store, STATEMENTS, f"--row={HELD[0]}", *HELD[1:], *ORIGIN, "--note", "read by a person") == 0
    (row,) = added(store, STATEMENTS)
    assert (row["company"], row["url"]) == ("MARA", "https://example.org/10q")


def test_a_contract_has_its_tier_and_publisher_in_the_sidecar(store: Store) -> None:
    assert add(store, CONTRACTS, "--row", *LEASE, *COUNTED, *SEEN) == 0
    (row,) = added(store, CONTRACTS)
    assert row["id"] == "riot-somebody"
    assert (row["published"], row["published_precision"]) == ("2026-10-31", "month")
    newest = Store(store.root, DATA_SETS).snapshots(CONTRACTS)[-1]
    sidecar = tomllib.loads((store.root.parent / newest.path).with_suffix(".toml").read_text("utf-8"))
    assert sidecar["notes"][-1] == (
        "Added by a person: riot-somebody, published 2026-10 by Riot (primary), https://example.org/lease"
    )


def test_two_rows_of_a_day_go_into_one_command(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    other = ("publisher=a mirror", "published=2026-11-05", "tier=mirror", "url=https://example.org/mirror")
    assert add(store, STATEMENTS, "--row", *HELD, *ORIGIN, "--row", *HELD, *other) == 0
    # Company, metric and period name a row, and an ordinal where another publisher speaks of the same.
    keys = [row["id"] for row in added(store, STATEMENTS)]
    assert keys == ["mara-btc-held-30-sep-2026", "mara-btc-held-30-sep-2026-2"]
    before = tree(store.root)
    # The same once more is a slip.
    assert add(store, STATEMENTS, "--row", *HELD, *ORIGIN) == 1
    assert "This row is known already." in capsys.readouterr().err
    assert tree(store.root) == before


def test_a_second_statement_on_a_day_is_a_second_snapshot(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = counted(store)
    assert add(store, STATEMENTS, "--row", *HELD, *ORIGIN) == 0
    first = tree(store.root)
    assert add(store, STATEMENTS, "--row", *HELD[:-1], "period=31 Dec 2026", *ORIGIN) == 0
    assert f"{STATEMENTS}/{TODAY}.2.csv" in capsys.readouterr().out
    landed = [path for path in first if path != "SHA256SUMS"]
    assert {path: tree(store.root)[path] for path in landed} == {path: first[path] for path in landed}
    assert [row["id"] for row in added(store, STATEMENTS)] == ["mara-btc-held-31-dec-2026"]
    paths = [
        snapshot.path.rpartition("/")[2] for snapshot in Store(store.root, DATA_SETS).snapshots(STATEMENTS)
    ]
    assert paths == ["2026-11-22.csv", f"{TODAY}.csv", f"{TODAY}.2.csv"]
    seen = Vintage(Store(store.root, DATA_SETS), TODAY).data("statements").frame
    assert {"mara-btc-held-30-sep-2026", "mara-btc-held-31-dec-2026"} <= set(seen.index)
    assert counted(store) == shipped + 2


def git(store: Store, *words: str) -> None:
    subprocess.run(["git", *words], cwd=store.root.parent, check=True, capture_output=True)


def test_a_slip_is_taken_back_until_git_has_it(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    git(store, "init", "--quiet")
    git(store, "add", ".")
    before, shipped = tree(store.root), counted(store)
    assert add(store, STATEMENTS, "--undo") == 1
    assert "there is no snapshot of operator-statements to take back" in capsys.readouterr().err
    assert add(store, STATEMENTS, "--row", *HELD, *ORIGIN) == 0
    assert add(store, STATEMENTS, "--row", *HELD[:-1], "period=31 Dec 2026", *ORIGIN) == 0
    assert add(store, STATEMENTS, "--undo") == 0
    assert f"taken back  data-snapshots/{STATEMENTS}/{TODAY}.2.csv" in capsys.readouterr().out
    assert add(store, STATEMENTS, "--undo") == 0
    assert tree(store.root) == before
    assert add(store, STATEMENTS, "--row", *HELD, *ORIGIN) == 0
    git(store, "add", ".")
    assert add(store, STATEMENTS, "--undo") == 1
    assert "git restore --staged data-snapshots" in capsys.readouterr().err
    assert counted(store) == shipped + 1


def test_without_git_nothing_is_taken_back(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert add(store, STATEMENTS, "--row", *HELD, *ORIGIN) == 0
    before = tree(store.root)
    assert add(store, STATEMENTS, "--undo") == 1
    assert "git can not say what is committed" in capsys.readouterr().err
    assert tree(store.root) == before


def test_two_that_did_not_know_each_other_are_joined_by_the_next(store: Store, tmp_path: Path) -> None:
    """A refresh waits in a pull request while a person adds a statement; the newest lacks the other."""
    other = shipped_copy(tmp_path / "other", COMPILED)
    shutil.copy(tmp_path / "_quarto.yml", tmp_path / "other")
    waiting = ("--row", *HELD, "publisher=a mirror", *ORIGIN[1:])
    assert add(other, STATEMENTS, *waiting, "--vintage", str(TODAY - dt.timedelta(days=2))) == 0
    assert add(store, STATEMENTS, "--row", *HELD, *ORIGIN) == 0
    for path in tree(other.root):
        if not (store.root / path).exists():
            shutil.copy(other.root / path, store.root / path)
    joined = relisted(store)
    assert len(joined.snapshots(STATEMENTS)) == 3
    assert add(joined, STATEMENTS, "--row", *HELD[:-1], "period=31 Dec 2026", *ORIGIN) == 0
    new = {row["id"]: row["publisher"] for row in added(store, STATEMENTS)}
    # Both had given the same name to a statement; neither is lost.
    assert new == {"mara-btc-held-30-sep-2026-2": "a mirror", "mara-btc-held-31-dec-2026": "MARA (10-Q)"}
    newest = Store(store.root, DATA_SETS).snapshots(STATEMENTS)[-1]
    assert sum(note.startswith("Rows of ") for note in newest.notes) == 2
    assert add(store, STATEMENTS, "--row", *HELD[:-1], "period=31 Jan 2027", *ORIGIN) == 0
    assert [row["id"] for row in added(store, STATEMENTS)] == ["mara-btc-held-31-jan-2027"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((STATEMENTS, "--row", *HELD, *ORIGIN[1:]), "publisher: a cell that is not empty"),
        ((STATEMENTS, "--row", *HELD, *ORIGIN[:1], *ORIGIN[2:]), "published: a day such as 2026-05-08, or a"),
        ((STATEMENTS, "--row", *HELD, *ORIGIN[:2], *ORIGIN[3:]), "tier: a cell that is not empty"),
        ((STATEMENTS, "--row", *HELD, *ORIGIN[:3]), "url: a cell that is not empty"),
        ((CONTRACTS, "--row", *LEASE, *COUNTED), "tier: a cell that is not empty"),
        ((CONTRACTS, "--row", *LEASE, *COUNTED), "publisher: a cell that is not empty"),
        ((STATEMENTS, "--row", *HELD, *ORIGIN, "published=2026-02-30"), "published: a day such as"),
        ((STATEMENTS, "--row", *HELD, *ORIGIN, "published=2999-01-01"), "no day after"),
        ((STATEMENTS, "--row", *HELD, *ORIGIN, "tier=rumour"), "one of primary, mirror, secondary, computed"),
        ((STATEMENTS, "--row", *HELD, *ORIGIN, "value=1e3"), "value: a number, with a point"),
        ((STATEMENTS, "--row", *HELD, *ORIGIN, "value=99999999"), "value: 10,000,000 or less"),
        ((STATEMENTS, "--row", *HELD, *ORIGIN, "text=many"), "value: a number or a text, not both"),
        ((STATEMENTS, "--row", *HELD, *ORIGIN, "colour=red"), "got:      colour"),
        ((STATEMENTS,), "a FILE, or --row COLUMN=VALUE"),
        ((STATEMENTS, "--row", *HELD, *ORIGIN, "--sidecar", "x.toml"), "--sidecar describes a file"),
        ((STATEMENTS, "x.csv", "--row", *HELD, *ORIGIN), "do not go together"),
        (
            ("btc-price", "--row", "date=2026-11-25"),
            "one of operator-statements, ai-contracts, claim-evidence",
        ),
        (("nowhere",), "No single row can be added to 'nowhere'"),
    ],
)
def test_what_is_refused_leaves_the_store_as_it_was(
    words: tuple[str, ...], expected: str, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(store.root)
    assert add(store, *words) in {1, 2}
    error = capsys.readouterr().err
    assert expected in error
    assert "Traceback" not in error
    assert tree(store.root) == before


def test_a_cell_without_a_value_is_wrong_usage(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert add(store, STATEMENTS, "--row", "company") == 2
    assert "'company' is no cell; write COLUMN=VALUE" in capsys.readouterr().err


def test_nothing_is_added_while_another_one_adds(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(store.root)
    with exclusive(store):
        assert add(store, STATEMENTS, "--row", *HELD, *ORIGIN) == 2
    assert "is running" in capsys.readouterr().err
    assert tree(store.root) == before


class Terminal:
    """A real terminal in which `pivot add` runs."""

    def __init__(self, store: Store, source: str) -> None:
        self.shown = ""
        self._end, other = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "analysis", "--root", store.root.parent, "add", source],
            cwd=ROOT,
            stdin=other,
            stdout=other,
            stderr=other,
            env={**os.environ, "TERM": "dumb", "COLUMNS": "200"},
        )
        os.close(other)

    def until(self, text: str, seconds: float = 30) -> None:
        """Reads until a text has been shown since the last answer."""
        since = len(self.shown)
        while text not in self.shown[since:]:
            assert select.select([self._end], [], [], seconds)[0], f"no {text!r} in {self.shown[since:]!r}"
            self.shown += os.read(self._end, 4096).decode()

    def answer(self, question: str, said: str) -> None:
        self.until(question)
        os.write(self._end, said.encode())

    def code(self) -> int:
        code = self._process.wait(30)
        while select.select([self._end], [], [], 0)[0]:
            try:
                self.shown += os.read(self._end, 4096).decode()
            except OSError:  # how Linux says that the other end is closed
                break
        os.close(self._end)
        return code


def test_the_form_asks_until_each_answer_is_right(store: Store) -> None:
    terminal = Terminal(store, STATEMENTS)
    for question, said in (
        ("company:", "MARA"),
        ("ticker (may be empty) (MARA):", ""),
        ("metric:", "?"),
        ("metric:", "btc_held"),
        ("value (may be empty):", "34,567"),
        ("expected a number, with a point and without marks for thousands", ""),
        ("text (may be empty):", ""),
        ("unit (EH/s, BTC", ""),
        ("unit_note", ""),
        ("period:", "30 Sep 2026"),
        ("published (a day, or a month such as 2026-05):", ""),
        ("expected a day such as", "2026-11"),
        ("tier (primary, mirror, secondary, computed):", ""),
        ("expected a cell that is not empty", "primary"),
        ("publisher:", "MARA (10-Q)"),
        ("url:", "https://example.org/10q"),
        # Neither a value nor a text: asked again, with the answers as they were.
        ("expected value: a number or a text, not both", ""),
        *((f"{name}", "") for name in ("ticker", "metric")),
        ("value", "34567.5"),
        *((f"{name}", "") for name in ("text", "unit", "unit_note", "period", "published", "tier")),
        ("publisher", ""),
        ("url", ""),
        ("Another one", "n"),
    ):
        terminal.answer(question, f"{said}\n")
    assert terminal.code() == 0, terminal.shown
    assert "btc_mined" in terminal.shown  # what ? lists
    (row,) = added(store, STATEMENTS)
    assert (row["ticker"], row["unit"], row["value"]) == ("MARA", "BTC", "34567.5")
    assert (row["published"], row["published_precision"], row["tier"]) == ("2026-11-30", "month", "primary")


def test_a_form_that_is_left_adds_nothing(store: Store) -> None:
    before = tree(store.root)
    terminal = Terminal(store, STATEMENTS)
    terminal.answer("company:", "MARA\n")
    terminal.answer("ticker", "\x04")
    assert terminal.code() == 2
    assert "the form was left before its end" in terminal.shown
    assert tree(store.root) == before


WORDS = ("claim=block-pace", "cited=every ten minutes", "section=security")
NUMBER = ("low=10", "high=10", "unit=minutes", "step=1")


def test_a_row_of_the_article_needs_no_origin_but_that_of_the_snapshot(store: Store) -> None:
    assert add(store, "article", "--vintage", "2026-06-30", "--row", *WORDS, *NUMBER, "hedge=about") == 0
    (row,) = added(store, "article")
    assert (row["claim"], row["cited"], row["hedge"]) == ("block-pace", "every ten minutes", "about")
    *_, before, after = Store(store.root, DATA_SETS).snapshots("article")
    assert (after.publisher, after.url, after.vintage) == (
        before.publisher,
        before.url,
        dt.date(2026, 6, 30),
    )
    assert after.notes[-1] == "Added by a person: block-pace"
    for day, there in ((dt.date(2026, 6, 29), False), (dt.date(2026, 6, 30), True)):
        seen = Vintage(Store(store.root, DATA_SETS), day).data("cited").frame
        assert ("block-pace" in seen.index) is there


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("claim=difficulty-drop", *WORDS[1:]), "the article has a row difficulty-drop already"),
        (WORDS[1:], "claim: a cell that is not empty"),
        ((*WORDS, *NUMBER[:2]), "unit: low, high, step and unit all given or all empty"),
        ((*WORDS, "publisher=somebody"), "got:      publisher"),
        ((*WORDS[:2], "section=weather"), "section: one of introduction, overview"),
    ],
)
def test_a_wrong_row_of_the_article_is_refused(
    words: tuple[str, ...], expected: str, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(store.root)
    assert add(store, "article", "--row", *words) == 1
    assert expected in capsys.readouterr().err
    assert tree(store.root) == before
