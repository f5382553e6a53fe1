"""Claims about listed operators: coins sold, credit, contracts, megawatts, hash rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.measures import operators, revenue
from analysis.publishers import named
from analysis.units import Btc, HashRate, Megawatts
from pivot.claims.model import Kind, Part, Result, found_nowhere_else
from pivot.claims.quantities import Day, Percent, Phrase, Quantity, Range, Unknown, Usd, Years, nearest, side
from pivot.claims.registry import claim

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pivot.claims.quantities import Rounding, Value
    from pivot.snapshots import Frame

MILLION = 1e6
TIERS = ("primary", "mirror", "secondary", "computed", "article")
"""From the source itself to those that repeat it."""

NOTHING = Unknown("no other figure that was public by then")
QUARTER = "Q1 2026"
BILLIONS = nearest(1, "billion")
AS_PUBLISHED = "as cited; beside it what other publishers give for the same quantity"


def _cited(cited: Frame, id_: str) -> float:
    return float(cited.loc[id_, "low"])


def _newest(
    rows: pd.DataFrame,
    label: str,
    kind: type[Quantity],
    rounding: Rounding | None = None,
    scale: float = 1.0,
) -> dict[str, Part]:
    """The newest published figure as parts: value, period, publisher and tier, and all in words."""
    if rows.empty:
        nothing = Part(label, Unknown("none published by then"))
        words = Part("the same in words", NOTHING)
        return dict.fromkeys(("newest", "newest-period", "newest-publisher"), nothing) | {"told": words}
    last = rows.iloc[-1]
    value = kind(float(last["value"]) * scale)
    text = _told(last, value.display(rounding))
    return {
        "newest": Part(f"newest published {label}", value, rounding),
        "newest-period": Part("its period", Phrase(last["period"])),
        "newest-publisher": Part("its publisher and tier", Phrase(f"{named(last)}; {last['tier']}")),
        "told": Part("the same in words", Phrase(text)),
    }


def _told(row: pd.Series, shown: str) -> str:
    return f"{shown} ({row['period']}; {named(row)}; {row['tier']})"


def _all_told(rows: pd.DataFrame, kind: type[Quantity]) -> Phrase:
    """Every distinct figure in words, the best tier first and then the oldest."""
    ranked = rows.assign(rank=rows["tier"].map(TIERS.index)).sort_values(["rank", "published"], kind="stable")
    best = ranked.drop_duplicates("value")
    texts = [_told(row, kind(row["value"]).display()) for _, row in best.iterrows()]
    return Phrase("; ".join(texts)) if texts else NOTHING


def _sold(cited: Frame, statements: Frame, id_: str, company: str, periods: Sequence[str]) -> Result:
    """Coins sold as cited, with every published figure for the quarter beside it."""
    sales = operators.select(statements, company, ["btc_sold"])
    quarter = sales[sales["period"].isin(periods)]
    held = operators.select(statements, company, ["btc_held"])
    coins = _cited(cited, id_)
    lead = _best(quarter)
    parts = _newest(lead, "sales figure for the quarter", Btc) | {
        f"held-{name}": part for name, part in _newest(held, "holdings", Btc).items()
    }
    parts["published"] = Part("every published figure for the quarter", _all_told(quarter, Btc))
    figures = tuple(float(value) for value in quarter["value"])
    parts["others"] = Part("other figures for the quarter, lowest to highest", _spread(figures))
    if figures:
        newest = float(lead["value"].iloc[-1])
        parts["difference"] = Part("the newest of the best tier against the cited", Btc(abs(newest - coins)))
        parts["side"] = Part("the same in words", Phrase(side(newest, coins, coins)))
    return Result(
        Btc(coins),
        parts=parts,
        rows={"cited": [id_], "statements": [*quarter.index, *held.index[-1:]]},
        figures=figures,
        beside="others",
        guard=found_nowhere_else(coins, float(cited.loc[id_, "step"]), figures, lambda x: Btc(x).exact()),
    )


def _best(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the best tier that there is, in their order."""
    ranks = rows["tier"].map(TIERS.index)
    return rows[ranks == ranks.min()]


def _spread(coins: Sequence[float]) -> Value:
    ends = sorted({min(coins), max(coins)}) if coins else []
    match ends:
        case [low, high]:
            return Range(Btc(low), Btc(high))
        case [one]:
            return Btc(one)
        case _:
            return NOTHING


