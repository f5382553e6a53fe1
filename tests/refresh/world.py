"""A world for the live sources: what each API says on a pretended day, made from the shipped evidence."""

from __future__ import annotations

import csv
import datetime as dt
import re

from tests.conftest import ROOT

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
SNAPSHOTS = ROOT / "data-snapshots"
MARA = 1507605


def rows(path: str) -> list[dict[str, str]]:
    with (SNAPSHOTS / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def unix(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp())


def days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]


class World:
    """Answers by path; a test changes its attributes.

    Attributes:
        closes: Kraken's close by day.
        witness: Coin Metrics' price by day.
        fees: mean fee in satoshis by day.
        last: height of the last block by day.
        retargets: time, height, difficulty and factor, newest first.
        headers: header in hexadecimal by hash, and hash by height.
        extra: answers that stand before all others.
    """

    def __init__(self, today: dt.date = TODAY) -> None:
        self.today = today
        prices = {dt.date.fromisoformat(row["date"]): row["close_usd"] for row in rows(PRICES)}
        newest = max(prices)
        for day in days(newest + dt.timedelta(days=1), today):
            prices[day] = f"{float(prices[newest]) + 10 * (day - newest).days:.2f}"
        self.closes = {day: price for day, price in prices.items() if (today - day).days < 720}
        self.witness = {day: f"{float(price) * 1.001:.8f}" for day, price in prices.items() if day < today}
        known = {dt.date.fromisoformat(row["date"]): row for row in rows(DAYS)}
        self.fees = {day: round(float(row["fee_btc_per_block"]) * 1e8) for day, row in known.items()}
        self.last = {day: int(row["last_height"]) for day, row in known.items()}
        newest = max(known)
        for day in days(newest + dt.timedelta(days=1), today):
            self.fees[day] = 2_000_000 + day.day
            self.last[day] = self.last[newest] + 144 * (day - newest).days
        self.retargets = [
            [
                int(dt.datetime.fromisoformat(row["timestamp"]).timestamp()),
                int(row["height"]),
                difficulty(row),
                1.0,
            ]
            for row in reversed(rows(EPOCHS))
        ]
        self.headers: dict[str, str] = {}
        self.filed = "2026-11-22"
        self.extra: dict[str, object] = {}

    def __call__(self, path: str) -> object:
        if path in self.extra:
            return self.extra[path]
        for pattern, answer in _ROUTES:
            if found := re.fullmatch(pattern, path):
                return answer(self, *found.groups())
        return None

    def kraken(self) -> object:
        candles = [
            [unix(day), "1.0", "1.0", "1.0", str(float(close)), "1.0", "12.5", 100]
            for day, close in sorted(self.closes.items())
        ]
        return {"error": [], "result": {"XXBTZUSD": candles, "last": candles[-2][0]}}

    def coin_metrics(self) -> object:
        return {
            "data": [
                {"asset": "btc", "time": f"{day}T00:00:00.000000000Z", "PriceUSD": price}
                for day, price in sorted(self.witness.items())
            ]
        }

    def block_fees(self) -> object:
        answers = []
        for day, fee in sorted(self.fees.items()):
            entry = {
                "avgHeight": self.last[day] - 70,
                "timestamp": unix(day) + 43_000,
                "avgFees": fee,
                "USD": 1,
            }
            answers.append(entry)
        return answers

    def block_at(self, timestamp: str) -> object:
        moment = dt.datetime.fromtimestamp(int(timestamp), dt.UTC)
        time = f"{moment - dt.timedelta(minutes=4):%Y-%m-%dT%H:%M:%S}.000Z"
        return {"height": self.last[moment.date()], "hash": "0" * 64, "timestamp": time}

    def hashrate(self) -> object:
        return {
            "hashrates": [{"timestamp": unix(self.today), "avgHashrate": 9.3e20}],
            "difficulty": [],
            "currentHashrate": 941234567890123400000,
            "currentDifficulty": 1.5,
        }

    def pools(self) -> object:
        counts = {
            "foundryusa": 300,
            "antpool": 180,
            "f2pool": 110,
            "viabtc": 100,
            "spiderpool": 90,
            "unknown": 20,
        }
        pools = [
            {"poolId": number, "name": slug.title(), "slug": slug, "blockCount": count, "rank": number}
            for number, (slug, count) in enumerate(counts.items(), 1)
        ]
        return {"pools": pools, "blockCount": sum(counts.values()), "lastEstimatedHashrate": 9.4e20}

    def submissions(self, cik: str) -> object:
        from analysis.sources.filings import OPERATORS

        operator = next(each for each in OPERATORS if each.cik == int(cik))
        filed = self.filed if operator.cik == MARA else "2026-08-01"
        return {
            "cik": cik,
            "name": f"{operator.company} Holdings, Inc.",
            "tickers": [operator.ticker],
            "fiscalYearEnd": "1231",
            "filings": {
                "recent": {
                    "accessionNumber": [f"{cik}-26-000099", f"{cik}-26-000098"],
                    "filingDate": [filed, "2026-08-01"],
                    "form": ["10-Q" if operator.cik == MARA else "8-K", "4"],
                    "acceptanceDateTime": [f"{filed}T21:05:11.000Z", "2026-08-01T21:00:00.000Z"],
                    "isXBRL": [int(operator.cik == MARA), 0],
                    "primaryDocument": ["mara-20260930.htm", "xslF345X05/form4.xml"],
                }
            },
        }

    def company_facts(self, cik: str) -> object:
        if int(cik) != MARA:
            return {"cik": int(cik), "entityName": "a", "facts": {}}

        def fact(value: float, start: str, end: str, **fields: str) -> dict[str, object]:
            about = {
                "accn": "0001507605-26-000099",
                "fy": 2026,
                "fp": "Q3",
                "form": "10-Q",
                "filed": self.filed,
            }
            return {**about, "end": end, "val": value} | ({"start": start} if start else {}) | fields

        revenue = [
            fact(252_400_500, "2025-07-01", "2025-09-30", filed="2025-11-04", accn="0001507605-25-000028"),
            fact(252_400_500, "2025-07-01", "2025-09-30"),
            fact(600_000_000, "2026-01-01", "2026-09-30"),
            fact(198_765_432, "2026-07-01", "2026-09-30"),
        ]
        held = [fact(34_567.5, "", "2026-09-30")]
        return {
            "cik": MARA,
            "entityName": "MARA Holdings, Inc.",
            "facts": {
                "us-gaap": {
                    "Revenues": {"label": "Revenues", "units": {"USD": revenue}},
                    "CryptoAssetNumberOfUnits": {"label": "Units", "units": {"Bitcoin": held, "pure": held}},
                }
            },
        }


