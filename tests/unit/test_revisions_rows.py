"""Rows: told where they change what is seen, and apart from that where only a file changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import pandas as pd
import pytest

from pivot.claims import ledger as ledgers
from pivot.revisions import causes, pages
from pivot.revisions.report import Report, difference
from pivot.revisions.sides import Side
from tests.conftest import ROOT
from tests.unit.revisions import CLOSES, NEWEST_DAY, copy, evaluated, rehash, side
from tests.unit.revisions import difference as between_words

EPOCHS = "data-snapshots/difficulty-epochs/2026-10-28.csv"
BEFORE = "2026-08-10"
Edit = Callable[[str], str]


@cache
def base() -> Side:
    """The repository on a day that its newest rows come after; nobody may change it."""
    return evaluated(copy(Path(mkdtemp(prefix="pivot-rows-"))), BEFORE)


def changed(name: str, change: Edit, to: str = "") -> Report:
    """The difference that a change of a snapshot makes, or a new one where it is written to another name."""
    with TemporaryDirectory() as folder:
        root = copy(Path(folder))
        text = (root / name).read_text("utf-8")
        assert change(text) != text or to
        (root / (to or name)).write_text(change(text), "utf-8")
        if to:
            said = (root / name).with_suffix(".toml").read_text("utf-8")
            for word in ("vintage", "retrieved"):
                said = re.sub(rf"(?m)^{word} = .*$", f"{word} = {Path(to).stem}", said)
            (root / to).with_suffix(".toml").write_text(said, "utf-8")
            sums = root / "data-snapshots/SHA256SUMS"
            paths = [Path(to), Path(to).with_suffix(".toml")]
            lines = [f"{'0' * 64}  {path.relative_to('data-snapshots').as_posix()}\n" for path in paths]
            sums.write_text(sums.read_text("utf-8") + "".join(lines), "utf-8")
        rehash(root, to or name)
        return difference(base(), side(root, BEFORE))


def later(text: str) -> str:
    return re.sub(r"(?m)^2026-08-15,[\d.]+", "2026-08-15,70000.00", text)


NOT_SEEN: dict[str, tuple[Edit, str, str]] = {
    "restated rows after the day": (later, "", "1 row revised, restated although append-only, not seen"),
    "a row more": (lambda text: f"{text}2026-10-20,50000.00,brk\n", "", "1 row added, not seen"),
    "a row that went": (
        lambda text: "\n".join(text.splitlines()[:-1]) + "\n",
        "",
        "1 row removed, restated although append-only, coverage lost: 1, not seen",
    ),
    "a new vintage": (
        lambda text: f"{text}2026-10-20,50000.00,brk\n",
        "data-snapshots/btc-price/2026-11-20.csv",
        "1 row added, not seen",
    ),
}


@pytest.mark.parametrize("kind", NOT_SEEN)
def test_what_changed_in_a_file_is_told_though_nobody_sees_it_yet(kind: str) -> None:
    change, to, words = NOT_SEEN[kind]
    if kind == "a row more" or to:
        last = (ROOT / CLOSES).read_text("utf-8").splitlines()[-1]
        day = (pd.Timestamp(last.split(",")[0]) + pd.Timedelta(days=1)).date()
        change = lambda text: f"{text}{day},50000.00,{last.rsplit(',', 1)[1]}\n"  # noqa: E731
    report = changed(CLOSES, change, to)
    (told,) = [diff for diff in report.changed if diff.name == "prices"]
    assert told.file == (to or CLOSES)
    assert told.summary().startswith(words)
    assert "table identical" not in told.summary()
    for form in (pages.markdown(report), pages.page(report)):
        assert f"in {told.file}: {words.split(',')[0]}" in form
    assert report.at("reading", "beside", "hidden") == ()


def test_rows_that_are_seen_and_rows_that_are_not_are_told_apart() -> None:
    report = changed(
        CLOSES, lambda text: later(re.sub(r"(?m)^2026-08-09,[\d.]+", "2026-08-09,71000.00", text))
    )
    seen, unseen = [diff for diff in report.changed if diff.name == "prices"]
    assert [str(key.date()) for key in seen.revised.index] == ["2026-08-09"]
    assert [str(key.date()) for key in unseen.revised.index] == ["2026-08-15"]
    assert (seen.file, unseen.file) == ("", CLOSES)


def test_a_note_in_a_sidecar_is_told_apart() -> None:
    name = Path(CLOSES).with_suffix(".toml").as_posix()
    with TemporaryDirectory() as folder:
        root = copy(Path(folder))
        text = (root / name).read_text("utf-8")
        assert "notes = [" in text
        (root / name).write_text(text.replace("notes = [", 'notes = ["A word more.", ', 1), "utf-8")
        rehash(root, CLOSES)
        report = difference(base(), side(root, BEFORE))
    assert (report.exit_code, report.verdict_line()) == (0, "Nothing that a reader sees moved")
    assert f"{name} says otherwise: notes" in report.notes


def test_digits_that_nobody_can_tell_apart_are_no_difference() -> None:
    def dust(text: str) -> str:
        return re.sub(r"(?m)^(2026-08-09,\d+\.\d+)", r"\g<1>0000001", text)

    report = changed(CLOSES, dust)
    assert (report.exit_code, report.numbers, report.charts) == (0, (), ())
    assert [len(diff.revised) for diff in report.changed] == [1]


# A file that is wrong is the one that is named


def test_the_file_that_was_given_is_blamed(tmp_path: Path) -> None:
    lines = (ROOT / CLOSES).read_text("utf-8").splitlines()
    twice, trailing = tmp_path / "twice.csv", tmp_path / "trailing.csv"
    twice.write_text("\n".join([*lines, lines[-1]]) + "\n", "utf-8")
    trailing.write_text("\n".join([lines[0], *(f"{line}," for line in lines[1:])]) + "\n", "utf-8")
    report = between_words(ROOT, CLOSES, str(twice))
    assert report.exit_code == 2
    assert f"twice.csv, line {len(lines) + 1}" in report.undecided
    assert CLOSES not in report.undecided
    report = between_words(ROOT, CLOSES, str(trailing))
    assert report.exit_code == 2
    assert "trailing.csv" in report.undecided
    assert "more cells than the header has names" in report.undecided


def test_a_header_without_rows_is_undecided(tmp_path: Path) -> None:
    file = tmp_path / "header.csv"
    file.write_text((ROOT / CLOSES).read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    report = between_words(ROOT, CLOSES, str(file))
    assert (report.exit_code, "a header and no rows" in report.undecided) == (2, True)
    assert "rows removed" in report.rows[0].summary()


# Which rows did it


@pytest.mark.parametrize("needed", [(0,), (2,), (1, 3), (0, 1, 2, 3)])
def test_only_rows_that_are_needed_are_named(
    needed: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four rows of one day changed; the claim reads anew where those that it needs are in place."""
    frame = pd.DataFrame({"close_usd": [0.0] * 4}, index=pd.Index(range(4), name="height"))
    real = base()  # evaluated before the ledger's builder is put aside

    class Evidence:
        def __init__(self, value: float) -> None:
            self.frame = frame + value

    class Day:
        as_of = pd.Timestamp(NEWEST_DAY).date()

        def __init__(self, value: float) -> None:
            self._value = value
            self.store = real.vintage.store

        def data(self, _: str) -> Evidence:
            return Evidence(self._value)

    def build(mixed: causes._Mixed, _: object, ids: list[str]) -> dict[str, bool]:
        closes = mixed.data("prices").frame["close_usd"]
        return {ids[0]: all(closes[row] == 1 for row in needed)}

    monkeypatch.setattr(ledgers, "build", build)
    monkeypatch.setattr(causes, "dates", lambda rows, _: pd.Series(pd.Timestamp(NEWEST_DAY), rows.index))
    affected = {"prices": {"revised": frame.index}}
    vintages = (Day(0), Day(1))
    rows = causes.minimal_cause(real.article, "any", vintages, affected, lambda entry: entry)  # type: ignore[arg-type]
    assert [row.key for row in rows] == [str(row) for row in needed]
