"""From a sentence's number back to its rows: the rows used, the claims it rests on, each step in numbers.

An article gives the steps of its claims in `PACKAGE.workings`; a step is what somebody types into a pocket
calculator. What a step needs is in a row, in a step before it, or in a claim that is named. A table of many
rows is a file of its own, and steps name its columns.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import cache
from math import isnan
from typing import TYPE_CHECKING

from msgspec import to_builtins
from msgspec.structs import replace

from pivot.claims.ledger import inputs_of, no_value
from pivot.claims.quantities import MINUS, Quantity, Range
from pivot.claims.registry import arguments
from pivot.files import canonical
from pivot.names import slug
from pivot.records import Record, convert, loads
from pivot.snapshots.rows import known
from pivot.snapshots.tables import text
from pivot.text import csv_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pivot.claims.ledger import Ledger
    from pivot.claims.model import Result
    from pivot.claims.quantities import Rounding, Value
    from pivot.claims.registry import Register
    from pivot.claims.stored import Entry
    from pivot.snapshots import Snapshot, Vintage
    from pivot.snapshots.rows import Row

LISTED = "accounts.json"
FEW = 12
"""Rows that a page shows; of more it leads to a file."""

_DIGITS = 12


class Step(Record, frozen=True):
    """One line of a calculation.

    Args:
        label: What it gives, in words.
        expression: With every number written out; "" for a fact that a row gives.
        result: To twelve digits, as later steps use it.
    """

    label: str
    expression: str
    result: str


class Rows(Record, frozen=True):
    """Rows that a claim was made from, or that a step works with.

    Args:
        name: Of the data set, or of what was worked out.
        snapshot: The file that they stand in; "" for what was worked out.
        columns: Their names.
        rows: The cells, as the file has them; of many they stand in a file of their own.
        count: How many there are.
    """

    name: str
    snapshot: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    count: int

    @property
    def few(self) -> bool:
        """Whether a page shows them."""
        return self.count <= FEW

    def csv(self) -> str:
        """All of them as a file."""
        return csv_of([self.columns, *self.rows])


class Upstream(Record, frozen=True):
    """A claim that another one is made from, with both its values."""

    id: str
    statement: str
    article: str
    display: str


class Margin(Record, frozen=True):
    """How far a number is from being shown, or placed, otherwise."""

    label: str
    text: str


class Account(Record, frozen=True):
    """How one claim comes to its value.

    Args:
        inputs: The rows used, each.
        upstream: The claims used, each.
        steps: The calculation; none where the value is a row's.
        workings: Tables that steps name.
        margins: Of the value and of each figure beside it.
    """

    inputs: tuple[Rows, ...] = ()
    upstream: tuple[Upstream, ...] = ()
    steps: tuple[Step, ...] = ()
    workings: tuple[Rows, ...] = ()
    margins: tuple[Margin, ...] = ()

    @property
    def tables(self) -> tuple[Rows, ...]:
        """Those of its tables that are files of their own."""
        return tuple(one for one in (*self.inputs, *self.workings) if not one.few)


Working = Callable[..., Iterable[Step | Rows | Margin]]
"""Gives the steps of a claim; its parameters name what it needs, as those of a claim's function."""


def number(value: float) -> str:
    """A number as steps write it: twelve digits, or all those before the point."""
    size = abs(float(value))
    whole = len(f"{size:.0f}") if size >= 1 else 0
    digits = max(_DIGITS - whole, 0)
    written = f"{size:,.{digits}f}" if size >= 1e-6 or not size else f"{size:.{_DIGITS}g}"  # noqa: PLR2004
    if "." in written and "e" not in written:
        written = written.rstrip("0").rstrip(".")
    return (MINUS if value < 0 else "") + written


def step(label: str, expression: str, value: float) -> Step:
    """A step with a number as its result."""
    return Step(label, expression, number(value))


