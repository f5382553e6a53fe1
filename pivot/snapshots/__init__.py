"""Evidence: immutable snapshots of what sources said, and what of it was public on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pivot.snapshots.sidecar import Snapshot
from pivot.snapshots.store import Store

if TYPE_CHECKING:
    import pandas as pd

    from pivot.snapshots.vintage import DataSet, Vintage

Frame: TypeAlias = "pd.DataFrame"  # the rows of a data set, as claims and charts receive them

__all__ = ["DataSet", "Frame", "Snapshot", "Store", "Vintage"]


def __getattr__(name: str) -> object:
    # Vintages need pandas, a third of a second; a build in which nothing changed needs only hashes.
    if name in ("DataSet", "Vintage"):
        from pivot.snapshots import vintage

        return getattr(vintage, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
