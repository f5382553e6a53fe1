"""The rows that a claim names are all that it rests on: without any others it says the same.

A claim's rows are those that its result names (a data set that it reads and does not name counts whole), and
those of the claims that it is derived from, with what speaks of these in the article and in the evidence. All
others are taken away, at once and in samples of half of them, since what is there can hide what is missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.report import ARTICLE
from pivot.claims import ledger as ledgers
from pivot.claims.data import CITED, EVIDENCE
from pivot.claims.ledger import Ledger
from pivot.claims.model import Result
from pivot.errors import ReportError
from pivot.snapshots import Vintage
from pivot.snapshots.vintage import DataSet
from tests.conftest import DAYS, NEWEST, ledger_of, vintage_of
from tests.regression.edited import SHIPPED, needs, reacting

SAMPLES = 6


@cache
def results(day: dt.date) -> Mapping[str, Result]:
    """What each claim's function returns on the true evidence."""
    made: dict[str, Result] = {}
    for claim in ARTICLE.claims.in_order(ledger_of(day).entries):
        made[claim.id] = ledgers.regenerate(claim, vintage_of(day), made)
    return made


def unnamed(id_: str, day: dt.date, rows: Mapping[str, Result]) -> dict[str, list[Hashable]]:
    """The rows of each data set that neither a claim names nor one that it comes from."""
    claims = [one.id for one in ARTICLE.claims.in_order([id_])]
    others: dict[str, list[Hashable]] = {}
    for name in {*needs(id_), CITED, EVIDENCE}:
        frame = vintage_of(day).data(name).frame
        named: set[Hashable] = set(claims) if name == CITED else set()
        if name == EVIDENCE:
            named |= set(frame.index[frame["claim"].isin(claims)])
        for one in claims:
            if name in ARTICLE.claims[one].parameters:
                named |= set(rows[one].rows.get(name, frame.index))
        others[name] = [label for label in frame.index if label not in named]
    return others


def without(day: dt.date, gone: Mapping[str, list[Hashable]]) -> Vintage:
    """The evidence of a day, some rows of which nobody published."""
    vintage, true = Vintage(SHIPPED, day), vintage_of(day)
    for data in true.public():
        frame = data.frame
        kept = frame[~frame.index.isin(gone.get(data.name, []))]
        vintage._sets[data.name] = DataSet(data.name, day, kept, data._keys)
    return vintage


def takings(others: Mapping[str, list[Hashable]]) -> Iterator[dict[str, list[Hashable]]]:
    """All rows that are not named, and samples of half of them."""
    yield dict(others)
    dice = np.random.default_rng(1)
    for _ in range(SAMPLES):
        yield {name: [row for row in rows if dice.integers(2)] for name, rows in others.items()}


def moves(id_: str, day: dt.date, rows: Mapping[str, Result]) -> bool:
    """Whether a row that a claim does not name moves its value, a part, its guard or its verdict."""
    true = Ledger(day, {id_: ledger_of(day)[id_]})
    for gone in takings(unnamed(id_, day, rows)):
        try:
            made = ledgers.build(without(day, gone), ARTICLE.claims, [id_])
        except ReportError:
            return True
        if reacting(true, made):
            return True
    return False


@pytest.mark.parametrize("id_", ARTICLE.claims)
def test_no_row_that_is_not_named_moves_a_claim(id_: str) -> None:
    days = [day for day in DAYS if id_ in ledger_of(day).entries]
    assert days
    assert [str(day) for day in days if moves(id_, day, results(day))] == []


def test_most_rows_are_not_named() -> None:
    """What the test above takes away, so that it does not pass on nothing."""
    counts = [sum(map(len, unnamed(id_, NEWEST, results(NEWEST)).values())) for id_ in ARTICLE.claims]
    assert min(counts) > 100
    assert sum(counts) > 13_000


@pytest.mark.parametrize(
    ("id_", "name", "declared"),
    [
        ("difficulty-drop", "epochs", slice(1)),
        ("hashprice-range", "epochs", slice(-1, None)),
        ("top5-threshold", "pool_shares", slice(-12, None)),
        ("mara-btc-sold", "statements", slice(-1)),
    ],
)
def test_a_row_that_is_not_declared_is_noticed(id_: str, name: str, declared: slice) -> None:
    made = results(NEWEST)[id_]
    labels = pd.Index(list(made.rows[name]))[declared]
    spoilt = replace(made, rows={**made.rows, name: labels})
    assert not moves(id_, NEWEST, results(NEWEST))
    assert moves(id_, NEWEST, {**results(NEWEST), id_: spoilt})
