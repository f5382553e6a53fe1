"""The evidence itself: the shape of each data set at each edition, and every byte of every snapshot.

Whoever changes a digit of a snapshot and makes its hash right is told which claims moved by it, and which
charts, tables and accounts where no claim did.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml
from pytest_regressions.data_regression import DataRegressionFixture

from analysis.data import DATA_SETS
from analysis.report import ARTICLE
from pivot.claims.ledger import Ledger
from pivot.errors import ReportError
from pivot.snapshots import DataSet, Store, Vintage
from tests.conftest import DAYS, build_ledger, ledger_of, vintage_of
from tests.regression.baselines import HERE, QUANTITIES, files, moved, numbers, shown, words
from tests.regression.edited import SHIPPED, readers
from tests.unit.snapshots import relisted, shipped_copy

FILES = "test_snapshots/files.yml"


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_shapes(day: dt.date, data_regression: DataRegressionFixture) -> None:
    shapes = {one.name: _shape(one) for one in vintage_of(day).public()}
    data_regression.check(shapes, basename=f"shapes-{day}")


def _shape(data: DataSet) -> dict[str, object]:
    frame = data.frame
    return {
        "rows": len(frame),
        "columns": {frame.index.name: str(frame.index.dtype)} | frame.dtypes.astype(str).to_dict(),
        "first": _label(frame.index[0]),
        "last": _label(frame.index[-1]),
        "snapshots": [snapshot.path for snapshot in data.snapshots],
    }


def _label(key: object) -> str:
    return str(key.date()) if isinstance(key, pd.Timestamp) else str(key)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_shown(day: dt.date, data_regression: DataRegressionFixture) -> None:
    """A digest of each chart, table and account, by which the test after next tells what a change moved."""
    ledger = ledger_of(day)
    data_regression.check(shown(vintage_of(day), ledger, ledger.entries), basename=f"shown-{day}")


def test_files(data_regression: DataRegressionFixture) -> None:
    """Every byte: a hash of each file. What a change means for claims is said by the next test."""
    data_regression.check(files(SHIPPED), basename="files")


def test_no_snapshot_differs_from_the_one_the_baselines_were_made_from() -> None:
    assert drift(SHIPPED) == ""


def drift(store: Store) -> str:
    """What differs between a store and the recorded one: the files, and what of the report moved by it."""
    recorded = yaml.safe_load((HERE / FILES).read_text("utf-8"))
    now = files(store)
    changed = sorted(path for path in {*recorded, *now} if recorded.get(path) != now.get(path))
    if not changed:
        return ""
    lines = [f"changed: {path}" for path in changed]
    sources = {path.split("/")[0] for path in changed}
    names = sorted(name for name, spec in DATA_SETS.items() if spec.folder in sources)
    seen = [id_ for id_ in ARTICLE.claims if any(id_ in readers(name) for name in names)]
    vintages = [_vintage(store, day, names) for day in DAYS]
    found, lost = _evaluated(vintages, seen)
    told = [f"claim {id_} has no value any more: {reason}" for id_, reason in lost.items()]
    told += [f"claim {figure}" for name in QUANTITIES for figure in _figures(name, found)]
    told += [
        f"claim {id_} reads otherwise: {', '.join(_fields(id_, found))}"
        for id_ in seen
        if id_ not in lost and _fields(id_, found)
    ]
    told = told or [line for vintage in vintages for line in _shown(vintage, found[vintage.as_of])]
    readings = f"these read {', '.join(names) or 'it'}: {', '.join(seen) or 'none'}"
    return "\n".join([*lines, *(told or [f"no claim, chart, table or account moved; {readings}"])])


def _vintage(store: Store, day: dt.date, names: Collection[str]) -> Vintage:
    """The evidence of a store; data sets other than these are read once for all tests."""
    vintage = Vintage(store, day)
    vintage._sets.update({one.name: one for one in vintage_of(day).public() if one.name not in names})
    return vintage


def _evaluated(vintages: Iterable[Vintage], ids: list[str]) -> tuple[dict[dt.date, Ledger], dict[str, str]]:
    """Some claims at every edition, and those of them that have no value any more, with the reason."""
    found: dict[dt.date, Ledger] = {}
    lost: dict[str, str] = {}
    for vintage in vintages:
        day = vintage.as_of
        try:
            found[day] = build_ledger(vintage, ids)
        except ReportError:
            entries = {}
            for id_ in ids:
                try:
                    entries[id_] = build_ledger(vintage, [id_])[id_]
                except ReportError as error:
                    lost[id_] = f"{day}: {error.what}"
            found[day] = Ledger(day, entries)
    return found, lost


def _shown(vintage: Vintage, found: Ledger) -> Iterator[str]:
    """The charts, tables and accounts that show something else, where no claim does."""
    day = vintage.as_of
    recorded = yaml.safe_load((HERE / f"test_snapshots/shown-{day}.yml").read_text("utf-8"))
    whole = ledger_of(day)
    ledger = Ledger(day, {**whole.entries, **found.entries}, whole.absent, {**whole.results, **found.results})
    for name, digest in shown(vintage, ledger, found.entries).items():
        if digest != recorded.get(name):
            yield f"{name} shows something else, {day}"


def _figures(name: str, found: dict[dt.date, Ledger]) -> list[str]:
    by_day = {day: numbers(ledger) for day, ledger in found.items()}
    evaluated = {id_ for ledger in found.values() for id_ in ledger.entries}
    return [line for line in moved(name, by_day) if re.split("[ ,]", line)[0] in evaluated]


def _fields(id_: str, found: dict[dt.date, Ledger]) -> list[str]:
    """What reads otherwise, apart from the count of rows that came from a file."""
    recorded = yaml.safe_load((HERE / f"test_claims/{id_}.yml").read_text("utf-8"))
    now = words(id_, found)
    return [field for field in now if now[field] != recorded.get(field)]


# That it bites: digits changed in a copy, with the hash made right


def _with_digit(folder: Path, path: str, old: str, new: str) -> Store:
    """A copy of the store in which one place reads otherwise and all hashes and sizes are right."""
    store = shipped_copy(folder)
    file = store.root / path
    text = file.read_text("utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
    _land(store, path, text.replace(old, new))
    return relisted(store)


def _land(store: Store, path: str, text: str) -> None:
    file = store.root / path
    before = file.read_bytes()
    file.write_text(text, "utf-8", newline="")
    beside = file.with_suffix(".toml")
    said = beside.read_text("utf-8")
    said = said.replace(hashlib.sha256(before).hexdigest(), hashlib.sha256(file.read_bytes()).hexdigest())
    beside.write_text(
        re.sub(r"(?m)^bytes = \d+", f"bytes = {file.stat().st_size}", said), "utf-8", newline=""
    )


@pytest.mark.parametrize(
    ("path", "old", "new", "named"),
    [
        ("btc-price/2026-10-08.csv", "2026-06-30,", "2026-06-30,1", ("claim hashprice-low",)),
        (
            "article/2026-05-08.3.csv",
            "$2.07 billion,2070000000",
            "$2.07 billion,2080000000",
            ("claim ai-ten-year", "claim ai-doubled", "claim btc-over-ai"),
        ),
        (
            "ai-leases/2026-11-25.csv",
            "cloud,company,9700000000",
            "cloud,company,9800000000",
            ("claim ai-contracts",),
        ),
        (
            "difficulty-epochs/2026-07-01.csv",
            "953568,1702",
            "953568,1703",
            ("claim difficulty-drop-rank-year", "claim top10-btc-revenue"),
        ),
        (
            "btc-price/2026-10-08.csv",
            "2025-09-18,117135",
            "2025-09-18,117136",
            ("chart hashprice", "account of hashprice-range"),
        ),
        (
            "hashprice-published/2026-11-22.csv",
            "49.42,49.42,=,Luxor Hashprice Index,11",
            "49.42,49.42,=,Luxor Hashprice Index,13",
            ("table checks",),
        ),
    ],
)
def test_drift_names_what_moved(
    tmp_path: Path, path: str, old: str, new: str, named: tuple[str, ...]
) -> None:
    said = drift(_with_digit(tmp_path, path, old, new))
    assert f"changed: {path}" in said
    for one in named:
        assert re.search(rf"(?m)^{one}\b", said), said


@pytest.mark.parametrize("seed", range(8))
def test_any_one_digit_is_noticed(tmp_path: Path, seed: int) -> None:
    """A digit of any snapshot, drawn at random: the file is named, with the claims that moved or read it."""
    dice = random.Random(seed)  # noqa: S311  # drawn again alike at every run
    store = shipped_copy(tmp_path)
    path = dice.choice(sorted(name for name in files(store) if name.endswith(".csv")))
    text = (store.root / path).read_text("utf-8")
    place = dice.choice([found.start() for found in re.finditer(r"\d", text)])
    digit = dice.choice([other for other in "0123456789" if other != text[place]])
    _land(store, path, text[:place] + digit + text[place + 1 :])
    said = drift(relisted(store))
    assert f"changed: {path}" in said
    name = ARTICLE.folders[path.split("/")[0]].name
    assert re.search(
        r"(?m)^(claim|chart|table|account) |^no claim, chart, table or account moved; these read ", said
    ), said
    assert name in said or "claim " in said
