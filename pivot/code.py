"""The code that makes a report: the engine and the article's package, hashed as one."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ENGINE = Path(__file__).parent
"""The folder of the engine's package."""


def files(packages: Iterable[Path]) -> Iterator[Path]:
    """Every file of some packages, sorted in each; Python's compiled copies are none."""
    for package in packages:
        for path in sorted(package.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def digest(packages: Iterable[Path]) -> str:
    """SHA-256 of some packages: the names and the bytes of their files."""
    total = hashlib.sha256()
    for package in packages:
        for path in files([package]):
            total.update(f"{path.relative_to(package.parent).as_posix()}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
