"""Difficulty epochs: the retargets that mempool.space lists, each new one proved from block headers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from analysis.snapshots.sources import headers, mempool
from analysis.snapshots.sources.answers import ask
from analysis.snapshots.sources.headers import EPOCH_BLOCKS
from analysis.snapshots.sources.model import WRONG, Source, Update, by_key
from analysis.snapshots.transport import SourceError

if TYPE_CHECKING:
    from analysis.snapshots.client import Client
    from analysis.snapshots.sources.model import Known, Row

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
    for entry in ask(client, url).each():
        time, height = entry[0].moment(), entry[1].whole()
        if known.since is None or time.date() >= known.since:
            bits = headers.bits_of(entry[2].number())
            stated.append({"height": str(height), "bits": bits, "timestamp": time.strftime(_FORM)})
    rows = by_key(sorted(stated, key=lambda row: int(row["height"])), "height", url)
    all_rows: dict[str, Row] = dict(known.rows)
    for height, row in rows.items():
        if height not in all_rows:
            all_rows[height] = rows[height] = _proved(client, row, all_rows, url)
    return Update(rows)


def _proved(client: Client, row: Row, before: dict[str, Row], url: str) -> Row:
    """A whole row from the headers around a retarget, which must bear out what is stated of it."""
    height = int(row["height"])
    epoch = before.get(str(height - EPOCH_BLOCKS))
    if epoch is None:
        expected = f"retargets every {EPOCH_BLOCKS} blocks, after {max(map(int, before))}"
        raise SourceError("A retarget is missing.", where=url, expected=expected, got=str(height), hint=WRONG)
    header = headers.at_height(client, height)
    last = headers.with_hash(client, header.previous)
    if epoch["timestamp_kind"] == "exact":
        first = dt.datetime.strptime(epoch["timestamp"], _FORM).replace(tzinfo=dt.UTC)
    else:
        first = headers.at_height(client, height - EPOCH_BLOCKS).time
    for what, expected, got in (
        ("target", headers.retarget(epoch["bits"], first, last.time), header.bits),
        ("difficulty", header.bits, row["bits"]),
        ("time", header.time.strftime(_FORM), row["timestamp"]),
    ):
        if expected != got:
            what = f"The {what} of the retarget at block {height} does not fit the headers around it."
            raise SourceError(what, where=url, expected=expected, got=got, hint=WRONG)
    return {
        **row,
        "timestamp_kind": "exact",
        "timestamp_sd_minutes": "0",
        "bits_source": _PROVED,
        "timestamp_source": _PROVED,
    }


def _near(column: str, known: str, stated: str, row: Row) -> bool:
    if column != "timestamp" or row["timestamp_kind"] == "exact":
        return known == stated
    off = dt.datetime.strptime(known, _FORM) - dt.datetime.strptime(stated, _FORM)  # noqa: DTZ007 - both UTC
    return abs(off) <= dt.timedelta(minutes=_SIGMAS * int(row["timestamp_sd_minutes"]))


SOURCE = Source(
    name="difficulty-epochs",
    publisher=mempool.PUBLISHER,
    licence=mempool.LICENCE,
    read=_read,
    near=_near,
    bound=f"the same; of an estimated time, within {_SIGMAS} standard deviations",
)
