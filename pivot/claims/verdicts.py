"""From values and evidence to a verdict. No verdict is typed by hand.

Three questions, each asked of its own kind of claim: does the regenerated value show the cited number at the
cited precision; do published figures for the same thing agree; what do other sources say of the statement?
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

from pivot.claims.model import Claim, Kind, Result, Verdict
from pivot.claims.quantities import Phrase, Range, decimal
from pivot.words import long_day

if TYPE_CHECKING:
    import pandas as pd

TRACEABLE = frozenset({"primary", "primary data", "mirror", "mirror data", "computed"})
"""Tiers whose word can be followed to a filing, a release or a chain; the others repeat."""


_QUOTED = (Kind.ATTRIBUTED, Kind.EVENT, Kind.FORECAST, Kind.DEFINITION)
AS_CITED = "as cited"


class Judgement(NamedTuple):
    """A verdict and the one sentence that explains it."""

    verdict: Verdict
    reason: str


class Cited(NamedTuple):
    """The article's number: its bounds, one unit of its last digit, the word before it, and all its words."""

    low: float
    high: float
    step: float
    hedge: str
    text: str = ""

    @property
    def numeric(self) -> bool:
        """Whether the article gives a number at all."""
        return not math.isnan(self.low)


def _fits(number: float, cited: Cited) -> Verdict:
    """Hold one number against the article's: exactly rounded, loosely rounded, or different."""
    size, low, high, step = (decimal(one) for one in (abs(number), cited.low, cited.high, cited.step))
    if low != high:
        return Verdict.REPRODUCED if low <= size <= high else Verdict.DIFFERS
    shows = (size / step).quantize(Decimal(1), ROUND_HALF_UP) * step == low
    if shows and cited.hedge in ("", "implied"):
        return Verdict.REPRODUCED
    loosely = {
        "nearly": low - step <= size <= low,
        "over": size >= low,
        "up to": size <= low,
        "": abs(size - low) < step,
    }
    return Verdict.ROUNDED if loosely.get(cited.hedge, shows) else Verdict.DIFFERS


def _computed(claim: Claim, result: Result, cited: Cited) -> Judgement:
    value = result.tested or result.value
    if claim.hypothesis or not result.testable:
        reason = (
            "the arithmetic fits, but no source confirms that these are its inputs"
            if claim.hypothesis
            else "nothing independent could be held against the cited number"
        )
        return Judgement(Verdict.ATTRIBUTED, reason)
    if isinstance(value, Phrase):
        verdict = Verdict.REPRODUCED if cited.text.startswith(value.text) else Verdict.DIFFERS
        reason = f"the data say {value.text}"
    elif claim.kind is Kind.PHRASE and result.guard is not None:
        verdict = Verdict.REPRODUCED if result.guard.holds else Verdict.DIFFERS
        reason = f"the statement {result.guard.describe()}"
    elif not cited.numeric:
        verdict, reason = Verdict.REPRODUCED, "it follows from the cited figures"
    elif isinstance(value, Range):
        low, high, half = decimal(value.low.value), decimal(value.high.value), decimal(cited.step) / 2
        inside = low - half <= decimal(cited.high) and decimal(cited.low) <= high + half
        verdict = Verdict.ROUNDED if inside else Verdict.DIFFERS
        reason = f"the readings in use run from {value.low.exact()} to {value.high.exact()}"
    else:
        number = value.number
        assert number is not None  # noqa: S101  # only phrases have none
        verdict = _fits(number, cited)
        reason = f"regenerated as {value.exact()}"
        if verdict is Verdict.ROUNDED:
            reason += (
                "; usual rounding gives another last digit"
                if not cited.hedge
                else f", which is {cited.hedge} it"
            )
    if verdict is Verdict.DIFFERS and result.last_true is not None:
        return Judgement(Verdict.SUPERSEDED, f"{reason}; it was last so on {long_day(result.last_true)}")
    return Judgement(verdict, reason)


def ours(claim: Claim, result: Result, cited: Cited, verdict: Verdict) -> str:
    """What we have, in words: our value, or what stands beside one that is the article's own."""
    if result.beside:
        part = result.parts[result.beside]
        return part.value.display(part.rounding)
    if repeats(claim, result, cited) and verdict is not Verdict.REPRODUCED:
        return AS_CITED
    return result.value.display(claim.rounding or result.value.default)


def _attributed(claim: Claim, result: Result, cited: Cited, evidence: pd.DataFrame) -> Judgement:
    by = dict(iter(evidence.groupby("bearing")))
    confirmed, contradicted = "confirms" in by, "contradicts" in by
    against = contradicted or "differs" in by
    traced = confirmed and bool(by["confirms"]["tier"].isin(TRACEABLE).any())
    stated = any(_fits(figure, cited) is not Verdict.DIFFERS for figure in result.figures)
    by_primary = contradicted and bool((by["contradicts"]["tier"] == "primary").any())
    shown = result.value.display(claim.rounding or result.value.default)
    # What nobody dated is the newest only where nothing else is there.
    newer = by.get("supersedes", evidence[:0]).sort_values("published", kind="stable", na_position="first")
    later = newer.iloc[-1] if len(newer) else None
    rules = (
        (
            later is not None,
            Verdict.SUPERSEDED,
            later is not None and f"replaced since: {later['value']} ({later['unit']}), {later['publisher']}",
        ),
        (
            (stated or traced) and contradicted,
            Verdict.DIFFERS,
            "the figure is confirmed, another part of the statement is contradicted",
        ),
        (stated or traced, Verdict.REPRODUCED, "a source that can be followed states the same"),
        (cited.numeric and by_primary, Verdict.CONTRADICTED, "a primary source gives another figure"),
        (
            cited.numeric and (against or bool(result.figures)),
            Verdict.DIFFERS,
            "other published figures differ" if repeats(claim, result, cited) else f"made anew it is {shown}",
        ),
        (contradicted, Verdict.CONTRADICTED, "what others published speaks against it"),
        (confirmed, Verdict.ATTRIBUTED, "repeated by others, none of which can be followed to its origin"),
        (
            claim.kind is Kind.ATTRIBUTED and not cited.numeric,
            Verdict.UNSUPPORTED,
            "no source we found measures it" + (", and others give other causes" if against else ""),
        ),
        (True, Verdict.ATTRIBUTED, "found in no other source that was public by then"),
    )
    return next(Judgement(verdict, str(reason)) for applies, verdict, reason in rules if applies)


def repeats(claim: Claim, result: Result, cited: Cited) -> bool:
    """Whether a value is only the article's own, so that nothing of ours is in it."""
    value = result.value
    if claim.kind not in _QUOTED:
        return False
    if isinstance(value, Range):
        return (value.low.value, value.high.value) == (cited.low, cited.high)
    return value.display() == cited.text if value.number is None else value.number in (cited.low, cited.high)


def judge(claim: Claim, result: Result, cited: Cited, evidence: pd.DataFrame) -> Judgement:
    """The verdict on a claim.

    Args:
        claim: the claim.
        result: what its function returned.
        cited: the article's number and words.
        evidence: what others published on it by the day of the report: `bearing`, `tier`, `publisher`.
    """
    if claim.kind is Kind.FORECAST:
        return Judgement(Verdict.FORECAST, "a forecast is neither right nor wrong before its day")
    if claim.kind is Kind.DEFINITION:
        return Judgement(Verdict.DEFINITION, "it is set, not measured; what the data show stands beside it")
    if claim.kind in (Kind.ATTRIBUTED, Kind.EVENT):
        return _attributed(claim, result, cited, evidence)
    return _computed(claim, result, cited)
