"""Difficulty epochs: the retargets that mempool.space lists, each new one proved from block headers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from analysis.sources import headers, mempool
from analysis.sources.headers import EPOCH_BLOCKS
from pivot.snapshots.answers import ask
from pivot.snapshots.source import WRONG, Source, Update, by_key, rest
from pivot.snapshots.transport import SourceError

if TYPE_CHECKING:
    from decimal import Decimal

    from pivot.snapshots.client import Client
    from pivot.snapshots.rows import Row
    from pivot.snapshots.source import Known

PATH = "/api/v1/mining/difficulty-adjustments"
_PROVED = "block header (proof of work verified)"
_FORM = "%Y-%m-%dT%H:%M:%SZ"
_SIGMAS = 6


def _read(client: Client, known: Known) -> Update:
    """The retargets, newest first: time, height, difficulty, factor of change.

    Documentation: https://mempool.space/docs/api/rest#get-difficulty-adjustments
    """
    url = mempool.ADDRESS + PATH
    stated: list[Row] = []
    difficulties: dict[str, Decimal] = {}
    first = int(next(iter(known.rows)))
    for entry in ask(client, url).each():
        if entry[1].whole() >= first:
            height = str(entry[1].whole())
            stated.append({"height": height, "timestamp": _text(entry[0].moment())})
            difficulties[height] = entry[2].positive()
    rows = by_key(sorted(stated, key=lambda row: int(row["height"])), "height", url)
    epochs: dict[str, Row] = dict(known.rows)
    newest = {mempool.HOST: max(_time(row["timestamp"]).date() for row in (rows or known.rows).values())}
    for height, row in rows.items():
        if height in epochs and _borne_out(epochs[height], row["timestamp"], difficulties[height]):
            continue
        try:
            proved = _proved(client, int(height), epochs, url)
        except SourceError as error:
            before = {key: row for key, row in rows.items() if int(key) < int(height)}
            if not error.unanswered or before.keys() <= known.rows.keys():
                raise
            error = rest(
                error, f"Retargets before block {height} are in, and the next refresh goes on from there."
            )
            return Update(before, newest=newest, errors=(error,))
        if proved["timestamp"] != row["timestamp"] or not headers.fits(proved["bits"], difficulties[height]):
            got = f"{row['timestamp']}, difficulty {difficulties[height]}"
            expected = f"{proved['timestamp']}, target {proved['bits']}, as in the header"
            raise _wrong(f"What is stated of block {height} does not fit its header.", url, expected, got)
        rows[height] = epochs[height] = proved
    return Update(rows, newest=newest)


def _borne_out(epoch: Row, time: str, difficulty: Decimal) -> bool:
    return headers.fits(epoch["bits"], difficulty) and _near("timestamp", epoch["timestamp"], time, epoch)


def _proved(client: Client, height: int, epochs: dict[str, Row], url: str) -> Row:
    """A row from the headers around a retarget, whose target must follow from the epoch before."""
    before = epochs.get(str(height - EPOCH_BLOCKS))
    if before is None:
        expected = f"one every {EPOCH_BLOCKS} blocks, the next after {max(map(int, epochs))}"
        raise _wrong("A retarget is missing, or this is none.", url, expected, f"block {height}")
    header = headers.at_height(client, height)
    last = headers.with_hash(client, header.previous)
    if before["timestamp_kind"] == "exact":
        first = _time(before["timestamp"])
    else:
        first = headers.at_height(client, height - EPOCH_BLOCKS).time
    due = headers.retarget(before["bits"], first, last.time)
    if due != header.bits:
        raise _wrong(
            f"The target of block {height} does not follow from the epoch before.", url, due, header.bits
        )
    return {
        "height": str(height),
        "bits": header.bits,
        "timestamp": _text(header.time),
        "timestamp_kind": "exact",
        "timestamp_sd_minutes": "0",
        "bits_source": _PROVED,
        "timestamp_source": _PROVED,
    }


def _near(column: str, known: str, stated: str, row: Row) -> bool:
    """An estimated time may turn out otherwise, within what was said of it; its words stay."""
    if row["timestamp_kind"] == "exact" or column == "bits":
        return known == stated or column.endswith("_source")
    off = abs(_time(known) - _time(stated)) if column == "timestamp" else dt.timedelta()
    return off <= dt.timedelta(minutes=_SIGMAS * int(row["timestamp_sd_minutes"]))


def _time(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, _FORM).replace(tzinfo=dt.UTC)


def _text(time: dt.datetime) -> str:
    return time.strftime(_FORM)


def _wrong(what: str, url: str, expected: str, got: str) -> SourceError:
    return SourceError(what, where=url, expected=expected, got=got, hint=WRONG)


SOURCE = Source(
    name="difficulty-epochs",
    publisher=mempool.PUBLISHER,
    licence=mempool.LICENCE,
    read=_read,
    days=21,  # two weeks at the pace that the protocol keeps; the slowest epoch since 2012 took 19.4 days
    near=_near,
    bound=f"the same; of an estimated time, within {_SIGMAS} standard deviations",
)
