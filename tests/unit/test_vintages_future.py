"""No claim sees the future: what is dated after the day of the report may say anything, or not be there."""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import pairwise
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.data import DATA_SETS
from analysis.measures import difficulty
from analysis.report import ARTICLE
from pivot.claims.ledger import Ledger
from pivot.errors import ContractError
from pivot.snapshots import Snapshot, Vintage, tables
from pivot.snapshots.contracts import restated
from tests.conftest import AFTER_JUNE, AS_READ, NEWEST, ROOT, build_ledger, vintage_of
from tests.regression.edited import SHIPPED, edited, shipped

DATED = [spec for spec in DATA_SETS.values() if spec.dated]
days = st.dates(AS_READ, dt.date(2026, 10, 31))


@cache
def truth(as_of: dt.date) -> Ledger:
    return build_ledger(vintage_of(as_of))


def future(snapshot: Snapshot, as_of: dt.date) -> pd.Series:
    """Which rows of a snapshot were not public by the end of a day."""
    rows = shipped(snapshot.path)
    ends = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    dates = tables.dates(rows, ARTICLE.folders[snapshot.source].dated)
    return dates.fillna(pd.Timestamp(snapshot.vintage)) >= ends


def later(as_of: dt.date) -> list[Snapshot]:
    """The snapshots that hold rows of a later day."""
    return [
        snapshot
        for spec in DATED
        for snapshot in SHIPPED.snapshots(spec.folder)
        if snapshot.vintage > as_of and future(snapshot, as_of).any()
    ]


def cut(snapshot: Snapshot, as_of: dt.date) -> pd.DataFrame:
    """The snapshot without the rows of later days."""
    return shipped(snapshot.path)[~future(snapshot, as_of)]


def garbled(snapshot: Snapshot, as_of: dt.date, seed: int) -> pd.DataFrame:
    """The snapshot with nonsense in the rows of later days, and their dates as they are."""
    dice = np.random.default_rng(seed)
    spec, table, of_later = ARTICLE.folders[snapshot.source], shipped(snapshot.path), future(snapshot, as_of)
    new = {}
    for name in table.columns:
        old = table[name]
        match spec.columns[name].kind:
            case _ if name == spec.dated or name.endswith("precision"):
                nonsense = old  # how exact the date is goes with the date
            case "number":
                nonsense = pd.Series(dice.uniform(0, 1e7, len(old)), old.index)
            case "whole":
                nonsense = pd.Series(dice.integers(1, 400, len(old)), old.index)
            case "flag":
                nonsense = ~old
            case "day" | "instant":
                nonsense = old - pd.Timedelta(days=int(dice.integers(1, 4000)))
            case _ if name == "bits":
                nonsense = pd.Series([f"1b{n:06x}" for n in dice.integers(1, 2**23, len(old))], old.index)
            case _:  # of the words a row may have, another row's: so that it looks as if it mattered
                nonsense = pd.Series(dice.permutation(np.asarray(old, dtype=object)), old.index, old.dtype)
        new[name] = old.mask(of_later, nonsense)
    return table.assign(**new)


@settings(max_examples=5, deadline=None)
@given(as_of=days, seed=st.integers(0, 2**32 - 1))
@example(as_of=AS_READ, seed=1)
@example(as_of=AFTER_JUNE, seed=2)
@example(as_of=NEWEST, seed=3)
def test_no_claim_depends_on_a_row_after_its_day(as_of: dt.date, seed: int) -> None:
    snapshots = later(as_of)
    assert len(snapshots) >= 5
    for tables_ in (
        {snapshot.path: garbled(snapshot, as_of, seed) for snapshot in snapshots},
        {snapshot.path: cut(snapshot, as_of) for snapshot in snapshots},
    ):
        found = build_ledger(edited(as_of, tables_))
        assert differing(truth(as_of), found) == []


def differing(one: Ledger, other: Ledger) -> list[str]:
    return [id_ for id_ in one.entries if one[id_] != other[id_]]


def test_a_vintage_that_leaks_a_row_is_caught() -> None:
    """The property above, seen to fail: one day too many is seen by some claim."""
    snapshots = later(AS_READ)
    vintage = edited(AS_READ, {snapshot.path: garbled(snapshot, AS_READ, 1) for snapshot in snapshots})

    def leaking(self: Vintage, _: object, snapshot: Snapshot) -> pd.DataFrame:
        return self.store.table(snapshot)

    with mock.patch.object(Vintage, "_until", leaking):
        leaked = build_ledger(vintage, ["hashprice-low", "mara-btc-sold"])
    assert all(leaked[id_] != truth(AS_READ)[id_] for id_ in ("hashprice-low", "mara-btc-sold"))


# The difficulty series: four real vintages, none of which takes a row back


EPOCHS = SHIPPED.snapshots("difficulty-epochs")


def test_each_vintage_of_the_difficulty_begins_with_the_one_before_byte_for_byte() -> None:
    files = [(ROOT / snapshot.path).read_bytes() for snapshot in EPOCHS]
    assert len(files) == 4
    for earlier, newer in pairwise(files):
        assert newer.startswith(earlier)
        assert len(newer) > len(earlier)


def test_a_later_vintage_changes_no_retarget() -> None:
    tables_ = [difficulty.retargets(shipped(snapshot.path)) for snapshot in EPOCHS]
    for earlier, newer in pairwise(tables_):
        pd.testing.assert_frame_equal(earlier, newer.loc[earlier.index], check_exact=True)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), pair=st.sampled_from(list(pairwise(EPOCHS))))
def test_a_vintage_that_restates_a_row_is_refused(
    data: st.DataObject, pair: tuple[Snapshot, Snapshot]
) -> None:
    older, newer = (shipped(snapshot.path).copy() for snapshot in pair)
    height = data.draw(st.sampled_from(list(older.index)))
    if data.draw(st.booleans()):
        bits = int(newer.loc[height, "bits"], 16)
        newer.loc[height, "bits"] = f"{bits ^ (1 << data.draw(st.integers(0, 31))):08x}"
    else:
        moved = pd.Timedelta(seconds=data.draw(st.integers(1, 10**6)))
        newer.loc[height, "timestamp"] -= moved
    with pytest.raises(ContractError, match="does not restate"):
        restated(older, newer, pair[1])


@settings(max_examples=20, deadline=None)
@given(days_=st.tuples(days, days))
def test_what_was_computed_from_the_chain_stays_so(days_: tuple[dt.date, dt.date]) -> None:
    """A retarget known on a day has the same change on every later day, whichever snapshot tells it."""
    earlier, newer = (difficulty.retargets(vintage_of(day).data("epochs").frame) for day in sorted(days_))
    pd.testing.assert_frame_equal(earlier, newer.loc[earlier.index], check_exact=True)
