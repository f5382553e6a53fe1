from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.data import DATA_SETS
from pivot import snapshots
from pivot.errors import SnapshotError, VintageError
from pivot.snapshots import Snapshot, Store, Vintage
from tests.unit.snapshots import COMPILED, FIELDS, PRICES, SHIPPED, shipped_copy, with_prices, written

if TYPE_CHECKING:
    from pathlib import Path

STORE = Store(SHIPPED, DATA_SETS)
MAY = dt.date(2026, 5, 8)
JUNE = dt.date(2026, 6, 30)
AUGUST = dt.date(2026, 8, 21)
SERIES = [name for name, spec in DATA_SETS.items() if spec.append_only]
STATEMENTS = [name for name, spec in DATA_SETS.items() if spec.dated == "published"]
days = st.dates(dt.date(2009, 1, 3), dt.date(2027, 12, 31))


def rows(name: str, as_of: dt.date) -> pd.DataFrame:
    """The rows of a data set on a day; none before the first."""
    try:
        return Vintage(STORE, as_of).data(name).frame
    except VintageError:
        return Vintage(STORE, dt.date(2027, 1, 1)).data(name).frame.iloc[:0]


def dates(name: str, frame: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    dated = DATA_SETS[name].dated
    return (frame.index.to_series() if dated == frame.index.name else frame[dated]).dt.tz_localize(None)


def test_public_names() -> None:
    assert snapshots.__all__ == ["DataSet", "Frame", "Snapshot", "Store", "Vintage"]
    assert snapshots.DataSet is type(Vintage(STORE, MAY).data("cited"))
    with pytest.raises(AttributeError, match="weather"):
        snapshots.weather  # noqa: B018


@pytest.mark.parametrize(
    ("as_of", "counts"),
    [
        (MAY, [471, 494, 493, 35, 31, 230, 45, 121, 16, 79, 58, 12, 0, 0]),
        (JUNE, [475, 547, 546, 36, 33, 230, 45, 145, 18, 104, 58, 14, 0, 0]),
        (AUGUST, [478, 599, 598, 39, 33, 230, 45, 190, 18, 122, 58, 21, 1, 0]),
        (dt.date(2026, 11, 22), [483, 647, 598, 42, 35, 299, 57, 273, 19, 195, 58, 23, 2, 4]),
    ],
)
def test_editions_see_so_many_rows(as_of: dt.date, counts: list[int]) -> None:
    sizes = {one.name: len(one.frame) for one in Vintage(STORE, as_of).public()}
    assert [sizes.get(name, 0) for name in DATA_SETS] == counts
    assert 0 not in sizes.values()


# No claim sees the future


@settings(max_examples=60, deadline=None)
@given(as_of=days, name=st.sampled_from(SERIES + STATEMENTS))
def test_no_row_after_the_day_is_seen(as_of: dt.date, name: str) -> None:
    frame = rows(name, as_of)
    given_dates = dates(name, frame)
    assert not (given_dates >= pd.Timestamp(as_of) + pd.Timedelta(days=1)).any()
    if name in STATEMENTS and as_of < dt.date(2026, 11, 22):
        assert not given_dates.isna().any()


@settings(max_examples=40, deadline=None)
@given(two=st.tuples(days, days), name=st.sampled_from(SERIES + STATEMENTS))
def test_later_day_sees_the_same_rows_and_more(two: tuple[dt.date, dt.date], name: str) -> None:
    earlier, later = (rows(name, day) for day in sorted(two))
    assert earlier.index.isin(later.index).all()
    pd.testing.assert_frame_equal(earlier, later.loc[earlier.index])
    assert later.index.is_monotonic_increasing
    assert later.index.is_unique


def test_four_vintages_of_the_epochs_never_restate_a_row() -> None:
    found = STORE.snapshots("difficulty-epochs")
    assert [str(snapshot.vintage) for snapshot in found] == [
        "2026-01-22",
        "2026-02-26",
        "2026-07-01",
        "2026-10-28",
    ]
    tables = [STORE.table(snapshot) for snapshot in found]
    assert [table.index[-1] for table in tables] == [931_392, 935_424, 953_568, 971_712]
    for earlier, later in pairwise(tables):
        pd.testing.assert_frame_equal(earlier, later.iloc[: len(earlier)])
        assert len(earlier) < len(later)


ROWS = st.lists(st.dates(dt.date(2026, 1, 1), dt.date(2026, 3, 31)), min_size=1, max_size=12)
CUTS = st.sets(st.dates(dt.date(2026, 1, 1), dt.date(2026, 4, 30)), min_size=1, max_size=4)


class FakeStore:
    """A store of one series in memory: each vintage holds the rows dated up to it."""

    data_sets = DATA_SETS

    def __init__(self, dated: list[dt.date], vintages: set[dt.date]) -> None:
        self._dated = sorted(dated)
        pattern = STORE.snapshots("article")[0]
        self._snapshots = tuple(
            Snapshot(
                **{field: getattr(pattern, field) for field in Snapshot.__dataclass_fields__}
                | {"vintage": vintage, "path": str(vintage)}
            )
            for vintage in sorted(vintages)
        )

    def snapshots(self, _: str) -> tuple[Snapshot, ...]:
        return self._snapshots

    def table(self, snapshot: Snapshot) -> pd.DataFrame:
        known = [day for day in self._dated if day <= snapshot.vintage]
        stamps = pd.to_datetime([f"{day}T23:59:59" for day in known], utc=True)
        return pd.DataFrame({"timestamp": stamps}, index=pd.Index(range(len(known)), name="height"))


@settings(max_examples=200, deadline=None)
@given(dated=ROWS, vintages=CUTS, as_of=st.dates(dt.date(2025, 12, 1), dt.date(2026, 5, 31)))
def test_series_is_what_was_dated_by_then_and_has_landed(
    dated: list[dt.date], vintages: set[dt.date], as_of: dt.date
) -> None:
    expected = [day for day in sorted(dated) if day <= min(as_of, max(vintages))]
    vintage = Vintage(cast("Store", FakeStore(dated, vintages)), as_of)
    if not expected:
        if dated and min(dated) <= max(vintages):
            with pytest.raises(VintageError) as caught:
                vintage.data("epochs")
            assert caught.value.expected == f"{min(dated)} or later"
        return
    found = vintage.data("epochs")
    assert [stamp.date() for stamp in found.frame["timestamp"]] == expected
    origin = found.origin(found.frame.index)
    assert {key for keys in origin.values() for key in keys} == set(range(len(expected)))
    for snapshot, keys in origin.items():
        # A row is credited to the first snapshot that could tell it, from the newest one of its time on.
        earlier = [v for v in sorted(vintages) if v < snapshot.vintage]
        known = [v for v in earlier if v > as_of] + [v for v in earlier if v <= as_of][-1:]
        if snapshot.vintage > as_of:
            assert all(sorted(dated)[cast("int", key)] > v for key in keys for v in known)


# Rules at their edges


def test_day_ends_at_midnight_utc() -> None:
    march = dt.date(2026, 3, 20)
    assert 941_472 in rows("epochs", march).index  # found at 21:54:19
    assert 941_472 not in rows("epochs", march - dt.timedelta(days=1)).index
    assert rows("prices", MAY).index[-1] == pd.Timestamp(MAY)


def test_rows_come_from_the_newest_snapshot_of_their_time_first() -> None:
    epochs = Vintage(STORE, MAY).data("epochs")
    assert [str(snapshot.vintage) for snapshot in epochs.snapshots] == ["2026-02-26", "2026-07-01"]
    origin = {str(s.vintage): keys for s, keys in epochs.origin([941_472, 0, 935_424, 937_440]).items()}
    assert origin == {"2026-02-26": (0, 935_424), "2026-07-01": (941_472, 937_440)}
    with pytest.raises(VintageError, match="not in the data set") as caught:
        epochs.origin([971_712])
    assert caught.value.got == "971712"


def test_month_counts_from_its_last_day() -> None:
    key = "mara-btc-sold-palpres-org"
    row = Vintage(STORE, dt.date(2026, 11, 22)).data("evidence").frame.loc[key]
    assert (row["published_precision"], row["published"]) == ("month (inferred)", pd.Timestamp("2026-05-31"))
    assert key not in rows("evidence", dt.date(2026, 5, 30)).index
    assert key in rows("evidence", dt.date(2026, 5, 31)).index


def test_unknown_day_counts_from_the_vintage_of_the_snapshot() -> None:
    undated = rows("statements", dt.date(2026, 11, 22)).query("published_precision == 'unknown'").index
    assert len(undated) == 8
    assert not undated.isin(rows("statements", dt.date(2026, 11, 21)).index).any()


def test_article_is_there_since_the_day_as_of_which_it_is_read() -> None:
    assert len(rows("cited", MAY)) == 58
    with pytest.raises(VintageError) as caught:
        Vintage(STORE, MAY - dt.timedelta(days=1)).data("cited")
    assert caught.value.expected == "2026-05-08 or later"


@pytest.mark.parametrize("name", DATA_SETS)
def test_error_before_the_first_day_names_a_day_that_works(name: str) -> None:
    with pytest.raises(VintageError, match="public yet") as caught:
        Vintage(STORE, dt.date(2008, 10, 31)).data(name)
    first = dt.date.fromisoformat(caught.value.expected.removesuffix(" or later"))
    assert len(Vintage(STORE, first).data(name).frame) >= 1
    with pytest.raises(VintageError):
        Vintage(STORE, first - dt.timedelta(days=1)).data(name)


def test_undated_row_does_not_grow_younger_with_a_new_snapshot(tmp_path: Path) -> None:
    """A refresh repeats the rows it knows; what was public on a day before it stays so."""
    store = shipped_copy(tmp_path, COMPILED)
    (first,) = store.snapshots("operator-statements")
    head, *lines = store.read(first).decode().splitlines(keepends=True)
    new = "a-new-one,MARA,MARA,btc_held,1,,BTC,,late 2026,,unknown,secondary,Somebody,\n"
    file = written(tmp_path, head + "".join(sorted([*lines, new], key=lambda line: line.split(",")[0])))
    store.add("operator-statements", file, **FIELDS | {"vintage": dt.date(2026, 11, 25), "retrieved": None})

    def seen(day: int) -> set[object]:
        frame = Vintage(store, dt.date(2026, 11, day)).data("statements").frame
        return set(frame.index[frame["published"].isna()])

    assert (len(seen(21)), len(seen(22)), len(seen(24))) == (0, 8, 8)
    assert seen(25) - seen(24) == {"a-new-one"}


def test_undated_row_counts_from_the_day_its_source_stood_so_and_not_from_that_of_the_copy(
    tmp_path: Path,
) -> None:
    """The vintage and the day of retrieval differ, which they do in no shipped snapshot of statements."""
    store = Store(tmp_path / "data-snapshots", DATA_SETS)
    head = ",".join(DATA_SETS["contracts"].columns)
    old, new = (
        f"{key},Riot,Somebody,1000,,,some time,,unknown,company,true,,\n" for key in ("a-first", "b-later")
    )
    store.add("ai-contracts", written(tmp_path, f"{head}\n{old}"), **FIELDS)  # of 3 May, retrieved on 4 May
    later = FIELDS | {"vintage": dt.date(2026, 5, 9), "retrieved": dt.date(2026, 5, 12)}
    store.add("ai-contracts", written(tmp_path, f"{head}\n{old}{new}"), **later)

    def seen(day: int) -> list[str]:
        return list(Vintage(store, dt.date(2026, 5, day)).data("contracts").frame.index)

    assert [seen(day) for day in (3, 8)] == [["a-first"], ["a-first"]]
    assert [seen(day) for day in (9, 12)] == [["a-first", "b-later"]] * 2
    with pytest.raises(VintageError, match="public yet") as caught:
        seen(2)
    assert caught.value.expected == "2026-05-03 or later"


def test_unknown_data_set_names_the_known_ones() -> None:
    with pytest.raises(VintageError, match="'weather'") as caught:
        Vintage(STORE, MAY).data("weather")
    assert "epochs, prices" in caught.value.expected


def test_new_snapshot_takes_over_from_its_vintage_on(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    later = dt.date(2026, 5, 9)
    more = PRICES + "2026-05-04,79900.00,kraken\n"
    store.add("btc-price", written(tmp_path, more), **FIELDS | {"vintage": later, "retrieved": later})
    by_day = {day: Vintage(store, dt.date(2026, 5, day)).data("prices") for day in (2, 3, 4, 9)}
    assert {day: len(found.frame) for day, found in by_day.items()} == {2: 2, 3: 3, 4: 4, 9: 4}
    vintages = {day: [s.vintage.day for s in found.snapshots] for day, found in by_day.items()}
    assert vintages == {2: [3], 3: [3], 4: [3, 9], 9: [9]}


def test_rows_before_the_first_fall_into_their_place(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    later = dt.date(2026, 5, 9)
    more = PRICES.replace("series\n", "series\n2026-04-30,76300.00,kraken\n")
    store.add("btc-price", written(tmp_path, more), **FIELDS | {"vintage": later, "retrieved": later})
    found = Vintage(store, dt.date(2026, 5, 3)).data("prices")
    assert [day.day for day in found.frame.index] == [30, 1, 2, 3]
    assert [(s.vintage.day, len(keys)) for s, keys in found.origin(found.frame.index).items()] == [
        (3, 3),
        (9, 1),
    ]


# Typed tables that stay as they are


@pytest.mark.parametrize("name", DATA_SETS)
def test_columns_have_their_types(name: str) -> None:
    spec = DATA_SETS[name]
    frame = Vintage(STORE, dt.date(2026, 11, 22)).data(name).frame
    types = {
        "whole": "int64",
        "number": "float64",
        "flag": "bool",
        "day": "datetime64[us]",
        "instant": "datetime64[us, UTC]",
    }
    expected = {name: types.get(column.kind, "str") for name, column in spec.columns.items()}
    assert {spec.key: str(frame.index.dtype)} | frame.dtypes.astype(str).to_dict() == expected


def test_empty_cells_are_told_apart_from_words() -> None:
    frame = rows("statements", dt.date(2026, 11, 22))
    words = frame[frame["unit"] == "text"]
    assert len(words) == 2
    assert words["value"].isna().all()
    assert (frame.loc[frame["ticker"] == "", "company"] == "Network").any()
    assert frame["unit_note"].map(type).eq(str).all()


def test_changed_frame_does_not_reach_the_next_claim() -> None:
    prices = Vintage(STORE, MAY).data("prices")
    before = prices.frame.copy(deep=True)
    spoilt = prices.frame
    spoilt["close_usd"] *= 2
    spoilt.loc[pd.Timestamp("2026-05-08"), "series"] = "mine"
    spoilt.index = spoilt.index[::-1]
    del spoilt["close_usd"]
    pd.testing.assert_frame_equal(prices.frame, before)


def test_data_set_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    vintage = Vintage(Store(SHIPPED, DATA_SETS), MAY)
    first = vintage.data("epochs")
    monkeypatch.setattr(Store, "read", lambda *_: pytest.fail("read again"))
    assert vintage.data("epochs") is first
    with pytest.raises(pytest.fail.Exception):
        vintage.data("prices")


def test_changed_evidence_stops_a_vintage(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    (tmp_path / store.snapshots("btc-price")[0].path).write_text(PRICES.replace("76400", "76401"))
    with pytest.raises(SnapshotError, match="changed since it landed"):
        Vintage(store, MAY).data("prices")
