"""The contract of a data set, held against a snapshot before anything is computed from it.

Every read checks it: all rows of this report take a few hundredths of a second.
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

import numpy as np
import pandas as pd

from pivot import text
from pivot.errors import ContractError
from pivot.snapshots import sidecar, tables
from pivot.words import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pivot.snapshots.datasets import Column, Spec
    from pivot.snapshots.sidecar import Snapshot

    Check = tuple[str, pd.Series[bool]]
    """What was expected of each cell of a column, and which of them are so."""

ACCEPT = '--accept "REASON" takes it and tells readers why.'
"""How the hint ends of what a person may accept."""

_FORMS = {
    "whole": (r"-?[0-9]{1,18}", "a whole number"),
    "number": (r"-?[0-9]{1,15}(\.[0-9]{1,15})?", "a number, with a point and without marks for thousands"),
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
    rows = _cells(data, spec, snapshot.path)
    _hold_form(rows, spec, snapshot.path)
    table = tables.read(data, spec).reset_index()[list(spec.columns)]
    _hold(table, _meaning(table, spec, snapshot), snapshot.path)
    return len(table)


def expected(column: Column, cell: str) -> str:
    """What a cell should have been instead, by the contract of its column alone; empty if it is right."""
    for words, holds in _form(column):
        if not holds(cell):
            return words
    number = float(cell) if cell and column.kind in {"whole", "number"} else None
    return next((said for said, holds in _range(column) if number is not None and not holds(number)), "")


def contradiction(spec: Spec, cells: Mapping[str, str]) -> str:
    """What one cell of a row should have been beside the others; empty if they go together."""
    columns = [name for name in spec.columns if name in cells]
    file = io.StringIO()
    csv.writer(file).writerows([columns, [cells[name] for name in columns]])
    table = tables.read(file.getvalue().encode(), spec).reset_index()
    return "; ".join(f"{rule.blamed}: {rule.expected}" for rule in spec.rules if not rule.holds(table).all())


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


def unlikely(
    table: pd.DataFrame, spec: Spec, snapshot: Snapshot, newest: Callable[[str], pd.DataFrame | None]
) -> None:
    """Holds the numbers of a table against those of other data sets, unless a person has accepted them.

    Args:
        table: the rows by key.
        spec: of the data set.
        snapshot: the sidecar.
        newest: the newest rows of a data set; None where there are none.

    Raises:
        ContractError: for the first row beyond a bound.
    """
    if any(note.startswith(sidecar.UNLIKELY) for note in snapshot.notes):
        return
    for bound in spec.bounds:
        others = [newest(name) for name in bound.beside]
        if any(other is None for other in others):
            continue
        beyond = table.index[~bound.holds(table, *others).to_numpy(bool)]
        if len(beyond):
            _fail(
                f"{snapshot.path}, {spec.key} {_shown(beyond[0])}, column {bound.blamed}",
                bound.expected,
                _shown(table[bound.blamed].loc[beyond[0]])
                + (f"; {len(beyond) - 1} more rows are beyond it" if len(beyond) > 1 else ""),
                "A number can hardly be true.",
                f"Look at the source again. If it is so, {ACCEPT}",
            )


def _cells(data: bytes, spec: Spec, where: str) -> list[list[str]]:
    """The rows as text, each with as many cells as there are columns."""
    try:
        content = data.decode("utf-8-sig")  # with or without the mark that a spreadsheet puts first
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        _fail(f"{where}, line {line}", "UTF-8 text", repr(data[error.start : error.start + 1]))
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
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


def _form(column: Column) -> list[tuple[str, Callable[[str], object]]]:
    """Checks of a cell as text, before it is read as its type: what is expected, and whether a cell is so."""
    checks: list[tuple[str, Callable[[str], object]]] = []
    if not column.empty:
        checks.append(("a cell that is not empty", bool))
    holds: Callable[[str], object]
    if column.kind in _TIMES:
        expected, holds = _TIMES[column.kind], partial(_is_time, form=tables.FORMATS[column.kind])
    elif column.kind == "units":
        longest = sorted(column.allowed, key=len, reverse=True)
        unit = rf"({'|'.join(map(re.escape, longest))})([ ,][^;\n]*)?"
        expected = "units out of " + ", ".join(column.allowed)
        holds = re.compile(rf"{unit}(; {unit})*").fullmatch
    elif column.allowed:
        expected, holds = "one of " + ", ".join(column.allowed), column.allowed.__contains__
    else:
        pattern, expected = _FORMS.get(column.kind, (column.pattern, f"text in the form {column.pattern}"))
        holds = re.compile(pattern).fullmatch
    if column.kind in {"text", "units"}:
        checks.append(("text that every reader can see", lambda cell: not text.problem(cell)))
        checks.append(("days, months and quarters of the calendar", lambda cell: not text.time_problem(cell)))
    if column.latin:
        checks.append(("a name in Latin letters", text.is_latin))
    return [*checks, (expected, lambda cell: not cell or holds(cell))]


def _is_time(cell: str, form: str) -> bool:
    try:
        return dt.datetime.strptime(cell, form).strftime(form) == cell  # noqa: DTZ007  # only its form is asked
    except ValueError:
        return False


def _meaning(table: pd.DataFrame, spec: Spec, snapshot: Snapshot) -> dict[str, list[Check]]:
    """Checks of the typed table: ranges, keys, dates, and columns against each other."""
    checks: dict[str, list[Check]] = {name: [] for name in spec.columns}

    def must(column: str, expected: str, holds: pd.Series[bool]) -> None:
        checks[column].append((expected, holds))

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
    for rule in spec.rules:
        must(rule.blamed, rule.expected, rule.holds(table))
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


def _hold_form(rows: Sequence[Sequence[str]], spec: Spec, where: str) -> None:
    """Raises for the first line with a cell that can not be read as the type of its column."""
    failing: dict[tuple[int, int], str] = {}
    for place, (column, cells) in enumerate(zip(spec.columns.values(), zip(*rows, strict=True), strict=True)):
        wrong: dict[str, str] = {}
        for expected, holds in reversed(_form(column)):  # of several that a cell fails the first is told
            wrong |= {cell: expected for cell in set(cells) if not holds(cell)}
        if wrong:
            failing |= {(row, place): wrong[cell] for row, cell in enumerate(cells) if cell in wrong}
    _raise_first(failing, list(spec.columns), lambda row, place: rows[row][place], where)


def _hold(table: pd.DataFrame, checks: Mapping[str, Sequence[Check]], where: str) -> None:
    """Raises for the first line that fails a check of one of its columns."""
    failing = {
        (row, place): expected
        for place, name in enumerate(table.columns)
        for expected, holds in reversed(checks[name])
        for row in np.flatnonzero(~holds.to_numpy(bool)).tolist()
    }
    _raise_first(failing, list(table.columns), lambda row, place: table.iloc[row, place], where)


def _raise_first(
    failing: Mapping[tuple[int, int], str],
    columns: Sequence[str],
    cell: Callable[[int, int], object],
    where: str,
) -> None:
    if not failing:
        return
    row, place = min(failing)
    others = len(failing) - 1
    more = f"; {plural(others, 'more cell does', 'more cells do')} not pass" if others else ""
    # The header is line 1, and no cell that passes spans two lines.
    value = cell(row, place)
    why = (text.problem(value) or text.time_problem(value)) if isinstance(value, str) else ""
    got = ascii(value) if why else _shown(value)
    _fail(
        f"{where}, line {row + 2}, column {columns[place]}",
        failing[row, place],
        got + (f", with {why}" if why else "") + more,
    )


def _shown(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return str(value.strftime(tables.FORMATS["instant" if value.tz else "day"]))
    return repr(value) if isinstance(value, str) else f"{value}"


def _fail(
    where: str, expected: str, got: str, what: str = "A snapshot breaks its contract.", hint: str = _HINT
) -> NoReturn:
    raise ContractError(what, where=where, expected=expected, got=got, hint=hint)
