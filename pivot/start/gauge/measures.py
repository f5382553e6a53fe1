"""The arithmetic: pure functions of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

KM3 = 0.1
"""Cubic kilometres in the unit of the record, a hundred million cubic metres."""


def discharge(years: pd.DataFrame) -> pd.Series[float]:
    """The discharge of each year in cubic kilometres."""
    return years["volume_1e8_m3"] * KM3


def change(before: float, after: float) -> float:
    """The change from one level to another, in percent of the first."""
    return 100 * (after / before - 1)
