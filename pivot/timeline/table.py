"""A history as a table, for spreadsheets and data frames, and as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.claims.stored import NOT_KNOWN
from pivot.errors import ReportError
from pivot.files import write_atomic
from pivot.text import csv_of
from pivot.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pivot.timeline.history import History
    from pivot.timeline.states import State

COLUMNS = (
    "claim", "day", "article", "evidence", "value", "low", "high", "unit", "verdict", "guard_holds",
    "guard_margin", "lacking",
)  # fmt: skip

_NONE = "no value"


def write(history: History, file: Path) -> None:
    """Write a table as CSV or as Parquet, as its name ends.

    Raises:
        ReportError: the name ends otherwise, or Parquet can not be written here.
        OutputError: the file can not be written.
    """
    forms = {".csv": _csv, ".parquet": _parquet}
    if file.suffix not in forms:
        raise ReportError(
            "a history is no such file",
            where=str(file),
            expected=f"a name with {' or '.join(forms)}",
            got=file.suffix or "a name without an ending",
            hint="name the file anew",
        )
    write_atomic(file, forms[file.suffix]([*rows(history)]))


def rows(history: History) -> Iterator[tuple[object, ...]]:
    """A row for each state, which stands until the next one of its claim."""
    for id_, told in history.claims.items():
        for one in told.states:
            ours, guard = one.ours, one.guard
            number = ours.single if ours and not isinstance(ours.single, str) else None
            values = (ours.display, number, ours.low, ours.high, ours.unit) if ours else ("", *[None] * 3, "")
            held = (guard.holds, guard.margin) if guard else (None, None)
            yield id_, one.day, told.article, *values, one.verdict, *held, one.lacking


def _csv(table: list[tuple[object, ...]]) -> bytes:
    return csv_of([COLUMNS, *table]).encode()


def _parquet(table: list[tuple[object, ...]]) -> bytes:
    import pandas as pd

    frame = pd.DataFrame(table, columns=[*COLUMNS])
    frame["guard_holds"] = frame["guard_holds"].astype("boolean")
    numbers = ["value", "low", "high", "guard_margin"]
    frame[numbers] = frame[numbers].astype("float64")
    try:
        return bytes(frame.to_parquet(None, engine="pyarrow", index=False))
    except ImportError:
        raise ReportError(
            "Parquet can not be written here",
            where="the Python environment",
            expected="the package pyarrow",
            got="none",
            hint="python -m pip install pyarrow, or write a file that ends in .csv",
        ) from None


def lines(history: History) -> Iterator[str]:
    """The turns by day, then the sentences that read wrong at the end."""
    begun = [told.states[0] for told in history.claims.values()]
    known = sum(bool(one.verdict) for one in begun)
    yield (
        f"{plural(len(begun), 'claim')} from {history.first} to {history.last}, "
        f"{plural(history.days, 'day') or 'no day'} on which evidence changed"
    )
    yield f"on {history.first} the evidence sufficed for {known} of them\n"
    turns = [
        (now.day, id_, _turn(before, now))
        for id_, told in history.claims.items()
        for before, now in told.turns()
    ]
    width = max(map(len, history.claims))
    for day, id_, words in sorted(turns):
        yield f"{day}  {id_:<{width}}  {words}"
    broken = {id_: spans for id_, told in history.claims.items() if (spans := [*told.wrong()])}
    if broken:
        yield "\nsentences that did not read right:"
    for id_, spans in broken.items():
        days = (f"from {first} until {last}" if last else f"since {first}" for first, last in spans)
        yield f"{id_:<{width}}  {', '.join(days)}"


def _turn(before: State, now: State) -> str:
    """What turned, with what the evidence gives then."""
    gives = now.ours.display if now.ours else now.lacking or NOT_KNOWN
    words = [f"{before.verdict or _NONE} → {now.verdict or _NONE}: {gives}"] * (before.verdict != now.verdict)
    if now.guard and before.holds != now.holds:
        words.append(f"{'reads right' if now.holds else 'reads wrong'}: {now.guard.text}")
    return "; ".join(words) or "no guard any more"
