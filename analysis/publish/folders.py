"""Whole folders: filled with what belongs there, and put in the place of an older one at once."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from analysis.errors import OutputError
from analysis.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@contextmanager
def output(place: Path) -> Iterator[None]:
    """Turn what the system says of a folder that can not be written into one clear error."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            "the output could not be written; what was there before still stands",
            where=str(error.filename or place),
            got=error.strerror or str(error),
            hint="make room, or choose another folder with --out",
        ) from error


def fill(folder: Path, texts: Mapping[str, str]) -> None:
    """Make a folder hold exactly these files; files that have not changed are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in sorted(path for path in folder.iterdir() if path.name not in texts):
        stale.unlink()
    for name, text in texts.items():
        path, data = folder / name, text.encode()
        if not path.is_file() or path.read_bytes() != data:
            write_atomic(path, data)


def swap(new: Path, place: Path) -> None:
    """Put a finished folder in the place of an older one; if that fails the older one stands."""
    old = place.with_name(f".{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    try:
        new.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)
