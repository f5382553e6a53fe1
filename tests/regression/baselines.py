"""What is recorded: which baselines there must be, what stands in them, and how near a number must come.

Numbers stand in one table for each quantity, with a line for each figure and a column for each edition;
words (what a reader sees, verdicts, guards) in one file for each claim. A line of a diff is then a thing that
moved.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis.report import ARTICLE
from pivot.claims.account import account
from pivot.claims.ledger import Ledger, no_value
from pivot.claims.stored import Entry, Stated
from pivot.errors import ReportError
from pivot.files import canonical
from pivot.snapshots import Store, Vintage
from pivot.snapshots.rows import known
from tests.conftest import DAYS, NEWEST, ledger_of
from tests.regression import ledger

HERE = Path(__file__).parent
LEDGER = HERE / "ledger.toml"


class Quantity(NamedTuple):
    """How near a regenerated number must come to the recorded one.

    Args:
        unit: as the ledger writes it.
        rtol: relative to the recorded value.
        atol: in the unit.
        reason: why not nearer, and why not further.
    """

    unit: str
    rtol: float
    atol: float
    reason: str


_SUMS = (
    "work is a difference of sums over the whole chain, which leaves noise near 1e-13 of a value; the order "
    "of a sum may differ between builds of numpy; a changed digit of any input moves far more than 1e-9"
)
QUANTITIES: Mapping[str, Quantity] = {
    "percent": Quantity("%", 1e-9, 1e-10, f"{_SUMS}; a change is a small difference of large numbers"),
    "usd": Quantity("USD", 1e-9, 0, _SUMS),
    "hash-price": Quantity("USD/PH/s/day", 1e-9, 0, _SUMS),
    "difficulty": Quantity("T", 1e-12, 0, "exact from a compact target, and one division"),
    "efficiency": Quantity("J/TH", 0, 0, "as set: the columns of a grid"),
    "points": Quantity("percentage points", 1e-9, 1e-10, f"a root of whole numbers; {_SUMS}"),
    "power-price": Quantity("USD/MWh", 1e-9, 0, _SUMS),
    "hash-rate": Quantity("EH/s", 1e-9, 0, _SUMS),
    "ratio": Quantity("times", 1e-9, 0, _SUMS),
    "seconds": Quantity("seconds", 1e-12, 0, "one division of a whole number of seconds"),
    "btc": Quantity("BTC", 1e-12, 0, "stated as whole coins, or one division"),
    "megawatts": Quantity("MW", 0, 0, "as stated: nothing is computed"),
    "minutes": Quantity("minutes", 1e-12, 0, "one division of a whole number of seconds"),
    "months": Quantity("months", 0, 0, "as stated"),
    "years": Quantity("years", 0, 0, "as stated"),
    "pairs-of-cuts": Quantity("pairs of cuts", 0, 0, "counted, as counts are"),
    "counts": Quantity("", 0, 0, "counted: another number is another number"),
}
"""File name to quantity. Every number of the ledger belongs to one."""

MEASURES = (
    "retargets",
    "retargets-of-the-year",
    "consecutive-cuts",
    "hash-rate",
    "quarter-changes",
    "hash-price",
    "pools",
    "largest-miners",
    "ai-shares",
    "scalars",
    "oracles",
)

PICTURE_DAY = NEWEST
"""Pictures are kept of one edition, as files that can be looked at; plotted data and descriptions of all."""


def expected() -> frozenset[str]:
    """Every baseline there must be, relative to this folder."""
    charts = [(name, day) for name in ARTICLE.drawings for day in DAYS]
    return frozenset(
        {
            *(f"test_claims/{id_}.yml" for id_ in ARTICLE.claims),
            *(f"test_claims/numbers-{name}.csv" for name in QUANTITIES),
            *(f"test_measures/{name}.csv" for name in MEASURES),
            *(f"test_snapshots/{kind}-{day}.yml" for day in DAYS for kind in ("shapes", "shown")),
            "test_snapshots/files.yml",
            "test_charts/environment.yml",
            *(f"test_charts/{name}-{day}.csv" for name, day in charts),
            *(f"test_charts/{name}-{day}.yml" for name, day in charts),
            *(f"test_charts/{name}-{PICTURE_DAY}.svg" for name in ARTICLE.drawings),
        }
    )


def recorded() -> frozenset[str]:
    """Every baseline there is: all files beside the tests that are no code."""
    return frozenset(
        path.relative_to(HERE).as_posix()
        for path in HERE.glob("test_*/**/*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def words(id_: str, ledgers: Mapping[dt.date, Ledger]) -> dict[str, object]:
    """What a claim says in words at each edition; what all editions say alike stands there once."""
    told = {str(day): dict(_words(ledger.entries.get(id_))) for day, ledger in ledgers.items()}
    fields = dict.fromkeys(field for said in told.values() for field in said)
    folded: dict[str, object] = {}
    for field in fields:
        by_day = {day: said.get(field, "(absent)") for day, said in told.items()}
        texts = set(by_day.values())
        folded[field] = texts.pop() if len(texts) == 1 else by_day
    return folded


def _words(entry: Entry | None) -> Iterator[tuple[str, str]]:
    if entry is None:  # the article has no row for it yet
        return
    yield "cited", entry.cited
    yield "display", entry.display
    yield "exact", _digits(entry.exact)
    yield "rounding", entry.ours.rounding if entry.ours else "none"
    yield "verdict", entry.verdict
    yield "reason", _digits(entry.reason)
    yield "margin", _digits(entry.margin)
    if entry.guard:
        yield "guard holds", str(entry.guard.holds).lower()
    for name, part in entry.parts.items():
        yield f"part {name}", f"{part.label}: {part.display}"
    for one in entry.inputs:
        yield (
            f"from {one.snapshot}",
            f"{one.count} rows, {one.rows[0]} to {one.rows[-1]}, {len(one.rows)} named",
        )
    for piece in entry.evidence:
        published = piece.published or "day unknown"
        yield f"said by {piece.publisher}: {piece.value}", f"{piece.bearing}; {piece.tier}; {published}"


_DIGITS = 12


def _digits(text: str) -> str:
    """The text with numbers of over twelve digits cut to twelve: the rest is noise (see `QUANTITIES`)."""

    def cut(found: re.Match[str]) -> str:
        whole, _, after = found[0].partition(".")
        room = max(_DIGITS - len(whole.replace(",", "")), 0)
        return f"{float(found[0].replace(',', '')):,.{room}f}" if len(after) > room else found[0]

    return re.sub(r"\d[\d,]*\.\d+", cut, text)


def numbers(ledger: Ledger) -> Mapping[str, Mapping[str, float]]:
    """For each quantity its figures at one edition: `claim`, `claim low`, `claim high`, `claim part`."""
    names = {quantity.unit: name for name, quantity in QUANTITIES.items()}
    found: dict[str, dict[str, float]] = {name: {} for name in QUANTITIES}
    for id_, entry in ledger.entries.items():
        stated: dict[str, Stated] = {f"{id_} article": entry.article}
        stated |= {id_: entry.ours} if entry.ours else {}
        stated |= {f"{id_} {name}": part for name, part in entry.parts.items()}
        for name, one in stated.items():
            ends = {name: one.value, f"{name} low": one.low, f"{name} high": one.high}
            for figure, value in ends.items():
                if value is not None and not isinstance(value, str):
                    found[names[one.unit]][figure] = float(value)
    return found


def moved(name: str, by_day: Mapping[dt.date, Mapping[str, Mapping[str, float]]]) -> list[str]:
    """The figures of one quantity that are not where they were recorded, one line for each edition.

    Args:
        name: of the quantity.
        by_day: `numbers` of each edition.
    """
    file = HERE / f"test_claims/numbers-{name}.csv"
    if not file.exists():
        return [f"numbers-{name}.csv: no baseline"]
    before = pd.read_csv(file, index_col=0)
    quantity = QUANTITIES[name]
    lines = []
    for day, found in by_day.items():
        was = before[str(day)].dropna() if str(day) in before else pd.Series(dtype="float64")
        now = found[name]
        for figure in sorted({*was.index, *now}):
            old, new = float(was.get(figure, math.nan)), now.get(figure, math.nan)
            if not abs(new - old) <= quantity.atol + quantity.rtol * abs(old):
                lines.append(f"{figure}, {day}: {new:.12g}, recorded {old:.12g}")
    return lines


def shown(vintage: Vintage, ledger: Ledger, ids: Iterable[str]) -> dict[str, str]:
    """What readers are shown besides claims: a digest of each chart, table and account, or why there is none.

    Args:
        vintage: the evidence.
        ledger: all claims.
        ids: those whose accounts are asked for.
    """
    cells_of = cache(lambda snapshot: known(vintage.store, snapshot))

    def chart(name: str) -> object:
        return ARTICLE.drawings[name].data(vintage, ledger).digest()

    def table(name: str) -> object:
        return [*ARTICLE.tables[name](ledger, vintage)]

    def figures(id_: str) -> object:  # and not the words beside them, which no row moves
        one = account(id_, ledger, vintage, ARTICLE.claims, ARTICLE.workings, cells_of)
        steps = [(step.expression, step.result) for step in one.steps]
        return [
            steps,
            *(rows.rows for rows in (*one.inputs, *one.workings)),
            *(edge.text for edge in one.margins),
        ]

    made = {
        ("chart", chart): ARTICLE.drawings,
        ("table", table): ARTICLE.tables,
        ("account of", figures): ids,
    }
    return {
        f"{kind} {name}": _digest(f"{kind} {name}", partial(make, name), vintage.as_of)
        for (kind, make), names in made.items()
        for name in names
    }


def _digest(name: str, make: Callable[[], object], day: dt.date) -> str:
    try:
        with no_value(f"the {name}", day, where=name):
            content = canonical(make()).decode()
    except ReportError as error:
        return error.what
    return hashlib.sha256(_digits(content).encode()).hexdigest()[:16]


@cache
def editions() -> Mapping[dt.date, Ledger]:
    return {day: ledger_of(day) for day in DAYS}


def files(store: Store) -> dict[str, str]:
    """SHA-256 of every snapshot and sidecar of a store, as they lie there."""
    return ledger.hashes(
        store.root, (path.relative_to(store.root).as_posix() for path in store.root.glob("*/*"))
    )
