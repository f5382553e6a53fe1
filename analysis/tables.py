"""The tables that this report makes from data, and what a row means where its cells do not say it.

Each function returns the Markdown of one `{{< generated NAME >}}` block. Numbers of claims are put in as
`var` shortcodes, so that they carry the same links as those in prose.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

from analysis import scenarios
from analysis.claims.network import QUARTER
from analysis.claims.revenue import TOP
from analysis.measures import (
    difficulty,
    energy,
    fleets,
    hashprice,
    hashrate,
    leases,
    operators,
    oracles,
    security,
)
from analysis.publishers import named
from analysis.units import Efficiency, HashPrice, HashRate, Points, PowerPrice
from pivot.claims.quantities import Count, Percent, Share, Usd, nearest
from pivot.prose.markdown import cell, link, on_paper, table, var

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from pivot.article import RowNote, Table
    from pivot.claims.ledger import Ledger
    from pivot.claims.stored import Entry
    from pivot.snapshots import Vintage

    Cell = Callable[[float], str]


def _table_operators(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    def row(operator: str, action: str, bitcoin: str) -> Sequence[str]:
        return (
            operator,
            *_cited(ledger, action),
            *_cited(ledger, bitcoin),
            _published(ledger[bitcoin]),
        )

    yield from table(
        (
            "Operator",
            "Step towards AI, as cited",
            "Verdict",
            "Effect on mining, as cited",
            "Verdict",
            "Newest other figure",
        ),
        (
            row("Core Scientific", "corz-credit", "corz-btc-sold"),
            row("MARA", "mara-filing", "mara-btc-sold"),
            row("Riot", "riot-amd-start", "riot-btc-sold"),
            row("Bitdeer", "tydal-conversion", "bitdeer-ai-arr"),
            row("Hut 8", "hut8-counterparty", "hut8-hashrate"),
        ),
    )


def _cited(ledger: Ledger, id_: str) -> tuple[str, str]:
    """What the article says, and in a cell of its own what came of it."""
    return (cell(ledger[id_].cited), var(f"verdict.{id_}")) if id_ else ("not given", "none")


def _published(entry: Entry) -> str:
    parts = entry.parts
    if parts["newest"].display == parts["newest-publisher"].display:
        return cell(parts["newest"].display)
    period, publisher = parts["newest-period"].display, parts["newest-publisher"].display
    publisher = publisher.replace(".", ".\N{ZERO WIDTH SPACE}")  # a long host would not fit its column
    return f"{var(f'part.{entry.id}.newest')}, {cell(period)}; {cell(publisher)}"


def _table_revenue(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    def beside(words: str, id_: str, part: str) -> str:
        return f"{words} {var(f'part.{id_}.{part}')}"

    yield from table(
        (
            "Measure",
            "Early in the year, as cited",
            "Verdict",
            "Scenario or forecast, as cited",
            "Verdict",
            "What stands beside it",
        ),
        (
            (name, *_cited(ledger, now), *_cited(ledger, later), beside(*ours))
            for name, now, later, ours in (
                (
                    "AI share of revenue",
                    "ai-share-now",
                    "ai-share-forecast",
                    ("those with AI revenue:", "ai-share-now", "spread"),
                ),
                (
                    "Price of bitcoin",
                    "btc-price-assumption",
                    "",
                    ("close on the newest day:", "btc-price-assumption", "close"),
                ),
                (
                    "Mining revenue of the listed miners, a year",
                    "top10-btc-revenue",
                    "",
                    ("built up from hash rates:", "top10-btc-revenue", "bottom-up"),
                ),
                (
                    "AI revenue, a year",
                    "ai-run-rate",
                    "ai-ten-year",
                    ("Core Scientific alone, at the pace of its newest quarter:", "ai-run-rate", "core"),
                ),
                (
                    "AI scenario, doubled",
                    "",
                    "ai-doubled",
                    ("a year, if spread over its span:", "ai-doubled", "yearly"),
                ),
            )
        ),
    )


def _table_top10(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    largest = operators.latest_hash_rates(vintage.data("statements").frame).head(TOP)
    ten = fleets.at_own_date(largest, _network(vintage))
    yield from table(
        ("Company", "EH/s", "Period", "Network then", "Share", "Published", "Publisher", "Tier"),
        (
            (
                cell(row.company),
                f"{row.value:,.1f}",
                cell(row.period),
                f"{row.network:,.0f}",
                Share(row.share).display(nearest(1)),
                "no date" if pd.isna(row.published) else f"{row.published:%Y-%m-%d}",
                link(named(row), row.url),
                cell(row.tier),
            )
            for row in ten.itertuples()
        ),
        numeric=(1, 3, 4),
    )


def _network(vintage: Vintage) -> pd.Series[float]:
    """The network's average hash rate, in EH/s, that fleets are held against."""
    days, epochs = (vintage.data(name).frame for name in ("days", "epochs"))
    return hashrate.average(hashrate.daily(days, epochs), fleets.WINDOW)


