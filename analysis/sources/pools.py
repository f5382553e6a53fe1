"""Blocks by mining pool over the last week, counted by mempool.space."""

from __future__ import annotations

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

PATH = "/api/v1/mining/pools/1w"
_TOP = 5
# A week has 1,008 blocks at the pace that the protocol keeps; in the slowest epoch since 2012 it had 726.
_LEAST = 600
_NO_POOL = "unknown"


def _read(client: Client, known: Known) -> Update:
    """One row for each pool that found a block, and one for the five largest together.

    Documentation: https://mempool.space/docs/api/rest#get-mining-pools
    """
    url = mempool.ADDRESS + PATH
    answer = ask(client, url)
    total = answer["blockCount"].whole()
    pools = [
        (pool["slug"].text(), pool["name"].text(), pool["blockCount"].whole())
        for pool in answer["pools"].each()
    ]
    if sum(blocks for _, _, blocks in pools) != total or not total:
        got = f"{sum(blocks for _, _, blocks in pools)} over the pools"
        what = "The blocks of the pools do not add up."
        raise SourceError(what, where=url, expected=f"{total}, the stated total", got=got, hint=WRONG)
    if total < _LEAST:
        what = "The week of the pools is not whole."
        got = f"{total}; the source stands still, or counts a shorter time"
        raise SourceError(what, where=url, expected=f"{_LEAST} blocks or more", got=got, hint=WRONG)
    known_pools = sorted(
        (pool for pool in pools if pool[0] != _NO_POOL), key=lambda pool: (-pool[2], pool[0])
    )
    top = known_pools[:_TOP]
    names = ", ".join(f"{name} {_percent(blocks, total, 1)}" for _, name, blocks in top)
    week = str(known.today), total
    rows = [_row(*week, pool, "pool") for pool in pools if pool[2]]
    blocks = sum(blocks for _, _, blocks in top)
    rows.append(_row(*week, ("top-five-pools", "Top five pools", blocks), "pool group", f"sum of {names}"))
    return Update(by_key(sorted(rows, key=lambda row: row["id"]), "id", url))


def _row(day: str, total: int, pool: tuple[str, str, int], kind: str, note: str = "") -> Row:
    slug, name, blocks = pool
    return {
        "id": f"{day}-week-{slug}",
        "period": day,
        "period_kind": "week to",
        "entity": name,
        "entity_type": kind,
        "share_pct": _percent(blocks, total, 2),
        "hashrate_eh_s": "",
        "blocks": str(blocks),
        "window_blocks": str(total),
        "published": day,
        "source": "https://mempool.space" + PATH,
        "note": note,
    }


def _percent(blocks: int, total: int, places: int) -> str:
    return plain(Decimal(100 * blocks) / total, places)


SOURCE = Source(
    name="pool-shares",
    publisher=mempool.PUBLISHER,
    licence=mempool.LICENCE,
    read=_read,
    days=0,  # the answer has no dates; that its week is whole shows in the number of its blocks
)
