"""Verdicts follow from values: across each threshold the verdict changes, and nowhere else.

The rules are stated here a second time, in whole hundredths of the cited number's last digit, so that no
rounding of ours is trusted to check itself.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.measures import difficulty
from analysis.report import ARTICLE
from pivot.claims.model import Claim, Guard, Kind, Result, Verdict
from pivot.claims.quantities import Count, Percent, Phrase, Quantity, Range
from pivot.claims.verdicts import TIERS as RANKED
from pivot.claims.verdicts import TRACEABLE, Case, Cited, judge
from tests.conftest import IN_AUGUST, NEWEST, build_ledger, vintage_of
from tests.regression.edited import cell, edited, everywhere

NONE = pd.DataFrame({"bearing": [], "tier": [], "published": [], "value": [], "unit": [], "publisher": []})
COMPUTED = ARTICLE.claims["difficulty-drop"]
ATTRIBUTED = ARTICLE.claims["mara-btc-sold"]
STEPS = (0.25, 0.5, 1.0, 1_000.0, 1e6)  # exact in binary, so that a threshold is where it seems to be

hundredths = st.integers(-250, 250)


def verdict(result: Result, cited: Cited, evidence: pd.DataFrame = NONE, claim: Claim = COMPUTED) -> Verdict:
    return judge(Case(claim, result, cited, evidence)).verdict


RULES: Mapping[str, Callable[[int], str]] = {
    "": lambda off: "rounds" if -50 <= off < 50 else "near" if abs(off) < 100 else "",
    "implied": lambda off: "rounds" if -50 <= off < 50 else "",
    "about": lambda off: "near" if -50 <= off < 50 else "",
    "nearly": lambda off: "near" if -100 <= off <= 0 else "",
    "over": lambda off: "near" if off >= 0 else "",
    "up to": lambda off: "near" if off <= 0 else "",
}
"""For each hedge, from hundredths of the last digit above the cited number to how the value shows it."""

SHOWN = {"rounds": Verdict.REPRODUCED, "near": Verdict.ROUNDED, "": Verdict.DIFFERS}


@given(
    hedge=st.sampled_from(sorted(RULES)),
    digits=st.integers(3, 9_999),
    off=hundredths,
    step=st.sampled_from(STEPS),
    sign=st.sampled_from((1, -1)),
)
def test_verdict_on_a_number(hedge: str, digits: int, off: int, step: float, sign: int) -> None:
    number = digits * step
    value = Percent(sign * (digits * 100 + off) * step / 100)
    expected = SHOWN[RULES[hedge](off)]
    assert verdict(Result(value), Cited(number, number, step, hedge)) is expected


@given(low=st.integers(1, 50), width=st.integers(1, 50), value=st.integers(-50, 200))
def test_verdict_on_a_cited_range(low: int, width: int, value: int) -> None:
    inside = low <= abs(value) <= low + width
    expected = Verdict.REPRODUCED if inside else Verdict.DIFFERS
    assert verdict(Result(Count(value)), Cited(low, low + width, 1, "")) is expected


@given(ends=st.tuples(hundredths, hundredths), digits=st.integers(3, 999))
def test_verdict_on_readings_that_make_a_range(ends: tuple[int, int], digits: int) -> None:
    low, high = sorted(ends)
    readings = Range(*(Percent((digits * 100 + off) / 100) for off in (low, high)))
    expected = Verdict.ROUNDED if low <= 50 and high >= -50 else Verdict.DIFFERS
    assume(
        -50 not in (low, high) and 50 not in (low, high)
    )  # hundredths of a percent are not exact in binary
    assert verdict(Result(readings), Cited(digits, digits, 1, "")) is expected


@given(value=st.floats(-1e9, 1e9), limit=st.floats(-1e9, 1e9), above=st.booleans())
def test_verdict_on_a_guard_is_the_side_it_is_on(value: float, limit: float, above: bool) -> None:  # noqa: FBT001
    guard = Guard("it", value, limit, above=above, show=str)
    expected = Verdict.REPRODUCED if (value > limit if above else value < limit) else Verdict.DIFFERS
    assert guard.holds is (expected is Verdict.REPRODUCED)
    assert (guard.margin > 0) is guard.holds
    no_number = Cited(math.nan, math.nan, math.nan, "")
    phrase = ARTICLE.claims["hashprice-low"]
    assert verdict(Result(Count(value), guard=guard), no_number, claim=phrase) is expected
    # A number is held against the cited number; its guard watches a sentence.
    cited = Cited(7, 7, 1, "")
    assert verdict(Result(Count(7), guard=guard), cited) is Verdict.REPRODUCED
    assert verdict(Result(Count(9), guard=guard), cited) is Verdict.DIFFERS
    assert guard.describe().startswith("holds while" if guard.holds else "broken")


@given(words=st.sampled_from(("second-largest", "third-largest", "largest")))
def test_verdict_on_a_phrase_is_whether_the_article_says_it(words: str) -> None:
    year = ARTICLE.claims["difficulty-drop-rank-year"]
    expected = Verdict.REPRODUCED if words == "second-largest" else Verdict.DIFFERS
    cited = Cited(2, 2, 1, "", "second-largest drop of the year")
    assert verdict(Result(Phrase(words)), cited, claim=year) is expected


@given(off=hundredths, day=st.dates(dt.date(2026, 1, 1), NEWEST))
def test_what_differs_now_and_was_so_once_is_superseded(off: int, day: dt.date) -> None:
    value, cited = Percent((700 + off) / 100), Cited(7, 7, 1, "")
    assume(off not in (-100, -50, 50, 100))
    now = verdict(Result(value), cited)
    once = judge(Case(COMPUTED, Result(value, last_true=day), cited, NONE))
    assert once.verdict is (Verdict.SUPERSEDED if now is Verdict.DIFFERS else now)
    assert (f"{day:%B %Y}" in once.reason) is (now is Verdict.DIFFERS)


def test_verdicts_of_kinds_that_nothing_measures() -> None:
    forecast, definition = (ARTICLE.claims[id_] for id_ in ("ai-share-forecast", "block-interval"))
    for value in (0.0, 1e9):
        result, cited = Result(Count(value)), Cited(70, 70, 1, "")
        assert verdict(result, cited, claim=forecast) is Verdict.FORECAST
        assert verdict(result, cited, claim=definition) is Verdict.DEFINITION
    assert forecast.kind is Kind.FORECAST


@given(value=st.floats(1, 1e9))
def test_a_hypothesis_is_never_reproduced(value: float) -> None:
    guess = ARTICLE.claims["ai-run-rate"]
    assert guess.hypothesis
    assert verdict(Result(Count(value)), Cited(value, value, 1, ""), claim=guess) is Verdict.ATTRIBUTED
    untested = Result(Count(value), testable=False)
    assert verdict(untested, Cited(value, value, 1, "")) is Verdict.ATTRIBUTED


# What others say of a statement

BEARINGS = ("confirms", "differs", "contradicts", "supersedes", "context", "none found")
TIERS = ("primary", "mirror", "secondary", "computed", "none")
pieces = st.lists(st.tuples(st.sampled_from(BEARINGS), st.sampled_from(TIERS)), max_size=6)
stated = st.lists(st.integers(13_150, 13_270).map(float), max_size=3)
numeric, wordy = Cited(13_210, 13_210, 1, ""), Cited(math.nan, math.nan, math.nan, "")


def evidence(said: list[tuple[str, str]]) -> pd.DataFrame:
    rows = [
        {
            "bearing": bearing,
            "tier": tier,
            "published": pd.Timestamp("2026-05-01"),
            "value": "1",
            "unit": "BTC",
            "publisher": "somebody",
        }
        for bearing, tier in said
    ]
    return pd.DataFrame(rows, columns=list(NONE.columns))


def expected_of_statement(said: list[tuple[str, str]], figures: list[float], cited: Cited) -> Verdict:
    """The same rules, as a reader would be told them; all rows are of one day."""
    number = not math.isnan(cited.low)
    published = number and 13_210.0 in figures
    bearing = {"confirms", "contradicts"} | ({"differs"} if number else set())
    best = min((RANKED.index(tier) for one, tier in said if one in bearing), default=0)
    decide = {one for one, tier in said if one in bearing and RANKED.index(tier) == best}
    followed = RANKED[best] in TRACEABLE
    backed = published or ("confirms" in decide and followed)
    replaced = any(one == "supersedes" for one, _ in said)
    was_so = published or any(one == "confirms" and tier in TRACEABLE for one, tier in said)
    if was_so and any(one == "supersedes" and tier in TRACEABLE for one, tier in said):
        return Verdict.SUPERSEDED
    if backed:
        return Verdict.DIFFERS if "contradicts" in decide else Verdict.REPRODUCED
    if "contradicts" in decide and (RANKED[best] == "primary" if number else followed):
        return Verdict.CONTRADICTED
    if number and (replaced or decide & {"differs", "contradicts"} or figures):
        return Verdict.DIFFERS
    if "contradicts" in decide:
        return Verdict.DIFFERS
    return Verdict.ATTRIBUTED if number or "confirms" in decide else Verdict.UNSUPPORTED


@settings(max_examples=300, deadline=None)
@given(said=pieces, figures=stated, cited=st.sampled_from((numeric, wordy)))
def test_verdict_on_a_statement(said: list[tuple[str, str]], figures: list[float], cited: Cited) -> None:
    figures = figures if cited is numeric else []
    result = Result(Count(13_210.0), figures=tuple(figures))
    found = verdict(result, cited, evidence(said), ATTRIBUTED)
    assert found is expected_of_statement(said, figures, cited)


@settings(deadline=None)
@given(said=pieces, order=st.randoms(use_true_random=False))
def test_verdict_does_not_depend_on_the_order_of_evidence_nor_on_context(
    said: list[tuple[str, str]], order: object
) -> None:
    result = Result(Count(13_210.0))
    before = verdict(result, numeric, evidence(said), ATTRIBUTED)
    mixed = [*said, ("context", "primary"), ("none found", "none")]
    order.shuffle(mixed)  # type: ignore[attr-defined]
    assert verdict(result, numeric, evidence(mixed), ATTRIBUTED) is before


# And through the whole ledger


@settings(max_examples=25, deadline=None)
@given(factor=st.floats(0.97, 1.03))
def test_verdict_on_the_march_cut_follows_its_size(factor: float) -> None:
    """Reproduced from 7.65 to 7.75, loosely to 7.6 and 7.8, and different beyond, whatever the target."""

    def change(bits: object) -> str:
        return f"{0x17000000 | int((int(str(bits), 16) & 0xFFFFFF) * factor):08x}"

    vintage = edited(NEWEST, everywhere("epochs", cell(941_472, "bits", change)))
    entry = build_ledger(vintage, ["difficulty-drop"])["difficulty-drop"]
    size = -float(entry.value)
    table = difficulty.retargets(vintage.data("epochs").frame)
    assert size == -table.loc[941_472, "change"]
    expected = (
        "reproduced" if 7.65 <= size < 7.75 else "reproduced, rounded" if 7.6 < size < 7.8 else "differs"
    )
    assert entry.verdict == expected


@settings(max_examples=25, deadline=None)
@given(price=st.floats(30_000, 120_000))
def test_verdict_on_the_hash_price_follows_the_price(price: float) -> None:
    """The mean of 30 days bears the verdict, the newest day with fees its own words beside it."""
    vintage = edited(NEWEST, everywhere("prices", cell(IN_AUGUST, "close_usd", price)))
    entry = build_ledger(vintage, ["hashprice-range"])["hashprice-range"]
    low, high = (float(entry.parts[f"price-for-{end}"].value) for end in ("low", "high"))
    newest = float(entry.parts["newest"].value)
    assert newest == pytest.approx(28 * price / low)
    side = "below" if price < low else "above" if price > high else "within"
    assert entry.parts["newest-side"].display == side

    true = build_ledger(vintage_of(NEWEST), ["hashprice-range"])["hashprice-range"]
    mean = float(true.value) + (newest - float(true.parts["newest"].value)) / 30
    assert float(entry.value) == pytest.approx(mean)
    # No close of one day brings the mean of 30 to the range.
    assert (entry.verdict, entry.parts["side"].display) == ("superseded", "above")


@settings(max_examples=25, deadline=None)
@given(factor=st.floats(0.5, 1.5))
def test_verdict_on_the_hash_price_follows_the_closes_of_its_month(factor: float) -> None:
    def change(prices: pd.DataFrame) -> pd.DataFrame:
        month = prices.index > pd.Timestamp(IN_AUGUST) - pd.Timedelta(days=40)
        prices.loc[month, "close_usd"] *= factor
        return prices

    entry = build_ledger(edited(NEWEST, everywhere("prices", change)), ["hashprice-range"])["hashprice-range"]
    mean = float(entry.value)
    # Rounded as $28 and $30 are, it reaches half a dollar beyond either.
    assert entry.verdict == ("reproduced" if 27.5 <= mean < 30.5 else "superseded")
    assert entry.parts["side"].display == ("below" if mean < 28 else "above" if mean > 30 else "within")


@pytest.mark.parametrize("kind", [Quantity, Percent])
def test_kinds_of_value_do_not_matter_to_a_verdict(kind: type[Quantity]) -> None:
    assert verdict(Result(kind(7.7)), Cited(7.5, 8, 0.5, "")) is Verdict.REPRODUCED
