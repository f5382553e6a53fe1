"""The data sets of this report, and the rules that their rows keep."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from analysis.publishers import named
from pivot.claims.data import cited, evidence
from pivot.snapshots.datasets import (
    ADDRESS,
    DAY,
    ID,
    LOW_TO_HIGH,
    MAYBE_DAY,
    MAYBE_TEXT,
    NAME,
    PRECISION,
    PUBLISHED,
    TEXT,
    Bound,
    Column,
    Rule,
    Spec,
    number,
    one_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

_ENDS = Rule(
    "relation",
    "low empty with <, high empty with >, both given otherwise",
    lambda t: (t["low"].isna() == (t["relation"] == "<")) & (t["high"].isna() == (t["relation"] == ">")),
)
_WINDOW = Rule("blocks", "no more than window_blocks", lambda t: ~(t["blocks"] > t["window_blocks"]))
_HEIGHTS = Rule(
    "last_height",
    "that of the day before and the blocks of the day",
    lambda t: (t["last_height"].diff() == t["blocks"]) | (t.index == 0),
)
_NUMBER_OR_TEXT = Rule(
    "value", "a number or a text, not both", lambda t: t["value"].isna() == (t["text"] != "")
)


def _is_target(bits: str) -> bool:
    from analysis.measures import difficulty

    return not bits or 0 < difficulty.target(bits) <= difficulty.MAX_TARGET


def _dividing() -> tuple[str, ...]:
    from analysis.measures import operators

    return ("revenue", *operators.OWN_HASH_RATE)


def _is_readable(evidence: pd.DataFrame) -> pd.Series[bool]:
    from analysis.measures import oracles

    return oracles.readable(evidence)


_TARGET = Rule("bits", "a compact target of difficulty 1 or more", lambda t: t["bits"].map(_is_target))
_EARNS = Rule(
    "value",
    "more than zero for a revenue or a hash rate, by which shares are divided; of none at all say so as text",
    lambda t: ~(t["metric"].isin(_dividing()) & (t["value"] <= 0)),
)
_READ = Rule("value", "the numbers that our own are held against, none of them zero", _is_readable)
_GIVEN = Rule("low", "more than zero: other numbers are divided by it", lambda t: ~(t["low"] <= 0))

_SAME_DAY = Rule(
    "day",
    "the day that date names, where it names one",
    lambda t: (
        (t["date_precision"] != "day") | t["day"].isna() | (t["date"] == t["day"].dt.strftime("%Y-%m-%d"))
    ),
)


def _one(column: str, of: str) -> Callable[[pd.DataFrame], pd.Series[bool]]:
    """One value of a column for each of another: what most rows say; a cell that is empty says nothing."""

    def holds(table: pd.DataFrame) -> pd.Series[bool]:
        said = table[(table[column] != "") & (table[of] != "")]
        usual = said.groupby(of)[column].transform(lambda cells: cells.mode()[0])
        return (usual == said[column]).reindex(table.index, fill_value=True)

    return holds


_ONE_NAME = (
    Rule("company", "one name for one ticker", _one("company", "ticker")),
    Rule("ticker", "one ticker for one name", _one("ticker", "company")),
)


def _of_the_network(column: str, most: float) -> Bound:
    """A hash rate in EH/s against the highest that the network had on any day."""

    def holds(table: pd.DataFrame, days: pd.DataFrame, epochs: pd.DataFrame) -> pd.Series[bool]:
        from analysis.measures import hashrate

        limit = most * hashrate.daily(days, epochs).max()
        counted = (table["unit"] == "EH/s") & (table["company"] != "Network") if "unit" in table else True
        return ~((table[column] > limit) & counted)

    words = f"no more than {most:.0%} of the network's highest hash rate on a day"
    return Bound(column, words, ("days", "epochs"), holds)


_NEAR_THE_DAY_BEFORE = Bound(
    "close_usd",
    "from half to double the close of the day before",
    (),
    lambda t: ~((t["close_usd"] / t["close_usd"].shift()).sub(1.25).abs() > 0.75),  # noqa: PLR2004
)
_NEAR_ITS_NEIGHBOURS = Bound(
    "close_usd",
    "within a quarter of the mean of the closes beside it; the furthest of 2025 and 2026 is an eighth off",
    (),
    lambda t: ~(_off_its_neighbours(t["close_usd"]) > 0.25),  # noqa: PLR2004
)


def _off_its_neighbours(closes: pd.Series[float]) -> pd.Series[float]:
    """How far each close is from the mean of those beside it, as a part of that.

    The first has one beside it; the newest is held against the day before, which may have been a wild one.
    """
    before, after = closes.shift(1), closes.shift(-1)
    return (closes * 2 / (before.fillna(after) + after) - 1).abs()


SPLIT_HEIGHT = 961_631
"""The last height of one chain alone: since 8 August 2026 others share bitcoin's heights."""

