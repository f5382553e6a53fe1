"""Network days: blocks and mean fee of every UTC day, from mempool.space."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from analysis.sources import mempool
from pivot.snapshots.answers import ask
from pivot.snapshots.source import WRONG, Source, Update, by_key, plain
from pivot.snapshots.transport import SourceError

if TYPE_CHECKING:
    from pivot.snapshots.client import Client
    from pivot.snapshots.rows import Row
    from pivot.snapshots.source import Known

# Over all time the answer has one entry a UTC day; over shorter spans a day is cut into parts.
FEES = "/api/v1/mining/blocks/fees/all"
BLOCK_AT = "/api/v1/mining/blocks/timestamp"
BOUND = Decimal("0.001")
_SATS = Decimal(100_000_000)
_DAY = dt.timedelta(days=1)


def _read(client: Client, known: Known) -> Update:
    """Mean fees of each day, then for each new day the last block of it.

    Documentation: https://mempool.space/docs/api/rest#get-block-fees (mean fee in satoshis, mean height and
    mean time of the blocks of a span) and https://mempool.space/docs/api/rest#get-block-timestamp (the last
    block not after a time).
    """
    url = mempool.ADDRESS + FEES
    stated: list[Row] = []
    heights: dict[str, int] = {}
    first = dt.date.fromisoformat(next(iter(known.rows)))
    for entry in ask(client, url).each():
        day = entry["timestamp"].moment().date()
        if first <= day < known.today:
            fee = plain(entry["avgFees"].number() / _SATS, 8)
            stated.append({"date": str(day), "fee_btc_per_block": fee})
            heights[str(day)] = entry["avgHeight"].whole()
    rows = by_key(stated, "date", url)
    newest = list(known.rows)[-1]
    height, day = int(known.rows[newest]["last_height"]), dt.date.fromisoformat(newest)
    for text in sorted(set(rows) - set(known.rows)):
        day += _DAY
        if text != str(day):
            raise SourceError(
                "A source leaves out a day.", where=url, expected=str(day), got=text, hint=WRONG
            )
        last = _last_height(client, day)
        if not height < heights[text] <= last:
            expected = f"a mean height of the blocks of {day} above {height} and not above {last}"
            what = "Two answers of a source contradict each other."
            raise SourceError(what, where=url, expected=expected, got=str(heights[text]), hint=WRONG)
        rows[text] = {**rows[text], "blocks": str(last - height), "last_height": str(last)}
        height = last
    note = "New rows: the last block of a day is the one with the latest time stamp of that day (UTC)."
    return Update(rows, (note,))


def _last_height(client: Client, day: dt.date) -> int:
    """Height of the last block of a day."""
    end = dt.datetime.combine(day + _DAY, dt.time(), dt.UTC) - dt.timedelta(seconds=1)
    answer = ask(client, f"{mempool.ADDRESS}{BLOCK_AT}/{end.timestamp():.0f}")
    if answer["timestamp"].day() != day:
        got = answer["timestamp"].text()
        what = "A source does not know the last block of a day yet."
        raise SourceError(what, where=answer.url, expected=str(day), got=got, hint=WRONG)
    return answer["height"].whole()


def _near(column: str, known: str, stated: str, _row: Row) -> bool:
    return (
        known == stated if column != "fee_btc_per_block" else abs(Decimal(known) - Decimal(stated)) <= BOUND
    )


SOURCE = Source(
    name="network-days",
    publisher=mempool.PUBLISHER,
    licence=mempool.LICENCE,
    read=_read,
    near=_near,
    bound=f"mean fee within {BOUND} BTC",
)
