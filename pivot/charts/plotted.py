"""What a chart shows, apart from how it looks: a tidy table, the texts and the numbers beside it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pivot.text import inert

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Plotted:
    """Everything that drawing one chart needs, rounded as its CSV has it.

    Args:
        table: one row for each mark, units in the names of the columns; days are naive timestamps.
        texts: labels as the ledger displays them.
        numbers: places that labels and lines need and no row has, such as a cited threshold.
    """

    table: pd.DataFrame
    texts: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)

    def csv(self) -> str:
        """The table as a reader downloads it: ISO days, a point in numbers, empty where there is nothing."""
        table = self.table.map(inert).rename(columns=inert)
        return str(table.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n"))

    def digest(self) -> str:
        """SHA-256 of all of it: equal for equal pictures of the same code."""
        beside = json.dumps([dict(self.texts), dict(self.numbers)], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(f"{self.csv()}\n{beside}".encode()).hexdigest()
