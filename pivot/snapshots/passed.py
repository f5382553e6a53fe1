"""A note of which snapshots have passed which contract, so that a build need not ask again.

It is a convenience and no evidence: lost, unreadable or foreign lines only mean that a contract is
checked once more. The hash of every file is checked at every read, whatever stands here.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.snapshots import sidecar

if TYPE_CHECKING:
    from pivot.snapshots.sidecar import Snapshot

# What the verdict on a snapshot depends on, besides its bytes and its sidecar.
_CODE = ("contracts.py", "datasets.py", "tables.py")


class Passed:
    """The note of one working folder.

    Args:
        file: one SHA-256 a line, each over the contract's code and a sidecar.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._code = b"".join((Path(__file__).parent / name).read_bytes() for name in _CODE)
        self._known: set[str] = set()
        with suppress(OSError, UnicodeDecodeError):
            self._known.update(file.read_text("ascii").split())

    def __contains__(self, snapshot: Snapshot) -> bool:
        return self._token(snapshot) in self._known

    def add(self, snapshot: Snapshot) -> None:
        """Notes a snapshot; where nothing can be written, it is checked again next time."""
        token = self._token(snapshot)
        self._known.add(token)
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="ascii") as file:
                file.write(token + "\n")

    def _token(self, snapshot: Snapshot) -> str:
        # The path is in it because the same bytes may be right for one data set and wrong for another.
        said = f"{snapshot.source}\n{sidecar.render(snapshot)}".encode()
        return hashlib.sha256(self._code + said).hexdigest()
