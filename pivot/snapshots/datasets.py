"""The data sets: what a snapshot of each source must look like, declared once.

The fast reader (`vintage`) and the contracts at the door (`contracts`) both work from these
declarations, so a table can not be read in another way than it was checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["text", "units", "whole", "number", "flag", "day", "instant"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a data set.

    Attributes:
        kind: `text`, `units` (plain units with `; ` between them, each perhaps with words on what it
            counts: `BTC held; USD million`), `whole` (int), `number` (float), `flag` (`true`/`false`),
            `day` (ISO date, UTC) or `instant` (ISO date and time in UTC, to the second, with `Z`).
        empty: whether a cell may be empty: `""` as text, NaN as a number, NaT as a day.
        allowed: the closed vocabulary of the cell, or of each unit in it.
        low: smallest value, in the column's unit.
        high: largest value, in the column's unit.
        pattern: regular expression that the whole text must match.
    """

    kind: Kind
    empty: bool = False
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """One data set: its folder, its columns and the rule by which a day sees it.

    Attributes:
        name: what claims call it.
        folder: its folder in the store; also the name of its source.
        title: one line for readers.
        key: the column that names a row; unique and rising in every snapshot.
        columns: every column, in the order of the file.
        dated: the column that says since when a row was public; `""` where the whole snapshot has one date.
        append_only: whether a later snapshot only adds rows.
        step: the distance of neighbouring keys (heights, or days); 0 where keys are free.
        named: the columns that make the key of a row which a person adds; none where only files are added.
    """

    name: str
    folder: str
    title: str
    key: str
    columns: Mapping[str, Column]
    dated: str
    append_only: bool = False
    step: int = 0
    named: tuple[str, ...] = ()


SLUG = r"[a-z0-9]+(-[a-z0-9.]+)*"

_id = Column("text", pattern=SLUG)
_text = Column("text", pattern=r"\S(.*\S)?")
_words = Column("text", empty=True, pattern=r"\S(.*\S)?")
_day = Column("day")
_maybe_day = Column("day", empty=True)
_address = Column("text", empty=True, pattern=r"https?://[^\s]+")
_relation = Column("text", allowed=("=", "~", "<", ">", "range"))
# How well the day of publication is known. A month counts from its last day, a span from its last.
_precision = Column(
    "text", allowed=("day", "day (inferred)", "month", "month (inferred)", "span (inferred)", "unknown")
)


def _number(high: float, *, low: float = 0, empty: bool = False) -> Column:
    return Column("number", empty=empty, low=low, high=high)


def _one_of(*words: str) -> Column:
    return Column("text", allowed=words)


