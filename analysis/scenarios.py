"""The tables of the page of scenarios: what the evidence holds fixed, and what follows from other prices.

A script of the page (`analysis/scripts/scenario.js`) reads facts, settings and leases from them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.measures import energy, leases, scenario
from analysis.units import HashPrice, HashRate
from pivot.claims.quantities import Day, Ratio, Share, Usd, nearest
from pivot.prose.markdown import cell, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pivot.article import Table
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

BILLION = 1e9

WHAT_IF = (60_000.0, 100_000.0, 120_000.0)
"""Prices of a bitcoin, in USD, that the article does not name."""


def _marked(text: str, key: str, name: str, value: float) -> str:
    """A number with its name and all its digits, which the script of the page reads."""
    return f'[{cell(text)}]{{data-{key}="{name}" data-value="{value!r}"}}'


def _facts(vintage: Vintage) -> scenario.Facts:
    return scenario.facts(*(vintage.data(name).frame for name in ("days", "prices", "epochs", "statements")))


def _setting(ledger: Ledger, given: scenario.Facts) -> scenario.Setting:
    """The newest day and the cited run-rate, with a fleet and a power bill of ours."""
    ai = float(ledger["ai-run-rate"].article.value)
    return scenario.Setting(
        given.close, given.network, scenario.EFFICIENCY, scenario.POWER_COST, round(given.realised), ai
    )


def _scenario_facts(ledger: Ledger, vintage: Vintage) -> Iterable[str]:
    """What the page holds fixed, and where its controls begin."""
    given = _facts(vintage)
    start = _setting(ledger, given)
    whole = nearest(0)
    rows = (
        ("New coins in a block", "fact", "subsidy", f"{given.subsidy} BTC", given.subsidy),
        ("With the fees of the newest day", "fact", "reward", f"{given.reward:.4f} BTC", given.reward),
        ("Difficulty of that day", "fact", "difficulty", f"{given.difficulty:,.0f}", given.difficulty),
        (
            "Hash rate that it belongs to",
            "fact",
            "network",
            HashRate(given.network).display(whole),
            given.network,
        ),
        ("Share of the listed miners", "fact", "share", Share(given.share).display(), given.share),
        (
            "Coins mined of those expected",
            "fact",
            "realised",
            Share(given.realised).display(nearest(1)),
            given.realised,
        ),
        ("Price of a bitcoin", "set", "price", Usd(start.price).display(whole), start.price),
        ("Hash rate of the network", "set", "network", HashRate(start.network).display(whole), start.network),
        ("Efficiency of the machines", "set", "efficiency", f"{start.efficiency:g} J/TH", start.efficiency),
        ("Price of power", "set", "power", f"{Usd(start.power).display(whole)} per MWh", start.power),
        ("Uptime", "set", "uptime", Share(start.uptime).display(whole), start.uptime),
        ("Revenue from AI, a year", "set", "ai", Usd(start.ai).display(nearest(1, "million")), start.ai),
    )
    kinds = {"fact": "evidence", "set": "can be set"}
    yield from table(
        ("Quantity", "Value", "Which"),
        ((label, _marked(text, key, name, value), kinds[key]) for label, key, name, text, value in rows),
        numeric=(1,),
    )


def _scenarios(ledger: Ledger, vintage: Vintage) -> Iterable[str]:
    """The newest day, the article's own scenarios and some prices, with what follows from each."""
    given = _facts(vintage)
    start = _setting(ledger, given)
    assumed = float(ledger["btc-price-assumption"].article.value)
    ends = ledger["hashprice-range"].parts
    rows = [
        (f"as of {Day(vintage.as_of).display()}", {}),
        *(
            (f"{name}, {ledger[id_].cited}", {"price": assumed} | own)
            for name, id_, own in (
                ("the article’s price", "btc-price-assumption", {}),
                ("its AI scenario", "ai-ten-year", {"ai": _yearly(ledger, "ai-ten-year")}),
                ("the same, doubled", "ai-doubled", {"ai": _yearly(ledger, "ai-doubled")}),
            )
        ),
        *(
            (
                f"its hash price, {HashPrice(float(ends[end].value)).display()}",
                {"price": float(ends[name].value)},
            )
            for end, name in (("low", "price-for-low"), ("high", "price-for-high"))
        ),
        *((f"a bitcoin at {Usd(price).display(nearest(0))}", {"price": price}) for price in WHAT_IF),
    ]
    yield from table(
        (
            "Scenario",
            "Bitcoin",
            "AI a year",
            "Mining a year",
            "Times AI",
            "Hash price",
            "Per MWh",
        ),
        (_scenario(name, own, replace(start, **own), given) for name, own in rows),
        numeric=(1, 2, 3, 4, 5, 6),
    )


def _scenario(
    name: str, own: Mapping[str, float], setting: scenario.Setting, given: scenario.Facts
) -> Sequence[str]:
    out = scenario.outcome(setting, given)
    shown = {"price": Usd(setting.price).display(nearest(0)), "ai": _money(setting.ai)}
    return (
        f'[{cell(name)}]{{data-scenario="{len(own)}"}}',
        *(_marked(shown[key], "own", key, own[key]) if key in own else cell(shown[key]) for key in shown),
        cell(_money(out.revenue)),
        Ratio(out.times).display(nearest(1)),
        cell(Usd(out.hashprice).display(nearest(2))),
        cell(Usd(out.energy).display(nearest(0))),
    )


def _yearly(ledger: Ledger, id_: str) -> float:
    return float(ledger[id_].parts["yearly"].value)


def _money(usd: float) -> str:
    return Usd(usd).display(nearest(2, "billion") if usd >= BILLION else nearest(1, "million"))


def _scenario_leases(ledger: Ledger, vintage: Vintage) -> Iterable[str]:
    """What contracts pay for a megawatt-hour, and the price of a bitcoin at which mining earns as much."""
    given = _facts(vintage)
    start = _setting(ledger, given)
    priced = energy.lease_revenues(leases.in_force(vintage.data("leases").frame))
    yield from table(
        ("Contract", "USD per MWh", "As much as mining with a bitcoin at"),
        (
            (
                cell(f"{row.company}, {row.tenant}"),
                f"{row.usd_per_mwh:,.0f}",
                _marked(
                    Usd(scenario.price_like(row.usd_per_mwh, start, given)).display(nearest(0)),
                    "lease",
                    str(row.Index),
                    float(row.usd_per_mwh),
                ),
            )
            for row in priced.itertuples()
        ),
        numeric=(1, 2),
    )


TABLES: Mapping[str, Table] = {
    "scenario-facts": _scenario_facts,
    "scenario-table": _scenarios,
    "scenario-leases": _scenario_leases,
}