_TOLD_APART = Rule(
    "hash",
    f"a hash, or bits, above block {SPLIT_HEIGHT:,}: other chains share the heights above it",
    lambda t: (t["height"] <= SPLIT_HEIGHT) | (t["bits"] != "") | (t["hash"] != ""),
)
_ONE_STATE = Rule(
    "lease",
    "a lease that no row above has for the same day",
    lambda t: ~t.duplicated(["lease", "published"]),
)
_VALUE = Rule(
    "relation",
    "unknown where total_usd is empty, and only there",
    lambda t: t["total_usd"].isna() == (t["relation"] == "unknown"),
)

RELATION = one_of("=", "~", "<", ">", "range")

_POOLS = {
    "entity": NAME,
    "entity_type": one_of("pool", "pool group", "miners group", "public miner"),
    "share_pct": number(100, empty=True),
    "hashrate_eh_s": number(100_000, empty=True),
    "blocks": number(1_000_000, empty=True),
    "window_blocks": number(1_000_000, low=1, empty=True),
    "published": MAYBE_DAY,
}

_EVIDENCE_UNITS = (
    "BTC", "CAD million", "EH/s", "MW", "USD", "USD billion", "USD million", "USD/BTC", "USD/PH/s/day", "T",
    "date", "days", "difficulty", "event", "percent", "rank", "seconds", "terms", "text", "time", "years",
)  # fmt: skip
_CITED_UNITS = (
    "percent", "USD", "USD/PH/s/day", "BTC", "EH/s", "MW", "minutes", "months", "years", "rank", "count",
)  # fmt: skip
_SECTIONS = (
    "introduction", "overview", "operations", "security", "revenue", "infrastructure", "risk-vectors",
    "monitors", "divergent-views", "bottom-line",
)  # fmt: skip

