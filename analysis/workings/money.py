"""The steps of what companies earn: mining revenue, AI revenue, and what a few of them hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims import revenue
from analysis.measures import concentration, fleets, hashprice, hashrate, operators, periods
from analysis.measures import leases as lease_measures
from analysis.workings.network import changed, day_price, one_rate
from pivot.claims.account import Margin, Step, number, step, worked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pivot.claims.account import Rows, Working
    from pivot.claims.model import Result
    from pivot.snapshots import Frame

    Made = Iterable[Step | Rows | Margin]


def _value(result: Result) -> float:
    return float(result.value.number or 0.0)


def _btc_price(cited: Frame, prices: Frame, days: Frame, epochs: Frame) -> Made:
    assumed = float(cited.loc["btc-price-assumption", "low"])
    close = float(prices["close_usd"].iloc[-1])
    yield changed(
        "the newest close against the assumption, in percent",
        number(close),
        number(assumed),
        (close / assumed - 1) * 100,
    )
    day = hashprice.daily(days, prices, epochs).index[-1]
    yield from day_price(day, days, epochs, assumed)


def _network(days: pd.DataFrame, epochs: pd.DataFrame) -> tuple[list[Step | Rows | Margin], pd.Series[float]]:
    """The network's 30-day average of each day, with the table that it is taken from."""
    rates = hashrate.daily(days, epochs)
    average = hashrate.average(rates, fleets.WINDOW)
    coins = hashrate.EXA * hashrate.DAY_SECONDS / (hashrate.day_difficulty(days, epochs) * 2**32)
    subsidies = pd.Series([hashprice.subsidy(int(height)) for height in days["last_height"]], days.index)
    table = days[["last_height", "blocks"]].assign(
        difficulty=hashrate.day_difficulty(days, epochs), ehs=rates, average=average, coins=coins * subsidies
    )
    return [worked("hash rate of each day", table), *one_rate(days.index[-1], days, epochs)], average


def _shares(companies: pd.DataFrame, average: pd.Series[float]) -> tuple[list[Step], Step]:
    """Each company's share of the network on the day of its own statement, and their sum, in percent."""
    table = fleets.at_own_date(companies, average)
    steps = [
        step(
            f"{row.company}: {row.period}, against the average of {row.day:%Y-%m-%d}, in percent",
            f"{number(row.value)} / {number(row.network)} × 100",
            row.share,
        )
        for row in table.itertuples()
    ]
    together = " + ".join(one.result for one in steps)
    return steps, step("together, in percent", together, float(table["share"].sum()))


def _summed(values: Iterable[float]) -> str:
    return " + ".join(number(float(one)) for one in values)


def _top5_threshold(pool_shares: Frame, statements: Frame, days: Frame, epochs: Frame) -> Made:
    month = str(concentration.top_pools(pool_shares).index[-1])
    newest = pool_shares[(pool_shares["entity_type"] == "pool") & (pool_shares["period"] == month)]
    five = newest.sort_values("share_pct", ascending=False, kind="stable").head(concentration.TOP)[
        "share_pct"
    ]
    yield step(f"the five largest pools in {month}, in percent", _summed(five), float(five.sum()))
    made, average = _network(days, epochs)
    yield from made
    steps, together = _shares(operators.latest_hash_rates(statements).head(concentration.TOP), average)
    yield from (*steps, together)


def _top5_history(pool_shares: Frame) -> Made:
    years = pool_shares[(pool_shares["period_kind"] == "year") & (pool_shares["entity"] == "Top five pools")]
    shares = years.set_index("period")["share_pct"].sort_index()
    yield worked("share of the five largest by year", shares.to_frame())
    yield step("the lowest year", "smallest of share_pct", float(shares.min()))
    yield step("the highest year", "largest of share_pct", float(shares.max()))


def _issuance() -> tuple[Step, float]:
    subsidy = hashprice.subsidy(revenue.SUBSIDY_HEIGHT)
    issued = subsidy * 144 * 365
    return step(
        "new coins a year in BTC, a block every ten minutes", f"{number(subsidy)} × 144 × 365", issued
    ), issued


def _production(cited: Frame) -> Made:
    sold, price = (float(cited.loc[id_, "low"]) for id_ in ("top10-btc-revenue", "btc-price-assumption"))
    coins = step("coins a year, in BTC", f"{number(sold)} / {number(price)}", sold / price)
    issuance, issued = _issuance()
    yield from (coins, issuance)
    share = f"{coins.result} / {issuance.result} × 100"
    yield step("share of the new coins, in percent", share, sold / price / issued * 100)


def _top10_revenue(
    top10_btc_production: Result, btc_price_assumption: Result, statements: Frame, days: Frame, epochs: Frame
) -> Made:
    coins, price = _value(top10_btc_production), _value(btc_price_assumption)
    cited = step(
        "the cited revenue in USD, coins times price", f"{number(coins)} × {number(price)}", coins * price
    )
    made, average = _network(days, epochs)
    ten = operators.latest_hash_rates(statements).head(revenue.TOP)
    steps, together = _shares(ten, average)
    issuance, issued = _issuance()
    yield from (cited, *made, *steps, together, issuance)
    pairs = fleets.realised(statements, days, epochs)
    yield worked("coins mined of those expected", pairs.rename_axis("id"))
    first, last = periods.span(pairs["period"].iloc[0]) or (days.index[0], days.index[-1])
    rate, expected = float(pairs["hashrate"].iloc[0]), float(pairs["expected"].iloc[0])
    expression = f"{number(rate)} × sum of coins from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    yield step(
        f"coins expected of {pairs['company'].iloc[0]}, {pairs['period'].iloc[0]}, as in the table",
        expression,
        expected,
    )
    median = float(pairs["share"].median())
    yield step("coins mined of those expected, in percent", "median of share", median)
    share = float(fleets.at_own_date(ten, average)["share"].sum())
    built = fleets.calibrated_revenue(share, issued, price, median)
    expression = f"{together.result} / 100 × {issuance.result} × {number(price)} × {number(median)} / 100"
    estimate = step("built up from hash rates, in USD", expression, built)
    label = "the built-up estimate against the cited one, in percent"
    yield from (estimate, changed(label, estimate.result, cited.result, (built / (coins * price) - 1) * 100))


