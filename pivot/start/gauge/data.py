"""The data sets of this report, and the unit of its numbers."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pivot.claims.data import cited, evidence
from pivot.claims.quantities import Quantity
from pivot.snapshots.datasets import Column, Spec, number

if TYPE_CHECKING:
    from collections.abc import Mapping


class Discharge(Quantity):
    """Water that passes in a year, in cubic kilometres."""

    __slots__ = ()
    unit = "km³ a year"


_SPECS = (
    Spec(
        name="years",
        folder="nile-discharge",
        title="Discharge of the Nile at Aswan, by year",
        key="year",
        dated="",
        step=1,
        columns={"year": Column("whole", low=1800, high=2100), "volume_1e8_m3": number(10_000, low=1)},
    ),
    evidence("km3/year", "percent", "year"),
    cited(units=("km3/year", "percent"), sections=("river",), references=1),
)

DATA_SETS: Mapping[str, Spec] = MappingProxyType({spec.name: spec for spec in _SPECS})
