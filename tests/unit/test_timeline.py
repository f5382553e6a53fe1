"""Claims through time: on each day what the evidence of that day alone gives, however the work is shared."""

from __future__ import annotations

import csv
import datetime as dt
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import msgspec
import pytest

from analysis.report import ARTICLE
from pivot.claims import ledger
from pivot.claims.stored import GuardState
from pivot.cli import main
from pivot.errors import ReportError, VintageError
from pivot.publish.render import silent
from pivot.snapshots import Store, Vintage
from pivot.timeline import machines, states, table
from pivot.timeline.history import History, Told, history
from tests.conftest import DAYS, ROOT, ledger_of

SPRING = (dt.date(2026, 3, 1), dt.date(2026, 6, 30))
IDS = ("difficulty-drop-rank-year", "corz-credit", "ai-doubled")
"""A claim that turns, one with evidence alone, and one that is made of another."""


def store() -> Store:
    return ARTICLE.store(ROOT)


@cache
def spring() -> History:
    """The history of a few claims, worked out in this process."""

    def here(questions: Sequence[machines.Question]) -> Iterator[tuple[int, machines.Answer]]:
        yield from ((place, machines.answer(one)) for place, one in reversed([*enumerate(questions)]))

    return history(ARTICLE, ROOT, IDS, SPRING, silent, here)


def test_data_sets_change_on_the_days_that_are_named_and_on_no_other() -> None:
    days = [dt.date(2026, 10, 1) + dt.timedelta(days=n) for n in range(60)]
    calendar = states.calendar(store())
    assert set(calendar) == set(ARTICLE.data_sets)
    for name in ("epochs", "leases", "evidence", "pool_shares"):
        seen, changed = None, []
        for day in days:
            try:
                frame = Vintage(store(), day).data(name).frame
            except VintageError:
                continue
            if seen is None or not frame.equals(seen):
                changed.append(day)
            seen = frame
        named = [day for day in calendar[name] if days[0] < day <= days[-1]]
        assert changed
        assert {*changed} - {days[0]} <= {*named}
        assert name == "epochs" or [day for day in changed if day > days[0]] == named


def test_each_edition_is_met_on_its_day() -> None:
    """From a day before the first edition on, as the ledger of each edition says."""
    days = [DAYS[0] - dt.timedelta(days=1), *DAYS]
    known: dict[str, states.State] = {}
    found = [*states.states(store(), ARTICLE.claims, days)]
    for day in days:
        known |= {one.claim: one for one in found if one.day == day}
        if day in DAYS:
            entries = ledger_of(day).entries
            assert known.keys() == entries.keys()
            for id_, entry in entries.items():
                one = known[id_]
                assert (one.verdict, one.ours, one.guard) == (entry.verdict, entry.ours, entry.guard), id_
    assert len(found) < len(days) * len(known) * 3 / 4, "what did not change is not told again"


