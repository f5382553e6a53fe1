"""The code that makes a report: the engine and the article's package, hashed as one."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.files import digest as digest_of
from pivot.files import sha256
from pivot.folders import files_in

if TYPE_CHECKING:
    from collections.abc import Iterable

ENGINE = Path(__file__).parent
"""The folder of the engine's package."""

_LIBRARIES = (
    "jinja2", "markupsafe", "matplotlib", "msgspec", "numpy", "pandas", "pikepdf", "pypandoc_binary",
    "pyyaml", "typst",
)  # fmt: skip


def digest(packages: Iterable[Path]) -> str:
    """SHA-256 of some packages: the names and the bytes of their files."""
    digests = (digest_of((), files_in(package), package.parent) for package in packages)
    return sha256("".join(digests).encode())


def libraries() -> dict[str, str]:
    """The version of Python, and of each library that writes a byte of a report."""
    from importlib.metadata import version  # as slow as hashing all of the evidence

    return {"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES}
