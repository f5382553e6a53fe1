"""Why a claim changed: the rows it is made from, those that did it, the shares of data, code and prose."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
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

    _Key = tuple[str, Hashable, str]
    """A changed row: its data set, its key, and what happened to it."""

DATA, CODE, PROSE = FACTORS = ("data", "code", "prose")

Shares = Annotated[
    Mapping[str, float],
    Meta(min_length=3, max_length=3, extra_json_schema={"propertyNames": {"enum": list(FACTORS)}}),
]
"""Each one's part of all steps of a change: their sizes make 1, and one against the change is negative."""

RevisionKind = Annotated[str, one_of("data", "method", "correction", "editorial")]
"""Proposed from the cause; an editor confirms it."""

_BY_CLAIM = (EVIDENCE, CITED)
"""Data sets whose rows say themselves which claim they belong to."""

_NEEDED = 24
"""Rows of one day that are named one by one; where more are needed, the day's rows did it together."""


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


def shapley_shares(value: Callable[[Collection[str]], float]) -> dict[str, float]:
    """Split a change among data, code and prose: each one's mean step over all orders (Shapley's value).

    Args:
        value: the value with these taken from the new side and the others from the old one.

    Returns:
        Each one's part of all steps together, which makes 1 without regard to signs; one is negative that
        moved the value against the change. Steps that cancel each other stay within these bounds too.
    """
    change = value(FACTORS) - value(())
    steps = {}
    for factor in FACTORS:
        others = [other for other in FACTORS if other != factor]
        steps[factor] = sum(
            (value((*group, factor)) - value(group)) / (len(FACTORS) * math.comb(len(others), size))
            for size in range(len(others) + 1)
            for group in combinations(others, size)
        )
    whole = math.copysign(sum(map(abs, steps.values())), change) or math.inf
    return {factor: round(float(step / whole), 6) + 0.0 for factor, step in steps.items()}


def affected_rows(
    register: Register, diffs: Iterable[TableDiff], id_: str, entries: Collection[Entry]
) -> dict[str, Mapping[str, pd.Index]]:
    """Changed keys of each data set that a claim, or one that it is derived from, may have read.

    Args:
        register: of the running code; of a claim that it does not know, the ledgers say what it has read.
        diffs: the rows that changed.
        id_: the claim.
        entries: the claim before and after.
    """
    claims = register.in_order([id_] if id_ in register else [])
    parameters = {parameter for claim in claims for parameter in claim.parameters}
    if not claims:
        parameters = {used.data_set for entry in entries for used in entry.inputs}
    ids = {id_, *(claim.id for claim in claims)}
    affected: dict[str, Mapping[str, pd.Index]] = {}
    for diff in diffs:
        keys = diff.keys()
        if diff.file or not (diff.name in _BY_CLAIM or diff.name in parameters):
            continue
        if diff.name == EVIDENCE:
            frames = [frame for frame in (diff.added, diff.removed, diff.revised) if len(frame)]
            about = {key for frame in frames for key in frame.index[frame["claim"].isin(ids)]}
            keys = {kind: index[index.isin(about)] for kind, index in keys.items()}
        elif diff.name == CITED:
            keys = {kind: index[index.isin(ids)] for kind, index in keys.items()}
        if any(len(index) for index in keys.values()):
            affected[diff.name] = keys
    return affected


def reached(entries: Sequence[Entry], affected: Mapping[str, Mapping[str, pd.Index]]) -> tuple[Reached, ...]:
    """The changed rows that a claim's ledger names as its inputs; those of data sets that it reads whole too.

    Args:
        entries: the claim before and after.
        affected: its `affected_rows`.
    """
    rows = []
    for name, kinds in affected.items():
        keys = [label for index in kinds.values() for label in index]
        used = [one for entry in entries for one in entry.inputs if one.data_set == name]
        spans = [one.rows for one in used if one.count > len(one.rows)]
        named = {row for one in used for row in one.rows}
        exact = [
            key
            for key in keys
            if name in _BY_CLAIM
            or text(key) in named
            or any(_between(ends[0], text(key), ends[-1]) for ends in spans if ends)
        ]
        rows.append(Reached(name, tuple(text(key) for key in exact or keys), bool(exact)))
    return tuple(rows)


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
                parts = [frame[~frame.index.isin(late)], back[back.index.isin(late)]]
                frame = pd.concat(parts) if len(parts[1]) else parts[0]  # most of what is late was added
                frame = frame if frame.index.is_monotonic_increasing else frame.sort_index()
            self._sets[name] = _Rows(name, self.as_of, frame, ())
        return self._sets[name]


def minimal_cause(
    article: Article,
    id_: str,
    vintages: tuple[Vintage, Vintage],
    affected: Mapping[str, Mapping[str, pd.Index]],
    reading: Callable[[Entry], object],
) -> tuple[Row, ...]:
    """The rows without which a claim would read as it did not yet: found by taking changed rows back.

    Changed rows are put in the order in which they became public. Bisection finds the day whose rows give the
    claim its new reading, and of that day's rows those that are needed for it (delta debugging): of the rows
    that do it together the last is needed, then the last of those that do it with that one, and so on.

    Args:
        article: which has the claim, and whose code reads the evidence.
        id_: the claim.
        vintages: the evidence before and after.
        affected: the claim's `affected_rows`.
        reading: what of it is to be explained.

    Returns:
        Nothing where no row did it, but the passing of days.
    """
    old, new = vintages
    days = _by_day(old, new, affected)

    @cache
    def read(rows: frozenset[_Key]) -> object:
        late: dict[str, list[Hashable]] = {}
        for row in (row for day in days for row in day if row not in rows):
            late.setdefault(row[0], []).append(row[1])
        try:
            return reading(ledgers.build(_Mixed(old, new, late), article.claims, [id_])[id_])
        except (ReportError, LookupError, TypeError, AttributeError, ValueError):
            return None  # evidence that never stood so may make no sense

    def until(count: int) -> frozenset[_Key]:
        return frozenset(row for day in days[:count] for row in day)

    wanted = read(until(len(days)))
    if not days or read(until(0)) == wanted:
        return ()
    count = _shortest(len(days), lambda count: read(until(count)) == wanted)
    earlier, rows = until(count - 1), days[count - 1]
    needed: list[_Key] = []
    while read(earlier.union(needed)) != wanted:
        if len(needed) == _NEEDED:
            needed = rows
            break
        rest = rows[: rows.index(needed[-1])] if needed else rows

        def fits(
            count: int, known: frozenset[_Key] = earlier.union(needed), rest: Sequence[_Key] = rest
        ) -> bool:
            return read(known.union(rest[:count])) == wanted

        needed.append(rest[_shortest(len(rest), fits) - 1])
    return tuple(
        Row(name, text(key), kind, note(article, name, key, new))
        for name, key, kind in sorted(needed, key=rows.index)
    )


def _shortest(high: int, fits: Callable[[int], bool]) -> int:
    """The least count that fits, where none does not and all do."""
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high


def _by_day(old: Vintage, new: Vintage, affected: Mapping[str, Mapping[str, pd.Index]]) -> list[list[_Key]]:
    """Changed rows as data set, key and change, grouped by the day they became public, the earliest first."""
    dated: dict[pd.Timestamp, list[_Key]] = {}
    for name, kinds in affected.items():
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


def note(article: Article, name: str, key: Hashable, vintage: Vintage) -> str:
    """What a row means to a reader, where its cells do not say it."""
    return article.row_notes[name](vintage, key) if name in article.row_notes else ""