_POOLS = {
    "entity": _text,
    "entity_type": _one_of("pool", "pool group", "miners group", "public miner"),
    "share_pct": _number(100, empty=True),
    "hashrate_eh_s": _number(100_000, empty=True),
    "blocks": _number(1_000_000, empty=True),
    "window_blocks": _number(1_000_000, empty=True),
    "published": _maybe_day,
}

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
            "timestamp_kind": _one_of("exact", "estimated"),
            "timestamp_sd_minutes": Column("whole", low=0, high=600),
            "bits_source": _text,
            "timestamp_source": _text,
        },
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
            "date": _day,
            "close_usd": _number(10_000_000, low=0.01),
            "series": _one_of("kraken", "brk"),
        },
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
            "date": _day,
            "blocks": Column("whole", low=1, high=400),
            "last_height": Column("whole", low=0),
            "fee_btc_per_block": _number(50),
        },
    ),
    Spec(
        name="hashprice_points",
        folder="hashprice-published",
        title="Hash price as published",
        key="id",
        dated="published",
        columns={
            "id": _id,
            "date": _text,
            "day": _maybe_day,
            "date_precision": _text,
            "low": _number(1_000, empty=True),
            "high": _number(1_000, empty=True),
            "relation": _relation,
            "series": _text,
            "btc_usd_stated": _number(10_000_000, low=0.01, empty=True),
            "usable": Column("flag"),
            "published": _maybe_day,
            "published_precision": _precision,
            "source": _text,
            "note": _words,
        },
    ),
    Spec(
        name="hashrate_points",
        folder="hashrate-published",
        title="Hash rate of the network as published",
        key="id",
        dated="published",
        columns={
            "id": _id,
            "date": _text,
            "day": _maybe_day,
            "date_precision": _text,
            "low": _number(100_000, empty=True),
            "high": _number(100_000, empty=True),
            "relation": _relation,
            "averaging": _text,
            "published": _maybe_day,
            "published_precision": _precision,
            "source": _text,
            "note": _words,
        },
    ),
    Spec(
        name="pool_shares",
        folder="pool-shares",
        title="Blocks by mining pool, counted",
        key="id",
        dated="published",
        columns={
            "id": _id,
            "period": _text,
            "period_kind": _text,
            **_POOLS,
            "source": _text,
            "note": _words,
        },
    ),
    Spec(
        name="pool_points",
        folder="pool-shares-published",
        title="Shares of pools and of listed miners as published",
        key="id",
        dated="published",
        columns={
            "id": _id,
            "date": _text,
            "date_precision": _text,
            **_POOLS,
            "published_precision": _precision,
            "source": _text,
            "note": _words,
        },
    ),
    Spec(
        name="statements",
        folder="operator-statements",
        title="What miners and the press stated about miners",
        key="id",
        dated="published",
        named=("company", "metric", "period"),
        columns={
            "id": _id,
            "company": _text,
            "ticker": Column("text", empty=True, pattern="[A-Z]{2,5}"),
            "metric": Column("text", pattern=r"[a-z0-9_]+"),
            "value": _number(10_000_000, low=-10_000_000, empty=True),
            "text": _words,
            "unit": _one_of("EH/s", "BTC", "USD million", "USD per BTC", "MW", "percent", "times", "text"),
            "unit_note": _words,
            "period": _text,
            "published": _maybe_day,
            "published_precision": _precision,
            "tier": _one_of("primary", "mirror", "secondary", "computed", "article"),
            "publisher": _text,
            "url": _address,
        },
    ),
    Spec(
        name="contracts",
        folder="ai-contracts",
        title="Announced contracts of miners for AI and high-performance computing",
        key="id",
        dated="published",
        named=("company", "counterparty"),
        columns={
            "id": _id,
            "company": _text,
            "counterparty": _text,
            "total_usd": _number(1e12),
            "years": _number(99, empty=True),
            "mw": _number(100_000, empty=True),
            "announced": _text,
            "published": _maybe_day,
            "published_precision": _precision,
            "scope": _one_of("company", "sector"),
            "counted": Column("flag"),
            "url": _address,
            "note": _words,
        },
    ),
    Spec(
        name="evidence",
        folder="claim-evidence",
        title="What else was published on each claim",
        key="id",
        dated="published",
        named=("claim", "publisher"),
        columns={
            "id": _id,
            "claim": _id,
            "value": _text,
            "unit": Column(
                "units",
                allowed=(
                    "BTC",
                    "CAD million",
                    "EH/s",
                    "MW",
                    "USD",
                    "USD billion",
                    "USD million",
                    "USD/BTC",
                    "USD/PH/s/day",
                    "T",
                    "date",
                    "days",
                    "difficulty",
                    "event",
                    "percent",
                    "rank",
                    "seconds",
                    "terms",
                    "text",
                    "time",
                    "years",
                ),
            ),
            "period": _words,
            "tier": _one_of("primary", "mirror", "secondary", "computed", "none"),
            "bearing": _one_of("confirms", "differs", "contradicts", "supersedes", "context", "none found"),
            "finding": _text,
            "published": _maybe_day,
            "published_precision": _precision,
            "publisher": _text,
            "url": _address,
            "note": _words,
        },
    ),
    Spec(
        name="cited",
        folder="article",
        title="The article's own numbers and checkable statements",
        key="claim",
        dated="",
        columns={
            "claim": _id,
            "cited": _text,
            "low": _number(1e12, empty=True),
            "high": _number(1e12, empty=True),
            "unit": Column(
                "text",
                empty=True,
                allowed=(
                    "percent",
                    "USD",
                    "USD/PH/s/day",
                    "BTC",
                    "EH/s",
                    "MW",
                    "minutes",
                    "months",
                    "years",
                    "rank",
                    "count",
                ),
            ),
            "step": _number(1e12, empty=True),
            "hedge": Column("text", empty=True, allowed=("nearly", "over", "up to", "about", "implied")),
            "section": _one_of(
                "introduction",
                "overview",
                "operations",
                "security",
                "revenue",
                "infrastructure",
                "risk-vectors",
                "monitors",
                "divergent-views",
                "bottom-line",
            ),
            "references": Column("text", empty=True, pattern=r"[1-8](;[1-8])*"),
        },
    ),
)

DATA_SETS: Mapping[str, Spec] = MappingProxyType({spec.name: spec for spec in _SPECS})
BY_FOLDER: Mapping[str, Spec] = MappingProxyType({spec.folder: spec for spec in _SPECS})
