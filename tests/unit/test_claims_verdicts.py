"""Verdicts follow from values and evidence, and the register refuses what readers could not follow."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from decimal import Decimal
from types import ModuleType

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data import DATA_SETS
from analysis.report import ARTICLE
from pivot.claims import registry
from pivot.claims.model import Claim, Guard, Kind, Part, Reading, Result, Verdict, found_nowhere_else
from pivot.claims.quantities import Percent, Phrase, Quantity, Range, Unknown, Value, nearest
from pivot.claims.registry import claim
from pivot.claims.verdicts import RULES, Case, Cited, Judgement, judge, ours
from pivot.errors import ClaimError

NOTHING = pd.DataFrame({"bearing": [], "tier": [], "publisher": [], "published": [], "value": [], "unit": []})
WORDS = Cited(math.nan, math.nan, math.nan, "")


def a_claim(kind: Kind, *, hypothesis: bool = False) -> Claim:
    return Claim("x", kind, "overview", nearest(1), "f", hypothesis, lambda: Result(Percent(1)), ())


def said(*pieces: tuple[str, str]) -> pd.DataFrame:
    """Evidence by bearing and tier."""
    return pd.DataFrame(
        [
            {
                "bearing": bearing,
                "tier": tier,
                "publisher": "p",
                "published": place,
                "value": "v",
                "unit": "u",
            }
            for place, (bearing, tier) in enumerate(pieces)
        ],
        columns=list(NOTHING.columns),
    )


def judged(
    claim: Claim, result: Result, cited: Cited, evidence: pd.DataFrame, *, alone: bool = False
) -> Judgement:
    return judge(Case(claim, result, cited, evidence, alone))


@pytest.mark.parametrize(
    ("value", "cited", "verdict"),
    [
        (Percent(-7.72), Cited(7.7, 7.7, 0.1, ""), Verdict.REPRODUCED),
        (Percent(-7.7557), Cited(7.7, 7.7, 0.1, ""), Verdict.ROUNDED),
        (Percent(-7.64), Cited(7.7, 7.7, 0.1, ""), Verdict.ROUNDED),
        (Percent(-7.81), Cited(7.7, 7.7, 0.1, ""), Verdict.DIFFERS),
        (Quantity(4.6524e9), Cited(4.652e9, 4.652e9, 1e6, ""), Verdict.REPRODUCED),
        (Quantity(58_150), Cited(58_150, 58_150, 12.5, "implied"), Verdict.REPRODUCED),
        (Percent(5.4), Cited(6, 6, 1, "nearly"), Verdict.ROUNDED),
        (Percent(6.4), Cited(6, 6, 1, "nearly"), Verdict.DIFFERS),
        (Quantity(71e9), Cited(70e9, 70e9, 1e9, "over"), Verdict.ROUNDED),
        (Quantity(69e9), Cited(70e9, 70e9, 1e9, "over"), Verdict.DIFFERS),
        (Percent(65), Cited(70, 70, 1, "up to"), Verdict.ROUNDED),
        (Percent(71), Cited(70, 70, 1, "up to"), Verdict.DIFFERS),
        (Quantity(29), Cited(28, 30, 1, ""), Verdict.REPRODUCED),
        (Quantity(27.73), Cited(28, 30, 1, ""), Verdict.REPRODUCED),
        (Quantity(30.51), Cited(28, 30, 1, ""), Verdict.DIFFERS),
        (Range(Percent(3.5), Percent(7.4)), Cited(6, 6, 1, "nearly"), Verdict.ROUNDED),
        (Range(Percent(6.6), Percent(7.4)), Cited(6, 6, 1, "nearly"), Verdict.DIFFERS),
    ],
)
def test_computed(value: Value, cited: Cited, verdict: Verdict) -> None:
    assert judged(a_claim(Kind.COMPUTED), Result(value), cited, NOTHING).verdict is verdict


@given(whole=st.integers(0, 100_000), digits=st.integers(0, 3))
def test_what_is_displayed_is_what_is_reproduced(whole: int, digits: int) -> None:
    """Of values that end on a half, where a binary and a decimal rounding part."""
    value, step = float(Decimal(whole).scaleb(-digits - 1)), float(Decimal(1).scaleb(-digits))
    shown = float(nearest(digits)(value))
    verdict = judged(a_claim(Kind.COMPUTED), Result(Percent(value)), Cited(shown, shown, step, ""), NOTHING)
    assert verdict.verdict is Verdict.REPRODUCED
    below = float(Decimal(str(shown)) - Decimal(str(step)))
    verdict = judged(a_claim(Kind.COMPUTED), Result(Percent(value)), Cited(below, below, step, ""), NOTHING)
    assert verdict.verdict is not Verdict.REPRODUCED


def test_the_last_digit_apart_is_apart_in_decimals_too() -> None:
    cited = Cited(7.7, 7.7, 0.1, "")
    assert judged(a_claim(Kind.COMPUTED), Result(Percent(7.8)), cited, NOTHING).verdict is Verdict.DIFFERS


def test_the_margin_of_a_percentage_is_points() -> None:
    guard = Guard("the share", 3.8, 5.0, above=False, show=lambda x: Percent(x).display())
    space = "\N{NO-BREAK SPACE}"
    assert guard.describe().endswith(f"it is 3.8%, a margin of 1.2{space}percentage{space}points")


def test_a_phrase_is_held_against_the_article_s_words() -> None:
    claimed, cited = a_claim(Kind.PHRASE), WORDS._replace(text="second-largest drop of the year")
    assert judged(claimed, Result(Phrase("second-largest")), cited, NOTHING).verdict is Verdict.REPRODUCED
    assert judged(claimed, Result(Phrase("third-largest")), cited, NOTHING).verdict is Verdict.DIFFERS


@pytest.mark.parametrize(("value", "verdict"), [(4.9, Verdict.REPRODUCED), (5.1, Verdict.DIFFERS)])
def test_a_guard_decides_over_words(value: float, verdict: Verdict) -> None:
    guard = Guard("the share", value, 5.0, above=False, show="{:.1f}".format)
    judgement = judged(a_claim(Kind.PHRASE), Result(Percent(1), guard=guard), WORDS, NOTHING)
    assert judgement.verdict is verdict
    assert ("a margin of 0.1" if value < 5 else "short by 0.1") in guard.describe()


def test_what_was_so_and_is_no_longer_is_superseded() -> None:
    import datetime as dt

    result = Result(Phrase("third-largest"), last_true=dt.date(2026, 6, 13))
    judgement = judged(a_claim(Kind.PHRASE), result, WORDS, NOTHING)
    assert judgement.verdict is Verdict.SUPERSEDED
    assert "13 June 2026" in judgement.reason


def test_a_hypothesis_is_never_reproduced() -> None:
    judgement = judged(
        a_claim(Kind.DERIVED, hypothesis=True), Result(Percent(7.7)), Cited(7.7, 7.7, 0.1, ""), NOTHING
    )
    assert judgement.verdict is Verdict.ATTRIBUTED


@pytest.mark.parametrize(
    ("numeric", "figures", "pieces", "verdict"),
    [
        (True, (), [], Verdict.ATTRIBUTED),
        (True, (), [("confirms", "secondary")], Verdict.ATTRIBUTED),
        (True, (), [("confirms", "primary")], Verdict.REPRODUCED),
        (True, (7.7,), [], Verdict.REPRODUCED),
        (True, (9.9,), [], Verdict.DIFFERS),
        (True, (9.9,), [("contradicts", "primary")], Verdict.CONTRADICTED),
        (True, (9.9,), [("contradicts", "secondary")], Verdict.DIFFERS),
        (True, (7.7,), [("contradicts", "secondary")], Verdict.DIFFERS),
        (True, (7.7,), [("supersedes", "mirror")], Verdict.SUPERSEDED),
        (True, (7.7,), [("supersedes", "secondary")], Verdict.REPRODUCED),  # by a source that only repeats
        (True, (), [("supersedes", "mirror")], Verdict.DIFFERS),  # nothing shows that it was so
        (True, (), [("contradicts", "primary"), ("confirms", "secondary")], Verdict.CONTRADICTED),
        (True, (), [("confirms", "primary"), ("contradicts", "secondary")], Verdict.REPRODUCED),
        (True, (), [("confirms", "mirror"), ("contradicts", "mirror")], Verdict.DIFFERS),  # the newer
        (True, (), [("contradicts", "mirror"), ("confirms", "mirror")], Verdict.REPRODUCED),
        (False, (), [], Verdict.UNSUPPORTED),
        (False, (), [("differs", "secondary")], Verdict.UNSUPPORTED),
        (False, (), [("contradicts", "secondary")], Verdict.DIFFERS),
        (False, (), [("contradicts", "mirror")], Verdict.CONTRADICTED),
        (False, (), [("confirms", "secondary"), ("differs", "secondary")], Verdict.ATTRIBUTED),
        (False, (), [("confirms", "secondary")], Verdict.ATTRIBUTED),
    ],
)
def test_attributed(
    *, numeric: bool, figures: tuple[float, ...], pieces: list[tuple[str, str]], verdict: Verdict
) -> None:
    cited = Cited(7.7, 7.7, 0.1, "") if numeric else WORDS
    judgement = judged(a_claim(Kind.ATTRIBUTED), Result(Phrase("w"), figures=figures), cited, said(*pieces))
    assert judgement.verdict is verdict


def test_a_row_without_a_day_replaces_nothing() -> None:
    rows = said(("confirms", "mirror"), ("supersedes", "mirror")).astype({"published": float})
    statement, cited = a_claim(Kind.ATTRIBUTED), Cited(7.7, 7.7, 0.1, "")
    assert judged(statement, Result(Phrase("w")), cited, rows).verdict is Verdict.SUPERSEDED
    rows.loc[rows["bearing"] == "supersedes", "published"] = math.nan
    assert judged(statement, Result(Phrase("w")), cited, rows).verdict is Verdict.REPRODUCED


@pytest.mark.parametrize(
    ("held", "pieces", "verdict"),
    [
        (62.5, [], Verdict.ATTRIBUTED),
        (62.5, [("differs", "secondary")], Verdict.ATTRIBUTED),
        (62.5, [("contradicts", "mirror")], Verdict.ATTRIBUTED),
        (62.5, [("contradicts", "primary")], Verdict.CONTRADICTED),
        (62.5, [("confirms", "mirror")], Verdict.REPRODUCED),
        (70.4, [], Verdict.REPRODUCED),
        (109.0, [("differs", "secondary")], Verdict.REPRODUCED),
    ],
)
def test_a_smaller_sum_of_what_is_held_is_nothing_against_a_floor(
    held: float, pieces: list[tuple[str, str]], verdict: Verdict
) -> None:
    floor = Cited(70, 70, 1, "over")
    statement, result = a_claim(Kind.ATTRIBUTED), Result(Quantity(held))
    assert judged(statement, result, floor, said(*pieces)).verdict is verdict


@pytest.mark.parametrize(
    ("readings", "verdict"),
    [
        ([Reading(6.0, 0.1)], Verdict.ROUNDED),
        ([Reading(6.3, 3.1)], Verdict.WITHIN),
        ([Reading(-6.3, 0.3)], Verdict.WITHIN),
        ([Reading(6.3, 0.25)], Verdict.DIFFERS),
        ([Reading(3.5, 4.5), Reading(7.4, 1.2)], Verdict.WITHIN),
        ([Reading(3.5, 0.9), Reading(7.4, 1.2)], Verdict.DIFFERS),  # on both sides, and neither reaches it
    ],
)
def test_a_reading_reaches_a_cited_figure_by_its_own_error(readings: list[Reading], verdict: Verdict) -> None:
    sizes = sorted(abs(one.value) for one in readings)
    result = Result(Range(Percent(sizes[0]), Percent(sizes[-1])), readings=tuple(readings))
    judgement = judged(a_claim(Kind.COMPUTED), result, Cited(6, 6, 1, "nearly"), NOTHING)
    assert judgement.verdict is verdict
    assert (f"of {len(readings)} reading" in judgement.reason) is (verdict is not Verdict.REPRODUCED)


@pytest.mark.parametrize(
    ("value", "alone", "verdict"),
    [
        (7.7, True, Verdict.FOLLOWS),
        (7.7557, True, Verdict.FOLLOWS),
        (7.7, False, Verdict.REPRODUCED),
        (9.1, True, Verdict.DIFFERS),  # the article against itself
    ],
)
def test_what_rests_on_the_article_alone_follows_from_it(
    value: float,
    alone: bool,  # noqa: FBT001
    verdict: Verdict,
) -> None:
    given_, cited = a_claim(Kind.DERIVED), Cited(7.7, 7.7, 0.1, "")
    assert judged(given_, Result(Percent(value)), cited, NOTHING, alone=alone).verdict is verdict


def test_every_kind_of_claim_has_rules_and_the_last_of_them_always_applies() -> None:
    """So that each case has a verdict, and each verdict a rule."""
    assert {rule.verdict for rule in RULES} == set(Verdict)
    nothing = Result(Percent(9.1))
    for kind in Kind:
        last = [rule for rule in RULES if kind in rule.kinds][-1]
        assert last.applies(Case(a_claim(kind), nothing, Cited(7.7, 7.7, 0.1, ""), NOTHING))


def test_an_unreported_event_is_attributed_and_not_unsupported() -> None:
    assert judged(a_claim(Kind.EVENT), Result(Phrase("w")), WORDS, NOTHING).verdict is Verdict.ATTRIBUTED


def test_forecasts_and_definitions_are_what_they_are() -> None:
    for kind, verdict in ((Kind.FORECAST, Verdict.FORECAST), (Kind.DEFINITION, Verdict.DEFINITION)):
        assert judged(a_claim(kind), Result(Percent(1)), WORDS, NOTHING).verdict is verdict


THEME = "theme_of_a_test"


@pytest.fixture
def theme(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module in which a test declares claims."""
    monkeypatch.setitem(sys.modules, THEME, ModuleType(THEME))
    yield
    registry._DECLARED.pop(THEME, None)


