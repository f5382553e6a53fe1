"""The rows of a snapshot as text, cell by cell: what a refresh or a person adds rows to."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.snapshots.datasets import Spec
    from pivot.snapshots.sidecar import Snapshot
    from pivot.snapshots.store import Store

    Row = Mapping[str, str]
    """Cells of one row as text, by column."""


def known(store: Store, snapshot: Snapshot) -> dict[str, Row]:
    """The rows of a snapshot by key, in the order of the file.

    Raises:
        SnapshotError: if the file is missing or not the one that landed.
    """
    reader = csv.DictReader(io.StringIO(store.read(snapshot).decode("utf-8-sig"), newline=""))
    return {row[snapshot.key[0]]: row for row in reader}


def table(rows: Mapping[str, Row], spec: Spec) -> bytes:
    """The file of a data set: its columns, the rows by rising key."""
    whole = spec.columns[spec.key].kind == "whole"
    text = io.StringIO()
    writer = csv.DictWriter(text, list(spec.columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[key] for key in sorted(rows, key=lambda key: (int(key) if whole else 0, key)))
    return text.getvalue().encode()


def origin(snapshot: Snapshot) -> str:
    """What a sidecar says of rows that were taken over from the snapshot before."""
    return f"Rows of {snapshot.path} (SHA-256 {snapshot.sha256}) are as there; its sidecar has their origin."
