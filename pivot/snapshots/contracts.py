"""The contract of a data set, held against a snapshot before anything is computed from it.

Importing pandera takes a quarter of a second, so only `Store.add`, `Store.verify` and the first read
of a snapshot import this module; `passed` remembers which snapshots went through it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import operator
import re
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NoReturn

import pandas as pd
import pandera.pandas as pa

from pivot.errors import ContractError
from pivot.snapshots import sidecar, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pivot.snapshots.datasets import Column, Spec
    from pivot.snapshots.sidecar import Snapshot

_FORMS = {
    "whole": (r"-?\d{1,18}", "a whole number"),
    "number": (r"-?\d+(\.\d+)?", "a number, with a point and without marks for thousands"),
    "flag": ("true|false", "true or false"),
}
_TIMES = {"day": "a day such as 2026-05-08", "instant": "a time in UTC such as 2026-05-08T23:59:59Z"}
_HINT = "Correct the file and put it in with `pivot add`; what has landed is not edited."


def check(data: bytes, spec: Spec, snapshot: Snapshot) -> int:
    """Holds a file against the contract of its data set.

    Args:
        data: the file.
        spec: the contract.
        snapshot: the sidecar, for its path and its dates.

    Returns:
        The number of rows.

    Raises:
        ContractError: for the first line that breaks the contract, with how many cells do.
    """
    text = pd.DataFrame(_cells(data, spec, snapshot.path), columns=list(spec.columns), dtype="str")
    _hold(text, {name: _form(column) for name, column in spec.columns.items()}, snapshot.path)
    table = tables.read(data, spec).reset_index()[list(spec.columns)]
    _hold(table, _meaning(table, spec, snapshot), snapshot.path)
    return len(table)


def expected(column: Column, cell: str) -> str:
    """What a cell should have been instead, by the contract of its column alone; empty if it is right."""
    try:
        _hold(pd.DataFrame({"cell": [cell]}, dtype="str"), {"cell": _form(column)}, "")
    except ContractError as error:
        return error.expected
    number = float(cell) if cell and column.kind in {"whole", "number"} else None
    return next((said for said, holds in _range(column) if number is not None and not holds(number)), "")


def contradiction(spec: Spec, cells: Mapping[str, str]) -> str:
    """What one cell of a row should have been beside the others; empty if they go together."""
    columns = [name for name in spec.columns if name in cells]
    text = io.StringIO()
    csv.writer(text).writerows([columns, [cells[name] for name in columns]])
    table = tables.read(text.getvalue().encode(), spec).reset_index()
    broken = [
        f"{blamed}: {said}"
        for needed, blamed, said, holds in _RULES
        if needed <= set(columns) and not holds(table).all()
    ]
    return "; ".join(broken)


def restated(older: pd.DataFrame, newer: pd.DataFrame, snapshot: Snapshot) -> None:
    """Holds an append-only series against its vintage before: no row may go, and none change.

    A row may change where a person has accepted that, with a reason in the sidecar.

    Args:
        older: the rows of the earlier vintage, by key.
        newer: the rows of the later vintage, by key.
        snapshot: the sidecar of the later one.

    Raises:
        ContractError: for the first row that changed or went.
    """
    where = snapshot.path
    gone = older.index.difference(newer.index)
    if len(gone):
        _fail(
            where,
            f"every row of the vintage before: {older.index.name} {_shown(gone[0])}",
            f"{len(gone)} of them missing",
            "Rows of an append-only series do not go.",
        )
    if any(note.startswith(sidecar.RESTATED) for note in snapshot.notes):
        return
    same = newer.loc[older.index]
    for column in older.columns:
        changed = older.index[older[column] != same[column]]
        if len(changed):
            key = changed[0]
            _fail(
                f"{where}, {older.index.name} {_shown(key)}, column {column}",
                f"{_shown(older.loc[key, column])}, as in the vintage before",
                f"{_shown(same.loc[key, column])}; {len(changed)} rows differ in this column",
                "An append-only series does not restate its rows.",
            )


def _cells(data: bytes, spec: Spec, where: str) -> list[list[str]]:
    """The rows as text, each with as many cells as there are columns."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        _fail(f"{where}, line {line}", "UTF-8 text", repr(data[error.start : error.start + 1]))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = list(spec.columns)
    rows: list[list[str]] = []
    try:
        header = next(reader, [])
        if header != columns:
            _fail(f"{where}, line 1", _columns(columns, header), ", ".join(header) or "an empty file")
        for row in reader:
            if len(row) != len(columns):
                _fail(f"{where}, line {reader.line_num}", f"{len(columns)} cells", f"{len(row)} cells")
            rows.append(row)
    except csv.Error as error:
        _fail(f"{where}, line {reader.line_num}", "comma-separated values", str(error))
    if not rows:
        _fail(f"{where}, line 2", "at least one row", "no rows")
    return rows