def declare(id_: str, name: str, parameters: str = "", doc: str | None = "Says how.") -> None:
    space: dict[str, object] = {"__name__": THEME, "Result": Result, "Percent": Percent}
    exec(f"def {name}({parameters}):\n    return Result(Percent(1))\n", space)  # noqa: S102
    function = space[name]
    function.__doc__ = doc
    claim(id_, kind=Kind.COMPUTED, section="overview", formula="f")(function)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("id_", "name", "doc", "message"),
    [
        ("old-claim", "old_claim", "Says how.", "declared twice"),
        ("new-claim", "other_name", "Says how.", "has another name"),
        ("new-claim", "new_claim", None, "has no docstring"),
        ("new-claim", "new_claim(colour)", "Says how.", "asks for 'colour', which is nothing we have"),
    ],
)
@pytest.mark.usefixtures("theme")
def test_a_claim_that_readers_could_not_follow_is_refused(
    id_: str, name: str, doc: str | None, message: str
) -> None:
    def register() -> None:
        declare("old-claim", "old_claim")
        declare(id_, *name.rstrip(")").partition("(")[::2], doc)
        registry.Register([THEME], DATA_SETS)

    with pytest.raises(ClaimError, match=message):
        register()


@pytest.mark.usefixtures("theme")
def test_a_circle_of_claims_is_named() -> None:
    declare("egg-first", "egg_first", parameters="hen_first")
    declare("hen-first", "hen_first", parameters="egg_first")
    with pytest.raises(ClaimError, match=r"in a circle\n(?s:.*)got: +egg-first -> hen-first -> egg-first\n"):
        registry.Register([THEME], DATA_SETS).in_order(["egg-first"])


