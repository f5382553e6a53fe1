"""No column of evidence lies idle: disturb any, and a claim notices, or it is listed here with a reason."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.data import DATA_SETS
from analysis.report import ARTICLE
from pivot.errors import ReportError
from pivot.snapshots import Snapshot
from tests.conftest import DAYS, ledger_of
from tests.regression.edited import SHIPPED, ledger_with, reacting, shipped

_EPOCHS = ("2026-01-22", "2026-02-26", "2026-07-01", "2026-10-28")
_NOT_READ = (
    "no edition reads this vintage, a newer one had landed by the article's day; it is kept because the "
    "four vintages are held against each other (tests/unit/test_snapshots_vintage.py)"
)
_REPLACED = "a newer compilation has these rows, and the newest one is read for every day"
_SPREAD = "says how well an estimated time is known; the one that a claim rests on is read from 2026-07-01"
_ORACLE = "an oracle: measures are held against it (test_oracles.py), so no claim may rest on it"
_COUNTS = "what share_pct was made from; test_oracles.py makes it again"
_SUMMED = (
    "what counts is now summed from ai-leases, where a lease is one name; single contracts are still read"
)
_BLOCKS = "confirms targets that epochs has (test_snapshots_contracts.py), and dates the evidence after them"
_STANDBY = "stands by: pools are counted from blocks, and of what others published one estimate is read"

INERT = {
    ("difficulty-epochs/2026-01-22", "height"): _NOT_READ,
    ("difficulty-epochs/2026-01-22", "bits"): _NOT_READ,
    ("difficulty-epochs/2026-01-22", "timestamp"): _NOT_READ,
    **{
        (f"difficulty-epochs/{vintage}", "timestamp_sd_minutes"): _SPREAD
        for vintage in _EPOCHS
        if vintage != "2026-07-01"
    },
    ("hashprice-published/2026-11-22", "high"): "low is the stated value; the chart of hash prices draws "
    "the middle of a range",
    ("hashprice-published/2026-11-22", "btc_usd_stated"): _ORACLE,
    ("hashrate-published/2026-11-22", "low"): _ORACLE,
    ("hashrate-published/2026-11-22", "high"): _ORACLE,
    **{
        (f"article/{vintage}", column): _REPLACED
        for vintage in ("2026-05-08", "2026-05-08.2")
        for column in ("low", "high", "step")
    },
    ("pool-shares/2026-11-22", "share_pct"): _REPLACED,
    ("pool-shares/2026-11-22", "hashrate_eh_s"): _REPLACED,
    ("pool-shares/2026-11-22", "blocks"): _REPLACED,
    ("pool-shares/2026-11-22", "window_blocks"): _REPLACED,
    ("operator-statements/2026-11-22", "value"): _REPLACED,
    ("pool-shares/2026-11-25", "hashrate_eh_s"): "empty in every row: blocks were counted, not hash rates",
    ("pool-shares/2026-11-25", "blocks"): _COUNTS,
    ("pool-shares/2026-11-25", "window_blocks"): _COUNTS,
    ("pool-shares-published/2026-11-22", "hashrate_eh_s"): _STANDBY,
    ("pool-shares-published/2026-11-22", "blocks"): _STANDBY,
    ("pool-shares-published/2026-11-22", "window_blocks"): _STANDBY,
    ("ai-contracts/2026-11-22", "counted"): _SUMMED,
    **{("blocks-published/2026-11-25", column): _BLOCKS for column in ("height", "bits", "fees_btc")},
}
"""Snapshot and column, and why no claim notices."""

HEXADECIMAL = ("bits",)
"""Texts that are numbers."""


def _numeric(folder: str, column: str) -> bool:
    """Whether a column holds quantities; days beside a key say who sees a row, and vintages test that."""
    spec = ARTICLE.folders[folder]
    kinds = ("whole", "number", "flag", "instant", *(("day",) if column == spec.key else ()))
    return spec.columns[column].kind in kinds or column in HEXADECIMAL


COLUMNS = [
    (snapshot, column)
    for folder, spec in ARTICLE.folders.items()
    for snapshot in SHIPPED.snapshots(folder)
    for column in spec.columns
    if _numeric(folder, column)
]


def _named(snapshot: Snapshot) -> str:
    return snapshot.path.removeprefix("data-snapshots/").removesuffix(".csv")


def disturbed(snapshot: Snapshot, column: str) -> pd.DataFrame:
    """The table with one column moved: numbers by a quarter and a little, days by one, flags turned."""
    spec = ARTICLE.folders[snapshot.source]
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
    without = {spec.folder for spec in DATA_SETS.values()} - {snapshot.source for snapshot, _ in COLUMNS}
    # Their values are words, in which numbers stand.
    assert without == {"claim-evidence", "network-events"}