def _columns(expected: Sequence[str], got: Sequence[str]) -> str:
    missing = [name for name in expected if name not in got]
    extra = [name for name in got if name not in expected]
    said = [f"column {', '.join(missing)} too"] if missing else []
    said += [f"no column {', '.join(repr(name) for name in extra)}"] if extra else []
    return "; ".join(said) or "the columns in the order " + ", ".join(expected)


def _form(column: Column) -> list[pa.Check]:
    """Checks of a cell as text, before it is read as its type."""
    checks = []
    if not column.empty:
        checks.append(pa.Check(lambda cells: cells != "", error="a cell that is not empty"))
    if column.kind in _TIMES:
        given = tables.FORMATS[column.kind]

        def passes(cells: pd.Series[str]) -> pd.Series[bool]:
            return pd.to_datetime(cells, format=given, errors="coerce").dt.strftime(given) == cells

        expected = _TIMES[column.kind]
    elif column.kind == "units":

        def passes(cells: pd.Series[str]) -> pd.Series[bool]:
            longest = sorted(column.allowed, key=len, reverse=True)
            unit = rf"({'|'.join(map(re.escape, longest))})([ ,][^;\n]*)?"
            return cells.str.fullmatch(rf"{unit}(; {unit})*")

        expected = "units out of " + ", ".join(column.allowed)
    elif column.allowed:

        def passes(cells: pd.Series[str]) -> pd.Series[bool]:
            return cells.isin(column.allowed)

        expected = "one of " + ", ".join(column.allowed)
    else:
        pattern, expected = _FORMS.get(column.kind, (column.pattern, f"text in the form {column.pattern}"))

        def passes(cells: pd.Series[str]) -> pd.Series[bool]:
            return cells.str.fullmatch(pattern)

    checks.append(pa.Check(lambda cells: passes(cells) | (cells == ""), error=expected))
    return checks


def _meaning(table: pd.DataFrame, spec: Spec, snapshot: Snapshot) -> dict[str, list[pa.Check]]:
    """Checks of the typed table: ranges, keys, dates, and columns against each other."""
    checks: dict[str, list[pa.Check]] = {name: [] for name in spec.columns}

    def must(column: str, expected: str, holds: pd.Series[bool]) -> None:
        checks[column].append(pa.Check(lambda _: holds, error=expected, ignore_na=False))

    key = table[spec.key]
    must(spec.key, f"a {spec.key} that no row above has", ~key.duplicated())
    rises = [True, *(above < below for above, below in pairwise(key))]
    must(spec.key, f"rows by rising {spec.key}", pd.Series(rises, table.index))
    if spec.step:
        step = dt.timedelta(days=spec.step) if spec.columns[spec.key].kind == "day" else spec.step
        must(spec.key, f"{spec.step} after the row above", (key.diff() == step) | (key.index == 0))
    for name, column in spec.columns.items():
        for said, holds in _range(column):
            must(name, said, holds(table[name]) | table[name].isna())
        if column.kind in _TIMES:
            last = snapshot.vintage if spec.append_only and name == spec.dated else snapshot.retrieved
            limit = pd.Series(pd.Timestamp(last), table.index)
            if name == "published" and "published_precision" in table:
                # A month counts from its last day, which may be to come when the file is read.
                limit = limit.where(table["published_precision"].str.startswith("day"), _month_end(last))
            dates = table[name].dt.tz_localize(None).dt.normalize()
            must(name, f"no day after {last}", ~(dates > limit))
    for needed, column_name, expected, holds in _RULES:
        if needed <= set(table.columns):
            must(column_name, expected, holds(table))
    return checks


