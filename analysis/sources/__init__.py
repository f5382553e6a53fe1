"""Live sources: one small module for each data set that `pivot refresh` can bring up to date.

A module names the address and the public documentation of its source, and turns answers into rows of the data
set as text, with which `refresh` goes on. None of them is imported by a build.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from analysis.sources import blocks, epochs, filings, hashrate, pools, price

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.snapshots.source import Source

SOURCES: Mapping[str, Source] = MappingProxyType(
    {module.SOURCE.name: module.SOURCE for module in (epochs, blocks, price, hashrate, pools, filings)}
)
"""By name of the data set's folder in the store, in the order in which they are asked."""
