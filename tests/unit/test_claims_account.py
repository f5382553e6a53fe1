"""The account of a claim: every step is what it says, and the last ones are what a reader sees."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from statistics import median

import pytest

from analysis.claims import revenue
from analysis.report import ARTICLE
from pivot.claims.account import FEW, Account, Rows, accounts, file_of, number, published, read
from pivot.claims.ledger import Ledger
from pivot.claims.quantities import Quantity, Range
from tests.conftest import NEWEST, ledger_of, vintage_of

TABLE = re.compile(
    r"(sum|count|smallest|largest|median) of (\w+)(?: from (\S+) to (\S+))?(?: below (−?[\d,.]+))?"
)
OF: dict[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "smallest": min,
    "largest": max,
    "median": median,
}
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
CELL = re.compile(r"-?\d+(\.\d+)?")
CONSTANTS = {"2,016", "3,600", "65,535", "86,400", number(revenue.HIVE_CONTRACTS_USD)}
ASSUMED = {"btc-price-assumption"}  # its steps lead to what it implies
SAID = {"table2-origin", "top10-reported"}  # derived from the article's own words, by no arithmetic
SHARES = {"table1-hybrid"}
CLOSE = 1e-9  # twelve digits are written, and a difference of near numbers loses some


def accounts_of(ledger: Ledger) -> dict[str, Account]:
    return accounts_at(ledger.as_of)


@cache
def accounts_at(day: dt.date) -> dict[str, Account]:
    return accounts(ledger_of(day), vintage_of(day), ARTICLE.claims, ARTICLE.workings)


def plain(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def reckoned(expression: str, tables: Sequence[Rows]) -> float:
    """What somebody gets who types an expression, and adds up or counts a column of a table."""

    def of_table(match: re.Match[str]) -> str:
        kind, column, first, last, limit = match.groups()
        table = next(one for one in tables if column in one.columns)
        at = table.columns.index(column)
        cells = [float(row[at]) for row in table.rows if row[at] and (not first or first <= row[0] <= last)]
        if kind == "count":
            return str(sum(cell < plain(limit) for cell in cells))
        return repr(OF[kind](cells))

    text = TABLE.sub(of_table, expression).replace(",", "").replace("−", "-").replace("×", "*")
    text = text.replace("^", "**")
    assert re.fullmatch(r"[\d.e*/+() -]+", text), expression
    return float(eval(text))  # noqa: S307 -- digits and signs only


def test_every_step_gives_what_it_says(ledger: Ledger) -> None:
    steps = 0
    for id_, account in accounts_of(ledger).items():
        for step in account.steps:
            if step.expression:
                steps += 1
                got = reckoned(step.expression, account.workings)
                assert got == pytest.approx(plain(step.result), rel=CLOSE), f"{id_}: {step}"
    assert steps > 70


def test_what_is_computed_is_reached_by_its_steps(ledger: Ledger) -> None:
    """All that the article works out, and each of its ends where it is a range."""
    reached = 0
    for id_, account in accounts_of(ledger).items():
        value = ledger.results[id_].value
        ends = [value.low, value.high] if isinstance(value, Range) else [value]
        results = [plain(one) for step in account.steps for one in step.result.split(" to ")]
        for end in ends if account.steps else ():
            if (
                isinstance(end, Quantity) and id_ != "btc-price-assumption"
            ):  # beside it stands what it implies
                assert any(one == pytest.approx(end.value, rel=1e-9) for one in results), id_
                reached += 1
    assert reached > 15
    without = {id_ for id_, one in accounts_of(ledger).items() if not one.steps}
    computed = {id_ for id_, one in ledger.entries.items() if one.kind in {"computed", "derived"}}
    assert computed & without == {
        *SAID,
        *(id_ for id_ in SHARES if not ledger.results[id_].testable),  # of nothing published by then
    }


def test_a_step_uses_nothing_that_the_page_does_not_show() -> None:
    """Each number of an expression is a cell, a result before it, a claim used, or a constant named here."""
    ledger = ledger_of(NEWEST)
    for id_, account in accounts_of(ledger).items():
        tables = (*account.inputs, *account.workings)
        cells = {cell for table in tables for row in table.rows for cell in row if CELL.fullmatch(cell)}
        known = {number(float(cell)) for cell in cells} | CONSTANTS
        known |= {number(ledger.results[one.id].value.number or 0.0) for one in account.upstream}
        for step in account.steps:
            known |= set(NUMBER.findall(step.label))
            for one in NUMBER.findall(TABLE.sub(" ", step.expression)):
                assert one in known or plain(one) < 1_000, f"{id_}: {one} in {step}"
            known |= {one.removeprefix("−") for one in step.result.split(" to ")}


def test_long_tables_are_files_and_short_ones_are_shown() -> None:
    made = accounts_of(ledger_of(NEWEST))
    files = published(made)
    assert read(files["accounts.json"].encode())["difficulty-drop"] == made["difficulty-drop"]
    long = {file_of(id_, table): table for id_, one in made.items() for table in one.tables}
    assert {*files} - {"accounts.json"} == {*long}
    assert len(long) > 15
    for name, table in long.items():
        header, *rows = csv.reader(io.StringIO(files[name]))
        assert tuple(header) == table.columns
        assert len(rows) == table.count > FEW
        assert [tuple(row) for row in rows] == [*table.rows]
    listed = read(files["accounts.json"].encode())
    assert all(table.count > FEW and not table.rows for one in listed.values() for table in one.tables)


def test_rows_are_those_that_the_ledger_counts(ledger: Ledger) -> None:
    for id_, account in accounts_of(ledger).items():
        used = {(one.snapshot, one.count) for one in ledger[id_].inputs}
        assert {(one.snapshot, one.count) for one in account.inputs} == used


def test_margins_are_told_of_parts_ranges_and_ranks() -> None:
    made = accounts_of(ledger_of(NEWEST))

    def labels(id_: str) -> Mapping[str, str]:
        return {one.label: one.text for one in made[id_].margins}

    assert labels("hashrate-q1-decline")["the value, lower end"].endswith("from 3.45% to 3.55%")
    assert labels("difficulty-drop")["rounded the usual way"].endswith("shown as 7.8% from 7.75% to 7.85%")
    places = [one.text for one in made["difficulty-drop-rank-record"].margins if one.label == "the place"]
    assert len(places) == 2
    assert places[0].startswith("the next deeper is −")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (145_042_165_424_853.25, "145,042,165,424,853"),
        (-7.755688205811, "−7.75568820581"),
        (0.03546574, "0.03546574"),
        (80_000.0, "80,000"),
        (0.0, "0"),
        (1e-9, "1e-09"),
    ],
)
def test_numbers_are_written_with_twelve_digits(value: float, text: str) -> None:
    assert number(value) == text
