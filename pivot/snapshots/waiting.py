"""Snapshots that wait on another branch: taken into the store, so that a refresh goes on from them.

A pull request with fresh evidence may wait for weeks. What it holds of sources that exist only on the day
they are asked can not be had again, so that the next refresh takes it in and goes on from there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pivot.errors import ReportError, SnapshotError
from pivot.git import complaint, git
from pivot.snapshots import sidecar
from pivot.snapshots.store import SUMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pivot.snapshots.lock import PendingAdd
    from pivot.snapshots.sidecar import Snapshot


def take(pending: PendingAdd, repository: Path, revision: str) -> Iterator[Snapshot | ReportError]:
    """Adds each snapshot of a git revision that the store does not have, in its order.

    One whose name is taken by another of that day gets the next ordinal: it has not landed yet.

    Args:
        pending: adds to the store.
        repository: the folder of the report, in git.
        revision: a branch, tag or commit.

    Yields:
        Each snapshot that was added, and each error of one that could not be.

    Raises:
        SnapshotError: if git can not read the revision.
    """
    store = pending.store
    folder = store.root.name
    listing = _shown(repository, revision, f"{folder}/{SUMS}").decode()
    paths = [line.split("  ", 1)[1] for line in listing.splitlines()]
    sources = store.sources()
    for path in sorted(
        (path for path in paths if path.endswith(".csv")),
        key=lambda path: (path.partition("/")[0], sidecar.order(path)),
    ):
        source = path.partition("/")[0]
        where = f"{revision}:{folder}/{path}"
        try:
            text = _shown(repository, revision, f"{folder}/{sidecar.beside(path)}")
            fields = sidecar.parse(text, sidecar.beside(where))
            made = sidecar.snapshot(fields, source=source, path=path)
            there = store.snapshots(source) if source in sources else ()
            if all(replace(one, path=path) != made for one in there):
                yield pending.add(source, _shown(repository, revision, f"{folder}/{path}"), **fields)
        except ReportError as error:
            error.hint = f"It was not taken in. Mend or remove {path} on {revision}."
            yield error


def _shown(repository: Path, revision: str, path: str) -> bytes:
    shown = git(repository, "show", "--end-of-options", f"{revision}:./{path}")
    if shown.returncode:
        raise SnapshotError(
            "git can not show a file of a revision.",
            where=f"{revision}:{path}",
            expected="a file of that revision",
            got=complaint(shown),
            hint="Name a branch that is there, `origin/refresh` say, after `git fetch`.",
        )
    return shown.stdout
