"""What a live source is, what it is told and what it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from pivot.snapshots.transport import SourceError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from pivot.snapshots.client import Client
    from pivot.snapshots.rows import Row


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds of a data set when a refresh begins.

    Attributes:
        rows: the rows of the newest snapshot by key, in the order of the file.
        vintage: the day of that snapshot.
        today: the day of the refresh (UTC).
        since: the day from which filings are read; None for those that were not read yet.
        marks: how far a source was read, by what was read; see `marks`.
    """

    rows: Mapping[str, Row]
    vintage: dt.date
    today: dt.date
    since: dt.date | None
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filing:
    """A document for a person to read.

    Attributes:
        company: as in the operator statements.
        form: the form's name, such as 10-Q.
        filed: the day.
        url: where it is.
    """

    company: str
    form: str
    filed: dt.date
    url: str


@dataclass(frozen=True, slots=True)
class Update:
    """What a source states now.

    Attributes:
        rows: by key. Of a row that is known, only the cells that the source states; they are held
            against it. Of a row that is not, every cell.
        notes: what a reader of the sidecar must know about these rows.
        filings: documents that say more than a number.
        newest: by publisher, the day of the newest thing that it has stated; it may stand still.
        remarks: what is to be told and is no failure.
        errors: what could not be read; the rest stands.
        marks: how far the source has been read now; they go into the sidecar.
    """

    rows: Mapping[str, Row]
    notes: tuple[str, ...] = ()
    filings: tuple[Filing, ...] = ()
    newest: Mapping[str, dt.date] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    errors: tuple[SourceError, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)


def _same(_column: str, known: str, stated: str, _row: Row) -> bool:
    return known == stated


@dataclass(frozen=True, slots=True)
class Source:
    """One live source of a data set.

    Attributes:
        name: folder of the data set in the store.
        publisher: who says so, with the attribution the terms ask for.
        licence: the terms, in words.
        read: asks the source.
        days: how old the newest thing that it states may be; if it is older, the source stands still.
        near: whether a stated cell agrees with a known one that another publisher gave: column, known
            cell, stated cell, known row. What the source itself gave before must be the same to the letter.
        bound: what `near` holds, in words.
    """

    name: str
    publisher: str
    licence: str
    read: Callable[[Client, Known], Update]
    days: int
    near: Callable[[str, str, str, Row], bool] = field(default=_same)
    bound: str = "the same"


_MARKS = "Read up to: "


def marks(notes: Iterable[str]) -> dict[str, str]:
    """How far a source was read, by what was read, as the notes of its snapshots have it."""
    pairs = (
        pair.rpartition(" ")
        for note in notes
        if note.startswith(_MARKS)
        for pair in note.removeprefix(_MARKS).split("; ")
    )
    furthest: dict[str, str] = {}
    for name, _, mark in pairs:
        furthest[name] = max(mark, furthest.get(name, ""))
    return furthest


def marks_note(reached: Mapping[str, str]) -> str:
    """The note of a sidecar that `marks` reads."""
    return _MARKS + "; ".join(f"{name} {mark}" for name, mark in sorted(reached.items()))


def rest(error: SourceError, kept: str) -> SourceError:
    """An error after which a part stands: its next step says so."""
    error.hint = error.hint.replace("Nothing was added.", kept)
    return error


def by_key(rows: list[Row], key: str, url: str) -> dict[str, Row]:
    """Rows by their key.

    Raises:
        SourceError: if two rows have the same.
    """
    found: dict[str, Row] = {}
    for row in rows:
        if row[key] in found:
            raise SourceError(
                f"A source states one {key} twice.", where=url, expected="each once", got=row[key], hint=WRONG
            )
        found[row[key]] = row
    return found


def plain(number: Decimal, places: int | None = None) -> str:
    """A number as the data sets have it: a point, no exponent; rounded half even where places are given."""
    if places is not None:
        return f"{number:.{places}f}"
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def apart(one: str, other: str) -> Decimal:
    """How far two numbers are apart, as a part of the first."""
    return abs(Decimal(one) - Decimal(other)) / Decimal(one)


WRONG = "Nothing was added. Hold the answer against the source's documentation; it may have changed."
