"""What was worked out before: records in `.pivot`, each under the hash of all that it follows from.

Nothing in it is needed, only faster. A record that was damaged, or is not of the type asked for, is none.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import msgspec

from pivot.errors import OutputError
from pivot.files import sha256, write_unflushed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_T = TypeVar("_T")
_DIGEST = 64
_KEPT = 200
"""Records of a folder; those that were used for longest ago go first."""


def kept(place: Path, kind: type[_T], make: Callable[[], _T]) -> _T:
    """Read a record, or make it and keep it for the next time.

    Args:
        place: its file; the name says all that it follows from.
        kind: its type.
        make: makes it anew.
    """
    with suppress(msgspec.MsgspecError):
        if (data := load(place)) is not None:
            return msgspec.json.decode(data, type=kind)
    record = make()
    data = msgspec.json.encode(record, enc_hook=lambda number: number.item())
    with suppress(msgspec.MsgspecError, OutputError):  # a folder that may only be read keeps nothing
        if msgspec.json.decode(data, type=kind) == record:  # what JSON can not hold is not kept
            save(place, data)
            sweep(place.parent, "*.json", _KEPT)
    return record


def load(place: Path) -> bytes | None:
    """The bytes that were saved in a place; None where there are none, or others."""
    try:
        data = place.read_bytes()
    except OSError:
        return None
    with suppress(OSError):  # a folder that may only be read is not swept
        place.touch()  # so that the sweep keeps what is in use
    return data[_DIGEST:] if data[:_DIGEST] == sha256(data[_DIGEST:]).encode() else None


def save(place: Path, data: bytes) -> None:
    """Save bytes with their digest."""
    write_unflushed(place, sha256(data).encode() + data)


def sweep(folder: Path, pattern: str, count: int) -> None:
    """Delete the files of a folder that were used for longest ago, all but so many."""
    used = {}
    for path in folder.glob(pattern):
        with suppress(FileNotFoundError):  # another process sweeps too
            used[path] = path.stat().st_mtime_ns
    for path in sorted(used, key=lambda path: used[path])[:-count]:
        path.unlink(missing_ok=True)