def test_what_did_not_change_is_not_evaluated_again(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated: list[tuple[str, dt.date]] = []
    real = ledger.regenerate

    def counted(claim, vintage, results):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        evaluated.append((claim.id, vintage.as_of))
        return real(claim, vintage, results)

    monkeypatch.setattr("pivot.timeline.states.regenerate", counted)
    days = [dt.date(2026, 8, 1) + dt.timedelta(days=n) for n in range(8)]
    [*states.states(store(), ARTICLE.claims, days, ["difficulty-drop", "security-budget", "corz-credit"])]
    arrived = {name: {*known} & {*days[1:]} for name, known in states.calendar(store()).items()}
    assert {day for id_, day in evaluated if id_ == "difficulty-drop"} == {days[0]} | arrived["epochs"]
    read = arrived["statements"] | arrived["evidence"]
    assert (
        arrived["statements"] <= {day for id_, day in evaluated if id_ == "corz-credit"} - {days[0]} <= read
    )
    assert {day for id_, day in evaluated if id_ == "security-budget"} == {*days}


def test_a_verdict_turns_on_its_day() -> None:
    told = spring().claims["difficulty-drop-rank-year"]
    assert [(str(now.day), now.verdict) for _, now in told.turns()] == [
        ("2026-03-20", "reproduced"),
        ("2026-06-14", "superseded"),
    ]
    assert told.states[0].lacking
    assert told.states[0].verdict == ""
    lines = [*table.lines(spring())]
    assert any(
        line.startswith("2026-06-14  difficulty-drop-rank-year  reproduced → superseded") for line in lines
    )


def test_processes_find_the_same_and_write_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    since, until = map(str, SPRING)
    file = tmp_path / "history.csv"
    words = ["history", *IDS, "--since", since, "--until", until, "--into", str(file), "--json"]
    assert main(["--root", str(ROOT), *words]) == 0
    assert msgspec.json.decode(capsys.readouterr().out, type=History) == spring()
    rows = [*csv.DictReader(file.read_text("utf-8").splitlines())]
    assert len(rows) == sum(len(told.states) for told in spring().claims.values()) > len(IDS)
    assert {row["claim"] for row in rows} == {*IDS}
    assert rows[-1]["verdict"]
    assert (
        main(["--root", str(ROOT), "history", IDS[0], "--since", until, "--until", until, "--into", "x.xls"])
        == 2
    )
    assert "a name with .csv or .parquet" in capsys.readouterr().err


def test_a_parquet_file_has_the_rows_of_the_csv(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    table.write(spring(), tmp_path / "history.parquet")
    read = parquet.read_table(tmp_path / "history.parquet")
    assert read.column_names == [*table.COLUMNS]
    assert [one["claim"] for one in read.to_pylist()] == [row[0] for row in table.rows(spring())]
    assert {str(one["day"]) for one in read.to_pylist()} == {str(row[1]) for row in table.rows(spring())}


def test_spans_in_which_a_sentence_reads_wrong() -> None:
    def state(day: int, holds: bool | None) -> states.State:  # noqa: FBT001
        guard = None if holds is None else GuardState(holds, 1.0, "")
        return states.State("a", dt.date(2026, 1, day), "differs", None, guard)

    told = Told("x", tuple(map(state, range(1, 8), (None, False, True, False, False, True, False))))
    spans = [(first.day, last and last.day) for first, last in told.wrong()]
    assert spans == [(2, 3), (4, 6), (7, None)]


def test_what_a_month_can_not_answer_is_told() -> None:
    """A worker with other evidence or code refuses, and a fault of a claim is told with its place."""
    question: machines.Question = {
        "root": str(ROOT),
        "key": "",
        "until": "2026-05-08",
        "days": ["2026-05-08"],
    }
    assert "are others there" in machines.answer(question)["error"]
    with pytest.raises(ReportError, match="a part of the history") as caught:
        history(ARTICLE, ROOT, IDS, SPRING, silent, lambda _: iter([(1, {"error": "lost"})]))
    assert "April 2026" in str(caught.value)
    with pytest.raises(ReportError, match="no claim is called"):
        history(ARTICLE, ROOT, ["difficulty-dorp"], SPRING, silent)


def test_a_cluster_finds_the_same_though_a_worker_is_killed(tmp_path: Path) -> None:
    """A real scheduler and two workers on loopback; after one answer one is killed with work in hand."""
    distributed = pytest.importorskip("distributed", reason="distributed is not installed")
    file = tmp_path / "scheduler.json"
    local = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file))
    with ExitStack() as stack:

        def dask(*words: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "dask", *words, *local]
            process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        dask("scheduler", "--port", "0")
        one = ("--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path))
        workers = {name: dask("worker", "--name", name, *one) for name in ("a", "b")}
        client = stack.enter_context(distributed.Client(scheduler_file=str(file), set_as_default=False))
        client.wait_for_workers(len(workers), timeout=60)
        address = client.scheduler.address
        killed: list[str] = []

        def work(questions: Sequence[machines.Question]) -> Iterator[tuple[int, machines.Answer]]:
            for answer in machines.cluster(address)(questions):
                if not killed:
                    names = {at: one["name"] for at, one in client.scheduler_info()["workers"].items()}
                    killed.extend(names[at] for at, tasks in client.processing().items() if tasks)
                    workers[killed[0]].kill()
                yield answer

        assert history(ARTICLE, ROOT, IDS, SPRING, silent, work) == spring()
        assert workers[killed[0]].wait(10) == -signal.SIGKILL
        assert len(client.scheduler_info()["workers"]) == 1


def test_a_scheduler_that_is_not_there_is_told() -> None:
    pytest.importorskip("distributed", reason="distributed is not installed")
    with pytest.raises(ReportError, match="no scheduler answers") as caught:
        [*machines.cluster("nonsense")([])]
    assert "dask scheduler" in caught.value.hint
