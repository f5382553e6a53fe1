"""Whole folders: hashed, filled with what belongs there, put in the place of an older one at once."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pivot.errors import OutputError
from pivot.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

# What every built site has at its root, and hardly anything else.
_MARKS = frozenset({"index.html", "ledger.json", "ledger.schema.json"})


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


def refuse_foreign(place: Path) -> None:
    """Refuse to put a site where something else stands: a build replaces the folder as a whole.

    Raises:
        OutputError: `place` is a file, or a folder that neither is empty nor holds a built site.
    """
    inside = {path.name for path in place.iterdir()} if place.is_dir() else set()
    site = inside >= _MARKS and not any(name.startswith(".") for name in inside)  # a repository has its .git
    if (inside and not site) or (place.exists() and not place.is_dir()):
        raise OutputError(
            "something else stands where the site would be put; it was left alone",
            where=str(place),
            expected="no such folder, an empty one, or one that `pivot build` made",
            got="a file" if not place.is_dir() else f"a folder with {', '.join(sorted(inside)[:3])}",
            hint="choose another folder with --out",
        )


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


def files_in(*folders: Path) -> list[Path]:
    """Every file of some folders, sorted in each; Python's compiled copies are none."""
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]


def digest(words: Iterable[str], files: Iterable[Path], root: Path) -> str:
    """SHA-256 of some words, and of the names below `root` and the bytes of some files, in their order."""
    total = hashlib.sha256("\0".join(words).encode())
    for path in files:
        total.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
