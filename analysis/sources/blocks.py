"""Network days: blocks and mean fee of every UTC day, from mempool.space."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from analysis.sources import mempool
from pivot.snapshots.answers import ask
from pivot.snapshots.source import WRONG, Source, Update, by_key, plain, rest
from pivot.snapshots.transport import SourceError

if TYPE_CHECKING:
    from pivot.snapshots.answers import Value
    from pivot.snapshots.client import Client
    from pivot.snapshots.rows import Row
    from pivot.snapshots.source import Known

# Over all time the answer has one entry a UTC day; over shorter spans a day is cut into parts.
FEES = "/api/v1/mining/blocks/fees/all"
BLOCK_AT = "/api/v1/mining/blocks/timestamp"
BOUND = Decimal("0.001")
_SATS = Decimal(100_000_000)
_DAY = dt.timedelta(days=1)
# Time stamps of blocks are not in order, so that at each end of a day a few count to its neighbour.
_SLACK = 4


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
    new = sorted(set(rows) - set(known.rows))
    whole = {text: row for text, row in rows.items() if text in known.rows}
    remarks: list[str] = []
    errors: list[SourceError] = []
    # The day of the newest block that the source knows: only what lies before it is over.
    current = _last_block(client, known.today)["timestamp"].day() if new else known.today
    for text in new:
        day += _DAY
        if text != str(day):
            raise SourceError(
                "A source leaves out a day.", where=url, expected=str(day), got=text, hint=WRONG
            )
        if day >= current:
            remarks.append(f"{day} is not over for the source, whose newest block is of {current}")
            break
        try:
            last = _last_height(client, day)
        except SourceError as error:
            if not error.unanswered or text == new[0]:
                raise
            errors.append(rest(error, f"Days before {day} are in, and the next refresh goes on from there."))
            break
        if not height < heights[text] <= last:
            expected = f"a mean height of the blocks of {day} above {height} and not above {last}"
            what = "Two answers of a source contradict each other."
            raise SourceError(what, where=url, expected=expected, got=str(heights[text]), hint=WRONG)
        if heights[text] < (height + 1 + last) / 2 - _SLACK:
            remarks.append(f"the fees of {day} are of a part of it, up to about block {heights[text]:,}")
            break
        whole[text] = {**rows[text], "blocks": str(last - height), "last_height": str(last)}
        height = last
    note = "New rows: the last block of a day is the one with the latest time stamp of that day (UTC)."
    stands = {mempool.HOST: dt.date.fromisoformat(max([*whole, newest]))}
    return Update(whole, (note,), newest=stands, remarks=tuple(remarks), errors=tuple(errors))


def _last_block(client: Client, day: dt.date) -> Value:
    """The last block not after the end of a day; of a day that is not over, the newest one."""
    end = dt.datetime.combine(day + _DAY, dt.time(), dt.UTC) - dt.timedelta(seconds=1)
    return ask(client, f"{mempool.ADDRESS}{BLOCK_AT}/{end.timestamp():.0f}", now=True)


def _last_height(client: Client, day: dt.date) -> int:
    """Height of the last block of a day."""
    answer = _last_block(client, day)
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
    days=3,
    near=_near,
    bound=f"mean fee within {BOUND} BTC",
)
