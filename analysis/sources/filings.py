"""Operator statements: figures that listed miners tag in their filings to the SEC, and new filings to read.

Only figures that a filing tags with a standard element, in a unit that names what it counts, become rows.
What a filing says in words, and coins counted in a unit of the company's own, is for a person to read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from pivot.snapshots.answers import ask
from pivot.snapshots.source import Filing, Source, Update, by_key, plain, rest
from pivot.snapshots.transport import SourceError

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
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

_CHECK = (
    "Nothing was added. Look the company up at the SEC; its number and ticker, or that it is listed no more, "
    "belong into OPERATORS of analysis/sources/filings.py."
)
_DECLARE = (
    "Nothing was added. The SEC wants a User-Agent with a name and a mail address, and at most ten "
    "requests a second: name your address with --contact, and wait ten minutes if it was faster."
)


@dataclass(frozen=True, slots=True)
class _Figure:
    """A metric and the standard elements that state it; of two in one filing the first here counts.

    `units` are those of the facts, in small letters.
    """

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
        ("usd",),
        "USD million",
        1_000_000,
    ),
    _Figure("btc_held", (("us-gaap", "CryptoAssetNumberOfUnits"),), ("btc", "bitcoin", "bitcoins"), "BTC"),
    # No standard element counts coins sold. This one is their value, of all crypto assets together.
    _Figure("crypto_sold_value", (("us-gaap", "CryptoAssetSale"),), ("usd",), "USD million", 1_000_000),
)

_ANNUAL = ("10-K", "20-F", "40-F")
_REPORTS = (*_ANNUAL, "10-Q", "6-K", "8-K")
_WITH_FIGURES = (*_ANNUAL, "10-Q")
_QUARTER = range(80, 101)
_YEAR = range(350, 381)
_DECEMBER = dt.timedelta(days=7)
"""How far from the end of December a year of whole weeks may end and still be called after the calendar."""


@dataclass(frozen=True, slots=True)
class _Filed:
    """A report in the index of a company.

    Attributes:
        filing: what a person is told of it.
        accession: its number.
        accepted: when, to the second, as text that sorts.
        tagged: whether its figures are tagged.
    """

    filing: Filing
    accession: str
    accepted: str
    tagged: bool

    @property
    def name(self) -> str:
        """Of the mark that says how far such filings were read."""
        return f"{self.filing.company} {self.filing.form}"


def _read(client: Client, known: Known) -> Update:
    """Filings that were not read yet, and the figures in them; one company keeps no other back.

    How far the filings were read is a mark by company and form. A form without one is read from the mark of
    the company on: the day of its newest statement when it was first asked for.

    Documentation: https://www.sec.gov/search-filings/edgar-application-programming-interfaces (submissions,
    companyfacts) and https://www.sec.gov/os/accessing-edgar-data (at most ten requests a second, with a
    contact in the User-Agent).

    Raises:
        SourceError: if the SEC refuses us, or no company could be read.
    """
    parts: list[Update] = []
    errors: list[SourceError] = []
    for operator in OPERATORS:
        try:
            parts.append(_company(client, known, operator))
        except SourceError as error:
            if error.status == HTTPStatus.FORBIDDEN:
                error.hint = _DECLARE
                raise
            error.what = f"{operator.company} was not read: {error.what[0].lower()}{error.what[1:]}"
            if not parts and operator is OPERATORS[-1]:
                raise
            errors.append(rest(error, "Nothing of this company was added; the others were read."))
            if error.status == HTTPStatus.TOO_MANY_REQUESTS:
                break
    rows = [row for part in parts for row in part.rows.values()]
    marks = dict(known.marks)
    for part in parts:
        marks |= part.marks
    return Update(
        by_key(sorted(rows, key=lambda row: row["id"]), "id", ADDRESS),
        ("Figures of filings are those tagged with the element in unit_note.",),
        tuple(filing for part in parts for filing in part.filings),
        {company: day for part in parts for company, day in part.newest.items()},
        tuple(remark for part in parts for remark in part.remarks),
        tuple(errors),
        marks,
    )


def _company(client: Client, known: Known, operator: Operator) -> Update:
    """What one company has filed."""
    index = ask(client, f"{ADDRESS}/submissions/CIK{operator.cik:010}.json", now=True)
    _same_company(operator, index)
    filed = _filed(operator, index)
    if not filed:
        expected = "a report among its recent filings: " + ", ".join(_REPORTS)
        raise SourceError("It has filed none.", where=index.url, expected=expected, got="none", hint=_CHECK)
    newest = {operator.company: max(one.filing.filed for one in filed)}
    start = known.marks.get(operator.company) or _start(known, operator)
    new = [one for one in filed if one.filing.filed <= known.today and _is_new(one, known, start)]
    marks = {operator.company: start}
    if not new:
        return Update({}, newest=newest, marks=marks)
    remarks: list[str] = []
    facts = _facts(client, operator, remarks)
    accessions = {one.accession for one in new}
    rows = _rows(operator, index, facts, accessions) if facts else []
    # The facts may lag behind the index. A report whose figures are not there yet is read again next time.
    late = [one for one in new if facts and one.tagged and not _names(facts, one.accession)]
    remarks += [f"the figures of {one.name} of {one.filing.filed} are not out yet" for one in late]
    for one in sorted(new, key=lambda one: one.accepted):
        if not any(one.name == other.name and one.accepted >= other.accepted for other in late):
            marks[one.name] = max(one.accepted, known.marks.get(one.name, ""))
    return Update(
        by_key(rows, "id", ADDRESS),
        filings=tuple(one.filing for one in new),
        newest=newest,
        remarks=tuple(remarks),
        marks=marks,
    )


def _same_company(operator: Operator, index: Value) -> None:
    tickers = [ticker.text() for ticker in index["tickers"].each(some=False)]
    if operator.ticker not in tickers:
        what = (
            "The number at the SEC is not that of the company." if tickers else "It has no ticker any more."
        )
        got = ", ".join(tickers) or f"none; the name is {index['name'].text()}"
        raise SourceError(what, where=index.url, expected=operator.ticker, got=got, hint=_CHECK)


def _start(known: Known, operator: Operator) -> str:
    """The day of the newest statement of a company; of one without, of the oldest of all companies."""
    days: dict[str, str] = {}
    for row in known.rows.values():
        days[row["company"]] = max(row["published"], days.get(row["company"], ""))
    of_operators = [days[one.company] for one in OPERATORS if days.get(one.company)]
    return days.get(operator.company) or min(of_operators, default=str(known.vintage))


def _is_new(one: _Filed, known: Known, start: str) -> bool:
    if known.since:
        return one.filing.filed >= known.since
    mark = known.marks.get(one.name)
    return one.accepted > mark if mark else str(one.filing.filed) > start


def _filed(operator: Operator, index: Value) -> list[_Filed]:
    """The recent reports of an index, which holds filings as columns side by side."""
    recent = index["filings"]["recent"]
    names = ("form", "filingDate", "accessionNumber", "primaryDocument", "acceptanceDateTime", "isXBRL")
    columns = (recent[name].each(some=False) for name in names)
    return [
        _Filed(
            Filing(
                company=operator.company,
                form=form.text(),
                filed=filed.day(),
                url=f"{ARCHIVE}/{operator.cik}/{accession.text().replace('-', '')}/{document.content}",
            ),
            accession.text(),
            accepted.text(),
            str(form.content).removesuffix("/A") in _WITH_FIGURES and bool(tagged.whole()),
        )
        for form, filed, accession, document, accepted, tagged in zip(*columns, strict=True)
        if str(form.content).removesuffix("/A") in _REPORTS
    ]


def _facts(client: Client, operator: Operator, remarks: list[str]) -> Value | None:
    """The tagged figures of a company; None where it has none, which is said."""
    try:
        return ask(client, f"{ADDRESS}/api/xbrl/companyfacts/CIK{operator.cik:010}.json", now=True)["facts"]
    except SourceError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        remarks.append(f"{operator.company} has no tagged figures")
        return None


def _all(facts: Value) -> Iterator[Value]:
    """Every fact of a company, of whatever element and unit."""
    for taxonomy in facts.names():
        for element in facts[taxonomy].names():
            units = facts[taxonomy][element]["units"]
            for unit in units.names():
                yield from units[unit].each(some=False)


def _names(facts: Value, accession: str) -> bool:
    return any(fact["accn"].content == accession for fact in _all(facts))


def _rows(operator: Operator, index: Value, facts: Value, accessions: Container[str]) -> list[Row]:
    calendar = _by_calendar(facts, index)
    rows: dict[str, Row] = {}
    for figure in _FIGURES:
        for element, fact in _first_filed(facts, figure):
            period = _period(fact, calendar=calendar)
            if period and fact["accn"].text() in accessions:
                row = {**_row(operator, figure, fact, period), "unit_note": element}
                row["publisher"] = f"{index['name'].text()} ({fact['form'].text()}, SEC EDGAR)"
                rows.setdefault(row["id"], row)
    return list(rows.values())


def _first_filed(facts: Value, figure: _Figure) -> list[tuple[str, Value]]:
    """Each figure once, from the filing that gave it first.

    Later filings repeat it for comparison, perhaps under another element once the company has changed it, and
    then perhaps with another extent. Only another value of an element that was used before is a restatement.
    """
    tagged = [
        (f"{taxonomy}:{element}", fact)
        for taxonomy, element in figure.elements
        if facts.has(taxonomy) and facts[taxonomy].has(element)
        for unit in facts[taxonomy][element]["units"].names()
        if unit.lower() in figure.units
        for fact in facts[taxonomy][element]["units"][unit].each()
    ]
    first: list[tuple[str, Value]] = []
    seen: dict[tuple[str, str], dict[str, set[Decimal]]] = {}
    for element, fact in sorted(tagged, key=lambda pair: (pair[1]["filed"].text(), pair[1]["accn"].text())):
        start = fact["start"].text() if fact.has("start") else ""
        before = seen.setdefault((start, fact["end"].text()), {})
        value = fact["val"].number()
        if not before or (element in before and not any(value in values for values in before.values())):
            first.append((element, fact))
        before.setdefault(element, set()).add(value)
    return first


def _by_calendar(facts: Value, index: Value) -> bool:
    """Whether the years of a company are those of the calendar, by the years that its reports state.

    The index has a fiscal year end too, which is not always that of the reports; it decides only where no
    annual report has been tagged yet.
    """
    ends = [
        fact["end"].day()
        for fact in _all(facts)
        if fact.has("start")
        and fact["form"].content in _ANNUAL
        and (fact["end"].day() - fact["start"].day()).days + 1 in _YEAR
    ]
    if not ends:
        return index.has("fiscalYearEnd") and index["fiscalYearEnd"].text() == "1231"
    end = max(ends)
    return min(abs(end - dt.date(year, 12, 31)) for year in (end.year - 1, end.year)) <= _DECEMBER


def _period(fact: Value, *, calendar: bool) -> str:
    """The period as statements have it; empty for the parts of a year that are no quarter."""
    end = fact["end"].day()
    words = f"{end.day} {end:%b} {end.year}"
    if not fact.has("start"):
        return words
    days = (end - fact["start"].day()).days + 1
    middle = end - dt.timedelta(days=days // 2)
    if days in _QUARTER:
        return f"Q{(middle.month + 2) // 3} {middle.year}" if calendar else f"quarter to {words}"
    if days in _YEAR:
        return f"FY{middle.year}" if calendar else f"fiscal year to {words}"
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
    days=130,  # between the reports on a third quarter and on its year lie up to four months
)