def _run_rate(cited: Frame, contracts: Frame) -> Made:
    bitdeer, amd = float(cited.loc["bitdeer-ai-arr", "low"]), contracts.loc["riot-amd"]
    total, years = float(amd["total_usd"]), float(amd["years"])
    hive, term = revenue.HIVE_CONTRACTS_USD, revenue.HIVE_YEARS
    riot = step("Riot and AMD, in USD a year", f"{number(total)} / {number(years)}", total / years)
    half = step("HIVE, in USD a year", f"{number(hive)} / {number(term)}", hive / term)
    yield from (riot, half)
    yield step(
        "the sum, in USD a year",
        f"{number(bitdeer)} + {riot.result} + {half.result}",
        bitdeer + total / years + hive / term,
    )


def _doubled(ai_ten_year: Result) -> Made:
    yield step("twice the scenario, in USD", f"2 × {number(_value(ai_ten_year))}", 2 * _value(ai_ten_year))


def _over_ai(cited: Frame, ai_ten_year: Result, ai_doubled: Result) -> Made:
    mined, rate = _compared(cited)
    yield _less("run-rate", mined, rate)
    yield _less("ten-year scenario", mined, _value(ai_ten_year))
    yield _less("doubled scenario", mined, _value(ai_doubled))


def _less(name: str, mined: float, rival: float) -> Step:
    return step(
        f"mining revenue less the {name}, in USD", f"{number(mined)} − {number(rival)}", mined - rival
    )


def _compared(cited: pd.DataFrame) -> tuple[float, float]:
    mined, rate = (float(cited.loc[id_, "low"]) for id_ in revenue.COMPARED)
    return mined, rate


def _ratio(cited: Frame) -> Made:
    mined, rate = _compared(cited)
    yield step("mining revenue over the run-rate", f"{number(mined)} / {number(rate)}", mined / rate)


def _gap(cited: Frame) -> Made:
    yield _less("run-rate", *_compared(cited))


def _growth(cited: Frame, bitdeer_hashrate: Result) -> Made:
    growth, now = float(cited.loc["bitdeer-growth", "low"]), _value(bitdeer_hashrate)
    yield step(
        "a year before, in EH/s", f"{number(now)} / (1 + {number(growth)} / 100)", now / (1 + growth / 100)
    )


def _contracts(leases: Frame) -> Made:
    standing = lease_measures.in_force(leases)
    own = standing[(standing["holder"] != lease_measures.JOINT) & standing["total_usd"].notna()]
    yield worked("leases counted", own[["company", "total_usd"]])
    yield step("their sum, in USD", "sum of total_usd", float(own["total_usd"].sum()))


def _share_now(statements: Frame, ai_share_now: Result) -> Made:
    group = operators.ai_share_of_group(statements, ai_share_now.parts["quarter"].value.display())
    whole = group.loc["all"]
    companies = group.drop(index="all").rename_axis("company")
    yield worked("revenue by company, in USD million", companies)
    ai = step("revenue from AI, in USD million", "sum of ai", float(whole["ai"]))
    total = step("total revenue, in USD million", "sum of total", float(whole["total"]))
    yield from (ai, total)
    yield step("the share, in percent", f"{ai.result} / {total.result} × 100", float(whole["share"]))


def _hybrid(statements: Frame, table1_hybrid: Result) -> Made:
    if not table1_hybrid.testable:
        return
    riot = operators.ai_share_of_group(statements[statements["company"] == "Riot"], "Q1 2026").loc["Riot"]
    share = f"{number(float(riot['ai']))} / {number(float(riot['total']))} × 100"
    yield step("AI in Riot's revenue of the quarter, in percent", share, float(riot["share"]))


def _margin(cited: Frame) -> Made:
    mined, rival = (float(cited.loc[id_, "low"]) for id_ in ("top10-btc-revenue", "ai-doubled"))
    label = "mining revenue against the doubled scenario, in percent"
    yield changed(label, number(mined), number(rival), (mined / rival - 1) * 100)


WORKINGS: Mapping[str, Working] = {
    "btc-price-assumption": _btc_price,
    "top5-threshold": _top5_threshold,
    "top5-history": _top5_history,
    "top10-btc-production": _production,
    "top10-btc-revenue": _top10_revenue,
    "ai-run-rate": _run_rate,
    "ai-doubled": _doubled,
    "btc-over-ai": _over_ai,
    "revenue-ratio": _ratio,
    "revenue-gap": _gap,
    "bitdeer-growth": _growth,
    "ai-contracts": _contracts,
    "ai-share-now": _share_now,
    "table1-hybrid": _hybrid,
    "substantial-margin": _margin,
}