@claim("mara-btc-sold", kind=Kind.ATTRIBUTED, section="overview", formula=AS_PUBLISHED)
def mara_btc_sold(cited: Frame, statements: Frame) -> Result:
    """Coins that MARA sold in the first quarter of 2026."""
    return _sold(cited, statements, "mara-btc-sold", "MARA", ["4-25 Mar 2026", QUARTER])


@claim("riot-btc-sold", kind=Kind.ATTRIBUTED, section="overview", formula=AS_PUBLISHED)
def riot_btc_sold(cited: Frame, statements: Frame) -> Result:
    """Coins that Riot sold in the first quarter of 2026."""
    return _sold(cited, statements, "riot-btc-sold", "Riot", [QUARTER])


@claim("corz-btc-sold", kind=Kind.ATTRIBUTED, section="overview", formula=AS_PUBLISHED)
def corz_btc_sold(cited: Frame, statements: Frame) -> Result:
    """Coins that Core Scientific sold in the first quarter of 2026."""
    return _sold(cited, statements, "corz-btc-sold", "Core Scientific", [QUARTER])


@claim(
    "corz-credit",
    kind=Kind.ATTRIBUTED,
    section="operations",
    rounding=nearest(0, "billion"),
    formula=AS_PUBLISHED,
)
def corz_credit(cited: Frame, statements: Frame) -> Result:
    """The credit that Core Scientific secured, and what it issued later."""
    notes = operators.select(statements, "Core Scientific", ["senior_notes"])
    return Result(
        Usd(_cited(cited, "corz-credit")),
        parts=_newest(notes, "senior notes", Usd, BILLIONS, MILLION),
        rows={"cited": ["corz-credit"], "statements": notes.index},
    )


@claim(
    "hut8-contract",
    kind=Kind.ATTRIBUTED,
    section="operations",
    rounding=nearest(0, "billion"),
    formula=AS_PUBLISHED,
)
def hut8_contract(cited: Frame, contracts: Frame) -> Result:
    """The sum of Hut 8's lease of December 2025."""
    lease = contracts.loc["hut-8-fluidstack-river-bend"]
    return Result(
        Usd(_cited(cited, "hut8-contract")),
        parts={
            "company": Part("company", Phrase(lease["company"])),
            "published": Part("published sum", Usd(float(lease["total_usd"])), nearest(1, "billion")),
            "day": Part("day of the announcement", Day(lease["published"].date())),
            "megawatts": Part("power", Megawatts(float(lease["mw"]))),
        },
        rows={"cited": ["hut8-contract"], "contracts": [lease.name]},
        figures=(float(lease["total_usd"]),),
        beside="published",
    )


@claim(
    "riot-amd-start",
    kind=Kind.EVENT,
    section="operations",
    formula="an event; as reported",
)
def riot_amd_start(cited: Frame, contracts: Frame) -> Result:
    """The start of Riot's lease to AMD."""
    lease = contracts.loc["riot-amd"]
    return Result(
        Phrase(cited.loc["riot-amd-start", "cited"]),
        parts={
            "announced": Part("announced", Day(lease["published"].date())),
            "years": Part("its term", Years(float(lease["years"]))),
            "total": Part("sum over its term", Usd(float(lease["total_usd"])), nearest(0, "million")),
            "megawatts": Part("power", Megawatts(float(lease["mw"]))),
        },
        rows={"cited": ["riot-amd-start"], "contracts": [lease.name]},
    )


@claim("corz-energized", kind=Kind.ATTRIBUTED, section="operations", formula=AS_PUBLISHED)
def corz_energized(cited: Frame, statements: Frame) -> Result:
    """Power that Core Scientific had energized for CoreWeave, and what it billed."""
    energized = operators.select(statements, "Core Scientific", ["mw_energized"])
    billing = operators.select(statements, "Core Scientific", ["mw_billing"])
    return Result(
        Megawatts(_cited(cited, "corz-energized")),
        parts=_newest(billing, "power billed", Megawatts),
        rows={"cited": ["corz-energized"], "statements": [*energized.index, *billing.index]},
        figures=tuple(float(value) for value in energized["value"]),
    )


@claim(
    "corz-target",
    kind=Kind.FORECAST,
    section="operations",
    formula="as published by the company; it can be judged in early 2027",
)
def corz_target(cited: Frame) -> Result:
    """Power that Core Scientific means to deliver to CoreWeave."""
    return Result(Megawatts(_cited(cited, "corz-target")), rows={"cited": ["corz-target"]})


