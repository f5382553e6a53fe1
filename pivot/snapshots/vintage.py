"""Everything that was public on a day, as typed tables."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from pivot.errors import VintageError
from pivot.snapshots import tables

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from pivot.snapshots.datasets import Spec
    from pivot.snapshots.sidecar import Snapshot
    from pivot.snapshots.store import Store


@dataclass(frozen=True, slots=True)
class DataSet:
    """The rows of one data set that were public on a day.

    Attributes:
        name: as in the store.
        as_of: the day.
    """

    name: str
    as_of: dt.date
    _frame: pd.DataFrame
    _keys: tuple[tuple[Snapshot, pd.Index[Any]], ...]

    @property
    def frame(self) -> pd.DataFrame:
        """The rows, indexed by the key of the data set. Each call gives a copy that may be changed."""
        return self._frame.copy(deep=False)

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """The snapshots that gave rows, oldest first."""
        return tuple(snapshot for snapshot, _ in self._keys)

    def origin(self, labels: Iterable[Hashable]) -> Mapping[Snapshot, tuple[Hashable, ...]]:
        """Which snapshot each of some rows came from.

        Args:
            labels: values of the key, in any order.

        Raises:
            VintageError: if a row is not in the data set on this day.
        """
        import pandas as pd

        asked = pd.Index(list(labels))
        absent = asked[~asked.isin(self._frame.index)]
        if len(absent):
            raise VintageError(
                "A row is not in the data set on this day.",
                where=f"{self.name}, {self.as_of}",
                expected="rows that were public by then",
                got=", ".join(map(str, absent)),
            )
        found = {snapshot: tuple(asked[asked.isin(keys)]) for snapshot, keys in self._keys}
        return {snapshot: rows for snapshot, rows in found.items() if rows}


class Vintage:
    """What the snapshots of a store had to say on a day.

    Args:
        store: the snapshots.
        as_of: the day, whose end in UTC is meant: what was dated or published on it counts.
        sets: data sets that were read already.
    """

    def __init__(self, store: Store, as_of: dt.date, sets: Mapping[str, DataSet] | None = None) -> None:
        self.store = store
        self.as_of = as_of
        self._sets = dict(sets or {})

    def data(self, name: str) -> DataSet:
        """One data set on this day, read once.

        Raises:
            VintageError: if the name is unknown, or nothing was public yet.
            SnapshotError: if a snapshot is missing or changed.
            ContractError: if a snapshot breaks the contract of the data set.
        """
        if name not in self._sets:
            if name not in self.store.data_sets:
                raise VintageError(
                    f"There is no data set {name!r}.",
                    where="the article",
                    expected="one of " + ", ".join(self.store.data_sets),
                    got=name,
                    hint="name one of these, or declare it",
                )
            self._sets[name] = self._data(self.store.data_sets[name])
        return self._sets[name]

    def public(self) -> tuple[DataSet, ...]:
        """The data sets of which something was public, in their order.

        Some begin after the first edition; and a store of an older revision lacks what came later.
        """
        sets = []
        sources = self.store.sources()
        for name, spec in self.store.data_sets.items():
            if spec.folder in sources:
                with suppress(VintageError):
                    sets.append(self.data(name))
        return tuple(sets)

    def _data(self, spec: Spec) -> DataSet:
        snapshots = self.store.snapshots(spec.folder)
        known = [snapshot for snapshot in snapshots if snapshot.vintage <= self.as_of]
        if spec.append_only:
            parts = self._series(spec, known, [s for s in snapshots if s.vintage > self.as_of])
        elif spec.dated:
            parts = [(snapshots[-1], self._until(spec, snapshots[-1]))]
        else:
            parts = [(snapshot, self.store.table(snapshot)) for snapshot in known[-1:]]
        parts = [(snapshot, rows) for snapshot, rows in parts if len(rows)]
        if not parts:
            raise VintageError(
                f"Nothing of the data set {spec.name!r} was public yet.",
                where=spec.folder,
                expected=f"{self._first_day(spec, snapshots)} or later",
                got=str(self.as_of),
            )
        frame = tables.joined([rows for _, rows in parts])
        return DataSet(
            spec.name, self.as_of, frame, tuple((snapshot, rows.index) for snapshot, rows in parts)
        )

    def _series(
        self, spec: Spec, known: Sequence[Snapshot], later: Sequence[Snapshot]
    ) -> list[tuple[Snapshot, pd.DataFrame]]:
        """The newest snapshot of its time, and of each later one the rows of that time not seen before."""
        parts = [(snapshot, self.store.table(snapshot)) for snapshot in known[-1:]]
        for snapshot in later:
            rows = self._until(spec, snapshot)
            for _, seen in parts:
                rows = rows[~rows.index.isin(seen.index)]
            parts.append((snapshot, rows))
        return parts

    def _until(self, spec: Spec, snapshot: Snapshot) -> pd.DataFrame:
        ends = pd.Timestamp(self.as_of) + pd.Timedelta(days=1)
        return self.store.table(snapshot)[_public(self.store, spec, snapshot) < ends]

    def _first_day(self, spec: Spec, snapshots: Sequence[Snapshot]) -> dt.date:
        if not spec.dated:
            return snapshots[0].vintage
        newest = snapshots[-1]
        first: dt.date = _public(self.store, spec, newest).min().date()
        return first


def arrivals(store: Store, name: str) -> tuple[dt.date, ...]:
    """The days on which rows of a data set became public or gave way to others; on no other it changes."""
    spec = store.data_sets[name]
    snapshots = store.snapshots(spec.folder)
    days = set() if spec.dated and not spec.append_only else {snapshot.vintage for snapshot in snapshots}
    if spec.dated:
        for snapshot in snapshots if spec.append_only else snapshots[-1:]:
            days.update(_public(store, spec, snapshot).dt.date)
    return tuple(sorted(days))


def _public(store: Store, spec: Spec, snapshot: Snapshot) -> pd.Series[pd.Timestamp]:
    """Since when each row of a snapshot was public; an undated one since the first that has it."""
    rows = store.table(snapshot)
    dates = tables.dates(rows, spec.dated)
    for known in store.snapshots(spec.folder):
        undated = dates.index[dates.isna()]
        if known == snapshot or undated.empty:
            break
        seen = undated.intersection(store.table(known).index)
        dates.loc[seen] = pd.Timestamp(known.vintage)
    return dates.fillna(pd.Timestamp(snapshot.vintage))
