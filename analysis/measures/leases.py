"""Leases of miners to AI: which state of each one stands, and what their base terms add up to.

A data set of leases has one row for each state of a lease, indexed by id: `lease` (its name, the same
through all states), `company`, `holder`, `total_usd`, `published`. A lease that was extended or restated
has several rows and counts once, with the newest that was public.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

JOINT = "joint venture"
"""Holder of a lease whose amount is gross of a partner's part."""


def in_force(leases: pd.DataFrame) -> pd.DataFrame:
    """The newest state of each lease, one row a lease, by rising name.

    A state whose day is unknown is never the newest where another one has a day.
    """
    states = leases.sort_values("published", kind="stable", na_position="first")
    return states.groupby("lease", sort=True).tail(1).sort_values("lease", kind="stable")


def base_terms(leases: pd.DataFrame) -> pd.Series[float]:
    """Base terms in USD by company, the largest sum first, without joint ventures.

    Options to extend are no part of a base term, and a lease without a published value adds nothing: the sum
    is what is documented, and the real one is no smaller.
    """
    own = in_force(leases)
    own = own[own["holder"] != JOINT].dropna(subset=["total_usd"])
    return own.groupby("company")["total_usd"].sum().sort_values(ascending=False, kind="stable")