def _realised(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    """What companies mined against what their machines would have found had they never stopped."""
    statements, days, epochs = (vintage.data(name).frame for name in ("statements", "days", "epochs"))
    yield from table(
        ("Company", "Period", "EH/s", "Expected, BTC", "Mined, BTC", "Share"),
        (
            (
                cell(row.company),
                cell(row.period),
                f"{row.hashrate:,.1f}",
                f"{row.expected:,.0f}",
                f"{row.mined:,.0f}",
                Share(row.share).display(nearest(0)),
            )
            for row in fleets.realised(statements, days, epochs).itertuples()
        ),
        numeric=(2, 3, 4, 5),
    )


SENSITIVITY = {"prices": (60_000.0, 80_000.0, 100_000.0), "uptimes": (80.0, 91.0, 100.0)}
NETWORKS = (90.0, 100.0, 110.0)


def _sensitivity(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    """Revenue of the ten over price, uptime and the size of the network."""
    share = float(ledger["top10-btc-revenue"].parts["share"].value)
    issued = float(ledger["top10-btc-production"].parts["issuance"].value)
    grid = fleets.sensitivity(share, issued, networks=NETWORKS, **SENSITIVITY)
    yield from table(
        ("Network", "Coins mined of those expected", *(f"Bitcoin at ${price:,.0f}" for price in grid)),
        (
            (
                Share(network).display(nearest(0)),
                Share(uptime).display(nearest(0)),
                *(Usd(value).display(nearest(2, "billion")) for value in row),
            )
            for (network, uptime), row in zip(grid.index, grid.to_numpy(), strict=True)
        ),
        numeric=(0, 1, 2, 3, 4),
    )


def _hash_price(vintage: Vintage) -> float:
    """The hash price as a mean of 30 days."""
    days, prices, epochs = (vintage.data(name).frame for name in ("days", "prices", "epochs"))
    return hashprice.level(hashprice.daily(days, prices, epochs)["hashprice"]).mean


def _megawatt(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    """What a megawatt-hour earns in each lease, the lowest first."""
    priced = energy.lease_revenues(leases.in_force(vintage.data("leases").frame))
    yield from table(
        ("Company", "Tenant", "What it is", "Sum", "Years", "MW", "Power counted", "A MWh", "Tier"),
        (
            (
                cell(row.company),
                cell(row.tenant),
                {"lease": "lease", "cloud": "cloud, machines included"}[row.kind],
                Usd(row.total_usd).display(nearest(1, "billion")),
                f"{row.years:,.0f}",
                f"{row.mw:,.0f}",
                cell(row.mw_basis),
                PowerPrice(row.usd_per_mwh).display(),
                link(row.tier, row.url),
            )
            for row in priced.itertuples()
        ),
        numeric=(3, 4, 5, 7),
    )


def _by_machines(rows: pd.DataFrame, columns: Sequence[str], text: Cell) -> Iterable[str]:
    yield from table(
        ("Machines", *columns),
        (
            (Efficiency(efficiency).display(), *map(text, values))
            for efficiency, values in zip(rows.index, rows.to_numpy(), strict=True)
        ),
        numeric=range(len(columns) + 1),
    )


def _mining(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    """What a megawatt-hour earns by mining, by the efficiency of machines: month and newest day."""
    days, prices, epochs = (vintage.data(name).frame for name in ("days", "prices", "epochs"))
    level = hashprice.level(hashprice.daily(days, prices, epochs)["hashprice"])
    grid = energy.mining_grid((level.mean, level.value)).T
    columns = [f"At {HashPrice(hash_price).display()}" for hash_price in grid]
    yield from _by_machines(grid, columns, lambda usd: PowerPrice(usd).display())


def _break_even(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    """The hash price that just pays for power."""
    grid = energy.break_even_grid()
    columns = [f"Power at {PowerPrice(cost).display()}" for cost in grid]
    yield from _by_machines(grid, columns, lambda h: HashPrice(h).display(nearest(1)))


def _attack(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    """Power alone, a day, for as much hash rate as the network has."""
    network = float(_network(vintage).iloc[-1])
    grid = security.attack_grid(network, energy.EFFICIENCIES, energy.POWER_COSTS)
    columns = [f"Power at {PowerPrice(cost).display()}" for cost in grid]
    yield from _by_machines(grid, columns, lambda usd: Usd(usd).display(nearest(1, "million")))


_TIERS = {
    "primary": "the company, the filing or the chain itself",
    "mirror": "a copy that names the filing it copies",
    "computed": "made from such sources",
    "secondary": "press and the rest, which repeat",
}


def _tiers(ledger: Ledger, vintage: Vintage) -> Iterable[str]:
    """How near to its origin the evidence is: pieces on claims and statements on companies by tier."""
    pieces = Counter(piece.tier for entry in ledger.entries.values() for piece in entry.evidence)
    stated = Counter(vintage.data("statements").frame["tier"])
    yield from table(
        ("Tier", "What it is", "On claims", "On companies"),
        ((tier, meaning, str(pieces[tier]), str(stated[tier])) for tier, meaning in _TIERS.items()),
        numeric=(2, 3),
    )


def _hashrate_windows(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    daily = hashrate.daily(vintage.data("days").frame, vintage.data("epochs").frame)
    changes, errors = hashrate.quarter_changes(daily, QUARTER), hashrate.quarter_errors(QUARTER)
    yield from table(
        ("Reading", "Before", "At the end", "Change", "Sampling error"),
        (
            (
                str(reading),
                HashRate(row["before"]).display(nearest(0)),
                HashRate(row["after"]).display(nearest(0)),
                Percent(row["change"]).display(nearest(1)),
                Points(errors[reading]).display(),
            )
            for reading, row in changes.iterrows()
        ),
        numeric=(1, 2, 3, 4),
    )


def _checks(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    """Our measures against what others published for the same day, with the errors."""
    days, prices, epochs, evidence, hash_prices, hash_rates = (
        vintage.data(name).frame
        for name in ("days", "prices", "epochs", "evidence", "hashprice_points", "hashrate_points")
    )
    # Each with the digits after the point that its values are shown with.
    tables = {
        "Hash price, at the day’s close": (
            oracles.hash_prices(hash_prices, days, prices, epochs, at_stated_price=False),
            2,
        ),
        "Hash price, at the price stated with the point": (
            oracles.hash_prices(hash_prices, days, prices, epochs, at_stated_price=True),
            2,
        ),
        "Hash rate, 7-day, Hashrate Index": (
            oracles.hash_rates(hash_rates, days, epochs, one_series=True),
            2,
        ),
        "Hash rate, 7-day, others": (oracles.hash_rates(hash_rates, days, epochs, one_series=False), 2),
        "Difficulty": (oracles.difficulties(evidence, epochs, change=False), 0),
        "Difficulty, change in percent": (oracles.difficulties(evidence, epochs, change=True), 2),
    }
    yield from table(
        ("Measure", "Points", "Median error", "Largest error"),
        (
            (
                name,
                str(len(points)),
                Share(points["error"].abs().median()).display(nearest(2)),
                Share(points["error"].abs().max()).display(nearest(2)),
            )
            for name, (points, _) in tables.items()
        ),
        numeric=(1, 2, 3),
    )
    yield ""
    yield on_paper("Every single point is listed where this chapter stands on the site.")
    yield '\n::: {.content-visible when-format="html"}\n'
    yield from table(
        ("Measure", "Day", "Published", "Ours", "Error"),
        (
            (
                name,
                f"{point.day:%Y-%m-%d}",
                Count(point.published).display(nearest(digits)),
                Count(point.ours).display(nearest(digits)),
                Percent(point.error).display(nearest(2)),
            )
            for name, (points, digits) in tables.items()
            for point in points.itertuples()
        ),
        numeric=(2, 3, 4),
    )
    yield "\n:::"


def _retarget(vintage: Vintage, height: Hashable) -> str:
    """A compact target says little; the change of difficulty does."""
    table = difficulty.retargets(vintage.data("epochs").frame)
    if height not in table.index:
        return ""
    change = Percent(float(table.loc[height, "change"])).display(nearest(2))
    return f"block {height:,}: difficulty {change}"


TABLES: Mapping[str, Table] = {
    "table-operators": _table_operators,
    "table-revenue": _table_revenue,
    "table-top10": _table_top10,
    "table-realised": _realised,
    "table-sensitivity": _sensitivity,
    "table-megawatt": _megawatt,
    "table-mining": _mining,
    "table-break-even": _break_even,
    "table-attack": _attack,
    "table-tiers": _tiers,
    "hashrate-windows": _hashrate_windows,
    "checks": _checks,
    **scenarios.TABLES,
}

ROW_NOTES: Mapping[str, RowNote] = {"epochs": _retarget}