PRICES = "btc-price/2026-10-08.csv"
DAYS = "network-days/2026-08-21.csv"
EPOCHS = "difficulty-epochs/2026-10-28.csv"

_ROUTES = (
    (r"/0/public/OHLC\?pair=XBTUSD&interval=1440", World.kraken),
    (r"/v4/timeseries/asset-metrics\?.*metrics=PriceUSD.*", World.coin_metrics),
    (r"/api/v1/mining/blocks/fees/all", World.block_fees),
    (r"/api/v1/mining/blocks/timestamp/(\d+)", World.block_at),
    (r"/api/v1/mining/difficulty-adjustments", lambda world: world.retargets),
    (r"/api/block-height/(\d+)", lambda world, height: world.headers.get(height)),
    (r"/api/block/([0-9a-f]{64})/header", lambda world, digest: world.headers.get(digest)),
    (r"/api/v1/mining/hashrate/3d", World.hashrate),
    (r"/api/v1/mining/pools/1w", World.pools),
    (r"/submissions/CIK(\d{10})\.json", World.submissions),
    (r"/api/xbrl/companyfacts/CIK(\d{10})\.json", World.company_facts),
)


def difficulty(row: dict[str, str]) -> float:
    from analysis.measures.difficulty import difficulty as of

    return of(row["bits"])
