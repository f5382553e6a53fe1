"""Rows: aligned by key, told apart by what happened to them, and never by guess."""

from __future__ import annotations

import csv
import hashlib
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.data import DATA_SETS
from pivot.revisions.tables import (
    CHANGED,
    IDENTICAL,
    NOT_COMPARED,
    SAME_TABLE,
    Table,
    TableDiff,
    compare,
    read,
)
from pivot.snapshots.tables import text
from tests.conftest import ROOT
from tests.unit.revisions import CLOSES

PRICES = DATA_SETS["prices"]
ROWS = "date,close_usd,series\n2026-05-01,100,kraken\n2026-05-02,200,kraken\n2026-05-03,400.5,brk\n"


def table(said: str | bytes) -> Table:
    data = said if isinstance(said, bytes) else said.encode()
    return read(data, "closes.csv", PRICES, hashlib.sha256(data).hexdigest())


def diff(after: str | bytes, before: str | bytes = ROWS) -> TableDiff:
    return compare(table(before), table(after))


def rewritten(**how: object) -> str:
    out = io.StringIO()
    csv.writer(out, **{"lineterminator": "\n", **how}).writerows(csv.reader(io.StringIO(ROWS)))  # type: ignore[arg-type]
    return out.getvalue()


CHANGES: dict[str, tuple[str | bytes, str]] = {
    "nothing": (ROWS, "identical"),
    "added": (ROWS + "2026-05-04,5,brk\n", "1 row added"),
    "removed": (
        ROWS.replace("2026-05-02,200,kraken\n", ""),
        "1 row removed, restated although append-only, coverage lost: 1",
    ),
    "revised": (ROWS.replace("200", "250"), "1 row revised, restated although append-only"),
    "all three": (
        ROWS.replace("2026-05-02,200,kraken\n", "").replace("100", "101") + "2026-05-04,5,brk\n",
        "1 row added, 1 row removed, 1 row revised, restated although append-only, coverage lost: 1",
    ),
    "emptied": (ROWS.replace("200", ""), "1 row revised, restated although append-only, coverage lost: 1"),
    "a column went": (
        ROWS.replace(",series", "").replace(",kraken", "").replace(",brk", ""),
        "schema changed",
    ),
    "a type changed": (
        ROWS.replace("200", "two hundred"),
        "1 row revised, restated although append-only, schema changed",
    ),
    "reordered": (
        "date,close_usd,series\n2026-05-03,400.5,brk\n2026-05-01,100,kraken\n2026-05-02,200,kraken\n",
        "bytes changed, table identical: rows reordered",
    ),
    "columns reordered": (
        "close_usd,date,series\n100,2026-05-01,kraken\n200,2026-05-02,kraken\n400.5,2026-05-03,brk\n",
        "bytes changed, table identical: columns reordered",
    ),
    "re-quoted": (rewritten(quoting=csv.QUOTE_ALL), "bytes changed, table identical: re-quoted"),
    "other delimiter": (
        rewritten(delimiter=";"),
        "bytes changed, table identical: delimiter ',' to ';'",
    ),
    "other line ends": (
        ROWS.replace("\n", "\r\n"),
        "bytes changed, table identical: line ends 'LF' to 'CRLF'",
    ),
    "re-encoded": (
        ROWS.encode("utf-16"),
        "bytes changed, table identical: encoding 'utf-8' to 'utf-16'",
    ),
    "a byte order mark": (
        b"\xef\xbb\xbf" + ROWS.encode(),
        "bytes changed, table identical: encoding 'utf-8' to 'utf-8-sig'",
    ),
    "numbers written otherwise": (
        ROWS.replace("400.5", "400.50"),
        "bytes changed, table identical: cells written otherwise with the same value",
    ),
    "a key twice": (
        ROWS + "2026-05-03,1,brk\n",
        "no row diff: the key date is not unique after: 2026-05-03",
    ),
    "no key": (
        "day,close_usd\n2026-05-01,100\n",
        "no row diff: no key is declared, and rows are not aligned by guess",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_happened_is_called_by_its_name(name: str) -> None:
    after, expected = CHANGES[name]
    assert diff(after).summary() == expected


def test_a_revised_cell_says_how_much() -> None:
    cell = diff(ROWS.replace("200", "250")).cells.iloc[0]
    assert (text(cell["key"]), cell["column"], cell["old"], cell["new"]) == (
        "2026-05-02",
        "close_usd",
        200,
        250,
    )
    assert (cell["absolute"], cell["relative"], cell["severity"]) == (50, 0.25, 0.2)


def test_the_median_does_not_hide_the_wild_cell() -> None:
    rows = [f"2026-05-{day:02},{1000 + day},kraken" for day in range(1, 31)]
    wild = [
        row.replace(",10", ",10.") if day != 17 else "2026-05-17,9999,kraken"
        for day, row in enumerate(rows, 1)
    ]
    head = "date,close_usd,series\n"
    before = head + "\n".join(rows) + "\n"
    after = (
        head
        + "\n".join(
            row if "9999" in row else f"{row[:-7]}.1,kraken" for row in rows[:16] + wild[16:17] + rows[17:]
        )
        + "\n"
    )
    column = diff(after, before).columns[0]
    assert column.median is not None
    assert column.maximum is not None
    assert column.median < 0.001
    assert column.maximum > 0.89
    assert (column.worst, column.severity) == ("2026-05-17", "high")


@pytest.mark.parametrize(
    ("new", "severity"), [("200.1", "low"), ("205", "medium"), ("300", "high"), ("", "high")]
)
def test_severity(new: str, severity: str) -> None:
    assert diff(ROWS.replace("200", new)).columns[0].severity == severity


def test_a_file_that_is_not_of_a_data_set_has_no_key() -> None:
    data = ROWS.encode()
    alien = read(data, "alien.csv", None, "0")
    assert compare(alien, alien).state in (IDENTICAL, NOT_COMPARED)
    assert compare(alien, table(ROWS + "2026-05-04,5,brk\n")).state == NOT_COMPARED


def test_nothing_public_on_one_side_is_all_rows_added() -> None:
    before = Table("prices", "date", None, append_only=True)
    found = compare(before, table(ROWS))
    assert found.summary() == "3 rows added"
    assert compare(before, before).state == IDENTICAL


def test_the_shipped_closes_are_read_as_the_store_reads_them() -> None:
    data = (ROOT / CLOSES).read_bytes()
    found = table(data)
    assert found.frame is not None
    assert len(found.frame) > 600
    assert found.frame["close_usd"].dtype.kind == "f"
    assert found.frame.index.dtype.kind == "M"


KEYS = st.integers(0, 30)
TABLES = st.dictionaries(KEYS, st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", ""])), max_size=20)


@settings(max_examples=60, deadline=None)
@given(TABLES, TABLES)
def test_every_row_is_in_one_class_and_the_new_table_follows(
    old: dict[int, tuple[int, str]], new: dict[int, tuple[int, str]]
) -> None:
    def made(rows: dict[int, tuple[int, str]]) -> Table:
        index = pd.Index(list(rows), name="height", dtype="int64")
        frame = pd.DataFrame(
            {"n": [n for n, _ in rows.values()], "t": pd.array([t for _, t in rows.values()], dtype="str")},
            index=index,
        )
        return Table("t", "height", frame.astype({"n": "int64"}))

    found = compare(made(old), made(new))
    added, removed, revised = (set(found.keys()[kind]) for kind in ("added", "removed", "revised"))
    assert added == set(new) - set(old)
    assert removed == set(old) - set(new)
    assert revised == {key for key in set(old) & set(new) if old[key] != new[key]}
    assert (found.state == CHANGED) == (old != new)
    patched = {key: list(cells) for key, cells in old.items() if key not in removed}
    for cell in found.cells.itertuples():
        assert patched[cell.key][cell.column == "t"] == cell.old
        patched[cell.key][cell.column == "t"] = cell.new
    patched |= {key: [row["n"], row["t"]] for key, row in found.added.iterrows()}
    assert patched == {key: list(cells) for key, cells in new.items()}


def test_only_a_series_that_grows_is_restated() -> None:
    before, after = (
        Table("points", "date", table(said).frame) for said in (ROWS, ROWS.replace("200", "250"))
    )
    assert compare(before, after).summary() == "1 row revised"


def test_same_table_from_other_files() -> None:
    frame = table(ROWS).frame
    one, two = (Table("prices", "date", frame, files=(name,)) for name in "ab")
    assert compare(one, two).state == SAME_TABLE
