"""What was worked out before: records in `.pivot`, each under the hash of all that it follows from.

Nothing in it is needed, only faster. A record that was damaged, or is not of the type asked for, is none.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import msgspec

from pivot.errors import OutputError
from pivot.files import sha256, write_atomic

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
    data = b""
    with suppress(OSError):  # there is none yet
        data = place.read_bytes()
        place.touch()
    if data[:_DIGEST] == sha256(data[_DIGEST:]).encode():
        with suppress(msgspec.MsgspecError):  # it is one of another type
            return msgspec.json.decode(data[_DIGEST:], type=kind)
    record = make()
    data = msgspec.json.encode(record, enc_hook=lambda number: number.item())
    with suppress(msgspec.MsgspecError, OutputError):  # a folder that may only be read keeps nothing
        if msgspec.json.decode(data, type=kind) == record:  # what JSON can not hold is not kept
            write_atomic(place, sha256(data).encode() + data)
            _sweep(place.parent)
    return record


def _sweep(folder: Path) -> None:
    used = {path: path.stat().st_mtime_ns for path in folder.glob("*.json")}
    for path in sorted(used, key=lambda path: used[path])[:-_KEPT]:
        path.unlink(missing_ok=True)
