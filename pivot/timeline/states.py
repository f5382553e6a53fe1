"""What claims came to on one day after another: the article's words of now, the evidence of each day."""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import structs

from pivot.claims.data import CITED, EVIDENCE
from pivot.claims.ledger import cited_in, given, guard_of, no_row, regenerate
from pivot.claims.registry import AS_OF
from pivot.claims.stored import Given, GuardState
from pivot.claims.verdicts import Case, judge, ours
from pivot.errors import ClaimError, VintageError
from pivot.records import Record
from pivot.snapshots import Vintage
from pivot.snapshots.vintage import arrivals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from pivot.claims.model import Claim, Result
    from pivot.claims.registry import Register
    from pivot.snapshots import DataSet, Store


class State(Record, frozen=True, omit_defaults=True):
    """What a claim came to on a day, and on every later one until its next state.

    Args:
        verdict: What was found; empty where the evidence of the day did not suffice.
        ours: What the evidence gives; null where that is not known.
        lacking: What the evidence lacked.
    """

    claim: str
    day: dt.date
    verdict: str
    ours: Given | None
    guard: GuardState | None
    lacking: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether its guard does; None where it has none."""
        return self.guard.holds if self.guard else None

    def same(self, other: State) -> bool:
        """Whether nothing but the day differs."""
        return structs.replace(other, day=self.day) == self


def calendar(store: Store) -> dict[str, tuple[dt.date, ...]]:
    """For each data set that has a snapshot, the days on which it changed."""
    sources = store.sources()
    return {name: arrivals(store, name) for name, spec in store.data_sets.items() if spec.folder in sources}


@dataclass(frozen=True, slots=True)
class _Evaluated:
    """A claim as it was evaluated last.

    Args:
        seen: what it was evaluated on; where that is the same on a later day, so is all else.
        since: the day of that.
        state: what came out.
        result: what its function returned; None where it had no value.
        rests: the data sets that it rests on, also through the claims it is derived from.
    """

    seen: tuple[object, ...]
    since: dt.date
    state: State
    result: Result | None = None
    rests: frozenset[str] = frozenset()


class Evidence:
    """The data sets of one day after another; read again only where rows arrived.

    Args:
        store: the snapshots.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._calendar = calendar(store)
        self._newest = Vintage(store, max(days[-1] for days in self._calendar.values()))
        self._calendar.pop(CITED, None)
        self._sets = {CITED: self._newest.data(CITED)}
        self._changed: dict[str, dt.date] = {}
        self._day = dt.date.min
        self._pieces: Mapping[str, pd.DataFrame] = {}

    @property
    def cited(self) -> pd.DataFrame:
        """The article's rows as they stand now."""
        return self._sets[CITED].frame

    def go_to(self, day: dt.date) -> Vintage:
        """The evidence of a day that is later than the one before."""
        for name, days in self._calendar.items():
            if bisect(days, day) > bisect(days, self._day):
                with suppress(VintageError):
                    self._take(name, Vintage(self.store, day).data(name), day)
        self._day = day
        return Vintage(self.store, day, self._sets)

    def _take(self, name: str, data: DataSet, day: dt.date) -> None:
        before = self._sets.get(name)
        if before is not None and data.frame.equals(before.frame):
            return
        self._sets[name], self._changed[name] = data, day
        if name == EVIDENCE:
            self._pieces = dict(list(data.frame.groupby("claim", sort=False)))

    def lacks(self, names: Iterable[str]) -> str:
        """The first of some data sets of which nothing is public yet; "" for none."""
        return next((name for name in names if name not in self._sets), "")

    def changed(self, names: Iterable[str]) -> tuple[dt.date | None, ...]:
        """Since when each of some data sets is as it is."""
        return tuple(self._changed.get(name) for name in names)

    def pieces(self, claim: str) -> pd.DataFrame:
        """What others had published on a claim."""
        there = self._pieces.get(claim)
        return self._newest.data(EVIDENCE).frame.iloc[:0] if there is None else there


def states(
    store: Store, register: Register, days: Iterable[dt.date], ids: Iterable[str] = ()
) -> Iterator[State]:
    """The states of claims on some days, each where it differs from the one before.

    A claim is evaluated again where what it reads has changed: its data sets, the pieces of evidence on it,
    the claims that it is derived from, or the day itself where it asks for that.

    Args:
        store: the evidence.
        register: every claim of the report.
        days: rising.
        ids: the claims; all that the article has a row for if none are given.

    Raises:
        ClaimError: an id is unknown, or the article has no row for it.
    """
    evidence = Evidence(store)
    wanted = [*ids] or [id_ for id_ in register if id_ in evidence.cited.index]
    order = register.in_order(wanted)
    known: dict[str, _Evaluated] = {}
    for day in days:
        vintage = evidence.go_to(day)
        for claim in order:
            before = known.get(claim.id)
            now = _evaluated(claim, vintage, evidence, known, register.needs(claim.id))
            if now is before:
                continue
            known[claim.id] = now
            if claim.id in wanted and not (before and now.state.same(before.state)):
                yield now.state


def _evaluated(
    claim: Claim, vintage: Vintage, evidence: Evidence, known: Mapping[str, _Evaluated], needs: Sequence[str]
) -> _Evaluated:
    """A claim on a day; what it was before where nothing that it reads has changed."""
    data_sets = [name for name in claim.parameters if name in vintage.store.data_sets]
    pieces = evidence.pieces(claim.id)
    seen = (
        evidence.changed(data_sets),
        tuple(pieces.index),
        tuple(known[id_].since for id_ in needs),
        vintage.as_of if AS_OF in claim.parameters else None,
    )
    before = known.get(claim.id)
    if before and before.seen == seen:
        return before

    def lacking(what: str) -> _Evaluated:
        return _Evaluated(seen, vintage.as_of, State(claim.id, vintage.as_of, "", None, None, what))

    if claim.id not in evidence.cited.index:
        raise no_row(claim.id, vintage.as_of)
    if absent := evidence.lacks(data_sets):
        return lacking(f"nothing of the data set {absent} was public")
    results = {id_: result for id_ in needs if (result := known[id_].result)}
    if valueless := next((id_ for id_ in needs if id_ not in results), ""):
        return lacking(f"the claim {valueless} had no value")
    try:
        result = regenerate(claim, vintage, results)
    except ClaimError as error:
        return lacking(error.got or error.what)
    if not _whole(result):
        return lacking("no number comes out of the rows that were public")
    used = {name for name in data_sets if name not in result.rows or list(result.rows[name])}
    rests = frozenset(used).union(*(known[id_].rests for id_ in needs))
    case = Case(claim, result, cited_in(evidence.cited.loc[claim.id]), pieces, rests == {CITED})
    verdict = judge(case).verdict
    shown = given(ours(case, verdict), result)
    state = State(claim.id, vintage.as_of, verdict.value, shown, guard_of(result))
    return _Evaluated(seen, vintage.as_of, state, result, rests)


def _whole(result: Result) -> bool:
    """Whether its numbers are any: the mean of no rows is none."""
    values = [result.value, *([result.tested] if result.tested else [])]
    values += [result.parts[result.beside].value] if result.beside else []
    numbers = [one.number for one in values if one.number is not None]
    numbers += [result.guard.value, result.guard.limit] if result.guard else []
    return not any(math.isnan(number) for number in numbers)
