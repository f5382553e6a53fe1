"""Whole folders: filled with what belongs there and nothing else, and put in the place of an older one."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pivot.errors import OutputError
from pivot.files import write_changed, writing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def refuse_foreign(place: Path, marks: frozenset[str], *, keeps_hidden: bool = False) -> None:
    """Refuse to put a site where something else stands.

    Args:
        place: the folder; there may be none.
        marks: the files that every site of the caller's kind has at its root.
        keeps_hidden: whether the caller leaves hidden files alone, such as the `.git` of a branch.

    Raises:
        OutputError: `place` is a file, or a folder that neither is empty nor holds such a site.
    """
    names = {path.name for path in place.iterdir()} if place.is_dir() else set()
    visible = {name for name in names if not name.startswith(".")}
    ours = not visible or visible >= marks
    if place.is_file() or not ours or (names != visible and not keeps_hidden):
        raise OutputError(
            "something else stands where the site would be put; it was left alone",
            where=str(place),
            expected=f"no such folder, an empty one, or a site of ours, with {', '.join(sorted(marks))}",
            got="a file" if place.is_file() else f"a folder with {', '.join(sorted(names)[:3])}",
            hint="choose another folder with --out, or with --into for a release",
        )


class OutputFolder:
    """The folder of a site during one build: only what changed is written, and nothing stale is left.

    Args:
        root: the folder; made when missing.

    Raises:
        OutputError: `root` holds files that no build of ours wrote, or can not be written.
    """

    _MARKS = frozenset({"index.html"})

    def __init__(self, root: Path) -> None:
        self.root = root
        self._names: set[str] = set()
        with writing(root):
            root.mkdir(parents=True, exist_ok=True)
            refuse_foreign(root, self._MARKS)

    def write(self, name: str, data: bytes | str) -> None:
        """Write a file, unless it holds these bytes already.

        Raises:
            OutputError: it can not be written, and the old file stands; or the name leads out of the folder.
        """
        if not _is_name(name):
            raise OutputError(
                "a file would be written outside of its folder",
                where=str(self.root),
                expected="a name within it",
                got=name,
                hint="give what the book calls so another name",
            )
        self._names.add(name)
        write_changed(self.root / name, data.encode() if isinstance(data, str) else data)

    def sweep(self) -> None:
        """Remove every file that this build did not write, and the folders that leaves empty."""
        with writing(self.root):
            for folder, _, files in os.walk(self.root, topdown=False):
                for file in files:
                    path = Path(folder, file)
                    if path.relative_to(self.root).as_posix() not in self._names:
                        path.unlink()
                if Path(folder) != self.root and not any(Path(folder).iterdir()):
                    Path(folder).rmdir()


def within(root: Path, name: str) -> bool:
    """Whether a file is there and in the folder, and not only seems to be, by a symbolic link."""
    path = root / name
    return path.is_file() and path.resolve().is_relative_to(root.resolve())


def _is_name(path: str) -> bool:
    """Whether a path leads to a file below the folder that it counts from."""
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts


def fill(folder: Path, texts: Mapping[str, str]) -> None:
    """Make a folder hold exactly these files; files that have not changed are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in sorted(path for path in folder.iterdir() if path.name not in texts):
        stale.unlink()
    for name, text in texts.items():
        write_changed(folder / name, text.encode())


@contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """Make a folder beside another, which it replaces once it is whole; if anything fails the old one stands.

    Args:
        place: the folder to replace; there may be none.

    Yields:
        The path of the new folder, which does not exist yet.
    """
    new, old = (place.with_name(f".{place.name}.{word}") for word in ("new", "old"))
    shutil.rmtree(new, ignore_errors=True)
    new.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield new
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
    finally:
        shutil.rmtree(new, ignore_errors=True)


def files_in(*folders: Path) -> list[Path]:
    """Every file of some folders, sorted in each; Python's compiled copies are none."""
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
