"""Claims about money: mining revenue, AI run-rate, scenarios, and the ratio between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.measures import difficulty, fleets, hashprice, hashrate, operators, revenue
from analysis.units import Btc, HashPrice, HashRate
from pivot.claims.model import Guard, Kind, Part, Result
from pivot.claims.quantities import (
    Count,
    Day,
    Percent,
    Phrase,
    Range,
    Ratio,
    Share,
    Usd,
    Years,
    nearest,
    side,
)
from pivot.claims.registry import claim

if TYPE_CHECKING:
    import pandas as pd

    from pivot.snapshots import Frame

MILLION = 1e6
TOP = 10
SUBSIDY_HEIGHT = (
    difficulty.EPOCH_BLOCKS * 467
)  # block 941,472: the subsidy of the year that the article is about

BILLIONS = nearest(3, "billion")
SHORT_BILLIONS = nearest(2, "billion")
MILLIONS = nearest(1, "million")

COMPARED = ("top10-btc-revenue", "ai-run-rate")
"""The two figures of the article that it sets side by side."""


@claim(
    "btc-price-assumption",
    kind=Kind.DEFINITION,
    section="revenue",
    formula="a scenario; beside it the newest close and the hash price that $80,000 implies",
)
def btc_price_assumption(cited: Frame, prices: Frame, days: Frame, epochs: Frame) -> Result:
    """The price that the article assumes, the market's, and the hash price it would mean."""
    assumed = float(cited.loc["btc-price-assumption", "low"])
    newest = hashprice.daily(days, prices, epochs).iloc[-1]
    close = prices["close_usd"].iloc[-1]
    implied = hashprice.hashprice(newest["reward"], assumed, newest["difficulty"])
    low, high = (float(cited.loc["hashprice-range", end]) for end in ("low", "high"))
    return Result(
        Usd(assumed),
        parts={
            "close": Part("close of the newest day", Usd(close), nearest(0)),
            "day": Part("that day", Day(prices.index[-1].date())),
            "gap": Part("the close against the assumption", Percent((close / assumed - 1) * 100), nearest(1)),
            "side": Part("the close against the assumption, in words", Phrase(side(close, assumed, assumed))),
            "hashprice": Part("hash price at the assumed price", HashPrice(implied)),
            "hashprice-side": Part(
                "that against the cited range of hash prices", Phrase(side(implied, low, high))
            ),
        },
        rows={
            "cited": ["btc-price-assumption", "hashprice-range"],
            "prices": prices.index[prices.index.isin([newest.name, prices.index[-1]])],
            "days": [newest.name],
            "epochs": difficulty.epochs_of(days.loc[[newest.name]], epochs),
        },
        beside="close",
        guard=Guard(
            "the hash price that the assumed price implies",
            float(implied),
            high,
            above=True,
            show=lambda x: HashPrice(x).display(),
        ),
    )


@claim(
    "top10-btc-production",
    kind=Kind.DERIVED,
    section="revenue",
    formula="$4.652 billion / $80,000; as a share of 3.125 BTC x 144 blocks x 365 days",
)
def top10_btc_production(cited: Frame) -> Result:
    """Coins a year that the cited revenue means at the cited price."""
    coins = revenue.production(
        *(_figure(cited, id_) for id_ in ("top10-btc-revenue", "btc-price-assumption"))
    )
    issued = revenue.issuance(hashprice.subsidy(SUBSIDY_HEIGHT))
    return Result(
        Btc(coins),
        parts={
            "issuance": Part("new coins a year, blocks every ten minutes", Btc(issued)),
            "share": Part("share of them", Share(coins / issued * 100), nearest(2)),
        },
        rows={"cited": ["top10-btc-revenue", "btc-price-assumption"]},
    )


