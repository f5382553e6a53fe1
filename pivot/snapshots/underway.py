"""What is being added to the store: by one at a time, and nothing left behind by one that was killed."""

from __future__ import annotations

import fcntl
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from pivot.errors import OutputError, ReportError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pivot.snapshots import Snapshot, Store


@dataclass(frozen=True, slots=True)
class UnderWay:
    """The note of what is being added, in the file that is locked meanwhile."""

    store: Store
    file: IO[str]

    def add(self, source: str, table: bytes, **fields: object) -> Snapshot:
        """Adds a snapshot to the store, after noting that it is about to."""
        received = self.store.root.parent / ".pivot" / f"{source}.csv"
        try:
            self.note(f"{source}/{fields['vintage']}")
            received.write_bytes(table)
            snapshot = self.store.add(source, received, **fields)
            self.note("")
        except OSError as error:
            raise _not_written(received.parent, error) from None
        except ReportError:
            self.note("")
            raise
        finally:
            received.unlink(missing_ok=True)
        return snapshot

    def note(self, stem: str) -> None:
        """Writes down what is under way, so that it is on the disk before the store is touched."""
        self.file.seek(0)
        self.file.truncate()
        self.file.write(stem)
        self.file.flush()
        os.fsync(self.file.fileno())

    def clear(self) -> None:
        """Removes what one that was killed has left: files of a snapshot that never landed."""
        self.file.seek(0)
        found = re.fullmatch(r"([a-z-]+)/(\d{4}-\d\d-\d\d)", self.file.read())
        if not found or found[1] not in self.store.specs:
            return
        source, vintage = found.groups()
        root = self.store.root
        (root / ".SHA256SUMS.part").unlink(missing_ok=True)
        landed = any(str(snapshot.vintage) == vintage for snapshot in self.store.snapshots(source))
        for kind in (".csv", ".toml"):
            (root / source / f".{vintage}{kind}.part").unlink(missing_ok=True)
            if not landed:
                (root / source / f"{vintage}{kind}").unlink(missing_ok=True)
        self.note("")


@contextmanager
def alone(store: Store) -> Iterator[UnderWay]:
    """Holds the lock of the working folder, which the system frees even if we are killed."""
    path = store.root.parent / ".pivot" / "adding.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise _not_written(path.parent, error) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(
                "Another `pivot refresh` or `pivot add` is running.",
                where=str(path),
                hint="Wait until it has ended; nothing was asked or added.",
            ) from None
        under_way = UnderWay(store, file)
        under_way.clear()
        yield under_way


def _not_written(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        "The working folder can not be written.",
        where=str(folder),
        got=error.strerror or str(error),
        hint="Make it writable or free space, then repeat the command.",
    )
