"""Operator statements: figures that listed miners tag in their filings to the SEC, and new filings to read.

Only figures that a filing tags with a standard element, in a unit that names what it counts, become rows.
What a filing says in words, and coins counted in a unit of the company's own, is for a person to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot.snapshots.answers import ask
from pivot.snapshots.source import WRONG, Filing, Source, Update, by_key, plain
from pivot.snapshots.transport import SourceError

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from pivot.snapshots.answers import Value
    from pivot.snapshots.client import Client
    from pivot.snapshots.rows import Row
    from pivot.snapshots.source import Known

ADDRESS = "https://data.sec.gov"
ARCHIVE = "https://www.sec.gov/Archives/edgar/data"


@dataclass(frozen=True, slots=True)
class Operator:
    """A listed miner: its name in the statements, its ticker, its number at the SEC."""

    company: str
    ticker: str
    cik: int


OPERATORS = (
    Operator("American Bitcoin", "ABTC", 1755953),
    Operator("BitFuFu", "FUFU", 1921158),
    Operator("Bitdeer", "BTDR", 1899123),
    Operator("Cipher", "CIFR", 1819989),
    Operator("CleanSpark", "CLSK", 827876),
    Operator("Core Scientific", "CORZ", 1839341),
    Operator("HIVE", "HIVE", 1720424),
    Operator("Hut 8", "HUT", 1964789),
    Operator("IREN", "IREN", 1878848),
    Operator("MARA", "MARA", 1507605),
    Operator("Riot", "RIOT", 1167419),
    Operator("TeraWulf", "WULF", 1083301),
)
"""The ticker is held against the submissions index at every read, so that a wrong number shows at once."""


@dataclass(frozen=True, slots=True)
class _Figure:
    """A metric and the standard elements that state it, the first one that a filing uses counts."""

    metric: str
    elements: tuple[tuple[str, str], ...]
    units: tuple[str, ...]
    unit: str
    scale: int = 1


_FIGURES = (
    _Figure(
        "revenue",
        (
            ("us-gaap", "Revenues"),
            ("us-gaap", "RevenueFromContractWithCustomerExcludingAssessedTax"),
            ("ifrs-full", "Revenue"),
        ),
        ("USD",),
        "USD million",
        1_000_000,
    ),
    _Figure("btc_held", (("us-gaap", "CryptoAssetNumberOfUnits"),), ("btc", "bitcoin", "bitcoins"), "BTC"),
    # No standard element counts coins sold. This one is their value, of all crypto assets together.
    _Figure("crypto_sold_value", (("us-gaap", "CryptoAssetSale"),), ("USD",), "USD million", 1_000_000),
)

_REPORTS = ("10-K", "10-Q", "20-F", "40-F", "6-K", "8-K")
_QUARTER = range(80, 101)
_YEAR = range(350, 381)


def _read(client: Client, known: Known) -> Update:
    """Filings and figures filed on the day of the newest snapshot or later, unless told another day.

    Documentation: https://www.sec.gov/search-filings/edgar-application-programming-interfaces (submissions,
    companyfacts) and https://www.sec.gov/os/accessing-edgar-data (at most ten requests a second, with a
    contact in the User-Agent).
    """
    since = known.since or known.vintage
    rows: list[Row] = []
    filings: list[Filing] = []
    for operator in OPERATORS:
        index = ask(client, f"{ADDRESS}/submissions/CIK{operator.cik:010}.json")
        tickers = [each.text() for each in index["tickers"].each()]
        if operator.ticker not in tickers:
            what = f"The number at the SEC is not that of {operator.company}."
            raise SourceError(
                what, where=index.url, expected=operator.ticker, got=", ".join(tickers), hint=WRONG
            )
        new = [filing for filing in _filings(operator, index) if since <= filing.filed <= known.today]
        filings += new
        if new:
            facts = ask(client, f"{ADDRESS}/api/xbrl/companyfacts/CIK{operator.cik:010}.json")
            rows += _rows(operator, index, facts, since)
    found = by_key(sorted(rows, key=lambda row: row["id"]), "id", ADDRESS)
    return Update(
        found, ("Figures of filings are those tagged with the element in unit_note.",), tuple(filings)
    )


def _filings(operator: Operator, index: Value) -> list[Filing]:
    """The recent filings of an index, which holds them as columns side by side."""
    recent = index["filings"]["recent"]
    columns = (recent[name].each() for name in ("form", "filingDate", "accessionNumber", "primaryDocument"))
    return [
        Filing(
            company=operator.company,
            form=form.text(),
            filed=filed.day(),
            url=f"{ARCHIVE}/{operator.cik}/{accession.text().replace('-', '')}/{document.content}",
        )
        for form, filed, accession, document in zip(*columns, strict=True)
        if str(form.content).removesuffix("/A") in _REPORTS
    ]


def _rows(operator: Operator, index: Value, facts: Value, since: dt.date) -> list[Row]:
    rows: dict[tuple[str, str], Row] = {}
    for figure in _FIGURES:
        for taxonomy, element in figure.elements:
            if not (facts["facts"].has(taxonomy) and facts["facts"][taxonomy].has(element)):
                continue
            units = facts["facts"][taxonomy][element]["units"]
            for unit in units.names():
                if unit.lower() not in [each.lower() for each in figure.units]:
                    continue
                for fact in _first_filed(units[unit]):
                    period = _period(fact, index)
                    if period and fact["filed"].day() >= since:
                        row = {**_row(operator, figure, fact, period), "unit_note": f"{taxonomy}:{element}"}
                        row["publisher"] = f"{index['name'].text()} ({fact['form'].text()}, SEC EDGAR)"
                        rows.setdefault((figure.metric, period), row)
    return list(rows.values())


def _first_filed(facts: Value) -> list[Value]:
    """Each figure once, from the filing that gave it first: later ones repeat it for comparison."""
    first: dict[tuple[str, str, Decimal], Value] = {}
    for fact in sorted(facts.each(), key=lambda fact: (fact["filed"].text(), fact["accn"].text())):
        start = fact["start"].text() if fact.has("start") else ""
        first.setdefault((start, fact["end"].text(), fact["val"].number()), fact)
    return list(first.values())


def _period(fact: Value, index: Value) -> str:
    """The period as statements have it; empty for the parts of a year that are no quarter."""
    end = fact["end"].day()
    words = f"{end.day} {end:%b} {end.year}"
    if not fact.has("start"):
        return words
    calendar = index.has("fiscalYearEnd") and index["fiscalYearEnd"].text() == "1231"
    days = (end - fact["start"].day()).days + 1
    if days in _QUARTER:
        return f"Q{(end.month + 2) // 3} {end.year}" if calendar else f"quarter to {words}"
    if days in _YEAR:
        return f"FY{end.year}" if calendar else f"fiscal year to {words}"
    return ""


def _row(operator: Operator, figure: _Figure, fact: Value, period: str) -> dict[str, str]:
    accession = fact["accn"].text()
    words = f"{operator.company} {figure.metric} {period} {accession}".lower()
    return {
        "id": words.replace("_", "-").replace(" ", "-"),
        "company": operator.company,
        "ticker": operator.ticker,
        "metric": figure.metric,
        "value": plain(fact["val"].number() / figure.scale),
        "text": "",
        "unit": figure.unit,
        "unit_note": "",
        "period": period,
        "published": str(fact["filed"].day()),
        "published_precision": "day",
        "tier": "primary",
        "publisher": "",
        "url": f"{ARCHIVE}/{operator.cik}/{accession.replace('-', '')}/{accession}-index.htm",
    }


SOURCE = Source(
    name="operator-statements",
    publisher="U.S. Securities and Exchange Commission, EDGAR (company facts and submissions)",
    licence="SEC EDGAR: public records of the United States, free to use.",
    read=_read,
)
