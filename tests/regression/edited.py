"""Evidence that is not so: the shipped snapshots with some tables replaced in memory, and what then moves."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

import pandas as pd

from analysis.data import DATA_SETS
from analysis.report import ARTICLE
from pivot.claims.ledger import Ledger
from pivot.claims.registry import dependency
from pivot.claims.stored import Entry
from pivot.snapshots import Snapshot, Store, Vintage
from tests.conftest import ROOT, build_ledger, ledger_of, vintage_of

SHIPPED = Store(ROOT / "data-snapshots", DATA_SETS)

NOISE = 1e-9
_NUMBER = re.compile(r"\d[\d,]*\.\d+")

Edit = Callable[[pd.DataFrame], pd.DataFrame]


@cache
def shipped(path: str) -> pd.DataFrame:
    """The table of a shipped snapshot, read once; a caller changes a copy of it."""
    source = path.split("/")[1]
    (snapshot,) = (one for one in SHIPPED.snapshots(source) if one.path == path)
    return SHIPPED.table(snapshot)


class Edited(Store):
    """The shipped store, some of whose snapshots say something else.

    Args:
        tables: what they say, by path.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        super().__init__(SHIPPED.root, DATA_SETS)
        self._tables = tables

    def snapshots(self, source: str) -> tuple[Snapshot, ...]:
        return SHIPPED.snapshots(source)

    def table(self, snapshot: Snapshot) -> pd.DataFrame:
        found = self._tables.get(snapshot.path)
        return shipped(snapshot.path) if found is None else found


def edited(day: dt.date, tables: Mapping[str, pd.DataFrame]) -> Vintage:
    """What would have been public on a day; data sets without an edit are shared with the true vintage."""
    vintage = Vintage(Edited(tables), day)
    folders = {path.split("/")[1] for path in tables}
    true = {one.name: one for one in vintage_of(day).public() if DATA_SETS[one.name].folder not in folders}
    vintage._sets.update(true)
    return vintage


def everywhere(data_set: str, edit: Edit) -> Mapping[str, pd.DataFrame]:
    """The tables of one data set, each of its snapshots edited alike."""
    snapshots = SHIPPED.snapshots(DATA_SETS[data_set].folder)
    return {one.path: edit(shipped(one.path).copy()) for one in snapshots}


@cache
def readers(data_set: str) -> frozenset[str]:
    """The claims that could see an edit of a data set: through their function, or through their verdict."""
    if data_set in ("cited", "evidence"):  # the ledger reads them for every claim
        return frozenset(ARTICLE.claims)
    return frozenset(id_ for id_ in ARTICLE.claims if data_set in needs(id_))


@cache
def needs(id_: str) -> frozenset[str]:
    """The data sets that a claim's function reads, itself or through the claims it is derived from."""
    found: set[str] = set()
    for parameter in ARTICLE.claims[id_].parameters:
        found |= (
            needs(dependency(parameter))
            if ARTICLE.claims.is_claim(parameter)
            else {parameter} & set(DATA_SETS)
        )
    return frozenset(found)


def ledger_with(day: dt.date, tables: Mapping[str, pd.DataFrame]) -> Ledger:
    """The ledger of a day under edited evidence, evaluated where the edit can be seen."""
    names = {spec.folder: name for name, spec in DATA_SETS.items()}
    seen = set().union(*(readers(names[path.split("/")[1]]) for path in tables))
    made = build_ledger(edited(day, tables), seen)
    return Ledger(day, dict(ledger_of(day).entries) | dict(made.entries))


def reacting(before: Ledger, after: Ledger) -> frozenset[str]:
    """The claims that say something else, leaving aside the files and lines they were made from."""
    return frozenset(id_ for id_ in before.entries if not _same(_said(before[id_]), _said(after[id_])))


def _said(entry: Entry) -> list[object]:
    parts = entry.parts
    return [
        *(entry.cited, entry.article.value, entry.value, entry.display, entry.exact),
        *(entry.verdict, entry.reason, entry.margin),
        *((entry.guard.holds, entry.guard.margin, entry.guard.text) if entry.guard else ()),
        *(
            field
            for name, part in parts.items()
            for field in (name, part.label, part.value, part.unit, part.display)
        ),
    ]


def _same(before: list[object], after: list[object]) -> bool:
    """Equal, but for the noise that sums over the whole chain leave in the last digits of a number."""
    return len(before) == len(after) and all(map(_alike, before, after))


def _alike(one: object, two: object) -> bool:
    if isinstance(one, float) and isinstance(two, float):
        return math.isclose(one, two, rel_tol=NOISE)
    if isinstance(one, str) and isinstance(two, str):
        words, numbers = _NUMBER.split(one), _NUMBER.findall(one)
        return words == _NUMBER.split(two) and all(
            math.isclose(_float(x), _float(y), rel_tol=NOISE)
            for x, y in zip(numbers, _NUMBER.findall(two), strict=True)
        )
    return one == two


def _float(text: str) -> float:
    return float(text.replace(",", ""))


def cell(row: object, column: str, value: Callable[[object], object] | object) -> Edit:
    """An edit of one cell, where the table has the row: a new value, or a function of the old one."""

    def edit(table: pd.DataFrame) -> pd.DataFrame:
        key = pd.Timestamp(row) if isinstance(row, dt.date) else row
        if key in table.index:
            new = value(table.loc[key, column]) if callable(value) else value
            table[column] = [
                new if label == key else old for label, old in zip(table.index, table[column], strict=True)
            ]
        return table

    return edit


def both(edits: Iterable[Edit]) -> Edit:
    """Several edits, one after the other."""
    edits = tuple(edits)  # they are made to each snapshot

    def edit(table: pd.DataFrame) -> pd.DataFrame:
        for one in edits:
            table = one(table)
        return table

    return edit
