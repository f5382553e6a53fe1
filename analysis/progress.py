"""Progress on a terminal; silence in a log."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.publish.render import Progress


def _silent(step: str, done: int, total: int) -> None:
    """Nobody watches."""


@contextmanager
def shown() -> Iterator[Progress]:
    """One line that says what is being done, where standard error is a terminal."""
    if not sys.stderr.isatty():
        yield _silent
        return

    def tell(step: str, done: int, total: int) -> None:
        count = f" {done + 1}/{total}" if total > 1 else ""
        sys.stderr.write(f"\r\x1b[2K{step}{count}")
        sys.stderr.flush()

    try:
        yield tell
    finally:
        sys.stderr.write("\r\x1b[2K")
        sys.stderr.flush()
