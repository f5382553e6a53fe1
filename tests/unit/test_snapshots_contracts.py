from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.data import DATA_SETS, SPLIT_HEIGHT
from analysis.measures import difficulty
from pivot.errors import ContractError
from pivot.snapshots import Store, contracts, sidecar, tables
from tests.unit.snapshots import FIELDS, PRICES, SHIPPED, with_prices, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pivot.snapshots import Snapshot

STORE = Store(SHIPPED, DATA_SETS)
Rows = list[list[str]]


def newest(name: str) -> tuple[Snapshot, Rows]:
    snapshot = STORE.snapshots(DATA_SETS[name].folder)[-1]
    return snapshot, list(csv.reader(io.StringIO(STORE.read(snapshot).decode(), newline="")))


def encoded(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def refused(name: str, data: bytes, snapshot: Snapshot | None = None) -> ContractError:
    with pytest.raises(ContractError) as caught:
        contracts.check(data, DATA_SETS[name], snapshot or newest(name)[0])
    return caught.value


def put(line: int, column: str, cell: str) -> Callable[[Rows], None]:
    """A change of one cell; the header is line 1."""

    def change(rows: Rows) -> None:
        rows[line - 1][rows[0].index(column)] = cell

    return change


@pytest.mark.parametrize("name", DATA_SETS)
def test_shipped_snapshots_keep_their_contract(name: str) -> None:
    snapshot, rows = newest(name)
    assert contracts.check(encoded(rows), DATA_SETS[name], snapshot) == len(rows) - 1


@pytest.mark.parametrize(
    ("name", "line", "column", "cell", "expected"),
    [
        # wrong type
        ("epochs", 5, "height", "6048.0", "a whole number"),
        ("epochs", 5, "height", "", "a cell that is not empty"),
        ("epochs", 5, "bits", "1D00FFFF", "text in the form [0-9a-f]{8}"),
        ("epochs", 9, "timestamp", "2009-05-12 10:00", "a time in UTC such as 2026-05-08T23:59:59Z"),
        ("epochs", 9, "timestamp", "2009-05-12T10:00:00+01:00", "a time in UTC such as"),
        ("prices", 3, "date", "2025-02-31", "a day such as 2026-05-08"),
        ("prices", 3, "date", "01.02.2025", "a day such as 2026-05-08"),
        ("prices", 3, "close_usd", "94,380.80", "a number, with a point and without marks for thousands"),
        ("prices", 3, "close_usd", "1e5", "a number, with a point"),
        ("prices", 3, "close_usd", "nan", "a number, with a point"),
        ("contracts", 3, "counted", "yes", "true or false"),
        ("contracts", 3, "url", "see the release", "text in the form https?://"),
        ("evidence", 3, "publisher", " padded ", r"text in the form \S"),
        ("evidence", 3, "claim", "Two Words", "text in the form [a-z0-9]+"),
        # vocabularies and units
        ("statements", 3, "unit", "PH/s", "one of EH/s, BTC, USD million"),
        ("evidence", 3, "unit", "euro", "units out of BTC, CAD million"),
        ("evidence", 3, "unit", "BTC; euro", "units out of BTC, CAD million"),
        ("evidence", 3, "unit", "percentage", "units out of BTC, CAD million"),
        ("cited", 3, "unit", "%", "one of percent, USD"),
        ("evidence", 3, "bearing", "wrong", "one of confirms, differs, contradicts"),
        ("evidence", 3, "tier", "rumour", "one of primary, mirror, secondary"),
        ("hashprice_points", 3, "relation", "≈", "one of =, ~, <, >, range"),
        ("epochs", 3, "timestamp_kind", "guessed", "one of exact, estimated"),
        # ranges
        ("days", 3, "blocks", "-1", "1 or more"),
        ("pool_shares", 3, "share_pct", "100.5", "100 or less"),
        ("prices", 3, "close_usd", "0", "0.01 or more"),
        # keys and order
        ("prices", 4, "date", "2025-01-01", "a date that no row above has"),
        ("epochs", 4, "height", "2016", "a height that no row above has"),
        ("epochs", 4, "height", "4033", "2016 after the row above"),
        ("contracts", 4, "id", "aa", "rows by rising id"),
        # dates to come
        ("epochs", 484, "timestamp", "2026-10-29T00:00:00Z", "no day after 2026-10-28"),
        ("pool_shares", 3, "published", "2026-11-26", "no day after 2026-11-25"),
        ("hashprice_points", 17, "day", "2026-11-23", "no day after 2026-11-22"),
        # columns against each other
        ("days", 4, "last_height", "877400", "that of the day before and the blocks of the day"),
        ("cited", 2, "unit", "", "low, high, step and unit all given or all empty"),
        ("statements", 3, "text", "words too", "a number or a text, not both"),
        ("pool_shares", 3, "window_blocks", "1", "no more than window_blocks"),
        ("leases", 5, "relation", "unknown", "unknown where total_usd is empty, and only there"),
    ],
)
def test_one_wrong_cell_is_one_clear_error(
    name: str, line: int, column: str, cell: str, expected: str
) -> None:
    snapshot, rows = newest(name)
    put(line, column, cell)(rows)
    error = refused(name, encoded(rows))
    blamed = "blocks" if column == "window_blocks" else "value" if column == "text" else column
    assert error.where == f"{snapshot.path}, line {line}, column {blamed}"
    assert error.expected.startswith(expected)
    assert error.got
    assert "pivot add" in error.hint
    if column == blamed and error.expected != "a cell that is not empty":
        assert cell.removesuffix("T00:00:00Z") in error.got


@pytest.mark.parametrize(
    ("name", "line", "changes", "column"),
    [
        ("hashprice_points", 3, {"relation": "<"}, "relation"),
        ("hashprice_points", 3, {"low": ""}, "relation"),
        ("hashprice_points", 3, {"low": "60", "high": "50"}, "high"),
        ("statements", 3, {"published": "", "published_precision": "day"}, "published_precision"),
        ("statements", 3, {"published": "2026-11-26", "published_precision": "day"}, "published"),
        ("statements", 3, {"published": "2026-12-31", "published_precision": "month"}, "published"),
    ],
)
def test_cells_that_do_not_fit_each_other(name: str, line: int, changes: dict[str, str], column: str) -> None:
    _, rows = newest(name)
    for at, cell in changes.items():
        put(line, at, cell)(rows)
    assert refused(name, encoded(rows)).where.endswith(f"line {line}, column {column}")


def test_a_height_that_other_chains_share_needs_bits_or_a_hash() -> None:
    """Block 973,579 of a release note has neither, and is no row; either of the two is enough."""
    _, rows = newest("blocks")
    assert int(rows[1][0]) > SPLIT_HEIGHT
    for empty in ("bits", "hash"):
        _, rows = newest("blocks")
        put(2, empty, "")(rows)
        contracts.check(encoded(rows), DATA_SETS["blocks"], newest("blocks")[0])
    put(2, "bits", "")(rows)
    error = refused("blocks", encoded(rows))
    assert error.where.endswith("line 2, column hash")
    assert "961,631" in error.expected
    put(2, "height", "961631")(rows)
    contracts.check(encoded(rows), DATA_SETS["blocks"], newest("blocks")[0])


def test_published_blocks_have_work_and_the_targets_that_we_hold() -> None:
    blocks = STORE.table(STORE.snapshots("blocks-published")[-1])
    epochs = STORE.table(STORE.snapshots("difficulty-epochs")[-1])["bits"]
    assert len(blocks) >= 4
    for height, block in blocks.iterrows():
        assert int(block["hash"], 16) < difficulty.target(block["bits"])
        epoch = height - height % difficulty.EPOCH_BLOCKS
        assert epochs.get(epoch, block["bits"]) == block["bits"]
    assert 975_744 not in epochs.index


def test_a_lease_has_one_state_a_day() -> None:
    _, rows = newest("leases")
    twin = [*rows[1]]
    twin[0] += "-2"
    error = refused("leases", encoded([rows[0], rows[1], twin, *rows[2:]]))
    assert error.where.endswith("line 3, column lease")
    assert error.expected == "a lease that no row above has for the same day"


def test_month_of_publication_may_end_after_the_day_of_retrieval() -> None:
    snapshot, rows = newest("statements")
    put(3, "published", "2026-11-30")(rows)
    put(3, "published_precision", "month (inferred)")(rows)
    assert contracts.check(encoded(rows), DATA_SETS["statements"], snapshot) == len(rows) - 1


def test_missing_extra_and_misplaced_columns_are_named() -> None:
    error = refused("prices", PRICES.replace("close_usd", "close_eur").encode())
    assert error.where.endswith(".csv, line 1")
    assert error.expected == "column close_usd too; no column 'close_eur'"
    assert error.got == "date, close_eur, series"
    _, rows = newest("prices")
    assert refused("prices", encoded([row[:2] for row in rows])).expected == "column series too"
    assert refused("prices", encoded([[*row, "x"] for row in rows])).expected == "no column 'x'"
    swapped = encoded([[row[1], row[0], row[2]] for row in rows])
    assert refused("prices", swapped).expected == "the columns in the order date, close_usd, series"


@pytest.mark.parametrize(
    ("data", "where", "got"),
    [
        (b"", "line 1", "an empty file"),
        (b"\n", "line 1", "an empty file"),
        (b"date,close_usd,series\n", "line 2", "no rows"),
        (b"date,close_usd,series\n2026-05-01,1\n", "line 2", "2 cells"),
        (b"date,close_usd,series\n2026-05-01,1,kraken\n\n", "line 3", "0 cells"),
        (b"date,close_usd,series\n2026-05-01,1,kr\xe4ken\n", "line 2", r"b'\xe4'"),
        (b'date,close_usd,series\n2026-05-01,1,"kraken"x\n', "line 2", "',' expected after '\"'"),
        (b'date,close_usd,series\n2026-05-01,1,"kraken\n', "line 2", "unexpected end of data"),
    ],
)
def test_file_that_is_no_table(data: bytes, where: str, got: str) -> None:
    error = refused("prices", data)
    assert error.where.endswith(where)
    assert error.got == got


def test_cell_of_two_lines_is_refused() -> None:
    _, rows = newest("evidence")
    for column in ("note", "unit"):
        put(4, column, "BTC a note\nof two lines")(rows)
        put(9, "value", "")(rows)
        assert refused("evidence", encoded(rows)).where.endswith(f"line 4, column {column}")
        put(4, column, "BTC")(rows)


def test_first_of_many_wrong_cells_is_told_and_the_others_counted() -> None:
    _, rows = newest("prices")
    for line in (9, 5, 30):
        put(line, "series", "mtgox")(rows)
    error = refused("prices", encoded(rows))
    assert error.where.endswith("line 5, column series")
    assert error.got == "'mtgox'; 2 more cells do not pass"


def test_series_is_held_against_its_own_vintage() -> None:
    snapshot, rows = newest("prices")
    earlier = replace(snapshot, vintage=dt.date(2026, 10, 7))
    assert refused("prices", encoded(rows), earlier).expected == "no day after 2026-10-07"


ODD = ["", "0", "-0", "9" * 19, "1" * 400, "inf", "2026-02-30", "0001-01-01", "=1+1", "\x00", '"', "😀"]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_cell_either_passes_and_reads_or_is_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["contracts", "cited", "hashrate_points", "epochs"]))
    snapshot, rows = newest(name)
    row = data.draw(st.integers(1, len(rows) - 1))
    column = data.draw(st.integers(0, len(rows[0]) - 1))
    rows[row][column] = data.draw(st.sampled_from(ODD) | st.text(st.characters(codec="utf-8"), max_size=12))
    try:
        contracts.check(encoded(rows), DATA_SETS[name], snapshot)
    except ContractError:
        return
    table = tables.read(encoded(rows), DATA_SETS[name])
    assert dict(table.dtypes) == dict(STORE.table(snapshot).dtypes)
    assert len(table) == len(rows) - 1


