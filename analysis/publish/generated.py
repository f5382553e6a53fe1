"""Markdown that is made from data: the ledger, the article's two tables, the snapshots, the checks.

Each function returns the Markdown of one `{{< generated NAME >}}` block. Numbers of claims are put in as
`var` shortcodes, so that they carry the same links as those in prose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims.model import Kind, Verdict
from analysis.claims.network import QUARTER
from analysis.claims.quantities import Count, Day, HashRate, Percent, Share, nearest
from analysis.claims.revenue import TOP
from analysis.measures import hashrate, operators, oracles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from analysis.claims.ledger import Entry, Input, Ledger
    from analysis.snapshots import Snapshot, Vintage

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

_SHA_SHOWN = 12


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


def _var(name: str) -> str:
    return f"{{{{< var {name} >}}}}"


def _cell(text: object) -> str:
    """A table cell: what would end it or be read as markup is escaped."""
    return "".join("\\" + c if c in r"\`*_{}[]<>#|~^$@" else c for c in str(text).replace("\n", " "))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], numeric: Sequence[int] = ()) -> Iterable[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "|".join("---:" if place in numeric else "---" for place in range(len(head))) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def _link(text: str, address: str) -> str:
    return f"[{_cell(text)}](<{address}>)" if address.startswith("http") else _cell(text)


def _verdicts(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    counts = ledger.counts()
    yield from _table(
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
            f"{_cell(ledger[action].cited)} ({_var(f'verdict.{action}')})",
            f"{_cell(ledger[bitcoin].cited)} ({_var(f'verdict.{bitcoin}')})",
            _published(ledger[bitcoin]),
        )

    yield from _table(
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
        return _cell(parts["newest"].display)
    period, publisher = parts["newest-period"].display, parts["newest-publisher"].display
    return f"{_var(f'part.{entry.id}.newest')}, {_cell(period)}; {_cell(publisher)}"


def _table_revenue(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    def cited(id_: str) -> str:
        return f"{_cell(ledger[id_].cited)} ({_var(f'verdict.{id_}')})" if id_ else "not given"

    def beside(words: str, id_: str, part: str) -> str:
        return f"{words} {_var(f'part.{id_}.{part}')}"

    yield from _table(
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
    yield from _table(
        ("Company", "EH/s", "Period", "Published", "Publisher", "Tier"),
        (
            (
                _cell(row.company),
                f"{row.value:,.1f}",
                _cell(row.period),
                "no date" if pd.isna(row.published) else f"{row.published:%Y-%m-%d}",
                _link(row.publisher, row.url),
                row.tier,
            )
            for row in ten.itertuples()
        ),
        numeric=(1,),
    )


def _hashrate_windows(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    daily = hashrate.daily(vintage.data("days").frame, vintage.data("epochs").frame)
    table = hashrate.quarter_changes(daily, QUARTER)
    yield from _table(
        ("Reading", "Before", "At the end", "Change"),
        (
            (
                str(reading),
                HashRate(row["before"]).display(nearest(0)),
                HashRate(row["after"]).display(nearest(0)),
                Percent(row["change"]).display(nearest(1)),
            )
            for reading, row in table.iterrows()
        ),
        numeric=(1, 2, 3),
    )


def _guards(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    yield from _table(
        ("Claim", "State", "Condition and margin"),
        (
            (
                f'[{entry.id}]{{.claim data-claim="{entry.id}"}}',
                "holds" if entry.guard.holds else "**broken**",
                _cell(entry.guard.text),
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
        yield from _account(entry)


def _sections(ledger: Ledger) -> list[str]:
    return list(dict.fromkeys(entry.section for entry in ledger.entries.values()))


def _account(entry: Entry) -> Iterable[str]:
    yield f"### {entry.id} {{#claim-{entry.id} .unnumbered}}\n"
    yield f"{_cell(entry.statement)}\n"
    rows = [
        ("Cited", _cell(entry.cited)),
        ("We have", f"**{_var(f'claim.{entry.id}')}**"),
        (
            "Verdict",
            f"{_var(f'verdict.{entry.id}')} {_cell(entry.reason)}"
            + (" (a hypothesis)" if entry.hypothesis else ""),
        ),
        ("Unrounded", _cell(entry.exact) if entry.exact != entry.display else ""),
        ("Formula", _cell(entry.formula)),
        ("Margin", _cell(entry.margin)),
        ("Made in", f"`{entry.code.path}`, line {entry.code.line}, `{entry.code.function}`"),
    ]
    rows += [
        (_cell(part.label[:1].upper() + part.label[1:]), _var(f"part.{entry.id}.{name}"))
        for name, part in entry.parts.items()
    ]
    rows += [
        ("From", f"`{used.snapshot}` {_rows(used)}, SHA-256 `{used.sha256[:_SHA_SHOWN]}`")
        for used in entry.inputs
    ]
    yield from _table(("Account", entry.id), ((label, text) for label, text in rows if text))
    yield ""
    if entry.evidence:
        yield '::: {.callout-note collapse="true" appearance="simple"}\n'
        label = f"{{#evidence-{entry.id} .unnumbered .unlisted}}"
        yield f"#### What others published ({len(entry.evidence)}) {label}\n"
        for piece in entry.evidence:
            what = _cell(
                " ".join(filter(None, (piece.value, piece.unit, piece.period and f"({piece.period})")))
            )
            note = f" {_cell(piece.note)}." if piece.note else ""
            yield (
                f"- {what}: {piece.bearing}. {_link(piece.publisher, piece.address)}, "
                f"{piece.tier}, published {piece.published}.{note}"
            )
        yield "\n:::\n"


def _rows(used: Input) -> str:
    if used.count == 1:
        return f"(row {used.rows[0]})"
    joiner = ", " if used.count == len(used.rows) and used.count <= 3 else " to "  # noqa: PLR2004
    shown = used.rows if joiner == ", " else (used.rows[0], used.rows[-1])
    return f"({used.count:,} rows: {joiner.join(shown)})"


def _sources(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    for source in vintage.store.sources():
        snapshots = vintage.store.snapshots(source)
        newest = snapshots[-1]
        yield f"## {newest.title} {{#sec-source-{source}}}\n"
        yield from _table(
            ("Snapshot", "Stood so on", "Bytes", "SHA-256"),
            ((f"`{s.path}`", f"{s.vintage}", f"{s.bytes:,}", f"`{s.sha256}`") for s in snapshots),
            numeric=(2,),
        )
        yield ""
        yield from _notes(newest)


def _notes(snapshot: Snapshot) -> Iterable[str]:
    yield f"Published by {_cell(snapshot.publisher)}. Licence: {_cell(snapshot.licence)}."
    yield f"Retrieved on {Day(snapshot.retrieved).display()}, {snapshot.method}.\n"
    yield from (f"- {_cell(note)}" for note in snapshot.notes)
    yield ""
    yield "Addresses:\n"
    yield from (f"- <{address}>" for address in snapshot.url)
    yield ""


def _formulas(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    made = (Kind.COMPUTED, Kind.DERIVED, Kind.PHRASE)
    yield from _table(
        ("Claim", "Formula", "Made in"),
        (
            (_var(f"claim.{entry.id}") + f" {entry.id}", _cell(entry.formula), f"`{entry.code.path}`")
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
    yield from _table(
        ("Measure", "Points", "Median error", "Largest error"),
        (
            (
                name,
                str(len(table)),
                Share(table["error"].abs().median()).display(nearest(2)),
                Share(table["error"].abs().max()).display(nearest(2)),
            )
            for name, (table, _) in tables.items()
        ),
        numeric=(1, 2, 3),
    )
    yield ""
    yield from _table(
        ("Measure", "Day", "Published", "Ours", "Error"),
        (
            (
                name,
                f"{point.day:%Y-%m-%d}",
                Count(point.published).display(nearest(digits)),
                Count(point.ours).display(nearest(digits)),
                Percent(point.error).display(nearest(2)),
            )
            for name, (table, digits) in tables.items()
            for point in table.itertuples()
        ),
        numeric=(2, 3, 4),
    )


def _unknowns(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    open_verdicts = {Verdict.ATTRIBUTED.value, Verdict.UNSUPPORTED.value}
    yield from _table(
        ("Claim", "Cited", "Verdict", "Why it stays open"),
        (
            (
                f'[{entry.id}]{{.claim data-claim="{entry.id}"}}',
                _cell(entry.cited),
                _var(f"verdict.{entry.id}"),
                _cell(entry.reason),
            )
            for entry in ledger.entries.values()
            if entry.verdict in open_verdicts
        ),
    )
