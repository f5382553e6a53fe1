"""The code that runs: the engine and the article, which stand beside each other in one folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parents[1]
"""The folder that holds the packages."""

PACKAGES = ("analysis", "pivot")


def files(folder: Path = FOLDER) -> Iterator[Path]:
    """Every file of the packages below a folder, sorted; Python's compiled copies are none."""
    for package in PACKAGES:
        for path in sorted((folder / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def digest(folder: Path = FOLDER) -> str:
    """SHA-256 of the packages below a folder: their files' names and bytes."""
    total = hashlib.sha256()
    for path in files(folder):
        total.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
