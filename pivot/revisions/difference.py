"""The difference of two states as JSON has it: the records that its schema is made from."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from pivot.records import Record, one_of
from pivot.revisions.numbers import ClaimChange
from pivot.revisions.report import Look
from pivot.revisions.sentences import SentenceChange
from pivot.revisions.tables import CHANGED, IDENTICAL, NOT_COMPARED, SAME_TABLE, Column

Count = Annotated[int, Meta(ge=0)]
Scalar = str | int | float | bool | None


class Cell(Record, frozen=True):
    """One revised cell.

    Args:
        absolute: New less old value; null for words.
        relative: The same as a share of the old one.
        severity: The same as a share of the larger one, from 0 to 1.
    """

    key: Scalar
    column: str
    old: Scalar
    new: Scalar
    absolute: float | None
    relative: float | None
    severity: float | None


class Rows(Record, frozen=True):
    """A data set on both sides.

    Args:
        key: The column that names a row; empty if none is declared.
        why: How the bytes differ, or why rows were not compared.
        before: How many rows there were.
        after: How many there are.
        schema: Columns that came, went or changed their type, one sentence each.
        revised: Revised rows as they are now.
        columns: The revised columns.
        file: The snapshot, where rows are told that nobody sees on the asked days; else empty.
    """

    name: str
    key: str
    state: Annotated[str, one_of(IDENTICAL, SAME_TABLE, CHANGED, NOT_COMPARED)]
    why: str
    append_only: bool
    before: Count
    after: Count
    schema: tuple[str, ...]
    added: tuple[dict[str, Scalar], ...]
    removed: tuple[dict[str, Scalar], ...]
    revised: tuple[dict[str, Scalar], ...]
    cells: tuple[Cell, ...]
    columns: tuple[Column, ...]
    file: str


class SideName(Record, frozen=True):
    """One side of a difference.

    Args:
        label: What it was asked by.
        as_of: The day on which the evidence is read.
    """

    label: str
    kind: Annotated[str, one_of("day", "edition", "snapshot", "revision")]
    as_of: Annotated[str, Meta(extra_json_schema={"format": "date"})]
    commit: str


class ChangedChart(Record, frozen=True):
    """A chart that shows something else.

    Args:
        address: Page and anchor in the site.
        place: The same in words.
        marks: Rows of its data that went and came.
        labels: Texts on it, before and after.
    """

    name: str
    address: str
    place: str
    marks: tuple[Count, Count]
    labels: tuple[tuple[str, str], ...]


class Difference(Record, frozen=True):
    """Rows that changed, the numbers they moved and the sentences that now read differently.

    Args:
        verdict: The whole in one line.
        exit_code: 0 nothing that a reader sees moved, 1 something did, 2 it could not be decided.
        undecided: Why numbers and sentences could not be compared; empty if they were.
        kinds: How many numbers and edited sentences are proposed to be of which kind.
        unmoved: How many claims did not move.
    """

    schema: Literal[1]
    verdict: str
    exit_code: Literal[0, 1, 2]
    undecided: str
    notes: tuple[str, ...]
    kinds: dict[str, Count]
    old: SideName
    new: SideName
    sentences: tuple[SentenceChange, ...]
    numbers: tuple[ClaimChange, ...]
    unmoved: Count
    charts: tuple[ChangedChart, ...]
    rows: tuple[Rows, ...]
    looks: tuple[Look, ...]
