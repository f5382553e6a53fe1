"""The steps of the claims that are worked out, as somebody types them into a pocket calculator.

Every number in a step is a cell of a row that the claim used, the result of a step before, a figure of a
claim that is named, or a constant of the protocol that is written out: 65,535 (the mantissa of the highest
target), 2,016 blocks in an epoch, 2^32 hashes for each unit of difficulty, 86,400 seconds in a day.
"""

from __future__ import annotations

from analysis.workings import money, network

WORKINGS = {**network.WORKINGS, **money.WORKINGS}
"""By claim; those that are not here are read from a row as it stands."""
