"""Markdown that is made from data: the ledger, the article's two tables, the snapshots, the checks.

Each function returns the Markdown of one `{{< generated NAME >}}` block. Numbers of claims are put in as
`var` shortcodes, so that they carry the same links as those in prose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims.network import QUARTER
from analysis.claims.revenue import TOP
from analysis.measures import hashrate, operators, oracles
from pivot.claims.model import Kind, Verdict
from pivot.claims.quantities import Count, Day, HashRate, Percent, Share, nearest
from pivot.publish.accounts import account
from pivot.publish.markdown import cell, download, link, sentence, table, var
from pivot.snapshots.sidecar import beside
from pivot.snapshots.store import SUMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pivot.claims.ledger import Entry, Ledger
    from pivot.snapshots import Snapshot, Vintage

MEANINGS = {
    Verdict.REPRODUCED: "our value shows the cited number, or traceable sources state it",
    Verdict.ROUNDED: "it shows the cited number under a looser reading than usual rounding",
    Verdict.DIFFERS: "our value, or every other published figure, is another",
    Verdict.ATTRIBUTED: "only repeated, or found nowhere else; neither confirmed nor refuted",
    Verdict.CONTRADICTED: "what others published speaks against it",
    Verdict.SUPERSEDED: "it was so, and later data changed it",
    Verdict.UNSUPPORTED: "no source we found measures it",
    Verdict.FORECAST: "about a day that has not come",
    Verdict.DEFINITION: "set, not measured",
}


def generated(ledger: Ledger, vintage: Vintage) -> Mapping[str, str]:
    """Every generated block by name."""
    blocks: dict[str, Callable[[Ledger, Vintage], Iterable[str]]] = {
        "verdicts": _verdicts,
        "guards": _guards,
        "ledger": _ledger,
        "table-operators": _table_operators,
        "table-revenue": _table_revenue,
        "table-top10": _table_top10,
        "hashrate-windows": _hashrate_windows,
        "sources": _sources,
        "formulas": _formulas,
        "checks": _checks,
        "unknowns": _unknowns,
    }
    return {name: "\n".join(make(ledger, vintage)) + "\n" for name, make in blocks.items()}


def _verdicts(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    counts = ledger.counts()
    yield from table(
        ("Verdict", "Claims", "What it means"),
        (
            (
                f"[{verdict.value}]{{.verdict .verdict-{_slug(verdict.value)}}}",
                str(counts[verdict.value]),
                meaning,
            )
            for verdict, meaning in MEANINGS.items()
            if counts[verdict.value]
        ),
        numeric=(1,),
    )


def _slug(text: str) -> str:
    return text.replace(",", "").replace(" ", "-")


def _table_operators(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    def row(operator: str, action: str, bitcoin: str) -> Sequence[str]:
        return (
            operator,
            f"{cell(ledger[action].cited)} ({var(f'verdict.{action}')})",
            f"{cell(ledger[bitcoin].cited)} ({var(f'verdict.{bitcoin}')})",
            _published(ledger[bitcoin]),
        )

    yield from table(
        ("Operator", "Step towards AI, as cited", "Effect on mining, as cited", "Newest other figure"),
        (
            row("Core Scientific", "corz-credit", "corz-btc-sold"),
            row("MARA", "mara-filing", "mara-btc-sold"),
            row("Riot", "riot-amd-start", "riot-btc-sold"),
            row("Bitdeer", "tydal-conversion", "bitdeer-ai-arr"),
            row("Hut 8", "hut8-contract", "hut8-hashrate"),
        ),
    )


def _published(entry: Entry) -> str:
    parts = entry.parts
    if parts["newest"].display == parts["newest-publisher"].display:
        return cell(parts["newest"].display)
    period, publisher = parts["newest-period"].display, parts["newest-publisher"].display
    return f"{var(f'part.{entry.id}.newest')}, {cell(period)}; {cell(publisher)}"


def _table_revenue(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    def cited(id_: str) -> str:
        return f"{cell(ledger[id_].cited)} ({var(f'verdict.{id_}')})" if id_ else "not given"

    def beside(words: str, id_: str, part: str) -> str:
        return f"{words} {var(f'part.{id_}.{part}')}"

    yield from table(
        ("Measure", "Early in the year, as cited", "Scenario or forecast, as cited", "What stands beside it"),
        (
            (name, cited(now), cited(later), beside(*ours))
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
                    ("billed by Core Scientific alone:", "ai-run-rate", "core"),
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
                row.tier,
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


def _guards(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    yield from table(
        ("Claim", "State", "Condition and margin"),
        (
            (
                f'[{entry.id}]{{.claim data-claim="{entry.id}"}}',
                "holds" if entry.guard.holds else "**broken**",
                cell(entry.guard.text),
            )
            for entry in ledger.entries.values()
            if entry.guard
        ),
    )


def _ledger(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    section = None
    for entry in sorted(ledger.entries.values(), key=lambda one: _sections(ledger).index(one.section)):
        if entry.section != section:
            section = entry.section
            yield f"## {section.replace('-', ' ').capitalize()} {{#sec-ledger-{section}}}\n"
        yield from account(entry)


def _sections(ledger: Ledger) -> list[str]:
    return list(dict.fromkeys(entry.section for entry in ledger.entries.values()))


def _sources(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    store = vintage.store
    sums = f"{store.snapshots(store.sources()[0])[0].path.partition('/')[0]}/{SUMS}"
    yield "## The files {#sec-files}\n"
    yield "Every snapshot below is published with this report, each with its sidecar."
    yield "Its name has the day on which the source stood so."
    yield f"So is the list of all checksums that `sha256sum` reads, {download(f'`{SUMS}`', sums)}.\n"
    for source in store.sources():
        snapshots = store.snapshots(source)
        yield f"## {snapshots[-1].title} {{#sec-source-{source}}}\n"
        for one in snapshots:
            sidecar = download("sidecar", beside(one.path))
            yield f"- {download(f'`{one.path}`', one.path)}, {one.bytes:,} bytes, with its {sidecar}\\"
            yield f"  SHA-256 `{one.sha256}`"
        yield ""
        yield from _notes(snapshots[-1])


def _notes(snapshot: Snapshot) -> Iterable[str]:
    yield f"Publisher: {sentence(cell(snapshot.publisher))}"
    yield f"Licence: {sentence(cell(snapshot.licence))}"
    yield f"Retrieved on {Day(snapshot.retrieved).display()}, {snapshot.method}.\n"
    yield from (f"- {cell(note)}" for note in snapshot.notes)
    yield ""
    yield "Addresses:\n"
    yield from (f"- <{address}>" for address in snapshot.url)
    yield ""


def _formulas(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    made = (Kind.COMPUTED, Kind.DERIVED, Kind.PHRASE)
    yield from table(
        ("Claim", "Formula", "Made in"),
        (
            (var(f"claim.{entry.id}") + f" {entry.id}", cell(entry.formula), f"`{entry.code.path}`")
            for entry in ledger.entries.values()
            if entry.kind in {kind.value for kind in made}
        ),
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


def _unknowns(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    open_verdicts = {Verdict.ATTRIBUTED.value, Verdict.UNSUPPORTED.value}
    yield from table(
        ("Claim", "Cited", "Verdict", "Why it stays open"),
        (
            (
                f'[{entry.id}]{{.claim data-claim="{entry.id}"}}',
                cell(entry.cited),
                var(f"verdict.{entry.id}"),
                cell(entry.reason),
            )
            for entry in ledger.entries.values()
            if entry.verdict in open_verdicts
        ),
    )