@claim(
    "top10-btc-revenue",
    kind=Kind.DERIVED,
    section="revenue",
    rounding=BILLIONS,
    formula="production x price; tested: each of our ten against the network (30 days) of its own date, x "
    "issuance x $80,000 x the share of expected coins that companies really mine (median; its middle half)",
)
def top10_btc_revenue(
    top10_btc_production: Result,
    btc_price_assumption: Result,
    statements: Frame,
    days: Frame,
    epochs: Frame,
) -> Result:
    """Yearly mining revenue of ten listed miners: the cited one, and one built up from their hash rates."""
    price = _number(btc_price_assumption)
    cited = _number(top10_btc_production) * price
    network = hashrate.average(hashrate.daily(days, epochs), fleets.WINDOW)
    ten = fleets.at_own_date(operators.latest_hash_rates(statements).head(TOP), network)
    together, share = float(ten["value"].sum()), float(ten["share"].sum())
    mined = fleets.realised(statements, days, epochs)["share"]
    issued = revenue.issuance(hashprice.subsidy(SUBSIDY_HEIGHT))

    def of(realised: float) -> float:
        return fleets.calibrated_revenue(share, issued, price, realised)

    built, low, high = of(mined.median()), of(mined.quantile(0.25)), of(mined.quantile(0.75))
    return Result(
        Usd(cited),
        parts={
            "bottom-up": Part("built up from the ten hash rates", Usd(built), SHORT_BILLIONS),
            "bottom-up-range": Part(
                "the same at the ends of the middle half of what companies mine",
                Range(Usd(low), Usd(high)),
                SHORT_BILLIONS,
            ),
            "fit": Part("the cited figure against that range", Phrase(side(cited, low, high))),
            "never-stopped": Part("if no machine ever stopped", Usd(of(100)), SHORT_BILLIONS),
            "realised": Part("coins mined of those expected, median", Share(mined.median()), nearest(0)),
            "realised-range": Part(
                "lowest and highest", Range(Share(mined.min()), Share(mined.max())), nearest(0)
            ),
            "pairs": Part("months and quarters with both figures", Count(len(mined))),
            "gap": Part(
                "the built-up estimate against the cited one", Percent((built / cited - 1) * 100), nearest(1)
            ),
            "gap-usd": Part("the same in dollars", Usd(abs(built - cited)), SHORT_BILLIONS),
            "side": Part("the same in words", Phrase(side(built, cited, cited))),
            "hash-rate": Part("hash rate of the ten", HashRate(together), nearest(1)),
            "network": Part("network, 30-day average", HashRate(float(network.iloc[-1])), nearest(0)),
            "share": Part("share of the network, each at its own date", Share(share)),
        },
        rows={"statements": statements.index[statements["metric"].isin(FLEETS)]},
        tested=Range(Usd(low), Usd(high)),
        beside="bottom-up",
    )


FLEETS = (*operators.OWN_HASH_RATE, "btc_mined")
"""What a company states of its machines and of what they mined."""


@claim(
    "top10-count",
    kind=Kind.DEFINITION,
    section="revenue",
    formula="the article does not name its ten; ours are the ten largest newest stated hash rates",
)
def top10_count(statements: Frame) -> Result:
    """The ten listed miners with the largest stated hash rates by the day of the report."""
    ten = operators.latest_hash_rates(statements).head(TOP)
    return Result(
        Count(len(ten)),
        parts={
            "names": Part("the ten, largest first", Phrase(", ".join(ten["company"]))),
            "oldest": Part("oldest of the ten statements", _published(ten)),
        },
        rows={"statements": ten.index},
    )


def _published(rows: pd.DataFrame) -> Day:
    return Day(rows["published"].min().date())


@claim(
    "ai-run-rate",
    kind=Kind.DERIVED,
    section="revenue",
    rounding=MILLIONS,
    hypothesis=True,
    formula="21.0 (Bitdeer, AI cloud) + 311 / 10 (Riot and AMD) + 30 / 2 (HIVE, if over two years)",
)
def ai_run_rate(cited: Frame, contracts: Frame, statements: Frame) -> Result:
    """The one sum of known figures that gives the cited run-rate; a guess, no source lists its parts."""
    bitdeer = float(cited.loc["bitdeer-ai-arr", "low"])
    amd = contracts.loc["riot-amd"]
    riot = float(amd["total_usd"]) / float(amd["years"])
    hive = HIVE_CONTRACTS_USD / HIVE_YEARS
    core = operators.select(statements, "Core Scientific", ["colocation_revenue"])
    quarters = core[core["period"].str.match(r"Q\d ")]
    newest = quarters.loc[max(quarters.index[::-1], key=lambda row: quarters["period"][row].split()[::-1])]
    billed = float(newest["value"]) * MILLION * 4
    total = bitdeer + riot + hive
    return Result(
        Usd(total),
        parts={
            "bitdeer": Part("Bitdeer, AI cloud", Usd(bitdeer), MILLIONS),
            "riot": Part("Riot and AMD, a year", Usd(riot), MILLIONS),
            "hive": Part("HIVE, a year", Usd(hive), MILLIONS),
            "hive-total": Part("HIVE, over its term", Usd(HIVE_CONTRACTS_USD), nearest(0, "million")),
            "hive-years": Part("the term we suppose", Years(HIVE_YEARS)),
            "sum": Part("the three together", Usd(total), MILLIONS),
            "core": Part(
                "Core Scientific's colocation alone, its newest quarter times four",
                Usd(billed),
                nearest(0, "million"),
            ),
            "core-quarter": Part("that quarter", Phrase(str(newest["period"]))),
            "core-times": Part("Core Scientific alone against the cited sum", Ratio(billed / total)),
        },
        rows={"cited": ["bitdeer-ai-arr"], "contracts": [amd.name], "statements": [newest.name]},
        guard=Guard(
            "a year of Core Scientific's colocation at the pace of its newest quarter",
            billed,
            total,
            above=True,
            show=lambda x: Usd(x).display(MILLIONS),
        ),
    )


