"""Mining revenue of a year, and what share of the network's new coins it would take."""

from __future__ import annotations

BLOCKS_PER_DAY = 144
DAYS_PER_YEAR = 365


def issuance(subsidy_btc: float) -> float:
    """New coins in a year of blocks every ten minutes, in BTC: subsidy x 144 x 365."""
    return subsidy_btc * BLOCKS_PER_DAY * DAYS_PER_YEAR


def production(revenue_usd: float, price_usd: float) -> float:
    """Coins in BTC whose sale at one price brings a revenue."""
    return revenue_usd / price_usd


def before_growth(now: float, growth_percent: float) -> float:
    """The value a period ago that grew by `growth_percent` to `now`: now / (1 + growth / 100)."""
    return now / (1 + growth_percent / 100)