@claim(
    "bitdeer-ai-arr",
    kind=Kind.ATTRIBUTED,
    section="overview",
    rounding=nearest(0, "million"),
    formula=AS_PUBLISHED,
)
def bitdeer_ai_arr(cited: Frame, statements: Frame) -> Result:
    """Bitdeer's yearly run-rate of AI cloud revenue, of the company and not of one site."""
    published = operators.select(statements, "Bitdeer", ["ai_cloud_arr"])
    return Result(
        Usd(_cited(cited, "bitdeer-ai-arr")),
        parts=_newest(published, "run-rate", Usd, nearest(0, "million"), MILLION),
        rows={"cited": ["bitdeer-ai-arr"], "statements": published.index},
        beside="newest",
    )


@claim("bitdeer-hashrate", kind=Kind.ATTRIBUTED, section="revenue", formula=AS_PUBLISHED)
def bitdeer_hashrate(cited: Frame, statements: Frame) -> Result:
    """Bitdeer's own hash rate."""
    published = operators.select(statements, "Bitdeer", ["self_mining_hashrate"])
    rate = _cited(cited, "bitdeer-hashrate")
    return Result(
        HashRate(rate),
        parts=_newest(published, "own hash rate", HashRate),
        rows={"cited": ["bitdeer-hashrate"], "statements": published.index},
        beside="newest",
        guard=found_nowhere_else(
            rate,
            float(cited.loc["bitdeer-hashrate", "step"]),
            published["value"],
            lambda x: HashRate(x).exact(),
        ),
    )


@claim(
    "bitdeer-growth",
    kind=Kind.DERIVED,
    section="revenue",
    rounding=nearest(2),
    formula="69.5 EH/s / (1 + 504%): what the growth means a year before",
)
def bitdeer_growth(cited: Frame, bitdeer_hashrate: Result, statements: Frame) -> Result:
    """The hash rate that the cited growth implies for a year before, for which no figure was found."""
    growth = _cited(cited, "bitdeer-growth")
    now = bitdeer_hashrate.value.number or 0.0
    before = HashRate(revenue.before_growth(now, growth))
    early = operators.select(statements, "Bitdeer", ["self_mining_hashrate"])
    parts: dict[str, Part] = {
        "growth": Part("cited growth", Percent(growth), nearest(0)),
        "before": Part("what it implies for a year before", before, nearest(2)),
    }
    if len(early):
        first = early.iloc[0]
        parts |= {
            "earliest": Part("earliest published figure", HashRate(float(first["value"]))),
            "earliest-period": Part("its period", Phrase(str(first["period"]))),
        }
    return Result(
        before,
        parts=parts,
        rows={"cited": ["bitdeer-growth"], "statements": early.index[:1]},
        testable=False,
    )


@claim(
    "tydal-conversion",
    kind=Kind.EVENT,
    section="operations",
    formula="an event; as reported",
)
def tydal_conversion(cited: Frame) -> Result:
    """The conversion of Bitdeer's site at Tydal, Norway."""
    return Result(Phrase(cited.loc["tydal-conversion", "cited"]), rows={"cited": ["tydal-conversion"]})


@claim(
    "mara-filing",
    kind=Kind.EVENT,
    section="security",
    formula="an event; as reported",
)
def mara_filing(cited: Frame) -> Result:
    """MARA's annual report, which allows sales of coins held."""
    return Result(Phrase(cited.loc["mara-filing", "cited"]), rows={"cited": ["mara-filing"]})


@claim(
    "hut8-hashrate",
    kind=Kind.EVENT,
    section="security",
    formula="an event; as reported",
)
def hut8_hashrate(cited: Frame, statements: Frame) -> Result:
    """Whether Hut 8's hash rate was being reduced; its mining runs in a subsidiary, American Bitcoin."""
    owned = operators.select(statements, "American Bitcoin", ["hashrate_owned"])
    return Result(
        Phrase(cited.loc["hut8-hashrate", "cited"]),
        parts=_newest(owned, "hash rate of American Bitcoin", HashRate) | {"course": _course(owned)},
        rows={"cited": ["hut8-hashrate"], "statements": owned.index},
        beside="course",
    )


def _course(rates: pd.DataFrame) -> Part:
    """Hash rates from the first to the last that was published."""
    ends = [HashRate(float(value)).display() for value in (*rates["value"].head(1), *rates["value"].tail(1))]
    return Part("first to newest published", Phrase(" to ".join(dict.fromkeys(ends))) if ends else NOTHING)
