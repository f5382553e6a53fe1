"""Which days the words of a period name: `Q1 2026`, `31 Dec 2025`, `nine months to 31 Mar 2026`."""

from __future__ import annotations

import re
from functools import cache

import pandas as pd

_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DATE = re.compile(rf"(?:\b(?:(\d\d?)-)?(\d\d?) )?\b({_MONTHS})[a-z]*(?: (\d{{4}}))?")
_PART = re.compile(r"\b(?:Q([1-4])|H([12])|(mid)|FY) ?(\d{4})")
_LENGTHS = {"quarter to": 3, "nine months to": 9, "FY to": 12, "fiscal year to": 12}
"""Months of a time that its end names."""


@cache
def span(period: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """First and last day of a period in the words of a statement; None where they name no time.

    A day stands for itself (`30 Jun 2026`, also within other words), a month, quarter, half or year for all
    of its days, the middle of a year for the end of June; from one to another for all between.
    """
    dates = [date for date in _DATE.findall(period) if date[3] or " to " in period or "-" in period]
    if dates and dates[-1][3]:
        (from_, day, month, year), (*_, last_day, last_month, last_year) = dates[0], dates[-1]
        first = pd.Timestamp(f"{from_ or day or 1} {month} {year or last_year}")
        last = pd.Timestamp(f"{last_day or 1} {last_month} {last_year}")
        last = last if last_day else last + pd.offsets.MonthEnd(0)
        for words, months in _LENGTHS.items():
            if period.startswith(words):
                first = last + pd.DateOffset(days=1) - pd.DateOffset(months=months)
        return first, last
    if not (part := _PART.search(period)):
        return None
    quarter, half, middle, year = part.groups()
    if middle:
        day = pd.Timestamp(f"{year}-06-30")
        return day, day
    months, number = (3, int(quarter)) if quarter else (6, int(half)) if half else (12, 1)
    first = pd.Timestamp(f"{year}-01-01") + pd.DateOffset(months=months * (number - 1))
    return first, first + pd.DateOffset(months=months, days=-1)


def stated_day(period: str, published: pd.Timestamp) -> pd.Timestamp:
    """The day that a hash rate is of: the last of its period, or of its publication where that is earlier.

    Nobody can have stated in the first week of March what would run at its end.
    """
    days = span(period)
    return published if days is None else min(days[1], published)
