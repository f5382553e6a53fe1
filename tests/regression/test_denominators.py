"""What a measure divides by is never nothing: such a cell is refused at entry, and any other may be zero."""

from __future__ import annotations

import csv
import io
import math
import re
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from analysis.data import DATA_SETS
from analysis.measures.operators import OWN_HASH_RATE
from analysis.measures.oracles import READINGS
from analysis.report import ARTICLE
from pivot.blocks import generated
from pivot.charts.draw import prepare
from pivot.errors import ContractError
from pivot.snapshots import contracts
from tests.conftest import NEWEST, build_ledger
from tests.regression.edited import SHIPPED, edited, everywhere

if TYPE_CHECKING:
    from pivot.snapshots.datasets import Spec

ZERO = {"bits": "1d000000", "read": "0; 0"}
"""Nothing, where a cell is a text."""

DIVIDES = (
    *(("statements", "value", {"metric": metric}) for metric in ("revenue", *OWN_HASH_RATE)),
    *(("evidence", "value", {"id": id_}) for id_ in dict.fromkeys(one.evidence for one in READINGS)),
    *(("cited", "low", {"unit": unit}) for unit in ("USD", "BTC")),
    *(("contracts", column, {}) for column in ("years", "mw")),
    *(("leases", column, {}) for column in ("years", "mw")),
    *((data_set, "window_blocks", {}) for data_set in ("pool_shares", "pool_points")),
    *((data_set, "low", {}) for data_set in ("hashprice_points", "hashrate_points")),
    *((data_set, "bits", {}) for data_set in ("epochs", "blocks")),
    *(("cited", "step", {}), ("days", "blocks", {}), ("prices", "close_usd", {})),
)
"""Data set, column, and which of its rows, of all that some measure divides by."""


@pytest.mark.parametrize(("data_set", "column", "which"), DIVIDES)
def test_a_denominator_of_nothing_is_refused_with_its_row(
    data_set: str, column: str, which: dict[str, str]
) -> None:
    spec = DATA_SETS[data_set]
    snapshot = SHIPPED.snapshots(spec.folder)[-1]
    rows = list(csv.DictReader(io.StringIO(SHIPPED.read(snapshot).decode(), newline="")))
    place = next(place for place, row in enumerate(rows) if row[column] and which.items() <= row.items())
    rows[place][column] = ZERO.get("read" if data_set == "evidence" else column, "0")
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(spec.columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with pytest.raises(ContractError) as caught:
        contracts.check(file.getvalue().encode(), spec, snapshot)
    assert caught.value.where.startswith(f"{snapshot.path}, line {place + 2}, column ")
    assert column in str(caught.value)
    assert "pivot add" in caught.value.hint


def zeroed(spec: Spec, turn: int, table: pd.DataFrame) -> pd.DataFrame:
    """A table in which every second number is zero, of those that may be."""
    table = table.reset_index()
    for at, (name, column) in enumerate(spec.columns.items()):
        if column.kind not in {"number", "whole"} or name == spec.key or contracts.expected(column, "0"):
            continue
        chosen = table[name].notna() & (table.index % 2 == (at + turn) % 2)
        for _ in range(2):  # the rows that may not are left as they were
            edited_ = table.assign(**{name: table[name].mask(chosen, 0)})
            kept = [rule.holds(edited_).astype(bool) for rule in spec.rules]
            chosen &= pd.concat([pd.Series(data=True, index=table.index), *kept], axis=1).all(axis=1)
        if all(rule.holds(edited_).all() for rule in spec.rules):
            table = edited_
    return table.set_index(spec.key)


@pytest.mark.parametrize("turn", range(2))
def test_what_may_be_zero_leaves_every_number_finite(turn: int) -> None:
    """Half of all cells that a contract takes as zero are zero at once, and then the other half."""
    tables: dict[str, pd.DataFrame] = {}
    for name, spec in DATA_SETS.items():
        tables |= everywhere(name, partial(zeroed, spec, turn))
    zeros = sum(int((table.select_dtypes("number") == 0).to_numpy().sum()) for table in tables.values())
    assert zeros > 1_000
    vintage = edited(NEWEST, tables)
    ledger = build_ledger(vintage)
    numbers = [
        (entry.id, value)
        for entry in ledger.entries.values()
        for value in (entry.value, entry.margin, *(part.value for part in entry.parts.values()))
        if isinstance(value, float)
    ]
    assert len(numbers) > 100
    assert not [(id_, value) for id_, value in numbers if not math.isfinite(value)]
    shown = {
        **generated(ARTICLE, ledger, vintage),
        **{name: one.csv() for name, one in prepare(ARTICLE.drawings, vintage, ledger).items()},
    }
    assert not [name for name, text in shown.items() if re.search(r"\b(nan|inf)\b", text, re.IGNORECASE)]