_SPECS = (
    Spec(
        name="epochs",
        folder="difficulty-epochs",
        title="Compact target and first block of every difficulty epoch",
        key="height",
        dated="timestamp",
        append_only=True,
        step=2016,
        columns={
            "height": Column("whole", low=0),
            "bits": Column("text", pattern=r"[0-9a-f]{8}"),
            "timestamp": Column("instant"),
            "timestamp_kind": one_of("exact", "estimated"),
            "timestamp_sd_minutes": Column("whole", low=0, high=600),
            "bits_source": TEXT,
            "timestamp_source": TEXT,
        },
        rules=(_TARGET,),
    ),
    Spec(
        name="prices",
        folder="btc-price",
        title="Daily close of bitcoin in US dollars",
        key="date",
        dated="date",
        append_only=True,
        step=1,
        columns={
            "date": DAY,
            "close_usd": number(10_000_000, low=0.01),
            "series": one_of("kraken", "brk"),
        },
        bounds=(_NEAR_THE_DAY_BEFORE, _NEAR_ITS_NEIGHBOURS),
    ),
    Spec(
        name="days",
        folder="network-days",
        title="Blocks and mean fee of every UTC day",
        key="date",
        dated="date",
        append_only=True,
        step=1,
        columns={
            "date": DAY,
            "blocks": Column("whole", low=1, high=400),
            "last_height": Column("whole", low=0),
            "fee_btc_per_block": number(50),
        },
        rules=(_HEIGHTS,),
    ),
    Spec(
        name="hashprice_points",
        folder="hashprice-published",
        title="Hash price as published",
        key="id",
        dated="published",
        columns={
            "id": ID,
            "date": TEXT,
            "day": MAYBE_DAY,
            "date_precision": TEXT,
            "low": number(1_000, low=0.01, empty=True),
            "high": number(1_000, empty=True),
            "relation": RELATION,
            "series": TEXT,
            "btc_usd_stated": number(10_000_000, low=0.01, empty=True),
            "usable": Column("flag"),
            "published": MAYBE_DAY,
            "published_precision": PRECISION,
            "source": TEXT,
            "note": MAYBE_TEXT,
        },
        rules=(LOW_TO_HIGH, _ENDS, PUBLISHED, _SAME_DAY),
    ),
    Spec(
        name="hashrate_points",
        folder="hashrate-published",
        title="Hash rate of the network as published",
        key="id",
        dated="published",
        columns={
            "id": ID,
            "date": TEXT,
            "day": MAYBE_DAY,
            "date_precision": TEXT,
            "low": number(100_000, low=0.01, empty=True),
            "high": number(100_000, empty=True),
            "relation": RELATION,
            "averaging": TEXT,
            "published": MAYBE_DAY,
            "published_precision": PRECISION,
            "source": TEXT,
            "note": MAYBE_TEXT,
        },
        rules=(LOW_TO_HIGH, _ENDS, PUBLISHED, _SAME_DAY),
    ),
    Spec(
        name="pool_shares",
        folder="pool-shares",
        title="Blocks by mining pool, counted",
        key="id",
        dated="published",
        columns={
            "id": ID,
            "period": TEXT,
            "period_kind": TEXT,
            **_POOLS,
            "source": TEXT,
            "note": MAYBE_TEXT,
        },
        rules=(_WINDOW,),
        bounds=(_of_the_network("hashrate_eh_s", 1.0),),
    ),
    Spec(
        name="pool_points",
        folder="pool-shares-published",
        title="Shares of pools and of listed miners as published",
        key="id",
        dated="published",
        columns={
            "id": ID,
            "date": TEXT,
            "date_precision": TEXT,
            **_POOLS,
            "published_precision": PRECISION,
            "source": TEXT,
            "note": MAYBE_TEXT,
        },
        rules=(PUBLISHED, _WINDOW),
        bounds=(_of_the_network("hashrate_eh_s", 1.0),),
    ),
    Spec(
        name="statements",
        folder="operator-statements",
        title="What miners and the press stated about miners",
        key="id",
        dated="published",
        named=("company", "metric", "period"),
        columns={
            "id": ID,
            "company": NAME,
            "ticker": Column("text", empty=True, pattern="[A-Z]{2,5}"),
            "metric": Column("text", pattern=r"[a-z0-9_]+"),
            "value": number(10_000_000, low=-10_000_000, empty=True),
            "text": MAYBE_TEXT,
            "unit": one_of(
                "EH/s", "BTC", "USD million", "USD per BTC", "MW", "J/TH", "T", "percent", "times", "text"
            ),
            "unit_note": MAYBE_TEXT,
            "period": TEXT,
            "published": MAYBE_DAY,
            "published_precision": PRECISION,
            "tier": one_of("primary", "mirror", "secondary", "computed", "article"),
            "publisher": TEXT,
            "url": ADDRESS,
        },
        rules=(PUBLISHED, _NUMBER_OR_TEXT, _EARNS, *_ONE_NAME),
        bounds=(_of_the_network("value", 0.5),),
    ),
    Spec(
        name="contracts",
        folder="ai-contracts",
        title="Announced contracts of miners for AI and high-performance computing",
        key="id",
        dated="published",
        named=("company", "counterparty"),
        columns={
            "id": ID,
            "company": NAME,
            "counterparty": TEXT,
            "total_usd": number(1e12),
            "years": number(99, low=0.1, empty=True),
            "mw": number(100_000, low=0.1, empty=True),
            "announced": TEXT,
            "published": MAYBE_DAY,
            "published_precision": PRECISION,
            "scope": one_of("company", "sector"),
            "counted": Column("flag"),
            "url": ADDRESS,
            "note": MAYBE_TEXT,
        },
        rules=(PUBLISHED,),
    ),
    evidence(*_EVIDENCE_UNITS, rules=(_READ,), publisher=named),
    cited(units=_CITED_UNITS, sections=_SECTIONS, references=8, rules=(_GIVEN,)),
    Spec(
        name="leases",
        folder="ai-leases",
        title="Leases and cloud contracts of miners for AI, each by itself",
        key="id",
        dated="published",
        named=("lease", "published"),
        columns={
            "id": ID,
            # One lease, whatever became of it: a later row of the same name is its later state.
            "lease": ID,
            "company": TEXT,
            "tenant": TEXT,
            "site": MAYBE_TEXT,
            "kind": one_of("lease", "cloud"),
            "holder": one_of("company", "joint venture"),
            "total_usd": number(1e12, empty=True),
            "relation": one_of("=", "~", ">", "unknown"),
            "years": number(99, low=0.1, empty=True),
            "mw": number(100_000, low=0.1, empty=True),
            "mw_basis": one_of("critical", "gross", "unknown"),
            "published": MAYBE_DAY,
            "published_precision": PRECISION,
            "tier": one_of("primary", "mirror", "secondary", "computed"),
            "publisher": TEXT,
            "url": ADDRESS,
            "note": MAYBE_TEXT,
        },
        rules=(PUBLISHED, _ONE_STATE, _VALUE),
    ),
    Spec(
        name="events",
        folder="network-events",
        title="Splits, forks and attacks that bear on bitcoin's network",
        key="id",
        dated="published",
        named=("kind", "date"),
        columns={
            "id": ID,
            "date": DAY,
            "kind": one_of("chain split", "fork", "attack"),
            "fact": TEXT,
            "tier": one_of("primary", "mirror", "secondary", "computed"),
            "published": MAYBE_DAY,
            "published_precision": PRECISION,
            "publisher": TEXT,
            "url": ADDRESS,
            "note": MAYBE_TEXT,
        },
        rules=(PUBLISHED,),
    ),
    Spec(
        name="blocks",
        folder="blocks-published",
        title="Single blocks of bitcoin as explorers show them",
        key="height",
        dated="published",
        columns={
            "height": Column("whole", low=0),
            "time": Column("text", pattern=r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?"),
            "bits": Column("text", empty=True, pattern=r"[0-9a-f]{8}"),
            "hash": Column("text", empty=True, pattern=r"0{8}[0-9a-f]{56}"),
            "pool": MAYBE_TEXT,
            "fees_btc": number(1_000, empty=True),
            "published": MAYBE_DAY,
            "published_precision": PRECISION,
            "tier": one_of("primary", "mirror", "secondary", "computed"),
            "publisher": TEXT,
            "url": ADDRESS,
            "note": MAYBE_TEXT,
        },
        rules=(PUBLISHED, _TARGET, _TOLD_APART),
    ),
)

DATA_SETS: Mapping[str, Spec] = MappingProxyType({spec.name: spec for spec in _SPECS})
