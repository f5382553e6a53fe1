"""Single files: written whole or not at all, their SHA-256, and JSON that is the same bytes every time."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from pivot.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn what the system says of a place that can not be written into one clear error.

    Raises:
        OutputError: disk full, no permission, or a path that can not be made.
    """
    try:
        yield
    except OSError as error:
        elsewhere = error.filename and os.fspath(error.filename) != os.fspath(place)
        raise OutputError(
            "the output could not be written; what was there before still stands",
            where=str(place),
            expected="a file that can be written there",
            got=(error.strerror or str(error)) + (f": {error.filename}" if elsewhere else ""),
            hint="make room, or choose a folder that you may write to (--out for a site); then try again",
        ) from error


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a file `.NAME.part` beside it, flushed to the disk, then renamed.

    A kill leaves the part, which the next write of the same file overwrites.

    Raises:
        OutputError: as `writing`.
    """
    _write(path, part_name(path.name), content, flush=True)
    # The rename has happened; that it outlives a power cut is asked of the file systems that can.
    with suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def write_unflushed(path: Path, content: bytes) -> None:
    """Write a file that can be made again: a power cut may spoil it, so who reads it checks it.

    Flushing takes some milliseconds a file. Several processes may write the same one at once.

    Raises:
        OutputError: as `writing`.
    """
    _write(path, part_name(f"{path.name}.{os.getpid()}"), content, flush=False)


def _write(path: Path, name: str, content: bytes, *, flush: bool) -> None:
    part = path.with_name(name)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as file:
                file.write(content)
                if flush:
                    file.flush()
                    os.fsync(file.fileno())
            part.replace(path)
        except OSError:
            with suppress(OSError):
                part.unlink()
            raise


def part_name(name: str) -> str:
    """The name of a file that is being written."""
    return f".{name}.part"


def write_changed(path: Path, content: bytes) -> None:
    """As `write_unflushed`, unless the file holds these bytes already."""
    try:
        same = path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        same = False
    if not same:
        write_unflushed(path, content)


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest(words: Iterable[str], files: Iterable[Path], root: Path) -> str:
    """SHA-256 of some words, and of the names below `root` and the bytes of some files, in their order."""
    total = hashlib.sha256("\0".join(words).encode())
    for path in files:
        total.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def canonical(content: Any) -> bytes:  # noqa: ANN401
    """JSON with sorted keys: one way to write each content."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False, default=list)
    return (text + "\n").encode()
