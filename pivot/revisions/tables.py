"""Rows: what two states of a data set share by their declared key, and what they do not.

Rows are aligned by key or not at all. Everything is vectorised: a million rows take a second or two.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pivot.errors import SnapshotError
from pivot.snapshots.tables import FORMATS, text
from pivot.words import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pivot.snapshots.datasets import Spec

IDENTICAL = "identical"
SAME_TABLE = "bytes changed, table identical"
CHANGED = "changed"
NOT_COMPARED = "no row diff"

_NUMBERS = ("whole", "number")
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_HIGH, _MEDIUM = 0.15, 0.01


@dataclass(frozen=True, slots=True)
class Table:
    """One state of a data set.

    Args:
        name: what claims call it.
        key: the column that names a row; "" where none is declared.
        frame: the rows by key, or None where nothing was public yet.
        append_only: whether later states may only add rows.
        files: SHA-256 of the files that the rows came from.
        form: how the file is written (`encoding`, `line ends`, `delimiter`), where one file was read.
        cells: the cells as written, where one file was read.
    """

    name: str
    key: str
    frame: pd.DataFrame | None
    append_only: bool = False
    files: tuple[str, ...] = ()
    form: Mapping[str, str] = field(default_factory=dict)
    cells: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """The revised cells of one column.

    Args:
        median: of the severities `|new - old| / max(|old|, |new|)`, from 0 to 1; None without numbers.
        maximum: their largest: a cited number may be the one wild cell that a median hides.
        worst: the key of the largest.
        lost: cells that were filled and are empty now.
    """

    name: str
    revised: int
    lost: int
    median: float | None
    maximum: float | None
    worst: str

    @property
    def severity(self) -> str:
        """High from 15% or where a value was lost, medium from 1%, else low; by the largest cell."""
        if self.maximum is None:
            return "high" if self.lost else "text"
        return (
            "high" if self.lost or self.maximum >= _HIGH else "medium" if self.maximum >= _MEDIUM else "low"
        )


@dataclass(frozen=True, slots=True)
class TableDiff:
    """What changed between two states of a data set.

    Args:
        state: `identical`, `bytes changed, table identical`, `changed` or `no row diff`.
        why: how the bytes differ, or why rows were not compared.
        before: how many rows there were.
        after: how many there are.
        schema: columns that came, went or changed their type, one sentence each.
        added: rows by key.
        removed: rows by key.
        revised: rows by key, as they are now.
        cells: one row a revised cell: `key, column, old, new, absolute, relative, severity`.
        columns: the revised columns.
        file: the snapshot, where rows are told that nobody sees on the asked days.
    """

    name: str
    key: str
    state: str
    why: str = ""
    append_only: bool = False
    before: int = 0
    after: int = 0
    schema: tuple[str, ...] = ()
    added: pd.DataFrame = field(default_factory=pd.DataFrame)
    removed: pd.DataFrame = field(default_factory=pd.DataFrame)
    revised: pd.DataFrame = field(default_factory=pd.DataFrame)
    cells: pd.DataFrame = field(default_factory=pd.DataFrame)
    columns: tuple[Column, ...] = ()
    file: str = ""

    @property
    def place(self) -> str:
        """The data set by its key, and the file where only that is meant."""
        return f"{self.name}{f' by {self.key}' if self.key else ''}{f' in {self.file}' if self.file else ''}"

    @property
    def restated(self) -> bool:
        """Whether a series that only grows was changed in what it had said."""
        return self.append_only and bool(len(self.revised) or len(self.removed))

    @property
    def lost(self) -> int:
        """Coverage lost: rows that went and cells that were emptied."""
        return len(self.removed) + sum(column.lost for column in self.columns)

    def keys(self) -> Mapping[str, pd.Index[Any]]:
        """The keys of what was added, removed and revised."""
        return {"added": self.added.index, "removed": self.removed.index, "revised": self.revised.index}

    def summary(self) -> str:
        """What happened to the rows, in one line."""
        counts = ((len(self.added), "added"), (len(self.removed), "removed"), (len(self.revised), "revised"))
        parts = [f"{plural(count, 'row')} {word}" for count, word in counts if count]
        if self.restated:
            parts.append("restated although append-only")
        if self.lost:
            parts.append(f"coverage lost: {self.lost:,}")
        if self.schema:
            parts.append("schema changed")
        if parts and self.file:
            parts.append("not seen on the asked days")
        return ", ".join(parts) or f"{self.state}{': ' * bool(self.why)}{self.why}"

    def without(self, other: TableDiff) -> TableDiff:
        """What it has besides the rows of another one; `identical` where that is nothing."""
        keys = {text(key) for index in other.keys().values() for key in index}
        if self.state != CHANGED:
            return self

        def rest(rows: pd.DataFrame) -> pd.DataFrame:
            return rows[[text(key) not in keys for key in rows.index]] if len(rows) else rows

        cells = (
            self.cells[[text(key) not in keys for key in self.cells["key"]]]
            if len(self.cells)
            else self.cells
        )
        added, removed, revised = map(rest, (self.added, self.removed, self.revised))
        schema = tuple(one for one in self.schema if one not in other.schema)
        is_told = not (schema or len(added) or len(removed) or len(revised))
        return replace(
            self,
            state=IDENTICAL if is_told else CHANGED,
            schema=schema,
            added=added,
            removed=removed,
            revised=revised,
            cells=cells,
            columns=_columns(cells),
        )


def read(data: bytes, file: str, spec: Spec | None, digest: str) -> Table:
    """A file as a table, however it is encoded, quoted, delimited or ordered.

    Cells get the types that the data set declares; a column that does not fit its type stays text, and the
    comparison will say that its type changed.

    Args:
        data: the file.
        file: its name.
        spec: its data set, which declares the column that names a row; None if it has none.
        digest: SHA-256 of the file.

    Raises:
        SnapshotError: the file is no table.
    """
    encoding = next((code for mark, code in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        words = data.decode(encoding)
    except UnicodeDecodeError:
        encoding, words = "latin-1", data.decode("latin-1")
    delimiter = max(",;\t", key=words.partition("\n")[0].count)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            # Without `index_col` a comma at the end of each row would make the first column the index.
            cells = pd.read_csv(
                io.StringIO(words), sep=delimiter, dtype=str, keep_default_na=False, index_col=False
            )
    except pd.errors.ParserWarning:
        raise _no_table(file, "rows with more cells than the header has names") from None
    except (ValueError, pd.errors.ParserError) as error:
        raise _no_table(file, str(error).splitlines()[0]) from None
    if short := [row + 2 for row in cells.index[cells.isna().any(axis=1)]]:
        raise _no_table(file, f"fewer cells than the header has names in line {short[0]}")
    frame = pd.DataFrame({column: _typed(cells[column], column, spec) for column in cells.columns})
    form = {
        "encoding": encoding,
        "line ends": "CRLF" if "\r\n" in words else "LF",
        "delimiter": delimiter,
        "order of columns": " ".join(cells.columns),
    }
    key = spec.key if spec and spec.key in frame.columns else ""
    return Table(
        spec.name if spec else file,
        key,
        frame.set_index(key) if key else frame,
        bool(spec and spec.append_only),
        (digest,),
        form,
        cells,
    )


def _no_table(file: str, got: str) -> SnapshotError:
    expected, hint = "a header, and a cell of each row for each name in it", "mend the line that is named"
    return SnapshotError("a file is no table", where=file, expected=expected, got=got, hint=hint)


def _typed(cells: pd.Series[str], name: str, spec: Spec | None) -> pd.Series[Any]:
    kind = spec.columns[name].kind if spec and name in spec.columns else "" if spec else "number"
    try:
        if kind in _NUMBERS:
            return pd.to_numeric(cells.where(cells != ""))
        if kind in FORMATS:
            return pd.to_datetime(cells.where(cells != "", None), format=FORMATS[kind]).astype(
                "datetime64[us]"
            )
    except (ValueError, TypeError):
        return cells
    return cells


def compare(old: Table, new: Table) -> TableDiff:
    """Hold two states of one data set against each other, by key."""
    a, b = old.frame, new.frame
    known = next((frame for frame in (a, b) if frame is not None), None)
    if known is None:
        return TableDiff(new.name, new.key, IDENTICAL, "nothing was public yet")
    a, b = (known.iloc[:0] if frame is None else frame for frame in (a, b))
    blank = TableDiff(new.name, new.key, IDENTICAL, append_only=new.append_only, before=len(a), after=len(b))
    if old.files == new.files and len(old.files) == 1 and a.equals(b):
        return blank
    if why := _incomparable(old, new, a, b):
        return replace(blank, state=NOT_COMPARED, why=why)
    schema = tuple(_schema(a, b))
    if a.index.dtype.kind != b.index.dtype.kind:
        a, b = (side.set_axis(side.index.map(text), axis=0) for side in (a, b))
    place = b.index.get_indexer(a.index)
    kept = place >= 0
    left, right = a[kept], b.take(place[kept])
    revised = [_revised(left[name], right[name], name) for name in a.columns if name in b.columns]
    cells = pd.concat([part for part in revised if len(part)] or [pd.DataFrame()], ignore_index=True)
    added, removed = b[~b.index.isin(a.index)], a[~kept]
    if not (schema or len(cells) or len(added) or len(removed)):
        same = old.files == new.files
        return blank if same else replace(blank, state=SAME_TABLE, why=_rewritten(old, new))
    return replace(
        blank,
        state=CHANGED,
        schema=schema,
        added=added,
        removed=removed,
        revised=right[right.index.isin(cells["key"])] if len(cells) else right.iloc[:0],
        cells=cells,
        columns=_columns(cells),
    )


def _incomparable(old: Table, new: Table, a: pd.DataFrame, b: pd.DataFrame) -> str:
    if not old.key or not new.key:
        return "no key is declared, and rows are not aligned by guess"
    if old.key != new.key:
        return f"the key was {old.key} and is {new.key}"
    for table, when in ((a, "before"), (b, "after")):
        if not table.index.is_unique:
            return f"the key {old.key} is not unique {when}: {text(table.index[table.index.duplicated()][0])}"
    return ""


def _schema(a: pd.DataFrame, b: pd.DataFrame) -> Sequence[str]:
    sentences = [f"column {name} went" for name in a.columns if name not in b.columns]
    sentences += [f"column {name} came" for name in b.columns if name not in a.columns]
    both = {name: (a[name], b[name]) for name in a.columns if name in b.columns} | {
        b.index.name: (a.index, b.index)
    }
    kinds = {"i": "number", "f": "number", "b": "flag", "M": "day"}
    for name, (x, y) in both.items():
        was, is_ = (kinds.get(side.dtype.kind, "text") for side in (x, y))
        if was != is_ and len(a) and len(b):
            sentences.append(f"column {name} was {was} and is {is_}")
    return sentences


def _revised(old: pd.Series[Any], new: pd.Series[Any], name: str) -> pd.DataFrame:
    """The cells of a column that differ, with how much."""
    keys = old.index
    x, y = old.reset_index(drop=True), new.reset_index(drop=True)
    if x.dtype.kind != y.dtype.kind and not {x.dtype.kind, y.dtype.kind} <= set("iuf"):
        x, y = x.map(text), y.map(text)
    differs = ((x != y) & ~(x.isna() & y.isna())).to_numpy(dtype=bool)
    if not differs.any():
        return pd.DataFrame()
    x, y = x[differs], y[differs]
    cells = pd.DataFrame(
        {"key": keys[differs], "column": name, "old": x.to_numpy(object), "new": y.to_numpy(object)}
    )
    number = x.dtype.kind in "iuf"
    was, now = (side.to_numpy(float) if number else np.full(len(x), np.nan) for side in (x, y))
    size = np.maximum(np.abs(was), np.abs(now))
    with np.errstate(divide="ignore", invalid="ignore"):
        # A difference of decimals has binary dust behind the digits that both have.
        cells["absolute"] = [float(f"{apart:.12g}") for apart in now - was]
        cells["relative"] = np.where(was == 0, np.nan, (now - was) / np.abs(was))
        cells["severity"] = np.abs(now - was) / size
    return cells


def _columns(cells: pd.DataFrame) -> tuple[Column, ...]:
    """The columns of some revised cells, in their order."""
    return tuple(_column(part) for _, part in cells.groupby("column", sort=False)) if len(cells) else ()


def _column(cells: pd.DataFrame) -> Column:
    sizes = cells["severity"]
    measured = bool(sizes.notna().any())
    was, now = (cells[side].notna() & (cells[side].astype(object) != "") for side in ("old", "new"))
    return Column(
        name=str(cells["column"].iloc[0]),
        revised=len(cells),
        lost=int((was & ~now).sum()),
        median=float(sizes.median()) if measured else None,
        maximum=float(sizes.max()) if measured else None,
        worst=text(cells["key"].loc[sizes.idxmax()]) if measured else "",
    )


def _rewritten(old: Table, new: Table) -> str:
    """What was done to a file whose table stayed the same."""
    ways = []
    if old.cells is None or new.cells is None or old.frame is None or new.frame is None:
        return "other snapshots, in which the same rows are seen"
    if not old.frame.index.equals(new.frame.index):
        ways.append("rows reordered")
    for name, was in old.form.items():
        if was != (now := new.form[name]):
            ways.append("columns reordered" if name == "order of columns" else f"{name} {was!r} to {now!r}")
    aligned = new.cells.set_index(new.key)[list(old.cells.set_index(old.key).columns)]
    before = old.cells.set_index(old.key)
    if not before.sort_index().equals(aligned.sort_index()):
        ways.append("cells written otherwise with the same value")
    return "; ".join(ways) or "re-quoted"
