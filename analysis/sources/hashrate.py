"""Hash rate of the network as mempool.space publishes it: one more point on each day of a refresh."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from analysis.sources import mempool
from pivot.snapshots.answers import ask
from pivot.snapshots.source import Source, Update, plain

if TYPE_CHECKING:
    from pivot.snapshots.client import Client
    from pivot.snapshots.rows import Row
    from pivot.snapshots.source import Known

PATH = "/api/v1/mining/hashrate/3d"
_EXA = Decimal(10**18)


def _read(client: Client, known: Known) -> Update:
    """The current estimate, in hashes per second: that of a full node over the last 1,008 blocks.

    Beside it the answer has the mean of each of the last days, of which only the dates are read.

    Documentation: https://mempool.space/docs/api/rest#get-hashrate
    """
    url = mempool.ADDRESS + PATH
    answer = ask(client, url)
    rate = plain(answer["currentHashrate"].positive() / _EXA, 2)
    means = answer["hashrates"].each()
    day = str(known.today)
    row: Row = {
        "id": f"{day}-mempool",
        "date": day,
        "day": day,
        "date_precision": "day",
        "low": rate,
        "high": rate,
        "relation": "=",
        "averaging": "mempool.space currentHashrate",
        "published": day,
        "published_precision": "day",
        "source": "https://mempool.space" + PATH,
        "note": "estimate over the last 1,008 blocks",
    }
    newest = max(mean["timestamp"].moment().date() for mean in means)
    return Update({row["id"]: row}, newest={mempool.HOST: newest})


SOURCE = Source(
    name="hashrate-published",
    publisher=mempool.PUBLISHER,
    licence=mempool.LICENCE,
    read=_read,
    days=3,  # beside the current estimate the answer has the mean of each day
)