def worked(name: str, table: pd.DataFrame) -> Rows:
    """A table that was worked out, its index the first column."""
    cells = [
        (text(label), *(_cell(one) for one in row))
        for label, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    return Rows(name, "", (str(table.index.name), *map(str, table.columns)), tuple(cells), len(cells))


def _cell(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) and not isnan(value) else text(value)


def file_of(claim: str, table: Rows) -> str:
    """The name of the file of a long table."""
    part = table.snapshot.rpartition("/")[2].removesuffix(".csv")
    return ".".join(filter(None, (claim, slug(table.name), part, "csv")))


def published(content: Mapping[str, Account]) -> dict[str, str]:
    """The files of some accounts: one with all of them, and each table of many rows, which it then lacks."""
    files = {file_of(id_, table): table.csv() for id_, one in content.items() for table in one.tables}
    listed = {id_: _without_tables(one) for id_, one in content.items()}
    return {LISTED: canonical(to_builtins(listed)).decode(), **files}


def _without_tables(account: Account) -> Account:
    def left(tables: tuple[Rows, ...]) -> tuple[Rows, ...]:
        return tuple(one if one.few else replace(one, rows=()) for one in tables)

    return replace(account, inputs=left(account.inputs), workings=left(account.workings))


def read(data: bytes) -> dict[str, Account]:
    """The accounts as `published` wrote them: a table of many rows has a count and its file."""
    what = "these are no accounts of claims"
    return convert(loads(data, what, LISTED), dict[str, Account], what, LISTED)


def accounts(
    ledger: Ledger, vintage: Vintage, register: Register, workings: Mapping[str, Working]
) -> dict[str, Account]:
    """The account of every claim of a ledger.

    Args:
        ledger: the claims, with what their functions returned.
        vintage: the evidence that they were evaluated on.
        register: how they are made.
        workings: the steps of those that the article works out.

    Raises:
        ClaimError: the steps of a claim do not fit its evidence.
    """
    cells_of = cache(lambda snapshot: known(vintage.store, snapshot))
    return {id_: account(id_, ledger, vintage, register, workings, cells_of) for id_ in ledger.entries}


def account(  # noqa: PLR0917
    id_: str,
    ledger: Ledger,
    vintage: Vintage,
    register: Register,
    workings: Mapping[str, Working],
    cells_of: Callable[[Snapshot], Mapping[str, Row]] | None = None,
) -> Account:
    """The account of one claim; `cells_of` gives the rows of a snapshot that were read before, by key."""
    claim, result, working = register[id_], ledger.results[id_], workings.get(id_)
    inputs = []
    for name, snapshot, keys in inputs_of(claim, result, vintage):
        file = cells_of(snapshot) if cells_of else known(vintage.store, snapshot)
        rows = [file[text(key)] for key in keys]
        cells = tuple(tuple(row.values()) for row in rows)
        inputs.append(Rows(name, snapshot.path, tuple(rows[0]), cells, len(cells)))
    upstream = [ledger.entries[one] for one in register.needs(id_)]
    made: list[Step | Rows | Margin] = []
    if working:
        with no_value(f"the account of {id_}", vintage.as_of, where=working.__module__):
            made = list(working(**arguments(inspect.signature(working).parameters, vintage, ledger.results)))
    return Account(
        tuple(inputs),
        tuple(Upstream(one.id, one.statement, one.cited, one.display) for one in upstream),
        tuple(one for one in made if isinstance(one, Step)),
        tuple(one for one in made if isinstance(one, Rows)),
        (
            *(_margins(result, claim.rounding, ledger.entries[id_]) if working else ()),
            *(one for one in made if isinstance(one, Margin)),
        ),
    )


def _margins(result: Result, rounding: Rounding | None, entry: Entry) -> Iterable[Margin]:
    """Between which values each number is shown as it is; whole numbers of things have none."""
    figures: list[tuple[str, Value, Rounding | None]] = []
    if entry.exact == result.value.exact():  # else it is the article's own, or ours is a figure beside it
        figures.append(("the value", result.value, rounding))
    figures += [(part.label, part.value, part.rounding) for part in result.parts.values()]
    for label, value, own in figures:
        if isinstance(value, Range):
            yield from _edges(f"{label}, lower end", value.low, own)
            yield from _edges(f"{label}, upper end", value.high, own)
        else:
            yield from _edges(label, value, own)


def _edges(label: str, value: Value, rounding: Rounding | None) -> Iterable[Margin]:
    if not isinstance(value, Quantity) or (value.unit == "" and float(value.value).is_integer()):
        return
    rounding = rounding or value.default
    low, high = rounding.edges(value.value)
    if rounding.magnitude:  # the number is shown without its sign, so its edges are too
        low, high = sorted((abs(low), abs(high)))
    kind = type(value)
    ends = f"from {kind(low).exact()} to {kind(high).exact()}"
    yield Margin(label, f"{value.exact()}; shown as {value.display(rounding)} {ends}")