HIVE_CONTRACTS_USD = 30e6
"""HIVE's AI cloud contracts as the hypothesis reads them. The figure was published in Canadian dollars, and
after the article; it is part of the guess and not of the evidence."""

HIVE_YEARS = 2


@claim(
    "ai-ten-year",
    kind=Kind.ATTRIBUTED,
    section="revenue",
    rounding=SHORT_BILLIONS,
    formula="as published; over ten years it would mean a tenth of it a year",
)
def ai_ten_year(cited: Frame) -> Result:
    """The ten-year AI scenario, whose inputs were not published."""
    scenario = float(cited.loc["ai-ten-year", "low"])
    return Result(
        Usd(scenario),
        parts={
            "years": Part("its span", Years(SCENARIO_YEARS)),
            "yearly": Part("a year, if spread evenly", Usd(scenario / SCENARIO_YEARS), nearest(0, "million")),
        },
        rows={"cited": ["ai-ten-year"]},
    )


SCENARIO_YEARS = 10


@claim(
    "ai-doubled",
    kind=Kind.DERIVED,
    section="revenue",
    rounding=SHORT_BILLIONS,
    formula="2 x the ten-year scenario",
)
def ai_doubled(ai_ten_year: Result) -> Result:
    """The doubled AI scenario: twice the ten-year one."""
    return Result(
        Usd(2 * _number(ai_ten_year)),
        parts={
            "yearly": Part(
                "a year, if spread over ten",
                Usd(2 * _number(ai_ten_year) / SCENARIO_YEARS),
                nearest(0, "million"),
            )
        },
    )


@claim(
    "btc-over-ai",
    kind=Kind.PHRASE,
    section="revenue",
    formula="cited mining revenue less the largest of: cited run-rate, ten-year scenario, doubled scenario",
)
def btc_over_ai(cited: Frame, ai_ten_year: Result, ai_doubled: Result) -> Result:
    """Whether mining revenue is above the AI run-rate and both scenarios, all as cited."""
    mined, run_rate = (_figure(cited, id_) for id_ in COMPARED)
    rivals = {
        "run-rate": run_rate,
        "ten-year": _number(ai_ten_year),
        "doubled": _number(ai_doubled),
    }
    nearest_rival = max(rivals.values())
    return Result(
        Phrase("still exceeds" if mined > nearest_rival else "no longer exceeds"),
        parts={
            name: Part(f"mining revenue less the {name} figure", Usd(mined - rival), SHORT_BILLIONS)
            for name, rival in rivals.items()
        },
        rows={"cited": COMPARED},
        guard=Guard(
            "mining revenue",
            mined,
            nearest_rival,
            above=True,
            show=lambda x: Usd(x).display(BILLIONS),
        ),
    )


@claim(
    "revenue-ratio",
    kind=Kind.DERIVED,
    section="revenue",
    formula="$4.652 billion / $67.1 million",
    rounding=nearest(0),
)
def revenue_ratio(cited: Frame) -> Result:
    """How many times the cited AI run-rate the cited mining revenue is."""
    mined, run_rate = (_figure(cited, id_) for id_ in COMPARED)
    return Result(Ratio(mined / run_rate), rows={"cited": COMPARED})


@claim(
    "revenue-gap",
    kind=Kind.DERIVED,
    section="revenue",
    formula="$4.652 billion - $67.1 million",
    rounding=SHORT_BILLIONS,
)
def revenue_gap(cited: Frame) -> Result:
    """By how much the cited mining revenue exceeds the cited AI run-rate."""
    mined, run_rate = (_figure(cited, id_) for id_ in COMPARED)
    return Result(Usd(mined - run_rate), rows={"cited": COMPARED})


def _figure(cited: Frame, id_: str) -> float:
    return float(cited.loc[id_, "low"])


def _number(result: Result) -> float:
    number = result.value.number
    if number is None:
        raise ValueError(f"{result.value!r} is not a number")
    return number
