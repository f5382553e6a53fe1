"""No column of evidence lies idle: disturb any, and a claim notices, or the column is listed here with a reason."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.errors import ReportError
from analysis.snapshots import DATA_SETS, Snapshot
from analysis.snapshots.datasets import BY_FOLDER, Column
from tests.conftest import DAYS, ledger_of
from tests.regression.edited import SHIPPED, ledger_with, reacting, shipped

ANY = "*"
_FIRST_EPOCHS = "difficulty-epochs/2026-01-22"
_BEFORE_THE_ARTICLE = (
    "no edition reads this vintage, a newer one had landed by the article's day; it is kept because "
    "the four vintages are held against each other"
)
_ORACLE = "an oracle: the measures are held against it, and no claim may rest on it (test_oracles.py)"
_POINTS_ON_POOLS = "shown to nobody yet: shares as published stand by for pools whose blocks are not counted"

INERT = {
    (_FIRST_EPOCHS, "height"): _BEFORE_THE_ARTICLE,
    (_FIRST_EPOCHS, "bits"): _BEFORE_THE_ARTICLE,
    (_FIRST_EPOCHS, "timestamp"): _BEFORE_THE_ARTICLE,
}
"""Snapshot and column, and why no claim notices."""

HEXADECIMAL = ("bits",)
"""Texts that are numbers."""


def _numeric(column: str, kind: Column) -> bool:
    return kind.kind not in ("text", "units") or column in HEXADECIMAL


COLUMNS = [
    (snapshot, column)
    for folder, spec in BY_FOLDER.items()
    for snapshot in SHIPPED.snapshots(folder)
    for column, kind in spec.columns.items()
    if _numeric(column, kind)
]


def _named(snapshot: Snapshot) -> str:
    return snapshot.path.removeprefix("data-snapshots/").removesuffix(".csv")


def disturbed(snapshot: Snapshot, column: str) -> pd.DataFrame:
    """The table with one column moved: numbers by a quarter and a little, days by one, flags turned."""
    spec = BY_FOLDER[snapshot.source]
    table = shipped(snapshot.path).copy()
    old = table.index.to_series() if column == spec.key else table[column]
    match spec.columns[column].kind:
        case "whole" if column == spec.key:
            new = old + spec.step
        case "whole":
            new = (old * 1.25).astype(int) + 1
        case "number":
            new = old * 1.25 + 0.01
        case "flag":
            new = ~old
        case "day" | "instant":
            new = old + pd.Timedelta(days=1)
        case _:
            new = old.map(lambda bits: f"{int(bits, 16) - 0x1000:08x}")
    if column == spec.key:
        return table.set_axis(pd.Index(new, name=spec.key))
    return table.assign(**{column: new})


def _notices(snapshot: Snapshot, column: str) -> bool:
    tables = {snapshot.path: disturbed(snapshot, column)}
    for day in reversed(DAYS):
        try:
            if reacting(ledger_of(day), ledger_with(day, tables)):
                return True
        except ReportError:
            return True  # a claim that has no value any more stops the build, which is notice enough
    return False


@pytest.mark.parametrize(
    ("snapshot", "column"), COLUMNS, ids=[f"{_named(snapshot)}-{column}" for snapshot, column in COLUMNS]
)
def test_a_claim_notices_or_the_column_is_inert_for_a_reason(snapshot: Snapshot, column: str) -> None:
    noticed = _notices(snapshot, column)
    reason = INERT.get((_named(snapshot), column))
    if reason is None:
        assert noticed, "no claim notices: use the column, or say in INERT why nobody needs it"
    else:
        assert not noticed, f"a claim does notice, so INERT is out of date: {reason}"


def test_columns_listed_as_inert_are_there() -> None:
    assert set(INERT) <= {(_named(snapshot), column) for snapshot, column in COLUMNS}
    assert len(COLUMNS) > 40
    assert {snapshot.source for snapshot, _ in COLUMNS} == {spec.folder for spec in DATA_SETS.values()}
