"""Adds single rows to the newest table of a source: what a person must say of them, and the new table.

What landed is not edited, so a row more is a new snapshot: the newest one and the new rows. Nobody may add a
row without saying who says so, where, since when, and how near that is to the origin; only where a snapshot
speaks for one source on one day, as that of the article does, its sidecar says so for every row.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from pivot.errors import SnapshotError
from pivot.names import slug
from pivot.snapshots import rows
from pivot.snapshots.datasets import ADDRESS, Column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pivot.snapshots.datasets import Spec
    from pivot.snapshots.sidecar import Snapshot
    from pivot.snapshots.store import Store

WITNESS: Mapping[str, Column] = MappingProxyType(
    {
        "publisher": Column("text", pattern=r"\S(.*\S)?"),
        "url": replace(ADDRESS, empty=False),
        "published": Column("text", pattern=r"\d{4}-\d\d(-\d\d)?"),
        "tier": Column("text", allowed=("primary", "mirror", "secondary", "computed")),
    }
)
"""What an added row says of its origin, whether or not its data set has a column for it.

`published` is a day, or a month, which counts from its last day.
"""

_DAY_OR_MONTH = "a day such as 2026-05-08, or a month such as 2026-05"
_PRECISION = "published_precision"
_MONTH = len("2026-05")


@dataclass(frozen=True, slots=True)
class Addition:
    """A table with rows more than the newest snapshot, and what the sidecar says of them.

    Attributes:
        last: the newest snapshot.
        table: the new file.
        urls: their addresses.
        notes: their origin, one line each.
    """

    last: Snapshot
    table: bytes
    urls: tuple[str, ...]
    notes: tuple[str, ...]


def spec_of(store: Store, source: str) -> Spec:
    """The data set of a source that takes single rows.

    Raises:
        SnapshotError: if it is no source, or takes only whole files.
    """
    takers = [folder for folder, spec in store.specs.items() if spec.named]
    if source not in takers:
        raise SnapshotError(
            f"No single row can be added to {source!r}.",
            where="pivot add",
            expected="one of " + ", ".join(takers),
            got=source,
            hint="Add a whole file: `pivot add SOURCE FILE`.",
        )
    return store.specs[source]


def questions(spec: Spec) -> dict[str, Column]:
    """What is asked of a row: its columns in the order of the file, then the rest of its origin."""
    made = (_PRECISION,) if spec.key in spec.named else (spec.key, _PRECISION)
    columns = {name: column for name, column in spec.columns.items() if name not in made}
    return {**columns, **(WITNESS if spec.dated else {})}


def problem(spec: Spec, name: str, said: str) -> str:
    """What an answer should have been instead; empty if it is right."""
    from pivot.snapshots import contracts

    wanted = contracts.expected(questions(spec)[name], said)
    if name != "published":
        return wanted
    return _DAY_OR_MONTH if wanted or not _published(said) else ""


def contradiction(spec: Spec, answers: Mapping[str, str]) -> str:
    """What one answer should have been beside the others; empty if they go together."""
    from pivot.snapshots import contracts

    return contracts.contradiction(spec, _cells(spec, answers, "new"))


def addition(store: Store, source: str, given: Sequence[Mapping[str, str]], vintage: dt.date) -> Addition:
    """The newest table of a source with more rows.

    Args:
        store: the snapshots.
        source: folder of the data set.
        given: for each new row the answers to `questions`; those that may be empty may be left out.
        vintage: of the snapshot that is to have them.

    Raises:
        SnapshotError: if the source takes no rows, an answer is missing, unknown or wrong, or a snapshot of
            a later day has landed.
    """
    spec = spec_of(store, source)
    last = store.snapshots(source)[-1]
    if last.vintage > vintage:
        raise SnapshotError(
            "The newest snapshot is of a later day.",
            where=last.path,
            expected=f"a vintage of {last.vintage} or later",
            got=str(vintage),
            hint="A statement more is a new state, so leave --vintage out: it is of today then.",
        )
    known, origins = rows.current(store, spec)
    keys = []
    for number, said in enumerate(given, 1):
        answers = _answers(spec, said, f"{source}, row {number} of those to add")
        row = {name: cell for name, cell in _cells(spec, answers, "").items() if name in spec.columns}
        if any(row == {**other, spec.key: ""} for other in known.values()):
            raise SnapshotError(
                "This row is known already.",
                where=f"{source}, row {number} of those to add",
                expected="a row that differs in a cell",
                got="-".join(answers[name] for name in spec.named),
                hint=f"Leave it out; `pivot add {source} --undo` takes back what was added a moment ago.",
            )
        key = _key(spec, answers, known)
        keys.append(key)
        known[key] = {**row, spec.key: key}
    return Addition(
        last=last,
        table=rows.table(known, spec),
        urls=tuple(said["url"] for said in given if spec.dated),
        notes=(
            *map(rows.origin, origins),
            *(
                f"Added by a person: {key}{_origin(said) if spec.dated else ''}"
                for key, said in zip(keys, given, strict=True)
            ),
        ),
    )


def _origin(said: Mapping[str, str]) -> str:
    return f", published {said['published']} by {said['publisher']} ({said['tier']}), {said['url']}"


def _answers(spec: Spec, said: Mapping[str, str], where: str) -> dict[str, str]:
    """All answers, checked one by one; what is wrong is said of all of them at once."""
    asked = questions(spec)
    if unknown := [name for name in said if name not in asked]:
        raise SnapshotError(
            "A row has no such column.", where=where, expected=", ".join(asked), got=", ".join(unknown)
        )
    answers = {name: said.get(name, "") for name in asked}
    wrong = {name: wanted for name, answer in answers.items() if (wanted := problem(spec, name, answer))}
    wanted = "; ".join(f"{name}: {wanted}" for name, wanted in wrong.items()) or contradiction(spec, answers)
    if wanted:
        raise SnapshotError(
            "A row does not say what it must.",
            where=where,
            expected=wanted,
            got="; ".join(f"{name}={said.get(name, '')}" for name in wrong or said),
            hint="Say it as COLUMN=VALUE after --row; on a terminal `pivot add SOURCE` asks for each.",
        )
    return answers


def _cells(spec: Spec, answers: Mapping[str, str], key: str) -> dict[str, str]:
    cells = {**answers, spec.key: key}
    if said := answers.get("published"):
        precision = "month" if len(said) == _MONTH else "day"
        cells |= {"published": str(_published(said)), _PRECISION: precision}
    return cells


def _published(said: str) -> dt.date | None:
    """The day on which a row was public: of a month the last; None if there is no such day."""
    try:
        if len(said) == _MONTH:
            first = dt.date.fromisoformat(f"{said}-01")
            return first.replace(day=calendar.monthrange(first.year, first.month)[1])
        return dt.date.fromisoformat(said)
    except ValueError:
        return None


def _key(spec: Spec, answers: Mapping[str, str], known: Mapping[str, rows.Row]) -> str:
    """A key that no row has: as given, or the words that name the row, with an ordinal if taken."""
    if spec.key in spec.named:
        key = answers[spec.key]
        if key in known:
            raise SnapshotError(
                f"the {spec.folder} has a row {key} already",
                where=f"--row {spec.key}",
                expected=f"a {spec.key} that no row has",
                got=key,
                hint=f"choose another {spec.key}; what landed does not change",
            )
        return key
    return rows.free_key(slug("-".join(answers[name] for name in spec.named)), known)
