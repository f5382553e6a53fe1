"""The exclusive lock for adding to the store, and the recovery after an add that was killed."""

from __future__ import annotations

import fcntl
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from pivot.errors import OutputError, ReportError, SnapshotError
from pivot.files import part_name, writing
from pivot.git import complaint, git
from pivot.names import CACHE
from pivot.snapshots.store import SUMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pivot.snapshots import Snapshot, Store


@dataclass(frozen=True, slots=True)
class PendingAdd:
    """The record of the snapshot that is being added, in the file that is locked meanwhile.

    Args:
        store: the snapshots.
        file: the open lock file; it holds `SOURCE/NAME` of the files that are being added, else nothing.
    """

    store: Store
    file: IO[str]

    def add(self, source: str, table: bytes, accepted: str = "", /, **fields: object) -> Snapshot:
        """Adds a snapshot to the store, after recording that it is about to."""
        received = self.store.root.parent / CACHE / f"{source}.csv"
        with writing(received.parent):
            try:
                self.record(self.store.free(source, fields["vintage"]))
                received.write_bytes(table)
                snapshot = self.store.add(source, received, None, accepted, **fields)
                self.record("")
            except ReportError:
                self.record("")
                raise
            finally:
                received.unlink(missing_ok=True)
        return snapshot

    def undo(self, source: str) -> Snapshot:
        """Takes the newest snapshot of a source out again, if git does not track it: a slip, seen in time.

        Raises:
            SnapshotError: if git tracks every snapshot of the source, or can not say.
        """
        tracked = _tracked(self.store.root, source)
        fresh = [one for one in self.store.snapshots(source) if one.path not in tracked]
        if not fresh:
            raise SnapshotError(
                f"there is no snapshot of {source} to take back",
                where=self.store.snapshots(source)[-1].path,
                expected="one that git does not track",
                got="none",
                hint="what is committed stays: add the right rows as a new snapshot; "
                f"of one that is only staged, `git restore --staged {self.store.root.name}` first",
            )
        self.record(fresh[-1].path.removeprefix(f"{self.store.root.name}/").removesuffix(".csv"))
        self.store.withdraw(fresh[-1])
        self.record("")
        return fresh[-1]

    def record(self, stem: str) -> None:
        """Writes down what is being added, so that it is on the disk before the store is touched."""
        self.file.seek(0)
        self.file.truncate()
        self.file.write(stem)
        self.file.flush()
        os.fsync(self.file.fileno())

    def recover(self) -> None:
        """Removes the files of a snapshot that never landed, because the command that added it was killed."""
        self.file.seek(0)
        stem = re.fullmatch(r"([a-z-]+)/(\d{4}-\d\d-\d\d(?:\.\d+)?)", self.file.read())
        if not stem or stem[1] not in self.store.specs:
            return
        source, name = stem.groups()
        root = self.store.root
        (root / part_name(SUMS)).unlink(missing_ok=True)
        path = f"{root.name}/{source}/{name}.csv"
        landed = any(snapshot.path == path for snapshot in self.store.snapshots(source))
        for file in (f"{name}.csv", f"{name}.toml"):
            (root / source / part_name(file)).unlink(missing_ok=True)
            if not landed:
                (root / source / file).unlink(missing_ok=True)
        self.record("")


def _tracked(root: Path, source: str) -> set[str]:
    """The files of a source that git has committed or staged, relative to the folder that holds the store."""
    listing = git(root.parent, "ls-files", "-z", "--", f"{root.name}/{source}")
    if listing.returncode:
        raise SnapshotError(
            "git can not say what is committed",
            where=str(root),
            expected="a repository whose files git lists",
            got=complaint(listing),
            hint="only what git does not track yet can be taken back; run the command in the repository",
        )
    return set(listing.stdout.decode(errors="replace").split("\0"))


@contextmanager
def exclusive(store: Store) -> Iterator[PendingAdd]:
    """Holds the lock of the working folder, which the system frees even if we are killed.

    Raises:
        OutputError: another command holds the lock, or the folder can not be written.
    """
    path = store.root.parent / CACHE / "adding.lock"
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(
                "another `pivot refresh` or `pivot add` is running",
                where=str(path),
                expected="one of them at a time",
                got="a lock that is held",
                hint="wait until it has ended; nothing was asked or added",
            ) from None
        pending = PendingAdd(store, file)
        pending.recover()
        yield pending
