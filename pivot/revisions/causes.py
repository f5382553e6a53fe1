"""Why a number moved: the rows that reached it, those that tipped it, the shares of data, code and prose."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Annotated

import pandas as pd
from msgspec import Meta

from pivot.claims import ledger as ledgers
from pivot.claims.data import CITED, EVIDENCE
from pivot.errors import ReportError
from pivot.records import one_of
from pivot.snapshots import Vintage
from pivot.snapshots.tables import dates, text
from pivot.snapshots.vintage import DataSet

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Sequence

    from pivot.article import Article
    from pivot.claims.registry import Register
    from pivot.claims.stored import Entry
    from pivot.revisions.tables import TableDiff
    from pivot.snapshots import Snapshot

DATA, CODE, PROSE = PLAYERS = ("data", "code", "prose")

Shares = Annotated[
    Mapping[str, float],
    Meta(min_length=3, max_length=3, extra_json_schema={"propertyNames": {"enum": list(PLAYERS)}}),
]
"""How much of a movement data, code and prose did; 1 together, negative where one moved it the other way."""

RevisionKind = Annotated[str, one_of("data", "method", "correction", "editorial")]
"""Proposed from the cause; an editor confirms it."""

_BY_CLAIM = (EVIDENCE, CITED)
"""Data sets whose rows say themselves which claim they belong to."""

_TRIED_ALONE = 24
"""Rows of one day that are each left out once, to see which of them are needed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One changed row of a data set.

    Args:
        change: `added`, `removed` or `revised`.
        note: what the row means, where its cells do not say it.
    """

    data_set: str
    key: str
    change: Annotated[str, one_of("added", "removed", "revised")]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """Changed rows of one data set that a claim is made from.

    Args:
        exact: whether the claim names these rows; else it reads the data set whole.
    """

    data_set: str
    keys: tuple[str, ...]
    exact: bool


def shares(value: Callable[[Collection[str]], float]) -> dict[str, float]:
    """Split a movement among data, code and prose: each one's mean step over all orders (Shapley's value).

    Args:
        value: the value with these taken from the new side and the others from the old one.

    Returns:
        A share for each, 1 together; one is negative that moved the value the other way.
    """
    whole = value(PLAYERS) - value(())
    found = {}
    for player in PLAYERS:
        others = [other for other in PLAYERS if other != player]
        steps = 0.0
        for size in range(len(others) + 1):
            weight = 1 / (len(PLAYERS) * math.comb(len(others), size))
            for group in combinations(others, size):
                steps += weight * (value((*group, player)) - value(group))
        found[player] = round(float(steps / whole), 6) + 0.0
    return found


def readers_of(register: Register, diffs: Iterable[TableDiff], id_: str) -> dict[str, Mapping[str, pd.Index]]:
    """Changed keys of each data set that a claim, or one that it is derived from, may have read."""
    read = {p for one in register.in_order([id_] if id_ in register else []) for p in one.parameters}
    found: dict[str, Mapping[str, pd.Index]] = {}
    for diff in diffs:
        keys = diff.keys()
        if diff.name == EVIDENCE:
            about = [
                rows.index[rows["claim"] == id_]
                for rows in (diff.added, diff.removed, diff.revised)
                if len(rows)
            ]
            keys = {
                kind: index[index.isin([key for ours in about for key in ours])]
                for kind, index in keys.items()
            }
        elif diff.name == CITED:
            keys = {kind: index[index == id_] for kind, index in keys.items()}
        elif diff.name not in read:
            continue
        if any(len(index) for index in keys.values()):
            found[diff.name] = keys
    return found


def reached(entries: Sequence[Entry], changed: Mapping[str, Mapping[str, pd.Index]]) -> tuple[Reached, ...]:
    """The changed rows that a claim's ledger names as its inputs; those of data sets that it reads whole too.

    Args:
        entries: the claim before and after.
        changed: what `readers_of` found for it.
    """
    told = []
    for name, kinds in changed.items():
        keys = [label for index in kinds.values() for label in index]
        used = [one for entry in entries for one in entry.inputs if one.data_set == name]
        spans = [one.rows for one in used if one.count > len(one.rows)]
        named = {row for one in used for row in one.rows}
        exact = [
            key
            for key in keys
            if name in _BY_CLAIM
            or text(key) in named
            or any(_between(rows[0], text(key), rows[-1]) for rows in spans if rows)
        ]
        told.append(Reached(name, tuple(text(key) for key in exact or keys), bool(exact)))
    return tuple(told)


def _between(first: str, key: str, last: str) -> bool:
    if key.isdigit() and first.isdigit() and last.isdigit():
        return int(first) <= int(key) <= int(last)
    return first <= key <= last


class _Rows(DataSet):
    """Rows of which nobody will ask where they came from, which is most of the work of a ledger."""

    __slots__ = ()

    def origin(self, labels: Iterable[Hashable]) -> Mapping[Snapshot, tuple[Hashable, ...]]:  # noqa: ARG002
        return {}


class _Mixed(Vintage):
    """A newer vintage in which some changed rows are still as they were before."""

    def __init__(self, old: Vintage, new: Vintage, late: Mapping[str, Collection[Hashable]]) -> None:
        super().__init__(new.store, new.as_of)
        self._old, self._new, self._late = old, new, late

    def data(self, name: str) -> DataSet:
        """One data set, mixed."""
        if name not in self._sets:
            frame = self._new.data(name).frame
            if late := self._late.get(name):
                back = self._old.data(name).frame
                frame = pd.concat([frame[~frame.index.isin(late)], back[back.index.isin(late)]]).sort_index()
            self._sets[name] = _Rows(name, self.as_of, frame, ())
        return self._sets[name]


def tip(
    article: Article, id_: str, old: Vintage, new: Vintage, changed: Mapping[str, Mapping[str, pd.Index]]
) -> tuple[Row, ...]:
    """The rows without which a claim would read as it did not yet: found by taking changed rows back.

    Changed rows are put in the order in which they became public. Bisection finds the day whose rows give the
    claim its new reading, and of that day's rows those are named that can not be left out.

    Args:
        article: which has the claim.
        id_: the claim.
        old: the evidence before.
        new: the evidence after.
        changed: what `readers_of` found for it.

    Returns:
        Nothing where no row did it, but the passing of days.
    """
    groups = _by_day(old, new, changed)
    wanted = _reading(article, id_, _Mixed(old, new, {}))

    def reads_new(taken_back: Iterable[tuple[str, Hashable, str]]) -> bool:
        late: dict[str, list[Hashable]] = {}
        for name, key, _ in taken_back:
            late.setdefault(name, []).append(key)
        return _reading(article, id_, _Mixed(old, new, late)) == wanted

    low, high = 0, len(groups)  # with the first `low` groups it reads otherwise, with `high` as now
    if not groups or reads_new(row for group in groups for row in group):
        return ()
    while high - low > 1:
        middle = (low + high) // 2
        if reads_new(row for group in groups[middle:] for row in group):
            high = middle
        else:
            low = middle
    group, later = groups[high - 1], [row for after in groups[high:] for row in after]
    if 1 < len(group) <= _TRIED_ALONE:
        group = [row for row in group if not reads_new([row, *later])] or group
    return tuple(Row(name, text(key), kind, note(article, name, key, new)) for name, key, kind in group)


def _by_day(
    old: Vintage, new: Vintage, changed: Mapping[str, Mapping[str, pd.Index]]
) -> list[list[tuple[str, Hashable, str]]]:
    """Changed rows as data set, key and change, grouped by the day they became public, the earliest first."""
    dated: dict[pd.Timestamp, list[tuple[str, Hashable, str]]] = {}
    for name, kinds in changed.items():
        column = new.store.data_sets[name].dated
        for kind, keys in kinds.items():
            if not len(keys):
                continue
            rows = (old if kind == "removed" else new).data(name).frame
            rows = rows[rows.index.isin(keys)]  # a file may hold rows of later days than that of the report
            days = (
                dates(rows, column).fillna(pd.Timestamp(new.as_of))
                if column
                else pd.Series(pd.Timestamp(new.as_of), rows.index)
            )
            for key, day in days.items():
                dated.setdefault(day.normalize(), []).append((name, key, kind))
    return [dated[day] for day in sorted(dated)]


def _reading(article: Article, id_: str, vintage: Vintage) -> tuple[object, ...]:
    try:
        entry = ledgers.build(vintage, article.claims, [id_])[id_]
    except (ReportError, TypeError, AttributeError):  # evidence that never stood so may make no sense
        return ()
    return (entry.display, entry.verdict, entry.guard and entry.guard.holds)


def note(article: Article, name: str, key: Hashable, vintage: Vintage) -> str:
    """What a row means to a reader, where its cells do not say it."""
    return article.row_notes[name](vintage, key) if name in article.row_notes else ""
