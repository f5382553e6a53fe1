"""The exclusive lock for adding to the store, and the recovery after an add that was killed."""

from __future__ import annotations

import fcntl
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from pivot.errors import OutputError, ReportError
from pivot.files import part_name, writing
from pivot.names import CACHE
from pivot.snapshots.store import SUMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.snapshots import Snapshot, Store


@dataclass(frozen=True, slots=True)
class PendingAdd:
    """The record of the snapshot that is being added, in the file that is locked meanwhile.

    Args:
        store: the snapshots.
        file: the open lock file; it holds `SOURCE/VINTAGE` while a snapshot is being added, else nothing.
    """

    store: Store
    file: IO[str]

    def add(self, source: str, table: bytes, **fields: object) -> Snapshot:
        """Adds a snapshot to the store, after recording that it is about to."""
        received = self.store.root.parent / CACHE / f"{source}.csv"
        with writing(received.parent):
            try:
                self.record(f"{source}/{fields['vintage']}")
                received.write_bytes(table)
                snapshot = self.store.add(source, received, **fields)
                self.record("")
            except ReportError:
                self.record("")
                raise
            finally:
                received.unlink(missing_ok=True)
        return snapshot

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
        stem = re.fullmatch(r"([a-z-]+)/(\d{4}-\d\d-\d\d)", self.file.read())
        if not stem or stem[1] not in self.store.specs:
            return
        source, vintage = stem.groups()
        root = self.store.root
        (root / part_name(SUMS)).unlink(missing_ok=True)
        landed = any(str(snapshot.vintage) == vintage for snapshot in self.store.snapshots(source))
        for name in (f"{vintage}.csv", f"{vintage}.toml"):
            (root / source / part_name(name)).unlink(missing_ok=True)
            if not landed:
                (root / source / name).unlink(missing_ok=True)
        self.record("")


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
                hint="wait until it has ended; nothing was asked or added",
            ) from None
        pending = PendingAdd(store, file)
        pending.recover()
        yield pending
