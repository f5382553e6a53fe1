"""What a data set is: how a snapshot of its source must look, declared once.

The fast reader (`vintage`) and the contracts at the door (`contracts`) both work from these
declarations, so a table can not be read in another way than it was checked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pivot import text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

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
        latin: whether it is a name that others must recognise, in Latin letters only.
    """

    kind: Kind
    empty: bool = False
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    pattern: str = ""
    latin: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What the cells of a row owe each other.

    Attributes:
        blamed: the column that an error names.
        expected: what was expected of it, in words.
        holds: which rows of the typed table keep to it.
    """

    blamed: str
    expected: str
    holds: Callable[[pd.DataFrame], pd.Series[bool]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Bound:
    """What a number of a row can hardly be, seen beside other numbers; a person may accept it with a reason.

    Attributes:
        blamed: the column that an error names.
        expected: what was expected of it, in words.
        beside: the data sets that it is held against, as of their newest snapshots.
        holds: which rows of the typed table, given those data sets, keep to it.
    """

    blamed: str
    expected: str
    beside: tuple[str, ...]
    holds: Callable[..., pd.Series[bool]] = field(compare=False)


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
        named: the columns that make the key of a row which a person adds, or the key itself; none where only
            files are added.
        rules: what the cells of a row owe each other.
        bounds: what a number can hardly be; asked when a snapshot is added, and when all are verified.
        publisher: who published a row, in words for people; None where the row's own words do.
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
    rules: tuple[Rule, ...] = ()
    bounds: tuple[Bound, ...] = ()
    publisher: Callable[[Any], str] | None = None


SLUG = r"[a-z0-9]+(-[a-z0-9.]+)*"

ID = Column("text", pattern=SLUG)
TEXT = Column("text", pattern=r"\S(.*\S)?")
MAYBE_TEXT = Column("text", empty=True, pattern=r"\S(.*\S)?")
DAY = Column("day")
MAYBE_DAY = Column("day", empty=True)
NAME = Column("text", pattern=r"\S(.*\S)?", latin=True)
ADDRESS = Column("text", empty=True, pattern=text.ADDRESS)
# How well the day of publication is known. A month counts from its last day, a span from its last.
PRECISION = Column(
    "text", allowed=("day", "day (inferred)", "month", "month (inferred)", "span (inferred)", "unknown")
)


def number(high: float, *, low: float = 0, empty: bool = False) -> Column:
    """A column of numbers from `low` to `high`."""
    return Column("number", empty=empty, low=low, high=high)


def one_of(*words: str) -> Column:
    """A column with a closed vocabulary."""
    return Column("text", allowed=words)


PUBLISHED = Rule(
    "published_precision",
    "unknown where published is empty, and only there",
    lambda t: t["published"].isna() == (t["published_precision"] == "unknown"),
)
LOW_TO_HIGH = Rule("high", "no less than low", lambda t: ~(t["high"] < t["low"]))
