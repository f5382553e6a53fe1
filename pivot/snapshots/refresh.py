"""`pivot refresh`: asks live sources and adds a snapshot where one of them says something new.

A source that fails, or whose answer breaks a contract, leaves the store and the other sources alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.errors import ContractError, ReportError
from pivot.snapshots import rows, waiting
from pivot.snapshots.contracts import ACCEPT
from pivot.snapshots.lock import exclusive
from pivot.snapshots.refusal import clean
from pivot.snapshots.sidecar import RESTATED
from pivot.snapshots.source import Known, marks, marks_note
from pivot.snapshots.transport import SourceError
from pivot.words import plural

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from pivot.snapshots import Snapshot, Store
    from pivot.snapshots.client import Answer, Client
    from pivot.snapshots.datasets import Spec
    from pivot.snapshots.lock import PendingAdd
    from pivot.snapshots.source import Filing, Source, Update

    Progress = Callable[[str, int, int], None]

_NAMED = 12
_SHOWN = 3
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for.

    Attributes:
        names: of the sources; none for all.
        since: earlier rows are not held against what the source says now; filings are read from it on, also
            those that were read before.
        accepted: why restated rows of an append-only series, and numbers that can hardly be true, are taken
            over; it goes into the sidecar.
        waiting: git revisions whose snapshots are taken in first.
        repository: in which these are; needed only for them.
    """

    names: tuple[str, ...] = ()
    since: dt.date | None = None
    accepted: str = ""
    waiting: tuple[str, ...] = ()
    repository: Path = Path()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one source.

    Attributes:
        source: folder in the store.
        snapshot: what was added, if something was.
        said: one line for people: what happened and, where something is to be done, what.
        filings: documents for a person to read.
        error: why the source could not be read, or its answer not be taken.
        errors: what of it could not be read, or stands still, while the rest was taken.
    """

    source: str
    snapshot: Snapshot | None
    said: str
    filings: tuple[Filing, ...] = ()
    error: ReportError | None = None
    errors: tuple[ReportError, ...] = ()

    @property
    def failures(self) -> tuple[ReportError, ...]:
        """Everything that makes this refresh a failure."""
        return (self.error, *self.errors) if self.error else self.errors


@dataclass(frozen=True, slots=True)
class _Change:
    """A cell of a known row that the source states otherwise."""

    key: str
    column: str
    known: str
    stated: str

    def __str__(self) -> str:
        return f"{self.key} {self.column} {self.known} -> {self.stated}"


def refresh(
    store: Store, sources: Mapping[str, Source], client: Client, asked: Asked, progress: Progress
) -> tuple[Outcome, ...]:
    """Asks sources, one after the other.

    Args:
        store: the snapshots; new ones are added to it.
        sources: every live source, by the folder of its data set.
        client: asks, and has the clock that dates the snapshots.
        asked: which sources, and how.
        progress: is told what is asked.

    Returns:
        What came of each, in order.

    Raises:
        SourceError: if a name is none.
        OutputError: if another refresh is running, or the record of what is being added can not be written.
    """
    for name in asked.names:
        if name not in sources:
            raise SourceError(
                f"There is no live source {name!r}.",
                where="pivot refresh",
                expected="one of " + ", ".join(sources),
                got=name,
                hint="Name one of these, or none for all. What a person transcribes: `pivot add`.",
            )
    chosen = [source for name, source in sources.items() if not asked.names or name in asked.names]
    outcomes: list[Outcome] = []
    with exclusive(store) as pending:
        for revision in asked.waiting:
            outcomes += _joined_in(pending, asked.repository, revision)
        run = _Run(store, client, asked, pending)
        for number, source in enumerate(chosen):

            def watch(_url: str, step: int = number, name: str = source.name) -> None:
                progress(f"asking {name}, request {len(client.answers) + 1}", step, len(chosen))

            client.watch = watch
            try:
                outcomes.append(run.one(source))
            except ReportError as error:
                outcomes.append(Outcome(source.name, None, f"{source.name}: {line(error)}", error=error))
    return tuple(outcomes)


@dataclass(frozen=True, slots=True)
class _Run:
    """What is the same for all sources of a refresh."""

    store: Store
    client: Client
    asked: Asked
    pending: PendingAdd

    def one(self, source: Source) -> Outcome:
        """Asks one source, and adds a snapshot if it has something new."""
        self.client.answers.clear()
        today = self.client.clock.now().date()
        last = self.store.snapshots(source.name)[-1]
        if last.vintage > today:
            raise SourceError(
                "The newest snapshot is of a day to come.",
                where=last.path,
                expected=f"{last.vintage} or later",
                got=f"{today}, as this machine has it",
                hint="Set the clock right and repeat the command.",
            )
        spec = self.store.specs[source.name]
        current, origins = rows.current(self.store, spec)
        read = marks(note for one in self.store.snapshots(source.name) for note in one.notes)
        known = Known(current, last.vintage, today, self.asked.since, read)
        update = source.read(self.client, known)
        changes = _changes(self.store, source, known, update)
        if changes and not self.asked.accepted:
            raise _restated(source, changes)
        said = f"{source.name}: {_news(known, update, changes)}"
        said += f" ({self.asked.accepted})" if changes else ""
        errors = (*update.errors, *_standing_still(source, update, today))
        for answer in self.client.answers:
            if answer.trouble:  # an old answer may be of an unfinished day: it may be read, but adds nothing
                said += f" by its answer of {answer.read:%Y-%m-%d %H:%M} UTC. {line(answer.trouble)}"
                return Outcome(source.name, None, said, (), answer.trouble, errors)
        filings = [f"{plural(len(update.filings), 'filing')} to read"] if update.filings else []
        aside = [f"rows of {one.path} joined" for one in origins[1:]]
        said = "; ".join([said, *filings, *_age(update, today), *update.remarks, *aside])
        marked = update.marks != known.marks
        if not (changes or marked or aside) and update.rows.keys() <= known.rows.keys():
            return Outcome(source.name, None, said, update.filings, errors=errors)
        snapshot = self._add(
            source.name,
            _table(spec, known, update, changes),
            title=last.title,
            publisher=_joined(last.publisher, source.publisher, "; "),
            url=list(dict.fromkeys([*last.url, *_addresses(self.client.answers)])),
            licence=_joined(last.licence, source.licence, " "),
            vintage=today,
            retrieved=today,
            method="http",
            notes=[
                *map(rows.origin, origins),
                f"This refresh: {_news(known, update, changes)}. From {source.publisher}.",
                *update.notes,
                *([marks_note(update.marks)] if update.marks else []),
                *([f"{RESTATED}{self.asked.accepted} ({'; '.join(map(str, changes))})"] if changes else []),
                *_hashes(self.client.answers),
            ],
        )
        return Outcome(source.name, snapshot, f"{said} -> {snapshot.path}", update.filings, errors=errors)

    def _add(self, source: str, table: bytes, **fields: object) -> Snapshot:
        try:
            return self.pending.add(source, table, self.asked.accepted, **fields)
        except ContractError as error:
            if not error.hint.endswith(ACCEPT):
                error.hint = "Nothing was added. Hold the answer against the source's documentation."
            raise


def _joined_in(pending: PendingAdd, repository: Path, revision: str) -> list[Outcome]:
    """What came of the snapshots of a revision that the store did not have."""
    outcomes = []
    for taken in waiting.take(pending, repository, revision):
        if isinstance(taken, ReportError):
            outcomes.append(Outcome(revision, None, f"{revision}: {line(taken)}", error=taken))
        else:
            outcomes.append(Outcome(taken.source, taken, f"{taken.source}: {taken.path}, as on {revision}"))
    return outcomes


def _changes(store: Store, source: Source, known: Known, update: Update) -> list[_Change]:
    """What the source now says otherwise of rows that are known; of an append-only series only.

    What came from the source itself must be the same; of what a person transcribed from another publisher
    it must be near.
    """
    spec = store.specs[source.name]
    if not spec.append_only:
        return []
    by_hand = [snapshot for snapshot in store.snapshots(source.name) if snapshot.method != "http"]
    others = rows.known(store, by_hand[-1]) if by_hand else {}
    changes = []
    for key, row in update.rows.items():
        if key not in known.rows or (known.since and known.rows[key][spec.dated] < str(known.since)):
            continue
        for column, stated in row.items():
            have = known.rows[key][column]
            from_others = key in others and others[key][column] == have
            if not (source.near(column, have, stated, known.rows[key]) if from_others else have == stated):
                changes.append(_Change(key, column, have, stated))
    return changes


def _restated(source: Source, changes: Sequence[_Change]) -> ContractError:
    shown = "; ".join(map(str, changes[:_SHOWN]))
    more = f" and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else ""
    return ContractError(
        "A source restates rows that are in the store.",
        where=source.name,
        expected=f"{source.bound}, as in the vintage before",
        got=shown + more,
        hint="Nothing was added. Find out why; then `pivot refresh "
        f'{source.name} --accept "REASON"` takes them over and keeps the reason.',
    )


def _age(update: Update, today: dt.date) -> list[str]:
    """The newest thing that the source states, and how old it is."""
    if not update.newest:
        return []
    newest = max(update.newest.values())
    age = plural((today - newest).days, "day")
    return [f"newest of {newest}, {age} old" if age else f"newest of {newest}, today"]


def _standing_still(source: Source, update: Update, today: dt.date) -> list[SourceError]:
    """Publishers whose newest statement is older than it may be: nothing new is then no good news."""
    return [
        SourceError(
            "A source stands still.",
            where=f"{source.name}, {publisher}",
            expected=f"something of the last {source.days} days",
            got=f"{day}, {(today - day).days} days old",
            hint="Look at the publisher's own page; what other publishers stated is kept.",
        )
        for publisher, day in update.newest.items()
        if (today - day).days > source.days
    ]


def _table(spec: Spec, known: Known, update: Update, changes: Sequence[_Change]) -> bytes:
    """The new file: known rows to the letter, but for accepted changes, and the new ones."""
    merged = {key: dict(row) for key, row in known.rows.items()}
    for change in changes:
        merged[change.key][change.column] = change.stated
    return rows.table(merged | {key: row for key, row in update.rows.items() if key not in known.rows}, spec)


def _hashes(answers: Sequence[Answer]) -> list[str]:
    """The raw answers by their hashes: a few by name, many as one."""
    lines = [f"{answer.sha256}  {answer.url}" for answer in answers]
    if len(answers) <= _NAMED:
        return [f"SHA-256 of the raw answer: {line}" for line in lines]
    digest = hashlib.sha256("".join(f"{line}\n" for line in sorted(lines)).encode()).hexdigest()
    return [
        f"SHA-256 of the first of {len(answers)} raw answers: {lines[0]}",
        f"SHA-256 of the list of all their hashes, one a line as `sha256sum` writes it, sorted: {digest}",
    ]


def _addresses(answers: Sequence[Answer]) -> list[str]:
    """Addresses for the sidecar: the few that were asked, or of many the first."""
    return [answer.url for answer in (answers if len(answers) <= _NAMED else answers[:1])]


def _joined(before: str, more: str, mark: str) -> str:
    return before if more in before else f"{before}{mark}{more}"


def _news(known: Known, update: Update, changes: Sequence[_Change]) -> str:
    added = [key for key in update.rows if key not in known.rows]
    ends = " to ".join(dict.fromkeys(added[:1] + added[-1:]))
    news = [f"{plural(len(added), 'row')} new, {ends}"] if added else []
    news += [f"{plural(len(changes), 'cell')} restated and accepted"] if changes else []
    return ", ".join(news) or "nothing new"


def line(error: ReportError) -> str:
    """An error on one line: what, where, expected, got, next; nothing in it that a terminal obeys."""
    facts = [f"expected {error.expected}"] if error.expected else []
    facts += [f"got {error.got}"] if error.got else []
    where = f" {error.where}:" if error.where else ""
    return clean(f"{error.what}{where} {'; '.join(facts).rstrip('.')}. {error.hint}", _LONGEST)
