"""The units of this report that no other one needs."""

from __future__ import annotations

from pivot.claims.quantities import SPACE, Quantity, nearest


class HashPrice(Quantity):
    """Earnings of computing power, in USD per PH/s per day."""

    __slots__ = ()
    unit = "USD/PH/s/day"
    default = nearest(2)

    def written(self, number: str, scale: str) -> str:
        """With the dollar sign before the number."""
        return f"${number}{scale} per{SPACE}PH/s/day"


class Btc(Quantity):
    """Coins, in BTC."""

    __slots__ = ()
    unit = "BTC"


class HashRate(Quantity):
    """Computing power, in EH/s."""

    __slots__ = ()
    unit = "EH/s"
    default = nearest(1)


class Difficulty(Quantity):
    """Difficulty, in trillions."""

    __slots__ = ()
    unit = "T"
    default = nearest(1)


class Points(Quantity):
    """The difference of two percentages, in percentage points."""

    __slots__ = ()
    unit = "percentage points"
    default = nearest(1)


class PowerPrice(Quantity):
    """What power earns or costs, in USD per MWh."""

    __slots__ = ()
    unit = "USD/MWh"

    def written(self, number: str, scale: str) -> str:
        """With the dollar sign before the number."""
        return f"${number}{scale} per{SPACE}MWh"


class Efficiency(Quantity):
    """What machines draw for their work, in J/TH."""

    __slots__ = ()
    unit = "J/TH"


class Megawatts(Quantity):
    """Electric power, in MW."""

    __slots__ = ()
    unit = "MW"


class PairsOfCuts(Quantity):
    """How often a deep cut came right after another one."""

    __slots__ = ()
    unit = "pairs of cuts"
    default = nearest(0)
