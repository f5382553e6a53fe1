"""Git, asked about the repository of a report."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pivot.errors import ReportError
from pivot.processes import run

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.processes import Completed

_SECONDS = 60


def git(root: Path, *words: str) -> Completed:
    """Run git in a repository; whether it did what it was asked for is for the caller to see.

    Raises:
        ReportError: it is not installed, or does not come to an end.
    """
    if shutil.which("git") is None:
        what, expected = "git can not be run", "git on PATH"
        raise ReportError(what, where=str(root), expected=expected, got="none", hint="install git")
    return run(["git", "-C", str(root), *words], seconds=_SECONDS)


def complaint(done: Completed) -> str:
    """What git said on its way out."""
    return done.stderr.decode(errors="replace").strip()
