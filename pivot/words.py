"""Words that every report uses: counts with their noun, days."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun: `1 row`, `2,310 rows`; "" of none.

    Args:
        count: how many there are.
        one: what follows the number one.
        many: what follows any other; by default the first with an s.
    """
    return f"{count:,} {one if count == 1 else many or f'{one}s'}" if count else ""


def long_day(day: dt.date, space: str = " ") -> str:
    """A day with its month in words: `8 May 2026`; not every system's `strftime` can leave out the zero."""
    return f"{day.day}{space}{day:%B %Y}"
