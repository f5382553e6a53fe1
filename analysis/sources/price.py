"""Daily close of bitcoin: Kraken says it, Coin Metrics bears witness."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from pivot.snapshots.answers import ask
from pivot.snapshots.source import WRONG, Source, Update, apart, by_key, plain
from pivot.snapshots.transport import SourceError

if TYPE_CHECKING:
    from pivot.snapshots.answers import Value
    from pivot.snapshots.client import Client
    from pivot.snapshots.rows import Row
    from pivot.snapshots.source import Known

ADDRESS = "https://api.kraken.com"
WITNESS = "https://community-api.coinmetrics.io"

OHLC = "/0/public/OHLC?pair=XBTUSD&interval=1440"
# A year more than Kraken gives, so that the address, and with it the cached answer, stays the same.
PRICE_USD = (
    "/v4/timeseries/asset-metrics?assets=btc&metrics=PriceUSD&frequency=1d"
    "&start_time=2024-12-31&page_size=10000"
)

BOUND = Decimal("0.02")
"""Five independent series differ by 0.24% (median) and 2% (at most) from 2024-12-31 to 2026-10-08."""

JUMP = 2
"""No close since 2011 was more than twice, or less than half, of the close before."""

_CLOSE = 4


def _read(client: Client, known: Known) -> Update:
    """Closes of whole UTC days that both publishers know.

    Raises:
        SourceError: if the two differ by more than `BOUND`, or a close is beyond `JUMP` of the one before.
    """
    kraken = _kraken(client, known)
    witness = _witness(client)
    both = [day for day in kraken if day in witness]
    lone = [day for day in kraken if day not in witness and both and day < both[-1]]
    if lone or not both:
        got = f"nothing for {lone[0]}" if lone else "no day in common"
        raise _stop("The second witness of the price lacks a day.", "a price for every day", got)
    for day in both:
        if apart(witness[day], kraken[day]) > BOUND:
            expected = f"{witness[day]} USD (Coin Metrics) within {BOUND:.0%}"
            got = f"{kraken[day]} USD (Kraken)"
            raise _stop(f"The two witnesses of the price disagree on {day}.", expected, got)
    closes = {day: row["close_usd"] for day, row in known.rows.items()} | {day: kraken[day] for day in both}
    for (before, old), (day, new) in pairwise(sorted(closes.items())):
        if day in kraken and not Decimal(old) / JUMP <= Decimal(new) <= Decimal(old) * JUMP:
            expected = f"no more than {JUMP} times, no less than 1/{JUMP} of {old} USD on {before}"
            raise _stop(f"The price jumps on {day}.", expected, f"{new} USD")
    most = max(apart(witness[day], kraken[day]) for day in both)
    note = (
        f"Second witness: Coin Metrics community API, PriceUSD. On {len(both)} days the two are at most "
        f"{most:.2%} apart; more than {BOUND:.0%} would have stopped the snapshot."
    )
    rows: dict[str, Row] = {
        day: {"date": day, "close_usd": kraken[day], "series": known.rows.get(day, _KRAKEN)["series"]}
        for day in both
    }
    newest = {"Kraken": max(kraken), "Coin Metrics": max(witness)}
    return Update(rows, (note,), newest={who: dt.date.fromisoformat(day) for who, day in newest.items()})


def _kraken(client: Client, known: Known) -> dict[str, str]:
    """Close by day from up to 720 candles; the last one is still open and does not count.

    Documentation: https://docs.kraken.com/api-reference/market-data/get-ohlc-data (time, open, high, low,
    close, mean price, volume, count; an error is a text in `error`, with status 200).
    """
    url = ADDRESS + OHLC
    answer = ask(client, url)
    if answer["error"].content:
        got = ", ".join(each.text() for each in answer["error"].each())
        hint = "Nothing was added. Run `pivot refresh` again later."
        what, expected = "Kraken answers with an error.", "no error"
        raise SourceError(what, where=url, expected=expected, got=got, hint=hint)
    pairs = [name for name in answer["result"].names() if name != "last"]
    candles: list[Value] = answer["result"][pairs[0] if pairs else "XXBTZUSD"].each()
    rows: list[Row] = [
        {"date": str(candle[0].moment().date()), "close": plain(candle[_CLOSE].positive(), 2)}
        for candle in candles[:-1]
    ]
    found = by_key(rows, "date", url)
    _without_gaps(list(found), url)
    first = next(iter(known.rows))
    return {day: row["close"] for day, row in found.items() if first <= day < str(known.today)}


def _witness(client: Client) -> dict[str, str]:
    """Price by day; that of a day is fixed at the midnight (UTC) which ends it.

    Documentation: https://docs.coinmetrics.io/api-reference (GET /timeseries/asset-metrics)
    """
    url = WITNESS + PRICE_USD
    rows: list[Row] = [
        {"date": str(entry["time"].day()), "price": plain(entry["PriceUSD"].positive())}
        for entry in ask(client, url)["data"].each()
    ]
    return {day: row["price"] for day, row in by_key(rows, "date", url).items()}


def _without_gaps(days: list[str], url: str) -> None:
    for before, day in pairwise(days):
        following = str(dt.date.fromisoformat(before) + dt.timedelta(days=1))
        if day != following:
            raise SourceError(
                "A source leaves out a day.", where=url, expected=following, got=day, hint=WRONG
            )


def _stop(what: str, expected: str, got: str) -> SourceError:
    hint = "Nothing was added. Compare a third publisher; `pivot add` puts in what a person has settled."
    return SourceError(what, where="btc-price", expected=expected, got=got, hint=hint)


def _near(column: str, known: str, stated: str, _row: Row) -> bool:
    return column != "close_usd" or apart(known, stated) <= BOUND


_KRAKEN: Row = {"series": "kraken"}

SOURCE = Source(
    name="btc-price",
    publisher="Kraken (public OHLC), held against Coin Metrics (community API)",
    licence="Kraken: public market data, single closes are facts. Coin Metrics: CC BY-NC 4.0, a witness; "
    "none of its values is kept.",
    read=_read,
    days=3,
    near=_near,
    bound=f"within {BOUND:.0%}",
)
