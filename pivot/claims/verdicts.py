"""From values and evidence to a verdict, by the first rule that applies. No verdict is typed by hand.

`RULES` both decides and is printed under Methods, so that what readers are told is what is done. Where rules
rest on the column `bearing` of the evidence, a person judged how a published row bears on the statement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pivot.claims.model import Claim, Kind, Part, Result, Verdict
from pivot.claims.quantities import Phrase, Range, Unknown, decimal
from pivot.words import long_day, plural

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

TIERS = ("primary", "primary data", "mirror", "mirror data", "computed", "secondary", "none")
"""Of sources, the best first."""

TRACEABLE = frozenset(TIERS[:5])
"""Tiers whose word can be followed to a filing, a release or a chain; the others repeat."""

MADE = (Kind.COMPUTED, Kind.DERIVED, Kind.PHRASE)
STATED = (Kind.ATTRIBUTED, Kind.EVENT)


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


@dataclass(frozen=True)
class Case:
    """All that is known on a claim on a day.

    Args:
        claim: the claim.
        result: what its function returned.
        cited: the article's number and words.
        evidence: what others published on it: `bearing`, `tier`, `publisher`, `published`.
        alone: whether all that it rests on is the article, also through the claims it is derived from.
    """

    claim: Claim
    result: Result
    cited: Cited
    evidence: pd.DataFrame
    alone: bool = False

    @cached_property
    def fit(self) -> Judgement:
        """How the value shows what is cited, for a claim that is made from data."""
        return _fit(self.claim, self.result, self.cited)

    @cached_property
    def deciding(self) -> pd.DataFrame:
        """Of the rows that bear on it those of the best tier, and of these the newest.

        Another figure, `differs`, is nothing to words: it may stand beside them.
        """
        weigh = ("confirms", "contradicts", *(("differs",) if self.cited.numeric else ()))
        rows = self.evidence[self.evidence["bearing"].isin(weigh)]
        best = next((rows[rows["tier"] == tier] for tier in TIERS if (rows["tier"] == tier).any()), rows)
        newest = best["published"] == best["published"].max()
        return best[newest] if newest.any() else best  # none has a day

    def bears(self, *bearings: str, traceable: bool = False, tier: str = "") -> bool:
        """Whether one of the deciding rows bears so, as one that can be followed or of a tier."""
        rows = self.deciding[self.deciding["bearing"].isin(bearings)]
        tiers = {tier} if tier else TRACEABLE if traceable else set(TIERS)
        return bool(rows["tier"].isin(tiers).any())

    @cached_property
    def later(self) -> pd.Series | None:
        """The newest row that replaces the statement: one with a day, that can be followed."""
        rows = self.evidence[
            (self.evidence["bearing"] == "supersedes")
            & self.evidence["tier"].isin(TRACEABLE)
            & self.evidence["published"].notna()
        ]
        return rows.sort_values("published", kind="stable").iloc[-1] if len(rows) else None

    @property
    def published(self) -> bool:
        """Whether a figure that somebody published shows the cited one."""
        return any(_shows(figure, self.cited) is not Verdict.DIFFERS for figure in self.result.figures)

    @property
    def once(self) -> bool:
        """Whether it is shown to have been so, now or before."""
        confirms = self.evidence["tier"][self.evidence["bearing"] == "confirms"]
        return self.published or bool(confirms.isin(TRACEABLE).any())

    @property
    def otherwise(self) -> bool:
        """Whether another figure is published, and none of the deciding sources has the cited one."""
        replaced = bool((self.evidence["bearing"] == "supersedes").any())
        beside = self.result.parts[self.result.beside].value.number if self.result.beside else None
        other = beside is not None and _shows(beside, self.cited) is Verdict.DIFFERS
        return replaced or other or self.bears("differs", "contradicts") or bool(self.result.figures)

    @property
    def floor(self) -> float | None:
        """What we hold towards a sum that the article gives as a floor, "over"; None for all else."""
        floor = self.cited.hedge == "over" and not repeats(self.claim, self.result, self.cited)
        return self.result.value.number if floor else None

    @property
    def shown(self) -> str:
        """Our value as readers see it."""
        return self.result.value.display(self.claim.rounding or self.result.value.default)


class Basis(Enum):
    """What a rule rests on."""

    DECLARED = "what kind of claim it is"
    COMPARED = "the values"
    JUDGED = "the values, and the column `bearing`, which a person judged"


@dataclass(frozen=True, slots=True)
class Rule:
    """A verdict and where it applies.

    Args:
        verdict: the verdict.
        kinds: of the claims that the rule is for.
        condition: where it applies, in words for readers.
        basis: what it rests on.
        applies: the same condition, as it decides.
        reason: why, in the case at hand.
    """

    verdict: Verdict
    kinds: tuple[Kind, ...]
    condition: str
    basis: Basis
    applies: Callable[[Case], bool]
    reason: Callable[[Case], str]


def _always(_: Case) -> bool:
    return True


def _of_fit(verdict: Verdict, kinds: tuple[Kind, ...], condition: str) -> Rule:
    def applies(case: Case) -> bool:
        return case.fit.verdict is verdict

    return Rule(verdict, kinds, condition, Basis.COMPARED, applies, lambda case: case.fit.reason)


def _judged(
    verdict: Verdict, condition: str, applies: Callable[[Case], bool], reason: str | Callable[[Case], str]
) -> Rule:
    text = reason if callable(reason) else lambda _: reason
    return Rule(verdict, STATED, condition, Basis.JUDGED, applies, text)


RULES = (
    Rule(
        Verdict.FORECAST,
        (Kind.FORECAST,),
        "always",
        Basis.DECLARED,
        _always,
        lambda _: "a forecast is neither right nor wrong before its day",
    ),
    Rule(
        Verdict.DEFINITION,
        (Kind.DEFINITION,),
        "always",
        Basis.DECLARED,
        _always,
        lambda _: "it is set, not measured; what the data show stands beside it",
    ),
    Rule(
        Verdict.ATTRIBUTED,
        MADE,
        "the derivation is a hypothesis, or nothing independent can be held against the cited figure",
        Basis.DECLARED,
        lambda case: case.claim.hypothesis or not case.result.testable,
        lambda case: (
            "the arithmetic fits, but no source confirms that these are its inputs"
            if case.claim.hypothesis
            else "nothing independent could be held against the cited number"
        ),
    ),
    Rule(
        Verdict.FOLLOWS,
        MADE,
        "the value fits, and all that it rests on is the article itself",
        Basis.COMPARED,
        lambda case: case.alone and case.fit.verdict in (Verdict.REPRODUCED, Verdict.ROUNDED),
        lambda case: f"{case.fit.reason}; nothing but the article is in it",
    ),
    _of_fit(Verdict.REPRODUCED, MADE, "at the cited precision it is the cited figure, or the cited words"),
    _of_fit(
        Verdict.ROUNDED,
        MADE,
        "it is the cited figure by a looser reading: its last digit cut off, a word such as *nearly*, or "
        "readings on both sides of it",
    ),
    _of_fit(
        Verdict.WITHIN,
        MADE,
        "the cited figure is no further from a reading than one standard error of that reading",
    ),
    _of_fit(Verdict.SUPERSEDED, MADE, "it is another now, and the data show the last day on which it was so"),
    _of_fit(Verdict.DIFFERS, MADE, "none of these"),
    _judged(
        Verdict.SUPERSEDED,
        "it is shown to have been so, and a dated row of a source that can be followed replaces it; a floor "
        "(*over*) is replaced by no larger sum",
        lambda case: case.once and case.later is not None and case.floor is None,
        lambda case: (
            ""
            if case.later is None
            else f"replaced since: {case.later['value']} ({case.later['unit']}), {case.later['publisher']}"
        ),
    ),
    _judged(
        Verdict.DIFFERS,
        "the figure is published, or a deciding source that can be followed confirms the statement, while "
        "one contradicts it",
        lambda case: (case.published or case.bears("confirms", traceable=True)) and case.bears("contradicts"),
        "the figure is confirmed, another part of the statement is contradicted",
    ),
    _judged(
        Verdict.REPRODUCED,
        "the figure is published, or a deciding source that can be followed confirms the statement",
        lambda case: case.published or case.bears("confirms", traceable=True),
        "a source that can be followed states the same",
    ),
    _judged(
        Verdict.REPRODUCED,
        "the article gives a floor (*over*), and what we hold comes to at least as much",
        lambda case: case.floor is not None and case.floor >= case.cited.low,
        lambda case: f"what we hold alone comes to {case.shown}",
    ),
    _judged(
        Verdict.CONTRADICTED,
        "of a figure, a primary source gives another one; of words, a source that can be followed speaks "
        "against them",
        lambda case: (
            case.bears("contradicts", tier="primary")
            if case.cited.numeric
            else case.bears("contradicts", traceable=True)
        ),
        lambda case: (
            "a primary source gives another figure"
            if case.cited.numeric
            else "what others published speaks against it"
        ),
    ),
    _judged(
        Verdict.ATTRIBUTED,
        "the article gives a floor (*over*): a smaller sum of what we hold does not speak against it",
        lambda case: case.floor is not None,
        lambda case: f"what we hold comes to {case.shown}, and is less than all there is",
    ),
    _judged(
        Verdict.DIFFERS,
        "of a figure, another one was published or made anew",
        lambda case: case.cited.numeric and case.otherwise,
        lambda case: (
            "other published figures differ"
            if repeats(case.claim, case.result, case.cited)
            else f"made anew it is {case.shown}"
        ),
    ),
    _judged(
        Verdict.DIFFERS,
        "sources that only repeat speak against the words",
        lambda case: case.bears("contradicts"),
        "others say otherwise, none of which can be followed to its origin",
    ),
    _judged(
        Verdict.ATTRIBUTED,
        "the deciding sources confirm it, and none can be followed to its origin",
        lambda case: case.bears("confirms"),
        "repeated by others, none of which can be followed to its origin",
    ),
    _judged(
        Verdict.UNSUPPORTED,
        "a claim about a cause or a state, in words, that no source measures",
        lambda case: case.claim.kind is Kind.ATTRIBUTED and not case.cited.numeric,
        lambda case: (
            "no source we found measures it"
            + (", and others give other causes" if "differs" in set(case.evidence["bearing"]) else "")
        ),
    ),
    _judged(Verdict.ATTRIBUTED, "none of these", _always, "found in no other source that was public by then"),
)
"""Of the rules for a kind of claim, the first that applies decides."""


def judge(case: Case) -> Judgement:
    """The verdict on a claim."""
    rule = next(rule for rule in RULES if case.claim.kind in rule.kinds and rule.applies(case))
    return Judgement(rule.verdict, rule.reason(case))


def _shows(number: float, cited: Cited) -> Verdict:
    """Hold one number against the article's: exactly rounded, loosely rounded, or different."""
    size, low, high, step = (decimal(one) for one in (abs(number), cited.low, cited.high, cited.step))
    shown = (size / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    if low != high:
        return Verdict.REPRODUCED if low <= shown <= high else Verdict.DIFFERS
    shows = shown == low
    if shows and cited.hedge in ("", "implied"):
        return Verdict.REPRODUCED
    loosely = {
        "nearly": low - step <= size <= low,
        "over": size >= low,
        "up to": size <= low,
        "": abs(size - low) < step,
    }
    return Verdict.ROUNDED if loosely.get(cited.hedge, shows) else Verdict.DIFFERS


def _fit(claim: Claim, result: Result, cited: Cited) -> Judgement:
    value = result.tested or result.value
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
        ends = " to ".join(end.display(claim.rounding) for end in (value.low, value.high))
        reason = f"the readings in use run from {ends}"
    else:
        number = value.number
        assert number is not None  # noqa: S101  # only phrases have none
        verdict = _shows(number, cited)
        reason = f"regenerated as {value.exact()}"
        if verdict is Verdict.REPRODUCED and not cited.low <= abs(number) <= cited.high:
            reason += ", which is the cited figure once it is rounded as that is"
        elif verdict is Verdict.ROUNDED:
            reason += (
                "; usual rounding gives another last digit"
                if not cited.hedge
                else f", which is {cited.hedge} it"
            )
    if result.readings and verdict is not Verdict.REPRODUCED:
        verdict, near = _within(result, cited)
        reason += f"; one standard error reaches the cited figure from {near}"
    if verdict is Verdict.DIFFERS and result.last_true is not None:
        return Judgement(Verdict.SUPERSEDED, f"{reason}; it was last so on {long_day(result.last_true)}")
    return Judgement(verdict, reason)


def _within(result: Result, cited: Cited) -> tuple[Verdict, str]:
    """Whether readings fit the cited figure all, or reach it by their errors, and from how many of them."""
    shows = [_shows(one.value, cited) for one in result.readings]
    reach = sum(
        max(cited.low - abs(one.value), abs(one.value) - cited.high, 0.0) <= one.error
        for one in result.readings
    )
    near = f"{reach} of {plural(len(result.readings), 'reading')}"
    if Verdict.DIFFERS not in shows:
        return Verdict.ROUNDED, near
    return (Verdict.WITHIN if reach else Verdict.DIFFERS), near


def ours(case: Case, verdict: Verdict) -> Part | None:
    """What the evidence gives beside the article's figure; None where that is not known.

    A guess, and a figure that only the article has, are no evidence, however they were made.
    """
    claim, result = case.claim, case.result
    guessed = claim.hypothesis or not result.testable
    repeated = repeats(claim, result, case.cited) and verdict is not Verdict.REPRODUCED
    if result.beside:
        part = result.parts[result.beside]
    elif guessed or repeated:
        return None
    else:
        part = Part(claim.statement, result.tested or result.value, claim.rounding)
    return None if isinstance(part.value, Unknown) else part


def repeats(claim: Claim, result: Result, cited: Cited) -> bool:
    """Whether a value is only the article's own, so that nothing of ours is in it."""
    value = result.value
    if claim.kind in MADE or claim.kind is Kind.DEFINITION:
        return False
    if isinstance(value, Range):
        return (value.low.value, value.high.value) == (cited.low, cited.high)
    return value.display() == cited.text if value.number is None else value.number in (cited.low, cited.high)
