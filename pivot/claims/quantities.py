"""The values a claim can have: a number with its unit, a range, a day or a phrase; and how they are rounded.

Every value answers the same four questions: what a reader sees (`display`), what it is exactly (`exact`),
what to compute with (`number`), and in which unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, ClassVar

from pivot.words import long_day

if TYPE_CHECKING:
    import datetime as dt

MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"
DASH = "\N{EN DASH}"

_SCALES = {"": 1.0, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_EXACT_DIGITS = 4
_SMALL = Decimal("0.001")  # below it four digits after the point are no longer four that say something
_TEENS = range(11, 14)
_ORDINALS = (
    "",
    "second-",
    "third-",
    "fourth-",
    "fifth-",
    "sixth-",
    "seventh-",
    "eighth-",
    "ninth-",
    "tenth-",
)


_WIDE = Context(prec=400)
"""Holds every digit of any float."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """How a number is shown.

    Args:
        digits: digits after the point, counted in `scale`.
        rule: how the last digit is found, `ROUND_HALF_UP` or `ROUND_DOWN` of `decimal`.
        scale: "", "thousand", "million" or "billion".
        magnitude: drop the sign, for sentences that say the direction in words.
    """

    digits: int
    rule: str = ROUND_HALF_UP
    scale: str = ""
    magnitude: bool = False

    def __call__(self, value: float) -> Decimal:
        """The number as shown, in units of `scale`."""
        scaled = _WIDE.divide(decimal(value), decimal(_SCALES[self.scale]))
        # The plus turns a rounded "-0" into "0".
        rounded = _WIDE.plus(scaled.quantize(Decimal(1).scaleb(-self.digits), self.rule, _WIDE))
        return abs(rounded) if self.magnitude else rounded

    @property
    def step(self) -> float:
        """One unit of the last digit shown, in the unit of the value."""
        return float(10.0**-self.digits) * _SCALES[self.scale]

    def edges(self, value: float) -> tuple[float, float]:
        """The interval around a value in which the same number is shown, in the unit of the value."""
        size = float(abs(self(value))) * _SCALES[self.scale]
        half = self.step / 2
        low, high = (size, size + self.step) if self.rule == ROUND_DOWN else (size - half, size + half)
        return (low, high) if value >= 0 else (-high, -low)

    def describe(self) -> str:
        """The rule in words, for the ledger."""
        unit = f" {self.scale}s" if self.scale else ""
        verb = "cut" if self.rule == ROUND_DOWN else "rounded"
        digits = (
            "to whole" + (unit or " units")
            if self.digits == 0
            else f"to {self.digits} decimal{'s' * (self.digits > 1)}" + (f" of{unit}" if unit else "")
        )
        return f"{verb} {digits}" + (", sign left to the sentence" if self.magnitude else "")


def decimal(value: float) -> Decimal:
    """The decimal number that a float is written as: all rounding starts from it, and so agrees."""
    return Decimal(repr(float(value)))


def points(text: str) -> str:
    """A difference of two percentages, as shown: "1.2%" of them are "1.2 percentage points"."""
    return f"{text.removesuffix('%')}{SPACE}percentage{SPACE}points" if text.endswith("%") else text


def nearest(digits: int, scale: str = "", *, magnitude: bool = False) -> Rounding:
    """Round half up, as newspapers do."""
    return Rounding(digits, ROUND_HALF_UP, scale, magnitude)


def truncate(digits: int, scale: str = "", *, magnitude: bool = False) -> Rounding:
    """Cut off what is beyond the last digit."""
    return Rounding(digits, ROUND_DOWN, scale, magnitude)


class Value:
    """What a claim can be: see the module."""

    __slots__ = ()
    unit: ClassVar[str] = ""
    default: ClassVar[Rounding] = nearest(0)

    @property
    def number(self) -> float | None:
        """What to compute and compare with; None for words."""
        return None

    def display(self, rounding: Rounding | None = None) -> str:
        """What a reader sees."""
        raise NotImplementedError

    def exact(self) -> str:
        """The unrounded value (four digits after the point, more where these say nothing), with its unit."""
        return self.display()


@dataclass(frozen=True, slots=True)
class Quantity(Value):
    """A number with a unit; the subclasses name the units."""

    value: float

    @property
    def number(self) -> float:
        """The unrounded number, in `unit`."""
        return self.value

    def display(self, rounding: Rounding | None = None) -> str:
        """The rounded number with its unit."""
        rounding = rounding or self.default
        number = rounding(self.value)
        return ("" if number >= 0 else MINUS) + self.written(f"{abs(number):,f}", rounding.scale)

    def exact(self) -> str:
        """The number with four digits after the point, or of what is next to nothing, and its unit."""
        size = abs(decimal(self.value))
        digits = _EXACT_DIGITS if size >= _SMALL or not size else _EXACT_DIGITS - 1 - size.adjusted()
        text = f"{nearest(digits)(abs(self.value)):,f}".rstrip("0").rstrip(".")
        return ("" if self.value >= 0 else MINUS) + self.written(text, "")

    def written(self, number: str, scale: str) -> str:
        """A positive number, already written out, with its scale and unit."""
        return number + (SPACE + scale if scale else "") + (SPACE + self.unit if self.unit else "")


class Percent(Quantity):
    """A change or growth, in percent."""

    __slots__ = ()
    unit = "%"
    default = nearest(1)

    def written(self, number: str, scale: str) -> str:
        """With the sign close to the number, as English sets it."""
        return f"{number}{scale}%"


class Share(Percent):
    """A part of a whole, in percent."""

    __slots__ = ()


class Usd(Quantity):
    """Money, in US dollars."""

    __slots__ = ()
    unit = "USD"

    def written(self, number: str, scale: str) -> str:
        """With the dollar sign before the number."""
        return f"${number}" + (SPACE + scale if scale else "")


class Seconds(Quantity):
    """A time, in seconds."""

    __slots__ = ()
    unit = "seconds"
    default = nearest(1)


class Minutes(Quantity):
    """A time, in minutes."""

    __slots__ = ()
    unit = "minutes"


class Months(Quantity):
    """A time, in months."""

    __slots__ = ()
    unit = "months"


class Years(Quantity):
    """A time, in years."""

    __slots__ = ()
    unit = "years"


class Count(Quantity):
    """How many."""

    __slots__ = ()


class Ratio(Quantity):
    """How many times one number is another."""

    __slots__ = ()
    unit = "times"
    default = nearest(1)


class Rank(Quantity):
    """A place in an order, 1 is the first."""

    __slots__ = ()

    def written(self, number: str, scale: str) -> str:
        """As an ordinal: 1st, 2nd, 11th."""
        if not number:  # an ordinal has no unit that a range could say once
            return ""
        n = int(number.replace(",", ""))
        ending = "th" if n % 100 in _TEENS else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
        return f"{number}{scale}{ending}"


class Superlative(Rank):
    """A place in an order of size, as a word: largest, second-largest, third-largest, ... 11th-largest."""

    __slots__ = ()

    def written(self, number: str, scale: str) -> str:
        """The word for the place."""
        place = int(number.replace(",", "")) if number else 1
        ordinal = super().written(number, scale) + "-"
        return (_ORDINALS[place - 1] if place <= len(_ORDINALS) else ordinal) + "largest"


@dataclass(frozen=True, slots=True)
class Range(Value):
    """From one quantity to another of the same unit."""

    low: Quantity
    high: Quantity

    @property
    def number(self) -> float:
        """The middle of the range."""
        return (self.low.value + self.high.value) / 2

    def display(self, rounding: Rounding | None = None) -> str:
        """Both ends, the unit once where it follows the number."""
        first, last = self.low.display(rounding), self.high.display(rounding)
        if first == last:
            return last
        tail = self.low.written("", "")
        if first.endswith(tail) and not tail.startswith("$"):
            first = first.removesuffix(tail)
        elif " per" in first.replace(SPACE, " "):
            first = first.split(" per")[0]
        return f"{first}{DASH}{last}"

    def exact(self) -> str:
        """Both ends, unrounded."""
        return f"{self.low.exact()} to {self.high.exact()}"


@dataclass(frozen=True, slots=True)
class Day(Value):
    """A calendar day (UTC)."""

    day: dt.date
    unit = "day"

    def display(self, rounding: Rounding | None = None) -> str:  # noqa: ARG002
        """Day, month and year in words; a day has nothing to round."""
        return long_day(self.day, SPACE)


@dataclass(frozen=True, slots=True)
class Phrase(Value):
    """Words that data decide."""

    text: str

    def display(self, rounding: Rounding | None = None) -> str:  # noqa: ARG002
        """The words themselves."""
        return self.text


class Unknown(Phrase):
    """Words in the place of a value that nobody has."""

    __slots__ = ()


def largest(rank: int) -> Superlative:
    """The superlative for a place among sizes, the largest first."""
    return Superlative(rank)


def side(value: float, low: float, high: float) -> str:
    """Where a number lies against a range: below, within or above."""
    return "below" if value < low else "above" if value > high else "within"
