"""The history of a report's claims: every state between two days, and the days on which a verdict turned."""

from __future__ import annotations

import datetime as dt
from itertools import groupby, pairwise, zip_longest
from typing import TYPE_CHECKING

from pivot.claims.data import CITED
from pivot.claims.ledger import no_row
from pivot.errors import ReportError
from pivot.evaluation import key
from pivot.records import Record, convert
from pivot.snapshots import Vintage
from pivot.timeline import machines
from pivot.timeline.states import State, calendar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pivot.article import Article
    from pivot.timeline.machines import Question, Work


class Told(Record, frozen=True):
    """A claim through time.

    Args:
        article: The article's figure, as it stands now.
        states: Rising by day; each stands until the next.
    """

    article: str
    states: tuple[State, ...]

    def turns(self) -> Iterator[tuple[State, State]]:
        """Neighbours of which the verdict, or whether the guard holds, is another."""
        for before, now in pairwise(self.states):
            if (before.verdict, before.holds) != (now.verdict, now.holds):
                yield before, now

    def wrong(self) -> Iterator[tuple[dt.date, dt.date | None]]:
        """From which day on the sentences that rest on its guard read wrong, and since when right again."""
        runs = [(holds, next(same).day) for holds, same in groupby(self.states, lambda one: one.holds)]
        for (holds, day), after in zip_longest(runs, runs[1:]):
            if holds is False:
                yield day, after[1] if after else None


class History(Record, frozen=True):
    """Claims through time.

    Args:
        first: The first day that was asked for.
        last: The last one.
        days: How many between them changed some evidence.
        claims: By id, in the order of the ledger.
    """

    first: dt.date
    last: dt.date
    days: int
    claims: dict[str, Told]


def history(  # noqa: PLR0917
    article: Article,
    root: Path,
    ids: Sequence[str],
    span: tuple[dt.date, dt.date | None],
    progress: Callable[[str, int, int], None],
    work: Work = machines.processes,
) -> History:
    """The states of claims on the days on which evidence changed.

    Args:
        article: whose claims.
        root: the repository.
        ids: the claims; all that the article has a row for if none are given.
        span: the first day, and the last; by default that is the newest of the evidence.
        progress: told what is being done.
        work: answers the months.

    Raises:
        ReportError: evidence or claims are wrong, or the span has no day.
    """
    store, register = article.store(root), article.claims
    arrived = {day for days in calendar(store).values() for day in days}
    first, last = span[0], span[1] or max(arrived)
    if first > last:
        raise ReportError(
            "the history would end before it begins",
            where="--since",
            expected=f"{last} or earlier",
            got=str(first),
            hint="choose an earlier day, or a later one for its end",
        )
    cited = Vintage(store, max(arrived)).data(CITED).frame["cited"]
    for claim in register.in_order(ids):
        if claim.id not in cited.index:
            raise no_row(claim.id, max(arrived))
    changed = {day for day in arrived if first <= day <= last}
    months = [[*days] for _, days in groupby(sorted({first, *changed}), lambda day: (day.year, day.month))]
    states: dict[str, list[State]] = {id_: [] for id_ in register if id_ in (ids or cited.index)}
    asked = {"root": str(root), "until": str(last), "key": key(article, root, last), "ids": [*states]}
    for state in _states(asked, months, progress, work):
        if not states[state.claim] or not state.same(states[state.claim][-1]):
            states[state.claim].append(state)
    told = {id_: Told(str(cited[id_]), tuple(one)) for id_, one in states.items()}
    return History(first, last, len(changed), told)


def _states(
    asked: Question,
    months: Sequence[Sequence[dt.date]],
    progress: Callable[[str, int, int], None],
    work: Work,
) -> Iterator[State]:
    """The states of all months, in their order, however the work on them is shared out."""
    parts: dict[int, tuple[State, ...]] = {}
    for place, answer in work([{**asked, "days": [*map(str, days)]} for days in months]):
        what, where = "a part of the history could not be worked out", f"{months[place][0]:%B %Y}"
        if "error" in answer:
            raise ReportError(
                what,
                where=where,
                expected="the states of its days",
                got=str(answer["error"]),
                hint="`pivot numbers --as-of` on a day of that month says more",
            )
        parts[place] = convert(answer["states"], tuple[State, ...], what, where)
        progress("months", len(parts), len(months))
    for place in range(len(months)):
        yield from parts[place]
