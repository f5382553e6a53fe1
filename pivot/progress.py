"""A rich progress bar on a terminal; nothing where standard error is none."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.publish.render import Progress


def _silent(step: str, done: int, total: int) -> None:
    """Progress callback that does nothing."""


@contextmanager
def shown() -> Iterator[Progress]:
    """A bar that says what is being done, where standard error is a terminal; it is gone when all is done."""
    if not sys.stderr.isatty():
        yield _silent
        return

    # A log needs none of it, and it takes a while to import.
    from rich import progress
    from rich.console import Console

    columns = (
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda step, done, total: bar.update(task, description=step, completed=done, total=total)