# What has landed


def test_file_that_landed_past_its_contract_is_found_when_read(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    other = Store(tmp_path / "other" / "data-snapshots", DATA_SETS)
    good = other.add("btc-price", written(tmp_path, PRICES.replace("kraken", "brk")), **FIELDS)
    data = PRICES.replace("2026-05-02,76800.50", "2026-05-02,free").encode()
    assert store.snapshots("btc-price")[0].key == good.key
    error = refused("prices", data, good)
    assert error.where.endswith("line 3, column close_usd")
    assert error.got == "'free'"


# What a stranger might send


def with_cell(name: str, row: int, column: str, cell: str) -> tuple[list[list[str]], Snapshot]:
    snapshot, rows = newest(name)
    rows = [list(one) for one in rows]
    rows[row][list(DATA_SETS[name].columns).index(column)] = cell
    return rows, snapshot


@pytest.mark.parametrize(
    ("name", "column", "cell", "expected", "got"),
    [
        ("statements", "publisher", "a\x1b[2J", "text that every reader can see", "U+001B"),
        ("statements", "company", "M\N{CYRILLIC CAPITAL LETTER A}RA", "text that every reader", "U+0410"),
        ("statements", "company", "\N{CYRILLIC CAPITAL LETTER A}", "a name in Latin letters", ""),
        ("pool_points", "entity", "Pool \N{GRINNING FACE}", "text that every reader can see", "U+1F600"),
        ("evidence", "note", "a\N{RIGHT-TO-LEFT OVERRIDE}b", "text that every reader can see", "U+202E"),
        ("evidence", "value", "7" * 400, "text that every reader can see", "more than 40 characters"),
        ("evidence", "url", "https://e.x/{{<include../../etc/passwd>}}", "text that every reader", "{{"),
        ("statements", "period", "Q7 2025", "days, months and quarters of the calendar", "Q7"),
        ("statements", "period", "2026-60-04", "days, months and quarters of the calendar", "2026-60-04"),
        ("prices", "close_usd", "\N{ARABIC-INDIC DIGIT SEVEN}" * 5, "a number, with a point", ""),
        ("prices", "close_usd", "9" * 400, "a number, with a point", ""),
    ],
)
def test_what_a_stranger_sends_is_refused_by_its_column(
    name: str, column: str, cell: str, expected: str, got: str
) -> None:
    rows, snapshot = with_cell(name, 5, column, cell)
    error = refused(name, encoded(rows), snapshot)
    assert error.where.endswith(f"line 6, column {column}")
    assert error.expected.startswith(expected)
    assert got in error.got
    assert error.got.isprintable()


def test_a_table_from_a_spreadsheet_may_begin_with_its_mark() -> None:
    snapshot, rows = newest("prices")
    marked = b"\xef\xbb\xbf" + encoded(rows)
    assert contracts.check(marked, DATA_SETS["prices"], snapshot) == len(rows) - 1
    assert tables.read(marked, DATA_SETS["prices"]).equals(tables.read(encoded(rows), DATA_SETS["prices"]))


@pytest.mark.parametrize(
    ("company", "ticker", "expected"),
    [
        ("Mara Holdings", "MARA", "one name for one ticker"),
        ("MARA", "RIOT", "one name for one ticker"),
        ("MARA", "MARX", "one ticker for one name"),
    ],
)
def test_one_company_has_one_name_and_one_ticker_and_the_row_that_differs_is_told(
    company: str, ticker: str, expected: str
) -> None:
    snapshot, rows = newest("statements")
    columns = list(DATA_SETS["statements"].columns)
    place = next(i for i, row in enumerate(rows) if row[columns.index("ticker")] == "RIOT")
    rows[place][columns.index("company")] = company
    rows[place][columns.index("ticker")] = ticker
    error = refused("statements", encoded(rows), snapshot)
    assert (error.expected, error.where.split(", ")[1]) == (expected, f"line {place + 1}")


def test_a_day_that_is_not_that_of_its_date_is_refused() -> None:
    snapshot, rows = newest("hashprice_points")
    columns = list(DATA_SETS["hashprice_points"].columns)
    precision, day = columns.index("date_precision"), columns.index("day")
    place = next(i for i, row in enumerate(rows) if row[precision] == "day" and row[day])
    changed, _ = with_cell("hashprice_points", place, "day", "2025-01-01")
    assert refused("hashprice_points", encoded(changed), snapshot).expected.startswith(
        "the day that date names"
    )


@pytest.mark.parametrize(
    ("name", "column", "cell", "expected"),
    [
        ("statements", "value", "99999", "no more than 50% of the network"),
        ("prices", "close_usd", "767000.5", "from half to double the close of the day before"),
        ("prices", "close_usd", "140000.5", "within a quarter of the mean of the closes beside it"),
        ("pool_points", "hashrate_eh_s", "99999", "no more than 100% of the network"),
    ],
)
def test_a_number_that_can_hardly_be_is_refused_and_a_person_may_accept_it(
    name: str, column: str, cell: str, expected: str
) -> None:
    _, rows = newest(name)
    columns = list(DATA_SETS[name].columns)
    unit = columns.index("unit") if "unit" in columns else None
    place = next(
        i
        for i, row in enumerate(rows[1:], 1)
        if row[columns.index(column)] and (unit is None or (row[unit] == "EH/s" and row[1] != "Network"))
    )
    changed, snapshot = with_cell(name, place, column, cell)
    table = tables.read(encoded(changed), DATA_SETS[name])
    with pytest.raises(ContractError) as caught:
        contracts.unlikely(table, DATA_SETS[name], snapshot, STORE.newest)
    assert caught.value.expected.startswith(expected)
    assert "--accept" in caught.value.hint
    accepted = replace(snapshot, notes=(f"{sidecar.UNLIKELY}seen in the filing itself",))
    contracts.unlikely(table, DATA_SETS[name], accepted, STORE.newest)