def test_dependencies_come_first() -> None:
    order = [one.id for one in ARTICLE.claims.in_order(["btc-over-ai"])]
    assert order.index("ai-ten-year") < order.index("ai-doubled") < order.index("btc-over-ai")


@pytest.mark.parametrize(
    ("published", "holds", "distance"),
    [
        ([], True, 69.5),  # nobody published anything, so nobody repeats it
        ([65.1, 73.0], True, 3.5),
        ([65.1, 69.4], True, 0.1),
        ([69.46], False, 0.04),  # shows 69.5 too
        ([65.1, 69.5], False, 0.0),
    ],
)
def test_a_figure_is_found_elsewhere_where_another_shows_the_same(
    published: list[float],
    holds: bool,  # noqa: FBT001
    distance: float,
) -> None:
    guard = found_nowhere_else(69.5, 0.1, published, str)
    assert guard.holds is holds
    assert guard.value == pytest.approx(distance)
    assert guard.limit == 0.05


SEVEN = Cited(7.7, 7.7, 0.1, "", "7.7%")
OTHERS = {"newest": Part("newest published", Percent(9.1), nearest(0))}


@pytest.mark.parametrize(
    ("kind", "result", "verdict", "expected"),
    [
        (Kind.COMPUTED, Result(Percent(7.7)), Verdict.REPRODUCED, "7.7%"),
        (Kind.COMPUTED, Result(Percent(9.1)), Verdict.DIFFERS, "9.1%"),
        (Kind.ATTRIBUTED, Result(Percent(7.7)), Verdict.DIFFERS, None),
        (Kind.ATTRIBUTED, Result(Percent(7.7)), Verdict.REPRODUCED, "7.7%"),
        (Kind.ATTRIBUTED, Result(Percent(9.1)), Verdict.DIFFERS, "9.1%"),
        (Kind.ATTRIBUTED, Result(Percent(7.7), OTHERS, beside="newest"), Verdict.DIFFERS, "9%"),
        (Kind.FORECAST, Result(Range(Percent(1), Percent(7.7))), Verdict.FORECAST, "1.0–7.7%"),
        (Kind.EVENT, Result(Phrase("7.7%")), Verdict.CONTRADICTED, None),
        (Kind.EVENT, Result(Phrase("another")), Verdict.ATTRIBUTED, "another"),
        (Kind.ATTRIBUTED, Result(Unknown("none")), Verdict.UNSUPPORTED, None),
        (Kind.DERIVED, Result(Percent(7.7), testable=False), Verdict.ATTRIBUTED, None),
        (Kind.DERIVED, Result(Percent(1), tested=Percent(9.1)), Verdict.DIFFERS, "9.1%"),
        (Kind.DEFINITION, Result(Percent(7.7)), Verdict.DEFINITION, "7.7%"),
    ],
)
def test_what_we_have_is_never_the_cited_figure_in_our_name(
    kind: Kind, result: Result, verdict: Verdict, expected: str | None
) -> None:
    part = ours(Case(a_claim(kind), result, SEVEN, NOTHING), verdict)
    assert (part and part.value.display(part.rounding)) == expected


def test_an_attributed_figure_that_we_made_anew_gives_its_value_as_the_reason() -> None:
    result = Result(Percent(9.1), figures=(9.1,))
    assert judged(a_claim(Kind.ATTRIBUTED), result, SEVEN, NOTHING).reason == "made anew it is 9.1%"
    quoted = Result(Percent(7.7), figures=(9.1,))
    assert judged(a_claim(Kind.ATTRIBUTED), quoted, SEVEN, NOTHING).reason == "other published figures differ"