def _range(column: Column) -> list[tuple[str, Callable[[Any], Any]]]:
    """The limits of a number: what is expected, and whether a number, or each of many, keeps to it."""
    low, high = column.low, column.high
    limits: list[tuple[str, Callable[[Any], Any]]] = []
    if low is not None:
        limits.append((f"{low:,.15g} or more", partial(operator.le, low)))
    if high is not None:
        limits.append((f"{high:,.15g} or less", partial(operator.ge, high)))
    return limits


def _month_end(day: dt.date) -> pd.Timestamp:
    return pd.Timestamp(day) + pd.offsets.MonthEnd(0)


# What columns owe each other, in every data set that has them: columns, the one to blame, what was
# expected of it, and which rows keep to it.
_RULES: tuple[tuple[set[str], str, str, Callable[[pd.DataFrame], pd.Series[bool]]], ...] = (
    ({"low", "high"}, "high", "no less than low", lambda t: ~(t["high"] < t["low"])),
    (
        {"low", "high", "relation"},
        "relation",
        "low empty with <, high empty with >, both given otherwise",
        lambda t: (t["low"].isna() == (t["relation"] == "<")) & (t["high"].isna() == (t["relation"] == ">")),
    ),
    (
        {"low", "high", "step", "unit"},
        "unit",
        "low, high, step and unit all given or all empty",
        lambda t: t[["low", "high", "step"]].isna().eq(t["unit"] == "", axis=0).all(axis=1),
    ),
    (
        {"published", "published_precision"},
        "published_precision",
        "unknown where published is empty, and only there",
        lambda t: t["published"].isna() == (t["published_precision"] == "unknown"),
    ),
    (
        {"value", "text", "unit_note"},
        "value",
        "a number or a text, not both",
        lambda t: t["value"].isna() == (t["text"] != ""),
    ),
    (
        {"blocks", "window_blocks"},
        "blocks",
        "no more than window_blocks",
        lambda t: ~(t["blocks"] > t["window_blocks"]),
    ),
    (
        {"blocks", "last_height"},
        "last_height",
        "that of the day before and the blocks of the day",
        lambda t: (t["last_height"].diff() == t["blocks"]) | (t.index == 0),
    ),
)


def _hold(table: pd.DataFrame, checks: dict[str, list[pa.Check]], where: str) -> None:
    """Runs the checks of all columns and raises for the first line that fails one."""
    columns = {name: pa.Column(checks=held, nullable=True) for name, held in checks.items()}
    try:
        pa.DataFrameSchema(columns, strict=True, ordered=True).validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        order = {name: number for number, name in enumerate(table.columns)}
        cases = error.failure_cases.assign(place=error.failure_cases["column"].map(order))
        first = cases.sort_values(["index", "place", "check_number"]).iloc[0]
        others = len(cases.drop_duplicates(["index", "column"])) - 1
        got = _shown(table.loc[first["index"], first["column"]])
        if others:
            got += f"; {others} more {'cell does' if others == 1 else 'cells do'} not pass"
        # The header is line 1, and no cell that passes spans two lines.
        _fail(f"{where}, line {first['index'] + 2}, column {first['column']}", str(first["check"]), got)


def _shown(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return str(value.strftime(tables.FORMATS["instant" if value.tz else "day"]))
    return repr(value) if isinstance(value, str) else f"{value}"


def _fail(where: str, expected: str, got: str, what: str = "A snapshot breaks its contract.") -> NoReturn:
    raise ContractError(what, where=where, expected=expected, got=got, hint=_HINT)
