"""The tables that this report makes from data, and what a row means where its cells do not say it.

Each function returns the Markdown of one `{{< generated NAME >}}` block. Numbers of claims are put in as
`var` shortcodes, so that they carry the same links as those in prose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims.network import QUARTER
from analysis.claims.revenue import TOP
from analysis.measures import difficulty, hashrate, operators, oracles
from analysis.units import HashRate
from pivot.claims.quantities import Count, Percent, Share, nearest
from pivot.prose.markdown import cell, link, table, var

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from pivot.article import RowNote, Table
    from pivot.claims.ledger import Ledger
    from pivot.claims.stored import Entry
    from pivot.snapshots import Vintage


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
            row("Hut 8", "hut8-contract", "hut8-hashrate"),
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
                    ("companies that report both:", "ai-share-now", "spread"),
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
    ten = operators.latest_hash_rates(vintage.data("statements").frame).head(TOP)
    yield from table(
        ("Company", "EH/s", "Period", "Published", "Publisher", "Tier"),
        (
            (
                cell(row.company),
                f"{row.value:,.1f}",
                cell(row.period),
                "no date" if pd.isna(row.published) else f"{row.published:%Y-%m-%d}",
                link(row.publisher, row.url),
                cell(row.tier),
            )
            for row in ten.itertuples()
        ),
        numeric=(1,),
    )


def _hashrate_windows(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    daily = hashrate.daily(vintage.data("days").frame, vintage.data("epochs").frame)
    changes = hashrate.quarter_changes(daily, QUARTER)
    yield from table(
        ("Reading", "Before", "At the end", "Change"),
        (
            (
                str(reading),
                HashRate(row["before"]).display(nearest(0)),
                HashRate(row["after"]).display(nearest(0)),
                Percent(row["change"]).display(nearest(1)),
            )
            for reading, row in changes.iterrows()
        ),
        numeric=(1, 2, 3),
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
    "hashrate-windows": _hashrate_windows,
    "checks": _checks,
}

ROW_NOTES: Mapping[str, RowNote] = {"epochs": _retarget}
