"""What a claim is, and what its function returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from pivot.claims.quantities import points

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from pivot.claims.quantities import Rounding, Value


class Kind(Enum):
    """How a claim comes to its value."""

    COMPUTED = "computed"  # from data sets
    DERIVED = "derived"  # from other claims or cited figures
    ATTRIBUTED = "attributed"  # a source says so; others are held beside it
    FORECAST = "forecast"
    DEFINITION = "definition"
    EVENT = "event"
    PHRASE = "phrase"  # words that data decide


class Group(Enum):
    """What a verdict comes to, in the words of one who asks whether the article is right."""

    HOLDS = "holds"
    FOLLOWS = "follows from the article"
    DIFFERS = "differs"
    OVERTAKEN = "overtaken"
    OPEN = "cannot be known"


class Verdict(Enum):
    """What we found."""

    REPRODUCED = "reproduced"
    ROUNDED = "reproduced, rounded"
    WITHIN = "within the error"
    FOLLOWS = "follows from the article"
    DIFFERS = "differs"
    ATTRIBUTED = "attributed only"
    CONTRADICTED = "contradicted"
    SUPERSEDED = "superseded"
    UNSUPPORTED = "unsupported"
    FORECAST = "forecast"
    DEFINITION = "definition"

    @property
    def group(self) -> Group:
        """What it comes to."""
        return _GROUPS[self]


_GROUPS = {
    Verdict.REPRODUCED: Group.HOLDS,
    Verdict.ROUNDED: Group.HOLDS,
    Verdict.WITHIN: Group.HOLDS,
    Verdict.FOLLOWS: Group.FOLLOWS,
    Verdict.DIFFERS: Group.DIFFERS,
    Verdict.CONTRADICTED: Group.DIFFERS,
    Verdict.SUPERSEDED: Group.OVERTAKEN,
    Verdict.ATTRIBUTED: Group.OPEN,
    Verdict.UNSUPPORTED: Group.OPEN,
    Verdict.FORECAST: Group.OPEN,
    Verdict.DEFINITION: Group.OPEN,
}


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition that must hold for a sentence to read right.

    Args:
        what: the quantity that is watched, in words.
        value: what it is now.
        limit: where the sentence begins to read wrong.
        above: whether the value must stay above the limit; else it must stay below.
        show: writes the value, the limit and the margin for a reader.
    """

    what: str
    value: float
    limit: float
    above: bool
    show: Callable[[float], str]

    @property
    def holds(self) -> bool:
        """Whether the sentence reads right."""
        return bool(self.value > self.limit if self.above else self.value < self.limit)

    @property
    def margin(self) -> float:
        """How far the value is from the limit; negative when the guard does not hold."""
        return float(self.value - self.limit if self.above else self.limit - self.value)

    def describe(self) -> str:
        """The margin in words."""
        side = "above" if self.above else "below"
        state, distance = (
            ("holds while", "a margin of") if self.holds else ("broken: it needs that", "short by")
        )
        return (
            f"{state} {self.what} is {side} {self.show(self.limit)}; "
            f"it is {self.show(self.value)}, {distance} {points(self.show(abs(self.margin)))}"
        )


def found_nowhere_else(
    cited: float, step: float, published: Iterable[float], show: Callable[[float], str]
) -> Guard:
    """The guard of a sentence which says that no other source gives the cited figure.

    Args:
        cited: the figure.
        step: one unit of its last digit; whatever is further than half of it shows another figure.
        published: what others give for the same quantity; where that is nothing, nothing is as far as zero.
        show: writes a distance for a reader.
    """
    distance = min((abs(figure - cited) for figure in published), default=abs(cited))
    what = "the distance of the nearest other figure from the cited one"
    return Guard(what, distance, step / 2, above=True, show=lambda size: points(show(size)))


@dataclass(frozen=True, slots=True)
class Part:
    """A figure that belongs to a claim's account and that prose may show beside it."""

    label: str
    value: Value
    rounding: Rounding | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a quantity, where it has several.

    Args:
        value: in the cited unit.
        error: one standard error of it, in the same.
    """

    value: float
    error: float


@dataclass(frozen=True, slots=True)
class Result:
    """What a claim's function returns.

    Args:
        value: the regenerated value.
        parts: named figures beside it.
        rows: for each data set the labels of the rows that were used; a data set that the function reads and
            that is not named here was used whole.
        tested: the value to hold against the cited text, where it is not `value` itself.
        readings: the same by each way to read it, with its error; none where no error is known.
        testable: False where nothing independent can be held against the cited text.
        figures: values that other sources publish for the same quantity and period, in the cited unit.
        guard: the condition on which the words rest.
        last_true: the last day on which the cited statement held, where it no longer does.
        beside: the part that says what the evidence gives, where the value is the article's own; "" for none.
    """

    value: Value
    parts: Mapping[str, Part] = field(default_factory=dict)
    rows: Mapping[str, Iterable[object]] = field(default_factory=dict)
    tested: Value | None = None
    readings: tuple[Reading, ...] = ()
    testable: bool = True
    figures: tuple[float, ...] = ()
    guard: Guard | None = None
    last_true: dt.date | None = None
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One number or checkable statement of the article, and the function that regenerates it."""

    id: str
    kind: Kind
    section: str
    rounding: Rounding | None
    formula: str
    hypothesis: bool
    function: Callable[..., Result]
    parameters: tuple[str, ...]

    @property
    def statement(self) -> str:
        """The first line of the function's docstring: the "how" that readers see."""
        return (self.function.__doc__ or "").strip().split("\n")[0]
