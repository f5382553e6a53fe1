"""The rows of a snapshot as text, cell by cell: what a refresh or a person adds rows to."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pivot.snapshots.datasets import Spec
    from pivot.snapshots.sidecar import Snapshot
    from pivot.snapshots.store import Store

    Row = Mapping[str, str]
    """Cells of one row as text, by column."""

_ORIGIN = re.compile(r"^Rows of \S+ \(SHA-256 ([0-9a-f]{64})\) are as there;")


def known(store: Store, snapshot: Snapshot) -> dict[str, Row]:
    """The rows of a snapshot by key, in the order of the file.

    Raises:
        SnapshotError: if the file is missing or not the one that landed.
    """
    reader = csv.DictReader(io.StringIO(store.read(snapshot).decode("utf-8-sig"), newline=""))
    return {row[snapshot.key[0]]: row for row in reader}


def table(rows: Mapping[str, Row], spec: Spec) -> bytes:
    """The file of a data set: its columns, the rows by rising key."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(spec.columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[key] for key in _rising(rows, spec))
    return text.getvalue().encode()


def current(store: Store, spec: Spec) -> tuple[dict[str, Row], tuple[Snapshot, ...]]:
    """The rows from which a new snapshot of a data set goes on, and the snapshots that they are from.

    That is the newest snapshot, and what stands aside of it: a refresh that waited in a pull request while a
    person added a statement was made from the same rows as the statement, and neither has the other's. Where
    both gave one name to two statements, the second gets an ordinal.

    Raises:
        SnapshotError: if a file is missing or not the one that landed.
    """
    snapshots = store.snapshots(spec.folder)
    rows, others = known(store, snapshots[-1]), aside(snapshots)
    for other in others:
        for key, row in known(store, other).items():
            if key not in rows:
                rows[key] = row
            elif spec.named and all(row != {**there, spec.key: key} for there in rows.values()):
                name = free_key(key, rows)
                rows[name] = {**row, spec.key: name}
    return {key: rows[key] for key in _rising(rows, spec)}, (snapshots[-1], *others)


def aside(snapshots: Sequence[Snapshot]) -> tuple[Snapshot, ...]:
    """The snapshots of a source that share a beginning with its newest, and of which that knows nothing."""
    line, ends = {snapshots[-1].sha256}, {snapshots[-1].sha256}
    while ends:
        ends = {one for each in snapshots if each.sha256 in ends for one in _origins(each)} - line
        line |= ends
    others: list[Snapshot] = []
    for snapshot in snapshots:
        if snapshot.sha256 not in line and _origins(snapshot) & {*line, *(one.sha256 for one in others)}:
            others.append(snapshot)
    return tuple(others)


def free_key(slug: str, rows: Collection[str]) -> str:
    """A key that no row has: the words that name the row, and an ordinal where they are taken."""
    return next(key for key in (slug, *(f"{slug}-{n}" for n in range(2, len(rows) + 3))) if key not in rows)


def _rising(rows: Collection[str], spec: Spec) -> list[str]:
    whole = spec.columns[spec.key].kind == "whole"
    return sorted(rows, key=lambda key: (int(key) if whole else 0, key))


def _origins(snapshot: Snapshot) -> set[str]:
    return {digest for note in snapshot.notes for digest in _ORIGIN.findall(note)}


def origin(snapshot: Snapshot) -> str:
    """What a sidecar says of rows that were taken over from the snapshot before."""
    return f"Rows of {snapshot.path} (SHA-256 {snapshot.sha256}) are as there; its sidecar has their origin."
